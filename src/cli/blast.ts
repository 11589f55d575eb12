/** `mlx5-emu run --blast-radius`: what else hangs after the script, measured by trying. */
import type { MachineOptions } from "../machine.ts";
import { type BlastMode, type BlastRadius, blastCommands, measureBlastRadius, type RunOutcome } from "../report/index.ts";
import { type Host, reasonOf } from "./host.ts";
import type { Script } from "./script.ts";
import { UserError } from "./user-error.ts";

/** The longest list of commands taken, bytes and commands: each may cost a run of its own. */
const MAX_LIST_BYTES = 256 * 1024;
const MAX_COMMANDS = 1000;

export interface BlastFlags {
  readonly blastRadius?: BlastMode;
  readonly blastCommands?: string;
}

/** Read before the script runs, so that a wrong file is said at once. Null without `--blast-radius`. */
export function plannedCommands(host: Host, flags: BlastFlags): readonly string[] | "default" | null {
  if (flags.blastRadius === undefined) {
    if (flags.blastCommands !== undefined) throw new UserError("--blast-commands needs --blast-radius");
    return null;
  }
  return flags.blastCommands === undefined ? "default" : readCommands(host, flags.blastCommands);
}

/** @param options those of the run that is replayed */
export function blast(
  mode: BlastMode,
  commands: readonly string[] | "default",
  options: MachineOptions,
  script: Script,
  outcome: RunOutcome,
): Promise<BlastRadius> {
  const device = outcome.state.devlink[0]?.handle ?? (outcome.devices[0] === undefined ? null : `pci/${outcome.devices[0]}`);
  const { schedule } = outcome;
  return measureBlastRadius({ mode, options, script, schedule, commands: commands === "default" ? blastCommands(device) : commands });
}

/** One command a line; empty lines and lines that begin with # are left out. */
function readCommands(host: Host, path: string): readonly string[] {
  const lines = new TextDecoder().decode(bytesOf(host, path)).split("\n");
  const commands = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  if (commands.length === 0) throw new UserError(`${path} holds no command; write one a line`);
  if (commands.length > MAX_COMMANDS) throw new UserError(`${path} holds more than ${MAX_COMMANDS} commands`);
  return commands;
}

function bytesOf(host: Host, path: string): Uint8Array {
  try {
    return host.read(path, MAX_LIST_BYTES);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${reasonOf(error)}; give --blast-commands a file with one command a line`);
  }
}
