/** The held-lock stack of each task (struct held_lock of kernel/locking/lockdep.c) and the lock events. */

import type { Frame } from "./frame.ts";
import { MAX_LOCK_DEPTH } from "./limits.ts";
import { EmulatorBug } from "./scheduler.ts";
import type { HeldLock, Lock } from "./wait.ts";

type HeldMode = HeldLock["mode"];

/** A task is about to take a lock: seen before it can block, as lock_acquire() is. */
export function announce(current: Frame, lock: Lock, mode: HeldMode, subclass: number, trylock: boolean): void {
  const { events, footprint } = current.kernel;
  if (footprint !== null) footprint.access(current.task, lock, mode === "read" ? "read" : "write");
  if (events.active) events.emit({ type: "lock_acquire", frame: current, lock, mode, trylock, subclass });
}

/** A task has got a lock, at once or handed to it. */
export function acquired(current: Frame, lock: Lock, mode: HeldMode, subclass: number, trylock: boolean): void {
  const { held } = current.task;
  if (held.length >= MAX_LOCK_DEPTH) throw new EmulatorBug(`${current.task.comm} holds more than ${MAX_LOCK_DEPTH} locks`);
  held.push({ lock, mode, subclass, trylock, frame: current });
  const { events } = current.kernel;
  if (events.active) events.emit({ type: "lock_acquired", frame: current, lock, mode });
}

/** A task lets go of a lock; the most recent hold of it goes first. Null if the task does not hold it. */
export function released(current: Frame, lock: Lock): HeldLock | null {
  const { held } = current.task;
  for (let i = held.length - 1; i >= 0; i--) {
    const hold = held[i] as HeldLock;
    if (hold.lock !== lock) continue;
    if (i === held.length - 1) held.pop();
    else held.splice(i, 1);
    const { events } = current.kernel;
    if (events.active) events.emit({ type: "lock_release", frame: current, lock });
    return hold;
  }
  return null;
}
