/** Models nanosleep(2) and pause(2) (kernel/time/hrtimer.c, kernel/signal.c). */
import { EINTR, type Frame, type Soon, schedule_timeout, signal_pending, wait_once, wait_queue_head } from "../kernel/index.ts";

/** hrtimer_nanosleep(): until `deadline`, virtual ns since boot. 0, or -EINTR after a signal. */
export function hrtimer_nanosleep(caller: Frame, deadline: number): Soon<number> {
  const current = caller.enter("hrtimer_nanosleep").enter("do_nanosleep");
  if (signal_pending(current.task)) return -EINTR;
  return schedule_timeout(current, deadline - current.kernel.clock.now, "TASK_INTERRUPTIBLE", "hrtimer_nanosleep");
}

/** pause(2): until a signal. */
export async function sys_pause(caller: Frame): Promise<number> {
  const current = caller.enter("__do_sys_pause");
  if (!signal_pending(current.task)) await wait_once(current, new wait_queue_head("pause"), "TASK_INTERRUPTIBLE");
  return -EINTR;
}
