/** Models schedule_timeout(), msleep() (kernel/time/timer.c) and the grace periods of RCU (kernel/rcu) as waits in time. */
import type { Clock, Timer } from "./clock.ts";
import type { Frame } from "./frame.ts";
import type { Task, TaskState } from "./task.ts";
import type { Waitable, WaitKind } from "./wait.ts";

/** How long a grace period takes on an idle machine, ns. */
const RCU_GRACE_PERIOD_NS = 10_000_000;

class Sleep implements Waitable {
  readonly kind: WaitKind = "sleep";
  readonly name: string;
  private readonly timer: Timer;
  private readonly clock: Clock;

  constructor(name: string, timer: Timer, clock: Clock) {
    this.name = name;
    this.timer = timer;
    this.clock = clock;
  }
  holders(): readonly Task[] {
    return [];
  }
  blockers(): readonly Task[] {
    return [];
  }
  cancel(): void {
    this.clock.cancel(this.timer);
  }
}

/** Sleeps for `ns` virtual nanoseconds. 0, or -EINTR if the state lets a signal end it. */
export function schedule_timeout(current: Frame, ns: number, state: TaskState, name = "schedule_timeout"): Promise<number> {
  const { kernel, task } = current;
  const timer = kernel.startTimer(ns, () => kernel.sched.wake(task), task.daemon);
  return kernel.sched.park(current, state, new Sleep(name, timer, kernel.clock), "wait");
}

/** msleep(): in TASK_UNINTERRUPTIBLE. */
export function msleep(caller: Frame, ms: number): Promise<number> {
  return schedule_timeout(caller.enter("msleep"), ms * 1e6, "TASK_UNINTERRUPTIBLE");
}

/** synchronize_rcu(): waits for a grace period. */
export function synchronize_rcu(caller: Frame): Promise<number> {
  return schedule_timeout(caller.enter("synchronize_rcu"), RCU_GRACE_PERIOD_NS, "TASK_UNINTERRUPTIBLE", "synchronize_rcu");
}

/** rcu_barrier(): waits for the callbacks of all call_rcu() before. */
export function rcu_barrier(caller: Frame): Promise<number> {
  return schedule_timeout(caller.enter("rcu_barrier"), RCU_GRACE_PERIOD_NS, "TASK_UNINTERRUPTIBLE", "rcu_barrier");
}
