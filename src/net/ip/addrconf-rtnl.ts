/**
 * Models RTM_NEWADDR, RTM_DELADDR and RTM_GETADDR of IPv6 (net/ipv6/addrconf.c, v5.10). Run under rtnl_mutex. Left out:
 * peers, lifetimes, temporary and anycast addresses.
 */
import { EADDRNOTAVAIL, EEXIST, EINVAL, ENOBUFS, ENODEV, type Frame } from "../../kernel/index.ts";
import {
  AF_INET6,
  Attributes,
  AttributeWriter,
  IF_OPER_DOWN,
  IFA_ADDRESS,
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  IFA_F_PERMANENT,
  IFA_FLAGS,
  IFA_LOCAL,
  IFA_RT_PRIORITY,
  IFADDRMSG_LEN,
  IFLA_ADDRESS,
  IFLA_IFNAME,
  IFLA_LINK,
  IFLA_MTU,
  IFLA_OPERSTATE,
  type NetlinkMessage,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  type netlink_callback,
  type netlink_request,
  RTM_NEWADDR,
  RTM_NEWLINK,
  type sk_buff,
  viewOf,
} from "../../netlink/index.ts";
import { __dev_get_by_index, for_each_netdev } from "../dev-lookup.ts";
import { inet_dump_ifaddr } from "../devinet.ts";
import { ifinfoHeader } from "../ifinfo.ts";
import { dev_get_iflink } from "../link-state.ts";
import { genl_info_net, net_of } from "../net_namespace.ts";
import { ipv6_add_addr, ipv6_addresses, ipv6_del_addr } from "./addrconf.ts";
import { inet6_fill_ifaddr } from "./addrconf-netlink.ts";
import { sameBytes } from "./fib.ts";

const MAX_PREFIX_LEN = 128;

interface ParsedAddress {
  readonly prefix_len: number;
  readonly flags: number;
  readonly index: number;
  readonly addr: Uint8Array;
  readonly priority: number;
}

function parse(payload: Uint8Array): ParsedAddress | null {
  const tb = payload.length < IFADDRMSG_LEN ? null : Attributes.parse(payload, IFADDRMSG_LEN);
  const addr = tb?.bytes(IFA_LOCAL) ?? tb?.bytes(IFA_ADDRESS);
  if (tb === null || addr?.length !== 16) return null;
  const [, prefix_len = 0, flags = 0] = payload;
  return {
    prefix_len,
    flags: tb.u32(IFA_FLAGS) ?? flags,
    index: viewOf(payload).getUint32(4, true),
    addr: addr.slice(),
    priority: tb.u32(IFA_RT_PRIORITY) ?? 0,
  };
}

/** inet6_rtm_newaddr(): -EEXIST for one that the device has, unless the request replaces it. */
export async function inet6_rtm_newaddr(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("inet6_rtm_newaddr");
  const wanted = parse(nlh.payload);
  if (wanted === null) return -EINVAL;
  const dev = __dev_get_by_index(current, net_of(request.net), wanted.index);
  if (dev === null) return -ENODEV;
  if (wanted.prefix_len > MAX_PREFIX_LEN) return -EINVAL;
  const flags = (wanted.flags & (IFA_F_NODAD | IFA_F_NOPREFIXROUTE)) | IFA_F_PERMANENT;
  const known = ipv6_addresses(current, dev).find((ifp) => sameBytes(ifp.addr, wanted.addr));
  if (known !== undefined) {
    if ((nlh.flags & NLM_F_EXCL) !== 0 || (nlh.flags & NLM_F_REPLACE) === 0) return -EEXIST;
    current.writes(dev);
    known.flags = (known.flags & ~(IFA_F_NODAD | IFA_F_NOPREFIXROUTE)) | flags;
    return 0;
  }
  if (dev.ip6_ptr === null) return -ENOBUFS;
  return ipv6_add_addr(current, { idev: dev, addr: wanted.addr, prefix_len: wanted.prefix_len, flags, rt_priority: wanted.priority });
}

/** inet6_rtm_deladdr(): -EADDRNOTAVAIL if the device has no such address. */
export async function inet6_rtm_deladdr(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("inet6_rtm_deladdr");
  const wanted = parse(nlh.payload);
  if (wanted === null) return -EINVAL;
  const dev = __dev_get_by_index(current, net_of(request.net), wanted.index);
  if (dev === null) return -ENODEV;
  const found = ipv6_addresses(current, dev).find((ifp) => ifp.prefix_len === wanted.prefix_len && sameBytes(ifp.addr, wanted.addr));
  if (found === undefined) return -EADDRNOTAVAIL;
  await ipv6_del_addr(current, found);
  return 0;
}

/** inet6_dump_addr(): of all devices, or with strict checking of the one the request names. */
export async function inet6_dump_ifaddr(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("inet6_dump_addr");
  const { payload } = cb.nlh;
  const only = cb.strict_check && payload.length >= IFADDRMSG_LEN ? viewOf(payload).getUint32(4, true) : 0;
  const devices = [...for_each_netdev(current, genl_info_net(cb))].sort((a, b) => a.ifindex - b.ifindex);
  const wanted = devices.filter((dev) => only === 0 || dev.ifindex === only).flatMap((dev) => ipv6_addresses(current, dev));
  for (const ifp of wanted.slice(cb.args[0])) {
    if (!skb.nlmsg_put(RTM_NEWADDR, inet6_fill_ifaddr(ifp))) break;
    cb.args[0]++;
  }
  return skb.len;
}

/** inet6_dump_ifinfo(): the links that speak IPv6, with less than RTM_GETLINK of no family says of them. */
export async function inet6_dump_ifinfo(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("inet6_dump_ifinfo");
  const devices = for_each_netdev(current, genl_info_net(cb)).filter((dev) => dev.ip6_ptr !== null);
  for (const dev of [...devices].sort((a, b) => a.ifindex - b.ifindex).slice(cb.args[0])) {
    const w = new AttributeWriter().header(ifinfoHeader(dev, AF_INET6)).string(IFLA_IFNAME, dev.name);
    if (dev.dev_addr.length > 0) w.bytes(IFLA_ADDRESS, dev.dev_addr);
    w.u32(IFLA_MTU, dev.mtu);
    const iflink = dev_get_iflink(dev);
    if (iflink !== dev.ifindex) w.u32(IFLA_LINK, iflink);
    w.u8(IFLA_OPERSTATE, dev.running ? dev.operstate : IF_OPER_DOWN);
    if (!skb.nlmsg_put(RTM_NEWLINK, w.finish())) break;
    cb.args[0]++;
  }
  return skb.len;
}

/** rtnl_dump_all() for addresses: IPv4, then IPv6. args[1] counts the families that are done. */
export async function rtnl_dump_all_addresses(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("rtnl_dump_all");
  const families = [inet_dump_ifaddr, inet6_dump_ifaddr];
  for (let dump = families[cb.args[1]]; dump !== undefined; dump = families[cb.args[1]]) {
    const before = skb.len;
    const left = await dump(current, skb, cb);
    if (left < 0) return left;
    if (skb.len > before) return skb.len;
    cb.args[1]++;
    cb.args[0] = 0;
  }
  return skb.len;
}
