/** Runs tasks on a bare kernel: for tests of rooms below the machine. */
import { setImmediate as hostTurn } from "node:timers/promises";
import { type Frame, Kernel, type KernelOptions, type SchedulingPolicy, spawnTask, type Task } from "../../src/kernel/index.ts";

export type Body = (current: Frame) => Promise<void>;

export interface KernelRun {
  readonly kernel: Kernel;
  readonly tasks: readonly Task[];
}

/** Starts one task for each body, in order, runs until nothing can run any more, and returns what is left. */
export async function runTasks(
  bodies: Readonly<Record<string, Body>>,
  options: KernelOptions & { policy?: SchedulingPolicy } = {},
): Promise<KernelRun> {
  const kernel = new Kernel(options);
  if (options.policy !== undefined) kernel.sched.setPolicy(options.policy);
  const tasks = Object.entries(bodies).map(([comm, body]) => {
    const task = spawnTask(kernel, { comm, parent: null, body });
    if (task === null) throw new Error("too many tasks");
    return task;
  });
  await runKernel(kernel);
  return { kernel, tasks };
}

export async function runKernel(kernel: Kernel): Promise<void> {
  await kernel.sched.run(() => hostTurn());
}
