/**
 * Models the routing tables of IPv4 (net/ipv4/fib_trie.c, fib_semantics.c) and IPv6 (net/ipv6/ip6_fib.c), v5.10, as one
 * ordered list for each namespace and family: the order is that of a dump, the longest prefix wins a lookup. Guarded by
 * rtnl_mutex. Left out: multipath, nexthop objects, metrics, exceptions, source-specific routes.
 */
import { EEXIST, ENOENT, ESRCH, type Frame } from "../../kernel/index.ts";
import {
  AF_INET,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_SCOPE_HOST,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_UNSPEC,
  RTNH_F_LINKDOWN,
} from "../../netlink/index.ts";
import { net_generic } from "../pernet.ts";
import { type net, type net_device, pernet_id } from "../structs.ts";

/** One route (struct fib_alias with its fib_info, struct fib6_info). Addresses are 4 or 16 bytes. */
export interface fib_route {
  readonly family: number;
  readonly table: number;
  readonly dst: Uint8Array;
  readonly dst_len: number;
  readonly tos: number;
  /** RTN_* */
  readonly type: number;
  readonly scope: number;
  /** RTPROT_* */
  readonly protocol: number;
  /** The metric; 0 if there is none. */
  readonly priority: number;
  readonly prefsrc: Uint8Array | null;
  readonly gateway: Uint8Array | null;
  /** null for what goes nowhere, such as an unreachable route. */
  readonly dev: net_device | null;
  /** RTNH_F_ONLINK */
  readonly nh_flags: number;
  /** A driver handles the packets, or has them sent to the processor (fib_alias_hw_flags_set). */
  trap: boolean;
}

class fib_net {
  readonly routes = new Map<number, fib_route[]>();
  /** Tables that somebody has used (fib_new_table); main and local are always there. */
  readonly tables = new Map<number, Set<number>>();
}

export const fib_net_id = new pernet_id("fib_net_ops", () => new fib_net());

/** All routes of a family in the order of a dump. */
export function fib_routes(current: Frame, net: net, family: number): readonly fib_route[] {
  const fib = net_generic(net, fib_net_id);
  current.reads(fib);
  return fib.routes.get(family) ?? [];
}

/** fib_get_table(): whether the table exists. */
export function fib_table_exists(current: Frame, net: net, family: number, table: number): boolean {
  const fib = net_generic(net, fib_net_id);
  current.reads(fib);
  return table === RT_TABLE_MAIN || table === RT_TABLE_LOCAL || fib.tables.get(family)?.has(table) === true;
}

/** Buckets of the table of tables: a dump goes through them in order (FIB_TABLE_HASHSZ, FIB6_TABLE_HASHSZ). */
const FIB_TABLE_HASHSZ = 256;

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (const [i, byte] of a.entries()) if (byte !== b[i]) return byte - (b[i] ?? 0);
  return 0;
}

/** The order of a dump: by table, by address, the longer prefix first (IPv4) or the shorter one (IPv6), by tos and metric. */
function compare(a: fib_route, b: fib_route): number {
  const length = a.family === AF_INET ? b.dst_len - a.dst_len : a.dst_len - b.dst_len;
  return (
    (a.table % FIB_TABLE_HASHSZ) - (b.table % FIB_TABLE_HASHSZ) ||
    a.table - b.table ||
    compareBytes(a.dst, b.dst) ||
    length ||
    b.tos - a.tos ||
    a.priority - b.priority
  );
}

export function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : a.length === b.length && compareBytes(a, b) === 0;
}

/** Whether the first `length` bits of both are the same. */
export function samePrefix(a: Uint8Array, b: Uint8Array, length: number): boolean {
  const whole = length >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const rest = length & 7;
  return rest === 0 || (((a[whole] ?? 0) ^ (b[whole] ?? 0)) & (0xff00 >> rest) & 0xff) === 0;
}

/** The address with its host bits cleared. */
export function prefixOf(address: Uint8Array, length: number): Uint8Array {
  return address.map((byte, i) => byte & ~(0xff >> Math.max(0, Math.min(8, length - 8 * i))));
}

/** Same prefix, tos and metric in the same table: what a table holds once, unless routes are appended. */
function sameKey(a: fib_route, b: fib_route): boolean {
  return compare(a, b) === 0;
}

function sameNexthop(a: fib_route, b: fib_route): boolean {
  return a.dev === b.dev && sameBytes(a.gateway, b.gateway);
}

/** What fib_table_insert() did: the route that it replaced, or the errno. */
export type FibInsert = { readonly error: number } | { readonly error: 0; readonly replaced: fib_route | null };

