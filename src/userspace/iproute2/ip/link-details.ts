/** What -details adds to a link. */
import {
  IFLA_GSO_MAX_SEGS,
  IFLA_GSO_MAX_SIZE,
  IFLA_MAX_MTU,
  IFLA_MIN_MTU,
  IFLA_NUM_RX_QUEUES,
  IFLA_NUM_TX_QUEUES,
  IFLA_PHYS_PORT_ID,
  IFLA_PHYS_PORT_NAME,
  IFLA_PHYS_SWITCH_ID,
  IFLA_PROMISCUITY,
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
