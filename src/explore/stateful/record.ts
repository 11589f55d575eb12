/** Records the tables of a program from runs: of each task alone, and of all together to see that they do the same. */
import type { AccessKind, FootprintReader, Kernel, Lock, Task } from "../../kernel/index.ts";
import type { RunNames } from "../names.ts";
import type { Subject, SubjectRun, Tables } from "../subject.ts";
import { type LockOp, MAX_LOCKS, MAX_POSITIONS, MAX_TASKS, type OpTables, type TableLock, type TaskTable } from "./op-table.ts";

/** Reads what the tasks of one run do with locks. */
export class OpReader implements FootprintReader {
  readonly logs: { readonly comm: string; readonly ops: LockOp[] }[] = [];
  /** False once something else than waiting for a lock or releasing one was done. */
  straight = true;
  private readonly numbers = new Map<Task, number>();
  private readonly locks: LockNumbers;
  private readonly names: RunNames;
  private running: Task | null = null;
  /** Those who were handed a lock: the step that they go on with is no scheduling point of their own. */
  private readonly handed = new Set<Task>();
  private paused = false;

  constructor(locks: LockNumbers, names: RunNames) {
    this.locks = locks;
    this.names = names;
  }

  /** The number of a task in the order of declaration. */
  numberOf(task: Task): number {
    let number = this.numbers.get(task);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(task, number);
      this.logs.push({ comm: task.comm, ops: [] });
    }
    return number;
  }

  opsOf(task: Task): number {
    return this.logs[this.numberOf(task)]?.ops.length ?? 0;
  }

  step(task: Task): void {
    this.running = task;
    this.paused = !this.handed.delete(task);
  }

  access(task: Task, object: object, kind: AccessKind): void {
    // The end of a task that nobody waits for.
    if (!("dep_map" in object) && kind === "release-write") return;
    if (!("dep_map" in object) || kind === "read" || kind === "write" || kind === "try") {
      this.straight = false;
      return;
    }
    const release = kind === "release-read" || kind === "release-write";
    const type = release ? kind : kind === "request-read" ? "read" : "write";
    const lock = this.locks.number(this.names.object(object), object as Lock);
    this.logs[this.numberOf(task)]?.ops.push({ type, lock, point: release && this.paused });
    this.paused = false;
  }

  granted(task: Task): void {
    if (task !== this.running) this.handed.add(task);
  }

  created(): void {
    this.straight = false;
  }

  woken(task: Task): void {
    this.numberOf(task);
  }
}

/** Numbers for locks, the same in all runs. */
export class LockNumbers {
  readonly locks: TableLock[] = [];
  private readonly numbers = new Map<number, number>();

  number(name: number, { name: label, kind }: Lock): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.locks.length;
      this.numbers.set(name, number);
      this.locks.push({ name: label, kind: kind === "mutex" ? "mutex" : "rwsem" });
    }
    return number;
  }
}

export interface Recording {
  readonly tables: OpTables;
  readonly locks: LockNumbers;
  readonly runs: number;
}

/** Runs each task alone. @returns the tables, or why there are none */
export async function recordTables(subject: Subject, names: Tables): Promise<Recording | { readonly runs: number; readonly why: string }> {
  const locks = new LockNumbers();
  const tasks: TaskTable[] = [];
  for (let only = 0; ; only++) {
    const readers: OpReader[] = [];
    const run = await subject.run(
      {
        only,
        policy: () => ({ name: "alone", choose: () => 0 }),
        reader: (_kernel: Kernel, runNames) => {
          const reader = new OpReader(locks, runNames);
          readers.push(reader);
          return reader;
        },
      },
      names,
    );
    const [reader] = readers;
    const log = reader?.logs[0];
    if (log === undefined) break;
    const why = reader?.straight === false ? "not only waits for locks" : run.limit === null ? null : `limit ${run.limit.limit}`;
    if (why !== null) return { runs: only + 1, why };
    tasks.push(log);
  }
  const positions = new Map(tasks.map(({ ops }) => [JSON.stringify(ops), ops.length + 1]));
  const tooBig =
    tasks.length > MAX_TASKS ||
    locks.locks.length > MAX_LOCKS ||
    [...positions.values()].reduce((sum, length) => sum + length, 0) > MAX_POSITIONS;
  if (tooBig) return { runs: tasks.length, why: `more than ${MAX_TASKS} tasks, ${MAX_LOCKS} locks or ${MAX_POSITIONS} operations` };
  return { tables: { tasks, locks: locks.locks }, locks, runs: tasks.length };
}

/** True if what the tasks of a run have done is how their tables begin, and only tasks that wait for ever have not done all. */
export function follows({ tasks }: OpTables, { logs, straight }: OpReader, run: SubjectRun): boolean {
  const unfinished = logs.filter(({ ops }, task) => ops.length !== tasks[task]?.ops.length).length;
  return (
    straight &&
    run.limit === null &&
    logs.length === tasks.length &&
    unfinished <= run.blocked.length &&
    logs.every(({ ops }, task) =>
      ops.every((op, i) => {
        const expected = tasks[task]?.ops[i];
        return expected !== undefined && op.type === expected.type && op.lock === expected.lock && op.point === expected.point;
      }),
    )
  );
}
