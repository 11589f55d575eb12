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
import { acquired, announce, contended, givenUp, handedOver, released } from "./held.ts";
import type { Kernel } from "./kernel.ts";
import { debug_check_no_locks_freed, type lock_class_key, lockdep_map } from "./lockdep-map.ts";
import { signal_pending_state } from "./signal.ts";
import type { Task, Wait } from "./task.ts";
import type { Ask, Lock, LockWaitState, Requestable } from "./wait.ts";

/** MAX_READERS_WAKEUP of kernel/locking/rwsem.c */
const MAX_READERS_WAKEUP = 0x100;

type Mode = "read" | "write";

export class rw_semaphore implements Lock, Requestable {
  readonly kind = "rwsem";
  readonly id: number;
  readonly name: string;
  readonly dep_map: lockdep_map;
  writer: Task | null = null;
  /** One entry for each hold: a task that holds it twice for read stands here twice. */
  readonly readers: Task[] = [];
  /** @internal */
  readonly waiters: Wait[] = [];

  /**
   * @param name the lock's class as lockdep prints it: `pernet_ops_rwsem`
   * @param key the place that initialises it, where another place uses the same name
   */
  constructor(kernel: Kernel, name: string, key: lock_class_key | null = null) {
    this.id = kernel.lockId();
    this.name = name;
    this.dep_map = new lockdep_map("rwsem", name, this.id, key);
  }

  holders(): readonly Task[] {
    return this.writer === null ? this.readers : [this.writer];
  }

  /** A writer waits for the holders; a reader also for the writer queued before it. */
  blockers(waiter: Task): readonly Task[] {
    const at = this.waiters.findIndex(({ frame }) => frame.task === waiter);
    if (at < 0) return [];
    if (this.waiters[at]?.mode === "write") return this.holders();
    const ahead = this.waiters.slice(0, at).find((w) => w.mode === "write");
    return ahead === undefined ? this.holders() : [ahead.frame.task];
  }

  cancel(waiter: Task): void {
    const at = this.waiters.findIndex(({ frame }) => frame.task === waiter);
    if (at < 0) return;
    const [gone] = this.waiters.splice(at, 1);
    waiter.kernel.sched.current?.root.touches(this, "try");
    if (gone !== undefined) givenUp(gone.frame, this);
    if (gone?.mode === "write" && at === 0) grant(this);
  }

  /** @internal Takes the lock, or is interrupted, or joins the waiters (false). */
  attempt(current: Frame, ask: Ask): boolean {
    const { task } = current;
    const mode: Mode = ask.mode === "read" ? "read" : "write";
    announce(current, this, mode, ask.subclass, ask.state);
    if (isFree(this, mode)) {
      take(this, task, mode);
      acquired(current, this, mode, ask.subclass, false);
      return true;
    }
    if (signal_pending_state(ask.state, task)) {
      givenUp(current, this);
      task.wakeValue = -EINTR;
      return true;
    }
    contended(current, this);
    const wait: Wait = { on: this, mode, frame: current, since: task.kernel.clock.now, subclass: ask.subclass };
    this.waiters.push(wait);
    task.kernel.sched.block(task, ask.state, wait);
    return false;
  }
}

function asks(mode: Mode, state: LockWaitState, subclass = 0): Ask {
  return Object.freeze({ mode, state, subclass, nest: null });
}

const READ = asks("read", "TASK_UNINTERRUPTIBLE");
const READ_KILLABLE = asks("read", "TASK_KILLABLE");
const READ_INTERRUPTIBLE = asks("read", "TASK_INTERRUPTIBLE");
const WRITE = asks("write", "TASK_UNINTERRUPTIBLE");
const WRITE_KILLABLE = asks("write", "TASK_KILLABLE");

export function down_read(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, READ);
}
export function down_read_nested(current: Frame, sem: rw_semaphore, subclass: number): Promise<number> {
  return down(current, sem, asks("read", "TASK_UNINTERRUPTIBLE", subclass));
}
/** 0, or -EINTR after a fatal signal. */
export function down_read_killable(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, READ_KILLABLE);
}
/** 0, or -EINTR after any signal. */
export function down_read_interruptible(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, READ_INTERRUPTIBLE);
}
export function down_write(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, WRITE);
}
export function down_write_nested(current: Frame, sem: rw_semaphore, subclass: number): Promise<number> {
  return down(current, sem, asks("write", "TASK_UNINTERRUPTIBLE", subclass));
}
/** 0, or -EINTR after a fatal signal. */
export function down_write_killable(current: Frame, sem: rw_semaphore): Promise<number> {
  return down(current, sem, WRITE_KILLABLE);
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
    kernel.events.locks?.release(current, sem.dep_map);
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
  if (hold !== undefined) task.locks[at] = { ...hold, mode: "read" };
  task.kernel.events.locks?.downgrade(current, sem.dep_map);
  current.touches(sem, "release-write");
  current.touches(sem, "try");
  if (sem.waiters[0]?.mode === "read") grantReaders(sem);
}

function ownedForWrite(current: Frame, sem: rw_semaphore): boolean {
  const { task, kernel } = current;
  kernel.sched.assertRunning(task);
  if (sem.writer === task) return true;
  kernel.events.locks?.release(current, sem.dep_map);
  warn(current, "bug", `DEBUG_RWSEMS_WARN_ON(rwsem_owner(sem) != current): ${sem.name} released for write by ${task.comm}/${task.pid}`);
  return false;
}

/** init_rwsem() of a lock that exists already: whatever it was, it is free and nobody waits. */
export function init_rwsem(current: Frame, sem: rw_semaphore): void {
  debug_check_no_locks_freed(current, sem);
  current.writes(sem);
  sem.writer = null;
  sem.readers.length = 0;
  sem.waiters.length = 0;
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
    current.touches(sem, "try");
    return false;
  }
  announce(current, sem, mode, 0, "trylock");
  take(sem, current.task, mode);
  acquired(current, sem, mode, 0, true);
  return true;
}

function down(current: Frame, sem: rw_semaphore, ask: Ask): Promise<number> {
  return current.task.kernel.sched.request(current, sem, ask);
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

function handOver(sem: rw_semaphore, { frame, mode, subclass }: Wait): void {
  const { task } = frame;
  const held: Mode = mode === "read" ? "read" : "write";
  take(sem, task, held);
  handedOver(frame, sem, held, subclass);
  task.kernel.sched.wake(task);
}
