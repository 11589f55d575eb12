/**
 * Models routes as netlink messages (fib_dump_info of net/ipv4/fib_semantics.c, rt6_fill_node of net/ipv6/route.c, v5.10)
 * and their dump. Left out: multipath, metrics, the routing cache.
 */
import { EINVAL, ENOENT, type Frame } from "../../kernel/index.ts";
import {
  AF_INET,
  AF_INET6,
  Attributes,
  AttributeWriter,
  encodeMessage,
  NETLINK_ROUTE,
  type NetlinkMessage,
  NL_SET_ERR_MSG,
  netlink_broadcast,
  type netlink_callback,
  RT_TABLE_UNSPEC,
  RTA_CACHEINFO,
  RTA_DST,
  RTA_GATEWAY,
  RTA_OIF,
  RTA_PREF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_TABLE,
  RTM_F_CLONED,
  RTM_F_TRAP,
  RTM_NEWROUTE,
  RTMSG_LEN,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV6_ROUTE,
  type sk_buff,
  viewOf,
} from "../../netlink/index.ts";
import { genl_info_net } from "../net_namespace.ts";
import type { net } from "../structs.ts";
import { type fib_route, fib_routes, fib_table_exists, nexthopFlags } from "./fib.ts";

/** struct rtmsg */
export interface rtmsg {
  readonly family: number;
  readonly dst_len: number;
  readonly src_len: number;
  readonly tos: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  readonly type: number;
  readonly flags: number;
}

/** Parses struct rtmsg and what follows it; RTA_TABLE goes before the header's byte. null if it is malformed. */
export function parseRtmsg(message: NetlinkMessage): { readonly rtm: rtmsg; readonly tb: Attributes } | null {
  const { payload } = message;
  const tb = payload.length < RTMSG_LEN ? null : Attributes.parse(payload, RTMSG_LEN);
  if (tb === null) return null;
  const [family = 0, dst_len = 0, src_len = 0, tos = 0, byte = 0, protocol = 0, scope = 0, type = 0] = payload;
  const flags = viewOf(payload).getUint32(8, true);
  return { tb, rtm: { family, dst_len, src_len, tos, table: tb.u32(RTA_TABLE) ?? byte, protocol, scope, type, flags } };
}

/** The payload of a message about a route; `extra` writes what only an answer to a lookup has. */
export function fib_dump_info(route: fib_route, flags = 0, extra?: ((w: AttributeWriter) => void) | undefined): Uint8Array {
  const header = new Uint8Array(RTMSG_LEN);
  const table = route.table < 256 ? route.table : 252;
  header.set([route.family, route.dst_len, 0, route.tos, table, route.protocol, route.scope, route.type]);
  const state = (flags & RTM_F_CLONED) !== 0 ? 0 : nexthopFlags(route) | (route.trap ? RTM_F_TRAP : 0);
  viewOf(header).setUint32(8, (flags | state) >>> 0, true);
  const w = new AttributeWriter().header(header).u32(RTA_TABLE, route.table);
  if (route.dst_len > 0) w.bytes(RTA_DST, route.dst);
  if (route.family === AF_INET) fillInet(w, route);
  else fillInet6(w, route);
  extra?.(w);
  return w.finish();
}

function fillInet(w: AttributeWriter, route: fib_route): void {
  if (route.priority !== 0) w.u32(RTA_PRIORITY, route.priority);
  if (route.prefsrc !== null) w.bytes(RTA_PREFSRC, route.prefsrc);
  if (route.gateway !== null) w.bytes(RTA_GATEWAY, route.gateway);
  if (route.dev !== null) w.u32(RTA_OIF, route.dev.ifindex);
}

/** sizeof(struct rta_cacheinfo) */
const RTA_CACHEINFO_LEN = 32;

function fillInet6(w: AttributeWriter, route: fib_route): void {
  if (route.prefsrc !== null) w.bytes(RTA_PREFSRC, route.prefsrc);
  w.u32(RTA_PRIORITY, route.priority);
  if (route.gateway !== null) w.bytes(RTA_GATEWAY, route.gateway);
  if (route.dev !== null) w.u32(RTA_OIF, route.dev.ifindex);
  w.bytes(RTA_CACHEINFO, new Uint8Array(RTA_CACHEINFO_LEN)).u8(RTA_PREF, 0);
}

/** rtmsg_fib(), inet6_rt_notify(): tells the listeners of the namespace. */
export function rtmsg_fib(caller: Frame, type: number, net: net, route: fib_route): void {
  const current = caller.enter(route.family === AF_INET ? "rtmsg_fib" : "inet6_rt_notify");
  const message = encodeMessage({ type, flags: 0, seq: 0, portid: 0, payload: fib_dump_info(route) });
  netlink_broadcast(current, net, NETLINK_ROUTE, 0, route.family === AF_INET ? RTNLGRP_IPV4_ROUTE : RTNLGRP_IPV6_ROUTE, message);
}

/** inet_dump_fib() */
export function inet_dump_fib(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  return dumpFamily(caller.enter("inet_dump_fib"), skb, cb, AF_INET, "ipv4: FIB table does not exist");
}

/** inet6_dump_fib() */
export function inet6_dump_fib(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  return dumpFamily(caller.enter("inet6_dump_fib"), skb, cb, AF_INET6, "ipv6: FIB table does not exist");
}

/** A socket that asks for strict checking gets the one table, protocol, type and device that it names. */
async function dumpFamily(current: Frame, skb: sk_buff, cb: netlink_callback, family: number, missing: string): Promise<number> {
  const net = genl_info_net(cb);
  const parsed = parseRtmsg(cb.nlh);
  if (parsed === null) return -EINVAL;
  const { rtm, tb } = parsed;
  const only = cb.strict_check && rtm.family === family;
  if (only && rtm.table !== RT_TABLE_UNSPEC && !fib_table_exists(current, net, family, rtm.table)) {
    NL_SET_ERR_MSG(cb.extack, missing);
    return -ENOENT;
  }
  const oif = only ? tb.u32(RTA_OIF) : undefined;
  const wanted = fib_routes(current, net, family).filter(
    (route) =>
      !only ||
      ((rtm.table === RT_TABLE_UNSPEC || route.table === rtm.table) &&
        (rtm.protocol === 0 || route.protocol === rtm.protocol) &&
        (rtm.type === 0 || route.type === rtm.type) &&
        (oif === undefined || route.dev?.ifindex === oif)),
  );
  for (const route of wanted.slice(cb.args[0])) {
    if (!skb.nlmsg_put(RTM_NEWROUTE, fib_dump_info(route))) return skb.len;
    cb.args[0]++;
  }
  return skb.len;
}

/** rtnl_dump_all() for routes: one family after the other. args[1] counts the families that are done. */
export async function rtnl_dump_all_routes(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("rtnl_dump_all");
  const families = [inet_dump_fib, inet6_dump_fib];
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
