/**
 * Models struct rw_semaphore (include/linux/rwsem.h, kernel/locking/rwsem.c). Queue first in first out: a queued writer
 * keeps later readers out, trylocks included; when the lock becomes free with a reader at the head, all queued readers get
 * it, past the writers between them (at most MAX_READERS_WAKEUP). A reader that asks again with a writer queued, or that
 * asks for write, waits for ever: rw_semaphores know no recursion and no upgrade.
 * Left out: optimistic spinning and lock stealing; hand-off is therefore always as if RWSEM_FLAG_HANDOFF were set.
 */
import { warn } from "./bug.ts";
import { EINTR } from "./errno.ts";
import type { Frame } from "./frame.ts";
import { acquired, announce, released } from "./held.ts";
import type { Kernel } from "./kernel.ts";
import { settled } from "./scheduler.ts";
import { signal_pending_state } from "./signal.ts";
import type { Task, TaskState } from "./task.ts";
import type { Lock } from "./wait.ts";

/** MAX_READERS_WAKEUP of kernel/locking/rwsem.c */
const MAX_READERS_WAKEUP = 0x100;

type Mode = "read" | "write";

interface RwsemWaiter {
  readonly task: Task;
  readonly mode: Mode;
  readonly frame: Frame;
  readonly subclass: number;
}

export class rw_semaphore implements Lock {
  readonly kind = "rwsem";
  readonly id: number;
  readonly name: string;
  writer: Task | null = null;
  /** One entry for each hold: a task that holds it twice for read stands here twice. */
  readonly readers: Task[] = [];
  /** @internal */
  readonly waiters: RwsemWaiter[] = [];

  /** @param name the lock's class as lockdep prints it: `pernet_ops_rwsem`. */
  constructor(kernel: Kernel, name: string) {
    this.id = kernel.lockId();
    this.name = name;
  }

  holders(): readonly Task[] {
    return this.writer === null ? this.readers : [this.writer];
  }

  /** A writer waits for the holders; a reader also for the writer queued before it. */
  blockers(waiter: Task): readonly Task[] {
    const at = this.waiters.findIndex((w) => w.task === waiter);
    if (at < 0) return [];
    if (this.waiters[at]?.mode === "write") return this.holders();
    const ahead = this.waiters.slice(0, at).find((w) => w.mode === "write");
    return ahead === undefined ? this.holders() : [ahead.task];
  }

  cancel(waiter: Task): void {
    const at = this.waiters.findIndex((w) => w.task === waiter);
    if (at < 0) return;
    const [gone] = this.waiters.splice(at, 1);
    if (gone?.mode === "write" && at === 0) grant(this);
  }
}

export function down_read(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, "read", "TASK_UNINTERRUPTIBLE", 0);
}
export function down_read_nested(current: Frame, sem: rw_semaphore, subclass: number): Promise<number> {
  return down(current, sem, "read", "TASK_UNINTERRUPTIBLE", subclass);
}
/** 0, or -EINTR after a fatal signal. */
export function down_read_killable(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, "read", "TASK_KILLABLE", 0);
}
/** 0, or -EINTR after any signal. */
export function down_read_interruptible(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, "read", "TASK_INTERRUPTIBLE", 0);
}
export function down_write(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, "write", "TASK_UNINTERRUPTIBLE", 0);
}
export function down_write_nested(current: Frame, sem: rw_semaphore, subclass: number): Promise<number> {
  return down(current, sem, "write", "TASK_UNINTERRUPTIBLE", subclass);
}
/** 0, or -EINTR after a fatal signal. */
export function down_write_killable(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, "write", "TASK_KILLABLE", 0);
}

/** down_read_trylock(): fails if a writer holds it or anybody waits. */
export function down_read_trylock(current: Frame, sem: rw_semaphore): boolean {
  return tryDown(current, sem, "read");
}

/** down_write_trylock(): succeeds only if nobody holds it and nobody waits. */
export function down_write_trylock(current: Frame, sem: rw_semaphore): boolean {
  return tryDown(current, sem, "write");
}

