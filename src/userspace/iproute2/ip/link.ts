/** Models ip link of iproute2 6.1.0 (ip/iplink.c, the listing of ip/ipaddress.c). Left out, and refused: statistics of protocols, properties. */
import {
  IFF_UP,
  IFLA_GROUP,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTEXT_FILTER_VF,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_NEWLINK,
} from "../../../netlink/index.ts";
import { EXIT_KERNEL_REFUSED, type LinkMessage, linkKind, linkRequest, parseLink } from "../rtnl.ts";
import { EXIT_MINUS_ONE } from "../tool.ts";
import { matches, type Words } from "../words.ts";
import { die, eitherOr, type Ip, type IpCommand, outputOf, required, takeGroup } from "./context.ts";
import { IP_LINK_HELP } from "./help.ts";
import { modifyLink } from "./link-modify.ts";
import { type LinkCache, printLink, printLinkBrief } from "./link-print.ts";

/** The commands in the order in which a prefix is looked up. */
const COMMANDS: readonly (readonly [string, IpCommand])[] = [
  ["add", (ip, words) => modifyLink(ip, words, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)],
  ["set", (ip, words) => modifyLink(ip, words, RTM_NEWLINK, 0)],
  ["change", (ip, words) => modifyLink(ip, words, RTM_NEWLINK, 0)],
  ["replace", (ip, words) => modifyLink(ip, words, RTM_NEWLINK, NLM_F_CREATE | NLM_F_REPLACE)],
  ["delete", (ip, words) => modifyLink(ip, words, RTM_DELLINK, 0)],
  ["show", listLinks],
  ["lst", listLinks],
  ["list", listLinks],
  ["xstats", (ip) => ip.tool.notModelled('command "link xstats"')],
  ["afstats", (ip) => ip.tool.notModelled('command "link afstats"')],
  ["property", (ip) => ip.tool.notModelled('command "link property"')],
  ["help", (ip) => die(ip, IP_LINK_HELP)],
];

/** ip link ... */
export async function ipLink(ip: Ip, words: Words): Promise<number> {
  const word = words.next();
  if (word === undefined) return await listLinks(ip, words);
  for (const [command, run] of COMMANDS) if (matches(word, command)) return await run(ip, words);
  await ip.tool.err(`Command "${word}" is unknown, try "ip link help".\n`);
  return EXIT_MINUS_ONE;
}

interface LinkFilter {
  device?: string;
  up?: boolean;
  kind?: string;
  group?: number;
}

async function listLinks(ip: Ip, words: Words): Promise<number> {
  const filter: LinkFilter = {};
  if (ip.options.stats > 1) return await ip.tool.notModelled("option -statistics given twice");
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const refused = await takeFilter(ip, words, word, filter);
    if (refused !== null) return refused;
  }
  if (filter.device !== undefined && (await ip.rtnl.indexOf(filter.device)) === 0) {
    await ip.tool.err(`Device "${filter.device}" does not exist.\n`);
    return 1;
  }
  const links = await fetchLinks(ip, filter);
  if (links === null) return filter.device === undefined ? 1 : EXIT_KERNEL_REFUSED;
  const cache: LinkCache = new Map(links.map((link) => [link.index, link]));
  const output = outputOf(ip);
  output.openArray();
  for (const link of links) {
    if (!passes(link, filter)) continue;
    output.openObject();
    if (ip.options.brief) await printLinkBrief(ip, output, link, cache, true);
    else await printLink(ip, output, link, cache, true);
    output.closeObject();
  }
  output.closeArray();
  output.finish();
  return 0;
}

/** One word of a listing's filter. A status if the word is refused, else null. */
async function takeFilter(ip: Ip, words: Words, word: string, filter: LinkFilter): Promise<number | null> {
  if (word === "up") filter.up = true;
  else if (word === "type") filter.kind = await required(ip, words);
  else if (word === "group") filter.group = await takeGroup(ip, await required(ip, words));
  else if (word === "master" || word === "nomaster" || word === "vrf")
    return await ip.tool.notModelled(`the filter "${word}" of a listing`);
  else if (word !== "dev" && matches(word, "help")) return await die(ip, IP_LINK_HELP);
  else {
    const device = word === "dev" ? await required(ip, words) : word;
    if (filter.device !== undefined) return await eitherOr(ip, "dev", device);
    filter.device = device;
  }
  return null;
}

async function fetchLinks(ip: Ip, filter: LinkFilter): Promise<readonly LinkMessage[] | null> {
  const { family } = ip.options;
  if (filter.device !== undefined && filter.group === undefined) {
    const message = await ip.rtnl.get(RTM_GETLINK, linkRequest({ name: filter.device, family, extMask: RTEXT_FILTER_VF }));
    return message === null ? null : [message].flatMap((m) => parseLink(m) ?? []);
  }
  const messages = await ip.rtnl.dump(RTM_GETLINK, linkRequest({ family, extMask: RTEXT_FILTER_VF }));
  return messages?.flatMap((message) => parseLink(message) ?? []) ?? null;
}

function passes(link: LinkMessage, filter: LinkFilter): boolean {
  if (filter.up === true && (link.flags & IFF_UP) === 0) return false;
  if (filter.kind !== undefined && linkKind(link) !== filter.kind) return false;
  if (filter.group !== undefined && link.attributes.u32(IFLA_GROUP) !== filter.group) return false;
  return true;
}
