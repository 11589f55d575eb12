/**
 * Two workers against one, as a user starts them: wall time of `explore`, the whole process, in turns. It says something on a
 * machine with two processors that nobody else uses; the load that others made is printed beside.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Comparison } from "./measure.ts";

const COMMAND = fileURLToPath(new URL("../dist/mlx5-emu.js", import.meta.url));

/** 34,650 classes: more than are run. */
const SCRIPT = `devlink dev show &
devlink dev show &
devlink dev show &
wait
`;

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

/** Seconds that an exploration takes. */
function seconds(args: readonly string[], workers: number): number {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, "explore", ...args, "--json", "--workers", `${workers}`], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0 && status !== 5) throw new Error(`explore ended with ${status}: ${stderr}`);
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

function file(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "mlx5-emu-bench-")), name);
  writeFileSync(path, text);
  return path;
}

const script = file("three.sh", SCRIPT);
const locks = fileURLToPath(new URL("./two-shows-three-adds.ts", import.meta.url));

export const workerComparisons: readonly Comparison[] = [
  twoAgainstOne("1500 random executions of a script", [script, "--strategy", "random", "--executions", "1500"]),
  twoAgainstOne("1500 executions of a script's reduction", [script, "--strategy", "dpor", "--executions", "1500"]),
  twoAgainstOne("the reduction of a lock program, 32,256 classes", [locks, "--strategy", "dpor"]),
];
