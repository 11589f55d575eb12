/**
 * What the lock primitives cost: one lock-and-unlock pair without contention, with four tasks that take turns at one lock,
 * and with four tasks that are made to wait for it, because its holder gives the processor away inside the critical section.
 * CPU time of this process for one pair in nanoseconds, median of the rounds; one JSON document on standard output.
 */
import { setImmediate as hostTurn } from "node:timers/promises";
import {
  down_read,
  down_write,
  type Frame,
  fifoPolicy,
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

const ROUNDS = 9;
const PAIRS = 400_000;

/** Takes and releases one lock `pairs` times. */
type Loop = (current: Frame, pairs: number) => Promise<void>;

function mutexLoop(kernel: Kernel): Loop {
  const lock = new mutex(kernel, "bench");
  return async (current, pairs) => {
    for (let i = 0; i < pairs; i++) {
      await mutex_lock(current, lock);
      mutex_unlock(current, lock);
    }
  };
}

function writeLoop(kernel: Kernel): Loop {
  const sem = new rw_semaphore(kernel, "bench");
  return async (current, pairs) => {
    for (let i = 0; i < pairs; i++) {
      await down_write(current, sem);
      up_write(current, sem);
    }
  };
}

function readLoop(kernel: Kernel): Loop {
  const sem = new rw_semaphore(kernel, "bench");
  return async (current, pairs) => {
    for (let i = 0; i < pairs; i++) {
      await down_read(current, sem);
      up_read(current, sem);
    }
  };
}

/** As mutexLoop, but others run while the lock is held, find it taken, and queue. */
function handoffLoop(kernel: Kernel): Loop {
  const lock = new mutex(kernel, "bench");
  return async (current, pairs) => {
    for (let i = 0; i < pairs; i++) {
      await mutex_lock(current, lock);
      await kernel.sched.yieldPoint(current.task);
      mutex_unlock(current, lock);
    }
  };
}

/** What the host asks for: an await that need not wait, and a switch between two coroutines by a promise each. */
async function floors(): Promise<{ readonly await: number; readonly switch: number }> {
  const done = Promise.resolve(0);
  const settled = await cpuTime(async () => {
    for (let i = 0; i < PAIRS; i++) await done;
  });
  let other: ((value: number) => void) | null = null;
  const coroutine = async (): Promise<void> => {
    for (let i = 0; i < PAIRS / 2; i++) {
      await new Promise<number>((resolve) => {
        const wake = other;
        other = resolve;
        wake?.(0);
      });
    }
    other?.(0);
  };
  const switched = await cpuTime(async () => void (await Promise.all([coroutine(), coroutine()])));
  return { await: settled, switch: switched };
}

/** Nanoseconds of CPU time of `work`, for each of the pairs. */
async function cpuTime(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / PAIRS;
}

/** Nanoseconds of CPU time for one pair. */
async function round(loopOf: (kernel: Kernel) => Loop, tasks: number, policy: SchedulingPolicy): Promise<number> {
  const kernel = new Kernel({ limits: { steps: Number.MAX_SAFE_INTEGER } });
  kernel.sched.setPolicy(policy);
  const loop = loopOf(kernel);
  for (let i = 0; i < tasks; i++) spawnTask(kernel, { comm: `task${i}`, parent: null, body: (current) => loop(current, PAIRS / tasks) });
  return await cpuTime(() => kernel.sched.run(() => hostTurn()));
}

const cases = {
  "await of a settled promise (the floor without a switch)": async () => (await floors()).await,
  "switch by one promise (the floor with one)": async () => (await floors()).switch,
  "mutex, uncontended": () => round(mutexLoop, 1, fifoPolicy()),
  "rwsem for read, uncontended": () => round(readLoop, 1, fifoPolicy()),
  "rwsem for write, uncontended": () => round(writeLoop, 1, fifoPolicy()),
  "mutex, 4 tasks, fifo": () => round(mutexLoop, 4, fifoPolicy()),
  "mutex, 4 tasks, random": () => round(mutexLoop, 4, randomPolicy(1)),
  "mutex, 4 tasks that wait, fifo": () => round(handoffLoop, 4, fifoPolicy()),
  "mutex, 4 tasks that wait, random": () => round(handoffLoop, 4, randomPolicy(1)),
};

const results: Record<string, number> = {};
for (const [name, run] of Object.entries(cases)) {
  const samples: number[] = [];
  for (let i = 0; i < ROUNDS; i++) samples.push(await run());
  samples.sort((a, b) => a - b);
  results[name] = Math.round((samples[ROUNDS >> 1] ?? 0) * 10) / 10;
}
process.stdout.write(
  `${JSON.stringify({ bench: "locks", node: process.version, unit: "ns per pair", rounds: ROUNDS, pairs: PAIRS, results }, null, 2)}\n`,
);
