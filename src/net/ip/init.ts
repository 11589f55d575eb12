/** Brings IPv4 and IPv6 up (net/ipv4/af_inet.c inet_init, net/ipv6/af_inet6.c inet6_init): addresses, routes, rules. */
import type { Frame } from "../../kernel/index.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  RTM_DELADDR,
  RTM_DELROUTE,
  RTM_DELRULE,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETROUTE,
  RTM_GETRULE,
  RTM_NEWADDR,
  RTM_NEWROUTE,
  RTM_NEWRULE,
} from "../../netlink/index.ts";
import { devinet_init, inet_dump_ifaddr, inet_rtm_deladdr, inet_rtm_newaddr } from "../devinet.ts";
import { rtnl_register } from "../rtnetlink.ts";
import { rtnl_getlink } from "../rtnl-getlink.ts";
import { addrconf_init } from "./addrconf.ts";
import { inet6_dump_ifaddr, inet6_dump_ifinfo, inet6_rtm_deladdr, inet6_rtm_newaddr, rtnl_dump_all_addresses } from "./addrconf-rtnl.ts";
import { type FibStrategies, ip_fib_init } from "./fib-frontend.ts";
import { inet_dump_fib, inet6_dump_fib, rtnl_dump_all_routes } from "./fib-netlink.ts";
import { fib_nl_delrule, fib_nl_dumprule, fib_nl_newrule } from "./fib-rules-netlink.ts";
import { rtm_delroute, rtm_getroute, rtm_newroute } from "./route.ts";

export async function inet_init(caller: Frame, strategies: FibStrategies): Promise<void> {
  const current = caller.enter("inet_init");
  const { kernel } = current;
  await devinet_init(current);
  await ip_fib_init(current, strategies);
  await addrconf_init(current);
  rtnl_register(kernel, AF_INET, RTM_NEWADDR, { doit: inet_rtm_newaddr });
  rtnl_register(kernel, AF_INET, RTM_DELADDR, { doit: inet_rtm_deladdr });
  rtnl_register(kernel, AF_INET, RTM_GETADDR, { dumpit: inet_dump_ifaddr });
  rtnl_register(kernel, AF_INET6, RTM_NEWADDR, { doit: inet6_rtm_newaddr });
  rtnl_register(kernel, AF_INET6, RTM_DELADDR, { doit: inet6_rtm_deladdr });
  rtnl_register(kernel, AF_INET6, RTM_GETADDR, { dumpit: inet6_dump_ifaddr });
  rtnl_register(kernel, AF_INET6, RTM_GETLINK, { doit: rtnl_getlink, dumpit: inet6_dump_ifinfo });
  rtnl_register(kernel, AF_UNSPEC, RTM_GETADDR, { dumpit: rtnl_dump_all_addresses });
  for (const [family, dumpit] of [[AF_INET, inet_dump_fib] as const, [AF_INET6, inet6_dump_fib] as const]) {
    rtnl_register(kernel, family, RTM_NEWROUTE, { doit: rtm_newroute });
    rtnl_register(kernel, family, RTM_DELROUTE, { doit: rtm_delroute });
    rtnl_register(kernel, family, RTM_GETROUTE, { doit: rtm_getroute, dumpit });
  }
  rtnl_register(kernel, AF_UNSPEC, RTM_GETROUTE, { dumpit: rtnl_dump_all_routes });
  rtnl_register(kernel, AF_UNSPEC, RTM_NEWRULE, { doit: fib_nl_newrule });
  rtnl_register(kernel, AF_UNSPEC, RTM_DELRULE, { doit: fib_nl_delrule });
  rtnl_register(kernel, AF_UNSPEC, RTM_GETRULE, { dumpit: fib_nl_dumprule });
}
