/**
 * Models RTM_NEWROUTE, RTM_DELROUTE and RTM_GETROUTE of IPv4 and IPv6 (inet_rtm_newroute and fib_create_info of net/ipv4,
 * inet6_rtm_newroute and ip6_route_info_create of net/ipv6, v5.10). Run under rtnl_mutex.
 * Left out: multipath, nexthop objects, metrics, encapsulation, source prefixes.
 */
import { EACCES, EHOSTUNREACH, EINVAL, ENETDOWN, ENETUNREACH, ENODEV, EOPNOTSUPP, type Frame } from "../../kernel/index.ts";
import {
  AF_INET,
  AF_INET6,
  type Attributes,
  IFF_LOOPBACK,
  IFF_UP,
  type NetlinkMessage,
  NL_SET_ERR_MSG,
  type netlink_ext_ack,
  type netlink_request,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_MAIN,
  RTA_DST,
  RTA_GATEWAY,
  RTA_MULTIPATH,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_SRC,
  RTA_UID,
  RTM_F_CLONED,
  RTM_NEWROUTE,
  RTN_BLACKHOLE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
  RTNH_F_ONLINK,
} from "../../netlink/index.ts";
import { __dev_get_by_index, for_each_netdev } from "../dev-lookup.ts";
import { in_dev_addresses } from "../devinet.ts";
import { net_of } from "../net_namespace.ts";
import { rtnl_unicast } from "../rtnetlink.ts";
import type { net, net_device } from "../structs.ts";
import { ipv6_addresses } from "./addrconf.ts";
import { type FibMatch, type fib_route, fib_table_lookup, prefixOf, sameBytes } from "./fib.ts";
import { fib_insert, fib_remove } from "./fib-frontend.ts";
import { fib_dump_info, parseRtmsg, type rtmsg } from "./fib-netlink.ts";
import { fib_rule_match, fib_rules } from "./fib-rules.ts";

/** IP6_RT_PRIO_USER: the metric of an IPv6 route that names none. */
const IP6_RT_PRIO_USER = 1024;
const NO_DEVICE_TYPES = [RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW];
const bitsOf = (family: number): number => (family === AF_INET ? 32 : 128);

interface RouteRequest {
  readonly net: net;
  readonly rtm: rtmsg;
  readonly tb: Attributes;
  readonly dst: Uint8Array;
  readonly extack: netlink_ext_ack;
}

/** The checks that both families make of a request's prefix. */
function parseRequest(request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): RouteRequest | number {
  const parsed = parseRtmsg(nlh);
  if (parsed === null) return -EINVAL;
  const { rtm, tb } = parsed;
  const bits = bitsOf(rtm.family);
  const given = tb.bytes(RTA_DST);
  const dst = given === undefined ? new Uint8Array(bits / 8) : given.slice(0, bits / 8);
  if (rtm.dst_len > bits || dst.length !== bits / 8) {
    NL_SET_ERR_MSG(extack, "Invalid prefix length");
    return -EINVAL;
  }
  if (rtm.family === AF_INET && !sameBytes(prefixOf(dst, rtm.dst_len), dst)) {
    NL_SET_ERR_MSG(extack, "Invalid prefix for given prefix length");
    return -EINVAL;
  }
  return { net: net_of(request.net), rtm, tb, dst: prefixOf(dst, rtm.dst_len), extack };
}

/** inet_rtm_newroute(), inet6_rtm_newroute() */
export async function rtm_newroute(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter(nlh.payload[0] === AF_INET ? "inet_rtm_newroute" : "inet6_rtm_newroute");
  const wanted = parseRequest(request, nlh, extack);
  if (typeof wanted === "number") return wanted;
  if (wanted.tb.has(RTA_MULTIPATH)) {
    NL_SET_ERR_MSG(extack, "Multipath routes are not modelled");
    return -EOPNOTSUPP;
  }
  const route = createRoute(current, wanted);
  return typeof route === "number" ? route : fib_insert(current, wanted.net, route, nlh.flags, extack);
}

/** fib_create_info(), ip6_route_info_create(): the route, or why there can be none. */
function createRoute(current: Frame, wanted: RouteRequest): fib_route | number {
  const { net, rtm, tb, dst, extack } = wanted;
  const prefsrc = tb.bytes(RTA_PREFSRC)?.slice() ?? null;
  if (prefsrc !== null && !ownAddress(current, net, prefsrc)) {
    NL_SET_ERR_MSG(extack, rtm.family === AF_INET ? "Invalid prefsrc address" : "Invalid source address");
    return -EINVAL;
  }
  const nexthop = NO_DEVICE_TYPES.includes(rtm.type) ? blackhole(current, net, rtm.family) : findNexthop(current, wanted);
  if (typeof nexthop === "number") return nexthop;
  const priority = tb.u32(RTA_PRIORITY) ?? 0;
  return {
    family: rtm.family,
    table: rtm.table === 0 ? RT_TABLE_MAIN : rtm.table,
    dst,
    dst_len: rtm.dst_len,
    tos: rtm.family === AF_INET ? rtm.tos : 0,
    type: rtm.type === 0 ? RTN_UNICAST : rtm.type,
    scope: rtm.family === AF_INET ? rtm.scope : RT_SCOPE_UNIVERSE,
    protocol: rtm.protocol,
    priority: priority === 0 && rtm.family === AF_INET6 ? IP6_RT_PRIO_USER : priority,
    prefsrc,
    nh_flags: rtm.flags & RTNH_F_ONLINK,
    trap: false,
    ...nexthop,
  };
}

