/**
 * One contract for every scheduling policy: what it decides is determined by its options, a run is repeated by its list of
 * decisions, and a list that does not fit is refused.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  down_read,
  down_write,
  EVENT_TYPES,
  fifoPolicy,
  formatSchedule,
  type KernelEvent,
  msleep,
  mutex,
  mutex_lock,
  mutex_unlock,
  parseSchedule,
  randomPolicy,
  replayPolicy,
  rw_semaphore,
  type SchedulingPolicy,
  StaleSchedule,
  up_read,
  up_write,
} from "../../src/kernel/index.ts";
import { play } from "./play.ts";

interface Outcome {
  readonly events: readonly string[];
  readonly decisions: readonly number[];
}

function nameOf(event: KernelEvent): string {
  if ("task" in event) return `${event.type} ${event.task.comm}`;
  if ("lock" in event) return `${event.type} ${event.frame.task.comm} ${event.lock.name}`;
  return event.type;
}

/** Six tasks that share two locks and sleep now and then: plenty of choices. */
async function contend(policy: SchedulingPolicy): Promise<Outcome> {
  const events: string[] = [];
  const { kernel } = await play(
    ({ kernel }) => {
      kernel.events.attach({ types: EVENT_TYPES, event: (event) => void events.push(nameOf(event)) });
      const lock = new mutex(kernel, "m");
      const sem = new rw_semaphore(kernel, "s");
      const body = (i: number) => async (current: Parameters<typeof mutex_lock>[0]) => {
        for (let round = 0; round < 5; round++) {
          await mutex_lock(current, lock);
          await (i % 2 === 0 ? down_read : down_write)(current, sem);
          if (round === i % 3) await msleep(current, i);
          (i % 2 === 0 ? up_read : up_write)(current, sem);
          mutex_unlock(current, lock);
        }
      };
      return Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`task${i}`, body(i)]));
    },
    { policy },
  );
  return { events, decisions: [...kernel.sched.decisions] };
}

const policies: readonly (readonly [string, () => SchedulingPolicy])[] = [
  ["fifo", fifoPolicy],
  ["random, seed 1", () => randomPolicy(1)],
  ["random, seed 2", () => randomPolicy(2)],
  ["random, seed -7", () => randomPolicy(-7)],
  ["replay of a random run", () => replayPolicy([1, 3, 0, 2, 2, 1, 0, 0, 1])],
];

describe.each(policies)("%s", (_name, policy) => {
  test("decides the same on every run", async () => {
    const first = await contend(policy());
    expect(await contend(policy())).toEqual(first);
    expect(first.events.filter((event) => event.startsWith("task_exit"))).toHaveLength(6);
  });

  test("is repeated event by event from its decisions, also as text", async () => {
    const first = await contend(policy());
    const text = formatSchedule(first.decisions);
    const again = await contend(replayPolicy(parseSchedule(text) ?? []));
    expect(again.events).toEqual(first.events);
    expect(formatSchedule(again.decisions)).toBe(text);
  });
});

test("different seeds give different runs, and none is the fifo run", async () => {
  const runs = await Promise.all([fifoPolicy(), randomPolicy(1), randomPolicy(2)].map(contend));
  expect(new Set(runs.map((run) => run.events.join("\n"))).size).toBe(3);
});

test("a schedule that names a candidate which is not there is refused", async () => {
  const error = await contend(replayPolicy([0, 9])).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(StaleSchedule);
  expect(error).toMatchObject({ step: 1, message: "schedule does not fit this run: decision 2 picks candidate 9, but only 6 can run" });
});

describe("schedules as text", () => {
  test.each([
    [[], "v1:"],
    [[0, 0, 0], "v1:"],
    [[1], "v1:1"],
    [[0, 2, 0, 0], "v1:0.2"],
    [[3, 3, 3, 3, 1, 1, 0], "v1:3x4.1.1"],
  ])("%j is %s", (decisions, text) => {
    expect(formatSchedule(decisions)).toBe(text);
  });

  test.each(["", "v2:1", "v1:x", "v1:1..2", "v1:1x0", "v1:-1", "v1:1x", "v1: 1", "v1:123456"])("%j is no schedule", (text) => {
    expect(parseSchedule(text)).toBeNull();
  });

  test("text and list mean the same, but for the zeros at the end", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 60 }), (decisions) => {
        const back = parseSchedule(formatSchedule(decisions)) ?? [];
        expect([...back, ...decisions.slice(back.length).fill(0)]).toEqual(decisions);
      }),
    );
  });
});
