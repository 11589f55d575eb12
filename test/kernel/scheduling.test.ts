/** Proves who runs when: scheduling points, time slices, virtual time, limits, and what the scheduler refuses. */
import { setImmediate as hostTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  EmulatorBug,
  type Frame,
  Kernel,
  msleep,
  mutex,
  mutex_lock,
  schedule_timeout,
  spawnTask,
  wait_once,
  wait_queue_head,
} from "../../src/kernel/index.ts";
import { runKernel, runTasks } from "../support/kernel.ts";
import { play } from "./play.ts";

const MS = 1_000_000;

const yieldNow = (current: Frame): Promise<number> => current.kernel.sched.yieldPoint(current.task);

describe("first come, first served", () => {
  test("a task runs until it blocks; then the one that has been runnable longest", async () => {
    const { log } = await play(({ log }) => {
      const body = (name: string) => async (current: Frame) => {
        log.push(`${name}1`);
        await yieldNow(current);
        log.push(`${name}2`);
        await msleep(current, 1);
        log.push(`${name}3`);
      };
      return { a: body("a"), b: body("b"), c: body("c") };
    });
    expect(log.join(" ")).toBe("a1 a2 b1 b2 c1 c2 a3 b3 c3");
  });

  test("a task that has used up its time slice goes behind the others, one that has not goes on", async () => {
    const { log } = await play(({ log, kernel }) => {
      const body = (name: string) => async (current: Frame) => {
        for (let i = 1; i <= 3; i++) {
          log.push(`${name}${i}`);
          kernel.spend(current, 0.6 * MS);
          await yieldNow(current);
        }
      };
      return { a: body("a"), b: body("b") };
    });
    expect(log.join(" ")).toBe("a1 a2 b1 b2 a3 b3");
  });

  test("a busy loop does not keep others from running, and timers fire while it spins", async () => {
    const { log } = await play(({ log, kernel }) => {
      let done = false;
      return {
        spinner: async (current) => {
          while (!done) {
            kernel.spend(current, 1000);
            await yieldNow(current);
          }
          log.push(`spinner sees it at ${kernel.clock.now / MS} ms`);
        },
        sleeper: async (current) => {
          await msleep(current, 50);
          done = true;
        },
      };
    });
    expect(log).toEqual(["spinner sees it at 51 ms"]);
  });
});

describe("virtual time", () => {
  test("jumps to the next timer when nothing can run, and timers of one instant fire in order", async () => {
    const { log, kernel } = await play(({ log, kernel }) => {
      const sleeper = (name: string, ms: number) => async (current: Frame) => {
        await msleep(current, ms);
        log.push(`${name} ${kernel.clock.now / MS}`);
      };
      return { c: sleeper("c", 7200_000), b: sleeper("b", 20), a: sleeper("a", 10), b2: sleeper("b2", 20) };
    });
    expect(log).toEqual(["a 10", "b 20", "b2 20", "c 7200000"]);
    expect(kernel.clock.now).toBe(7200_000 * MS);
  });

  test("a daemon's timers keep no run alive, but fire while something else does", async () => {
    const kernel = new Kernel();
    const ticks: number[] = [];
    spawnTask(kernel, {
      comm: "khungtaskd",
      parent: null,
      daemon: true,
      body: async (current) => {
        for (;;) {
          await msleep(current, 10);
          ticks.push(kernel.clock.now / MS);
        }
      },
    });
    spawnTask(kernel, { comm: "user", parent: null, body: async (current) => void (await msleep(current, 35)) });
    await runKernel(kernel);
    expect(ticks).toEqual([10, 20, 30]);
    expect(kernel.clock.now).toBe(35 * MS);
  });

  test("many timers keep their order, cancelled ones never fire", () => {
    const { clock } = new Kernel();
    const fired: number[] = [];
    const delays = Array.from({ length: 500 }, (_, i) => (i * 7919) % 501);
    const timers = delays.map((delay) => clock.start(delay, () => fired.push(delay), false));
    timers.forEach((timer, i) => {
      if (i % 3 === 0) clock.cancel(timer);
    });
    clock.advanceTo(1000);
    expect(fired).toEqual(delays.filter((_, i) => i % 3 !== 0).sort((a, b) => a - b));
    expect([clock.now, clock.hasLiveTimers, clock.next]).toEqual([1000, false, null]);
  });
});

