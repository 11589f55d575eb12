/** Models ip route of iproute2 6.1.0 (ip/iproute.c). Left out, and refused: save, restore, showdump, and filters but those below. */
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  AttributeWriter,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_TABLE_MAIN,
  RTA_GATEWAY,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_TABLE,
  RTM_DELROUTE,
  RTM_F_CLONED,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTMSG_LEN,
} from "../../../netlink/index.ts";
import { EXIT_KERNEL_REFUSED } from "../rtnl.ts";
import { EXIT_MINUS_ONE } from "../tool.ts";
import { matches, type Words } from "../words.ts";
import { takeScope } from "./address-modify.ts";
import { die, type Ip, type IpCommand, noDevice, outputOf, required, takeNumber } from "./context.ts";
import { IP_ROUTE_HELP } from "./help.ts";
import { type Prefix, takeAddress, takePrefix } from "./prefix.ts";
import { getRoute } from "./route-get.ts";
import { modifyRoute } from "./route-modify.ts";
import { parseProtocol, parseRouteType, parseTable } from "./route-names.ts";
import { type HiddenFields, parseRoute, printRoute, type Route } from "./route-print.ts";

/** The commands in the order in which a prefix is looked up. */
const COMMANDS: readonly (readonly [string, IpCommand])[] = [
  ["list", (ip, words) => listRoutes(ip, words, "list")],
  ["show", (ip, words) => listRoutes(ip, words, "list")],
  ["lst", (ip, words) => listRoutes(ip, words, "list")],
  ["get", getRoute],
  ["add", (ip, words) => modifyRoute(ip, words, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL)],
  ["change", (ip, words) => modifyRoute(ip, words, RTM_NEWROUTE, NLM_F_REPLACE)],
  ["chg", (ip, words) => modifyRoute(ip, words, RTM_NEWROUTE, NLM_F_REPLACE)],
  ["replace", (ip, words) => modifyRoute(ip, words, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE)],
  ["prepend", (ip, words) => modifyRoute(ip, words, RTM_NEWROUTE, NLM_F_CREATE)],
  ["append", (ip, words) => modifyRoute(ip, words, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND)],
  ["test", (ip, words) => modifyRoute(ip, words, RTM_NEWROUTE, NLM_F_EXCL)],
  ["delete", (ip, words) => modifyRoute(ip, words, RTM_DELROUTE, 0)],
  ["flush", (ip, words) => listRoutes(ip, words, "flush")],
  ["save", (ip) => ip.tool.notModelled('command "route save"')],
  ["restore", (ip) => ip.tool.notModelled('command "route restore"')],
  ["showdump", (ip) => ip.tool.notModelled('command "route showdump"')],
  ["help", (ip) => die(ip, IP_ROUTE_HELP)],
];

/** ip route ... */
export async function ipRoute(ip: Ip, words: Words): Promise<number> {
  const word = words.next();
  if (word === undefined) return await listRoutes(ip, words, "list");
  for (const [command, run] of COMMANDS) if (matches(word, command)) return await run(ip, words);
  await ip.tool.err(`Command "${word}" is unknown, try "ip route help".\n`);
  return EXIT_MINUS_ONE;
}

interface RouteFilter {
  /** 0: all tables. */
  table: number;
  device?: string;
  protocol?: number;
  scope?: number;
  type?: number;
  gateway?: Uint8Array;
  prefsrc?: Uint8Array;
  /** The destination lies inside of `root`, contains `match`, or both. */
  root?: Prefix;
  match?: Prefix;
}

/** Filters of the real program that this one refuses. */
const REFUSED = ["cached", "cloned", "tos", "dsfield", "iif", "mark", "realms", "from", "vrf", "tag"];

async function listRoutes(ip: Ip, words: Words, action: "list" | "flush"): Promise<number> {
  if (action === "flush" && words.atEnd) {
    await ip.tool.err('"ip route flush" requires arguments.\n');
    return 1;
  }
  const filter: RouteFilter = { table: RT_TABLE_MAIN };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const refused = await takeFilter(ip, words, word, filter);
    if (refused !== null) return refused;
  }
  let oif = 0;
  if (filter.device !== undefined) {
    oif = await ip.rtnl.indexOf(filter.device);
    if (oif === 0) return await noDevice(ip, filter.device);
  }
  const family = filter.match?.family || filter.root?.family || ip.options.family || (filter.table === 0 ? AF_UNSPEC : AF_INET);
  const header = new Uint8Array(RTMSG_LEN);
  header.set([family, 0, 0, 0, filter.table < 256 ? filter.table : 0, filter.protocol ?? 0, 0, filter.type ?? 0]);
  const request = new AttributeWriter().header(header);
  if (filter.table >= 256) request.u32(RTA_TABLE, filter.table);
  if (oif !== 0) request.u32(RTA_OIF, oif);
  const messages = await ip.rtnl.dump(RTM_GETROUTE, request.finish());
  if (messages === null) return EXIT_KERNEL_REFUSED;
  const routes = messages.flatMap((message) => parseRoute(message) ?? []).filter((route) => passes(route, filter, oif));
  return action === "flush" ? await flushRoutes(ip, routes) : await showRoutes(ip, routes, filter);
}

