/** The lock primitives against the npm packages that are used for the same purpose. */
import { createRequire } from "node:module";
import { setImmediate as hostTurn } from "node:timers/promises";
import type AsyncLockClass from "async-lock";
import type * as AsyncMutex from "async-mutex";
import fc from "fast-check";
import {
  fifoPolicy,
  HostTurns,
  Kernel,
  mutex,
  mutex_lock,
  mutex_unlock,
  randomPolicy,
  type SchedulingPolicy,
  spawnTask,
} from "../src/kernel/index.ts";
import { type Comparison, collectGarbage, rate } from "./measure.ts";
import { scenario } from "./scenario.ts";

// The CommonJS builds: async-mutex's other one is up to ten times slower on Node 20.
const load = createRequire(import.meta.url);
const { Mutex } = load("async-mutex") as typeof AsyncMutex;
const AsyncLock = load("async-lock") as typeof AsyncLockClass;
const { Semaphore } = load("await-semaphore") as { readonly Semaphore: new (count: number) => { acquire(): Promise<() => void> } };

const PAIRS = 100_000;
const EXECUTIONS = 4000;
const PARKED = 100_000;

/** Lock-and-unlock pairs a second, by `tasks` tasks at one lock. */
async function ourPairs(tasks: number, policy: SchedulingPolicy): Promise<number> {
  const kernel = new Kernel({ limits: { steps: Number.MAX_SAFE_INTEGER } });
  kernel.sched.setPolicy(policy);
  const lock = new mutex(kernel, "bench");
  for (let i = 0; i < tasks; i++) {
    spawnTask(kernel, {
      comm: "task",
      parent: null,
      body: async (current) => {
        for (let n = 0; n < PAIRS / tasks; n++) {
          await mutex_lock(current, lock);
          mutex_unlock(current, lock);
        }
      },
    });
  }
  return await rate(PAIRS, () => kernel.sched.run(() => hostTurn()));
}

async function theirPairs(tasks: number, loop: (pairs: number) => Promise<void>): Promise<number> {
  return await rate(PAIRS, () => Promise.all(Array.from({ length: tasks }, () => loop(PAIRS / tasks))));
}

/** `npm` packages by name: a loop of pairs at one fresh lock. */
const peers: Readonly<Record<string, () => (pairs: number) => Promise<void>>> = {
  "async-mutex": () => {
    const lock = new Mutex();
    return async (pairs) => {
      for (let n = 0; n < pairs; n++) (await lock.acquire())();
    };
  },
  "async-lock": () => {
    const lock = new AsyncLock();
    return async (pairs) => {
      for (let n = 0; n < pairs; n++) await lock.acquire("key", () => {});
    };
  },
  "await-semaphore": () => {
    const lock = new Semaphore(1);
    return async (pairs) => {
      for (let n = 0; n < pairs; n++) (await lock.acquire())();
    };
  },
};

/** The reference scenario with four tasks and thirty operations, once for each seed. */
async function ourExecutions(): Promise<number> {
  const turns = new HostTurns(() => hostTurn());
  return await rate(EXECUTIONS, async () => {
    for (let seed = 0; seed < EXECUTIONS; seed++) {
      const { sched } = scenario({ shows: 0, adds: 1 }, randomPolicy(seed));
      await sched.run(turns.shared);
      const due = turns.after(sched.steps);
      if (due !== null) await due;
    }
  });
}

/** The same four tasks on fast-check's scheduler: a point in front of each operation, which itself is left out. */
async function fastCheckExecutions(): Promise<number> {
  const numRuns = EXECUTIONS / 4;
  const property = fc.asyncProperty(fc.scheduler(), async (s) => {
    const task = async (operations: number): Promise<void> => {
      for (let n = 0; n < operations; n++) await s.schedule(Promise.resolve());
    };
    for (const operations of [12, 10, 4, 4]) void task(operations);
    await s.waitAll();
  });
  return await rate(numRuns, () => fc.assert(property, { numRuns, seed: 1 }));
}

/** Bytes of heap that `park`, which leaves PARKED tasks waiting at what it returns, costs for each of them. */
async function heapPerTask(park: () => Promise<unknown>): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept = await park();
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  return kept === null ? 0 : bytes / PARKED;
}

async function ourParked(): Promise<Kernel> {
  const kernel = new Kernel({ limits: { steps: Number.MAX_SAFE_INTEGER, tasks: PARKED + 1 } });
  const lock = new mutex(kernel, "bench");
  for (let i = 0; i <= PARKED; i++) {
    spawnTask(kernel, { comm: "task", parent: null, body: async (current) => void (await mutex_lock(current, lock)) });
  }
  await kernel.sched.run(() => hostTurn());
  return kernel;
}

async function theirParked(): Promise<unknown> {
  const lock = new Mutex();
  await lock.acquire();
  const tasks: Promise<void>[] = [];
  for (let i = 0; i < PARKED; i++) tasks.push((async () => void (await lock.acquire()))());
  await hostTurn();
  return [lock, tasks];
}

function pairs(
  name: string,
  tasks: number,
  policy: () => SchedulingPolicy,
  bounds: Readonly<Record<string, [number, number]>>,
): Comparison[] {
  return Object.entries(bounds).map(([peer, [floor, aim]]) => {
    const make = peers[peer];
    if (make === undefined) throw new Error(`no peer ${peer}`);
    return { name, peer, unit: "pairs/s", floor, aim, ours: () => ourPairs(tasks, policy()), theirs: () => theirPairs(tasks, make()) };
  });
}

/** async-mutex is the yardstick; the others have the bounds of "best npm package". */
export const lockComparisons: readonly Comparison[] = [
  ...pairs("uncontended lock", 1, fifoPolicy, { "async-mutex": [3, 4.5], "async-lock": [1.5, 2.8], "await-semaphore": [1.5, 2.8] }),
  ...pairs("contended pairs, 4 tasks, seeded", 4, () => randomPolicy(1), {
    "async-mutex": [3, 6],
    "async-lock": [1.5, 3.5],
    "await-semaphore": [1.5, 3.5],
  }),
  {
    name: "seeded executions, 4 tasks, 30 operations",
    peer: "fast-check scheduler",
    unit: "executions/s",
    floor: 10,
    aim: 25,
    ours: ourExecutions,
    theirs: fastCheckExecutions,
  },
];

/** Measured after the others, since measuring memory disturbs them. */
export const memoryComparisons: readonly Comparison[] = [
  {
    name: "heap of a parked task",
    peer: "async-mutex",
    unit: "bytes",
    less: true,
    floor: 2,
    aim: 3.3,
    ours: () => heapPerTask(ourParked),
    theirs: () => heapPerTask(theirParked),
  },
];
