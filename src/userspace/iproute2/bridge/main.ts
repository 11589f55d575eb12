/** Models bridge of iproute2 6.1.0 (bridge/bridge.c, bridge/link.c): bridge link show. Left out, and refused: the rest. */
import {
  AF_BRIDGE,
  IFLA_BRPORT_COST,
  IFLA_BRPORT_PRIORITY,
  IFLA_BRPORT_STATE,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_PROTINFO,
  RTM_GETLINK,
} from "../../../netlink/index.ts";
import type { Program } from "../../../syscall/index.ts";
import { printLinkFlags } from "../ip/link-print.ts";
import { Output } from "../output.ts";
import { type LinkMessage, linkName, linkRequest, parseLink, Rtnl } from "../rtnl.ts";
import { IPROUTE2_VERSION, Tool } from "../tool.ts";
import { matches, Words } from "../words.ts";

const HELP = `Usage: bridge [-j] [-p] link [show [dev DEVICE]]
`;
const OBJECTS = ["link", "fdb", "mdb", "vlan", "vni", "monitor"];
const PORT_STATES = ["disabled", "listening", "learning", "forwarding", "blocking"];

/** /usr/sbin/bridge */
export const bridge: Program = async (process) => {
  const tool = new Tool(process);
  const words = new Words(process.argv.slice(1));
  const layout = { json: false, pretty: false };
  for (let word = words.word; word?.startsWith("-"); word = words.word) {
    words.next();
    if (matches(word, "-Version")) {
      tool.out(`bridge utility, ${IPROUTE2_VERSION}\n`);
      return await tool.exit(0);
    }
    if (matches(word, "-json")) layout.json = true;
    else if (matches(word, "-pretty")) layout.pretty = true;
    else if (matches(word, "-help")) return await usage(tool, 0);
    else {
      await tool.err(`Option "${word}" is unknown, try "bridge help".\n`);
      return await tool.exit(255);
    }
  }
  const object = words.next();
  if (object === undefined || matches(object, "help")) return await usage(tool, object === undefined ? 255 : 0);
  const known = OBJECTS.find((name) => matches(object, name));
  if (known === undefined) {
    await tool.err(`Object "${object}" is unknown, try "bridge help".\n`);
    return await tool.exit(255);
  }
  if (known !== "link") return await tool.exit(await tool.notModelled(`object "${known}"`));
  const rtnl = await Rtnl.open(tool);
  if (rtnl === null) return await tool.exit(1);
  return await tool.exit(await link(tool, rtnl, new Output((text) => tool.out(text), layout), words));
};

async function usage(tool: Tool, status: number): Promise<never> {
  await tool.err(HELP);
  return await tool.exit(status);
}

async function link(tool: Tool, rtnl: Rtnl, output: Output, words: Words): Promise<number> {
  const word = words.next();
  if (word === undefined || ["show", "lst", "list"].some((name) => matches(word, name))) return await show(tool, rtnl, output, words);
  if (matches(word, "set")) return await tool.notModelled('command "link set"');
  if (matches(word, "help")) return await usage(tool, 255);
  await tool.err(`Command "${word}" is unknown, try "bridge link help".\n`);
  return 255;
}

async function show(tool: Tool, rtnl: Rtnl, output: Output, words: Words): Promise<number> {
  let only = 0;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word !== "dev") continue;
    const name = words.next() ?? "";
    only = await rtnl.indexOf(name);
    if (only === 0) {
      await tool.err(`Cannot find device "${name}"\n`);
      return 1;
    }
  }
  const messages = await rtnl.dump(RTM_GETLINK, linkRequest({ family: AF_BRIDGE }));
  if (messages === null) return 1;
  output.openArray();
  for (const message of messages) {
    const port = parseLink(message);
    if (port !== null && (only === 0 || port.index === only)) await printPort(rtnl, output, port);
  }
  output.closeArray();
  output.finish();
  return 0;
}

async function printPort(rtnl: Rtnl, output: Output, port: LinkMessage): Promise<void> {
  const { attributes } = port;
  output.openObject();
  output.field("ifindex", `${port.index}: `, port.index);
  output.field("ifname", `${linkName(port)}: `, linkName(port));
  printLinkFlags(output, port.flags, false);
  const mtu = attributes.u32(IFLA_MTU);
  if (mtu !== undefined) output.field("mtu", `mtu ${mtu} `, mtu);
  const master = await rtnl.linkAt(attributes.u32(IFLA_MASTER) ?? 0);
  if (master !== null) output.field("master", `master ${linkName(master)} `, linkName(master));
  const info = attributes.nested(IFLA_PROTINFO);
  const state = PORT_STATES[info?.u8(IFLA_BRPORT_STATE) ?? -1];
  if (state !== undefined) output.field("state", `state ${state} `, state);
  const priority = info?.u16(IFLA_BRPORT_PRIORITY);
  if (priority !== undefined) output.field("priority", `priority ${priority} `, priority);
  const cost = info?.u32(IFLA_BRPORT_COST);
  if (cost !== undefined) output.field("cost", `cost ${cost} `, cost);
  output.text("\n");
  output.closeObject();
}
