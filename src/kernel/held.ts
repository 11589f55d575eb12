/** The held-lock stack of each task (struct held_lock of kernel/locking/lockdep.c) and the lock events. */

import type { LockRequest } from "./events.ts";
import type { Frame } from "./frame.ts";
import type { HeldLock, Lock } from "./wait.ts";

type HeldMode = HeldLock["mode"];

/**
 * A task is about to take a lock: seen before it can block, as lock_acquire() is. `nest` is the lock that the caller says
 * keeps the order among several locks of one class (mutex_lock_nest_lock()).
 */
export function announce(
  current: Frame,
  lock: Lock,
  mode: HeldMode,
  subclass: number,
  request: LockRequest,
  nest: Lock | null = null,
): void {
  const { events, footprint } = current.task.kernel;
  if (footprint !== null)
    footprint.access(current.task, lock, request === "trylock" ? "try" : mode === "read" ? "request-read" : "request-write");
  if (events.locks !== null)
    events.locks.acquire(current, lock.dep_map, mode === "read" ? 1 : 0, subclass, request, nest === null ? null : nest.dep_map);
  if (events.wants.lock_acquire)
    events.emit({ type: "lock_acquire", frame: current, lock, mode, trylock: request === "trylock", subclass });
}

/** A task has got a lock, at once or handed to it. */
export function acquired(current: Frame, lock: Lock, mode: HeldMode, subclass: number, trylock: boolean): void {
  const { locks, kernel } = current.task;
  locks.push({ lock, mode, subclass, trylock, frame: current });
  const { events, footprint } = kernel;
  if (footprint !== null) footprint.granted(current.task, lock, mode);
  if (events.wants.lock_acquired) events.emit({ type: "lock_acquired", frame: current, lock, mode });
}

/** A task lets go of a lock; the most recent hold of it goes first. Null if the task does not hold it. */
export function released(current: Frame, lock: Lock): HeldLock | null {
  const { locks: held, kernel } = current.task;
  const { events, footprint } = kernel;
  if (events.locks !== null) events.locks.release(current, lock.dep_map);
  let at = held.length - 1;
  while (at >= 0 && held[at]?.lock !== lock) at--;
  if (at < 0) return null;
  const hold = at === held.length - 1 ? held.pop() : held.splice(at, 1)[0];
  if (footprint !== null) footprint.access(current.task, lock, hold?.mode === "read" ? "release-read" : "release-write");
  if (events.wants.lock_release) events.emit({ type: "lock_release", frame: current, lock });
  return hold ?? null;
}

/** A task that had to wait has been handed the lock. */
export function handedOver(waiter: Frame, lock: Lock, mode: HeldMode, subclass: number): void {
  acquired(waiter, lock, mode, subclass, false);
  waiter.kernel.events.locks?.acquired(waiter, lock.dep_map);
}

/** A task has to wait for the lock. */
export function contended(current: Frame, lock: Lock): void {
  current.kernel.events.locks?.contended(current, lock.dep_map);
}

/** A signal has ended the wait for the lock, or has not let it begin. */
export function givenUp(waiter: Frame, lock: Lock): void {
  waiter.kernel.events.locks?.release(waiter, lock.dep_map);
}
