/**
 * Proves that the reduction leaves no outcome out where a step does several things: reads and writes of several objects, locks
 * that it gets at once or has to wait for, waits for children. The enumeration of all schedules says what there is.
 */
import { expect, test } from "vitest";
import {
  down_read,
  down_write,
  type Frame,
  mutex,
  mutex_lock,
  mutex_unlock,
  rw_semaphore,
  spawnTask,
  up_read,
  up_write,
  wait4,
} from "../../src/kernel/index.ts";
import { type Body, reduced } from "./lives.ts";

const OPS = ["read", "write", "commute", "lock", "step", "shared", "exclusive", "step"] as const;
/** What to do, and to which of two objects or locks. */
type Op = readonly [kind: (typeof OPS)[number], index: 0 | 1];
/** One list for each child, the parent's last. */
type Program = readonly (readonly Op[])[];

const step = async (current: Frame): Promise<void> => void (await current.kernel.sched.yieldPoint(current.task));

/** Runs the lists; what each task has read and what the objects hold at the end is the outcome. */
function lifeOf(program: Program): Body {
  return async (current, note) => {
    const { kernel } = current;
    const objects: readonly [{ value: number }, { value: number }] = [{ value: 0 }, { value: 0 }];
    const mutexes = [new mutex(kernel, "a"), new mutex(kernel, "b")] as const;
    const semaphores = [new rw_semaphore(kernel, "s"), new rw_semaphore(kernel, "t")] as const;
    for (const made of [...objects, ...mutexes, ...semaphores]) current.creates(made);
    const run = async (frame: Frame, ops: readonly Op[], id: number): Promise<string> => {
      let seen = "";
      const read = (index: 0 | 1): void => {
        frame.reads(objects[index]);
        seen += `${objects[index].value} `;
      };
      const write = (index: 0 | 1): void => {
        frame.writes(objects[index]);
        objects[index].value = objects[index].value * 5 + id;
      };
      const doers: Readonly<Record<Op[0], (index: 0 | 1) => Promise<void> | void>> = {
        read,
        write,
        step: () => step(frame),
        commute: (index) => {
          frame.touches(objects[index], "commute");
          objects[index].value++;
        },
        lock: async (index) => {
          await mutex_lock(frame, mutexes[index]);
          write(index === 0 ? 1 : 0);
          mutex_unlock(frame, mutexes[index]);
        },
        shared: async (index) => {
          await down_read(frame, semaphores[index]);
          read(index);
          await step(frame);
          up_read(frame, semaphores[index]);
        },
        exclusive: async (index) => {
          await down_write(frame, semaphores[index]);
          write(index);
          await step(frame);
          up_write(frame, semaphores[index]);
        },
      };
      for (const [kind, index] of ops) await doers[kind](index);
      return seen;
    };
    const seen = program.map(() => "");
    const children = program.slice(0, -1).map((ops, i) =>
      spawnTask(kernel, {
        comm: `child${i}`,
        parent: current.task,
        body: async (frame) => {
          seen[i] = await run(frame, ops, i + 1);
        },
      }),
    );
    seen[children.length] = await run(current, program.at(-1) ?? [], children.length + 1);
    for (const child of children) {
      await wait4(current, child?.pid ?? -1);
    }
    note(`${seen.join("|")}: ${objects.map(({ value }) => value).join()}`);
  };
}

test.each<[string, Program, number]>([
  [
    "two reads in one step",
    [
      [["write", 1]],
      [["read", 0]],
      [
        ["read", 0],
        ["read", 1],
      ],
      [
        ["step", 0],
        ["write", 0],
      ],
    ],
    8,
  ],
  [
    "data before a lock that is given back",
    [
      [
        ["shared", 1],
        ["write", 1],
      ],
      [["read", 1]],
      [["exclusive", 1]],
    ],
    6,
  ],
  [
    "a lock between two reads",
    [
      [["shared", 0]],
      [
        ["shared", 1],
        ["shared", 1],
        ["exclusive", 0],
      ],
      [["lock", 0]],
    ],
    6,
  ],
  [
    "two locks of one task",
    [
      [
        ["shared", 1],
        ["lock", 1],
      ],
      [
        ["read", 1],
        ["write", 0],
      ],
      [["lock", 0]],
    ],
    7,
  ],
])("%s", async (_name, program, outcomes) => {
  expect((await reduced(lifeOf(program)))[1].length).toBe(outcomes);
});

/** Numbers from a seed (xorshift). */
function numbers(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

test("random programs: every outcome that the enumeration of all schedules has", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = numbers(seed);
    const list = (most: number): Op[] =>
      Array.from({ length: 1 + next(most) }, () => [OPS[next(OPS.length)] ?? "step", next(2) === 0 ? 0 : 1] as const);
    const program = [list(2), list(2), list(1)];
    await expect(reduced(lifeOf(program)), JSON.stringify({ seed, program })).resolves.toBeDefined();
  }
});
