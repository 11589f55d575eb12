/** Runs one schedule again and refuses it if it does not fit: then it belongs to another subject or version. */
import { replayPolicy, StaleSchedule } from "../kernel/index.ts";
import { NameTable } from "./names.ts";
import type { Subject, SubjectRun } from "./subject.ts";

/** @throws StaleSchedule if a decision cannot be taken, or the run ends before all are */
export async function replaySchedule(subject: Subject, decisions: readonly number[]): Promise<SubjectRun> {
  const run = await subject.run({ policy: () => replayPolicy(decisions) }, { tasks: new NameTable(), objects: new NameTable() });
  if (run.decisions.length < decisions.length) {
    throw new StaleSchedule(run.decisions.length, `it has ${decisions.length} decisions, the run only ${run.decisions.length}`);
  }
  return run;
}
