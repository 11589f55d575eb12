/**
 * Proves what lockdep reports and what it does not, on the real primitives: orders of mutexes and rw_semaphores in every mode,
 * trylocks, subclasses, nest locks, classes by key, work items and completions; and that each circle is reported once.
 */
import { describe, expect, it } from "vitest";
import {
  alloc_ordered_workqueue,
  complete,
  completion,
  debug_check_no_locks_freed,
  down_read,
  down_write,
  down_write_trylock,
  downgrade_write,
  type Frame,
  flush_work,
  lock_class_key,
  lockdep_set_novalidate_class,
  mutex,
  mutex_lock,
  mutex_lock_killable,
  mutex_lock_nest_lock,
  mutex_lock_nested,
  mutex_trylock,
  mutex_unlock,
  queue_work,
  rw_semaphore,
  SIGKILL,
  send_sig,
  spawnTask,
  up_read,
  wait_for_completion,
  work_struct,
} from "../../../src/kernel/index.ts";
import { type LockdepBench, lockdepBench, titles } from "../../support/lockdep.ts";

type Step = (current: Frame) => unknown;

const L =
  (lock: mutex): Step =>
  (current) =>
    mutex_lock(current, lock);
const U =
  (lock: mutex): Step =>
  (current) =>
    mutex_unlock(current, lock);
const R =
  (sem: rw_semaphore): Step =>
  (current) =>
    down_read(current, sem);
const W =
  (sem: rw_semaphore): Step =>
  (current) =>
    down_write(current, sem);
const UR =
  (sem: rw_semaphore): Step =>
  (current) =>
    up_read(current, sem);

/** One task after the other, each of them a list of steps. */
async function play(bench: LockdepBench, ...tasks: readonly (readonly Step[])[]): Promise<string[]> {
  const bodies = tasks.map((steps) => async (current: Frame) => {
    for (const step of steps) await step(current);
  });
  return titles(await bench.run(...bodies));
}

function locks(bench: LockdepBench): { a: mutex; b: mutex; c: mutex; s: rw_semaphore; t: rw_semaphore } {
  const { kernel } = bench;
  return {
    a: new mutex(kernel, "a"),
    b: new mutex(kernel, "b"),
    c: new mutex(kernel, "c"),
    s: new rw_semaphore(kernel, "s"),
    t: new rw_semaphore(kernel, "t"),
  };
}

describe("circles", () => {
  it("of two and three mutexes, each once, though no task ever waits", async () => {
    const bench = lockdepBench();
    const { a, b, c } = locks(bench);
    const ab = [L(a), L(b), U(b), U(a)];
    const bc = [L(b), L(c), U(c), U(b)];
    const ca = [L(c), L(a), U(a), U(c)];
    expect(await play(bench, ab, bc, ca, ca, ab)).toEqual(["possible circular locking: c -> a -> b -> c"]);
    expect(bench.reports[0]).toMatchObject({ prediction: true, comm: "task0", time: 0, locks: ["c", "a", "b", "c"], stack: ["test_init"] });
  });

  it("of rw_semaphores, readers too: a writer between two readers keeps the second one out", async () => {
    const bench = lockdepBench();
    const { a, s } = locks(bench);
    expect(await play(bench, [R(s), L(a), U(a), UR(s)], [L(a), R(s), UR(s), U(a)])).toEqual(["possible circular locking: a -> s -> a"]);
  });

  it("several with one last step: a report for each way back that shares no step with another", async () => {
    const bench = lockdepBench();
    const { a, b, c } = locks(bench);
    const found = await play(bench, [L(b), L(a), U(a), U(b)], [L(b), L(c), U(c), U(b)], [L(c), L(a), U(a), U(c)], [L(a), L(b)]);
    expect(found).toEqual(["possible circular locking: a -> b -> a", "possible circular locking: a -> b -> c -> a"]);
  });

  it("stop lockdep after the first in mode once", async () => {
    const bench = lockdepBench({ mode: "once" });
    const { a, b, c } = locks(bench);
    const found = await play(bench, [L(a), L(b), U(b), U(a)], [L(b), L(a), U(a), U(b)], [L(c), U(c), L(c), L(c)]);
    expect(found).toEqual(["possible circular locking: b -> a -> b"]);
    expect(bench.lockdep.debug_locks).toBe(false);
  });

  it("over a work item: who flushes it under a lock that it takes", async () => {
    const bench = lockdepBench();
    const { a } = locks(bench);
    const wq = alloc_ordered_workqueue("wq");
    const work = new work_struct("work_fn", async (current) => {
      await mutex_lock(current, a);
      mutex_unlock(current, a);
    });
    const found = await play(
      bench,
      [(current) => void queue_work(current, wq, work)],
      [L(a), (current) => void queue_work(current, wq, work), (current) => flush_work(current, work)],
    );
    expect(found).toEqual([
      "possible circular locking: a -> (wq_completion)wq -> (work_completion)(work_fn) -> a",
      "possible circular locking: a -> (work_completion)(work_fn) -> a",
    ]);
  });

  it("over a completion, where these are asked for", async () => {
    for (const completions of [true, false]) {
      const bench = lockdepBench({ completions });
      const { a } = locks(bench);
      const done = new completion("done");
      const found = await play(
        bench,
        [L(a), (current) => complete(current, done), U(a)],
        [L(a), (current) => wait_for_completion(current, done)],
      );
      expect(found).toEqual(completions ? ["possible circular locking: a -> (completion)done -> a"] : []);
    }
  });
});

