/**
 * Models ethtool 6.1: a device's settings, its driver (-i) and its rings (-g), over generic netlink or, for the driver, an
 * ioctl. Left out, and refused: everything else.
 */
import { EOPNOTSUPP, strerror } from "../../../kernel/index.ts";
import {
  AF_NETLINK,
  ETHTOOL_A_HEADER_DEV_NAME,
  ETHTOOL_A_LINKSTATE_HEADER,
  ETHTOOL_A_LINKSTATE_LINK,
  ETHTOOL_GDRVINFO,
  ETHTOOL_GENL_NAME,
  ETHTOOL_MSG_DEBUG_GET,
  ETHTOOL_MSG_LINKINFO_GET,
  ETHTOOL_MSG_LINKMODES_GET,
  ETHTOOL_MSG_LINKSTATE_GET,
  ETHTOOL_MSG_RINGS_GET,
  ETHTOOL_MSG_WOL_GET,
  ETHTOOL_STRING_LEN,
  IFNAMSIZ,
  NETLINK_GENERIC,
  NLM_F_ACK,
  SIOCETHTOOL,
  viewOf,
} from "../../../netlink/index.ts";
import type { Program } from "../../../syscall/index.ts";
import { decode, encode, SOCK_RAW } from "../../lib/index.ts";
import { GenlFamily, parseGenl } from "../genl.ts";
import type { Answer } from "../netlink.ts";
import { Tool } from "../tool.ts";

const ETHTOOL_VERSION = 1;
/** Statuses of ethtool: no answer had any data; the driver could not be asked. */
const EXIT_NO_DATA = 75;
const EXIT_NO_DRIVER = 71;

/** Options that the real program has and this one refuses. */
const REFUSED = [
  ...["-s", "-a", "-A", "-c", "-C", "-G", "-k", "-K", "-d", "-e", "-E", "-r", "-p", "-t", "-S", "-n", "-u", "-N", "-U", "-T", "-x", "-X"],
  ...["-f", "-P", "-w", "-W", "-l", "-L", "-m", "--show-eee", "--set-eee", "--phy-statistics", "--show-features", "--statistics"],
  ...["--show-channels", "--show-coalesce", "--show-pause", "--change", "--show-priv-flags", "--monitor", "--json", "--debug"],
];

const HELP = `Usage: ethtool DEVICE              whether it has a link
       ethtool -i|--driver DEVICE    who drives it
       ethtool -g|--show-ring DEVICE its rings
       ethtool --version
`;

/** /usr/sbin/ethtool */
export const ethtool: Program = async (process) => {
  const tool = new Tool(process);
  const [option = "", device] = process.argv.slice(1);
  if (option === "--version") {
    tool.out("ethtool version 6.1\n");
    return await tool.exit(0);
  }
  if (option === "-h" || option === "--help") {
    tool.out(HELP);
    return await tool.exit(0);
  }
  if (REFUSED.includes(option)) return await tool.exit(await tool.notModelled(`option ${option}`));
  if (option === "-i" || option === "--driver") return await tool.exit(await withDevice(tool, device, showDriver));
  if (option === "-g" || option === "--show-ring") return await tool.exit(await withDevice(tool, device, showRings));
  if (option.startsWith("-")) return await tool.exit(await withDevice(tool, undefined, showSettings));
  return await tool.exit(await withDevice(tool, option === "" ? undefined : option, showSettings));
};

async function withDevice(tool: Tool, device: string | undefined, run: (tool: Tool, device: string) => Promise<number>): Promise<number> {
  if (device !== undefined && encode(device).length < IFNAMSIZ) return await run(tool, device);
  await tool.err("ethtool: bad command line argument(s)\nFor more information run ethtool -h\n");
  return 1;
}

/** Sends one request about the device; null after an error. What the driver cannot tell is no error if `quiet`. */
async function ask(tool: Tool, family: GenlFamily, cmd: number, device: string, quiet: boolean): Promise<Answer | null> {
  const answer = await family.request(cmd, NLM_F_ACK, (w) =>
    w.nest(ETHTOOL_A_LINKSTATE_HEADER, (header) => header.string(ETHTOOL_A_HEADER_DEV_NAME, device), true),
  );
  if (answer.error === 0) return answer;
  if (answer.error === -EOPNOTSUPP && quiet) return null;
  if (answer.extack !== null)
    await tool.err(`netlink error: ${answer.extack}${answer.offset === undefined ? "" : ` (offset ${answer.offset})`}\n`);
  await tool.err(`netlink error: ${strerror(answer.error)}\n`);
  return null;
}

async function openFamily(tool: Tool): Promise<GenlFamily | null> {
  const family = await GenlFamily.open(tool.process, ETHTOOL_GENL_NAME, ETHTOOL_VERSION);
  if (typeof family !== "number") return family;
  await tool.err(`netlink error: ${strerror(family)}\n`);
  return null;
}

async function showSettings(tool: Tool, device: string): Promise<number> {
  const family = await openFamily(tool);
  if (family === null) return 1;
  for (const cmd of [ETHTOOL_MSG_LINKMODES_GET, ETHTOOL_MSG_LINKINFO_GET, ETHTOOL_MSG_WOL_GET, ETHTOOL_MSG_DEBUG_GET]) {
    await ask(tool, family, cmd, device, true);
  }
  const answer = await ask(tool, family, ETHTOOL_MSG_LINKSTATE_GET, device, true);
  const [message] = answer?.messages ?? [];
  const link = message === undefined ? undefined : parseGenl(message)?.attributes.u8(ETHTOOL_A_LINKSTATE_LINK);
  if (link !== undefined) {
    tool.out(`Settings for ${device}:\n\tLink detected: ${link === 0 ? "no" : "yes"}\n`);
    return 0;
  }
  tool.out("No data available\n");
  return EXIT_NO_DATA;
}

async function showRings(tool: Tool, device: string): Promise<number> {
  const family = await openFamily(tool);
  if (family !== null) await ask(tool, family, ETHTOOL_MSG_RINGS_GET, device, false);
  return 1;
}

/** Five strings that the kernel fills in, and what no driver here supports. */
async function showDriver(tool: Tool, device: string): Promise<number> {
  const { process } = tool;
  const fd = await process.socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
  if (fd < 0) {
    await tool.err(`Cannot get control socket: ${strerror(fd)}\n`);
    return EXIT_NO_DRIVER - 1;
  }
  const arg = new Uint8Array(IFNAMSIZ + 4);
  arg.set(encode(device));
  viewOf(arg).setUint32(IFNAMSIZ, ETHTOOL_GDRVINFO, true);
  const info = await process.ioctl(fd, SIOCETHTOOL, arg);
  if (typeof info === "number") {
    await tool.err(`Cannot get driver information: ${strerror(info)}\n`);
    return EXIT_NO_DRIVER;
  }
  const text = (place: number): string => {
    const at = 4 + place * ETHTOOL_STRING_LEN;
    return decode(info.subarray(at, at + ETHTOOL_STRING_LEN)).replace(/\0.*$/s, "");
  };
  const names = ["driver", "version", "firmware-version", "expansion-rom-version", "bus-info"];
  const places = [0, 1, 2, 4, 3];
  names.forEach((name, i) => {
    tool.out(`${name}: ${text(places[i] ?? 0)}\n`);
  });
  for (const what of ["statistics", "test", "eeprom-access", "register-dump", "priv-flags"]) tool.out(`supports-${what}: no\n`);
  return 0;
}
