/**
 * Models sched_show_task(), show_state_filter() (kernel/sched/core.c) and debug_show_all_locks() (kernel/locking/lockdep.c): what
 * sysrq-w, -t, -d and the hung-task detector print of tasks. Stack depths and thread flags are not modelled: the first is
 * 0 as in kernels without CONFIG_DEBUG_STACK_USAGE, the second is what such tasks usually have.
 */
import { KERN_INFO, KERN_WARNING, type Kernel, show_stack, stateLetter, type Task } from "../kernel/index.ts";
import type { Lockdep } from "./lockdep/index.ts";
import { heldLocks } from "./lockdep/report.ts";

/** Where kernels differ in the text of a task. */
export interface TaskTextStyle {
  /** The line that begins a task, from ` stack:` on. */
  readonly numbers: (stack: number, pid: number, ppid: number) => string;
}

/** `stack:    0 pid:    7 ppid:     2` */
export const taskTextOf5_10: TaskTextStyle = {
  numbers: (stack, pid, ppid) => ` stack:${pad(stack, 5)} pid:${pad(pid, 5)} ppid:${pad(ppid, 6)}`,
};

/** `stack:0     pid:7     ppid:2     ` */
export const taskTextOf6_1: TaskTextStyle = {
  numbers: (stack, pid, ppid) => ` stack:${String(stack).padEnd(5)} pid:${String(pid).padEnd(5)} ppid:${String(ppid).padEnd(6)}`,
};

function pad(value: number, width: number): string {
  return String(value).padStart(width);
}

const KTHREADD_PID = 2;

/** sched_show_task(): one printk record each. */
export function sched_show_task(task: Task, style: TaskTextStyle): void {
  const { log } = task.kernel;
  const name = task.comm.slice(0, 15).padEnd(15);
  const running = task.state === "TASK_RUNNING" ? "  running task    " : "";
  const flags = task.kthread ? "0x00004000" : "0x00004002";
  log.append(KERN_INFO, `task:${name} state:${stateLetter(task)}${running}${style.numbers(0, task.pid, ppidOf(task))} flags:${flags}`);
  const { workqueue } = task;
  if (workqueue?.busy === true) log.append(KERN_INFO, `Workqueue: ${workqueue.name} ${workqueue.func}`);
  for (const line of show_stack(task)) log.append(KERN_INFO, line);
}

/** for_each_process(): oldest first, which a real boot numbers in this order. */
export function tasksInOrder(kernel: Kernel): readonly Task[] {
  return [...kernel.tasks.values()].sort((a, b) => a.pid - b.pid);
}

/** Kernel threads are children of kthreadd. */
function ppidOf(task: Task): number {
  if (task.parent !== null) return task.parent.pid;
  return task.kthread && task.pid > KTHREADD_PID ? KTHREADD_PID : 0;
}

/** show_state_filter(TASK_UNINTERRUPTIBLE): tasks in D state, those that a fatal signal could wake included. */
export function showBlockedTasks(kernel: Kernel, style: TaskTextStyle): void {
  for (const task of tasksInOrder(kernel)) if (stateLetter(task) === "D") sched_show_task(task, style);
}

/** show_state_filter(0): all tasks, then all locks where lockdep is built in. */
export function showAllTasks(kernel: Kernel, style: TaskTextStyle, lockdep: Lockdep | null): void {
  for (const task of tasksInOrder(kernel)) sched_show_task(task, style);
  if (lockdep !== null) debug_show_all_locks(kernel, lockdep);
}

export function debug_show_all_locks(kernel: Kernel, lockdep: Lockdep): void {
  const { log } = kernel;
  if (!lockdep.debug_locks) {
    log.append(KERN_WARNING, "INFO: lockdep is turned off.");
    return;
  }
  log.append(KERN_WARNING, "\nShowing all locks held in the system:");
  for (const task of tasksInOrder(kernel)) {
    const held = lockdep.heldBy(task);
    if (held.length === 0) continue;
    const lines = heldLocks(task, held);
    // What a task that runs elsewhere holds may change while it is printed.
    const shown = task.state === "TASK_RUNNING" && task !== kernel.sched.current ? lines.slice(0, 1) : lines;
    for (const line of shown) log.append(KERN_WARNING, line);
  }
  log.append(KERN_WARNING, "");
  log.append(KERN_WARNING, `${"=".repeat(45)}\n`);
}
