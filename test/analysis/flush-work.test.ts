/**
 * Proves that waiting for a work item closes a cycle also when the item has not begun: it waits behind a stuck one on a
 * queue that runs one at a time.
 */
import { expect, test } from "vitest";
import { DeadlockDetector } from "../../src/analysis/index.ts";
import {
  alloc_ordered_workqueue,
  flush_work,
  Kernel,
  mutex,
  mutex_lock,
  mutex_unlock,
  queue_work,
  schedule_timeout,
  spawnTask,
  work_struct,
} from "../../src/kernel/index.ts";
import { runKernel } from "../support/kernel.ts";

test("flush_work() of an item queued behind one that wants the flusher's lock", async () => {
  const kernel = new Kernel();
  const detector = new DeadlockDetector(kernel);
  kernel.events.attach(detector);
  const lock = new mutex(kernel, "a_mutex");
  const wq = alloc_ordered_workqueue("one");
  const first = new work_struct("first", async (current) => {
    await mutex_lock(current.enter("first"), lock);
    mutex_unlock(current, lock);
  });
  const second = new work_struct("second", async () => {});
  spawnTask(kernel, {
    comm: "flusher",
    parent: null,
    body: async (current) => {
      await mutex_lock(current, lock);
      queue_work(current, wq, first);
      queue_work(current, wq, second);
      await schedule_timeout(current, 1000, "TASK_UNINTERRUPTIBLE");
      await flush_work(current, second);
    },
  });
  await runKernel(kernel);
  expect(detector.deadlocks.map(({ kind, links }) => [kind, links.map((link) => link.task.wait?.on).sort()])).toEqual([
    ["cycle", ["a_mutex", "second"]],
  ]);
});
