/** ip address add, change, replace, delete: one RTM_NEWADDR or RTM_DELADDR. Left out, and refused: lifetimes, metrics and the flags of IPv6. */
import {
  AF_INET,
  AF_INET6,
  AttributeWriter,
  IFA_ADDRESS,
  IFA_BROADCAST,
  IFA_LABEL,
  IFA_LOCAL,
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
import { parseInet } from "../inet.ts";
import { EXIT_KERNEL_REFUSED } from "../rtnl.ts";
import { matches, parseInteger, type Words } from "../words.ts";
import { die, duplicateArgument, eitherOr, type Ip, invalidArgument, required } from "./context.ts";
import { IP_ADDRESS_HELP } from "./help.ts";

const SCOPES: readonly (readonly [number, string])[] = [
  [RT_SCOPE_UNIVERSE, "global"],
  [RT_SCOPE_HOST, "host"],
  [RT_SCOPE_LINK, "link"],
  [255, "nowhere"],
  [200, "site"],
];
const FLAGS = { add: NLM_F_CREATE | NLM_F_EXCL, change: NLM_F_REPLACE, replace: NLM_F_CREATE | NLM_F_REPLACE, delete: 0 } as const;
const REFUSED = [
  "anycast",
  "valid_lft",
  "preferred_lft",
  "metric",
  "priority",
  "preference",
  "home",
  "nodad",
  "mngtmpaddr",
  "noprefixroute",
  "autojoin",
  "proto",
];

export function scopeName(scope: number): string {
  return SCOPES.find(([number]) => number === scope)?.[1] ?? String(scope);
}

/** The number of a scope's name; ends the program with `complaint` if there is none. */
export async function takeScope(ip: Ip, text: string, complaint: string): Promise<number> {
  const scope = SCOPES.find(([, name]) => name === text)?.[0] ?? parseInteger(text, 0, 255);
  return scope ?? (await invalidArgument(ip, complaint, text));
}

interface Prefix {
  readonly bytes: Uint8Array;
  readonly length: number;
}

interface AddressRequest {
  local: Prefix | null;
  peer: Prefix | null;
  /** "+" and "-" stand for all host bits set or clear. */
  broadcast: Prefix | "+" | "-" | null;
  label: string | null;
  scope: number | null;
  device: string | null;
}

export async function modifyAddress(ip: Ip, words: Words, type: number, action: keyof typeof FLAGS): Promise<number> {
  const request: AddressRequest = { local: null, peer: null, broadcast: null, label: null, scope: null, device: null };
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
  } else if (word === "scope") request.scope = await takeScope(ip, await required(ip, words), "invalid scope value.");
  else if (word === "dev") request.device = await required(ip, words);
  else if (word === "label") request.label = await required(ip, words);
  else {
    if (word !== "local" && matches(word, "help")) return await die(ip, IP_ADDRESS_HELP);
    const text = word === "local" ? await required(ip, words) : word;
    if (request.local !== null) return await eitherOr(ip, "local", text);
    request.local = await takePrefix(ip, text);
  }
}

/** ADDRESS[/LENGTH]; ends the program with status 1 if it is none. */
async function takePrefix(ip: Ip, text: string): Promise<Prefix> {
  const [address = "", lengthText] = text.split("/");
  const bytes = parseInet(address);
  const bits = (bytes?.length ?? 0) * 8;
  const length = lengthText === undefined ? bits : parseInteger(lengthText, 0, bits);
  const familyFits = ip.options.family === 0 || bits === (ip.options.family === AF_INET ? 32 : 128);
  if (bytes !== null && length !== null && familyFits) return { bytes, length };
  const expected = ip.options.family === AF_INET ? "inet" : ip.options.family === AF_INET6 ? "inet6" : "any valid";
  await ip.tool.err(`Error: ${expected} prefix is expected rather than "${text}".\n`);
  return await ip.tool.exit(1);
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
