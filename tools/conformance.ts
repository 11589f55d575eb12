/**
 * `npm run conformance -- FILE.jsonl [--era ERA] [--out FILE]`: plays a recording of a real machine on the emulated one,
 * prints each difference, and writes what was seen in the recording's own format. Exit status 0 if all rows are equal, 1 if
 * some differ, 2 for wrong usage. `--update` alone writes test/recordings/differences.txt anew, the list of rows of the kept
 * recordings that are known to differ.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ERAS, findEra } from "../src/eras.ts";
import type { Difference } from "./conformance/compare.ts";
import { conform, DIFFERENCES, differencesOf, eraOf, recordedFiles } from "./conformance/known.ts";
import { BadRecording, parseRecording } from "./conformance/recording.ts";
import type { Seen } from "./conformance/replay.ts";

function print({ row, command, what, recorded, seen }: Difference): void {
  process.stdout.write(`${row}: ${command}\n  differs in ${what.join(", ")}\n  - ${recorded}\n  + ${seen}\n`);
}

/** What was seen, as a recording. */
function asRecording(header: object, rows: readonly Seen[]): string {
  const lines = rows.map(({ recorded, seen }) => {
    if (seen === null) return recorded;
    const limit = "limit" in recorded && recorded.limit !== undefined ? { limit: recorded.limit } : {};
    const head = "cmd" in recorded ? { cmd: recorded.cmd } : "collect" in recorded ? { collect: recorded.collect } : {};
    if (seen.ends) return { ...head, stdout: seen.stdout, stderr: seen.stderr, rc: seen.rc, ...limit };
    const written = { ...(seen.stdout === "" ? {} : { stdout: seen.stdout }), ...(seen.stderr === "" ? {} : { stderr: seen.stderr }) };
    return { ...head, ...limit, hangs: true, stack: seen.stack, state: seen.state, ...written };
  });
  return [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
}

function fail(message: string): never {
  process.stderr.write(`conformance: ${message}\n`);
  process.exit(2);
}

interface Asked {
  readonly file: string;
  readonly era: string | undefined;
  readonly out: string | undefined;
}

/** Null for `--update`. */
function usage(): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { era: { type: "string" }, out: { type: "string" }, update: { type: "boolean" } },
    });
    const [file, ...rest] = positionals;
    if (values.update === true && file === undefined) return null;
    if (file !== undefined && rest.length === 0) return { file, era: values.era, out: values.out };
    return fail("give one recording: npm run conformance -- FILE.jsonl [--era ERA] [--out FILE]");
  } catch (error) {
    return fail(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
}

function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return fail(`cannot read ${path}`);
  }
}

async function main({ file, era: wanted, out }: Asked): Promise<number> {
  const recording = parseRecording(readFile(file));
  const era = wanted === undefined ? eraOf(recording.header.kernel) : findEra(wanted);
  if (era === undefined) {
    return fail(
      `no era ${wanted ?? `for kernel ${recording.header.kernel}`}; type --era with one of ${ERAS.map(({ name }) => name).join(", ")}`,
    );
  }
  const { rows, compared, skipped, differences } = await conform(recording, era, file);
  if (out !== undefined) writeFileSync(out, asRecording(recording.header, rows));
  differences.forEach(print);
  process.stdout.write(`${compared - skipped - differences.length} of ${compared} equal, ${skipped} skipped\n`);
  return differences.length === 0 ? 0 : 1;
}

/** Writes the list of known differences anew. */
async function update(): Promise<number> {
  const lines: string[] = [];
  for (const name of recordedFiles()) lines.push(...(await differencesOf(name)));
  writeFileSync(DIFFERENCES, lines.map((line) => `${line}\n`).join(""));
  process.stdout.write(`${lines.length} rows differ\n`);
  return 0;
}

try {
  const asked = usage();
  process.exitCode = asked === null ? await update() : await main(asked);
} catch (error) {
  if (!(error instanceof BadRecording)) throw error;
  fail(error.message);
}
