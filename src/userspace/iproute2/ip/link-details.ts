/** What -details adds to a link. */
import {
  type Attributes,
  IFLA_GSO_MAX_SEGS,
  IFLA_GSO_MAX_SIZE,
  IFLA_INFO_DATA,
  IFLA_LINKINFO,
  IFLA_MAX_MTU,
  IFLA_MIN_MTU,
  IFLA_NUM_RX_QUEUES,
  IFLA_NUM_TX_QUEUES,
  IFLA_PHYS_PORT_ID,
  IFLA_PHYS_PORT_NAME,
  IFLA_PHYS_SWITCH_ID,
  IFLA_PROMISCUITY,
  IFLA_VLAN_FLAGS,
  IFLA_VLAN_ID,
  IFLA_VLAN_PROTOCOL,
  VLAN_FLAG_REORDER_HDR,
} from "../../../netlink/index.ts";
import type { Output } from "../output.ts";
import { type LinkMessage, linkKind } from "../rtnl.ts";
import { type Ip, lineEnd } from "./context.ts";

const IFLA_PARENT_DEV_NAME = 56;
const IFLA_PARENT_DEV_BUS_NAME = 57;

/** Numbers in front of the kind and behind it: attribute, key, word. */
const NUMBERS: readonly (readonly [number, string, string])[] = [
  [IFLA_PROMISCUITY, "promiscuity", " promiscuity"],
  [IFLA_MIN_MTU, "min_mtu", "minmtu"],
  [IFLA_MAX_MTU, "max_mtu", "maxmtu"],
];
const LATER_NUMBERS: typeof NUMBERS = [
  [IFLA_NUM_TX_QUEUES, "num_tx_queues", "numtxqueues"],
  [IFLA_NUM_RX_QUEUES, "num_rx_queues", "numrxqueues"],
  [IFLA_GSO_MAX_SIZE, "gso_max_size", "gso_max_size"],
  [IFLA_GSO_MAX_SEGS, "gso_max_segs", "gso_max_segs"],
];

export function printLinkDetails(ip: Ip, output: Output, link: LinkMessage): void {
  const { attributes } = link;
  printNumbers(output, link, NUMBERS);
  const kind = linkKind(link);
  if (kind !== undefined) {
    output.openObject("linkinfo");
    output.field("info_kind", `${lineEnd(ip)}    ${kind} `, kind);
    if (kind === "vlan") printVlan(output, attributes.nested(IFLA_LINKINFO)?.nested(IFLA_INFO_DATA) ?? null);
    output.closeObject();
  }
  printNumbers(output, link, LATER_NUMBERS);
  const portName = attributes.string(IFLA_PHYS_PORT_NAME);
  if (portName !== undefined) output.field("phys_port_name", `portname ${portName} `, portName);
  printHex(output, attributes.bytes(IFLA_PHYS_PORT_ID), "phys_port_id", "portid");
  printHex(output, attributes.bytes(IFLA_PHYS_SWITCH_ID), "phys_switch_id", "switchid");
  const bus = attributes.string(IFLA_PARENT_DEV_BUS_NAME);
  if (bus !== undefined) output.field("parentbus", `parentbus ${bus} `, bus);
  const parent = attributes.string(IFLA_PARENT_DEV_NAME);
  if (parent !== undefined) output.field("parentdev", `parentdev ${parent} `, parent);
}

const VLAN_PROTOCOLS: Readonly<Record<number, string>> = { 33024: "802.1Q", 34984: "802.1ad" };

function printVlan(output: Output, data: Attributes | null): void {
  if (data === null) return;
  const [high = 0, low = 0] = data.bytes(IFLA_VLAN_PROTOCOL) ?? [];
  const number = (high << 8) | low;
  const protocol = VLAN_PROTOCOLS[number] ?? `[${number}]`;
  const id = data.u16(IFLA_VLAN_ID);
  output.openObject("info_data");
  output.field("protocol", `protocol ${protocol} `, protocol);
  if (id !== undefined) output.field("id", `id ${id} `, id);
  const flags = data.bytes(IFLA_VLAN_FLAGS);
  if (flags !== undefined && ((flags[0] ?? 0) & VLAN_FLAG_REORDER_HDR) !== 0) {
    output.text("<");
    output.openArray("flags");
    output.item("REORDER_HDR", "REORDER_HDR");
    output.closeArray();
    output.text("> ");
  }
  output.closeObject();
}

function printNumbers(output: Output, link: LinkMessage, numbers: typeof NUMBERS): void {
  for (const [attribute, key, word] of numbers) {
    const value = link.attributes.u32(attribute);
    if (value !== undefined) output.field(key, `${word} ${value} `, value);
  }
}

function printHex(output: Output, bytes: Uint8Array | undefined, key: string, word: string): void {
  if (bytes === undefined) return;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  output.field(key, `${word} ${hex} `, hex);
}
