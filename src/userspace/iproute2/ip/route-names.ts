/** Names of routing (lib/rt_names.c, ip/rtm_map.c): types, scopes, protocols and tables of routes. */
import { RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN } from "../../../netlink/index.ts";
import { parseInteger, UINT_MAX } from "../words.ts";

const TYPES = [
  "none",
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
  "nat",
  "xresolve",
];

const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  ...([
    [0, "unspec"],
    [1, "redirect"],
    [2, "kernel"],
    [3, "boot"],
    [4, "static"],
    [8, "gated"],
    [9, "ra"],
    [10, "mrt"],
  ] as const),
  ...([
    [11, "zebra"],
    [12, "bird"],
    [13, "dnrouted"],
    [14, "xorp"],
    [15, "ntk"],
    [16, "dhcp"],
    [18, "keepalived"],
  ] as const),
  ...([
    [42, "babel"],
    [99, "openr"],
    [186, "bgp"],
    [187, "isis"],
    [188, "ospf"],
    [189, "rip"],
    [192, "eigrp"],
  ] as const),
]);

const TABLES: ReadonlyMap<number, string> = new Map([
  [RT_TABLE_DEFAULT, "default"],
  [RT_TABLE_MAIN, "main"],
  [RT_TABLE_LOCAL, "local"],
]);

export function routeTypeName(type: number): string {
  return TYPES[type] ?? String(type);
}

/** null if the word is no type of route. */
export function parseRouteType(text: string): number | null {
  const at = TYPES.indexOf(text);
  return at > 0 ? at : parseInteger(text, 0, 255);
}

/** Whether the word names a type, so that it is no destination. */
export function isRouteType(text: string): boolean {
  return TYPES.indexOf(text) > 0;
}

export function protocolName(protocol: number): string {
  return PROTOCOLS.get(protocol) ?? String(protocol);
}

export function parseProtocol(text: string): number | null {
  return numberOf(PROTOCOLS, text) ?? parseInteger(text, 0, 255);
}

export function tableName(table: number): string {
  return TABLES.get(table) ?? String(table);
}

export function parseTable(text: string): number | null {
  return numberOf(TABLES, text) ?? parseInteger(text, 0, UINT_MAX);
}

function numberOf(names: ReadonlyMap<number, string>, text: string): number | null {
  for (const [number, name] of names) if (name === text) return number;
  return null;
}
