/**
 * Models wait queues (include/linux/wait.h, kernel/sched/wait.c): wait until a condition holds, looked at again at each
 * wake_up(). Says what is waited for and who could bring it about, so that such waits stand in the wait-for graph too.
 */
import type { Frame } from "./frame.ts";
import type { Task, TaskState } from "./task.ts";
import type { Waitable, WaitKind } from "./wait.ts";

export interface WaitQueueOptions {
  readonly kind?: WaitKind;
  /** Tasks of which every one has to act before the condition can hold, if that can be said. */
  readonly blockers?: (waiter: Task) => readonly Task[];
}

export class wait_queue_head implements Waitable {
  readonly kind: WaitKind;
  readonly name: string;
  private sleepers: Task[] = [];
  private readonly findBlockers: (waiter: Task) => readonly Task[];

  constructor(name: string, options: WaitQueueOptions = {}) {
    this.name = name;
    this.kind = options.kind ?? "event";
    this.findBlockers = options.blockers ?? (() => []);
  }

  /** @internal */
  add(task: Task): void {
    this.sleepers.push(task);
  }

  holders(): readonly Task[] {
    return [];
  }

  blockers(waiter: Task): readonly Task[] {
    return this.findBlockers(waiter);
  }

  cancel(waiter: Task): void {
    this.sleepers = this.sleepers.filter((t) => t !== waiter);
  }

  /** wake_up_all(): every sleeper looks at its condition again. */
  wake_up(): void {
    const sleepers = this.sleepers;
    this.sleepers = [];
    for (const task of sleepers) task.kernel.sched.wake(task);
  }

  /** Wakes the one that has waited longest; false if nobody waits. */
  wake_up_first(): boolean {
    return this.wakeOne(this.sleepers.shift());
  }

  /** Wakes the one that came last; false if nobody waits. */
  wake_up_last(): boolean {
    return this.wakeOne(this.sleepers.pop());
  }

  private wakeOne(task: Task | undefined): boolean {
    task?.kernel.sched.wake(task);
    return task !== undefined;
  }

  get empty(): boolean {
    return this.sleepers.length === 0;
  }
}

/** wait_event(): until `condition` holds. 0, or -EINTR if the state allows a signal to end it. */
export async function wait_event(
  current: Frame,
  queue: wait_queue_head,
  condition: () => boolean,
  state: TaskState = "TASK_UNINTERRUPTIBLE",
): Promise<number> {
  current.reads(queue);
  while (!condition()) {
    const error = await wait_once(current, queue, state);
    if (error !== 0) return error;
  }
  return 0;
}

/** One wait for a wake-up, without a condition. */
export function wait_once(current: Frame, queue: wait_queue_head, state: TaskState): Promise<number> {
  queue.add(current.task);
  return current.kernel.sched.park(current, state, queue, "wait");
}
