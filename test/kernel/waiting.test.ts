/** Proves completions, wait queues, sleeps and grace periods: who is woken, in which order, and what signals do to a wait. */
import { describe, expect, test } from "vitest";
import {
  complete,
  complete_all,
  completion,
  type Frame,
  msleep,
  rcu_barrier,
  SIGKILL,
  SIGTERM,
  SIGUSR1,
  schedule_timeout,
  send_sig,
  synchronize_rcu,
  wait_event,
  wait_for_completion,
  wait_for_completion_interruptible,
  wait_for_completion_killable,
  wait_queue_head,
} from "../../src/kernel/index.ts";
import { pause, play, stuck } from "./play.ts";

const MS = 1_000_000;

describe("completion", () => {
  test("complete() lets one waiter go on, the first; what comes too early is kept", async () => {
    const stage = await play(({ log }) => {
      const x = new completion("x");
      const waiter = (name: string) => async (current: Frame) => {
        log.push(`${name} ${await wait_for_completion(current, x)}`);
      };
      return {
        early: async (current) => complete(current, x),
        a: waiter("a"),
        b: waiter("b"),
        c: waiter("c"),
        completer: async (current) => {
          await pause(current);
          complete(current, x);
        },
      };
    });
    expect(stage.log).toEqual(["a 0", "b 0"]);
    expect(stuck(stage)).toEqual(["c TASK_UNINTERRUPTIBLE wait x"]);
  });

  test("complete_all() lets all go on, the later ones too", async () => {
    const { log } = await play(({ log }) => {
      const x = new completion("x");
      const waiter = (name: string) => async (current: Frame) => {
        log.push(`${name} ${await wait_for_completion(current, x)}`);
      };
      return {
        a: waiter("a"),
        b: waiter("b"),
        completer: async (current) => complete_all(current, x),
        late: async (current) => {
          await pause(current);
          await waiter("late")(current);
          await waiter("late")(current);
        },
      };
    });
    expect(log).toEqual(["a 0", "b 0", "late 0", "late 0"]);
  });

  test("the task that has to complete it stands in the wait-for graph", async () => {
    const stage = await play(({ tasks }) => {
      const x = new completion("x", () => tasks["completer"] ?? null);
      return {
        waiter: async (current) => void (await wait_for_completion(current, x)),
        completer: async (current) => void (await wait_for_completion(current, new completion("never"))),
      };
    });
    const { waiter, completer } = stage.tasks;
    if (waiter === undefined || completer === undefined) throw new Error("a task is missing");
    expect([waiter.wait?.on.blockers(waiter), completer.wait?.on.blockers(completer)]).toEqual([[completer], []]);
  });

  const kinds = { wait_for_completion, wait_for_completion_killable, wait_for_completion_interruptible };
  test.each([
    ["wait_for_completion", SIGKILL, "waits"],
    ["wait_for_completion_killable", SIGTERM, "-4"],
    ["wait_for_completion_killable", SIGUSR1, "waits"],
    ["wait_for_completion_interruptible", SIGUSR1, "-4"],
  ] as const)("%s with signal %i: %s", async (kind, signal, outcome) => {
    const { log } = await play(({ kernel, log, tasks }) => ({
      waiter: async (current) => {
        current.task.signals = { disposition: (s) => (s === SIGUSR1 ? "handler" : "terminate") };
        log.push(`${await kinds[kind](current, new completion("x"))}`);
      },
      sender: async () => {
        if (tasks["waiter"] !== undefined) send_sig(kernel, signal, tasks["waiter"]);
      },
    }));
    expect(log).toEqual(outcome === "waits" ? [] : [outcome]);
  });

  test("a waiter that a signal and a completion reach together takes the completion", async () => {
    const { log } = await play(({ kernel, log, tasks }) => {
      const x = new completion("x");
      return {
        waiter: async (current) => void log.push(`${await wait_for_completion_killable(current, x)} ${x.done}`),
        both: async (current) => {
          if (tasks["waiter"] !== undefined) send_sig(kernel, SIGKILL, tasks["waiter"]);
          complete(current, x);
        },
      };
    });
    expect(log).toEqual(["0 0"]);
  });
});

