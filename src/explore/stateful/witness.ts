/** Shows a deadlock of the tables on the real coroutines. One that does not come about there is a bug of this emulator. */
import { EmulatorBug, type SchedulingPolicy, type Task } from "../../kernel/index.ts";
import type { Subject, SubjectRun, Tables } from "../subject.ts";
import type { Compiled, OpTables } from "./op-table.ts";
import { follows, type LockNumbers, OpReader } from "./record.ts";
import type { StateDeadlock } from "./search.ts";

/** What the replay of witnesses needs. */
export interface WitnessSetup {
  readonly subject: Subject;
  readonly names: Tables;
  readonly tables: OpTables;
  readonly locks: LockNumbers;
  readonly code: Compiled;
}

/**
 * @returns the run, or null if the tasks did something else than their tables say: then they depend on what the tables do
 * not know
 * @throws EmulatorBug if they did what the tables say, but not with the outcome that the tables have
 */
export async function replayWitness(setup: WitnessSetup, deadlock: StateDeadlock): Promise<SubjectRun | null> {
  const { subject, names, tables, locks, code } = setup;
  const readers: OpReader[] = [];
  const run = await subject.run(
    {
      policy: () => guide(code, deadlock, () => readers[0]),
      reader: (_kernel, runNames) => {
        const reader = new OpReader(locks, runNames);
        readers.push(reader);
        return reader;
      },
    },
    names,
  );
  const [reader] = readers;
  if (reader === undefined || !follows(tables, reader, run)) return null;
  const expected = deadlock.waiting.map((one) => waitText(setup, one)).sort();
  const real = run.blocked.map(({ comm, on, mode }) => `${comm} ${on} ${mode}`).sort();
  if (expected.join("\n") !== real.join("\n"))
    throw new EmulatorBug(`the tables end in [${expected.join("; ")}], the real tasks in [${real.join("; ")}]`);
  return run;
}

function waitText({ tables, code }: WitnessSetup, { task, position }: StateDeadlock["waiting"][number]): string {
  const table = tables.tasks[task];
  const op = table?.ops[position - (code.baseOf[task] ?? 0)];
  const lock = tables.locks[op?.lock ?? -1];
  return `${table?.comm} ${lock?.name} ${lock?.kind === "mutex" ? "exclusive" : op?.type}`;
}

/** Lets the tasks take the steps of the witness; releases that the tables make at once come first. */
function guide(code: Compiled, { path }: StateDeadlock, reader: () => OpReader | undefined): SchedulingPolicy {
  let next = 0;
  const positionOf = (task: Task): number => {
    const log = reader();
    return log === undefined ? 0 : (code.baseOf[log.numberOf(task)] ?? 0) + log.opsOf(task);
  };
  const done = ({ task, position }: StateDeadlock["path"][number]): boolean =>
    (code.baseOf[task] ?? 0) + (reader()?.logs[task]?.ops.length ?? 0) > position;
  return {
    name: "witness",
    choose: (candidates) => {
      const eager = candidates.findIndex((task) => code.eager[positionOf(task)] === 1);
      if (eager >= 0) return eager;
      for (let step = path[next]; step !== undefined && done(step); step = path[next]) next++;
      const wanted = path[next]?.task;
      if (wanted === undefined) return 0;
      return Math.max(
        0,
        candidates.findIndex((task) => reader()?.numberOf(task) === wanted),
      );
    },
  };
}
