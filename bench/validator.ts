/** What lockdep costs where the order of locks is known: what a primitive calls, without the primitive. */
import { setImmediate as hostTurn } from "node:timers/promises";
import { attachLockdep } from "../src/analysis/index.ts";
import { type Frame, Kernel, mutex, spawnTask } from "../src/kernel/index.ts";
import { cpuTime } from "./measure.ts";

/** Nanoseconds of CPU time, and bytes of heap, for an acquisition with its release. */
export async function validatorAlone(count: number): Promise<{ readonly ns: number; readonly bytes: number }> {
  const kernel = new Kernel();
  const { lockdep } = attachLockdep(kernel, { mode: "all" });
  const lock = new mutex(kernel, "bench");
  let bytes = 0;
  let ns = 0;
  const pairs = (frame: Frame): void => {
    for (let i = 0; i < count; i++) {
      lockdep.acquire(frame, lock.dep_map, 0, 0, "TASK_UNINTERRUPTIBLE", null);
      lockdep.release(frame, lock.dep_map);
    }
  };
  const body = async (current: Frame): Promise<void> => {
    pairs(current.enter("bench"));
    const before = process.memoryUsage().heapUsed;
    ns = ((await cpuTime(() => pairs(current.enter("bench")))) * 1000) / count;
    bytes = Math.max(0, process.memoryUsage().heapUsed - before) / count;
  };
  spawnTask(kernel, { comm: "bench", parent: null, body });
  await kernel.sched.run(() => hostTurn());
  return { ns, bytes };
}
