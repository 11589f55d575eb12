/** The kinds of locks that the table of lib/locking-selftest.c has columns for here, each with the operations that its cells use. */
import {
  down_read,
  down_read_nested,
  down_read_trylock,
  down_write,
  down_write_nested,
  down_write_trylock,
  type Frame,
  init_rwsem,
  type Kernel,
  mutex,
  mutex_init,
  mutex_lock,
  mutex_lock_nested,
  mutex_trylock,
  mutex_unlock,
  rw_semaphore,
  up_read,
  up_write,
} from "../../kernel/index.ts";

/** A lock of a cell, whatever it is. */
export interface TestLock {
  /** L, M, R or W of the cell. */
  lock(current: Frame): Promise<number>;
  nested(current: Frame, subclass: number): Promise<number>;
  trylock(current: Frame): boolean;
  unlock(current: Frame): void;
  /** I: initialises it again. */
  init(current: Frame): void;
}

export type Column = "mutex" | "wsem" | "rsem";

/** A new lock of a class. */
export function makeLock(kernel: Kernel, column: Column, name: string): TestLock {
  if (column === "mutex") return ofMutex(new mutex(kernel, name));
  const sem = new rw_semaphore(kernel, name);
  return column === "wsem" ? writing(sem) : reading(sem);
}

/** One rw_semaphore, seen by a writer and by a reader. */
export function makeRwsem(kernel: Kernel, name: string): { readonly write: TestLock; readonly read: TestLock } {
  const sem = new rw_semaphore(kernel, name);
  return { write: writing(sem), read: reading(sem) };
}

function ofMutex(lock: mutex): TestLock {
  return {
    lock: (current) => mutex_lock(current, lock),
    nested: (current, subclass) => mutex_lock_nested(current, lock, subclass),
    trylock: (current) => mutex_trylock(current, lock),
    unlock: (current) => mutex_unlock(current, lock),
    init: (current) => mutex_init(current, lock),
  };
}

function writing(sem: rw_semaphore): TestLock {
  return {
    lock: (current) => down_write(current, sem),
    nested: (current, subclass) => down_write_nested(current, sem, subclass),
    trylock: (current) => down_write_trylock(current, sem),
    unlock: (current) => up_write(current, sem),
    init: (current) => init_rwsem(current, sem),
  };
}

function reading(sem: rw_semaphore): TestLock {
  return {
    lock: (current) => down_read(current, sem),
    nested: (current, subclass) => down_read_nested(current, sem, subclass),
    trylock: (current) => down_read_trylock(current, sem),
    unlock: (current) => up_read(current, sem),
    init: (current) => init_rwsem(current, sem),
  };
}
