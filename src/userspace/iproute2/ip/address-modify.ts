/** ip address add, change, replace, delete: one RTM_NEWADDR or RTM_DELADDR. Left out, and refused: lifetimes and most flags of IPv6. */
import {
  AF_INET,
  AF_INET6,
  AttributeWriter,
  IFA_ADDRESS,
  IFA_BROADCAST,
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  IFA_FLAGS,
  IFA_LABEL,
  IFA_LOCAL,
  IFA_RT_PRIORITY,
  IFADDRMSG_LEN,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RTM_DELADDR,
  viewOf,
} from "../../../netlink/index.ts";
import { EXIT_KERNEL_REFUSED } from "../rtnl.ts";
import { matches, parseInteger, UINT_MAX, type Words } from "../words.ts";
import { die, duplicateArgument, eitherOr, type Ip, invalidArgument, required, takeNumber } from "./context.ts";
import { IP_ADDRESS_HELP } from "./help.ts";
import { type Prefix, takePrefix } from "./prefix.ts";

const SCOPES: readonly (readonly [number, string])[] = [
  [RT_SCOPE_UNIVERSE, "global"],
  [RT_SCOPE_HOST, "host"],
  [RT_SCOPE_LINK, "link"],
  [255, "nowhere"],
  [200, "site"],
];
const FLAGS = { add: NLM_F_CREATE | NLM_F_EXCL, change: NLM_F_REPLACE, replace: NLM_F_CREATE | NLM_F_REPLACE, delete: 0 } as const;
const REFUSED = ["anycast", "valid_lft", "preferred_lft", "home", "mngtmpaddr", "autojoin", "proto"];

export function scopeName(scope: number): string {
  return SCOPES.find(([number]) => number === scope)?.[1] ?? String(scope);
}

/** The number of a scope's name; ends the program with `complaint` if there is none. */
export async function takeScope(ip: Ip, text: string, complaint: string): Promise<number> {
  const scope = SCOPES.find(([, name]) => name === text)?.[0] ?? parseInteger(text, 0, 255);
  return scope ?? (await invalidArgument(ip, complaint, text));
}

interface AddressRequest {
  local: Prefix | null;
  peer: Prefix | null;
  /** "+" and "-" stand for all host bits set or clear. */
  broadcast: Prefix | "+" | "-" | null;
  label: string | null;
  scope: number | null;
  device: string | null;
  /** IFA_F_* */
  flags: number;
  metric: number | null;
}

export async function modifyAddress(ip: Ip, words: Words, type: number, action: keyof typeof FLAGS): Promise<number> {
  const request: AddressRequest = {
    local: null,
    peer: null,
    broadcast: null,
    label: null,
    scope: null,
    device: null,
    flags: 0,
    metric: null,
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (REFUSED.includes(word)) return await ip.tool.notModelled(`the setting "${word}" of an address`);
    await takeWord(ip, words, word, request);
  }
  const { device, label } = request;
  if (device === null) return await fail(ip, 'Not enough information: "dev" argument is required.\n');
  if (label !== null && !label.startsWith(device)) return await fail(ip, `"dev" (${device}) must match "label" (${label}).\n`);
  const payload = await encodeAddress(ip, request, type);
  if (payload === null) return 1;
  const index = await ip.rtnl.indexOf(device);
  if (index === 0) return await fail(ip, `Cannot find device "${device}"\n`);
  viewOf(payload).setUint32(4, index, true);
  return (await ip.rtnl.talk(type, FLAGS[action], payload)) ? 0 : EXIT_KERNEL_REFUSED;
}

async function fail(ip: Ip, message: string): Promise<number> {
  await ip.tool.err(message);
  return 1;
}

