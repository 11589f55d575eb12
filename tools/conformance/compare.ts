/** Compares what was seen with what was recorded, and says what differs. */
import { sameText } from "./normalise.ts";
import type { HungRow } from "./recording.ts";
import type { Seen, SeenRow } from "./replay.ts";

export interface Difference {
  /** Number of the row among those that are compared, from 1. */
  readonly row: number;
  /** The command, or `collect ID`. */
  readonly command: string;
  /** What differs: "stdout", "stderr", "rc", "hangs", "ends", "state", "stack". */
  readonly what: readonly string[];
  readonly recorded: string;
  readonly seen: string;
}

export interface Comparison {
  readonly compared: number;
  readonly skipped: number;
  readonly differences: readonly Difference[];
}

/**
 * @param modelled names of all functions that the emulator models: of a recorded stack the innermost of these counts
 * @param skips commands of this file that are outside the scope
 */
export function compareRows(rows: readonly Seen[], modelled: ReadonlySet<string>, skips: ReadonlySet<string> = new Set()): Comparison {
  const differences: Difference[] = [];
  let compared = 0;
  let skipped = 0;
  for (const { recorded, seen } of rows) {
    if (!("cmd" in recorded || "collect" in recorded)) continue;
    compared++;
    const command = "cmd" in recorded ? recorded.cmd : `collect ${recorded.collect}`;
    if (skips.has(command)) {
      skipped++;
      continue;
    }
    const what = seen === null ? ["missing"] : "hangs" in recorded ? whatHung(recorded, seen, modelled) : whatEnded(recorded, seen);
    if (what.length > 0) differences.push({ row: compared, command, what, recorded: describe(recorded), seen: describe(seen ?? {}) });
  }
  return { compared, skipped, differences };
}

function whatEnded(recorded: { stdout: string; stderr: string; rc: number }, seen: SeenRow): string[] {
  if (!seen.ends) return ["hangs"];
  return [
    ...(sameText(recorded.stdout, seen.stdout) ? [] : ["stdout"]),
    ...(sameText(recorded.stderr, seen.stderr) ? [] : ["stderr"]),
    ...(recorded.rc === seen.rc ? [] : ["rc"]),
  ];
}

function whatHung(recorded: HungRow, seen: SeenRow, modelled: ReadonlySet<string>): string[] {
  if (seen.ends) return ["ends"];
  // Some functions get their name from a table: what stands on the emulated stack is modelled, whatever the sources look like.
  const innermost = recorded.stack.find((name) => modelled.has(name) || seen.stack.includes(name));
  // A function that the recorded kernel's compiler has put into its caller leaves no name of its own in a recorded stack.
  const visible = seen.stack.find((name) => !INLINED.has(name) || recorded.stack.includes(name));
  return [
    ...(visible === innermost ? [] : ["stack"]),
    ...(recorded.state === seen.state ? [] : ["state"]),
    ...(sameText(recorded.stdout ?? "", seen.stdout) ? [] : ["stdout"]),
    ...(sameText(recorded.stderr ?? "", seen.stderr) ? [] : ["stderr"]),
  ];
}

/** Functions of the kernel that are missing in every recorded stack that they must be in: inlined, or tail calls. */
const INLINED: ReadonlySet<string> = new Set<string>([]);

function describe(row: object): string {
  return JSON.stringify(row);
}
