/**
 * Models struct mutex (include/linux/mutex.h, kernel/locking/mutex.c): one owner, waiters first in first out, the lock is
 * handed to the first waiter on unlock (always as after MUTEX_FLAG_HANDOFF: a schedule the kernel allows, and the same on
 * every run). Locking it twice waits for ever, unlocking what one does not own is reported.
 * Left out: optimistic spinning (no second processor), wound/wait mutexes.
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

interface MutexWaiter {
  readonly task: Task;
  readonly frame: Frame;
  readonly subclass: number;
}

export class mutex implements Lock {
  readonly kind = "mutex";
  readonly id: number;
  readonly name: string;
  owner: Task | null = null;
  /** @internal */
  readonly waiters: MutexWaiter[] = [];

  /** @param name the lock's class as lockdep prints it: `rtnl_mutex`, `&devlink->lock`. */
  constructor(kernel: Kernel, name: string) {
    this.id = kernel.lockId();
    this.name = name;
  }

  holders(): readonly Task[] {
    return this.owner === null ? [] : [this.owner];
  }

  blockers(_waiter: Task): readonly Task[] {
    return this.holders();
  }

  cancel(waiter: Task): void {
    const at = this.waiters.findIndex((w) => w.task === waiter);
    if (at >= 0) this.waiters.splice(at, 1);
  }
}

/** mutex_lock(): waits in TASK_UNINTERRUPTIBLE; no signal ends the wait. */
export function mutex_lock(current: Frame, lock: mutex): Promise<number> {
  return lockIn(current, lock, "TASK_UNINTERRUPTIBLE", 0);
}

/** mutex_lock_nested(): as mutex_lock; the subclass (0 to 7) matters to lockdep only. */
export function mutex_lock_nested(current: Frame, lock: mutex, subclass: number): Promise<number> {
  return lockIn(current, lock, "TASK_UNINTERRUPTIBLE", subclass);
}

/** mutex_lock_killable(): 0, or -EINTR after a fatal signal. */
export function mutex_lock_killable(current: Frame, lock: mutex): Promise<number> {
  return lockIn(current, lock, "TASK_KILLABLE", 0);
}

/** mutex_lock_interruptible(): 0, or -EINTR after any signal. */
export function mutex_lock_interruptible(current: Frame, lock: mutex): Promise<number> {
  return lockIn(current, lock, "TASK_INTERRUPTIBLE", 0);
}

/** mutex_trylock(): true if taken. Never waits, never recursive. Not a scheduling point. */
export function mutex_trylock(current: Frame, lock: mutex): boolean {
  current.kernel.sched.assertRunning(current.task);
  if (lock.owner !== null) {
    current.reads(lock);
    return false;
  }
  announce(current, lock, "exclusive", 0, true);
  lock.owner = current.task;
  acquired(current, lock, "exclusive", 0, true);
  return true;
}

/** mutex_unlock(): hands the lock to the first waiter. Not a scheduling point. */
export function mutex_unlock(current: Frame, lock: mutex): void {
  const { kernel, task } = current;
  kernel.sched.assertRunning(task);
  if (lock.owner !== task) {
    warn(current, "bug", `DEBUG_LOCKS_WARN_ON(__owner_task(owner) != current): ${lock.name} unlocked by ${task.comm}/${task.pid}`);
    return;
  }
  released(current, lock);
  const next = lock.waiters.length === 0 ? undefined : lock.waiters.shift();
  if (next === undefined) {
    lock.owner = null;
    return;
  }
  lock.owner = next.task;
  acquired(next.frame, lock, "exclusive", next.subclass, false);
  kernel.sched.wake(next.task);
}

function lockIn(current: Frame, lock: mutex, state: TaskState, subclass: number): Promise<number> {
  const { task } = current;
  const { sched } = task.kernel;
  if (!sched.passes(task)) return sched.giveWay(task, () => attempt(current, lock, state, subclass));
  return attempt(current, lock, state, subclass) ? settled(task) : sched.blocked(task);
}

/** Takes the lock, or is interrupted, or joins the waiters (false). */
function attempt(current: Frame, lock: mutex, state: TaskState, subclass: number): boolean {
  const { task } = current;
  announce(current, lock, "exclusive", subclass, false);
  if (lock.owner === null) {
    lock.owner = task;
    acquired(current, lock, "exclusive", subclass, false);
    return true;
  }
  if (signal_pending_state(state, task)) {
    task.wakeValue = -EINTR;
    return true;
  }
  lock.waiters.push({ task, frame: current, subclass });
  task.kernel.sched.block(current, state, lock, "exclusive");
  return false;
}
