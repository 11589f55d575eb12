/**
 * One link as ip link and ip address show it (print_linkinfo of ip/ipaddress.c). Left out: XDP, addresses of virtual
 * functions, alternative names, and what -details tells about protocols (addrgenmode).
 */
import {
  AF_PACKET,
  AF_UNSPEC,
  ARPHRD_ETHER,
  ARPHRD_INFINIBAND,
  ARPHRD_LOOPBACK,
  IFF_ALLMULTI,
  IFF_BROADCAST,
  IFF_DEBUG,
  IFF_DORMANT,
  IFF_LOOPBACK,
  IFF_LOWER_UP,
  IFF_MASTER,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_POINTOPOINT,
  IFF_PROMISC,
  IFF_RUNNING,
  IFF_SLAVE,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_BROADCAST,
  IFLA_GROUP,
  IFLA_IFALIAS,
  IFLA_LINK,
  IFLA_LINK_NETNSID,
  IFLA_LINKMODE,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_NUM_VF,
  IFLA_OPERSTATE,
  IFLA_QDISC,
  IFLA_STATS64,
  IFLA_TXQLEN,
  IFLA_VFINFO_LIST,
} from "../../../netlink/index.ts";
import type { Output } from "../output.ts";
import { type LinkMessage, linkName } from "../rtnl.ts";
import { type Ip, lineEnd } from "./context.ts";
import { printLinkDetails } from "./link-details.ts";
import { printLinkStats } from "./link-stats.ts";
import { nameOfNsid } from "./netns-id.ts";

/** In the order in which they are printed. */
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [IFF_LOOPBACK, "LOOPBACK"],
  [IFF_BROADCAST, "BROADCAST"],
  [IFF_POINTOPOINT, "POINTOPOINT"],
  [IFF_MULTICAST, "MULTICAST"],
  [IFF_NOARP, "NOARP"],
  [IFF_ALLMULTI, "ALLMULTI"],
  [IFF_PROMISC, "PROMISC"],
  [IFF_MASTER, "MASTER"],
  [IFF_SLAVE, "SLAVE"],
  [IFF_DEBUG, "DEBUG"],
  [1 << 15, "DYNAMIC"],
  [1 << 14, "AUTOMEDIA"],
  [1 << 13, "PORTSEL"],
  [1 << 5, "NOTRAILERS"],
  [IFF_UP, "UP"],
  [IFF_LOWER_UP, "LOWER_UP"],
  [IFF_DORMANT, "DORMANT"],
  [1 << 18, "ECHO"],
];
const OPERSTATES = ["UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP"];
const LINK_MODES = ["DEFAULT", "DORMANT"];
const LINK_TYPES: Readonly<Record<number, string>> = {
  [ARPHRD_ETHER]: "ether",
  [ARPHRD_LOOPBACK]: "loopback",
  [ARPHRD_INFINIBAND]: "infiniband",
};

/** Links of this listing by index: a name that is asked for again is not asked for at the kernel. */
export type LinkCache = Map<number, LinkMessage>;

