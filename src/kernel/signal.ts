/**
 * Models kernel/signal.c as far as waits need it: which signals are pending, which are fatal, and whom they wake. What a
 * handler does is user space's business; it happens when the task returns from a system call.
 */
import { EINTR } from "./errno.ts";
import type { Kernel } from "./kernel.ts";
import type { SignalActions, Task, TaskState } from "./task.ts";

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGKILL = 9;
export const SIGSEGV = 11;
export const SIGUSR1 = 10;
export const SIGUSR2 = 12;
export const SIGPIPE = 13;
export const SIGXFSZ = 25;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;

/** SIGCHLD, SIGURG, SIGWINCH */
const IGNORED_BY_DEFAULT: ReadonlySet<number> = new Set([SIGCHLD, 23, 28]);

/** Names by number, without SIG, as kill -l prints them. */
export const SIGNAL_NAMES: Readonly<Record<number, string>> = {
  1: "HUP",
  2: "INT",
  3: "QUIT",
  4: "ILL",
  5: "TRAP",
  6: "ABRT",
  7: "BUS",
  8: "FPE",
  9: "KILL",
  10: "USR1",
  11: "SEGV",
  12: "USR2",
  13: "PIPE",
  14: "ALRM",
  15: "TERM",
  16: "STKFLT",
  17: "CHLD",
  18: "CONT",
  19: "STOP",
  20: "TSTP",
  21: "TTIN",
  22: "TTOU",
  23: "URG",
  24: "XCPU",
  25: "XFSZ",
  26: "VTALRM",
  27: "PROF",
  28: "WINCH",
  29: "IO",
  30: "PWR",
  31: "SYS",
};

/** A signal is pending that would end an interruptible wait. */
export function signal_pending(task: Task): boolean {
  return task.pending.size > 0;
}

/** A signal is pending that will end the task. */
export function fatal_signal_pending(task: Task): boolean {
  for (const signal of task.pending) if (isFatal(task, signal)) return true;
  return false;
}

/** signal_pending_state(): a signal is pending that keeps a task from sleeping in `state`. */
export function signal_pending_state(state: TaskState, task: Task): boolean {
  if (task.pending.size === 0) return false;
  if (state === "TASK_INTERRUPTIBLE") return true;
  return state === "TASK_KILLABLE" && fatal_signal_pending(task);
}

function isFatal(task: Task, signal: number): boolean {
  return dispositionOf(task, signal) === "terminate";
}

/** What the signal does to this task; without word from user space, its default action (signal(7)). */
function dispositionOf(task: Task, signal: number): ReturnType<SignalActions["disposition"]> {
  if (signal === SIGKILL) return "terminate";
  if (signal === SIGSTOP) return "stop";
  if (task.signals !== null) return task.signals.disposition(signal);
  if (signal === SIGCONT) return "continue";
  return IGNORED_BY_DEFAULT.has(signal) ? "ignore" : "terminate";
}

/**
 * send_sig(): makes the signal pending and ends the wait if the state allows: any signal ends TASK_INTERRUPTIBLE, a fatal
 * one TASK_KILLABLE, none TASK_UNINTERRUPTIBLE; SIGCONT and SIGKILL end TASK_STOPPED. Kernel threads and ended tasks take none.
 */
export function send_sig(kernel: Kernel, signal: number, task: Task): void {
  if (task.kthread || !task.alive) return;
  if (dispositionOf(task, signal) === "ignore") return;
  task.raise(signal);
  if (kernel.events.wants.signal) kernel.events.emit({ type: "signal", task, signal });
  const { wait, state } = task;
  if (wait === null) return;
  const ends =
    state === "TASK_INTERRUPTIBLE" ||
    (state === "TASK_KILLABLE" && isFatal(task, signal)) ||
    (state === "TASK_STOPPED" && (signal === SIGKILL || signal === SIGCONT));
  if (!ends) return;
  wait.on.cancel(task);
  kernel.sched.wake(task, -EINTR);
}
