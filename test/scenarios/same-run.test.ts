/**
 * Proves that a run is its script, options and decisions: the same three give the same trace byte for byte, a recorded
 * schedule gives the run again, and machines in one process know nothing of each other.
 */
import { expect, test } from "vitest";
import { TraceRecorder } from "../../src/analysis/index.ts";
import { parseSchedule, randomPolicy, replayPolicy } from "../../src/kernel/index.ts";
import { type Run, type RunOptions, run, SEED, scriptFile } from "../support/machine.ts";

const RACE = `${SEED}devlink dev show &\nip netns add bar &\nip netns list &\nwait %3\nsleep 1\n`;

const HEADER = { version: "0", era: "v5.10", notifier: "any", devices: [], script: "0" };

async function traced(text: string, options: RunOptions): Promise<Run & { trace: string }> {
  const lines: string[] = [];
  const result = await run(text, {
    ...options,
    observers: (kernel) => [new TraceRecorder(kernel, HEADER, (line) => lines.push(line))],
  });
  return { ...result, trace: lines.join("\n") };
}

test("the same script, options and seed give the same trace, also with other machines running beside it", async () => {
  const options = (): RunOptions => ({ notifier: "global", policy: randomPolicy(42) });
  const alone = await traced(RACE, options());
  const [beside] = await Promise.all([traced(RACE, options()), run(RACE, { notifier: "net" }), run(SEED, { notifier: "dev_net" })]);
  expect(alone.trace.split("\n").length).toBeGreaterThan(500);
  expect(beside.trace).toBe(alone.trace);
  expect(beside.document).toEqual(alone.document);
});

test("another seed gives another schedule, and its decisions replayed give the same run", async () => {
  const one = await traced(RACE, { notifier: "net", policy: randomPolicy(1) });
  const two = await traced(RACE, { notifier: "net", policy: randomPolicy(2) });
  expect(two.document.schedule).not.toBe(one.document.schedule);
  const again = await traced(RACE, { notifier: "net", policy: replayPolicy(parseSchedule(two.document.schedule) ?? []) });
  expect(again.trace).toBe(two.trace);
});

test("every random schedule of the sequence deadlocks with the global notifier and none with the others", async () => {
  for (let seed = 1; seed <= 25; seed++) {
    const verdicts: string[] = [];
    for (const notifier of ["global", "net", "dev_net"] as const)
      verdicts.push((await run(SEED, { notifier, policy: randomPolicy(seed) })).document.verdict);
    expect([seed, ...verdicts]).toEqual([seed, "deadlock", "ok", "ok"]);
  }
});

test("a hundred machines in one process leave nothing behind: the last is as the first", async () => {
  const first = await run(scriptFile("netns-delete.sh"), { notifier: "net" });
  for (let i = 0; i < 98; i++) await run(SEED, { notifier: i % 2 === 0 ? "net" : "global" });
  const last = await run(scriptFile("netns-delete.sh"), { notifier: "net" });
  expect(last.document).toEqual(first.document);
});
