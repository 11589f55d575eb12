/**
 * Proves for many random programs under many random schedules: locks exclude as they must, nobody is forgotten, kernels in
 * one process do not meet.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  complete,
  completion,
  down_read,
  down_write,
  downgrade_write,
  type Frame,
  Kernel,
  mutex,
  mutex_lock,
  mutex_unlock,
  randomPolicy,
  rw_semaphore,
  spawnTask,
  up_read,
  up_write,
  wait_for_completion,
} from "../../src/kernel/index.ts";
import { runKernel } from "../support/kernel.ts";

type Kind = "mutex" | "read" | "write" | "downgrade";

interface Section {
  readonly kind: Kind;
  /** Scheduling points inside the critical section, where others can run. */
  readonly points: number;
}

const section = fc.record({ kind: fc.constantFrom<Kind>("mutex", "read", "write", "downgrade"), points: fc.nat({ max: 3 }) });
const program = fc.array(fc.array(section, { maxLength: 6 }), { minLength: 2, maxLength: 6 });

interface Counters {
  mutex: number;
  readers: number;
  writers: number;
}

async function linger(current: Frame, points: number): Promise<void> {
  for (let i = 0; i < points; i++) await current.kernel.sched.yieldPoint(current.task);
}

/** Runs one critical section; throws if somebody is inside who must not be. */
async function enter(current: Frame, { kind, points }: Section, m: mutex, s: rw_semaphore, inside: Counters): Promise<void> {
  if (kind === "mutex") {
    await mutex_lock(current, m);
    if (++inside.mutex !== 1) throw new Error("two owners of one mutex");
    await linger(current, points);
    inside.mutex--;
    mutex_unlock(current, m);
    return;
  }
  await (kind === "read" ? down_read : down_write)(current, s);
  if (kind !== "read") {
    if (++inside.writers !== 1 || inside.readers !== 0) throw new Error("a writer is not alone");
    await linger(current, points);
    inside.writers--;
    if (kind === "write") {
      up_write(current, s);
      return;
    }
    downgrade_write(current, s);
  }
  inside.readers++;
  if (inside.writers !== 0) throw new Error("a reader beside a writer");
  await linger(current, points);
  inside.readers--;
  up_read(current, s);
}

test("critical sections exclude each other as they must, and every task gets through", async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.integer(), async (tasks, seed) => {
      const kernel = new Kernel();
      kernel.sched.setPolicy(randomPolicy(seed));
      const [m, s] = [new mutex(kernel, "m"), new rw_semaphore(kernel, "s")];
      const inside: Counters = { mutex: 0, readers: 0, writers: 0 };
      for (const sections of tasks) {
        const body = async (current: Frame): Promise<void> => {
          for (const one of sections) await enter(current, one, m, s, inside);
        };
        spawnTask(kernel, { comm: "t", parent: null, body });
      }
      await runKernel(kernel);
      expect([kernel.tasks.size, m.owner, s.writer, s.readers, m.waiters, s.waiters, kernel.bugs]).toEqual([0, null, null, [], [], [], []]);
    }),
    { numRuns: 300 },
  );
});

test("no wake-up of a completion is lost, whoever comes first", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat({ max: 8 }), fc.integer(), async (waiters, completions, seed) => {
      const kernel = new Kernel();
      kernel.sched.setPolicy(randomPolicy(seed));
      const x = new completion("x");
      for (let i = 0; i < waiters; i++) {
        spawnTask(kernel, { comm: "waiter", parent: null, body: async (current) => void (await wait_for_completion(current, x)) });
      }
      const completer = async (current: Frame): Promise<void> => {
        for (let i = 0; i < completions; i++) {
          complete(current, x);
          await linger(current, 1);
        }
      };
      spawnTask(kernel, { comm: "completer", parent: null, body: completer });
      await runKernel(kernel);
      expect([kernel.tasks.size, x.done]).toEqual([Math.max(0, waiters - completions), Math.max(0, completions - waiters)]);
    }),
    { numRuns: 200 },
  );
});

test("two kernels that run at the same time do not meet", async () => {
  const run = async (seed: number): Promise<string> => {
    const kernel = new Kernel();
    kernel.sched.setPolicy(randomPolicy(seed));
    const order: string[] = [];
    const m = new mutex(kernel, "m");
    for (const comm of ["a", "b", "c"]) {
      const body = async (current: Frame): Promise<void> => {
        for (let i = 0; i < 7000; i++) {
          await mutex_lock(current, m);
          if (i % 1000 === 0) order.push(`${comm}${i}`);
          mutex_unlock(current, m);
        }
      };
      spawnTask(kernel, { comm, parent: null, body });
    }
    await runKernel(kernel);
    return order.join(" ");
  };
  const alone = [await run(1), await run(2)];
  expect(await Promise.all([run(1), run(2)])).toEqual(alone);
});
