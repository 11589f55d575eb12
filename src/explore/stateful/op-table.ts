/** What the tasks of a straight program do with locks, as tables that the stateful search runs on instead of coroutines. */
import { delicateLocks } from "./delicate.ts";

/** One operation of a task. `point`: the task passes a scheduling point just before it releases (it paused there). */
export interface LockOp {
  readonly type: "read" | "write" | "release-read" | "release-write";
  readonly lock: number;
  readonly point: boolean;
}

export interface TaskTable {
  readonly comm: string;
  readonly ops: readonly LockOp[];
}

export interface TableLock {
  readonly name: string;
  readonly kind: "mutex" | "rwsem";
}

export interface OpTables {
  readonly tasks: readonly TaskTable[];
  readonly locks: readonly TableLock[];
}

/** A state keeps a task in 16 bits: its position among those of all tables, and its place in a queue. */
export const RANK_BITS = 6;
export const MAX_TASKS = (1 << RANK_BITS) - 2;
export const MAX_POSITIONS = 1 << (16 - RANK_BITS);
/** Sets of locks are 32-bit masks. */
export const MAX_LOCKS = 31;

export const READ = 0;
export const WRITE = 1;
export const RELEASE = 2;
export const END = 3;

/**
 * The tables of all tasks behind one another, those of equal tasks once. A position says whose it is and all that is held
 * there, so that the positions of the tasks and the queues are the whole state.
 */
export class Compiled {
  readonly tasks: number;
  readonly locks: number;
  /** Slots are the tasks sorted so that equal ones stand together; by slot, the task, the first position, the last slot of its kind. */
  readonly taskOf: readonly number[];
  readonly start: Uint16Array;
  /** By task, the first position of its table. */
  readonly baseOf: readonly number[];
  readonly lastOfKind: Uint8Array;
  readonly kind: Uint8Array;
  readonly lock: Uint8Array;
  /** What is held at a position; indexed by position times the number of locks plus the lock. */
  private readonly readHolds: Uint8Array;
  private readonly writeHolds: Uint8Array;
  /** The same as masks of locks. */
  readonly readMask: Int32Array;
  readonly writeMask: Int32Array;
  /** First position behind the releases that a step which comes to this position runs through. */
  readonly until: Uint16Array;
  /** First position behind the releases that follow at once on getting the lock that is asked for at this position. */
  readonly behind: Uint16Array;
  /** True for a release that a task makes at once when it gets there: nobody can tell it from a later one. */
  readonly eager: Uint8Array;
  /** Requests that a task has made before this position. */
  readonly requests: Uint16Array;
  /** From this position to the end of its table, as masks of locks: asked for write, asked for at all, touched. */
  readonly futureWrite: Int32Array;
  readonly futureRequest: Int32Array;
  readonly futureAny: Int32Array;
  /** What of others' futures does not commute with the step from this position. */
  readonly againstWrite: Int32Array;
  readonly againstRequest: Int32Array;
  readonly againstAny: Int32Array;

  /** Releases in front of which the task pauses. */
  private readonly pauses = new Set<number>();

  constructor({ tasks, locks }: OpTables) {
    const kinds = new Map<string, { ops: readonly LockOp[]; members: number[] }>();
    for (const [task, { ops }] of tasks.entries()) {
      const text = JSON.stringify(ops);
      const known = kinds.get(text);
      if (known === undefined) kinds.set(text, { ops, members: [task] });
      else known.members.push(task);
    }
    const positions = [...kinds.values()].reduce((sum, { ops }) => sum + ops.length + 1, 0);
    this.tasks = tasks.length;
    this.locks = locks.length;
    this.start = new Uint16Array(tasks.length);
    this.lastOfKind = new Uint8Array(tasks.length);
    this.kind = new Uint8Array(positions);
    this.lock = new Uint8Array(positions);
    this.readHolds = new Uint8Array(positions * locks.length);
    this.writeHolds = new Uint8Array(positions * locks.length);
    this.readMask = new Int32Array(positions);
    this.writeMask = new Int32Array(positions);
    this.until = new Uint16Array(positions);
    this.behind = new Uint16Array(positions);
    this.eager = new Uint8Array(positions);
    this.requests = new Uint16Array(positions);
    this.futureWrite = new Int32Array(positions);
    this.futureRequest = new Int32Array(positions);
    this.futureAny = new Int32Array(positions);
    this.againstWrite = new Int32Array(positions);
    this.againstRequest = new Int32Array(positions);
    this.againstAny = new Int32Array(positions);
    const taskOf: number[] = [];
    const baseOf: number[] = [];
    let base = 0;
    for (const { ops, members } of kinds.values()) {
      const last = taskOf.length + members.length - 1;
      for (const task of members) {
        this.start[taskOf.length] = base;
        this.lastOfKind[taskOf.length] = last;
        taskOf.push(task);
        baseOf[task] = base;
      }
      this.enter(base, ops);
      base += ops.length + 1;
    }
    this.taskOf = taskOf;
    this.baseOf = baseOf;
    this.judge(delicateLocks(tasks, locks.length));
  }

