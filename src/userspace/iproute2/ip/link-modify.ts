/**
 * ip link add, set, delete: settings of a link into one RTM_NEWLINK or RTM_DELLINK. Left out, and refused: virtual functions,
 * XDP, modes, and the options of kinds but veth's peer and a vlan's id and protocol.
 */
import {
  AttributeWriter,
  IFALIASZ,
  IFF_ALLMULTI,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_PROMISC,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_BROADCAST,
  IFLA_GROUP,
  IFLA_IFALIAS,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_LINK,
  IFLA_LINK_NETNSID,
  IFLA_LINKINFO,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_NET_NS_FD,
  IFLA_NET_NS_PID,
  IFLA_NUM_RX_QUEUES,
  IFLA_NUM_TX_QUEUES,
  IFLA_TXQLEN,
  IFLA_VLAN_ID,
  IFLA_VLAN_PROTOCOL,
  IFNAMSIZ,
  NLM_F_CREATE,
  RTM_NEWLINK,
  VETH_INFO_PEER,
} from "../../../netlink/index.ts";
import { encode } from "../../lib/index.ts";
import { openNetns } from "../netns.ts";
import { EXIT_KERNEL_REFUSED, ifinfomsg } from "../rtnl.ts";
import { INT_MAX, INT_MIN, matches, parseInteger, type Words } from "../words.ts";
import { die, duplicateArgument, eitherOr, type Ip, invalidArgument, required, takeGroup } from "./context.ts";
import { IP_LINK_HELP } from "./help.ts";

/** What the words of a command ask for. */
interface LinkRequest {
  name: string | null;
  device: string | null;
  link: string | null;
  kind: string | null;
  index: number | null;
  flags: number;
  change: number;
  readonly given: Set<string>;
  readonly attributes: AttributeWriter;
}

/** Words that the real program takes and this one refuses. */
const REFUSED = [
  "vf",
  "xdp",
  "xdpgeneric",
  "xdpdrv",
  "xdpoffload",
  "vrf",
  "mode",
  "state",
  "trailers",
  "carrier",
  "dynamic",
  "addrgenmode",
  "protodown",
  "protodown_reason",
  "gso_max_size",
  "gso_max_segs",
  "gro_max_size",
  "parentdev",
  "link-netns",
];
const SWITCHES: Readonly<Record<string, number>> = { multicast: IFF_MULTICAST, allmulticast: IFF_ALLMULTI, promisc: IFF_PROMISC };
/** Numbers: word, its other spellings, attribute. */
const NUMBERS: readonly (readonly [string, (word: string) => boolean, number])[] = [
  ["txqueuelen", (word) => matches(word, "txqueuelen") || word === "qlen" || matches(word, "txqlen"), IFLA_TXQLEN],
  ["mtu", (word) => word === "mtu", IFLA_MTU],
  ["numtxqueues", (word) => matches(word, "numtxqueues"), IFLA_NUM_TX_QUEUES],
  ["numrxqueues", (word) => matches(word, "numrxqueues"), IFLA_NUM_RX_QUEUES],
  ["link-netnsid", (word) => matches(word, "link-netnsid"), IFLA_LINK_NETNSID],
];

function emptyRequest(): LinkRequest {
  return {
    name: null,
    device: null,
    link: null,
    kind: null,
    index: null,
    flags: 0,
    change: 0,
    given: new Set(),
    attributes: new AttributeWriter(),
  };
}

/** ip link add | set | replace | delete: parses, looks names up, sends. */
export async function modifyLink(ip: Ip, words: Words, type: number, flags: number): Promise<number> {
  const request = emptyRequest();
  const refused = await parseSettings(ip, words, request);
  if (refused !== null) return refused;
  const creating = (flags & NLM_F_CREATE) !== 0;
  const index = creating ? await indexToCreate(ip, request) : await indexToChange(ip, request, type);
  if (index === null) return 1;
  if (request.name !== null) await putName(ip, request);
  const unfinished = await putKind(ip, words, request, creating);
  if (unfinished !== null) return unfinished;
  const header = ifinfomsg({ family: ip.options.family, index, flags: request.flags, change: request.change });
  const payload = new AttributeWriter().header(header).header(request.attributes.finish()).finish();
  return (await ip.rtnl.talk(type, flags, payload)) ? 0 : EXIT_KERNEL_REFUSED;
}

