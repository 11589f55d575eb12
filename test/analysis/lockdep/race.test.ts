/**
 * Proves the deadlock of a reload against the deletion of an unrelated namespace: lockdep predicts it in every run of the script,
 * also where it does not happen; another order makes it happen, and that order's schedule does so again; without the global
 * notifier there is neither.
 */
import { expect, it } from "vitest";
import { parseSchedule, randomPolicy, replayPolicy } from "../../../src/kernel/index.ts";
import { type Run, run, scriptFile } from "../../support/machine.ts";

const SCRIPT = scriptFile("netns-delete-race.sh");
/** Orders that are tried until one has gone well and one has deadlocked. */
const MAX_SEEDS = 40;

it("is predicted where it does not happen, and happens under a schedule", async () => {
  const seen = new Map<number, Run>();
  for (let seed = 1; seed <= MAX_SEEDS && seen.size < 2; seed++) {
    const tried = await run(SCRIPT, { notifier: "global", lockdep: "all", policy: randomPolicy(seed) });
    if (!seen.has(tried.exitStatus)) seen.set(tried.exitStatus, tried);
  }
  const [calm, hung] = [seen.get(0), seen.get(3)];
  const predicted = calm?.outcome.lockdep.filter(({ locks }) => locks.includes("pernet_ops_rwsem") && locks.includes("devlink_mutex"));
  expect(predicted).toHaveLength(1);
  expect(hung?.document.deadlocks.map(({ kind, locks }) => [kind, [...locks].sort()])).toEqual([
    ["cycle", ["devlink_mutex", "pernet_ops_rwsem"]],
  ]);
  const policy = replayPolicy(parseSchedule(hung?.document.schedule ?? "") ?? []);
  const again = await run(SCRIPT, { notifier: "global", lockdep: "all", policy });
  expect(again.document).toEqual(hung?.document);
});

it("is neither there with the notifier of one namespace", async () => {
  const { outcome, exitStatus } = await run(SCRIPT, { notifier: "net", lockdep: "all" });
  expect([exitStatus, outcome.lockdep.map(({ locks }) => locks)]).toEqual([
    0,
    [["devlink_mutex", "&dev->intf_state_mutex", "devlink_mutex"]],
  ]);
});
