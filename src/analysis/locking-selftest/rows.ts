/**
 * The rows of lib/locking-selftest.c (v5.10) that are about mutexes and rw_semaphores: every one must be reported. Below them
 * rows of our own that must not be.
 */
import { type Frame, type Kernel, mutex, mutex_lock, mutex_lock_nest_lock, mutex_trylock, mutex_unlock } from "../../kernel/index.ts";
import { type Column, makeLock, makeRwsem, type TestLock } from "./columns.ts";

/** A cell: locks of its own, and what one task does with them. */
export type Cell = (kernel: Kernel) => (current: Frame) => Promise<void>;

export interface Row {
  readonly name: string;
  readonly cells: Readonly<Partial<Record<Column, Cell>>>;
}

const COLUMNS: readonly Column[] = ["mutex", "wsem", "rsem"];

type Locks = Readonly<Record<"A" | "B" | "C" | "D" | "X1" | "X2", TestLock>>;

/** The same sequence for locks of each kind. X1 and X2 are two locks of one class. */
function everywhere(name: string, sequence: (current: Frame, locks: Locks) => Promise<void>): Row {
  const cell =
    (column: Column): Cell =>
    (kernel) => {
      const made = (of: string): TestLock => makeLock(kernel, column, `lock_${of}`);
      const locks: Locks = { A: made("A"), B: made("B"), C: made("C"), D: made("D"), X1: made("X"), X2: made("X") };
      return (current) => sequence(current, locks);
    };
  return { name, cells: Object.fromEntries(COLUMNS.map((column) => [column, cell(column)])) };
}

/** Pairs of locks, each pair taken and released before the next: `A B` is L(A) L(B) U(B) U(A). */
function pairs(name: string, ...order: readonly string[]): Row {
  return everywhere(name, async (current, locks) => {
    for (const pair of order) {
      const [outer, inner] = pair.split(" ").map((of) => locks[of as keyof Locks]);
      await outer?.lock(current);
      await inner?.lock(current);
      inner?.unlock(current);
      outer?.unlock(current);
    }
  });
}

interface RwLocks {
  readonly X1: ReturnType<typeof makeRwsem>;
  readonly X2: ReturnType<typeof makeRwsem>;
  /** M of the kernel's mixed cases. */
  readonly Y1: TestLock;
}

/** A row with a cell for rw_semaphores alone, in the last column. */
function rwsemOnly(name: string, sequence: (current: Frame, locks: RwLocks) => Promise<void>): Row {
  const cell: Cell = (kernel) => {
    const locks = { X1: makeRwsem(kernel, "rwsem_X"), X2: makeRwsem(kernel, "rwsem_X"), Y1: makeLock(kernel, "mutex", "mutex_Y") };
    return (current) => sequence(current, locks);
  };
  return { name, cells: { rsem: cell } };
}

/** X under `first` with Y inside, then Y with X under `second` inside. */
function mixedAbba(name: string, first: "read" | "write", second: "read" | "write"): Row {
  return rwsemOnly(name, async (current, { X1, Y1 }) => {
    await X1[first].lock(current);
    await Y1.lock(current);
    Y1.unlock(current);
    X1[first].unlock(current);
    await Y1.lock(current);
    await X1[second].lock(current);
    X1[second].unlock(current);
    Y1.unlock(current);
  });
}

/** Must be reported. */
export const KERNEL_ROWS: readonly Row[] = [
  everywhere("A-A deadlock", async (current, { X1, X2 }) => {
    await X1.lock(current);
    await X2.lock(current);
  }),
  pairs("A-B-B-A deadlock", "A B", "B A"),
  pairs("A-B-B-C-C-A deadlock", "A B", "B C", "C A"),
  pairs("A-B-C-A-B-C deadlock", "A B", "C A", "B C"),
  pairs("A-B-B-C-C-D-D-A deadlock", "A B", "B C", "C D", "D A"),
  pairs("A-B-C-D-B-D-D-A deadlock", "A B", "C D", "B D", "D A"),
  pairs("A-B-C-D-B-C-D-A deadlock", "A B", "C D", "B C", "D A"),
  everywhere("double unlock", async (current, { A }) => {
    await A.lock(current);
    A.unlock(current);
    A.unlock(current);
  }),
  everywhere("initialize held", async (current, { A }) => {
    await A.lock(current);
    A.init(current);
  }),
];

/** Must be reported; one cell each. */
export const KERNEL_RWSEM_ROWS: readonly Row[] = [
  rwsemOnly("recursive read-lock", async (current, { X1 }) => {
    await X1.read.lock(current);
    await X1.read.lock(current);
  }),
  rwsemOnly("recursive read-lock #2", async (current, { X1, X2 }) => {
    await X1.read.lock(current);
    await X2.read.lock(current);
  }),
  rwsemOnly("mixed read-write-lock", async (current, { X1, X2 }) => {
    await X1.read.lock(current);
    await X2.write.lock(current);
  }),
  rwsemOnly("mixed write-read-lock", async (current, { X1, X2 }) => {
    await X1.write.lock(current);
    await X2.read.lock(current);
  }),
  mixedAbba("mixed read-lock/lock-write ABBA", "read", "write"),
  mixedAbba("mixed read-lock/lock-read ABBA", "read", "read"),
  mixedAbba("mixed write-lock/lock-write ABBA", "write", "write"),
];

/** A row with a cell for mutexes alone. */
function mutexOnly(name: string, sequence: (current: Frame, a: mutex, outer: mutex, b: mutex) => Promise<void>): Row {
  const cell: Cell = (kernel) => {
    const [a, b] = [new mutex(kernel, "mutex_X"), new mutex(kernel, "mutex_X")];
    const outer = new mutex(kernel, "mutex_outer");
    return (current) => sequence(current, a, outer, b);
  };
  return { name, cells: { mutex: cell } };
}

/** Must not be reported. */
export const QUIET_ROWS: readonly Row[] = [
  pairs("A-B-C ordered", "A B", "B C", "A C", "A D", "C D"),
  everywhere("released out of order", async (current, { A, B, C }) => {
    for (const lock of [A, B, C]) await lock.lock(current);
    for (const lock of [A, B, C]) lock.unlock(current);
    await A.lock(current);
    await C.lock(current);
  }),
  everywhere("nested subclasses", async (current, { X1, X2 }) => {
    await X1.lock(current);
    await X2.nested(current, 1);
    X2.unlock(current);
    X1.unlock(current);
  }),
  everywhere("trylock of the class held", async (current, { X1, X2 }) => {
    await X1.lock(current);
    X2.trylock(current);
  }),
  everywhere("trylock against the order", async (current, { A, B }) => {
    await A.lock(current);
    await B.lock(current);
    B.unlock(current);
    A.unlock(current);
    await B.lock(current);
    A.trylock(current);
  }),
  mutexOnly("nest lock", async (current, a, outer, b) => {
    await mutex_lock(current, outer);
    await mutex_lock_nest_lock(current, a, outer);
    await mutex_lock_nest_lock(current, b, outer);
    for (const lock of [b, a, outer]) mutex_unlock(current, lock);
  }),
  mutexOnly("trylock of one's own lock", async (current, a) => {
    await mutex_lock(current, a);
    if (mutex_trylock(current, a)) await mutex_lock(current, a);
  }),
];
