/**
 * Models kernel_clone(), do_exit(), wait4() and kernel threads (kernel/fork.c, kernel/exit.c, kernel/kthread.c). A task's
 * body is an async function over its root frame; its end is the task's end.
 */
import { EAGAIN, ECHILD } from "./errno.ts";
import type { FootprintReader } from "./events.ts";
import type { Frame } from "./frame.ts";
import { type ExitHook, type Kernel, taskSlot } from "./kernel.ts";
import { SIGCHLD, SIGCONT, send_sig } from "./signal.ts";
import type { Soon } from "./soon.ts";
import { type Pid, Task, type TaskBody } from "./task.ts";
import type { Waitable, WaitKind } from "./wait.ts";

/*
 * Footprints of ends. wait4() for one pid asks for the child's end as for a lock that the child holds all its life (its root
 * frame stands for that): which comes first, the end or the question, makes no difference. Who
 * looks without waiting, or at all children, comes before or after each end. Ends commute with each other at the parent's list
 * of children and at the list of tasks.
 */

export interface SpawnOptions {
  readonly comm: string;
  readonly parent: Task | null;
  readonly body: TaskBody;
  readonly kthread?: boolean;
  /** Keeps no run alive; a kernel thread that only serves others. */
  readonly daemon?: boolean;
  /** The pid it shall have if that is free, for the tasks that a real boot creates first. */
  readonly pid?: Pid;
  /** Fills the upper rooms' slots (fork copies or shares what the parent has) before the task can run. */
  readonly prepare?: (child: Task) => void;
}

/** Creates a task that begins to run when the scheduler picks it. Null if the limit of tasks is reached (-EAGAIN). */
export function spawnTask(kernel: Kernel, options: SpawnOptions): Task | null {
  return kernel.tasks.size >= kernel.limits.tasks ? null : createTask(kernel, options);
}

function createTask(kernel: Kernel, options: SpawnOptions): Task {
  const { parent, body } = options;
  const pid = options.pid !== undefined && !kernel.tasks.has(options.pid) ? options.pid : kernel.allocatePid();
  const task = new Task(kernel, pid, options.comm, parent, options.kthread ?? false, options.daemon ?? false);
  kernel.tasks.set(task.pid, task);
  parent?.adopt(task);
  if (parent !== null && kernel.footprint !== null) nameChild(kernel.footprint, parent, task);
  options.prepare?.(task);
  if (kernel.events.wants.task_new) kernel.events.emit({ type: "task_new", task });
  kernel.sched.add(task, body, live);
  return task;
}

/** find_task_by_vpid(): only the end of a task that is there matters then, not the ends and beginnings of others. */
export function find_task_by_pid(current: Frame, pid: number): Task | undefined {
  const { tasks } = current.kernel;
  const task = tasks.get(pid as Pid);
  if (task === undefined) current.reads(tasks);
  else if (task !== current.task) current.touches(task.root, "try");
  return task;
}

function nameChild(footprint: FootprintReader, parent: Task, child: Task): void {
  for (const made of [child, child.root, parent.children]) footprint.created(parent, made);
}

/** The whole life of a task's coroutine. No coroutine around it: with very many tasks it would double what each costs. */
function live(task: Task, body: TaskBody): void {
  const { fail } = task.kernel.sched;
  try {
    Promise.resolve(body(task.root)).then(() => exit(task), fail);
  } catch (error) {
    fail(error);
  }
}

function exit(task: Task): void {
  const { exitHooks, sched } = task.kernel;
  const frame = task.root.enter("do_exit");
  try {
    const left = runHooks(frame, exitHooks, 0);
    if (left instanceof Promise) left.then(() => do_exit(frame)).catch(sched.fail);
    else do_exit(frame);
  } catch (error) {
    sched.fail(error);
  }
}

/** Runs the hooks from the one at `first` on. */
function runHooks(frame: Frame, hooks: readonly ExitHook[], first: number): Soon<void> {
  for (let i = first; i < hooks.length; i++) {
    const done = hooks[i]?.(frame);
    if (done instanceof Promise) return done.then(() => runHooks(frame, hooks, i + 1));
  }
}

