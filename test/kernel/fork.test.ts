/** Proves the life of tasks: fork, exit, zombies, waiting for children, orphans, and what signals do on the way. */
import { describe, expect, test } from "vitest";
import {
  type Frame,
  fatal_signal_pending,
  Kernel,
  kthread_run,
  msleep,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGTERM,
  SIGUSR1,
  send_sig,
  signal_pending,
  spawnTask,
  stateLetter,
  type Task,
  taskSlot,
  wait_once,
  wait_queue_head,
  wait4,
} from "../../src/kernel/index.ts";
import { runKernel } from "../support/kernel.ts";
import { pause, play } from "./play.ts";

/** Starts a child that ends after `ms` with `status`. */
function child(current: Frame, comm: string, ms: number, status: number): Task {
  const task = spawnTask(current.kernel, {
    comm,
    parent: current.task,
    body: async (frame) => {
      await msleep(frame, ms);
      frame.task.exitCode = status;
    },
  });
  if (task === null) throw new Error("too many tasks");
  return task;
}

describe("wait4", () => {
  test("returns children in the order in which they end, each once, then -ECHILD", async () => {
    const { log, kernel } = await play(({ log }) => ({
      parent: async (current) => {
        child(current, "slow", 20, 3);
        child(current, "fast", 10, 4);
        for (let i = 0; i < 3; i++) log.push(JSON.stringify(await wait4(current, -1)));
      },
    }));
    expect(log).toEqual([
      '{"pid":3,"exitCode":4,"exitSignal":0,"stopSignal":0}',
      '{"pid":2,"exitCode":3,"exitSignal":0,"stopSignal":0}',
      "-10",
    ]);
    expect(kernel.tasks.size).toBe(0);
  });

  test("waits for one given child, though others end first; -ECHILD for somebody else's", async () => {
    const { log } = await play(({ log }) => ({
      parent: async (current) => {
        const slow = child(current, "slow", 20, 3);
        child(current, "fast", 10, 4);
        log.push(JSON.stringify(await wait4(current, slow.pid)), `${await wait4(current, 1)}`, `${await wait4(current, 999)}`);
      },
    }));
    expect(log).toEqual(['{"pid":2,"exitCode":3,"exitSignal":0,"stopSignal":0}', "-10", "-10"]);
  });

  test("does not wait if asked not to", async () => {
    const { log } = await play(({ log }) => ({
      parent: async (current) => {
        child(current, "child", 10, 3);
        log.push(JSON.stringify(await wait4(current, -1, { nohang: true })));
        await msleep(current, 20);
        log.push(JSON.stringify(await wait4(current, -1, { nohang: true })));
      },
    }));
    expect(log).toEqual(["null", '{"pid":2,"exitCode":3,"exitSignal":0,"stopSignal":0}']);
  });

  test("is ended by a signal, and the child can be waited for again", async () => {
    const { log } = await play(({ log, kernel, tasks }) => ({
      parent: async (current) => {
        current.task.signals = { disposition: (signal) => (signal === SIGCHLD ? "ignore" : "handler") };
        child(current, "child", 10, 3);
        log.push(JSON.stringify(await wait4(current, -1)));
        current.task.dequeue(SIGUSR1);
        log.push(JSON.stringify(await wait4(current, -1)));
      },
      sender: async (current) => {
        await pause(current);
        if (tasks["parent"] !== undefined) send_sig(kernel, SIGUSR1, tasks["parent"]);
      },
    }));
    expect(log).toEqual(["-4", '{"pid":3,"exitCode":3,"exitSignal":0,"stopSignal":0}']);
  });

  test("the wait for one child stands in the wait-for graph, the wait for any does not", async () => {
    const { tasks, kernel } = await play(() => {
      const hang = async (frame: Frame): Promise<void> => void (await wait_once(frame, new wait_queue_head("never"), "TASK_INTERRUPTIBLE"));
      const waitFor = (any: boolean) => async (current: Frame) => {
        const task = spawnTask(current.kernel, { comm: "child", parent: current.task, body: hang });
        await wait4(current, any ? -1 : (task?.pid ?? 0));
      };
      return { one: waitFor(false), any: waitFor(true) };
    });
    const waits = ["one", "any"].map((name) => tasks[name]).map((task) => task?.wait?.on.blockers(task).map((t) => t.pid));
    expect(waits).toEqual([[3], []]);
    expect([...kernel.tasks.values()].map((t) => t.wait?.on.name)).toEqual(["child 3", "any child", "never", "never"]);
  });
});

