/** The recordings that are kept with the tests, and the list of their rows that are known to differ. */
import { readdirSync, readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { driver as fakemlx5 } from "../../scripts/fakemlx5.ts";
import { driver as pernetmod } from "../../scripts/pernetmod.ts";
import { type Era, findEra } from "../../src/eras.ts";
import { type Comparison, compareRows } from "./compare.ts";
import { modelledFunctions } from "./modelled.ts";
import { parseRecording, type Recording } from "./recording.ts";
import { replay, type Seen } from "./replay.ts";
import { skippedCommands } from "./skips.ts";

export const RECORDINGS = fileURLToPath(new URL("../../test/recordings/", import.meta.url));
export const DIFFERENCES = `${RECORDINGS}differences.txt`;
const DOCUMENT = fileURLToPath(new URL("../../docs/conformance.md", import.meta.url));

/** Recorded kernels that no era has, with the era that is nearest. */
const NEAREST: Readonly<Record<string, string>> = { "6.12.95": "v6.1" };

/** The era of a recorded kernel: the one of the same release, of the same series, or the nearest. */
export function eraOf(kernel: string): Era | undefined {
  const series = kernel.split(".").slice(0, 2).join(".");
  return findEra(`v${kernel}`) ?? findEra(`v${series}`) ?? findEra(NEAREST[kernel] ?? "");
}

/** Every recording's path below RECORDINGS whose kernel is emulated. */
export function recordedFiles(): readonly string[] {
  return readdirSync(RECORDINGS, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl"))
    .filter((name) => eraOf(name.replace(/[-/].*$/, "")) !== undefined)
    .sort();
}

export interface Result extends Comparison {
  readonly rows: readonly Seen[];
}

/** Plays a recording and compares. `name` decides which commands are skipped. */
export async function conform(recording: Recording, era: Era, name: string): Promise<Result> {
  const rows = await replay(recording, { era, drivers: [fakemlx5, pernetmod], hostTurn: async () => void (await setImmediate()) });
  return { rows, ...compareRows(rows, modelledFunctions(), skippedCommands(readFileSync(DOCUMENT, "utf8"), name)) };
}

/** What differs in one of the kept recordings, one line for each row. */
export async function differencesOf(name: string): Promise<readonly string[]> {
  const recording = parseRecording(readFileSync(RECORDINGS + name, "utf8"));
  const era = eraOf(recording.header.kernel);
  if (era === undefined) return [];
  const { differences } = await conform(recording, era, name);
  return differences.map(({ row, what, command }) => `${name} ${row} ${what.join(",")} ${command}`);
}

/** The lines of the checked-in list that are about one recording. */
export function knownDifferences(name: string): readonly string[] {
  return readFileSync(DIFFERENCES, "utf8")
    .split("\n")
    .filter((line) => line.startsWith(`${name} `));
}
