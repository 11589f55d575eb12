/** Plays a few tasks on a bare kernel and writes down what they do, in order. */
import { type Frame, Kernel, type KernelOptions, msleep, type SchedulingPolicy, spawnTask, type Task } from "../../src/kernel/index.ts";
import { type Body, runKernel } from "../support/kernel.ts";

export interface Stage {
  readonly kernel: Kernel;
  /** What happened, in order. */
  readonly log: string[];
  /** The tasks by name, there once all are started. */
  readonly tasks: Record<string, Task>;
}

export type Play = (stage: Stage) => Readonly<Record<string, Body>>;

export async function play(script: Play, options: KernelOptions & { policy?: SchedulingPolicy } = {}): Promise<Stage> {
  const kernel = new Kernel(options);
  if (options.policy !== undefined) kernel.sched.setPolicy(options.policy);
  const stage: Stage = { kernel, log: [], tasks: {} };
  for (const [comm, body] of Object.entries(script(stage))) {
    const task = spawnTask(kernel, { comm, parent: null, body });
    if (task === null) throw new Error("too many tasks");
    stage.tasks[comm] = task;
  }
  await runKernel(kernel);
  return stage;
}

/** Lets all others run until they block; they are started in an order that would otherwise decide the test. */
export function pause(current: Frame): Promise<number> {
  return msleep(current, 1);
}

/** Names of the tasks that are still there, with what they wait for. */
export function stuck({ kernel }: Stage): readonly string[] {
  return [...kernel.tasks.values()]
    .filter((t) => !t.kthread)
    .map((t) => `${t.comm} ${t.state} ${t.wait?.mode ?? "-"} ${t.wait?.on.name ?? "-"}`);
}