async function showRoutes(ip: Ip, routes: readonly Route[], filter: RouteFilter): Promise<number> {
  const hidden: HiddenFields = {
    table: filter.table !== 0,
    device: filter.device !== undefined,
    protocol: filter.protocol !== undefined,
    scope: filter.scope !== undefined,
    type: filter.type !== undefined,
    gateway: filter.gateway !== undefined,
    prefsrc: filter.prefsrc !== undefined,
  };
  const output = outputOf(ip);
  output.openArray();
  for (const route of routes) await printRoute(ip, output, route, hidden);
  output.closeArray();
  output.finish();
  return 0;
}

async function flushRoutes(ip: Ip, routes: readonly Route[]): Promise<number> {
  for (const route of routes) await ip.rtnl.talkQuietly(RTM_DELROUTE, 0, route.payload);
  if (ip.options.stats === 0) return 0;
  if (routes.length === 0) ip.tool.out("Nothing to flush.\n");
  else ip.tool.out(`\n*** Round 1, deleting ${routes.length} entries ***\n*** Flush is complete after 1 round ***\n`);
  return 0;
}

async function takeFilter(ip: Ip, words: Words, word: string, filter: RouteFilter): Promise<number | null> {
  if (REFUSED.includes(word)) return await ip.tool.notModelled(`the filter "${word}" of a listing`);
  if (matches(word, "table")) filter.table = await takeTable(ip, await required(ip, words));
  else if (word === "dev" || word === "oif") filter.device = await required(ip, words);
  else if (matches(word, "protocol"))
    filter.protocol = await takeNumber(ip, await required(ip, words), parseProtocol, 'invalid "protocol"\n');
  else if (matches(word, "scope")) {
    const scope = await required(ip, words);
    if (scope !== "all") filter.scope = await takeScope(ip, scope, 'invalid "scope"\n');
  } else if (matches(word, "type"))
    filter.type = await takeNumber(ip, await required(ip, words), parseRouteType, "node type value is invalid\n");
  else if (word === "via") filter.gateway = await takeVia(ip, words);
  else if (word === "src") filter.prefsrc = await takeAddress(ip, await required(ip, words));
  else if (matches(word, "help") && word !== "to") return await die(ip, IP_ROUTE_HELP);
  else await takeDestination(ip, words, word, filter);
  return null;
}

async function takeVia(ip: Ip, words: Words): Promise<Uint8Array> {
  const word = await required(ip, words);
  if (word !== "inet" && word !== "inet6") return await takeAddress(ip, word);
  return await takeAddress(ip, await required(ip, words), word === "inet" ? AF_INET : AF_INET6);
}

async function takeDestination(ip: Ip, words: Words, word: string, filter: RouteFilter): Promise<void> {
  let text = word === "to" ? await required(ip, words) : word;
  const mode = ["root", "match", "exact"].find((name) => text !== "" && name.startsWith(text));
  if (mode !== undefined) text = await required(ip, words);
  const prefix = await takePrefix(ip, text);
  if (mode !== "match") filter.root = prefix;
  if (mode !== "root") filter.match = prefix;
}

async function takeTable(ip: Ip, text: string): Promise<number> {
  if (text === "all") return 0;
  if (text === "cache") return await ip.tool.exit(await ip.tool.notModelled("the routing cache"));
  return await takeNumber(ip, text, parseTable, "table id value is invalid\n");
}

function passes(route: Route, filter: RouteFilter, oif: number): boolean {
  if ((route.flags & RTM_F_CLONED) !== 0) return false;
  if (filter.table !== 0 && route.table !== filter.table) return false;
  if (filter.protocol !== undefined && route.protocol !== filter.protocol) return false;
  if (filter.scope !== undefined && route.scope !== filter.scope) return false;
  if (filter.type !== undefined && route.type !== filter.type) return false;
  if (oif !== 0 && route.attributes.u32(RTA_OIF) !== oif) return false;
  if (!sameAddress(filter.gateway, route.attributes.bytes(RTA_GATEWAY))) return false;
  if (!sameAddress(filter.prefsrc, route.attributes.bytes(RTA_PREFSRC))) return false;
  const { root, match } = filter;
  if (root !== undefined && !(route.length >= root.length && covers(root.bytes, route.dst, root.length))) return false;
  return match === undefined || (route.length <= match.length && covers(match.bytes, route.dst, route.length));
}

function sameAddress(wanted: Uint8Array | undefined, found: Uint8Array | undefined): boolean {
  return wanted === undefined || (found !== undefined && wanted.length === found.length && covers(wanted, found, wanted.length * 8));
}

function covers(a: Uint8Array, b: Uint8Array, length: number): boolean {
  for (let bit = 0; bit < length; bit++) {
    const mask = 0x80 >> (bit & 7);
    if ((((a[bit >> 3] ?? 0) ^ (b[bit >> 3] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}
