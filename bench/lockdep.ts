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
import { cpuTime, median } from "./measure.ts";
import { validatorAlone } from "./validator.ts";

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

async function round(loopOf: (kernel: Kernel) => Loop, lockdep: boolean): Promise<number> {
  const kernel = new Kernel({ limits: { steps: Number.MAX_SAFE_INTEGER } });
  if (lockdep) attachLockdep(kernel, { mode: "all" });
  const loop = loopOf(kernel);
  spawnTask(kernel, { comm: "bench", parent: null, body: (current) => loop(current.enter("bench")) });
  return ((await cpuTime(() => kernel.sched.run(() => hostTurn()))) * 1000) / PAIRS;
}

const cases = {
  "mutex, uncontended": mutexLoop,
  "rwsem for read, uncontended": readLoop,
  "rwsem for write, uncontended": writeLoop,
  "mutex, four deep": nestedLoop,
};

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

const results: Record<string, unknown> = {};
const own: Awaited<ReturnType<typeof validatorAlone>>[] = [];
for (let i = 0; i < ROUNDS; i++) own.push(await validatorAlone(PAIRS));
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
