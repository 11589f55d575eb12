/**
 * What a run's tasks do with locks, and the order of locks that follows from it (as lockdep builds it, with waits that are
 * not for locks as nodes too). If that order has no cycle, no schedule of these lock programs can deadlock, however many
 * tasks run each of them.
 */
import type { AccessKind, FootprintReader, Kernel, Task } from "../kernel/index.ts";
import type { RunNames } from "./names.ts";

/** What says nothing about the order of locks. */
const DATA: ReadonlySet<AccessKind> = new Set(["read", "write", "commute", "get", "put", "peek"]);

/** One operation on a lock; `lock` is the object's number. */
export interface LockOperation {
  readonly type: "read" | "write" | "try" | "release";
  readonly lock: number;
}

export interface LockNode {
  readonly name: string;
  /** False for a wait of another kind. */
  readonly lock: boolean;
}

interface TaskLog {
  readonly operations: LockOperation[];
  readonly held: number[];
  /** Everything this task has asked or waited for since it began, or since it was last idle. */
  readonly past: Set<number>;
}

/** A chain of nodes, each of which can be waited for with the one before held; the last leads back to the first. */
export type LockCycle = readonly string[];

export class LockPrograms {
  /** By node: what may be asked or waited for before it comes free. */
  private readonly edges = new Map<number, Set<number>>();
  private readonly nodes = new Map<number, LockNode>();
  private readonly written = new Set<number>();
  private programs: string | null = null;
  private same = true;
  private straight_ = true;

  /** True if every run so far had the same lock programs. */
  get unchanged(): boolean {
    return this.same;
  }

  /** True if nothing but locks was waited for, and no lock was only tried. */
  get straight(): boolean {
    return this.straight_;
  }

  /** Reads one run; `end` takes its programs in. */
  reader(_kernel: Kernel, names: RunNames): FootprintReader & { end(): readonly (readonly LockOperation[])[] } {
    const logs = new Map<Task, TaskLog>();
    const logOf = (task: Task): TaskLog => {
      let log = logs.get(task);
      if (log === undefined) {
        log = { operations: [], held: [], past: new Set() };
        logs.set(task, log);
      }
      return log;
    };
    return {
      step: (task) => {
        const { wait } = task;
        if (wait === null && task.workqueue?.busy === false) logOf(task).past.clear();
      },
      access: (task, object, kind) => this.access(logOf(task), names.object(object), object, kind),
      granted: () => {},
      created: (task, object) => names.created(task, object),
      woken: (task, by) => {
        if (by === null || by === task || task.state === "TASK_IDLE") return;
        this.wake(logOf(task), logOf(by), task, names);
      },
      end: () => {
        const programs = [...logs.values()].map(({ operations }) => operations).filter((operations) => operations.length > 0);
        this.take(programs);
        return programs;
      },
    };
  }

  private access(log: TaskLog, lock: number, object: object, kind: AccessKind): void {
    // What is no lock and asked for like one, such as the end of a child, is seen when it wakes who waits.
    if (!("dep_map" in object) || DATA.has(kind)) return;
    if (kind === "release-read" || kind === "release-write") {
      const at = log.held.lastIndexOf(lock);
      if (at >= 0) log.held.splice(at, 1);
      log.operations.push({ type: "release", lock });
      return;
    }
    this.nodes.set(lock, { name: "name" in object && typeof object.name === "string" ? object.name : "", lock: true });
    if (kind === "try") {
      this.straight_ = false;
      log.operations.push({ type: "try", lock });
      return;
    }
    if (kind === "request-write") this.written.add(lock);
    for (const held of log.held) this.edge(held, lock);
    log.past.add(lock);
    log.held.push(lock);
    log.operations.push({ type: kind === "request-read" ? "read" : "write", lock });
  }

  /** `waiter` was woken by `by`: with what it holds it waited for all that `by` had to get first. */
  private wake(waiter: TaskLog, by: TaskLog, task: Task, names: RunNames): void {
    const { wait } = task;
    if (wait === null || wait.on.kind === "mutex" || wait.on.kind === "rwsem") return;
    this.straight_ = false;
    const node = names.object(wait.on);
    this.nodes.set(node, { name: wait.on.name, lock: false });
    this.written.add(node);
    for (const held of waiter.held) this.edge(held, node);
    for (const earlier of by.past) this.edge(node, earlier);
    waiter.past.add(node);
  }

  private edge(from: number, to: number): void {
    const set = this.edges.get(from);
    if (set === undefined) this.edges.set(from, new Set([to]));
    else set.add(to);
  }

  private take(programs: readonly (readonly LockOperation[])[]): void {
    const text = programs
      .map((program) => program.map(({ type, lock }) => `${type} ${lock}`).join(", "))
      .sort()
      .join("\n");
    if (this.programs !== null && this.programs !== text) this.same = false;
    this.programs = text;
  }

  /** A cycle in the order of locks, or null: then these programs cannot deadlock. A lock that nobody takes for write never blocks. */
  cycle(): LockCycle | null {
    const done = new Set<number>();
    for (const start of this.edges.keys()) {
      const found = this.search(start, [], done);
      if (found !== null) return found.map((node) => this.nodes.get(node)?.name ?? "");
    }
    return null;
  }

  private search(node: number, path: number[], done: Set<number>): number[] | null {
    const at = path.indexOf(node);
    if (at >= 0) return path.slice(at);
    if (done.has(node) || !this.written.has(node)) return null;
    path.push(node);
    for (const next of this.edges.get(node) ?? []) {
      const found = this.search(next, path, done);
      if (found !== null) return found;
    }
    path.pop();
    done.add(node);
    return null;
  }
}