/**
 * fib_table_insert(), fib6_add(): -EEXIST with NLM_F_EXCL and for a twin, -ENOENT without NLM_F_CREATE and nothing to
 * replace. An IPv6 route beside another one of the same key needs another nexthop.
 */
export function fib_table_insert(current: Frame, net: net, route: fib_route, nlflags: number): FibInsert {
  const fib = net_generic(net, fib_net_id);
  current.writes(fib);
  const routes = fib.routes.get(route.family) ?? [];
  fib.routes.set(route.family, routes);
  const twins = routes.filter((other) => sameKey(other, route));
  const first = twins[0];
  if (first !== undefined) {
    if ((nlflags & NLM_F_EXCL) !== 0) return { error: -EEXIST };
    if ((nlflags & NLM_F_REPLACE) !== 0) {
      routes[routes.indexOf(first)] = route;
      return { error: 0, replaced: first };
    }
    const known = twins.some((other) => sameNexthop(other, route) && other.type === route.type && other.scope === route.scope);
    if (known) return { error: -EEXIST };
  } else if ((nlflags & NLM_F_CREATE) === 0) return { error: -ENOENT };
  const at = routes.findIndex((other) => compare(other, route) > 0);
  routes.splice(at < 0 ? routes.length : at, 0, route);
  const tables = fib.tables.get(route.family) ?? new Set<number>();
  fib.tables.set(route.family, tables.add(route.table));
  return { error: 0, replaced: null };
}

/** What a request to delete says; a field that is absent fits every route. */
export interface FibMatch {
  readonly table: number;
  readonly dst: Uint8Array;
  readonly dst_len: number;
  readonly tos?: number;
  readonly type?: number;
  readonly scope?: number;
  readonly protocol?: number;
  readonly priority?: number;
  readonly prefsrc?: Uint8Array;
  readonly gateway?: Uint8Array;
  readonly dev?: net_device;
}

/** fib_table_delete(), ip6_route_del(): takes the first route that fits; -ESRCH if none does. */
export function fib_table_delete(current: Frame, net: net, family: number, match: FibMatch): fib_route | number {
  const fib = net_generic(net, fib_net_id);
  current.writes(fib);
  const routes = fib.routes.get(family) ?? [];
  const at = routes.findIndex((route) => fits(route, match));
  return at < 0 ? -ESRCH : (routes.splice(at, 1)[0] ?? -ESRCH);
}

function fits(route: fib_route, match: FibMatch): boolean {
  if (route.table !== match.table || route.dst_len !== match.dst_len || !sameBytes(route.dst, match.dst)) return false;
  const { tos, type, scope, protocol, priority, prefsrc, gateway, dev } = match;
  if (tos !== undefined && route.tos !== tos) return false;
  if (type !== undefined && type !== RTN_UNSPEC && route.type !== type) return false;
  if (scope !== undefined && route.scope !== scope) return false;
  if (protocol !== undefined && route.protocol !== protocol) return false;
  if (priority !== undefined && route.priority !== priority) return false;
  if (prefsrc !== undefined && !sameBytes(route.prefsrc, prefsrc)) return false;
  return (gateway === undefined || sameBytes(route.gateway, gateway)) && (dev === undefined || route.dev === dev);
}

/** fib_flush(): takes all routes of a family that `dead` says, and returns them. */
export function fib_flush(current: Frame, net: net, family: number, dead: (route: fib_route) => boolean): readonly fib_route[] {
  const fib = net_generic(net, fib_net_id);
  current.writes(fib);
  const routes = fib.routes.get(family) ?? [];
  const gone = routes.filter(dead);
  if (gone.length > 0)
    fib.routes.set(
      family,
      routes.filter((route) => !dead(route)),
    );
  return gone;
}

/** fib_table_lookup(): the route of the table that fits best: the longest prefix, then the lowest metric. */
export function fib_table_lookup(current: Frame, net: net, family: number, table: number, address: Uint8Array, oif = 0): fib_route | null {
  let best: fib_route | null = null;
  for (const route of fib_routes(current, net, family)) {
    if (route.table !== table || !samePrefix(route.dst, address, route.dst_len)) continue;
    if (oif !== 0 && route.dev !== null && route.dev.ifindex !== oif) continue;
    if (best === null || route.dst_len > best.dst_len || (route.dst_len === best.dst_len && route.priority < best.priority)) best = route;
  }
  return best;
}

/** The flags of its nexthop as a message shows them: a device without carrier makes it LINKDOWN, but not for what is its own. */
export function nexthopFlags(route: fib_route): number {
  const down = route.dev !== null && route.scope !== RT_SCOPE_HOST && (!route.dev.running || !route.dev.carrier);
  return route.nh_flags | (down ? RTNH_F_LINKDOWN : 0);
}
