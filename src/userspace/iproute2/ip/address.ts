/** Models ip address of iproute2 6.1.0 (ip/ipaddress.c). Left out, and refused: flush, save, restore, showdump, and filters but those below. */
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  Attributes,
  AttributeWriter,
  IFA_ADDRESS,
  IFA_BROADCAST,
  IFA_CACHEINFO,
  IFA_F_PERMANENT,
  IFA_F_SECONDARY,
  IFA_FLAGS,
  IFA_LABEL,
  IFA_LOCAL,
  IFADDRMSG_LEN,
  IFF_UP,
  IFLA_STATS64,
  type NetlinkMessage,
  RTEXT_FILTER_VF,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_NEWADDR,
  viewOf,
} from "../../../netlink/index.ts";
import { formatInet } from "../inet.ts";
import type { Output } from "../output.ts";
import { type LinkMessage, linkKind, linkName, linkRequest, parseLink } from "../rtnl.ts";
import { EXIT_MINUS_ONE } from "../tool.ts";
import { matches, type Words } from "../words.ts";
import { modifyAddress, scopeName, takeScope } from "./address-modify.ts";
import { die, eitherOr, type Ip, type IpCommand, lineEnd, outputOf, required } from "./context.ts";
import { IP_ADDRESS_HELP } from "./help.ts";
import { printLink, printLinkBrief } from "./link-print.ts";
import { printLinkStats } from "./link-stats.ts";

const FOREVER = 0xffffffff;
const IFA_F_TENTATIVE = 0x40;
const IFA_F_DEPRECATED = 0x20;
const IFA_F_NOPREFIXROUTE = 0x200;

/** The commands in the order in which a prefix is looked up. */
const COMMANDS: readonly (readonly [string, IpCommand])[] = [
  ["add", (ip, words) => modifyAddress(ip, words, RTM_NEWADDR, "add")],
  ["change", (ip, words) => modifyAddress(ip, words, RTM_NEWADDR, "change")],
  ["chg", (ip, words) => modifyAddress(ip, words, RTM_NEWADDR, "change")],
  ["replace", (ip, words) => modifyAddress(ip, words, RTM_NEWADDR, "replace")],
  ["delete", (ip, words) => modifyAddress(ip, words, RTM_DELADDR, "delete")],
  ["show", listAddresses],
  ["lst", listAddresses],
  ["list", listAddresses],
  ["flush", refused("flush")],
  ["save", refused("save")],
  ["showdump", refused("showdump")],
  ["restore", refused("restore")],
  ["help", (ip) => die(ip, IP_ADDRESS_HELP)],
];

function refused(command: string): IpCommand {
  return (ip) => ip.tool.notModelled(`command "address ${command}"`);
}

/** ip address ... */
export async function ipAddress(ip: Ip, words: Words): Promise<number> {
  const word = words.next();
  if (word === undefined) return await listAddresses(ip, words);
  for (const [command, run] of COMMANDS) if (matches(word, command)) return await run(ip, words);
  await ip.tool.err(`Command "${word}" is unknown, try "ip address help".\n`);
  return EXIT_MINUS_ONE;
}

interface AddressFilter {
  device?: string;
  up?: boolean;
  kind?: string;
  scope?: number;
  label?: string;
}

export interface Address {
  readonly family: number;
  readonly prefixLength: number;
  readonly flags: number;
  readonly scope: number;
  readonly index: number;
  readonly attributes: Attributes;
}

async function listAddresses(ip: Ip, words: Words): Promise<number> {
  const filter: AddressFilter = {};
  if (ip.options.stats > 1) return await ip.tool.notModelled("option -statistics given twice");
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const end = await takeFilter(ip, words, word, filter);
    if (end !== null) return end;
  }
  if (filter.device !== undefined && (await ip.rtnl.indexOf(filter.device)) === 0) {
    await ip.tool.err(`Device "${filter.device}" does not exist.\n`);
    return 1;
  }
  const links = await fetchLinks(ip, filter);
  const addresses = links === null ? null : await fetchAddresses(ip);
  if (links === null || addresses === null) return 1;
  const cache = new Map(links.map((link) => [link.index, link]));
  const output = outputOf(ip);
  output.openArray();
  for (const link of links) {
    const own = addresses.filter((address) => address.index === link.index && addressPasses(ip, address, filter));
    if (!linkPasses(ip, link, own, filter)) continue;
    output.openObject();
    if (ip.options.brief) await printLinkBrief(ip, output, link, cache, false);
    else if (!ip.options.oneline) await printLink(ip, output, link, cache, false);
    printAddresses(ip, output, link, own);
    if (ip.options.stats > 0 && !ip.options.brief && link.attributes.has(IFLA_STATS64)) {
      printLinkStats(ip, output, link);
      output.text("\n");
    }
    output.closeObject();
  }
  output.closeArray();
  output.finish();
  return 0;
}