describe("recursion", () => {
  const cases: readonly (readonly [string, (l: ReturnType<typeof locks>) => Step[], string])[] = [
    ["a mutex twice", ({ a }) => [L(a), L(a)], "a"],
    ["read after read", ({ s }) => [R(s), R(s)], "s, held for read, wanted for read"],
    ["write after read", ({ s }) => [R(s), W(s)], "s, held for read, wanted for write"],
    ["read after write", ({ s }) => [W(s), R(s)], "s, held for write, wanted for read"],
    ["read after downgrade", ({ s }) => [W(s), (current) => downgrade_write(current, s), R(s)], "s, held for read, wanted for read"],
  ];
  it.each(cases)("%s", async (_name, steps, text) => {
    const bench = lockdepBench();
    expect(await play(bench, steps(locks(bench)))).toEqual([`possible recursive locking: ${text}`]);
  });

  it("of two locks of one class", async () => {
    const bench = lockdepBench();
    const [x1, x2] = [new mutex(bench.kernel, "&x->lock"), new mutex(bench.kernel, "&x->lock")];
    expect(await play(bench, [L(x1), L(x2)])).toEqual(["possible recursive locking: &x->lock"]);
  });
});

describe("silence", () => {
  it("for one order in many tasks, also where locks are released in another order", async () => {
    const bench = lockdepBench();
    const { a, b, c } = locks(bench);
    expect(await play(bench, [L(a), L(b), L(c), U(a), U(b), U(c)], [L(a), L(c), U(c), U(a)], [L(b), L(c), U(b), U(c)])).toEqual([]);
  });

  it("for subclasses and nest locks", async () => {
    const bench = lockdepBench();
    const outer = new mutex(bench.kernel, "outer");
    const [x1, x2] = [new mutex(bench.kernel, "&x->lock"), new mutex(bench.kernel, "&x->lock")];
    const nested = [L(x1), (current: Frame) => mutex_lock_nested(current, x2, 1), U(x2), U(x1)];
    const nest =
      (lock: mutex): Step =>
      (current) =>
        mutex_lock_nest_lock(current, lock, outer);
    expect(await play(bench, nested, [L(outer), nest(x1), nest(x2), U(x1), U(x2), U(outer)])).toEqual([]);
    expect(bench.lockdep.classes.classes.map((known) => known.fullName)).toEqual(["&x->lock", "&x->lock/1", "outer"]);
  });

  it("for the lock that a trylock wants; what is taken under it counts", async () => {
    const bench = lockdepBench();
    const { a, b, s } = locks(bench);
    const trylock =
      (lock: mutex): Step =>
      (current) =>
        mutex_trylock(current, lock);
    expect(
      await play(
        bench,
        [L(a), L(b), U(b), U(a)],
        [L(b), trylock(a), U(a), U(b)],
        [R(s), (current) => down_write_trylock(current, s), UR(s)],
      ),
    ).toEqual([]);
    expect(await play(bench, [trylock(b), L(a)])).toEqual(["possible circular locking: b -> a -> b"]);
  });

  it("for classes that are told apart by key, and for those that are not validated", async () => {
    const bench = lockdepBench();
    const { kernel } = bench;
    const [x, y] = [new mutex(kernel, "lock", new lock_class_key()), new mutex(kernel, "lock", new lock_class_key())];
    const devices = [new mutex(kernel, "&dev->mutex"), new mutex(kernel, "&dev->mutex")] as const;
    for (const device of devices) lockdep_set_novalidate_class(device);
    expect(await play(bench, [L(x), L(y), U(y), U(x)], devices.map(L))).toEqual([]);
    expect(bench.lockdep.classes.classes.map((known) => `${known.fullName} ${known.usageChars}`)).toEqual([
      "lock +.+.",
      "lock#2 +.+.",
      "&dev->mutex ....",
    ]);
  });

  it("for a wait that a signal has ended: the lock is not held", async () => {
    const bench = lockdepBench();
    const { a, b } = locks(bench);
    const found = await play(bench, [
      L(a),
      (current) => {
        const victim = spawnTask(bench.kernel, {
          comm: "victim",
          parent: null,
          body: async (own) => void (await mutex_lock_killable(own.enter("victim"), a)),
        });
        return current.kernel.sched.yieldPoint(current.task).then(async () => {
          await mutex_lock(current, b);
          if (victim !== null) send_sig(bench.kernel, SIGKILL, victim);
          mutex_unlock(current, b);
          mutex_unlock(current, a);
        });
      },
    ]);
    expect(found).toEqual([]);
    expect([...bench.kernel.tasks.values()].flatMap((task) => bench.lockdep.heldBy(task))).toEqual([]);
  });
});

