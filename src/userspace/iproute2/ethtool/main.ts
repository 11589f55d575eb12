/**
 * Models ethtool 6.1 (ethtool.c): its flags, and which command an option means. Left out, and refused: the other commands,
 * `--debug`, and `*` for all devices.
 */
import { ALTIFNAMSIZ, IFNAMSIZ } from "../../../netlink/index.ts";
import type { Program } from "../../../syscall/index.ts";
import { encode } from "../../lib/index.ts";
import { Tool } from "../tool.ts";
import { setChannels, showChannels } from "./channels.ts";
import { setCoalesce, showCoalesce } from "./coalesce.ts";
import type { Command } from "./command.ts";
import { showDriver } from "./driver.ts";
import { setFec, showFec } from "./fec.ts";
import { setPause, showPause } from "./pause.ts";
import { setRings, showRings } from "./rings.ts";
import { showSettings } from "./settings.ts";

/** A command, by the options that mean it. */
interface Row {
  readonly options: readonly string[];
  readonly command: Command;
  readonly help: string;
  /** It can answer in JSON. */
  readonly json?: true;
  /** It asks by ioctl: longer names of devices, and words behind the device, are not for it. */
  readonly ioctl?: true;
}

const COMMANDS: readonly Row[] = [
  { options: ["-i", "--driver"], command: showDriver, help: "who drives it", ioctl: true },
  { options: ["-a", "--show-pause"], command: showPause, help: "its pause frames", json: true },
  { options: ["-A", "--pause"], command: setPause, help: "[autoneg|rx|tx on|off]..." },
  { options: ["-c", "--show-coalesce"], command: showCoalesce, help: "when it interrupts" },
  { options: ["-C", "--coalesce"], command: setCoalesce, help: "[adaptive-rx|adaptive-tx on|off | PARAMETER N]..." },
  { options: ["-g", "--show-ring"], command: showRings, help: "its rings" },
  { options: ["-G", "--set-ring"], command: setRings, help: "[rx|rx-mini|rx-jumbo|tx N]..." },
  { options: ["-l", "--show-channels"], command: showChannels, help: "its channels" },
  { options: ["-L", "--set-channels"], command: setChannels, help: "[rx|tx|other|combined N]..." },
  { options: ["--show-fec"], command: showFec, help: "how its link corrects errors", json: true },
  { options: ["--set-fec"], command: setFec, help: "encoding auto|off|rs|baser|llrs..." },
];

/** Options that the real program has and this one refuses. */
const REFUSED = [
  ...["-s", "-k", "-K", "-d", "-e", "-E", "-r", "-p", "-t", "-S", "-n", "-u", "-N", "-U", "-T", "-x", "-X", "-f", "-P", "-w", "-W", "-m"],
  ...["--show-eee", "--set-eee", "--phy-statistics", "--show-features", "--features", "--statistics", "--change", "--show-priv-flags"],
  ...["--set-priv-flags", "--monitor", "--debug", "--show-tunnels", "--reset", "--test", "--show-time-stamping", "--per-queue", "-Q"],
];

const HELP = [
  "Usage: ethtool [FLAGS] DEVICE          whether it has a link\n",
  ...COMMANDS.map(({ options, help }) => `       ethtool [FLAGS] ${options.join("|")} DEVICE  ${help}\n`),
  "       ethtool --version\n",
  "FLAGS: --json                          -a and --show-fec answer in JSON\n",
  "       -I|--include-statistics         -a shows what was counted\n",
].join("");

/** /usr/sbin/ethtool */
export const ethtool: Program = async (process) => {
  const tool = new Tool(process);
  const words = process.argv.slice(1);
  const flags = { json: false, statistics: false };
  for (;;) {
    if (words[0] === "--json") flags.json = true;
    else if (words[0] === "-I" || words[0] === "--include-statistics") flags.statistics = true;
    else break;
    words.shift();
  }
  return await tool.exit(await run(tool, words, flags));
};

async function run(tool: Tool, words: readonly string[], flags: { readonly json: boolean; readonly statistics: boolean }): Promise<number> {
  const [option = ""] = words;
  if (option === "--version" || option === "-h" || option === "--help") {
    tool.out(option === "--version" ? "ethtool version 6.1\n" : HELP);
    return 0;
  }
  if (REFUSED.includes(option)) return await tool.notModelled(`option ${option}`);
  const row = COMMANDS.find(({ options }) => options.includes(option));
  const [device, ...rest] = row === undefined ? words : words.slice(1);
  const unknown = row === undefined && option.startsWith("-");
  if (device === undefined || unknown || (flags.json && row?.json !== true) || (row?.ioctl === true && rest.length > 0)) {
    await tool.err("ethtool: bad command line argument(s)\nFor more information run ethtool -h\n");
    return 1;
  }
  if (device === "*") return await tool.notModelled('device "*"');
  const complaint = tooLong(device, row?.ioctl === true);
  if (complaint === null) return await (row?.command ?? showSettings)({ tool, device, words: rest, ...flags });
  await tool.err(complaint);
  return 1;
}

/** netlink_run_handler(): how long a name may be depends on how the kernel is asked. */
function tooLong(device: string, ioctl: boolean): string | null {
  const { length } = encode(device);
  if (ioctl && length >= IFNAMSIZ)
    return `ethtool netlink support for subcommand missing, device name longer than ${IFNAMSIZ - 1} not supported\n`;
  return length >= ALTIFNAMSIZ ? `device name '${device}' longer than ${ALTIFNAMSIZ - 1} characters\n` : null;
}
