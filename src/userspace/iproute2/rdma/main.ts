/**
 * Models rdma of iproute2 6.1.0 (rdma/rdma.c): global options, the first dump of all devices, the choice of an object.
 */
import {
  NLM_F_DUMP,
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_PORT_INDEX,
  RDMA_NLDEV_CMD_GET,
} from "../../../netlink/index.ts";
import type { Program } from "../../../syscall/index.ts";
import { type OptionSpec, scanOptions } from "../../lib/index.ts";
import { runBatch } from "../batch.ts";
import { Output } from "../output.ts";
import { IPROUTE2_VERSION, Tool } from "../tool.ts";
import { Words } from "../words.ts";
import { ask, execute, help, type RdmaDevice } from "./context.ts";
import { cmdDev } from "./dev.ts";
import { RDMA_HELP } from "./help.ts";
import { cmdLink } from "./link.ts";
import { cmdResource } from "./resource.ts";
import { cmdStatistic } from "./statistic.ts";
import { cmdSystem } from "./system.ts";

const OPTIONS: OptionSpec = {
  short: "Vhdrpjfb:",
  long: new Map([
    ["version", "V"],
    ["help", "h"],
    ["json", "j"],
    ["pretty", "p"],
    ["details", "d"],
    ["raw", "r"],
    ["force", "f"],
    ["batch", "b"],
  ]),
};

interface Settings {
  json: boolean;
  pretty: boolean;
  details: boolean;
  raw: boolean;
  force: boolean;
  /** The file of a batch. */
  batch: string | null;
}

/** /usr/bin/rdma */
export const rdma: Program = async (process) => {
  const tool = new Tool(process);
  const settings: Settings = { json: false, pretty: false, details: false, raw: false, force: false, batch: null };
  const { steps, operands } = scanOptions(process.argv.slice(1), OPTIONS);
  for (const step of steps) {
    if (step.kind === "bad") return await refuseOption(tool, step.complaint);
    const status = apply(tool, settings, step.letter, step.argument);
    if (status !== null) return await tool.exit(status);
  }
  const devices = await readDevices(tool);
  if (devices === null) return 1;
  const table = [
    ["help", help(RDMA_HELP)],
    ["dev", cmdDev],
    ["link", cmdLink],
    ["resource", cmdResource],
    ["system", cmdSystem],
    ["statistic", cmdStatistic],
  ] as const;
  const { details, pretty, raw } = settings;
  // A document of its own for each line of a batch.
  const command = (words: readonly string[]): Promise<number> => {
    const output = new Output((text) => tool.out(text), settings);
    return execute({ tool, words: new Words(words), output, details, pretty, raw, devices }, help(RDMA_HELP), table, "object");
  };
  if (settings.batch === null) return await tool.exit(await command(operands));
  return await tool.exit(await runBatch(tool, { file: settings.batch, force: settings.force }, command));
};

/** The real program asks getopt to be silent, so that only a missing argument is named. */
async function refuseOption(tool: Tool, complaint: string): Promise<never> {
  const letter = /^option requires an argument -- '(.)'$/.exec(complaint)?.[1];
  await tool.err(letter === undefined ? "Unknown option.\n" : `-${letter} option requires an argument\n`);
  if (letter === undefined) tool.out(RDMA_HELP);
  return await tool.exit(1);
}

/** One option. A status if the program ends with it, else null. */
function apply(tool: Tool, settings: Settings, letter: string, argument: string): number | null {
  switch (letter) {
    case "V":
      tool.out(`${tool.name} utility, iproute2-${IPROUTE2_VERSION}\n`);
      return 0;
    case "h":
      tool.out(RDMA_HELP);
      return 0;
    case "j":
      settings.json = true;
      return null;
    case "p":
      settings.pretty = true;
      return null;
    case "d":
      settings.details = true;
      return null;
    case "b":
      settings.batch = argument;
      return null;
    case "f":
      settings.force = true;
      return null;
    case "r":
      settings.raw = true;
      return null;
    default:
      return null;
  }
}

/** All devices that this namespace sees; null after an error, which is said. */
async function readDevices(tool: Tool): Promise<readonly RdmaDevice[] | null> {
  const answers = await ask(tool, RDMA_NLDEV_CMD_GET, NLM_F_DUMP);
  return (
    answers?.flatMap((attributes) => {
      const [index, name, ports] = [
        attributes.u32(RDMA_NLDEV_ATTR_DEV_INDEX),
        attributes.string(RDMA_NLDEV_ATTR_DEV_NAME),
        attributes.u32(RDMA_NLDEV_ATTR_PORT_INDEX),
      ];
      return index === undefined || name === undefined ? [] : [{ index, name, ports: ports ?? 0 }];
    }) ?? null
  );
}
