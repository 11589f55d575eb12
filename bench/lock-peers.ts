/** The lock primitives against the npm packages that are used for the same purpose. */
import { createRequire } from "node:module";
import { setImmediate as hostTurn } from "node:timers/promises";
import type AsyncLockClass from "async-lock";
import type * as AsyncMutex from "async-mutex";
import fc from "fast-check";
import {
  down_read,
  down_write,
  type Frame,
  fifoPolicy,
  HostTurns,
  Kernel,
  mutex,
  mutex_lock,
  mutex_unlock,
  randomPolicy,
  rw_semaphore,
  type SchedulingPolicy,
  spawnTask,
  up_read,
  up_write,
} from "../src/kernel/index.ts";
import { type Comparison, collectGarbage, rate } from "./measure.ts";
import { type LockName, type ScenarioTask, scenario } from "./scenario.ts";
import { validatorAlone } from "./validator.ts";

// The CommonJS builds: async-mutex's other one is up to ten times slower on Node 20.
const load = createRequire(import.meta.url);
const { Mutex } = load("async-mutex") as typeof AsyncMutex;
const AsyncLock = load("async-lock") as typeof AsyncLockClass;
const { Semaphore } = load("await-semaphore") as { readonly Semaphore: new (count: number) => { acquire(): Promise<() => void> } };

const PAIRS = 400_000;
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

/** The four tasks and thirty operations of the seeded executions. */
const TASKS = scenario({ shows: 0, adds: 1 });

function lockedTasks(kernel: Kernel): void {
  const sem = new rw_semaphore(kernel, "pernet_ops_rwsem");
  const mutexes = {
    rtnl_mutex: new mutex(kernel, "rtnl_mutex"),
    devlink_mutex: new mutex(kernel, "devlink_mutex"),
    intf_state_mutex: new mutex(kernel, "&dev->intf_state_mutex"),
  };
  for (const { name, operations } of TASKS) {
    const body = async (current: Frame): Promise<void> => {
      for (const { lock, how } of operations) {
        if (lock !== "pernet_ops_rwsem") {
          if (how === "write") await mutex_lock(current, mutexes[lock]);
          else mutex_unlock(current, mutexes[lock]);
        } else if (how === "read") await down_read(current, sem);
        else if (how === "write") await down_write(current, sem);
        else if (how === "up read") up_read(current, sem);
        else up_write(current, sem);
      }
    };
    spawnTask(kernel, { comm: name, parent: null, body });
  }
}

/** One execution for each seed. */
async function ourExecutions(): Promise<number> {
  const turns = new HostTurns(() => hostTurn());
  return await rate(EXECUTIONS, async () => {
    for (let seed = 0; seed < EXECUTIONS; seed++) {
      const kernel = new Kernel();
      kernel.sched.setPolicy(randomPolicy(seed));
      lockedTasks(kernel);
      await kernel.sched.run(turns.shared);
      const due = turns.after(kernel.sched.steps);
      if (due !== null) await due;
    }
  });
}

/** The smallest fair lock with readers that the peer's side can do with: its user has to bring one along. */
class PlainLock {
  private writing = false;
  private reading = 0;
  private readonly queue: { readonly write: boolean; readonly go: () => void }[] = [];

  async take(write: boolean): Promise<void> {
    if (this.queue.length > 0 || this.writing || (write && this.reading > 0)) {
      await new Promise<void>((go) => {
        this.queue.push({ write, go });
      });
      return;
    }
    if (write) this.writing = true;
    else this.reading++;
  }

  drop(write: boolean): void {
    if (write) this.writing = false;
    else this.reading--;
    for (let head = this.queue[0]; head !== undefined; head = this.queue[0]) {
      if (this.writing || (head.write && this.reading > 0)) return;
      this.queue.shift();
      if (head.write) this.writing = true;
      else this.reading++;
      head.go();
    }
  }
}

/** The same tasks on fast-check's scheduler, with a point in front of each operation, or of each request as we have them. */
async function fastCheckExecutions(points: "operations" | "requests"): Promise<number> {
  const numRuns = EXECUTIONS / 8;
  const property = fc.asyncProperty(fc.scheduler(), async (s) => {
    const locks: Record<LockName, PlainLock> = {
      pernet_ops_rwsem: new PlainLock(),
      rtnl_mutex: new PlainLock(),
      devlink_mutex: new PlainLock(),
      intf_state_mutex: new PlainLock(),
    };
    const run = async ({ operations }: ScenarioTask): Promise<void> => {
      for (const { lock, how } of operations) {
        const request = how === "read" || how === "write";
        if (request || points === "operations") await s.schedule(Promise.resolve());
        if (request) await locks[lock].take(how === "write");
        else locks[lock].drop(how === "up write");
      }
    };
    await s.waitFor(Promise.all(TASKS.map(run)));
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

type Bounds = Readonly<Record<string, [floor: number, aim: number]>>;

function pairs(name: string, tasks: number, policy: () => SchedulingPolicy, bounds: Bounds): Comparison[] {
  return Object.entries(bounds).map(([peer, [floor, aim]]) => {
    const make = peers[peer];
    if (make === undefined) throw new Error(`no peer ${peer}`);
    const ours = () => ourPairs(tasks, policy());
    const theirs = () => theirPairs(tasks, make());
    return { name: `${name} / ${peer}`, unit: "pairs/s", ratio: "ours / peer", floor, aim, ours, theirs };
  });
}

const seeded = (points: "operations" | "requests"): Comparison => ({
  name: `seeded executions, 4 tasks, 30 operations / fast-check scheduler, points at ${points}`,
  unit: "executions/s",
  ratio: "ours / peer",
  floor: 10,
  aim: 25,
  ours: ourExecutions,
  theirs: () => fastCheckExecutions(points),
});

/** async-mutex is the yardstick; the others have the bounds of "best npm package". */
export const lockComparisons: readonly Comparison[] = [
  ...pairs("uncontended lock", 1, fifoPolicy, { "async-mutex": [3, 4.5], "async-lock": [1.5, 2.8], "await-semaphore": [1.5, 2.8] }),
  ...pairs("contended pairs, 4 tasks, ours seeded", 4, () => randomPolicy(1), {
    "async-mutex": [3, 6],
    "async-lock": [1.5, 3.5],
    "await-semaphore": [1.5, 3.5],
  }),
  seeded("operations"),
  seeded("requests"),
  {
    name: "lockdep, an acquisition with its release, order known",
    unit: "ns",
    ratio: "ours",
    floor: 40,
    aim: 15,
    atMost: true,
    ours: async () => (await validatorAlone(PAIRS)).ns,
  },
];

/** Measured after the others, since measuring memory disturbs them. */
export const memoryComparisons: readonly Comparison[] = [
  {
    name: "heap of a parked task, of 100,000 / async-mutex",
    unit: "bytes",
    ratio: "ours / peer",
    floor: 0.5,
    aim: 0.3,
    atMost: true,
    ours: () => heapPerTask(ourParked),
    theirs: () => heapPerTask(theirParked),
  },
];