interface Nexthop {
  readonly dev: net_device | null;
  readonly gateway: Uint8Array | null;
}

/** What goes nowhere has no device in IPv4 and `lo` in IPv6. */
function blackhole(_current: Frame, net: net, family: number): Nexthop {
  return { gateway: null, dev: family === AF_INET ? null : net.loopback_dev };
}

/** fib_check_nh(), ip6_route_check_nh(): the device has to be up, the gateway has to be on a network of its own. */
function findNexthop(current: Frame, wanted: RouteRequest): Nexthop | number {
  const { net, rtm, tb, extack } = wanted;
  const oif = tb.u32(RTA_OIF) ?? 0;
  const gateway = tb.bytes(RTA_GATEWAY)?.slice() ?? null;
  const named = oif === 0 ? null : __dev_get_by_index(current, net, oif);
  if (oif !== 0 && named === null) return -ENODEV;
  if (gateway === null || gateway.every((byte) => byte === 0)) return checkDevice(named, rtm, extack);
  if (rtm.scope >= RT_SCOPE_LINK && rtm.family === AF_INET) {
    NL_SET_ERR_MSG(extack, "Nexthop has invalid scope");
    return -EINVAL;
  }
  if ((rtm.flags & RTNH_F_ONLINK) !== 0) return onlink(named, gateway, extack);
  const linkLocal = rtm.family === AF_INET6 && gateway[0] === 0xfe && ((gateway[1] ?? 0) & 0xc0) === 0x80;
  if (linkLocal && named !== null) return { dev: named, gateway };
  const via = lookupNexthop(current, wanted, gateway, oif);
  if (typeof via === "number") return via;
  if (via.gateway !== null || (via.type !== RTN_UNICAST && via.type !== RTN_LOCAL) || via.dev === null) {
    NL_SET_ERR_MSG(extack, "Nexthop has invalid gateway");
    return rtm.family === AF_INET ? -EINVAL : -ENETUNREACH;
  }
  return { dev: via.dev, gateway };
}

function lookupNexthop(current: Frame, wanted: RouteRequest, gateway: Uint8Array, oif: number): fib_route | number {
  const { net, rtm, extack } = wanted;
  const found = fib_lookup(current, net, rtm.family, gateway, null, oif);
  if (typeof found === "number") NL_SET_ERR_MSG(extack, "Nexthop has invalid gateway");
  return found;
}

function onlink(dev: net_device | null, gateway: Uint8Array, extack: netlink_ext_ack): Nexthop | number {
  if (dev === null) {
    NL_SET_ERR_MSG(extack, "Nexthop device required for onlink");
    return -ENODEV;
  }
  if ((dev.flags & IFF_UP) !== 0) return { dev, gateway };
  NL_SET_ERR_MSG(extack, "Nexthop device is not up");
  return -ENETDOWN;
}

function checkDevice(dev: net_device | null, rtm: rtmsg, extack: netlink_ext_ack): Nexthop | number {
  if (dev === null) return -ENODEV;
  if ((dev.flags & IFF_UP) !== 0) return { dev, gateway: null };
  NL_SET_ERR_MSG(extack, rtm.family === AF_INET ? "Device for nexthop is not up" : "Nexthop device is not up");
  return -ENETDOWN;
}

function ownAddress(current: Frame, net: net, address: Uint8Array): boolean {
  return for_each_netdev(current, net).some((dev) =>
    address.length === 4
      ? in_dev_addresses(current, dev).some((ifa) => sameBytes(ifa.ifa_local, address))
      : ipv6_addresses(current, dev).some((ifp) => sameBytes(ifp.addr, address)),
  );
}

/** inet_rtm_delroute(), inet6_rtm_delroute() */
export async function rtm_delroute(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter(nlh.payload[0] === AF_INET ? "inet_rtm_delroute" : "inet6_rtm_delroute");
  const wanted = parseRequest(request, nlh, extack);
  if (typeof wanted === "number") return wanted;
  const { net, rtm, tb, dst } = wanted;
  const oif = tb.u32(RTA_OIF) ?? 0;
  const dev = oif === 0 ? undefined : __dev_get_by_index(current, net, oif);
  if (dev === null) return -ENODEV;
  const priority = tb.u32(RTA_PRIORITY) ?? 0;
  const inet = rtm.family === AF_INET;
  const match: FibMatch = {
    table: rtm.table === 0 ? RT_TABLE_MAIN : rtm.table,
    dst,
    dst_len: rtm.dst_len,
    ...(inet ? { tos: rtm.tos } : {}),
    ...(rtm.type === 0 ? {} : { type: rtm.type }),
    ...(rtm.scope === RT_SCOPE_NOWHERE || !inet ? {} : { scope: rtm.scope }),
    ...(rtm.protocol === 0 ? {} : { protocol: rtm.protocol }),
    ...(priority === 0 ? {} : { priority }),
    ...optionalBytes("prefsrc", tb.bytes(RTA_PREFSRC)),
    ...optionalBytes("gateway", tb.bytes(RTA_GATEWAY)),
    ...(dev === undefined ? {} : { dev }),
  };
  return fib_remove(current, net, rtm.family, match);
}

