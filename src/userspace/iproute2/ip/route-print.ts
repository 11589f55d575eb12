/** One route as ip route shows it (print_route of ip/iproute.c). Left out: multipath, metrics, encapsulation, lifetimes. */
import {
  AF_INET,
  AF_INET6,
  Attributes,
  type NetlinkMessage,
  RT_TABLE_MAIN,
  RTA_DST,
  RTA_GATEWAY,
  RTA_OIF,
  RTA_PREF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_TABLE,
  RTA_UID,
  RTM_F_CLONED,
  RTM_F_OFFLOAD,
  RTM_F_TRAP,
  RTMSG_LEN,
  RTN_UNICAST,
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
  RTNH_F_ONLINK,
  RTPROT_BOOT,
  viewOf,
} from "../../../netlink/index.ts";
import { formatInet } from "../inet.ts";
import type { Output } from "../output.ts";
import { linkName } from "../rtnl.ts";
import { scopeName } from "./address-modify.ts";
import { type Ip, lineEnd } from "./context.ts";
import { protocolName, routeTypeName, tableName } from "./route-names.ts";

export interface Route {
  readonly family: number;
  readonly dst: Uint8Array;
  readonly length: number;
  readonly tos: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  readonly type: number;
  readonly flags: number;
  readonly attributes: Attributes;
  readonly payload: Uint8Array;
}

export function parseRoute({ payload }: NetlinkMessage): Route | null {
  const attributes = payload.length < RTMSG_LEN ? null : Attributes.parse(payload, RTMSG_LEN);
  if (attributes === null) return null;
  const [family = 0, length = 0, , tos = 0, table = 0, protocol = 0, scope = 0, type = 0] = payload;
  return {
    family,
    length,
    tos,
    protocol,
    scope,
    type,
    table: attributes.u32(RTA_TABLE) ?? table,
    flags: viewOf(payload).getUint32(8, true),
    dst: attributes.bytes(RTA_DST) ?? new Uint8Array(family === AF_INET6 ? 16 : 4),
    attributes,
    payload,
  };
}

/** What a listing was asked for: such fields are the same in every line and not printed. */
export interface HiddenFields {
  readonly table?: boolean;
  readonly device?: boolean;
  readonly protocol?: boolean;
  readonly scope?: boolean;
  readonly type?: boolean;
  readonly gateway?: boolean;
  readonly prefsrc?: boolean;
}

const FLAGS: readonly (readonly [number, string])[] = [
  [RTNH_F_DEAD, "dead"],
  [RTNH_F_ONLINK, "onlink"],
  [2, "pervasive"],
  [8, "offload"],
  [64, "trap"],
  [256, "notify"],
  [RTNH_F_LINKDOWN, "linkdown"],
  [32, "unresolved"],
  [RTM_F_OFFLOAD, "rt_offload"],
  [RTM_F_TRAP, "rt_trap"],
];
const CACHE_FLAGS: readonly (readonly [number, string])[] = [
  [0x8000_0000, "local"],
  [0x1000_0000, "brd"],
  [0x2000_0000, "mc"],
];
const PREFERENCES = ["medium", "high", "invalid", "low"];

export async function printRoute(ip: Ip, output: Output, route: Route, hidden: HiddenFields): Promise<void> {
  const { attributes } = route;
  const details = ip.options.details > 0;
  output.openObject();
  if ((route.type !== RTN_UNICAST || details) && hidden.type !== true) {
    output.field("type", `${routeTypeName(route.type)} `, routeTypeName(route.type));
  }
  const dst = destination(route);
  output.field("dst", `${dst} `, dst);
  if (route.tos !== 0)
    output.field("tos", `tos 0x${route.tos.toString(16).padStart(2, "0")} `, `0x${route.tos.toString(16).padStart(2, "0")}`);
  const gateway = attributes.bytes(RTA_GATEWAY);
  if (gateway !== undefined && hidden.gateway !== true) output.field("gateway", `via ${formatInet(gateway)} `, formatInet(gateway));
  const oif = attributes.u32(RTA_OIF);
  if (oif !== undefined && hidden.device !== true) {
    const link = await ip.rtnl.linkAt(oif);
    const name = link === null ? `if${oif}` : linkName(link);
    output.field("dev", `dev ${name} `, name);
  }
  if ((route.table !== RT_TABLE_MAIN && hidden.table !== true) || details) {
    output.field("table", `table ${tableName(route.table)} `, tableName(route.table));
  }
  printOrigin(output, route, hidden, details);
  const prefsrc = attributes.bytes(RTA_PREFSRC);
  if (prefsrc !== undefined && hidden.prefsrc !== true) output.field("prefsrc", `src ${formatInet(prefsrc)} `, formatInet(prefsrc));
  const metric = attributes.u32(RTA_PRIORITY);
  if (metric !== undefined) output.field("metric", `metric ${metric} `, metric);
  printFlags(output, "flags", FLAGS, route.flags);
  const uid = attributes.u32(RTA_UID);
  if (uid !== undefined) output.field("uid", `uid ${uid} `, uid);
  printTail(ip, output, route);
  output.text("\n");
  output.closeObject();
}

function destination(route: Route): string {
  const bits = route.family === AF_INET ? 32 : 128;
  if (!route.attributes.has(RTA_DST)) return route.length === 0 ? "default" : `0/${route.length}`;
  return route.length === bits ? formatInet(route.dst) : `${formatInet(route.dst)}/${route.length}`;
}

function printOrigin(output: Output, route: Route, hidden: HiddenFields, details: boolean): void {
  if ((route.flags & RTM_F_CLONED) !== 0) return;
  if ((route.protocol !== RTPROT_BOOT || details) && hidden.protocol !== true) {
    output.field("protocol", `proto ${protocolName(route.protocol)} `, protocolName(route.protocol));
  }
  if ((route.scope !== 0 || details) && hidden.scope !== true)
    output.field("scope", `scope ${scopeName(route.scope)} `, scopeName(route.scope));
}

function printFlags(output: Output, key: string, names: typeof FLAGS, flags: number): void {
  output.openArray(key);
  for (const [flag, name] of names) if ((flags & flag) !== 0) output.item(`${name} `, name);
  output.closeArray();
}

/** The second line of an IPv4 route that a lookup gave, and the preference of an IPv6 one. */
function printTail(ip: Ip, output: Output, route: Route): void {
  if ((route.flags & RTM_F_CLONED) !== 0 && route.family === AF_INET) {
    output.text(`${lineEnd(ip)}    cache `);
    const names = CACHE_FLAGS.filter(([flag]) => (route.flags & flag) !== 0).map(([, name]) => name);
    output.openArray("cache");
    names.forEach((name, i) => {
      output.item(`${i === 0 ? "<" : ""}${name}${i === names.length - 1 ? "> " : ","}`, name);
    });
    output.closeArray();
  }
  const pref = route.attributes.u8(RTA_PREF);
  if (pref !== undefined) output.field("pref", `pref ${PREFERENCES[pref] ?? pref}`, PREFERENCES[pref] ?? pref);
}
