/** Models IPv6 addresses as netlink messages (inet6_fill_ifaddr of net/ipv6/addrconf.c, v5.10) and the news of them. */
import type { Frame } from "../../kernel/index.ts";
import {
  AF_INET6,
  AttributeWriter,
  encodeMessage,
  IFA_ADDRESS,
  IFA_CACHEINFO,
  IFA_FLAGS,
  IFA_RT_PRIORITY,
  IFADDRMSG_LEN,
  NETLINK_ROUTE,
  netlink_broadcast,
  RTNLGRP_IPV6_IFADDR,
  viewOf,
} from "../../netlink/index.ts";
import { dev_net } from "../alloc.ts";
import type { inet6_ifaddr } from "../structs.ts";

const INFINITY_LIFE_TIME = 0xffff_ffff;

/** inet6_fill_ifaddr() */
export function inet6_fill_ifaddr(ifp: inet6_ifaddr): Uint8Array {
  const header = new Uint8Array(IFADDRMSG_LEN);
  header.set([AF_INET6, ifp.prefix_len, ifp.flags & 0xff, ifp.scope]);
  viewOf(header).setUint32(4, ifp.idev.ifindex, true);
  const lifetimes = new Uint8Array(16);
  viewOf(lifetimes).setUint32(0, INFINITY_LIFE_TIME, true);
  viewOf(lifetimes).setUint32(4, INFINITY_LIFE_TIME, true);
  const w = new AttributeWriter().header(header).bytes(IFA_ADDRESS, ifp.addr);
  if (ifp.rt_priority !== 0) w.u32(IFA_RT_PRIORITY, ifp.rt_priority);
  return w.bytes(IFA_CACHEINFO, lifetimes).u32(IFA_FLAGS, ifp.flags).finish();
}

/** inet6_ifa_notify(): tells the listeners of the device's namespace. */
export function inet6_ifa_notify(caller: Frame, type: number, ifp: inet6_ifaddr): void {
  const current = caller.enter("inet6_ifa_notify");
  const message = encodeMessage({ type, flags: 0, seq: 0, portid: 0, payload: inet6_fill_ifaddr(ifp) });
  netlink_broadcast(current, dev_net(ifp.idev), NETLINK_ROUTE, 0, RTNLGRP_IPV6_IFADDR, message);
}
