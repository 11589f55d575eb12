/**
 * Models ip of iproute2 6.1.0 (ip/ip.c): global options and the choice of an object. Left out, and refused: -batch, -color,
 * and every object but address, link, netns.
 */
import { AF_INET, AF_INET6, AF_PACKET, AF_UNSPEC } from "../../../netlink/index.ts";
import type { Program } from "../../../syscall/index.ts";
import { netnsSwitch } from "../netns.ts";
import { Rtnl } from "../rtnl.ts";
import { EXIT_MINUS_ONE, IPROUTE2_VERSION, Tool } from "../tool.ts";
import { matches, parseInteger, UINT_MAX, Words } from "../words.ts";
import { ipAddress } from "./address.ts";
import type { IpCommand, IpOptions } from "./context.ts";
import { IP_HELP } from "./help.ts";
import { ipL2tp } from "./l2tp.ts";
import { ipLink } from "./link.ts";
import { ipMonitor } from "./monitor.ts";
import { ipNetns } from "./netns.ts";
import { ipRoute } from "./route.ts";
import { ipRule } from "./rule.ts";

const AF_BRIDGE = 7;
const AF_MPLS = 28;
const FAMILIES: Readonly<Record<string, number>> = { inet: AF_INET, inet6: AF_INET6, link: AF_PACKET, bridge: AF_BRIDGE, mpls: AF_MPLS };

/** The objects in the order in which a prefix is looked up; null is one that this emulator has not. */
const OBJECTS: readonly (readonly [string, IpCommand | null])[] = [
  ["address", ipAddress],
  ["addrlabel", null],
  ["maddress", null],
  ["route", ipRoute],
  ["rule", ipRule],
  ["neighbor", null],
  ["neighbour", null],
  ["ntable", null],
  ["ntbl", null],
  ["link", ipLink],
  ["l2tp", ipL2tp],
  ["fou", null],
  ["ila", null],
  ["macsec", null],
  ["tunnel", null],
  ["tunl", null],
  ["tuntap", null],
  ["tap", null],
  ["token", null],
  ["tcpmetrics", null],
  ["tcp_metrics", null],
  ["monitor", ipMonitor],
  ["xfrm", null],
  ["mroute", null],
  ["mrule", null],
  ["netns", ipNetns],
  ["netconf", null],
  ["vrf", null],
  ["sr", null],
  ["nexthop", null],
  ["mptcp", null],
  ["ioam", null],
  ["stats", null],
];

/** /usr/sbin/ip */
export const ip: Program = async (process) => {
  const tool = new Tool(process);
  const words = new Words(process.argv.slice(1));
  const options = {
    family: AF_UNSPEC,
    stats: 0,
    details: 0,
    oneline: false,
    brief: false,
    json: false,
    pretty: false,
    all: false,
    timestamp: "none" as const,
  };
  await takeOptions(tool, words, options);
  const rtnl = await Rtnl.open(tool);
  if (rtnl === null) return await tool.exit(1);
  const object = words.next();
  if (object === undefined) return await usage(tool);
  for (const [name, command] of [...OBJECTS, ["help", () => usage(tool)] as const]) {
    if (!matches(object, name)) continue;
    return await tool.exit(command === null ? await tool.notModelled(`object "${name}"`) : await command({ tool, options, rtnl }, words));
  }
  await tool.err(`Object "${object}" is unknown, try "ip help".\n`);
  return await tool.exit(1);
};

async function usage(tool: Tool): Promise<never> {
  await tool.err(IP_HELP);
  return await tool.exit(EXIT_MINUS_ONE);
}

/** What an option does, in the order in which a prefix is looked up. Those that only change a setting: */
const SETTINGS: readonly (readonly [string, (options: IpOptions) => void])[] = [
  ["-human", () => {}],
  ["-human-readable", () => {}],
  ["-iec", () => {}],
  ["-stats", (options) => options.stats++],
  ["-statistics", (options) => options.stats++],
  ["-details", (options) => options.details++],
  ["-resolve", () => {}],
  ["-oneline", (options) => (options.oneline = true)],
  ["-timestamp", (options) => (options.timestamp = "long")],
  ["-tshort", (options) => (options.timestamp = "short")],
];
/** ... and those behind -batch in the chain. */
const LATER_SETTINGS: typeof SETTINGS = [
  ["-brief", (options) => (options.brief = true)],
  ["-json", (options) => (options.json = true)],
  ["-pretty", (options) => (options.pretty = true)],
];

/** Takes the options in front of the object. Ends the program at a wrong one. */
async function takeOptions(tool: Tool, words: Words, options: IpOptions): Promise<void> {
  for (let word = words.word; word?.startsWith("-"); word = words.word) {
    words.next();
    if (word === "--") return;
    await takeOption(tool, words, word.startsWith("--") ? word.slice(1) : word, options);
  }
}

async function takeOption(tool: Tool, words: Words, option: string, options: IpOptions): Promise<void> {
  if (matches(option, "-loops")) return void (await optionArgument(tool, words));
  if (matches(option, "-family")) return await takeFamily(tool, await optionArgument(tool, words), options);
  const family = ({ "-4": AF_INET, "-6": AF_INET6, "-0": AF_PACKET, "-M": AF_MPLS, "-B": AF_BRIDGE } as const)[option];
  if (family !== undefined) {
    options.family = family;
    return;
  }
  if (applied(SETTINGS, option, options)) return;
  if (matches(option, "-Version")) {
    tool.out(`ip utility, iproute2-${IPROUTE2_VERSION}, libbpf 1\n`);
    return await tool.exit(0);
  }
  if (matches(option, "-force")) return;
  if (matches(option, "-batch")) return await refuse(tool, "-batch");
  if (applied(LATER_SETTINGS, option, options)) return;
  if (matches(option, "-rcvbuf")) return await takeRcvbuf(tool, await optionArgument(tool, words));
  if (matches(option.replace(/=.*$/, ""), "-color")) return await refuse(tool, "-color");
  if (matches(option, "-help")) return await usage(tool);
  if (matches(option, "-netns")) {
    if (!(await netnsSwitch(tool, words.next()))) await tool.exit(EXIT_MINUS_ONE);
    return;
  }
  if (matches(option, "-Numeric")) return;
  if (matches(option, "-all")) {
    options.all = true;
    return;
  }
  if (option === "-echo") return await refuse(tool, "-echo");
  await tool.err(`Option "${option}" is unknown, try "ip -help".\n`);
  return await tool.exit(EXIT_MINUS_ONE);
}

function applied(settings: typeof SETTINGS, option: string, options: IpOptions): boolean {
  const found = settings.find(([name]) => matches(option, name));
  found?.[1](options);
  return found !== undefined;
}

async function refuse(tool: Tool, option: string): Promise<never> {
  return await tool.exit(await tool.notModelled(`option ${option}`));
}

async function optionArgument(tool: Tool, words: Words): Promise<string> {
  return words.next() ?? (await usage(tool));
}

async function takeFamily(tool: Tool, name: string, options: IpOptions): Promise<void> {
  if (name === "help") return await usage(tool);
  const family = FAMILIES[name];
  if (family === undefined) {
    await tool.err(`Error: argument "${name}" is wrong: invalid protocol family\n`);
    return await tool.exit(EXIT_MINUS_ONE);
  }
  options.family = family;
}

async function takeRcvbuf(tool: Tool, size: string): Promise<void> {
  if (parseInteger(size, 0, UINT_MAX) !== null) return;
  await tool.err(`Invalid rcvbuf size '${size}'\n`);
  return await tool.exit(EXIT_MINUS_ONE);
}