  /** Lays one table down from `base` on. */
  private enter(base: number, ops: readonly LockOp[]): void {
    for (const [i, op] of ops.entries()) this.enterHolds(base + i, op);
    const end = base + ops.length;
    this.kind[end] = END;
    this.until[end] = end;
    for (let i = ops.length - 1; i >= 0; i--) this.enterFuture(base + i, ops[i] as LockOp);
  }

  private enterHolds(at: number, { type, lock, point }: LockOp): void {
    const { locks } = this;
    const request = type === "read" || type === "write";
    this.kind[at] = type === "read" ? READ : type === "write" ? WRITE : RELEASE;
    this.lock[at] = lock;
    if (point) this.pauses.add(at);
    this.requests[at + 1] = (this.requests[at] as number) + (request ? 1 : 0);
    for (const holds of [this.readHolds, this.writeHolds]) holds.copyWithin((at + 1) * locks, at * locks, (at + 1) * locks);
    const holds = type === "read" || type === "release-read" ? this.readHolds : this.writeHolds;
    const held = (at + 1) * locks + lock;
    holds[held] = (holds[held] as number) + (request ? 1 : -1);
  }

  /** What lies behind a position; those behind it are known. */
  private enterFuture(at: number, { lock }: LockOp): void {
    const next = at + 1;
    const release = this.kind[at] === RELEASE;
    const goesOn = release && this.kind[next] === RELEASE && !this.pauses.has(next);
    this.until[at] = goesOn ? (this.until[next] as number) : release ? next : at;
    const bit = 1 << lock;
    this.futureWrite[at] = (this.futureWrite[next] as number) | (this.kind[at] === WRITE ? bit : 0);
    this.futureRequest[at] = (this.futureRequest[next] as number) | (release ? 0 : bit);
    this.futureAny[at] = (this.futureAny[next] as number) | bit;
  }

  /** First position of the releases that follow at once on getting the lock asked for at `at`, and the one behind them. */
  private tail(at: number): readonly [number, number] {
    const from = at + 1;
    return this.kind[from] === RELEASE && !this.pauses.has(from) ? [from, this.until[from] ?? from] : [from, from];
  }

  private enterMasks(at: number): void {
    for (let lock = 0; lock < this.locks; lock++) {
      const held = at * this.locks + lock;
      if (this.readHolds[held] !== 0) this.readMask[at] = (this.readMask[at] as number) | (1 << lock);
      if (this.writeHolds[held] !== 0) this.writeMask[at] = (this.writeMask[at] as number) | (1 << lock);
    }
  }

  private judge(delicate: number): void {
    for (let at = 0; at < this.kind.length; at++) {
      const kind = this.kind[at];
      this.enterMasks(at);
      if (kind === END) continue;
      this.behind[at] = this.tail(at)[1];
      const [from, to] = kind === RELEASE ? [at, this.until[at] ?? at] : this.tail(at);
      let any = 0;
      for (let i = from; i < to; i++) any |= (1 << (this.lock[i] ?? 0)) & delicate;
      const bit = 1 << (this.lock[at] ?? 0);
      if (kind === RELEASE) this.eager[at] = any === 0 ? 1 : 0;
      else if ((bit & delicate) !== 0) any |= bit;
      else if (kind === WRITE) this.againstRequest[at] = bit;
      else this.againstWrite[at] = bit;
      this.againstAny[at] = any;
    }
  }
}
