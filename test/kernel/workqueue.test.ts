/** Proves workqueues: order, one item at a time on an ordered queue, workers on demand, and what ps shows of them. */
import { describe, expect, test } from "vitest";
import {
  alloc_ordered_workqueue,
  alloc_workqueue,
  cancel_delayed_work_sync,
  delayed_work,
  flush_work,
  msleep,
  mutex,
  mutex_lock,
  mutex_unlock,
  queue_delayed_work,
  queue_work,
  schedule_delayed_work,
  stackNames,
  stateLetter,
  system_wq,
  work_struct,
} from "../../src/kernel/index.ts";
import { pause, play, type Stage } from "./play.ts";

const MS = 1_000_000;

/** An item that takes 10 ms and writes down when it begins and ends. */
function slow({ log, kernel }: Stage, func: string): work_struct {
  return new work_struct(func, async (current) => {
    log.push(`${func} begins at ${kernel.clock.now / MS}`);
    await msleep(current, 10);
    log.push(`${func} ends at ${kernel.clock.now / MS}`);
  });
}

function slowDelayed(stage: Stage, func: string): delayed_work {
  return new delayed_work(func, slow(stage, func).run);
}

function kworkers({ kernel }: Stage): readonly string[] {
  return [...kernel.tasks.values()].filter((t) => t.kthread).map((t) => `${t.pid} ${t.displayName} ${stateLetter(t)}`);
}

describe("order", () => {
  test("an ordered queue runs one item at a time, in the order of queueing", async () => {
    const { log } = await play((stage) => ({
      task: async (current) => {
        const wq = alloc_ordered_workqueue("netns");
        for (const func of ["a", "b"]) queue_work(current, wq, slow(stage, func));
      },
    }));
    expect(log).toEqual(["a begins at 0", "a ends at 10", "b begins at 10", "b ends at 20"]);
  });

  test("another queue runs its items side by side, up to its max_active", async () => {
    const { log } = await play((stage) => ({
      task: async (current) => {
        const wq = alloc_workqueue("wide", 2);
        for (const func of ["a", "b", "c"]) queue_work(current, wq, slow(stage, func));
      },
    }));
    expect(log).toEqual(["a begins at 0", "b begins at 0", "a ends at 10", "c begins at 10", "b ends at 10", "c ends at 20"]);
  });

  test("an item that waits to run is not queued twice; one that runs is, and never runs on two workers at a time", async () => {
    const stage = await play((stage) => ({
      task: async (current) => {
        const [wq, work] = [alloc_workqueue("wide"), slow(stage, "a")];
        stage.log.push(`${queue_work(current, wq, work)} ${queue_work(current, wq, work)}`);
        await msleep(current, 5);
        stage.log.push(`${queue_work(current, wq, work)} ${queue_work(current, wq, work)}`);
      },
    }));
    expect(stage.log).toEqual(["true false", "a begins at 0", "true false", "a ends at 10", "a begins at 10", "a ends at 20"]);
  });

  test("a delayed item is queued when its time has come", async () => {
    const { log } = await play((stage) => ({
      task: async (current) => {
        queue_delayed_work(current, system_wq(stage.kernel), slowDelayed(stage, "a"), 7 * MS);
        await msleep(current, 30);
      },
    }));
    expect(log).toEqual(["a begins at 7", "a ends at 17"]);
  });

  test("a delayed item that is cancelled never runs; one that runs ends first and cannot queue itself again", async () => {
    const { log } = await play((stage) => ({
      task: async (current) => {
        const waits = slowDelayed(stage, "waits");
        schedule_delayed_work(current, waits, 7 * MS);
        await cancel_delayed_work_sync(current, waits);
        const again: delayed_work = new delayed_work("again", async (frame) => {
          stage.log.push(`again begins at ${stage.kernel.clock.now / MS}`);
          await msleep(frame, 10);
          stage.log.push(`queued: ${schedule_delayed_work(frame, again, 10 * MS)}`);
        });
        schedule_delayed_work(current, again, 10 * MS);
        await msleep(current, 35);
        await cancel_delayed_work_sync(current, again);
        stage.log.push(`cancelled at ${stage.kernel.clock.now / MS}`);
        await msleep(current, 50);
      },
    }));
    expect(log).toEqual(["again begins at 10", "queued: true", "again begins at 30", "queued: false", "cancelled at 40"]);
  });
});