/** The index to change, or null after saying what is missing. */
async function indexToChange(ip: Ip, request: LinkRequest, type: number): Promise<number | null> {
  const device = request.device ?? request.name;
  if (device === null) return await die(ip, 'Not enough information: "dev" argument is required.\n');
  if (type === RTM_NEWLINK && request.index !== null) return await die(ip, "index can be used only when creating devices.\n");
  if (request.name === device) request.name = null;
  return await indexOrComplain(ip, device);
}

/** The index to create (0: the kernel picks one), or null after saying what is missing. "dev" and "name" mean the same here. */
async function indexToCreate(ip: Ip, request: LinkRequest): Promise<number | null> {
  if (request.name !== null && request.device !== null && request.name !== request.device) {
    return await die(ip, 'both "name" and "dev" cannot be used when creating devices.\n');
  }
  request.name ??= request.device;
  if (request.link !== null) {
    const lower = await indexOrComplain(ip, request.link);
    if (lower === null) return null;
    request.attributes.u32(IFLA_LINK, lower);
  }
  return request.index ?? 0;
}

async function indexOrComplain(ip: Ip, device: string): Promise<number | null> {
  const index = await ip.rtnl.indexOf(device);
  if (index !== 0) return index;
  await ip.tool.err(`Cannot find device "${device}"\n`);
  return null;
}

async function putName(ip: Ip, request: LinkRequest): Promise<void> {
  const name = request.name ?? "";
  if (!isInterfaceName(name)) await invalidArgument(ip, '"name" not a valid ifname', name);
  request.attributes.string(IFLA_IFNAME, name);
}

/** check_ifname(): not empty, short enough, no slash and no white space. */
function isInterfaceName(name: string): boolean {
  return name !== "" && encode(name).length < IFNAMSIZ && !/[/\s]/.test(name);
}

/** The kind of a new link and its options. A status if the command ends here, else null. */
async function putKind(ip: Ip, words: Words, request: LinkRequest, creating: boolean): Promise<number | null> {
  const { kind } = request;
  if (kind === null) {
    if (!creating) return null;
    await ip.tool.err('Not enough information: "type" argument is required\n');
    return 1;
  }
  let data: Uint8Array | null = null;
  if (!words.atEnd) {
    const parsed = await parseKindOptions(ip, words, kind);
    if (typeof parsed === "number") return parsed;
    data = parsed;
  }
  request.attributes.nest(IFLA_LINKINFO, (info) => {
    info.bytes(IFLA_INFO_KIND, encode(kind));
    if (data !== null) info.bytes(IFLA_INFO_DATA, data);
  });
  return null;
}

/** The options of a kind as IFLA_INFO_DATA, or a status. Kinds without options take any words and ignore them. */
async function parseKindOptions(ip: Ip, words: Words, kind: string): Promise<Uint8Array | number> {
  if (kind === "dummy" || kind === "ifb") return new Uint8Array(0);
  if (kind === "veth") return await parsePeer(ip, words);
  if (kind === "vlan") return await parseVlan(ip, words);
  return await ip.tool.notModelled(`"${words.word}" of link type ${kind}`);
}

const VLAN_PROTOCOLS: Readonly<Record<string, number>> = { "802.1q": 0x8100, "802.1ad": 0x88a8 };
const VLAN_REFUSED = ["reorder_hdr", "gvrp", "mvrp", "loose_binding", "bridge_binding", "ingress-qos-map", "egress-qos-map"];

