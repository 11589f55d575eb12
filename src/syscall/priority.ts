/**
 * Models setpriority(2) and getpriority(2) (kernel/sys.c) for PRIO_PROCESS: a task keeps its nice value, its children get it,
 * /proc shows it. Left out: process groups and users, RLIMIT_NICE (everybody is root); the scheduler does not heed the value.
 */
import { ESRCH, type Frame, type Pid, type Task } from "../kernel/index.ts";
import { user_state } from "./user-state.ts";

const MAX_NICE = 19;
const MIN_NICE = -20;

function find(current: Frame, pid: number): Task | null {
  return pid === 0 ? current.task : (current.kernel.tasks.get(pid as Pid) ?? null);
}

/** The nice value of a task (0: the caller), or null where there is none (-ESRCH of the C function). */
export function __do_sys_getpriority(current: Frame, pid: number): number | null {
  const task = find(current, pid);
  return task === null ? null : (user_state.get(task)?.nice ?? 0);
}

/** Values beyond the range are moved into it. 0 or -ESRCH. */
export function __do_sys_setpriority(current: Frame, pid: number, nice: number): number {
  const task = find(current, pid);
  const state = task === null ? undefined : user_state.get(task);
  if (state === undefined) return -ESRCH;
  state.nice = Math.max(MIN_NICE, Math.min(MAX_NICE, nice));
  return 0;
}
