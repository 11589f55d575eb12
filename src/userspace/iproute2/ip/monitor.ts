/**
 * Models ip monitor of iproute2 6.1.0 (ip/ipmonitor.c): what the kernel tells of links, addresses and namespace ids of this
 * network namespace, one message after the other until a signal ends it. Of the other objects that can be asked for nothing
 * is told here. Left out, and refused: events of a file, and of all namespaces.
 */

import { strerror } from "../../../kernel/index.ts";
import {
  Attributes,
  NETLINK_ROUTE,
  NETNSA_NSID,
  type NetlinkMessage,
  RTGENMSG_LEN,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNSID,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNSID,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_LINK,
  RTNLGRP_NSID,
} from "../../../netlink/index.ts";
import { momentOf, strftime } from "../../lib/index.ts";
import type { JsonValue } from "../json-writer.ts";
import { NetlinkSocket } from "../netlink.ts";
import { Output } from "../output.ts";
import { parseLink } from "../rtnl.ts";
import { EXIT_MINUS_ONE } from "../tool.ts";
import { matches, type Words } from "../words.ts";
import { parseAddress, printAddressEvent } from "./address.ts";
import { die, type Ip, invalidArgument, required } from "./context.ts";
import { IP_MONITOR_HELP } from "./help.ts";
import { printLink } from "./link-print.ts";
import { NsidMap } from "./netns-id.ts";

/** A monitor never tells the length of a link's queue. */
class EventOutput extends Output {
  override field(key: string, plain: string, value: JsonValue): void {
    if (key !== "txqlen") super.field(key, plain, value);
  }
}

interface Monitor {
  readonly ip: Ip;
  readonly output: Output;
  readonly nsids: NsidMap;
  /** Only of this link; 0: of all. */
  readonly ifindex: number;
}

interface MonitorObject {
  readonly word: string;
  readonly label: string;
  readonly groups: readonly number[];
  readonly added: number;
  readonly deleted: number;
  /** Prints one message behind its label; false if it is none of those that were asked for. */
  print(monitor: Monitor, message: NetlinkMessage, begin: () => void): Promise<void>;
}

/** In the order in which a prefix is looked up. */
const OBJECTS: readonly (MonitorObject | string)[] = [
  { word: "link", label: "[LINK]", groups: [RTNLGRP_LINK], added: RTM_NEWLINK, deleted: RTM_DELLINK, print: printLinkEvent },
  {
    word: "address",
    label: "[ADDR]",
    groups: [RTNLGRP_IPV4_IFADDR],
    added: RTM_NEWADDR,
    deleted: RTM_DELADDR,
    print: printAddressMessage,
  },
  "route",
  "mroute",
  "prefix",
  "neigh",
  "netconf",
  "rule",
  { word: "nsid", label: "[NSID]", groups: [RTNLGRP_NSID], added: RTM_NEWNSID, deleted: RTM_DELNSID, print: printNsidEvent },
  "nexthop",
  "stats",
];

/** ip monitor [all] [OBJECT]... [label] [dev LINK] */
export async function ipMonitor(ip: Ip, words: Words): Promise<number> {
  const wanted: MonitorObject[] = [];
  let chosen = false;
  let labels = false;
  let ifindex = 0;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const given = word;
    const object = OBJECTS.find((candidate) => matches(given, typeof candidate === "string" ? candidate : candidate.word));
    if (matches(given, "file")) return await ip.tool.notModelled("events of a file");
    if (matches(given, "label") || given === "all") labels = true;
    else if (object !== undefined) {
      chosen = true;
      if (typeof object !== "string") wanted.push(object);
    } else if (matches(given, "all-nsid")) return await ip.tool.notModelled("all-nsid");
    else if (matches(given, "help")) return await die(ip, IP_MONITOR_HELP);
    else if (given === "dev") ifindex = await takeLink(ip, words);
    else return await unknown(ip, given);
  }
  const objects = chosen ? wanted : OBJECTS.filter((object) => typeof object !== "string");
  return await listen(ip, objects, labels, ifindex);
}

async function takeLink(ip: Ip, words: Words): Promise<number> {
  const name = await required(ip, words);
  const index = await ip.rtnl.indexOf(name);
  return index === 0 ? await invalidArgument(ip, "Device does not exist\n", name) : index;
}

async function unknown(ip: Ip, word: string): Promise<number> {
  await ip.tool.err(`Argument "${word}" is unknown, try "ip monitor help".\n`);
  return EXIT_MINUS_ONE;
}

/** Never ends by itself; a signal ends the program. */
async function listen(ip: Ip, objects: readonly MonitorObject[], labels: boolean, ifindex: number): Promise<number> {
  const socket = await NetlinkSocket.open(ip.tool.process, NETLINK_ROUTE);
  if (typeof socket === "number") {
    await ip.tool.err(`Cannot open netlink socket: ${strerror(socket)}\n`);
    return 1;
  }
  for (const group of objects.flatMap(({ groups }) => groups)) await socket.joinGroup(group);
  const plain = { json: false, pretty: false };
  const monitor: Monitor = {
    ip,
    output: new EventOutput((text) => ip.tool.out(text), plain),
    nsids: await NsidMap.read(ip),
    ifindex,
  };
  for (;;) {
    const messages = await socket.receive();
    if (typeof messages === "number") {
      await ip.tool.err(`netlink receive error ${strerror(messages)} (${-messages})\n`);
      return EXIT_MINUS_ONE;
    }
    for (const message of messages) {
      const object = objects.find(({ added, deleted }) => message.type === added || message.type === deleted);
      await object?.print(monitor, message, () => {
        printTimestamp(ip);
        if (labels) ip.tool.out(object.label);
        if (message.type === object.deleted) ip.tool.out("Deleted ");
      });
      await ip.tool.flush();
    }
  }
}

/** print_timestamp(): the date and microseconds, or in one word (-tshort). */
function printTimestamp(ip: Ip): void {
  const { timestamp } = ip.options;
  if (timestamp === "none") return;
  const moment = momentOf(ip.tool.process.clockRealtime());
  const microseconds = Math.floor(moment.nanoseconds / 1000);
  if (timestamp === "long") ip.tool.out(`Timestamp: ${strftime("%a %b %e %H:%M:%S %Y", moment)} ${microseconds} usec\n`);
  else ip.tool.out(`[${strftime("%Y-%m-%dT%H:%M:%S", moment)}.${String(microseconds).padStart(6, "0")}] `);
}

async function printLinkEvent({ ip, output, ifindex }: Monitor, message: NetlinkMessage, begin: () => void): Promise<void> {
  const link = parseLink(message);
  if (link === null || (ifindex !== 0 && link.index !== ifindex)) return;
  begin();
  await printLink(ip, output, link, new Map(), false);
}

async function printAddressMessage({ ip, output, ifindex }: Monitor, message: NetlinkMessage, begin: () => void): Promise<void> {
  const address = parseAddress(message);
  if (address === null || (ifindex !== 0 && address.index !== ifindex)) return;
  const link = await ip.rtnl.linkAt(address.index);
  begin();
  printAddressEvent(ip, output, address, link);
}

async function printNsidEvent({ output, nsids }: Monitor, message: NetlinkMessage, begin: () => void): Promise<void> {
  const nsid = Attributes.parse(message.payload, RTGENMSG_LEN)?.s32(NETNSA_NSID);
  if (nsid === undefined) return;
  begin();
  const name = nsids.nameOf(nsid);
  output.text(`nsid ${nsid} ${name === undefined ? "" : `(iproute2 netns name: ${name})`}\n`);
}
