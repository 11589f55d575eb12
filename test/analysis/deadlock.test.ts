/** Proves that deadlocks of every kind of wait are found when they close, with who holds what, and that healthy waits are not. */
import { describe, expect, it } from "vitest";
import { type Deadlock, DeadlockDetector, functionsOf, locksOf } from "../../src/analysis/index.ts";
import {
  complete,
  completion,
  down_read,
  down_write,
  type Frame,
  flush_work,
  Kernel,
  msleep,
  mutex,
  mutex_lock,
  mutex_lock_killable,
  mutex_unlock,
  queue_work,
  rw_semaphore,
  SIGKILL,
  send_sig,
  spawnTask,
  system_wq,
  type Task,
  up_read,
  up_write,
  wait_for_completion,
  wait4,
  work_struct,
} from "../../src/kernel/index.ts";
import { runKernel } from "../support/kernel.ts";

type Body = (current: Frame) => Promise<void>;

interface Bench {
  readonly kernel: Kernel;
  readonly detector: DeadlockDetector;
  start(comm: string, body: Body): Task;
  run(): Promise<readonly Deadlock[]>;
}

function bench(): Bench {
  const kernel = new Kernel();
  const detector = new DeadlockDetector(kernel);
  kernel.events.attach(detector);
  return {
    kernel,
    detector,
    start(comm, body) {
      const task = spawnTask(kernel, { comm, parent: null, body: (current) => body(current.enter(comm)) });
      if (task === null) throw new Error("too many tasks");
      return task;
    },
    async run() {
      await runKernel(kernel);
      return detector.deadlocks;
    },
  };
}

/** The cycle in one line for each edge, as the assertions read best. */
function edges(deadlock: Deadlock | undefined): string[] {
  return (deadlock?.links ?? []).map(
    ({ task, reason }) => `${task.comm} waits for ${task.wait?.on} (${task.wait?.mode}) in ${task.wait?.function}: ${reason}`,
  );
}

describe("self-deadlock", () => {
  it("is found when a reader wants the same rwsem for write", async () => {
    const { kernel, start, run } = bench();
    const sem = new rw_semaphore(kernel, "pernet_ops_rwsem");
    const inner = new mutex(kernel, "devlink_mutex");
    start("cleanup", async (current) => {
      await down_read(current, sem);
      const reload = current.enter("reload");
      await mutex_lock(reload.enter("devlink_lock"), inner);
      await down_write(reload.enter("unregister"), sem);
    });
    expect(await run()).toEqual([
      {
        kind: "self",
        links: [
          {
            reason: "holds",
            task: {
              pid: 1,
              comm: "cleanup",
              command: "cleanup",
              kthread: false,
              state: "D",
              killable: false,
              wait: { on: "pernet_ops_rwsem", id: 1, kind: "rwsem", mode: "write", function: "unregister", since: 0, behind: [1] },
              stack: [
                { function: "cleanup", takes: [{ lock: "pernet_ops_rwsem", id: 1, mode: "read", function: "cleanup" }] },
                { function: "reload", takes: [{ lock: "devlink_mutex", id: 2, mode: "exclusive", function: "devlink_lock" }] },
                { function: "unregister", takes: [] },
              ],
              held: [
                { lock: "pernet_ops_rwsem", id: 1, mode: "read", function: "cleanup" },
                { lock: "devlink_mutex", id: 2, mode: "exclusive", function: "devlink_lock" },
              ],
            },
          },
        ],
        time: 0,
        decision: 0,
      },
    ]);
  });

  it("is found when a task locks its mutex again, also while others go on", async () => {
    const { kernel, detector, start, run } = bench();
    const lock = new mutex(kernel, "rtnl_mutex");
    const seen: number[] = [];
    start("twice", async (current) => {
      await mutex_lock(current, lock);
      await mutex_lock(current, lock);
    });
    start("other", async (current) => {
      for (let i = 0; i < 3; i++) {
        await msleep(current, 10);
        seen.push(detector.deadlocks.length);
      }
    });
    const [deadlock] = await run();
    expect(deadlock?.kind).toBe("self");
    expect(deadlock?.time).toBe(0);
    expect(seen).toEqual([1, 1, 1]);
  });
});