describe("exit", () => {
  test("leaves a zombie until the parent waits", async () => {
    const { log } = await play(({ log, kernel }) => ({
      parent: async (current) => {
        const task = child(current, "child", 1, 0);
        await msleep(current, 5);
        log.push(`${stateLetter(task)} ${kernel.tasks.has(task.pid)}`);
        await wait4(current, -1);
        log.push(`${stateLetter(task)} ${kernel.tasks.has(task.pid)}`);
      },
    }));
    expect(log).toEqual(["Z true", "X false"]);
  });

  test("of a parent leaves its children to nobody: they go on, and are gone when they end", async () => {
    const { kernel, log } = await play(({ log, kernel }) => ({
      parent: async (current) => {
        child(current, "zombie", 1, 0);
        child(current, "orphan", 10, 0);
        await msleep(current, 5);
      },
      observer: async (current) => {
        await msleep(current, 7);
        log.push([...kernel.tasks.values()].map((t) => `${t.comm} ${t.parent?.pid ?? "-"}`).join(", "));
        await msleep(current, 7);
      },
    }));
    expect(log).toEqual(["observer -, orphan -"]);
    expect(kernel.tasks.size).toBe(0);
  });

  test("runs the exit hooks in the task that ends, before its parent learns of it", async () => {
    const { log } = await play(({ log, kernel }) => {
      kernel.exitHooks.push(async (current) => {
        await msleep(current, 10);
        log.push(`hook of ${current.task.comm} in ${current.name}`);
      });
      return {
        parent: async (current) => {
          child(current, "child", 1, 0);
          await wait4(current, -1);
          log.push("waited");
        },
      };
    });
    expect(log).toEqual(["hook of child in do_exit", "waited", "hook of parent in do_exit"]);
  });

  test("tells the parent by SIGCHLD", async () => {
    const { log } = await play(({ log }) => ({
      parent: async (current) => {
        current.task.signals = { disposition: () => "handler" };
        child(current, "child", 1, 0);
        await msleep(current, 5);
        log.push([...current.task.pending].join());
      },
    }));
    expect(log).toEqual([`${SIGCHLD}`]);
  });
});

describe("fork", () => {
  test("gives upper rooms the chance to fill the child's slots before it runs", async () => {
    const [kernel, other] = [new Kernel(), new Kernel()];
    const [first, second] = [taskSlot<string>(), taskSlot<number>()];
    const make = (k: Kernel, value: number): Task | null =>
      spawnTask(k, { comm: "t", parent: null, body: async () => {}, prepare: (task) => second.set(task, value) });
    const [a, b] = [make(kernel, 1), make(other, 2)];
    if (a === null || b === null) throw new Error("too many tasks");
    first.set(a, "x");
    expect([first.get(a), second.get(a), first.get(b), second.get(b)]).toEqual(["x", 1, undefined, 2]);
    second.set(a, undefined);
    expect([first.get(a), second.get(a)]).toEqual(["x", undefined]);
  });
});

describe("signals", () => {
  test("kernel threads and ended tasks take none", async () => {
    const kernel = new Kernel();
    const thread = kthread_run(kernel, "kthreadd", async () => {});
    const task = spawnTask(kernel, { comm: "t", parent: null, body: async () => {} });
    send_sig(kernel, SIGKILL, thread);
    await runKernel(kernel);
    if (task !== null) send_sig(kernel, SIGKILL, task);
    expect([thread.pending.size, task?.pending.size]).toEqual([0, 0]);
  });

  test.each([
    ["SIGKILL, which nobody can catch", SIGKILL, "handler", true, true],
    ["SIGTERM by default", SIGTERM, null, true, true],
    ["SIGTERM with a handler", SIGTERM, "handler", true, false],
    ["SIGTERM ignored", SIGTERM, "ignore", false, false],
    ["SIGCHLD by default", SIGCHLD, null, false, false],
    ["SIGCONT by default", SIGCONT, null, true, false],
  ] as const)("%s", (_name, signal, disposition, pending, fatal) => {
    const kernel = new Kernel();
    const task = spawnTask(kernel, { comm: "t", parent: null, body: async () => {} });
    if (task === null) throw new Error("too many tasks");
    if (disposition !== null) task.signals = { disposition: () => disposition };
    send_sig(kernel, signal, task);
    expect([signal_pending(task), fatal_signal_pending(task)]).toEqual([pending, fatal]);
  });
});
