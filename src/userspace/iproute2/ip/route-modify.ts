/** ip route add, change, replace, append, delete: one RTM_NEWROUTE or RTM_DELROUTE. Left out, and refused: multipath, metrics, encapsulation. */
import {
  AF_INET,
  AF_INET6,
  AttributeWriter,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTA_DST,
  RTA_GATEWAY,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_TABLE,
  RTM_DELROUTE,
  RTMSG_LEN,
  RTN_ANYCAST,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTN_UNSPEC,
  RTNH_F_ONLINK,
  RTPROT_BOOT,
  viewOf,
} from "../../../netlink/index.ts";
import { EXIT_KERNEL_REFUSED } from "../rtnl.ts";
import { matches, parseInteger, UINT_MAX, type Words } from "../words.ts";
import { takeScope } from "./address-modify.ts";
import { die, eitherOr, type Ip, noDevice, required, takeNumber } from "./context.ts";
import { IP_ROUTE_HELP } from "./help.ts";
import { familyOf, type Prefix, takeAddress, takePrefix } from "./prefix.ts";
import { isRouteType, parseProtocol, parseRouteType, parseTable } from "./route-names.ts";

interface RouteRequest {
  dst: Prefix | null;
  gateway: Uint8Array | null;
  prefsrc: Uint8Array | null;
  device: string | null;
  scope: number | null;
  table: number | null;
  type: number | null;
  protocol: number | null;
  priority: number | null;
  tos: number;
  flags: number;
}

/** Words that the real program takes and this one refuses. */
const REFUSED = [
  ...["as", "from", "expires", "mtu", "hoplimit", "advmss", "reordering", "rtt", "rto_min", "window", "cwnd", "initcwnd", "initrwnd"],
  ...["features", "quickack", "congctl", "rttvar", "ssthresh", "realms", "nexthop", "nhid", "vrf", "pref", "encap", "ttl-propagate"],
  ...["fastopen_no_cookie", "pervasive"],
];

export async function modifyRoute(ip: Ip, words: Words, type: number, flags: number): Promise<number> {
  const request: RouteRequest = {
    ...{ dst: null, gateway: null, prefsrc: null, device: null, scope: null, table: null, type: null, protocol: null, priority: null },
    tos: 0,
    flags: 0,
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (REFUSED.includes(word)) return await ip.tool.notModelled(`the setting "${word}" of a route`);
    await takeWord(ip, words, word, request);
  }
  if (request.dst === null) return await die(ip, IP_ROUTE_HELP);
  const index = request.device === null ? 0 : await ip.rtnl.indexOf(request.device);
  if (request.device !== null && index === 0) return await noDevice(ip, request.device);
  return (await ip.rtnl.talk(type, flags, encode(ip, request, request.dst, index, type))) ? 0 : EXIT_KERNEL_REFUSED;
}

async function takeWord(ip: Ip, words: Words, word: string, request: RouteRequest): Promise<void> {
  if (word === "src") request.prefsrc = await takeAddress(ip, await required(ip, words), familySoFar(ip, request));
  else if (word === "via") request.gateway = await takeGateway(ip, words, request);
  else if (word === "tos" || matches(word, "dsfield")) {
    request.tos = await takeNumber(ip, await required(ip, words), (text) => parseInteger(text, 0, 255), '"tos" value is invalid\n');
  } else if (word === "metric" || matches(word, "priority") || word === "preference") {
    request.priority = await takeNumber(
      ip,
      await required(ip, words),
      (text) => parseInteger(text, 0, UINT_MAX),
      '"metric" value is invalid\n',
    );
  } else if (word === "scope") request.scope = await takeScope(ip, await required(ip, words), 'invalid "scope"\n');
  else if (matches(word, "protocol")) {
    request.protocol = await takeNumber(ip, await required(ip, words), parseProtocol, '"protocol" value is invalid\n');
  } else if (matches(word, "table")) {
    request.table = await takeNumber(ip, await required(ip, words), parseTable, '"table" value is invalid\n');
  } else if (word === "dev" || word === "oif") request.device = await required(ip, words);
  else if (matches(word, "onlink")) request.flags |= RTNH_F_ONLINK;
  else await takeDestination(ip, words, word, request);
}

/** [TYPE] [to] PREFIX */
async function takeDestination(ip: Ip, words: Words, word: string, request: RouteRequest): Promise<void> {
  let text = word === "to" ? await required(ip, words) : word;
  if (isRouteType(text)) {
    request.type = parseRouteType(text);
    text = await required(ip, words);
  }
  if (matches(text, "help")) return await die(ip, IP_ROUTE_HELP);
  if (request.dst !== null) return await eitherOr(ip, "to", text);
  request.dst = await takePrefix(ip, text, familySoFar(ip, request));
}

function familySoFar(ip: Ip, { dst, gateway }: RouteRequest): number {
  if (dst !== null && dst.family !== 0) return dst.family;
  return gateway === null ? ip.options.family : familyOf(gateway);
}

async function takeGateway(ip: Ip, words: Words, request: RouteRequest): Promise<Uint8Array> {
  const word = await required(ip, words);
  if (word === "inet" || word === "inet6") return await takeAddress(ip, await required(ip, words), word === "inet" ? AF_INET : AF_INET6);
  return await takeAddress(ip, word, familySoFar(ip, request));
}

function encode(ip: Ip, request: RouteRequest, dst: Prefix, index: number, type: number): Uint8Array {
  const family = familySoFar(ip, request) || AF_INET;
  const deleting = type === RTM_DELROUTE;
  const routeType = request.type ?? (deleting ? RTN_UNSPEC : RTN_UNICAST);
  const hostTables = [RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST];
  const table = request.table ?? (hostTables.includes(routeType) ? RT_TABLE_LOCAL : RT_TABLE_MAIN);
  const scope = request.scope ?? scopeFor(routeType, deleting, request.gateway !== null, family);
  const header = new Uint8Array(RTMSG_LEN);
  const protocol = request.protocol ?? (deleting ? 0 : RTPROT_BOOT);
  header.set([family, dst.length, 0, request.tos, table < 256 ? table : 0, protocol, scope, routeType]);
  viewOf(header).setUint32(8, request.flags, true);
  const w = new AttributeWriter().header(header);
  if (dst.length > 0) w.bytes(RTA_DST, dst.bytes);
  if (table >= 256) w.u32(RTA_TABLE, table);
  if (request.gateway !== null) w.bytes(RTA_GATEWAY, request.gateway);
  if (request.prefsrc !== null) w.bytes(RTA_PREFSRC, request.prefsrc);
  if (request.priority !== null) w.u32(RTA_PRIORITY, request.priority);
  if (index !== 0) w.u32(RTA_OIF, index);
  return w.finish();
}

/** The scope of a route that names none: how far away what it leads to is. */
function scopeFor(type: number, deleting: boolean, hasGateway: boolean, family: number): number {
  if (type === RTN_LOCAL && family === AF_INET) return RT_SCOPE_HOST;
  if (type === RTN_BROADCAST || type === RTN_MULTICAST || type === RTN_ANYCAST) return RT_SCOPE_LINK;
  if (deleting) return RT_SCOPE_NOWHERE;
  return (type === RTN_UNICAST || type === RTN_UNSPEC) && !hasGateway && family === AF_INET ? RT_SCOPE_LINK : 0;
}