describe("a cycle", () => {
  it("is found over two mutexes", async () => {
    const { kernel, start, run } = bench();
    const a = new mutex(kernel, "a");
    const b = new mutex(kernel, "b");
    const both =
      (first: mutex, second: mutex): Body =>
      async (current) => {
        await mutex_lock(current.enter("outer"), first);
        await msleep(current, 1);
        await mutex_lock(current.enter("inner"), second);
      };
    start("one", both(a, b));
    start("two", both(b, a));
    const deadlocks = await run();
    expect(deadlocks).toHaveLength(1);
    expect(deadlocks[0]?.kind).toBe("cycle");
    expect(deadlocks[0]?.time).toBe(1_000_000);
    expect(edges(deadlocks[0])).toEqual(["two waits for a (exclusive) in inner: holds", "one waits for b (exclusive) in inner: holds"]);
  });

  it("is found over a reader, a writer queued in front of it, and the reader's own first hold", async () => {
    const { kernel, start, run } = bench();
    const sem = new rw_semaphore(kernel, "sem");
    start("reader", async (current) => {
      await down_read(current, sem);
      await msleep(current, 2);
      await down_read(current.enter("again"), sem);
    });
    start("writer", async (current) => {
      await msleep(current, 1);
      await down_write(current, sem);
    });
    const [deadlock] = await run();
    expect(deadlock?.kind).toBe("cycle");
    expect(edges(deadlock)).toEqual(["reader waits for sem (read) in again: queued", "writer waits for sem (write) in writer: holds"]);
    expect(deadlock === undefined ? [] : locksOf(deadlock)).toEqual(["sem"]);
  });

  it("is found over three tasks, one of them a reader of an rwsem", async () => {
    const { kernel, start, run } = bench();
    const sem = new rw_semaphore(kernel, "sem");
    const a = new mutex(kernel, "a");
    const b = new mutex(kernel, "b");
    start("one", async (current) => {
      await down_read(current, sem);
      await msleep(current, 1);
      await mutex_lock(current, a);
    });
    start("two", async (current) => {
      await mutex_lock(current, a);
      await msleep(current, 1);
      await mutex_lock(current, b);
    });
    start("three", async (current) => {
      await mutex_lock(current, b);
      await msleep(current, 1);
      await down_write(current, sem);
    });
    const [deadlock] = await run();
    expect(edges(deadlock)).toEqual([
      "three waits for sem (write) in three: holds",
      "one waits for a (exclusive) in one: holds",
      "two waits for b (exclusive) in two: holds",
    ]);
  });

  it("is found over a completion whose completer is known", async () => {
    const { kernel, start, run } = bench();
    const lock = new mutex(kernel, "lock");
    let completer: Task | null = null;
    const done = new completion("done", () => completer);
    start("waiter", async (current) => {
      await mutex_lock(current, lock);
      await wait_for_completion(current, done);
    });
    completer = start("completer", async (current) => {
      await mutex_lock(current, lock);
      complete(current, done);
    });
    const [deadlock] = await run();
    expect(edges(deadlock)).toEqual([
      "completer waits for lock (exclusive) in completer: holds",
      "waiter waits for done (wait) in waiter: acts",
    ]);
  });

  it("is found when a work item wants a lock of the task that flushes it", async () => {
    const { kernel, start, run } = bench();
    const lock = new mutex(kernel, "lock");
    const work = new work_struct("update_work", async (current) => {
      await mutex_lock(current.enter("update_work"), lock);
    });
    start("flusher", async (current) => {
      await mutex_lock(current, lock);
      queue_work(current, system_wq(kernel), work);
      await flush_work(current, work);
    });
    const [deadlock] = await run();
    expect(edges(deadlock)).toEqual([
      "kworker/u4:0+events waits for lock (exclusive) in update_work: holds",
      "flusher waits for update_work (wait) in flush_work: acts",
    ]);
    expect(deadlock === undefined ? [] : functionsOf(deadlock.links[0]?.task ?? never())).toEqual([
      "ret_from_fork",
      "kthread",
      "worker_thread",
      "process_one_work",
      "update_work",
    ]);
  });

  it("is found when a parent holds what the child it waits for needs", async () => {
    const { kernel, start, run } = bench();
    const lock = new mutex(kernel, "lock");
    start("parent", async (current) => {
      await mutex_lock(current, lock);
      const child = spawnTask(kernel, {
        comm: "child",
        parent: current.task,
        body: async (frame) => void (await mutex_lock(frame.enter("child"), lock)),
      });
      await wait4(current, child?.pid ?? 0);
    });
    const [deadlock] = await run();
    expect(edges(deadlock)).toEqual([
      "child waits for lock (exclusive) in child: holds",
      "parent waits for child 2 (wait) in do_wait: acts",
    ]);
  });

  it("is counted once, also when a signal ends it later", async () => {
    const { kernel, start, run } = bench();
    const a = new mutex(kernel, "a");
    const b = new mutex(kernel, "b");
    const victim = start("victim", async (current) => {
      await mutex_lock(current, a);
      await msleep(current, 1);
      await mutex_lock_killable(current, b);
      mutex_unlock(current, a);
    });
    start("other", async (current) => {
      await mutex_lock(current, b);
      await msleep(current, 1);
      await mutex_lock(current, a);
    });
    start("behind", async (current) => {
      await msleep(current, 2);
      await mutex_lock(current, a);
    });
    start("killer", async (current) => {
      await msleep(current, 3);
      send_sig(kernel, SIGKILL, victim);
    });
    const deadlocks = await run();
    expect(deadlocks).toHaveLength(1);
    expect(deadlocks[0]?.links.map((link) => [link.task.comm, link.task.killable])).toEqual([
      ["other", false],
      ["victim", true],
    ]);
  });
});

describe("no deadlock is reported", () => {
  it("for contention that resolves", async () => {
    const { kernel, start, run } = bench();
    const sem = new rw_semaphore(kernel, "sem");
    for (const comm of ["one", "two"]) {
      start(comm, async (current) => {
        await down_read(current, sem);
        await msleep(current, 1);
        up_read(current, sem);
        await down_write(current, sem);
        await msleep(current, 1);
        up_write(current, sem);
      });
    }
    expect(await run()).toEqual([]);
  });

  it("for two read holds by one task without a writer between", async () => {
    const { kernel, start, run } = bench();
    const sem = new rw_semaphore(kernel, "sem");
    start("reader", async (current) => {
      await down_read(current, sem);
      await down_read(current, sem);
    });
    expect(await run()).toEqual([]);
  });

  it("for a wait that is never answered but whose answerer is not known", async () => {
    const { start, run } = bench();
    start("waiter", async (current) => void (await wait_for_completion(current, new completion("never"))));
    expect(await run()).toEqual([]);
  });

  it("for a task that ends with a lock and one that waits for it", async () => {
    const { kernel, start, run } = bench();
    const lock = new mutex(kernel, "lock");
    start("gone", async (current) => void (await mutex_lock(current, lock)));
    start("waiter", async (current) => void (await mutex_lock(current, lock)));
    expect(await run()).toEqual([]);
  });
});

function never(): never {
  throw new Error("no task");
}
