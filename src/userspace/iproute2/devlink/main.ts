/**
 * Models devlink of iproute2 6.1.0 (devlink/devlink.c): global options, the look-up of the family, batches, the choice of an
 * object.
 */
import { DEVLINK_GENL_NAME, DEVLINK_GENL_VERSION } from "../../../netlink/index.ts";
import type { Program } from "../../../syscall/index.ts";
import { type OptionSpec, scanOptions } from "../../lib/index.ts";
import { runBatch } from "../batch.ts";
import { GenlFamily } from "../genl.ts";
import { netnsSwitch } from "../netns.ts";
import { Output } from "../output.ts";
import { IPROUTE2_VERSION, Tool } from "../tool.ts";
import { Words } from "../words.ts";
import type { Devlink, DevlinkCommand } from "./context.ts";
import { cmdDev } from "./dev.ts";
import { cmdDpipe } from "./dpipe.ts";
import { cmdHealth } from "./health.ts";
import { DEVLINK_HELP } from "./help.ts";
import { cmdLinecard } from "./linecard.ts";
import { cmdMonitor } from "./monitor.ts";
import { cmdPort } from "./port.ts";
import { Printer } from "./printer.ts";
import { cmdRegion } from "./region.ts";
import { cmdResource } from "./resource.ts";
import { cmdSb } from "./sb.ts";
import { cmdTrap } from "./trap.ts";

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

/** The objects in the order in which a prefix is looked up. */
const OBJECTS: readonly (readonly [string, DevlinkCommand])[] = [
  ["dev", cmdDev],
  ["port", cmdPort],
  ["sb", cmdSb],
  ["monitor", cmdMonitor],
  ["dpipe", cmdDpipe],
  ["resource", cmdResource],
  ["region", cmdRegion],
  ["health", cmdHealth],
  ["trap", cmdTrap],
  ["lc", cmdLinecard],
];

interface Settings {
  json: boolean;
  pretty: boolean;
  stats: boolean;
  verbose: boolean;
  iec: boolean;
  hex: boolean;
  force: boolean;
  batch: string | null;
}

/** /usr/sbin/devlink */
export const devlink: Program = async (process) => {
  const tool = new Tool(process);
  const settings: Settings = {
    json: false,
    pretty: false,
    stats: false,
    verbose: false,
    iec: false,
    hex: false,
    force: false,
    batch: null,
  };
  const { steps, operands } = scanOptions(process.argv.slice(1), OPTIONS);
  for (const step of steps) {
    if (step.kind === "bad") {
      await tool.err(`${process.argv[0] ?? "devlink"}: ${step.complaint}\nUnknown option.\n${DEVLINK_HELP}`);
      return 1;
    }
    const status = await apply(tool, settings, step.letter, step.argument);
    if (status !== null) return await tool.exit(status);
  }
  const family = await GenlFamily.open(process, DEVLINK_GENL_NAME, DEVLINK_GENL_VERSION);
  if (typeof family === "number") {
    await tool.err("Failed to connect to devlink Netlink\n");
    return 1;
  }
  const output = new Output((text) => tool.out(text), settings);
  const { stats, verbose, iec, hex, batch, force } = settings;
  const shared = { tool, output, printer: new Printer(output), family, stats, verbose, iec, hex };
  const status =
    batch === null
      ? await dispatch({ ...shared, words: new Words(operands) })
      : await runBatch(tool, { file: batch, force }, (words) => dispatch({ ...shared, words: new Words(words) }));
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
      settings.batch = argument;
      return null;
    case "f":
      settings.force = true;
      return null;
    case "v":
      settings.verbose = true;
      return null;
    case "i":
      settings.iec = true;
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
    case "x":
      settings.hex = true;
      return null;
    // -n: nothing that is shown here depends on it.
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
    if (words.take(name)) return await command(dl);
  }
  await tool.err(`Object "${words.word ?? ""}" not found\n`);
  return 1;
}
