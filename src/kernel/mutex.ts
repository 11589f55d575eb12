/**
 * Models struct mutex (include/linux/mutex.h, kernel/locking/mutex.c): one owner, waiters first in first out, the lock is
 * handed to the first waiter on unlock (always as after MUTEX_FLAG_HANDOFF: a schedule the kernel allows, and the same on
 * every run). Locking it twice waits for ever, unlocking what one does not own is reported.
 * Left out: optimistic spinning (no second processor), wound/wait mutexes.
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

export class mutex implements Lock, Requestable {
  readonly kind = "mutex";
  readonly id: number;
  readonly name: string;
  readonly dep_map: lockdep_map;
  owner: Task | null = null;
  /** @internal */
  readonly waiters: Wait[] = [];

  /**
   * @param name the lock's class as lockdep prints it: `rtnl_mutex`, `&devlink->lock`
   * @param key the place that initialises it, where another place uses the same name
   */
  constructor(kernel: Kernel, name: string, key: lock_class_key | null = null) {
    this.id = kernel.lockId();
    this.name = name;
    this.dep_map = new lockdep_map("mutex", name, this.id, key);
  }

  holders(): readonly Task[] {
    return this.owner === null ? [] : [this.owner];
  }

  blockers(_waiter: Task): readonly Task[] {
    return this.holders();
  }

  cancel(waiter: Task): void {
    const at = this.waiters.findIndex(({ frame }) => frame.task === waiter);
    if (at < 0) return;
    const [gone] = this.waiters.splice(at, 1);
    waiter.kernel.sched.current?.root.touches(this, "try");
    if (gone !== undefined) givenUp(gone.frame, this);
  }

  /** @internal Takes the lock, or is interrupted, or joins the waiters (false). */
  attempt(current: Frame, ask: Ask): boolean {
    const { task } = current;
    announce(current, this, ask.mode, ask.subclass, ask.state, ask.nest);
    if (this.owner === null) {
      this.owner = task;
      acquired(current, this, ask.mode, ask.subclass, false);
      return true;
    }
    if (signal_pending_state(ask.state, task)) {
      givenUp(current, this);
      task.wakeValue = -EINTR;
      return true;
    }
    contended(current, this);
    const wait: Wait = { on: this, mode: ask.mode, frame: current, since: task.kernel.clock.now, subclass: ask.subclass };
    this.waiters.push(wait);
    task.kernel.sched.block(task, ask.state, wait);
    return false;
  }
}

function asks(state: LockWaitState, subclass = 0, nest: Lock | null = null): Ask {
  return Object.freeze({ mode: "exclusive", state, subclass, nest });
}

const UNINTERRUPTIBLE = asks("TASK_UNINTERRUPTIBLE");
const KILLABLE = asks("TASK_KILLABLE");
const INTERRUPTIBLE = asks("TASK_INTERRUPTIBLE");

/** mutex_lock(): waits in TASK_UNINTERRUPTIBLE; no signal ends the wait. */
export function mutex_lock(current: Frame, lock: mutex): Promise<number> {
  return lockIn(current, lock, UNINTERRUPTIBLE);
}

/** mutex_lock_nested(): as mutex_lock; the subclass (0 to 7) matters to lockdep only. */
export function mutex_lock_nested(current: Frame, lock: mutex, subclass: number): Promise<number> {
  return lockIn(current, lock, asks("TASK_UNINTERRUPTIBLE", subclass));
}

/** mutex_lock_nest_lock(): as mutex_lock; holding `nest` keeps the order among several locks of this class. */
export function mutex_lock_nest_lock(current: Frame, lock: mutex, nest: Lock): Promise<number> {
  return lockIn(current, lock, asks("TASK_UNINTERRUPTIBLE", 0, nest));
}

/** mutex_lock_killable(): 0, or -EINTR after a fatal signal. */
export function mutex_lock_killable(current: Frame, lock: mutex): Promise<number> {
  return lockIn(current, lock, KILLABLE);
}

/** mutex_lock_interruptible(): 0, or -EINTR after any signal. */
export function mutex_lock_interruptible(current: Frame, lock: mutex): Promise<number> {
  return lockIn(current, lock, INTERRUPTIBLE);
}

/** mutex_trylock(): true if taken. Never waits, never recursive. Not a scheduling point. */
export function mutex_trylock(current: Frame, lock: mutex): boolean {
  current.kernel.sched.assertRunning(current.task);
  if (lock.owner !== null) {
    current.touches(lock, "try");
    return false;
  }
  announce(current, lock, "exclusive", 0, "trylock");
  lock.owner = current.task;
  acquired(current, lock, "exclusive", 0, true);
  return true;
}

/** mutex_unlock(): hands the lock to the first waiter. Not a scheduling point. */
export function mutex_unlock(current: Frame, lock: mutex): void {
  const { kernel, task } = current;
  kernel.sched.assertRunning(task);
  if (lock.owner !== task) {
    kernel.events.locks?.release(current, lock.dep_map);
    warn(current, "bug", `DEBUG_LOCKS_WARN_ON(__owner_task(owner) != current): ${lock.name} unlocked by ${task.comm}/${task.pid}`);
    return;
  }
  released(current, lock);
  const next = lock.waiters.length === 0 ? undefined : lock.waiters.shift();
  if (next === undefined) {
    lock.owner = null;
    return;
  }
  const { frame, subclass } = next;
  lock.owner = frame.task;
  handedOver(frame, lock, "exclusive", subclass);
  kernel.sched.wake(frame.task);
}

/** mutex_init() of a lock that exists already: whatever it was, it is free and nobody waits. */
export function mutex_init(current: Frame, lock: mutex): void {
  debug_check_no_locks_freed(current, lock);
  current.writes(lock);
  lock.owner = null;
  lock.waiters.length = 0;
}

function lockIn(current: Frame, lock: mutex, ask: Ask): Promise<number> {
  return current.task.kernel.sched.request(current, lock, ask);
}
