/** Models struct completion (include/linux/completion.h, kernel/sched/completion.c). */
import type { Frame } from "./frame.ts";
import { lock_map_acquire, lock_map_release, lockdep_map } from "./lockdep-map.ts";
import type { Task, TaskState } from "./task.ts";
import { type WaitQueueOptions, wait_once, wait_queue_head } from "./wait-queue.ts";

/** complete_all() leaves this many: no waiter will ever block again. */
const UINT_MAX = 0xffff_ffff;

export class completion {
  done = 0;
  readonly map: lockdep_map;
  /** @internal */
  readonly queue: wait_queue_head;

  /** @param completer the task that has to complete it, if that is known: then a wait for it can close a cycle. */
  constructor(name: string, completer?: () => Task | null) {
    this.map = new lockdep_map("completion", `(completion)${name}`);
    const options: WaitQueueOptions = {
      kind: "completion",
      blockers: () => {
        const task = completer?.() ?? null;
        return task === null ? [] : [task];
      },
    };
    this.queue = new wait_queue_head(name, options);
  }
}

/** complete(): lets one waiter go on, the one that has waited longest. */
export function complete(current: Frame, x: completion): void {
  current.writes(x);
  current.kernel.events.locks?.completes(current, x.map);
  if (x.done !== UINT_MAX) x.done++;
  x.queue.wake_up_first();
}

/** complete_all(): lets all waiters go on, those too that come later. */
export function complete_all(current: Frame, x: completion): void {
  current.writes(x);
  current.kernel.events.locks?.completes(current, x.map);
  x.done = UINT_MAX;
  x.queue.wake_up();
}

/** wait_for_completion(): always 0; no signal ends the wait. */
export function wait_for_completion(current: Frame, x: completion): Promise<number> {
  return waitIn(current, x, "TASK_UNINTERRUPTIBLE");
}

/** 0, or -EINTR after a fatal signal. */
export function wait_for_completion_killable(current: Frame, x: completion): Promise<number> {
  return waitIn(current, x, "TASK_KILLABLE");
}

/** 0, or -EINTR after any signal. */
export function wait_for_completion_interruptible(current: Frame, x: completion): Promise<number> {
  return waitIn(current, x, "TASK_INTERRUPTIBLE");
}

async function waitIn(current: Frame, x: completion, state: TaskState): Promise<number> {
  current.writes(x);
  lock_map_acquire(current, x.map);
  lock_map_release(current, x.map);
  while (x.done === 0) {
    const error = await wait_once(current, x.queue, state);
    // A waiter that a signal and a completion reach together takes the completion: it is meant for nobody else.
    if (error !== 0 && x.done === 0) return error;
  }
  if (x.done !== UINT_MAX) x.done--;
  return 0;
}