describe("wait queue", () => {
  test("every wake-up makes every sleeper look at its own condition", async () => {
    const { log } = await play(({ log }) => {
      const queue = new wait_queue_head("q");
      let level = 0;
      const waiter = (least: number) => async (current: Frame) => {
        await wait_event(current, queue, () => level >= least);
        log.push(`${least} at ${level}`);
      };
      return {
        two: waiter(2),
        one: waiter(1),
        three: waiter(3),
        waker: async (current) => {
          for (level = 1; level <= 3; level++) {
            queue.wake_up();
            await pause(current);
          }
          log.push(`empty ${queue.empty}`);
        },
      };
    });
    expect(log).toEqual(["1 at 1", "2 at 2", "3 at 3", "empty true"]);
  });

  test("one sleeper can be woken alone, the first or the last", async () => {
    const { log } = await play(({ log }) => {
      const queue = new wait_queue_head("q");
      const waiter = (name: string) => async (current: Frame) => {
        let woken = false;
        await wait_event(current, queue, () => {
          const was = woken;
          woken = true;
          return was;
        });
        log.push(name);
      };
      return {
        a: waiter("a"),
        b: waiter("b"),
        c: waiter("c"),
        waker: async (current) => {
          log.push(`${queue.wake_up_last()}`);
          await pause(current);
          log.push(`${queue.wake_up_first()}`);
          await pause(current);
          log.push(`${queue.wake_up_first()} ${queue.wake_up_first()}`);
        },
      };
    });
    expect(log).toEqual(["true", "c", "true", "a", "true false", "b"]);
  });

  test("a signal takes an interruptible sleeper out of the queue", async () => {
    const { log } = await play(({ kernel, log, tasks }) => {
      const queue = new wait_queue_head("q");
      return {
        waiter: async (current) => {
          log.push(`${await wait_event(current, queue, () => false, "TASK_INTERRUPTIBLE")} ${queue.empty}`);
        },
        sender: async () => {
          if (tasks["waiter"] !== undefined) send_sig(kernel, SIGTERM, tasks["waiter"]);
        },
      };
    });
    expect(log).toEqual(["-4 true"]);
  });

  test("with a signal pending an interruptible sleep does not begin", async () => {
    const { log } = await play(({ kernel, log }) => {
      const queue = new wait_queue_head("q");
      return {
        waiter: async (current) => {
          send_sig(kernel, SIGTERM, current.task);
          log.push(`${await wait_event(current, queue, () => false, "TASK_INTERRUPTIBLE")} ${queue.empty}`);
          log.push(`${await schedule_timeout(current, MS, "TASK_INTERRUPTIBLE")} at ${kernel.clock.now}`);
          log.push(`${await schedule_timeout(current, MS, "TASK_UNINTERRUPTIBLE")} at ${kernel.clock.now}`);
        },
      };
    });
    expect(log).toEqual(["-4 true", "-4 at 0", "0 at 1000000"]);
  });
});

describe("sleeping", () => {
  test("ends at the time asked for, or at a signal if the state allows", async () => {
    const { log, kernel } = await play(({ kernel, log, tasks }) => {
      const sleeper = (name: string, state: "TASK_INTERRUPTIBLE" | "TASK_UNINTERRUPTIBLE") => async (current: Frame) => {
        log.push(`${name} ${await schedule_timeout(current, 100 * MS, state)} at ${kernel.clock.now / MS}`);
      };
      return {
        light: sleeper("light", "TASK_INTERRUPTIBLE"),
        deep: sleeper("deep", "TASK_UNINTERRUPTIBLE"),
        sender: async (current) => {
          await msleep(current, 30);
          for (const name of ["light", "deep"]) {
            const task = tasks[name];
            if (task !== undefined) send_sig(kernel, SIGKILL, task);
          }
        },
      };
    });
    expect(log).toEqual(["light -4 at 30", "deep 0 at 100"]);
    expect(kernel.clock.hasLiveTimers).toBe(false);
  });

  test("grace periods take their time and cannot be interrupted", async () => {
    const { log } = await play(({ kernel, log }) => ({
      task: async (current) => {
        await synchronize_rcu(current);
        log.push(`${kernel.clock.now / MS}`);
        await rcu_barrier(current);
        log.push(`${kernel.clock.now / MS}`);
      },
    }));
    expect(log).toEqual(["10", "20"]);
  });
});