describe("what has happened, not only could", () => {
  it("is a kernel bug", async () => {
    const bench = lockdepBench();
    const { a, b } = locks(bench);
    const nest = (current: Frame): unknown => mutex_lock_nest_lock(current, b, a);
    await play(bench, [L(a), (current) => debug_check_no_locks_freed(current, a), U(a), U(a)], [nest, U(b)]);
    expect(bench.reports.map(({ title, prediction, words }) => ({ title, prediction, words }))).toEqual([
      {
        title: "held lock freed: a",
        prediction: false,
        words: "task0/1 gives back or initialises memory in test_init() in which a lies, and holds that lock since test_init().",
      },
      { title: "bad unlock balance: a", prediction: false, words: "task0/1 releases a in test_init(), and does not hold it." },
      {
        title: "nested lock not taken: b without a",
        prediction: true,
        words: "task0/2 takes b in test_init() and says that a keeps the order among several of them, but does not hold a.",
      },
    ]);
    expect(bench.kernel.bugs.map(({ kind }) => kind)).toEqual(["lockdep", "lockdep", "bug"]);
  });
});

describe("limits", () => {
  const cases = [
    ["MAX_LOCKDEP_KEYS", { MAX_LOCKDEP_KEYS: 1 }],
    ["MAX_LOCKDEP_ENTRIES", { MAX_LOCKDEP_ENTRIES: 0 }],
    ["MAX_LOCKDEP_CHAINS", { MAX_LOCKDEP_CHAINS: 1 }],
    ["MAX_LOCKDEP_CHAIN_HLOCKS", { MAX_LOCKDEP_CHAIN_HLOCKS: 2 }],
    ["MAX_STACK_TRACE_ENTRIES", { MAX_STACK_TRACE_ENTRIES: 1 }],
    ["MAX_LOCK_DEPTH", { MAX_LOCK_DEPTH: 2 }],
  ] as const;
  it.each(cases)("%s switches it off, with its own verdict", async (limit, limits) => {
    const bench = lockdepBench({ limits });
    const { a, b } = locks(bench);
    expect(await play(bench, [L(a), L(b), U(b), U(a)], [L(b), L(a)])).toEqual([`${limit} too low: the validator is off`]);
    expect(bench.kernel.log.lines.slice(0, 2).map(({ text }) => text)).toEqual([
      `BUG: ${limit} too low!`,
      "turning off the locking correctness validator.",
    ]);
  });
});
