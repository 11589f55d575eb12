/** Proves notifier chains: order by priority, who may stop the chain, what changes during a call, and the blocking chain's lock. */
import { describe, expect, test } from "vitest";
import {
  blocking_notifier_call_chain,
  blocking_notifier_chain_register,
  blocking_notifier_chain_unregister,
  blocking_notifier_head,
  type Frame,
  NOTIFY_BAD,
  NOTIFY_DONE,
  NOTIFY_OK,
  NOTIFY_STOP,
  type notifier_block,
  notifier_from_errno,
  notifier_to_errno,
  raw_notifier_call_chain,
  raw_notifier_chain_register,
  raw_notifier_chain_unregister,
  raw_notifier_head,
} from "../../src/kernel/index.ts";
import { play, stuck } from "./play.ts";

function block(log: string[], name: string, priority = 0, answer: number = NOTIFY_DONE): notifier_block<string> {
  return {
    name,
    priority,
    notifier_call: async (_current, nb, action, data) => {
      log.push(`${nb.name} ${action} ${data}`);
      return answer;
    },
  };
}

/** Runs `body` as the only task and returns what it wrote down. */
async function inTask(body: (current: Frame, log: string[]) => Promise<void>): Promise<readonly string[]> {
  const stage = await play(({ log }) => ({ task: (current) => body(current, log) }));
  expect(stuck(stage)).toEqual([]);
  return stage.log;
}

describe("raw chain", () => {
  test("calls by falling priority, equal ones in order of registration", async () => {
    const log = await inTask(async (current, log) => {
      const head = new raw_notifier_head<string>();
      for (const [name, priority] of [
        ["a", 0],
        ["b", 10],
        ["c", 0],
        ["d", -5],
        ["e", 10],
      ] as const) {
        raw_notifier_chain_register(current, head, block(log, name, priority));
      }
      log.push(`${await raw_notifier_call_chain(current, head, 5, "eth0")}`);
    });
    expect(log).toEqual(["b 5 eth0", "e 5 eth0", "a 5 eth0", "c 5 eth0", "d 5 eth0", "0"]);
  });

  test.each([
    ["NOTIFY_OK", NOTIFY_OK, ["first", "second", "0"]],
    ["NOTIFY_STOP", NOTIFY_STOP, ["first", `${NOTIFY_STOP}`]],
    ["NOTIFY_BAD", NOTIFY_BAD, ["first", `${NOTIFY_BAD}`]],
    ["an errno", notifier_from_errno(-16), ["first", `${notifier_from_errno(-16)}`]],
  ] as const)("after %s", async (_name, answer, expected) => {
    const log = await inTask(async (current, log) => {
      const head = new raw_notifier_head<string>();
      raw_notifier_chain_register(current, head, block(log, "first", 1, answer));
      raw_notifier_chain_register(current, head, block(log, "second"));
      log.push(`${await raw_notifier_call_chain(current, head, 1, "x")}`);
    });
    expect(log.map((line) => line.replace(" 1 x", ""))).toEqual(expected);
  });

  test("an empty chain answers NOTIFY_DONE; unregistering what is not there is -ENOENT", async () => {
    const log = await inTask(async (current, log) => {
      const head = new raw_notifier_head<string>();
      const nb = block(log, "a");
      log.push(`${await raw_notifier_call_chain(current, head, 1, "x")} ${raw_notifier_chain_unregister(current, head, nb)}`);
      raw_notifier_chain_register(current, head, nb);
      log.push(`${raw_notifier_chain_unregister(current, head, nb)} ${await raw_notifier_call_chain(current, head, 1, "x")}`);
    });
    expect(log).toEqual(["0 -2", "0 0"]);
  });

  test("registering twice is reported and has no effect", async () => {
    const { kernel, log } = await play(({ log }) => ({
      task: async (current) => {
        const head = new raw_notifier_head<string>();
        const nb = block(log, "a");
        log.push(`${raw_notifier_chain_register(current, head, nb)} ${raw_notifier_chain_register(current, head, nb)}`);
        await raw_notifier_call_chain(current, head, 1, "x");
      },
    }));
    expect(log).toEqual(["0 0", "a 1 x"]);
    expect(kernel.bugs).toEqual([{ kind: "warn", text: "double register detected" }]);
  });

  test("a callback may take itself off the chain while it is called", async () => {
    const log = await inTask(async (current, log) => {
      const head = new raw_notifier_head<string>();
      const once: notifier_block<string> = {
        name: "once",
        priority: 1,
        notifier_call: async (frame, nb) => {
          log.push("once");
          return raw_notifier_chain_unregister(frame, head, nb);
        },
      };
      raw_notifier_chain_register(current, head, once);
      raw_notifier_chain_register(current, head, block(log, "always"));
      await raw_notifier_call_chain(current, head, 1, "x");
      await raw_notifier_call_chain(current, head, 2, "x");
    });
    expect(log).toEqual(["once", "always 1 x", "always 2 x"]);
  });
});

describe("errnos as answers", () => {
  test.each([0, -1, -12, -16, -95])("%i survives the way there and back", (errno) => {
    expect(notifier_to_errno(notifier_from_errno(errno))).toBe(errno);
  });
  test.each([NOTIFY_DONE, NOTIFY_OK, NOTIFY_STOP])("the plain answer %i is no error", (answer) => {
    expect(notifier_to_errno(answer)).toBe(0);
  });
  test("NOTIFY_BAD is -EPERM", () => {
    expect(notifier_to_errno(NOTIFY_BAD)).toBe(-1);
  });
});

describe("blocking chain", () => {
  test("holds its rwsem for read around the callbacks, for write around changes, and not at all when empty", async () => {
    const log = await inTask(async (current, log) => {
      const nh = new blocking_notifier_head<string>(current.kernel, "&priv->events.nh");
      current.kernel.events.attach({
        event: (event) => {
          if (event.type === "lock_acquired") log.push(`${event.mode} ${event.lock.name}`);
        },
      });
      await blocking_notifier_call_chain(current, nh, 1, "empty");
      const nb = block(log, "a");
      await blocking_notifier_chain_register(current, nh, nb);
      await blocking_notifier_call_chain(current, nh, 1, "x");
      await blocking_notifier_chain_unregister(current, nh, nb);
    });
    const name = "&(&priv->events.nh)->rwsem";
    expect(log).toEqual([`write ${name}`, `read ${name}`, "a 1 x", `write ${name}`]);
  });

  test("a callback that unregisters from its own chain waits for itself", async () => {
    const stage = await play(({ kernel }) => {
      const nh = new blocking_notifier_head<string>(kernel, "nh");
      const nb: notifier_block<string> = {
        name: "self",
        priority: 0,
        notifier_call: (frame, me) => blocking_notifier_chain_unregister(frame, nh, me),
      };
      return {
        task: async (current) => {
          await blocking_notifier_chain_register(current, nh, nb);
          await blocking_notifier_call_chain(current, nh, 1, "x");
        },
      };
    });
    expect(stuck(stage)).toEqual(["task TASK_UNINTERRUPTIBLE write &(nh)->rwsem"]);
  });
});