function optionalBytes<K extends string>(key: K, bytes: Uint8Array | undefined): Partial<Record<K, Uint8Array>> {
  return bytes === undefined ? {} : ({ [key]: bytes } as Record<K, Uint8Array>);
}

/** fib_lookup(), fib6_lookup(): the first rule whose table has a route that is no THROW decides. -ENETUNREACH if none has. */
export function fib_lookup(
  current: Frame,
  net: net,
  family: number,
  daddr: Uint8Array,
  saddr: Uint8Array | null,
  oif: number,
): fib_route | number {
  for (const rule of fib_rules(current, net, family)) {
    if (!fib_rule_match(rule, saddr, daddr)) continue;
    const route = fib_table_lookup(current, net, family, rule.table, daddr, oif);
    if (route !== null && route.type !== RTN_THROW) return route;
  }
  return -ENETUNREACH;
}

/** What a lookup of an unusable route answers (fib_props[].error, ip6_rt_type_to_error). */
const ERRORS: Readonly<Record<number, number>> = { [RTN_BLACKHOLE]: -EINVAL, [RTN_UNREACHABLE]: -EHOSTUNREACH, [RTN_PROHIBIT]: -EACCES };

/** RTCF_LOCAL and RTCF_BROADCAST, by the type of the route. */
const RTCF: Readonly<Record<number, number>> = { [RTN_LOCAL]: 0x8000_0000, [RTN_BROADCAST]: 0x9000_0000 };

/** inet_rtm_getroute(), inet6_rtm_getroute(): the route that a packet to RTA_DST would take. */
export async function rtm_getroute(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter(nlh.payload[0] === AF_INET ? "inet_rtm_getroute" : "inet6_rtm_getroute");
  const parsed = parseRtmsg(nlh);
  const daddr = parsed?.tb.bytes(RTA_DST);
  if (parsed === null || daddr === undefined || daddr.length !== bitsOf(parsed.rtm.family) / 8) return -EINVAL;
  const { rtm, tb } = parsed;
  const net = net_of(request.net);
  const oif = tb.u32(RTA_OIF) ?? 0;
  if (oif !== 0 && __dev_get_by_index(current, net, oif) === null) return -ENODEV;
  const saddr = tb.bytes(RTA_SRC) ?? null;
  if (saddr !== null && !ownAddress(current, net, saddr) && rtm.family === AF_INET) return -EINVAL;
  const found = fib_lookup(current, net, rtm.family, daddr, saddr, oif);
  if (typeof found === "number") return found;
  const error = ERRORS[found.type];
  if (error !== undefined) return error;
  const answer = outputRoute(current, net, found, daddr, saddr);
  const flags = rtm.family === AF_INET ? RTM_F_CLONED | (RTCF[found.type] ?? 0) : 0;
  return rtnl_unicast(
    current,
    request,
    nlh,
    RTM_NEWROUTE,
    fib_dump_info(answer, flags, rtm.family === AF_INET ? (w) => void w.u32(RTA_UID, 0) : undefined),
  );
}

/** The route of one destination: to oneself it leads through `lo`, and it has a source address. */
function outputRoute(current: Frame, net: net, found: fib_route, daddr: Uint8Array, saddr: Uint8Array | null): fib_route {
  const local = found.type === RTN_LOCAL;
  const inet = found.family === AF_INET;
  const dev = local && inet ? net.loopback_dev : found.dev;
  const prefsrc = saddr ?? found.prefsrc ?? sourceFor(current, found, daddr);
  const answer = { ...found, dst: daddr, dst_len: daddr.length * 8, dev, prefsrc };
  return inet ? { ...answer, scope: RT_SCOPE_UNIVERSE, protocol: 0 } : answer;
}

/** inet_select_addr(), ipv6_dev_get_saddr(): the first address of the device, one of the destination's network if there is one. */
function sourceFor(current: Frame, route: fib_route, daddr: Uint8Array): Uint8Array | null {
  const { dev } = route;
  if (dev === null) return null;
  if (route.family === AF_INET) return in_dev_addresses(current, dev).find((ifa) => ifa.ifa_scope < RT_SCOPE_LINK)?.ifa_local ?? null;
  const wantsLinkLocal = daddr[0] === 0xfe || daddr[0] === 0xff;
  const isLinkLocal = (address: Uint8Array): boolean => address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
  const own = ipv6_addresses(current, dev);
  if ((dev.flags & IFF_LOOPBACK) !== 0 && route.type === RTN_LOCAL) return daddr;
  return (own.find((ifp) => isLinkLocal(ifp.addr) === wantsLinkLocal) ?? own[0])?.addr ?? null;
}