async function takeWord(ip: Ip, words: Words, word: string, request: AddressRequest): Promise<void> {
  if (word === "peer" || word === "remote") {
    if (request.peer !== null) return await duplicateArgument(ip, "peer", await required(ip, words));
    request.peer = await takePrefix(ip, await required(ip, words));
  } else if (matches(word, "broadcast") || word === "brd") {
    const text = await required(ip, words);
    if (request.broadcast !== null) return await duplicateArgument(ip, "broadcast", text);
    request.broadcast = text === "+" || text === "-" ? text : await takePrefix(ip, text);
  } else if (await takeOrigin(ip, words, word, request)) return;
  else if (word === "scope") request.scope = await takeScope(ip, await required(ip, words), "invalid scope value.");
  else if (word === "dev") request.device = await required(ip, words);
  else if (word === "label") request.label = await required(ip, words);
  else {
    if (word !== "local" && matches(word, "help")) return await die(ip, IP_ADDRESS_HELP);
    const text = word === "local" ? await required(ip, words) : word;
    if (request.local !== null) return await eitherOr(ip, "local", text);
    request.local = await takePrefix(ip, text);
  }
}

/** Flags, and the metric of the address's route. False if the word is another one. */
async function takeOrigin(ip: Ip, words: Words, word: string, request: AddressRequest): Promise<boolean> {
  if (word === "nodad" || word === "noprefixroute") {
    request.flags |= word === "nodad" ? IFA_F_NODAD : IFA_F_NOPREFIXROUTE;
    return true;
  }
  if (word !== "metric" && word !== "priority" && word !== "preference") return false;
  const parse = (text: string): number | null => parseInteger(text, 0, UINT_MAX);
  request.metric = await takeNumber(ip, await required(ip, words), parse, '"metric" value is invalid\n');
  return true;
}

/** struct ifaddrmsg (without the index) and the attributes; null after saying what is wrong. */
async function encodeAddress(ip: Ip, request: AddressRequest, type: number): Promise<Uint8Array | null> {
  const { local, peer } = request;
  const own = peer ?? local;
  const header = new Uint8Array(IFADDRMSG_LEN);
  const family = own === null ? ip.options.family : own.bytes.length === 4 ? AF_INET : AF_INET6;
  header.set([family, own?.length ?? 0, 0, request.scope ?? (type === RTM_DELADDR ? 0 : defaultScope(local))]);
  const writer = new AttributeWriter().header(header);
  if (local !== null) writer.bytes(IFA_LOCAL, local.bytes);
  if (own !== null) writer.bytes(IFA_ADDRESS, own.bytes);
  const broadcast = broadcastOf(request, own);
  if (broadcast === undefined) {
    await ip.tool.err("Broadcast can be set only for IPv4 addresses\n");
    return null;
  }
  if (broadcast !== null) writer.bytes(IFA_BROADCAST, broadcast);
  if (request.label !== null) writer.string(IFA_LABEL, request.label);
  if (request.flags !== 0) writer.u32(IFA_FLAGS, request.flags);
  if (request.metric !== null) writer.u32(IFA_RT_PRIORITY, request.metric);
  return writer.finish();
}

/** 127.0.0.0/8 belongs to the host alone. */
function defaultScope(local: Prefix | null): number {
  return local?.bytes.length === 4 && local.bytes[0] === 127 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
}

/** The broadcast address, null if none is asked for, undefined if the family has none. */
function broadcastOf(request: AddressRequest, own: Prefix | null): Uint8Array | null | undefined {
  const { broadcast } = request;
  if (broadcast === null) return null;
  if (own === null || own.bytes.length !== 4) return undefined;
  if (broadcast !== "+" && broadcast !== "-") return broadcast.bytes;
  const bytes = Uint8Array.from(own.bytes);
  for (let bit = own.length; bit < 32; bit++) {
    const mask = 0x80 >> (bit & 7);
    const at = bit >> 3;
    bytes[at] = broadcast === "+" ? (bytes[at] ?? 0) | mask : (bytes[at] ?? 0) & ~mask;
  }
  return bytes;
}
