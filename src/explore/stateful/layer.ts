/**
 * The second layer: a program whose tasks are straight lines of lock operations is searched as tables, and what the search
 * finds is shown on the real coroutines.
 */
import { randomPolicy } from "../../kernel/index.ts";
import type { Subject, SubjectRun, Tables } from "../subject.ts";
import { Compiled } from "./op-table.ts";
import { follows, OpReader, type Recording, recordTables } from "./record.ts";
import { type StateSearch, searchStates } from "./search.ts";
import { replayWitness } from "./witness.ts";

export interface StatefulOptions {
  readonly seed: number;
  /** Random schedules whose lock operations are compared with the tables. */
  readonly samples: number;
  readonly states: number;
  readonly goOn: () => boolean;
  /** Asked before each run. */
  readonly mayRun: () => boolean;
  /** Told of every run made. */
  readonly ran: () => void;
}

/** Kinds of deadlocks that are shown on the real coroutines; the others are only counted. */
const MAX_KINDS = 200;

export type StatefulOutcome =
  /** `searched`: it turned out only when what was found was shown. */
  | { readonly undecided: string; readonly searched?: true }
  | { readonly undecided: null; readonly search: StateSearch; readonly witnesses: readonly SubjectRun[] };

export async function searchStateful(subject: Subject, names: Tables, options: StatefulOptions): Promise<StatefulOutcome> {
  const recorded = await straightLines(subject, names, options);
  if ("why" in recorded) return { undecided: recorded.why };
  const code = new Compiled(recorded.tables);
  const search = searchStates(code, { reduce: true, states: options.states, goOn: options.goOn });
  const witnesses: SubjectRun[] = [];
  for (const deadlock of search.deadlocks.slice(0, MAX_KINDS)) {
    if (!options.mayRun()) return { undecided: "stopped", searched: true };
    const run = await replayWitness({ subject, names, tables: recorded.tables, locks: recorded.locks, code }, deadlock);
    options.ran();
    if (run === null) return { undecided: "the lock programs differ between runs", searched: true };
    witnesses.push(run);
  }
  return { undecided: null, search, witnesses };
}

/** The programs as tables, or why they are none. */
export async function straightLines(
  subject: Subject,
  names: Tables,
  options: Pick<StatefulOptions, "seed" | "samples" | "mayRun" | "ran">,
): Promise<Recording | { readonly why: string }> {
  const recorded = await recordTables(subject, names);
  for (let run = 0; run < recorded.runs; run++) options.ran();
  if ("why" in recorded) return recorded;
  for (let sample = 0; sample < options.samples; sample++) {
    if (!options.mayRun()) return { why: "stopped" };
    options.ran();
    if (!(await sampleFollows(subject, names, recorded, options.seed + sample))) return { why: "the lock programs differ between runs" };
  }
  return recorded;
}

/** True if a run under a random schedule does what the tables say. */
async function sampleFollows(subject: Subject, names: Tables, { tables, locks }: Recording, seed: number): Promise<boolean> {
  const readers: OpReader[] = [];
  const run = await subject.run(
    {
      policy: () => randomPolicy(seed),
      reader: (_kernel, runNames) => {
        const reader = new OpReader(locks, runNames);
        readers.push(reader);
        return reader;
      },
    },
    names,
  );
  const [reader] = readers;
  return reader !== undefined && follows(tables, reader, run);
}
