/**
 * Models kill(2) and process groups (kernel/signal.c, kernel/sys.c).
 * Left out: permissions (root), real-time queues (a signal is pending once), siginfo.
 */
import {
  EINVAL,
  EPERM,
  ESRCH,
  type Frame,
  find_task_by_pid,
  type Kernel,
  type Pid,
  SIGCONT,
  SIGKILL,
  send_sig,
  type Task,
} from "../kernel/index.ts";
import { stopsByDefault, user_state, userState } from "./user-state.ts";

/** Highest number of a signal (_NSIG). */
const NSIG = 64;

/** kill_something_info(): to a process, to the own group (0), to a group (-pgid), to all but init and the caller (-1). */
export function kill_something_info(caller: Frame, pid: number, signal: number): number {
  const current = caller.enter("kill_something_info");
  const { kernel, task } = current;
  if (signal < 0 || signal > NSIG || !Number.isInteger(signal)) return -EINVAL;
  if (pid <= 0) current.reads(kernel.tasks);
  const targets = pid > 0 ? [find_task_by_pid(current, pid)] : groupMembers(kernel, task, pid);
  const found = targets.filter((target) => target !== undefined);
  if (found.length === 0) return -ESRCH;
  if (signal !== 0) for (const target of found) sendTo(current, signal, target);
  return 0;
}

function groupMembers(kernel: Kernel, self: Task, pid: number): Task[] {
  const users = [...kernel.tasks.values()].filter((task) => user_state.get(task) !== undefined);
  if (pid === -1) return users.filter((task) => task.pid > 1 && task !== self);
  const pgid = pid === 0 ? userState(self).pgid : -pid;
  return users.filter((task) => userState(task).pgid === pgid);
}

/** kill_pgrp(): to all of a process group. */
export function kill_pgrp(current: Frame, pgid: Pid, signal: number): void {
  for (const target of groupMembers(current.kernel, current.task, -pgid)) sendTo(current, signal, target);
}

/** prepare_signal() and send_sig(): SIGCONT wakes what is stopped, and the two kinds of signal cancel each other. */
function sendTo(current: Frame, signal: number, target: Task): void {
  const state = user_state.get(target);
  current.writes(target);
  if (state === undefined || !target.alive) return;
  if (state.unkillable && signal === SIGKILL) return;
  if (signal === SIGCONT) {
    for (const pending of [...target.pending]) if (stopsByDefault(pending)) target.dequeue(pending);
    if (target.state === "TASK_STOPPED") current.kernel.sched.wake(target);
  } else if (stopsByDefault(signal)) {
    target.dequeue(SIGCONT);
  }
  send_sig(current.kernel, signal, target);
}

/** The task that a pid argument names; 0 is the current one. Null if there is none, or a kernel thread. */
function find_task(current: Frame, pid: number): Task | null {
  const task = pid === 0 ? current.task : current.kernel.tasks.get(pid as Pid);
  return task === undefined || user_state.get(task) === undefined ? null : task;
}

/** do_getpgid() */
export function do_getpgid(current: Frame, pid: number): number {
  const task = find_task(current, pid);
  return task === null ? -ESRCH : userState(task).pgid;
}

/** setpgid(2): of oneself or of a child that has not run a program yet; into an own group or one of the same session. */
export function __do_sys_setpgid(current: Frame, pid: number, pgid: number): number {
  const target = find_task(current, pid);
  if (pgid < 0) return -EINVAL;
  if (target === null || (target !== current.task && target.parent !== current.task)) return -ESRCH;
  const state = userState(target);
  const own = userState(current.task);
  if (state.sid !== own.sid || state.sid === target.pid) return -EPERM;
  const group = (pgid === 0 ? target.pid : pgid) as Pid;
  if (group !== target.pid && !groupMembers(current.kernel, target, -group).some((task) => userState(task).sid === own.sid)) return -EPERM;
  current.writes(target);
  state.pgid = group;
  return 0;
}

/** ksys_setsid(): -EPERM for the leader of a group. */
export function ksys_setsid(current: Frame): number {
  const { task } = current;
  const state = userState(task);
  if (groupMembers(current.kernel, task, -task.pid).length > 0) return -EPERM;
  state.sid = task.pid;
  state.pgid = task.pid;
  state.tty = null;
  return task.pid;
}