/** One word of a listing's filter. A status if the command ends here, else null. */
async function takeFilter(ip: Ip, words: Words, word: string, filter: AddressFilter): Promise<number | null> {
  const refusedFilters = [
    "to",
    "permanent",
    "dynamic",
    "secondary",
    "primary",
    "temporary",
    "tentative",
    "deprecated",
    "dadfailed",
    "master",
    "nomaster",
    "vrf",
    "group",
  ];
  if (word === "up") filter.up = true;
  else if (word === "type") filter.kind = await required(ip, words);
  else if (word === "label") filter.label = await required(ip, words);
  else if (word === "scope") {
    const scope = await required(ip, words);
    if (scope !== "all") filter.scope = await takeScope(ip, scope, 'invalid "scope"\n');
  } else if (refusedFilters.includes(word)) return await ip.tool.notModelled(`the filter "${word}" of a listing`);
  else if (word !== "dev" && matches(word, "help")) return await die(ip, IP_ADDRESS_HELP);
  else {
    const device = word === "dev" ? await required(ip, words) : word;
    if (filter.device !== undefined) return await eitherOr(ip, "dev", device);
    filter.device = device;
  }
  return null;
}

async function fetchLinks(ip: Ip, filter: AddressFilter): Promise<readonly LinkMessage[] | null> {
  const messages = await ip.rtnl.dump(RTM_GETLINK, linkRequest({ family: ip.options.family, extMask: RTEXT_FILTER_VF }));
  const links = messages?.flatMap((message) => parseLink(message) ?? []) ?? null;
  return links?.filter((link) => filter.device === undefined || linkName(link) === filter.device) ?? null;
}

async function fetchAddresses(ip: Ip): Promise<readonly Address[] | null> {
  const header = new Uint8Array(IFADDRMSG_LEN);
  header[0] = ip.options.family;
  const messages = await ip.rtnl.dump(RTM_GETADDR, new AttributeWriter().header(header).finish());
  return messages?.flatMap((message) => parseAddress(message) ?? []) ?? null;
}

export function parseAddress({ payload }: NetlinkMessage): Address | null {
  const attributes = payload.length < IFADDRMSG_LEN ? null : Attributes.parse(payload, IFADDRMSG_LEN);
  if (attributes === null) return null;
  const view = viewOf(payload);
  return {
    family: view.getUint8(0),
    prefixLength: view.getUint8(1),
    flags: attributes.u32(IFA_FLAGS) ?? view.getUint8(2),
    scope: view.getUint8(3),
    index: view.getUint32(4, true),
    attributes,
  };
}

function addressPasses(ip: Ip, address: Address, filter: AddressFilter): boolean {
  if (ip.options.family !== AF_UNSPEC && address.family !== ip.options.family) return false;
  if (filter.scope !== undefined && address.scope !== filter.scope) return false;
  return filter.label === undefined || address.attributes.string(IFA_LABEL) === filter.label;
}

/** With a filter for addresses or a family, links without a matching address are not shown. */
function linkPasses(ip: Ip, link: LinkMessage, own: readonly Address[], filter: AddressFilter): boolean {
  if (filter.up === true && (link.flags & IFF_UP) === 0) return false;
  if (filter.kind !== undefined && linkKind(link) !== filter.kind) return false;
  const byAddress = ip.options.family !== AF_UNSPEC || filter.scope !== undefined || filter.label !== undefined;
  return !byAddress || own.length > 0;
}

