/** Makes a schedule that deadlocks simpler, as long as the same tasks get stuck at the same things. */
import { replayPolicy, StaleSchedule } from "../kernel/index.ts";
import type { Subject, SubjectRun, Tables } from "./subject.ts";

/** Runs that shortening one schedule may take. */
const MAX_TRIES = 200;

/**
 * Tries to take the first candidate instead and to leave decisions out, in ever smaller blocks. What is kept is a run that
 * really ended in the same deadlock.
 */
export async function minimise(subject: Subject, tables: Tables, witness: SubjectRun, goOn: () => boolean): Promise<SubjectRun> {
  let best = witness;
  let tries = 0;
  const attempt = async (decisions: readonly number[]): Promise<boolean> => {
    if (tries++ >= MAX_TRIES || !goOn()) return false;
    const run = await replayed(subject, tables, decisions);
    if (run === null || !sameDeadlock(run, witness) || cost(run) >= cost(best)) return false;
    best = run;
    return true;
  };
  for (let block = size(best.decisions); block >= 1; block = Math.floor(block / 2)) {
    for (let from = 0; from < best.decisions.length; from += block) {
      const { decisions } = best;
      if (!decisions.slice(from, from + block).some((choice) => choice !== 0)) continue;
      const within = (i: number): boolean => i >= from && i < from + block;
      if (await attempt(decisions.map((choice, i) => (within(i) ? 0 : choice)))) continue;
      await attempt(decisions.filter((_choice, i) => !within(i)));
    }
  }
  return best;
}

async function replayed(subject: Subject, tables: Tables, decisions: readonly number[]): Promise<SubjectRun | null> {
  try {
    return await subject.run({ policy: () => replayPolicy(decisions) }, tables);
  } catch (error) {
    if (error instanceof StaleSchedule) return null;
    throw error;
  }
}

function size(decisions: readonly number[]): number {
  return 1 << (31 - Math.clz32(Math.max(1, decisions.length)));
}

/** The length of the schedule as text comes first: what stands at its end is first come, first served anyway. */
function cost(run: SubjectRun): number {
  const changes = run.decisions.filter((choice) => choice !== 0).length;
  return changes * 1e6 + run.steps;
}

function sameDeadlock(a: SubjectRun, b: SubjectRun): boolean {
  return a.stuck.length > 0 && [...a.stuck].sort().join("\n") === [...b.stuck].sort().join("\n");
}
