/**
 * What lockdep costs on locks whose order is known: an acquisition with its release on the validator alone, and one lock-and-unlock
 * pair of the real primitives with the validator and without. CPU time of this process for one pair in nanoseconds, median
 * of interleaved rounds; the heap that the validator alone takes for a pair, in bytes. One JSON document on standard output.
 */
import { setImmediate as hostTurn } from "node:timers/promises";
import { attachLockdep } from "../src/analysis/index.ts";
import {
  down_read,
  down_write,
  type Frame,
  Kernel,
  mutex,
  mutex_lock,
  mutex_unlock,
  rw_semaphore,
  spawnTask,
  up_read,
  up_write,
} from "../src/kernel/index.ts";

const ROUNDS = 9;
const PAIRS = 400_000;

type Loop = (current: Frame) => Promise<void>;

function mutexLoop(kernel: Kernel): Loop {
  const lock = new mutex(kernel, "bench");
  return async (current) => {
    for (let i = 0; i < PAIRS; i++) {
      await mutex_lock(current, lock);
      mutex_unlock(current, lock);
    }
  };
}

function readLoop(kernel: Kernel): Loop {
  const sem = new rw_semaphore(kernel, "bench");
  return async (current) => {
    for (let i = 0; i < PAIRS; i++) {
      await down_read(current, sem);
      up_read(current, sem);
    }
  };
}

function writeLoop(kernel: Kernel): Loop {
  const sem = new rw_semaphore(kernel, "bench");
  return async (current) => {
    for (let i = 0; i < PAIRS; i++) {
      await down_write(current, sem);
      up_write(current, sem);
    }
  };
}

/** Four locks deep, as a reload is. */
function nestedLoop(kernel: Kernel): Loop {
  const locks = ["a", "b", "c", "d"].map((name) => new mutex(kernel, name));
  return async (current) => {
    for (let i = 0; i < PAIRS / locks.length; i++) {
      for (const lock of locks) await mutex_lock(current, lock);
      for (let at = locks.length - 1; at >= 0; at--) mutex_unlock(current, locks[at] as mutex);
    }
  };
}

async function cpuTime(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / PAIRS;
}

async function round(loopOf: (kernel: Kernel) => Loop, lockdep: boolean): Promise<number> {
  const kernel = new Kernel({ limits: { steps: Number.MAX_SAFE_INTEGER } });
  if (lockdep) attachLockdep(kernel, { mode: "all" });
  const loop = loopOf(kernel);
  spawnTask(kernel, { comm: "bench", parent: null, body: (current) => loop(current.enter("bench")) });
  return await cpuTime(() => kernel.sched.run(() => hostTurn()));
}

/** The validator alone: what a primitive calls, without the primitive. */
async function alone(): Promise<{ readonly ns: number; readonly bytes: number }> {
  const kernel = new Kernel();
  const { lockdep } = attachLockdep(kernel, { mode: "all" });
  const lock = new mutex(kernel, "bench");
  let bytes = 0;
  let ns = 0;
  const pairs = (frame: Frame): void => {
    for (let i = 0; i < PAIRS; i++) {
      lockdep.acquire(frame, lock.dep_map, 0, 0, "TASK_UNINTERRUPTIBLE", null);
      lockdep.release(frame, lock.dep_map);
    }
  };
  const body = async (current: Frame): Promise<void> => {
    pairs(current.enter("bench"));
    const before = process.memoryUsage().heapUsed;
    ns = await cpuTime(async () => pairs(current.enter("bench")));
    bytes = Math.max(0, process.memoryUsage().heapUsed - before) / PAIRS;
  };
  spawnTask(kernel, { comm: "bench", parent: null, body });
  await kernel.sched.run(() => hostTurn());
  return { ns, bytes };
}

const cases = {
  "mutex, uncontended": mutexLoop,
  "rwsem for read, uncontended": readLoop,
  "rwsem for write, uncontended": writeLoop,
  "mutex, four deep": nestedLoop,
};

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

const results: Record<string, unknown> = {};
const own: Awaited<ReturnType<typeof alone>>[] = [];
for (let i = 0; i < ROUNDS; i++) own.push(await alone());
results["validator alone"] = { ns: rounded(median(own.map(({ ns }) => ns))), bytes: rounded(median(own.map(({ bytes }) => bytes))) };
for (const [name, loop] of Object.entries(cases)) {
  const [off, on]: [number[], number[]] = [[], []];
  for (let i = 0; i < ROUNDS; i++) {
    off.push(await round(loop, false));
    on.push(await round(loop, true));
  }
  results[name] = {
    off: rounded(median(off)),
    on: rounded(median(on)),
    difference: rounded(median(on.map((value, i) => value - (off[i] ?? 0)))),
  };
}
process.stdout.write(
  `${JSON.stringify({ bench: "lockdep", node: process.version, unit: "ns per pair", rounds: ROUNDS, pairs: PAIRS, results }, null, 2)}\n`,
);
