/**
 * Models devlink of iproute2 6.1.0 (devlink/devlink.c): global options, the look-up of the family, the choice of an object.
 * Left out, and refused: batches, and every object but dev, port, monitor, health.
 */
import { DEVLINK_GENL_NAME, DEVLINK_GENL_VERSION } from "../../../netlink/index.ts";
import type { Program } from "../../../syscall/index.ts";
import { type OptionSpec, scanOptions } from "../../lib/index.ts";
import { GenlFamily } from "../genl.ts";
import { netnsSwitch } from "../netns.ts";
import { Output } from "../output.ts";
import { IPROUTE2_VERSION, Tool } from "../tool.ts";
import { Words } from "../words.ts";
import type { Devlink, DevlinkCommand } from "./context.ts";
import { cmdDev } from "./dev.ts";
import { cmdHealth } from "./health.ts";
import { DEVLINK_HELP } from "./help.ts";
import { cmdMonitor } from "./monitor.ts";
import { cmdPort } from "./port.ts";

const OPTIONS: OptionSpec = {
  short: "Vfb:njpvsN:ix",
  long: new Map([
    ["Version", "V"],
    ["force", "f"],
    ["batch", "b"],
    ["no-nice-names", "n"],
    ["json", "j"],
    ["pretty", "p"],
    ["verbose", "v"],
    ["statistics", "s"],
    ["Netns", "N"],
    ["iec", "i"],
    ["hex", "x"],
  ]),
};

/** The objects in the order in which a prefix is looked up; null is one that this emulator has not. */
const OBJECTS: readonly (readonly [string, DevlinkCommand | null])[] = [
  ["dev", cmdDev],
  ["port", cmdPort],
  ["sb", null],
  ["monitor", cmdMonitor],
  ["dpipe", null],
  ["resource", null],
  ["region", null],
  ["health", cmdHealth],
  ["trap", null],
  ["lc", null],
];

interface Settings {
  json: boolean;
  pretty: boolean;
  stats: boolean;
  batch: boolean;
}

/** /usr/sbin/devlink */
export const devlink: Program = async (process) => {
  const tool = new Tool(process);
  const settings: Settings = { json: false, pretty: false, stats: false, batch: false };
  const { steps, operands } = scanOptions(process.argv.slice(1), OPTIONS);
  for (const step of steps) {
    if (step.kind === "bad") {
      await tool.err(`${process.argv[0] ?? "devlink"}: ${step.complaint}\nUnknown option.\n${DEVLINK_HELP}`);
      return 1;
    }
    const status = await apply(tool, settings, step.letter, step.argument);
    if (status !== null) return await tool.exit(status);
  }
  if (settings.batch) return await tool.notModelled("option -batch");
  const family = await GenlFamily.open(process, DEVLINK_GENL_NAME, DEVLINK_GENL_VERSION);
  if (typeof family === "number") {
    await tool.err("Failed to connect to devlink Netlink\n");
    return 1;
  }
  const output = new Output((text) => tool.out(text), settings);
  const status = await dispatch({ tool, words: new Words(operands), output, family, stats: settings.stats });
  output.finish();
  return await tool.exit(status);
};

/** One option. A status if the program ends with it, else null. */
async function apply(tool: Tool, settings: Settings, letter: string, argument: string): Promise<number | null> {
  switch (letter) {
    case "V":
      tool.out(`devlink utility, iproute2-${IPROUTE2_VERSION}\n`);
      return 0;
    case "N":
      return (await netnsSwitch(tool, argument)) ? null : 1;
    case "b":
      settings.batch = true;
      return null;
    case "j":
      settings.json = true;
      return null;
    case "p":
      settings.pretty = true;
      return null;
    case "s":
      settings.stats = true;
      return null;
    // -f (only for batches), -n, -v, -i, -x: nothing that is shown here depends on them.
    default:
      return null;
  }
}

async function dispatch(dl: Devlink): Promise<number> {
  const { words, tool } = dl;
  if (words.atEnd || words.take("help")) {
    await tool.err(DEVLINK_HELP);
    return 0;
  }
  for (const [name, command] of OBJECTS) {
    if (!words.take(name)) continue;
    return command === null ? await tool.notModelled(`object "${name}"`) : await command(dl);
  }
  await tool.err(`Object "${words.word ?? ""}" not found\n`);
  return 1;
}