describe("limits", () => {
  const forever = async (current: Frame): Promise<void> => {
    for (;;) await yieldNow(current);
  };

  test("steps", async () => {
    const { kernel } = await runTasks({ a: forever, b: forever }, { limits: { steps: 50_000 } });
    expect(kernel.sched.stopped).toEqual({ limit: "steps", value: 50_000 });
  });

  test("virtual time, whether it passes by work or by waiting", async () => {
    const working = async (current: Frame): Promise<void> => {
      for (;;) {
        current.kernel.spend(current, MS);
        await yieldNow(current);
      }
    };
    const waiting = async (current: Frame): Promise<void> => {
      for (;;) await msleep(current, 1);
    };
    for (const body of [working, waiting]) {
      const { kernel } = await runTasks({ body }, { limits: { virtualTime: 5 * MS } });
      expect(kernel.sched.stopped).toEqual({ limit: "virtualTime", value: 6 * MS });
    }
  });

  test("tasks: no more can be created until one is gone; kernel threads do not count", async () => {
    const kernel = new Kernel({ limits: { tasks: 2 } });
    const started = Array.from({ length: 3 }, () => spawnTask(kernel, { comm: "t", parent: null, body: async () => {} }));
    expect(started.map((task) => task?.pid ?? null)).toEqual([1, 2, null]);
    await runKernel(kernel);
    expect(spawnTask(kernel, { comm: "t", parent: null, body: async () => {} })?.pid).toBe(3);
  });

  test("memory: the run ends when the host's is used up, if the host tells", async () => {
    let used = 0;
    const kernel = new Kernel({ limits: { memory: 3 }, memoryInUse: () => used++ });
    spawnTask(kernel, { comm: "spinner", parent: null, body: forever });
    await runKernel(kernel);
    expect([kernel.sched.stopped, used]).toEqual([{ limit: "memory", value: 3 }, 5]);
  });

  test("the host gets its turn while a single task never waits", async () => {
    const kernel = new Kernel({ limits: { steps: 200_000 } });
    spawnTask(kernel, { comm: "spinner", parent: null, body: forever });
    let turns = 0;
    await kernel.sched.run(() => {
      turns++;
      return hostTurn();
    });
    expect(turns).toBe(13);
  });
});

describe("pids", () => {
  test("are given in order, a task can ask for a free one, and none is given twice", () => {
    const kernel = new Kernel();
    const pid = (wanted?: number): number | undefined => {
      const options = { comm: "t", parent: null, body: async () => {} };
      return spawnTask(kernel, wanted === undefined ? options : { ...options, pid: wanted as never })?.pid;
    };
    expect([pid(), pid(3), pid(), pid(), pid(3)]).toEqual([1, 3, 2, 4, 5]);
    kernel.reservePids(100);
    expect(pid()).toBe(100);
  });
});

describe("mistakes of the emulator's own code", () => {
  test("awaiting something of the host", async () => {
    const run = runTasks({ careless: async () => void (await hostTurn()) });
    await expect(run).rejects.toThrow(new EmulatorBug("careless/1 awaits something that is not a primitive of this machine"));
  });

  test("not awaiting a wait", async () => {
    const run = runTasks({ careless: async (current) => void msleep(current, 1), other: async () => {} });
    await expect(run).rejects.toThrow(new EmulatorBug("careless/1 starts another wait while it still waits for schedule_timeout"));
  });

  test("acting for a task that does not run", async () => {
    const run = play(({ kernel, tasks }) => {
      const lock = new mutex(kernel, "m");
      return {
        a: async (current) => void (await msleep(current, 1)),
        b: async () => {
          const { a } = tasks;
          if (a !== undefined) await mutex_lock(a.root, lock);
        },
      };
    });
    await expect(run).rejects.toThrow(new EmulatorBug("a/1 starts another wait while it still waits for schedule_timeout"));
  });

  test("waking a task that does not wait", async () => {
    const run = runTasks({ a: async (current) => current.kernel.sched.wake(current.task) });
    await expect(run).rejects.toThrow(new EmulatorBug("woke a/1, which does not wait"));
  });

  test("an exception in a modelled function ends the run with that exception", async () => {
    const run = runTasks({
      a: async () => {
        throw new RangeError("own mistake");
      },
      b: async (current) => void (await msleep(current, 1)),
    });
    await expect(run).rejects.toThrow(new RangeError("own mistake"));
  });
});

describe("work of the host", () => {
  test("stops the whole machine: no other task runs meanwhile and no virtual time passes", async () => {
    const { log } = await play(({ log, kernel }) => ({
      a: async (current) => {
        const value = await kernel.sched.hostCall(current.task, async () => {
          for (let i = 0; i < 5; i++) await hostTurn();
          return 42;
        });
        log.push(`a ${value} at ${kernel.clock.now}`);
      },
      b: async () => void log.push("b"),
    }));
    expect(log).toEqual(["a 42 at 0", "b"]);
  });
});

describe("what cannot go on", () => {
  test("ends the run, with the task still there", async () => {
    const { kernel, tasks } = await runTasks({
      waits: async (current) => void (await wait_once(current, new wait_queue_head("never"), "TASK_UNINTERRUPTIBLE")),
      sleeps: async (current) => void (await schedule_timeout(current, MS, "TASK_INTERRUPTIBLE")),
    });
    expect([...kernel.tasks.values()]).toEqual([tasks[0]]);
    expect([kernel.sched.stopped, kernel.clock.now]).toEqual([null, MS]);
  });
});