export function hexAddress(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** Prints the fields of a link inside of an open object. `withLinkFields` is false for ip address. */
export async function printLink(ip: Ip, output: Output, link: LinkMessage, cache: LinkCache, withLinkFields: boolean): Promise<void> {
  const { attributes } = link;
  output.field("ifindex", `${link.index}: `, link.index);
  const lowerDown = await printName(ip, output, link, cache, (name) => `${name}: `);
  printLinkFlags(output, link.flags, lowerDown);
  const mtu = attributes.u32(IFLA_MTU);
  if (mtu !== undefined) output.field("mtu", `mtu ${mtu} `, mtu);
  const qdisc = attributes.string(IFLA_QDISC);
  if (qdisc !== undefined) output.field("qdisc", `qdisc ${qdisc} `, qdisc);
  const master = attributes.u32(IFLA_MASTER);
  if (master !== undefined) {
    const name = await nameAt(ip, cache, master);
    output.field("master", `master ${name} `, name);
  }
  const operstate = operstateOf(link);
  if (operstate !== undefined) output.field("operstate", `state ${operstate} `, operstate);
  const mode = attributes.u8(IFLA_LINKMODE);
  if (withLinkFields && mode !== undefined) output.field("linkmode", `mode ${LINK_MODES[mode] ?? mode} `, LINK_MODES[mode] ?? mode);
  const group = attributes.u32(IFLA_GROUP);
  if (group !== undefined) output.field("group", `group ${groupName(group)} `, groupName(group));
  const queue = attributes.u32(IFLA_TXQLEN) ?? (await queueLength(ip, link));
  if (queue !== undefined && queue !== 0) output.field("txqlen", `qlen ${queue}`, queue);
  const { family } = ip.options;
  if (family === AF_UNSPEC || family === AF_PACKET || ip.options.details > 0) printAddresses(ip, output, link);
  await printLinkNetns(ip, output, link);
  if (ip.options.details > 0) printLinkDetails(ip, output, link);
  const alias = attributes.string(IFLA_IFALIAS);
  if (alias !== undefined && (withLinkFields || ip.options.details > 0)) output.field("ifalias", `${lineEnd(ip)}    alias ${alias}`, alias);
  if (withLinkFields && ip.options.stats > 0 && attributes.has(IFLA_STATS64)) {
    output.text(lineEnd(ip));
    printLinkStats(ip, output, link);
  }
  if (withLinkFields && attributes.has(IFLA_NUM_VF) && attributes.has(IFLA_VFINFO_LIST)) {
    output.openArray("vfinfo_list");
    output.closeArray();
  }
  output.text("\n");
}

async function nameAt(ip: Ip, cache: LinkCache, index: number): Promise<string> {
  const found = cache.get(index) ?? (await ip.rtnl.linkAt(index));
  return found === null ? `if${index}` : linkName(found);
}

/** A message of one protocol does not tell the queue's length; the real program asks an ioctl for it. */
async function queueLength(ip: Ip, link: LinkMessage): Promise<number | undefined> {
  return (await ip.rtnl.linkAt(link.index))?.attributes.u32(IFLA_TXQLEN);
}

/** The line of -brief up to the link's own address. */
export async function printLinkBrief(ip: Ip, output: Output, link: LinkMessage, cache: LinkCache, withLinkFields: boolean): Promise<void> {
  const lowerDown = await printName(ip, output, link, cache, (name) => `${name.padEnd(16)} `);
  const operstate = operstateOf(link);
  if (operstate !== undefined) output.field("operstate", `${operstate.padEnd(14)} `, operstate);
  if (!withLinkFields) return;
  const address = link.attributes.bytes(IFLA_ADDRESS);
  if (address !== undefined) output.field("address", `${hexAddress(address)} `, hexAddress(address));
  printLinkFlags(output, link.flags, lowerDown);
  output.text("\n");
}

function groupName(group: number): string {
  return group === 0 ? "default" : String(group);
}

function operstateOf(link: LinkMessage): string | undefined {
  const state = link.attributes.u8(IFLA_OPERSTATE);
  return state === undefined ? undefined : (OPERSTATES[state] ?? `${state}`);
}

/** "veth0@if4", "vlan5@eth0", "tunl0@NONE". Returns whether the link below, in the same namespace, is down. */
async function printName(ip: Ip, output: Output, link: LinkMessage, cache: LinkCache, plain: (name: string) => string): Promise<boolean> {
  const name = linkName(link);
  const lower = link.attributes.u32(IFLA_LINK);
  let behind = "";
  let lowerDown = false;
  if (lower === 0) {
    behind = "@NONE";
    if (output.isJson) output.jsonField("link", null);
  } else if (lower !== undefined && link.attributes.has(IFLA_LINK_NETNSID)) {
    behind = `@if${lower}`;
    output.jsonField("link_index", lower);
  } else if (lower !== undefined) {
    const found = cache.get(lower) ?? (await ip.rtnl.linkAt(lower));
    const lowerName = found === null ? `if${lower}` : linkName(found);
    behind = `@${lowerName}`;
    output.jsonField("link", lowerName);
    lowerDown = found !== null && (found.flags & IFF_UP) === 0;
  }
  output.field("ifname", plain(`${name}${behind}`), name);
  return lowerDown;
}

export function printLinkFlags(output: Output, flags: number, lowerDown: boolean): void {
  const names: string[] = [];
  if ((flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) === 0) names.push("NO-CARRIER");
  let rest = flags & ~IFF_RUNNING;
  for (const [flag, name] of FLAG_NAMES) {
    if ((rest & flag) === 0) continue;
    names.push(name);
    rest &= ~flag;
  }
  if (rest !== 0) names.push((rest >>> 0).toString(16));
  if (lowerDown) names.push("M-DOWN");
  output.text("<");
  output.openArray("flags");
  names.forEach((name, i) => {
    output.item(`${i > 0 ? "," : ""}${name}`, name);
  });
  output.closeArray();
  output.text("> ");
}

function printAddresses(ip: Ip, output: Output, link: LinkMessage): void {
  const { attributes } = link;
  const type = LINK_TYPES[link.type] ?? `[${link.type}]`;
  output.text(lineEnd(ip));
  output.field("link_type", `    link/${type} `, type);
  const address = attributes.bytes(IFLA_ADDRESS);
  if (address !== undefined) output.field("address", hexAddress(address), hexAddress(address));
  const broadcast = attributes.bytes(IFLA_BROADCAST);
  if (broadcast === undefined) return;
  const toPeer = (link.flags & IFF_POINTOPOINT) !== 0;
  if (toPeer) output.jsonField("link_pointtopoint", true);
  output.field("broadcast", `${toPeer ? " peer " : " brd "}${hexAddress(broadcast)}`, hexAddress(broadcast));
}

/** Where the other end of a link is, if in another namespace: by name if one is known here. */
async function printLinkNetns(ip: Ip, output: Output, link: LinkMessage): Promise<void> {
  const nsid = link.attributes.s32(IFLA_LINK_NETNSID);
  if (nsid === undefined) return;
  if (output.isJson) {
    output.jsonField("link_netnsid", nsid);
    return;
  }
  if (nsid < 0) {
    output.text(" link-netnsid unknown");
    return;
  }
  const name = await nameOfNsid(ip, nsid);
  output.text(name === null ? ` link-netnsid ${nsid}` : ` link-netns ${name}`);
}
