/** Proves the rules of struct mutex: one owner, hand-off in order of arrival, what each kind of wait lets signals do. */
import { describe, expect, test } from "vitest";
import {
  EmulatorBug,
  type KernelEvent,
  mutex,
  mutex_lock,
  mutex_lock_interruptible,
  mutex_lock_killable,
  mutex_lock_nested,
  mutex_trylock,
  mutex_unlock,
  SIGKILL,
  SIGUSR1,
  send_sig,
} from "../../src/kernel/index.ts";
import { pause, play, stuck } from "./play.ts";

describe("locking", () => {
  test("is handed to the waiters in order of arrival, and a newcomer cannot steal it in between", async () => {
    const { log } = await play(({ kernel, log }) => {
      const lock = new mutex(kernel, "m");
      const waiter = (name: string) => async (current: Parameters<typeof mutex_lock>[0]) => {
        await mutex_lock(current, lock);
        log.push(name);
        mutex_unlock(current, lock);
      };
      return {
        holder: async (current) => {
          await mutex_lock(current, lock);
          await pause(current);
          log.push("holder");
          mutex_unlock(current, lock);
          log.push(`owner ${lock.owner?.comm}`);
          log.push(`trylock ${mutex_trylock(current, lock)}`);
          await mutex_lock(current, lock);
          log.push("holder again");
          mutex_unlock(current, lock);
        },
        first: waiter("first"),
        second: waiter("second"),
        third: waiter("third"),
      };
    });
    expect(log).toEqual(["holder", "owner first", "trylock false", "first", "second", "third", "holder again"]);
  });

  test("twice by the same task waits for ever, for itself", async () => {
    const stage = await play(({ kernel }) => {
      const lock = new mutex(kernel, "m");
      return {
        twice: async (current) => {
          await mutex_lock(current, lock);
          await mutex_lock(current.enter("inner"), lock);
        },
      };
    });
    expect(stuck(stage)).toEqual(["twice TASK_UNINTERRUPTIBLE exclusive m"]);
    const { twice } = stage.tasks;
    expect(twice?.wait?.on.blockers(twice)).toEqual([twice]);
    expect(twice?.held.map((h) => [h.lock.name, h.mode, h.frame.name])).toEqual([["m", "exclusive", ""]]);
  });

  test("returns 0 and records the hold with its subclass and frame; trylock says so in the hold", async () => {
    const { log, kernel } = await play(({ kernel, log }) => {
      const [a, b] = [new mutex(kernel, "a"), new mutex(kernel, "b")];
      return {
        task: async (current) => {
          log.push(`${await mutex_lock_nested(current.enter("outer"), a, 1)} ${mutex_trylock(current.enter("inner"), b)}`);
          for (const hold of current.task.held) log.push(`${hold.lock.name} ${hold.subclass} ${hold.trylock} ${hold.frame.name}`);
          mutex_unlock(current, a);
          log.push(current.task.held.map((hold) => hold.lock.name).join());
          mutex_unlock(current, b);
        },
      };
    });
    expect(log).toEqual(["0 true", "a 1 false outer", "b 0 true inner", "b"]);
    expect(kernel.bugs).toEqual([]);
  });

  test("trylock of one's own lock fails instead of waiting", async () => {
    const { log } = await play(({ kernel, log }) => {
      const lock = new mutex(kernel, "m");
      return {
        task: async (current) => {
          await mutex_lock(current, lock);
          log.push(`${mutex_trylock(current, lock)}`);
          mutex_unlock(current, lock);
        },
      };
    });
    expect(log).toEqual(["false"]);
  });
});

describe("unlocking", () => {
  test("by somebody else is reported and changes nothing", async () => {
    const { kernel, log } = await play(({ kernel, log }) => {
      const lock = new mutex(kernel, "m");
      return {
        owner: async (current) => {
          await mutex_lock(current, lock);
          await pause(current);
          log.push(`owner ${lock.owner?.comm}`);
          mutex_unlock(current, lock);
        },
        other: async (current) => mutex_unlock(current.enter("its_function"), lock),
      };
    });
    expect(log).toEqual(["owner owner"]);
    const text = "DEBUG_LOCKS_WARN_ON(__owner_task(owner) != current): m unlocked by other/2";
    expect(kernel.bugs).toEqual([{ kind: "bug", text }]);
    expect(kernel.log.lines.map((line) => line.text)).toEqual([
      "------------[ cut here ]------------",
      text,
      "WARNING: CPU: 0 PID: 2 at its_function",
      "CPU: 0 PID: 2 Comm: other Not tainted 5.10.0",
      "Call Trace:",
      " its_function",
      "---[ end trace ]---",
    ]);
  });
});

