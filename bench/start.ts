/**
 * From start to verdict: the whole-process time of the built command on the default script against the start of node itself,
 * in interleaved rounds. The parts are differences between runs that go further and further: node alone, the command that
 * only prints its version (loading), an empty script (boot, and the report), the default script; then 10,000 echoes in a loop
 * and 1,000 background jobs that sleep. Wall time in milliseconds,
 * medians; the ratio is the median of the rounds' ratios. One JSON document on standard output. Build first.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROUNDS = Number(process.argv[2] ?? 31);

/** tools/bench.ts runs this from the project's folder. */
const command = resolve("dist/mlx5-emu.js");
const seed = resolve("scripts/netns-delete.sh");
const folder = mkdtempSync(join(tmpdir(), "mlx5-emu-bench-"));
const nothing = join(folder, "empty.sh");
writeFileSync(nothing, "");
const echoes = join(folder, "echoes.sh");
writeFileSync(echoes, "for ((i = 0; i < 10000; i++)); do echo $i; done\n");
const sleeps = join(folder, "sleeps.sh");
writeFileSync(sleeps, "for i in {1..1000}; do sleep 1 & done; wait\n");

/** Each with the exit status that it has to end with. */
const stages = {
  node: { args: ["-e", "0"], status: 0 },
  version: { args: [command, "--version"], status: 0 },
  empty: { args: [command, "run", nothing], status: 0 },
  global: { args: [command, "run", seed, "--notifier", "global"], status: 3 },
  net: { args: [command, "run", seed, "--notifier", "net"], status: 0 },
  echoes: { args: [command, "run", echoes], status: 0 },
  sleeps: { args: [command, "run", sleeps], status: 0 },
} as const;

type Stage = keyof typeof stages;

function time(stage: Stage): number {
  const { args, status } = stages[stage];
  const before = process.hrtime.bigint();
  const ended = spawnSync(process.execPath, args, { stdio: "ignore" });
  const ms = Number(process.hrtime.bigint() - before) / 1e6;
  if (ended.status !== status) throw new Error(`${args.join(" ")} ended with ${ended.status}, not ${status}`);
  return ms;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

const names = Object.keys(stages) as Stage[];
const rounds = Array.from({ length: ROUNDS }, () => Object.fromEntries(names.map((name) => [name, time(name)])) as Record<Stage, number>);
rmSync(folder, { recursive: true });

const of = (part: (times: Record<Stage, number>) => number, digits = 1): number => round(median(rounds.map(part)), digits);
const document = {
  bench: "start",
  node: process.version,
  rounds: ROUNDS,
  unit: "ms",
  wholeProcess: Object.fromEntries(names.map((name) => [name, of((times) => times[name])])),
  ratioToNode: { global: of((t) => t.global / t.node, 2), net: of((t) => t.net / t.node, 2) },
  parts: {
    node: of((t) => t.node),
    loading: of((t) => t.version - t.node),
    boot: of((t) => t.empty - t.version),
    run: { global: of((t) => t.global - t.empty), net: of((t) => t.net - t.empty) },
    shell: { echoes: of((t) => t.echoes - t.empty), sleeps: of((t) => t.sleeps - t.empty) },
  },
};
process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