/** vlan's "[protocol PROTOCOL] id ID", or a status. */
async function parseVlan(ip: Ip, words: Words): Promise<Uint8Array | number> {
  const data = new AttributeWriter();
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const refused = VLAN_REFUSED.find((name) => matches(word ?? "", name));
    if (matches(word, "protocol")) await takeProtocol(ip, await required(ip, words), data);
    else if (matches(word, "id")) {
      const text = await required(ip, words);
      const id = parseInteger(text, 0, 0xffff);
      if (id === null) await invalidArgument(ip, "id is invalid", text);
      else data.u16(IFLA_VLAN_ID, id);
    } else if (refused !== undefined) return await ip.tool.notModelled(`"${refused}" of link type vlan`);
    else {
      await ip.tool.err(
        `${word === "help" ? "" : `vlan: unknown command "${word}"?\n`}Usage: ip link add link LINK NAME type vlan [protocol 802.1Q|802.1ad] id ID\n`,
      );
      return 1;
    }
  }
  return data.finish();
}

async function takeProtocol(ip: Ip, text: string, data: AttributeWriter): Promise<void> {
  const protocol = VLAN_PROTOCOLS[text.toLowerCase()];
  if (protocol === undefined) return await invalidArgument(ip, "protocol is invalid", text);
  data.bytes(IFLA_VLAN_PROTOCOL, Uint8Array.of(protocol >> 8, protocol & 0xff));
}

/** veth's "peer [name] NAME ...": the other end, a link request inside of the first; or a status. */
async function parsePeer(ip: Ip, words: Words): Promise<Uint8Array | number> {
  const word = words.next() ?? "";
  if (word !== "peer") {
    await ip.tool.err("Usage: ip link add NAME type veth [peer [name] NAME [SETTING]...]\n");
    return 1;
  }
  const peer = emptyRequest();
  const refused = await parseSettings(ip, words, peer);
  if (refused !== null) return refused;
  peer.name ??= peer.device;
  if (peer.name !== null) await putName(ip, peer);
  const header = ifinfomsg({ family: ip.options.family, index: peer.index ?? 0, flags: peer.flags, change: peer.change });
  return new AttributeWriter()
    .bytes(VETH_INFO_PEER, new AttributeWriter().header(header).header(peer.attributes.finish()).finish())
    .finish();
}

/** The words up to "type KIND" or the end. A status if the command ends here, else null. */
async function parseSettings(ip: Ip, words: Words, request: LinkRequest): Promise<number | null> {
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (REFUSED.includes(word)) return await ip.tool.notModelled(`the setting "${word}" of a link`);
    if (matches(word, "type")) {
      request.kind = await required(ip, words);
      return null;
    }
    if (await takeFlag(ip, words, word, request)) continue;
    const unfinished = await takeSetting(ip, words, word, request);
    if (unfinished !== null) return unfinished;
  }
  return null;
}

/** up, down, arp on|off and the like. False if the word is none of them. */
async function takeFlag(ip: Ip, words: Words, word: string, request: LinkRequest): Promise<boolean> {
  if (word === "up" || word === "down") {
    setFlag(request, IFF_UP, word === "up");
    return true;
  }
  const flag = word === "arp" ? IFF_NOARP : SWITCHES[word];
  if (flag === undefined) return false;
  const value = await required(ip, words);
  if (value !== "on" && value !== "off") {
    await ip.tool.err(`Error: argument of "${word}" must be "on" or "off", not "${value}"\n`);
    return await ip.tool.exit(1);
  }
  setFlag(request, flag, (value === "on") !== (word === "arp"));
  return true;
}

function setFlag(request: LinkRequest, flag: number, on: boolean): void {
  request.change |= flag;
  request.flags = on ? request.flags | flag : request.flags & ~flag;
}