describe("signals", () => {
  const kinds = { mutex_lock, mutex_lock_interruptible, mutex_lock_killable };
  test.each([
    ["mutex_lock", SIGKILL, "waits"],
    ["mutex_lock", SIGUSR1, "waits"],
    ["mutex_lock_killable", SIGKILL, "-4"],
    ["mutex_lock_killable", SIGUSR1, "waits"],
    ["mutex_lock_interruptible", SIGKILL, "-4"],
    ["mutex_lock_interruptible", SIGUSR1, "-4"],
  ] as const)("%s with signal %i: %s", async (kind, signal, outcome) => {
    const stage = await play(({ kernel, log, tasks }) => {
      const lock = new mutex(kernel, "m");
      return {
        owner: async (current) => {
          await mutex_lock(current, lock);
          await pause(current);
          if (tasks["waiter"] !== undefined) send_sig(kernel, signal, tasks["waiter"]);
          await pause(current);
          log.push(`${lock.waiters.length} left in the queue`);
        },
        waiter: async (current) => {
          // A handler is installed for everything but SIGKILL: such signals do not kill.
          current.task.signals = { disposition: () => "handler" };
          log.push(`${await kinds[kind](current, lock)}`);
        },
      };
    });
    expect(stage.log).toEqual(outcome === "waits" ? ["1 left in the queue"] : [outcome, "0 left in the queue"]);
  });

  test("a signal that is pending before keeps an interruptible wait from beginning, but not a free lock from being taken", async () => {
    const { log } = await play(({ kernel, log }) => {
      const [taken, free] = [new mutex(kernel, "taken"), new mutex(kernel, "free")];
      return {
        owner: async (current) => {
          await mutex_lock(current, taken);
          await pause(current);
        },
        waiter: async (current) => {
          send_sig(kernel, SIGUSR1, current.task);
          log.push(`${await mutex_lock_interruptible(current, taken)} ${await mutex_lock_interruptible(current, free)}`);
          mutex_unlock(current, free);
        },
      };
    });
    expect(log).toEqual(["-4 0"]);
  });
});

describe("events", () => {
  test("tell of each request before it can block, of each wait, and of each hand-over", async () => {
    const seen: string[] = [];
    const describeEvent = (event: KernelEvent): string | null => {
      if (event.type === "lock_acquire" || event.type === "lock_acquired" || event.type === "lock_release") {
        return `${event.frame.task.comm} ${event.type} ${event.lock.name}`;
      }
      return event.type === "wait" && event.on.kind === "mutex" ? `${event.task.comm} wait ${event.on.name} ${event.mode}` : null;
    };
    await play(({ kernel }) => {
      kernel.events.attach({ event: (event) => void seen.push(...[describeEvent(event) ?? []].flat()) });
      const lock = new mutex(kernel, "m");
      return {
        a: async (current) => {
          await mutex_lock(current, lock);
          await pause(current);
          mutex_unlock(current, lock);
        },
        b: async (current) => {
          await mutex_lock(current, lock);
          mutex_unlock(current, lock);
        },
      };
    });
    expect(seen).toEqual([
      "a lock_acquire m",
      "a lock_acquired m",
      "b lock_acquire m",
      "b wait m exclusive",
      "a lock_release m",
      "b lock_acquired m",
      "b lock_release m",
    ]);
  });
});

describe("mistakes of the emulator's own code throw", () => {
  test("a second acquisition while the first one waits", async () => {
    const run = play(({ kernel }) => {
      const [a, b] = [new mutex(kernel, "a"), new mutex(kernel, "b")];
      return {
        owner: async (current) => {
          await mutex_lock(current, a);
          await pause(current);
        },
        careless: async (current) => {
          const first = mutex_lock(current, a);
          await mutex_lock(current, b);
          await first;
        },
      };
    });
    await expect(run).rejects.toThrow(new EmulatorBug("careless/2 starts another wait while it still waits for a"));
  });
});