describe("workers", () => {
  test("one that blocks holds up its ordered queue only; the pool takes another for the rest", async () => {
    const stage = await play((stage) => {
      const lock = new mutex(stage.kernel, "m");
      return {
        task: async (current) => {
          await mutex_lock(current, lock);
          const netns = alloc_ordered_workqueue("netns");
          const stuckWork = new work_struct("cleanup_net", async (frame) => void (await mutex_lock(frame.enter("cleanup_net"), lock)));
          queue_work(current, netns, stuckWork);
          queue_work(current, netns, slow(stage, "behind"));
          await pause(current);
          queue_work(current, system_wq(stage.kernel), slow(stage, "elsewhere"));
        },
      };
    });
    expect(stage.log).toEqual(["elsewhere begins at 1", "elsewhere ends at 11"]);
    expect(kworkers(stage)).toEqual(["7 kworker/u4:0+netns D", "2 kworker/u4:1-events I"]);
    const wait = stage.kernel.tasks.get(7 as never)?.wait;
    expect(stackNames(wait?.frame ?? null)).toEqual(["ret_from_fork", "kthread", "worker_thread", "process_one_work", "cleanup_net"]);
  });

  test("an idle one is used again", async () => {
    const stage = await play((stage) => ({
      task: async (current) => {
        for (let i = 0; i < 3; i++) {
          queue_work(current, system_wq(stage.kernel), slow(stage, `item${i}`));
          await msleep(current, 20);
        }
      },
    }));
    expect(kworkers(stage)).toEqual(["7 kworker/u4:0-events I"]);
    expect(stage.log).toHaveLength(6);
  });

  test("two items queued at one time do not wait for one worker, if the first blocks", async () => {
    const { log } = await play((stage) => {
      const lock = new mutex(stage.kernel, "m");
      return {
        task: async (current) => {
          const wq = system_wq(stage.kernel);
          queue_work(current, wq, slow(stage, "warm-up"));
          await msleep(current, 20);
          await mutex_lock(current, lock);
          queue_work(current, wq, new work_struct("blocks", async (frame) => void (await mutex_lock(frame, lock))));
          queue_work(current, wq, new work_struct("runs", async () => void stage.log.push("runs")));
          await msleep(current, 20);
          stage.log.push("unlock");
          mutex_unlock(current, lock);
        },
      };
    });
    expect(log.slice(2)).toEqual(["runs", "unlock"]);
  });
});

describe("flush_work", () => {
  test("waits for what is queued or runs, not for what is queued later; says whether there was anything", async () => {
    const { log } = await play((stage) => {
      const [wq, work] = [alloc_ordered_workqueue("q"), slow(stage, "a")];
      return {
        flusher: async (current) => {
          stage.log.push(`${await flush_work(current, work)}`);
          queue_work(current, wq, work);
          stage.log.push(`${await flush_work(current, work)} at ${stage.kernel.clock.now / MS}`);
        },
        later: async (current) => {
          await msleep(current, 5);
          queue_work(current, wq, work);
        },
      };
    });
    expect(log).toEqual(["false", "a begins at 0", "a ends at 10", "a begins at 10", "true at 10", "a ends at 20"]);
  });

  test("waits for the worker, or for the one that keeps the ordered queue busy", async () => {
    const stage = await play(({ kernel }) => {
      const lock = new mutex(kernel, "m");
      const wq = alloc_ordered_workqueue("q");
      const blocks = new work_struct("blocks", async (frame) => void (await mutex_lock(frame, lock)));
      const behind = new work_struct("behind", async () => {});
      return {
        owner: async (current) => {
          await mutex_lock(current, lock);
          queue_work(current, wq, blocks);
          queue_work(current, wq, behind);
          await pause(current);
        },
        one: async (current) => void (await flush_work(current, blocks)),
        two: async (current) => void (await flush_work(current, behind)),
      };
    });
    const worker = [...stage.kernel.tasks.values()].find((t) => t.kthread);
    const waits = ["one", "two"].map((name) => {
      const task = stage.tasks[name];
      return task === undefined ? null : [task.wait?.on.kind, task.wait?.on.name, task.wait?.on.blockers(task)];
    });
    expect(waits).toEqual([
      ["work", "blocks", [worker]],
      ["work", "behind", [worker]],
    ]);
  });
});