async function takeSetting(ip: Ip, words: Words, word: string, request: LinkRequest): Promise<number | null> {
  const { attributes } = request;
  const number = NUMBERS.find(([, spelled]) => spelled(word));
  if (word === "name") request.name = await required(ip, words);
  else if (word === "index") request.index = Math.max(0, parseInteger(await required(ip, words), INT_MIN, INT_MAX) ?? 0);
  else if (matches(word, "link")) request.link = await required(ip, words);
  else if (matches(word, "address")) return await takeLinkAddress(ip, await required(ip, words), IFLA_ADDRESS, request);
  else if (matches(word, "broadcast") || word === "brd")
    return await takeLinkAddress(ip, await required(ip, words), IFLA_BROADCAST, request);
  else if (number !== undefined) await takeNumber(ip, words, number, request);
  else if (word === "netns") await takeNetns(ip, await required(ip, words), request);
  else if (word === "master") return await takeMaster(ip, await required(ip, words), request);
  else if (word === "nomaster") attributes.u32(IFLA_MASTER, 0);
  else if (matches(word, "alias")) await takeAlias(ip, await required(ip, words), request);
  else if (word === "group") attributes.u32(IFLA_GROUP, await takeGroup(ip, await once(ip, words, "group", request)));
  else if (matches(word, "help")) return await die(ip, IP_LINK_HELP);
  else await takeDevice(ip, word === "dev" ? await required(ip, words) : word, request);
  return null;
}

/** A status if there is no such link, else null. */
async function takeMaster(ip: Ip, name: string, request: LinkRequest): Promise<number | null> {
  const index = await ip.rtnl.indexOf(name);
  if (index === 0) return await invalidArgument(ip, "Device does not exist\n", name);
  request.attributes.u32(IFLA_MASTER, index);
  return null;
}

async function takeAlias(ip: Ip, alias: string, request: LinkRequest): Promise<void> {
  const bytes = encode(alias);
  if (bytes.length >= IFALIASZ) return await invalidArgument(ip, "alias too long\n", alias);
  request.attributes.bytes(IFLA_IFALIAS, bytes);
}

async function takeDevice(ip: Ip, device: string, request: LinkRequest): Promise<void> {
  if (request.device !== null) return await eitherOr(ip, "dev", device);
  if (device === "" || /[/\s]/.test(device)) return await invalidArgument(ip, '"dev" not a valid ifname', device);
  request.device = device;
}

/** The argument of a word that may stand only once. */
async function once(ip: Ip, words: Words, key: string, request: LinkRequest): Promise<string> {
  const text = await required(ip, words);
  if (request.given.has(key)) return await duplicateArgument(ip, key, text);
  request.given.add(key);
  return text;
}

async function takeNumber(ip: Ip, words: Words, [key, , attribute]: (typeof NUMBERS)[number], request: LinkRequest): Promise<void> {
  const text = await once(ip, words, key, request);
  const value = parseInteger(text, INT_MIN, INT_MAX);
  if (value === null) return await invalidArgument(ip, `Invalid "${key}" value\n`, text);
  request.attributes.s32(attribute, value);
}

async function takeNetns(ip: Ip, text: string, request: LinkRequest): Promise<void> {
  if (request.given.has("netns")) return await duplicateArgument(ip, "netns", text);
  request.given.add("netns");
  const fd = await openNetns(ip.tool.process, text);
  const pid = fd >= 0 ? null : parseInteger(text, INT_MIN, INT_MAX);
  if (fd >= 0) request.attributes.u32(IFLA_NET_NS_FD, fd);
  else if (pid !== null) request.attributes.s32(IFLA_NET_NS_PID, pid);
  else await invalidArgument(ip, 'Invalid "netns" value\n', text);
}

/** ll_addr_a2n(): hexadecimal bytes with colons. A status if it is none, else null. */
async function takeLinkAddress(ip: Ip, text: string, attribute: number, request: LinkRequest): Promise<number | null> {
  const parts = text.split(":");
  const wrong = parts.find((part) => !/^[0-9a-fA-F]+$/.test(part));
  if (wrong !== undefined) {
    await ip.tool.err(`"${wrong}" is invalid lladdr.\n`);
    return 1;
  }
  const values = parts.map((part) => Number.parseInt(part, 16));
  if (values.some((value) => value > 255)) {
    await ip.tool.err(`"${text}" is invalid lladdr.\n`);
    return 1;
  }
  request.attributes.bytes(attribute, Uint8Array.from(values));
  return null;
}