/** kthread_run(): a kernel thread, child of nobody. The limit of tasks does not count for it. */
export function kthread_run(kernel: Kernel, comm: string, body: TaskBody, pid?: Pid): Task {
  return createTask(kernel, { comm, parent: null, body, kthread: true, daemon: true, ...(pid === undefined ? {} : { pid }) });
}

/** do_exit(), once the exit hooks have run: leaves a zombie for the parent. The task never runs again. */
function do_exit(frame: Frame): void {
  const { kernel, task } = frame;
  if (task.children.size > 0) orphan(task);
  kernel.events.locks?.taskExit(frame);
  if (kernel.events.wants.task_exit) kernel.events.emit({ type: "task_exit", task });
  const { parent } = task;
  frame.touches(task.root, "release-write");
  // What a parent tells its user about.
  if (task.exitSignal !== 0) frame.writes(task.root);
  if (task.signals !== null) {
    frame.writes(task);
    frame.touches(kernel.tasks, "commute");
  }
  if (parent === null || !parent.alive) reap(task);
  else do_notify_parent(frame, parent);
  kernel.sched.end(task);
}

/** do_notify_parent(): the parent is told, and woken if it waits for this. */
function do_notify_parent(frame: Frame, parent: Task): void {
  const { kernel, task } = frame;
  task.state = "EXIT_ZOMBIE";
  const waiting = parent.wait?.on instanceof ChildWait && parent.wait.on.wants(task) ? parent.wait.on : null;
  // Of several ends the first wakes who waits for any.
  frame.touches(parent.children, waiting?.child === null ? "write" : "commute");
  if (parent.signals?.collect != null) {
    kernel.tasks.delete(task.pid);
    task.state = "EXIT_DEAD";
    parent.signals.collect(resultOf(task));
  }
  if (waiting !== null) {
    if (waiting.child !== null) kernel.footprint?.granted(parent, task.root, "exclusive");
    kernel.sched.wake(parent);
  }
  sendSigchld(frame, parent);
}

function sendSigchld(frame: Frame, parent: Task): void {
  if (parent.signals !== null && parent.signals.disposition(SIGCHLD) !== "ignore") frame.writes(parent);
  send_sig(frame.kernel, SIGCHLD, parent);
}

function orphan(task: Task): void {
  for (const child of task.children) {
    child.parent = null;
    if (child.state === "EXIT_ZOMBIE") reap(child);
  }
  task.disown();
}

function reap(task: Task): void {
  task.state = "EXIT_DEAD";
  task.kernel.tasks.delete(task.pid);
  task.parent?.lose(task);
}

/** The wait for a child's end. For one given child that child is who has to act. */
class ChildWait implements Waitable {
  readonly kind: WaitKind = "child";
  readonly name: string;
  /** Null for any. */
  readonly child: Task | null;

  constructor(child: Task | null) {
    this.child = child;
    this.name = child === null ? "any child" : `child ${child.pid}`;
  }
  wants(task: Task): boolean {
    return this.child === null || this.child === task;
  }
  holders(): readonly Task[] {
    return [];
  }
  blockers(): readonly Task[] {
    return this.child === null ? [] : [this.child];
  }
  cancel(waiter: Task): void {
    const sender = waiter.kernel.sched.current?.root;
    if (this.child === null) sender?.writes(waiter.children);
    else sender?.touches(this.child.root, "try");
  }
}

export interface WaitResult {
  readonly pid: Pid;
  readonly exitCode: number;
  readonly exitSignal: number;
  /** Not 0 if the child has not ended: the signal that stopped it, or SIGCONT. */
  readonly stopSignal: number;
}

export interface WaitOptions {
  /** WNOHANG: does not wait. */
  readonly nohang?: boolean;
  /** WUNTRACED: also children that were stopped. */
  readonly untraced?: boolean;
  /** WCONTINUED: also children that go on. */
  readonly continued?: boolean;
}