/** up_read(): not a scheduling point. */
export function up_read(current: Frame, sem: rw_semaphore): void {
  const { task, kernel } = current;
  kernel.sched.assertRunning(task);
  const at = sem.readers.indexOf(task);
  if (at < 0) {
    warn(current, "bug", `DEBUG_RWSEMS_WARN_ON(!is_rwsem_reader_owned(sem)): ${sem.name} released for read by ${task.comm}/${task.pid}`);
    return;
  }
  if (sem.readers.length === 1) sem.readers.pop();
  else sem.readers.splice(at, 1);
  released(current, sem);
  if (sem.readers.length === 0) grant(sem);
}

/** up_write(): not a scheduling point. */
export function up_write(current: Frame, sem: rw_semaphore): void {
  if (!ownedForWrite(current, sem)) return;
  sem.writer = null;
  released(current, sem);
  grant(sem);
}

/** downgrade_write(): the writer becomes a reader; queued readers come in only if one is at the head of the queue. */
export function downgrade_write(current: Frame, sem: rw_semaphore): void {
  if (!ownedForWrite(current, sem)) return;
  const { task } = current;
  const at = task.held.findIndex((h) => h.lock === sem);
  const hold = task.held[at];
  sem.writer = null;
  sem.readers.push(task);
  if (hold !== undefined) task.held[at] = { ...hold, mode: "read" };
  if (sem.waiters[0]?.mode === "read") grantReaders(sem);
}

function ownedForWrite(current: Frame, sem: rw_semaphore): boolean {
  const { task, kernel } = current;
  kernel.sched.assertRunning(task);
  if (sem.writer === task) return true;
  warn(current, "bug", `DEBUG_RWSEMS_WARN_ON(rwsem_owner(sem) != current): ${sem.name} released for write by ${task.comm}/${task.pid}`);
  return false;
}

function isFree(sem: rw_semaphore, mode: Mode): boolean {
  if (sem.writer !== null || sem.waiters.length > 0) return false;
  return mode === "read" || sem.readers.length === 0;
}

function take(sem: rw_semaphore, task: Task, mode: Mode): void {
  if (mode === "write") sem.writer = task;
  else sem.readers.push(task);
}

function tryDown(current: Frame, sem: rw_semaphore, mode: Mode): boolean {
  current.kernel.sched.assertRunning(current.task);
  if (!isFree(sem, mode)) {
    current.reads(sem);
    return false;
  }
  announce(current, sem, mode, 0, true);
  take(sem, current.task, mode);
  acquired(current, sem, mode, 0, true);
  return true;
}

function down(current: Frame, sem: rw_semaphore, mode: Mode, state: TaskState, subclass: number): Promise<number> {
  const { task } = current;
  const { sched } = task.kernel;
  if (!sched.passes(task)) return sched.giveWay(task, () => attempt(current, sem, mode, state, subclass));
  return attempt(current, sem, mode, state, subclass) ? settled(task) : sched.blocked(task);
}

/** Takes the lock, or is interrupted, or joins the waiters (false). */
function attempt(current: Frame, sem: rw_semaphore, mode: Mode, state: TaskState, subclass: number): boolean {
  const { task } = current;
  announce(current, sem, mode, subclass, false);
  if (isFree(sem, mode)) {
    take(sem, task, mode);
    acquired(current, sem, mode, subclass, false);
    return true;
  }
  if (signal_pending_state(state, task)) {
    task.wakeValue = -EINTR;
    return true;
  }
  sem.waiters.push({ task, mode, frame: current, subclass });
  task.kernel.sched.block(current, state, sem, mode);
  return false;
}

/** rwsem_mark_wake(): the lock has become free, or the writer at the head has gone. */
function grant(sem: rw_semaphore): void {
  const head = sem.waiters[0];
  if (head === undefined || sem.writer !== null) return;
  if (head.mode === "read") {
    grantReaders(sem);
  } else if (sem.readers.length === 0) {
    sem.waiters.shift();
    handOver(sem, head);
  }
}

function grantReaders(sem: rw_semaphore): void {
  const readers = sem.waiters.filter((w) => w.mode === "read").slice(0, MAX_READERS_WAKEUP);
  for (const reader of readers) {
    sem.waiters.splice(sem.waiters.indexOf(reader), 1);
    handOver(sem, reader);
  }
}

function handOver(sem: rw_semaphore, waiter: RwsemWaiter): void {
  take(sem, waiter.task, waiter.mode);
  acquired(waiter.frame, sem, waiter.mode, waiter.subclass, false);
  waiter.task.kernel.sched.wake(waiter.task);
}
