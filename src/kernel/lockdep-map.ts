/**
 * Models struct lockdep_map and struct lock_class_key (include/linux/lockdep_types.h): what a lock says of itself to a
 * detector of lock orders. The kernel only carries them; what is made of them is a reader's business (events.ts, LockReader).
 */
import type { Frame } from "./frame.ts";

/**
 * One for each place that initialises locks. Two locks are of one class if they have the same key; without a key of their
 * own, locks of one kind and one name are.
 */
export class lock_class_key {
  /** What the class is called; the lock's own name if left out. */
  readonly name: string | null;

  constructor(name: string | null = null) {
    this.name = name;
  }
}

/** __lockdep_no_validate__: locks of this class are held and shown, but no order is derived from them. */
export const lockdep_no_validate: lock_class_key = Object.freeze(new lock_class_key());

/** What a map stands for: a lock, or something that is waited for as if it were one. */
export type LockdepKind = "mutex" | "rwsem" | "workqueue" | "work" | "completion";

export class lockdep_map {
  readonly kind: LockdepKind;
  name: string;
  key: lock_class_key | null;
  /** Unique in its kernel among the locks; 0 for what is not a lock. */
  readonly id: number;
  /** @internal Index of the class at subclass 0 in the one detector that is attached; 0 while it is not known. */
  class_cache = 0;

  constructor(kind: LockdepKind, name: string, id = 0, key: lock_class_key | null = null) {
    this.kind = kind;
    this.name = name;
    this.id = id;
    this.key = key;
  }
}

interface Mapped {
  readonly dep_map: lockdep_map;
}

/** lockdep_set_class(): the lock is of the class of `key` from now on. Call before the lock is taken for the first time. */
export function lockdep_set_class({ dep_map }: Mapped, key: lock_class_key): void {
  dep_map.key = key;
  dep_map.name = key.name ?? dep_map.name;
  dep_map.class_cache = 0;
}

/** lockdep_set_novalidate_class() */
export function lockdep_set_novalidate_class(lock: Mapped): void {
  lockdep_set_class(lock, lockdep_no_validate);
}

/** lock_map_acquire(): a pseudo-lock is taken, for example the work item that runs now. Never waits. */
export function lock_map_acquire(current: Frame, map: lockdep_map): void {
  current.kernel.events.locks?.acquire(current, map, 0, 0, "map", null);
}

/** lock_map_release() */
export function lock_map_release(current: Frame, map: lockdep_map): void {
  current.kernel.events.locks?.release(current, map);
}

/** debug_check_no_locks_freed(): memory that holds these locks is given back or initialised anew. */
export function debug_check_no_locks_freed(current: Frame, ...locks: readonly Mapped[]): void {
  const reader = current.kernel.events.locks;
  if (reader !== null) for (const lock of locks) reader.freed(current, lock.dep_map);
}