/** What the parent has not been told yet: the signal that stopped the task, or SIGCONT; 0 for nothing. */
const stop_code = taskSlot<number>();

/** do_notify_parent_cldstop(): the current task was stopped by `signal`, or goes on (SIGCONT). */
export function do_notify_parent_cldstop(frame: Frame, signal: number): void {
  const { kernel, task } = frame;
  const { parent } = task;
  stop_code.set(task, signal);
  if (parent === null || !parent.alive) return;
  frame.writes(parent.children);
  frame.writes(task.root);
  const { wait } = parent;
  if (wait !== null && wait.on instanceof ChildWait && wait.on.wants(task)) kernel.sched.wake(parent);
  sendSigchld(frame, parent);
}

/** wait_task_stopped() and wait_task_continued(): a child about which there is something to tell; each thing is told once. */
function findStopped(children: Iterable<Task>, { untraced, continued }: WaitOptions): WaitResult | null {
  if (untraced !== true && continued !== true) return null;
  for (const child of children) {
    const signal = stop_code.get(child);
    if (signal === undefined || signal === 0 || (signal === SIGCONT ? continued : untraced) !== true) continue;
    stop_code.set(child, 0);
    return { pid: child.pid, exitCode: 0, exitSignal: 0, stopSignal: signal };
  }
  return null;
}

/**
 * wait4(): waits until a child (the one with `pid`, or any if `pid` is -1) has ended and reaps it, or has done what the options
 * ask for besides. Null with `nohang` if there is nothing to tell. -ECHILD if there is no such child, -EINTR if a signal came first.
 */
export function wait4(caller: Frame, pid: number, options: WaitOptions = {}): Soon<WaitResult | number | null> {
  return do_wait(caller.enter("do_wait"), pid, options);
}

/** Looks, and again each time it was woken. */
function do_wait(current: Frame, pid: number, options: WaitOptions): Soon<WaitResult | number | null> {
  const { task, kernel } = current;
  const only = pid === -1 ? null : childOf(task, pid);
  looksAt(current, only ?? null, options);
  if (only === undefined || task.children.size === 0) return -ECHILD;
  const ended = only ?? firstEnded(task);
  if (ended !== null && !ended.alive) {
    current.touches(kernel.tasks, "commute");
    reap(ended);
    return resultOf(ended);
  }
  const stopped = findStopped(only === null ? task.children : [only], options);
  if (stopped !== null) return stopped;
  if (options.nohang === true) return null;
  const woken = kernel.sched.park(current, "TASK_INTERRUPTIBLE", new ChildWait(only), "wait");
  return woken.then((error) => (error === 0 ? do_wait(current, pid, options) : error));
}

/** Footprint of one look: at one child's end alone, or at all children. */
function looksAt(current: Frame, only: Task | null, { nohang, untraced, continued }: WaitOptions): void {
  const { task, kernel } = current;
  if (kernel.footprint === null) return;
  current.reads(task);
  if (only === null || nohang === true || untraced === true || continued === true) {
    current.writes(task.children);
    for (const child of only === null ? task.children : [only]) current.touches(child.root, "try");
    return;
  }
  current.touches(only.root, "request-write");
  if (!only.alive) kernel.footprint.granted(task, only.root, "exclusive");
}

function childOf(task: Task, pid: number): Task | undefined {
  const child = task.kernel.tasks.get(pid as Pid);
  if (child !== undefined) return task.children.has(child) ? child : undefined;
  for (const other of task.children) if (other.pid === pid) return other;
  return undefined;
}

function firstEnded(task: Task): Task | null {
  for (const child of task.children) if (!child.alive) return child;
  return null;
}

function resultOf({ pid, exitCode, exitSignal }: Task): WaitResult {
  return { pid, exitCode, exitSignal, stopSignal: 0 };
}

/** What fork() returns when no task can be created. */
export const FORK_FAILED = -EAGAIN;
