/**
 * Two workers against one, as a user starts them: wall time of `explore`, the whole process, in turns. It says something on a
 * machine with two processors that nobody else uses; the load that others made is printed beside.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Comparison } from "./measure.ts";

/** tools/bench.ts runs this from the project's folder. */
const COMMAND = resolve("dist/mlx5-emu.js");

const SCRIPT = `devlink dev show &
devlink dev show &
devlink dev show &
wait
`;

/** Enough that a thread's own compilation, which takes seconds, does not decide. */
const EXECUTIONS = "4000";

/** More than this runs beside us already: then two workers have no two processors. */
const BUSY = 0.5;

/** Why two workers can show nothing here; null if they can. */
export function workersMissing(): string | null {
  return availableParallelism() < 2 ? "there are fewer than two processors" : null;
}

/** A line on the load that others make, which these rows suffer from. */
export function loadLine(): string {
  const [load = 0] = loadavg();
  return `two workers: load of the machine ${load.toFixed(1)}${load > BUSY ? ", so the rows say little" : ""}\n`;
}

function argumentsOf(args: readonly string[], workers: number): readonly string[] {
  return [COMMAND, "explore", ...args, "--json", "--workers", `${workers}`];
}

/** Seconds that an exploration takes. */
function seconds(args: readonly string[], workers: number): number {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argumentsOf(args, workers), { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0 && status !== 5) throw new Error(`explore ended with ${status}: ${stderr}`);
  return (performance.now() - begin) / 1000;
}

/** Seconds until so many processes that explore the same are all done. */
async function secondsAtOnce(args: readonly string[], processes: number): Promise<number> {
  const begin = performance.now();
  const running = Array.from({ length: processes }, () => spawn(process.execPath, argumentsOf(args, 1), { stdio: "ignore" }));
  await Promise.all(running.map((child) => once(child, "exit")));
  return (performance.now() - begin) / 1000;
}

function twoAgainstOne(what: string, args: readonly string[]): Comparison {
  return {
    name: `two workers / one, wall time: ${what}`,
    unit: "s",
    ratio: "peer / ours",
    floor: 1.5,
    aim: 1.8,
    ours: async () => seconds(args, 2),
    theirs: async () => (workersMissing() === null ? seconds(args, 1) : null),
  };
}

/** What the machine gives: processors that share a core do less than twice the work of one. */
function machineGives(args: readonly string[]): Comparison {
  return {
    name: "two processes at once / one after the other: the most that two workers could gain here",
    unit: "s",
    ratio: "peer / ours",
    floor: null,
    aim: null,
    ours: () => secondsAtOnce(args, 2),
    theirs: async () => (workersMissing() === null ? 2 * (await secondsAtOnce(args, 1)) : null),
  };
}

function file(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "mlx5-emu-bench-")), name);
  writeFileSync(path, text);
  return path;
}

const script = file("three.sh", SCRIPT);
const locks = resolve("bench/two-shows-three-adds.ts");

const random = [script, "--strategy", "random", "--executions", EXECUTIONS];

export const workerComparisons: readonly Comparison[] = [
  twoAgainstOne(`${EXECUTIONS} random executions of a script`, random),
  twoAgainstOne("the reduction of a lock program, 32,256 classes", [locks, "--strategy", "dpor"]),
  machineGives([script, "--strategy", "random", "--executions", "1500"]),
];