function printAddresses(ip: Ip, output: Output, link: LinkMessage, own: readonly Address[]): void {
  output.openArray("addr_info");
  for (const address of own) {
    output.openObject();
    if (ip.options.brief) printAddressBrief(output, address);
    else {
      if (ip.options.oneline) printDevice(output, link);
      printAddress(ip, output, address);
    }
    output.closeObject();
  }
  output.closeArray();
  if (ip.options.brief) output.text("\n");
}

/** With -oneline each address names its link, which has no line of its own. */
function printDevice(output: Output, link: LinkMessage): void {
  output.text(`${link.index}: ${linkName(link)}`);
  output.jsonField("index", link.index);
  output.jsonField("dev", linkName(link));
}

function familyName(family: number): string {
  return family === AF_INET ? "inet" : family === AF_INET6 ? "inet6" : `family ${family}`;
}

function printAddressBrief(output: Output, address: Address): void {
  const local = address.attributes.bytes(IFA_LOCAL) ?? address.attributes.bytes(IFA_ADDRESS) ?? new Uint8Array(4);
  output.field("local", formatInet(local), formatInet(local));
  output.field("prefixlen", `/${address.prefixLength} `, address.prefixLength);
}

function printAddress(ip: Ip, output: Output, address: Address): void {
  const { attributes } = address;
  const local = formatInet(attributes.bytes(IFA_LOCAL) ?? attributes.bytes(IFA_ADDRESS) ?? new Uint8Array(4));
  const peer = formatInet(attributes.bytes(IFA_ADDRESS) ?? attributes.bytes(IFA_LOCAL) ?? new Uint8Array(4));
  output.field("family", `    ${familyName(address.family)} `, familyName(address.family));
  output.field("local", local, local);
  if (peer !== local) output.field("address", ` peer ${peer}`, peer);
  output.field("prefixlen", `/${address.prefixLength} `, address.prefixLength);
  const broadcast = attributes.bytes(IFA_BROADCAST);
  if (broadcast !== undefined) output.field("broadcast", `brd ${formatInet(broadcast)} `, formatInet(broadcast));
  output.field("scope", `scope ${scopeName(address.scope)} `, scopeName(address.scope));
  printAddressFlags(output, address);
  const label = attributes.string(IFA_LABEL);
  if (label !== undefined) output.field("label", label, label);
  printLifetimes(ip, output, attributes.bytes(IFA_CACHEINFO));
  output.text("\n");
}

/** An address by itself, as ip monitor tells of it: behind its link. */
export function printAddressEvent(ip: Ip, output: Output, address: Address, link: LinkMessage | null): void {
  output.text(`${address.index}: ${link === null ? `if${address.index}` : linkName(link)}`);
  printAddress(ip, output, address);
}

function printAddressFlags(output: Output, { flags, family }: Address): void {
  if ((flags & IFA_F_SECONDARY) !== 0) {
    const word = family === AF_INET6 ? "temporary" : "secondary";
    output.field(word, `${word} `, true);
  }
  if ((flags & IFA_F_TENTATIVE) !== 0) output.field("tentative", "tentative ", true);
  if ((flags & IFA_F_DEPRECATED) !== 0) output.field("deprecated", "deprecated ", true);
  if ((flags & IFA_F_PERMANENT) === 0) output.field("dynamic", "dynamic ", true);
  if ((flags & IFA_F_NOPREFIXROUTE) !== 0) output.field("noprefixroute", "noprefixroute ", true);
}

/** struct ifa_cacheinfo: preferred and valid lifetime in seconds. */
function printLifetimes(ip: Ip, output: Output, cacheinfo: Uint8Array | undefined): void {
  if (cacheinfo === undefined || cacheinfo.length < 8) return;
  const view = viewOf(cacheinfo);
  const lifetimes = [
    ["valid_life_time", "valid_lft", view.getUint32(4, true)],
    ["preferred_life_time", "preferred_lft", view.getUint32(0, true)],
  ] as const;
  output.text(`${lineEnd(ip)}      `);
  for (const [key, word, seconds] of lifetimes) output.field(key, ` ${word} ${seconds === FOREVER ? "forever" : `${seconds}sec`}`, seconds);
}
