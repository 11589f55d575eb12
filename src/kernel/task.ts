/**
 * Models struct task_struct (include/linux/sched.h) as far as scheduling, waiting, signals and the lock detectors need
 * it. What upper rooms attach to a task (namespaces, open files) lives in slots; this room does not know what is in them.
 */
import { Frame } from "./frame.ts";
import type { Kernel } from "./kernel.ts";
import type { Ask, HeldLock, Requestable, Waitable, WaitMode } from "./wait.ts";

/** A process id. */
export type Pid = number & { readonly __brand: "Pid" };

/**
 * Task states of include/linux/sched.h. TASK_KILLABLE is D for user space, but a fatal signal ends the wait; TASK_IDLE
 * is a D that counts for nobody (idle kworkers).
 */
export type TaskState =
  | "TASK_RUNNING"
  | "TASK_INTERRUPTIBLE"
  | "TASK_UNINTERRUPTIBLE"
  | "TASK_KILLABLE"
  | "TASK_IDLE"
  | "TASK_STOPPED"
  | "EXIT_ZOMBIE"
  | "EXIT_DEAD";

/** What a task is waiting for, kept while it is parked. */
export interface Wait {
  readonly on: Waitable;
  readonly mode: WaitMode;
  /** The frame that waits; its chain of callers is the task's stack. */
  readonly frame: Frame;
  /** Virtual time at which the wait began, ns. */
  readonly since: number;
  /** Of a lock that is waited for, as lockdep counts; else 0. */
  readonly subclass: number;
}

/** How a child has ended. */
export interface EndedChild {
  readonly pid: Pid;
  readonly exitCode: number;
  readonly exitSignal: number;
}

/** Signal handling of a task: user space decides what a signal does, the kernel only asks. */
export interface SignalActions {
  /** What an unblocked signal does when it is delivered to this task. */
  disposition(signal: number): "terminate" | "ignore" | "handler" | "stop" | "continue";
  /**
   * What a handler of SIGCHLD does that waits for every child that has ended. It runs at the moment of the end, and the child
   * is no zombie then; wait4() still knows it. Null if the program has no such handler.
   */
  readonly collect?: ((ended: EndedChild) => void) | null;
}

/** What a task does; its end is the task's end. */
export type TaskBody = (current: Frame) => Promise<void>;

const NO_TASKS: ReadonlySet<Task> = new Set();
const NO_SIGNALS: ReadonlySet<number> = new Set();
const NO_LOCKS: readonly HeldLock[] = Object.freeze([]);
const NO_ARGUMENTS: readonly string[] = Object.freeze([]);

/** What a kworker is working on. */
interface Work {
  readonly name: string;
  readonly func: string;
  readonly busy: boolean;
}

/** What a task that only takes locks never needs: there may be very many tasks. */
class Extras {
  argv = NO_ARGUMENTS;
  children: Set<Task> | null = null;
  pending: Set<number> | null = null;
  signals: SignalActions | null = null;
  exitCode = 0;
  exitSignal = 0;
  workqueue: Work | null = null;
  readonly slots: unknown[] = [];
}

export class Task {
  readonly kernel: Kernel;
  readonly pid: Pid;
  /** At most 15 bytes, as TASK_COMM_LEN allows; set by exec. */
  comm: string;
  parent: Task | null;
  /** PF_KTHREAD */
  readonly kthread: boolean;
  /** A daemon keeps no run alive: idle kworkers, khungtaskd. */
  daemon: boolean;
  state: TaskState = "TASK_RUNNING";
  wait: Wait | null = null;
  /** Virtual time of creation and of the last switch to this task, ns. */
  readonly startTime: number;
  lastRan: number;
  switches = 0;
  readonly root: Frame;
  private ownLocks: HeldLock[] | null = null;
  private extras: Extras | null = null;
  /** @internal The task's coroutine; null once it has begun. */
  body: TaskBody | null = null;
  /** @internal scheduler: continues the task's coroutine. */
  resume: ((value: number) => void) | null = null;
  /** @internal scheduler: value handed to the coroutine when it continues (0, or a negative errno). */
  wakeValue = 0;
  /** @internal scheduler: the lock that the task asks for at the moment it is picked, and how. */
  wanted: Requestable | null = null;
  wantedIn: Frame | null = null;
  wantedHow: Ask | null = null;
  /** @internal scheduler: virtual ns used since the task was last put on the processor. */
  sliceUsed = 0;

  constructor(kernel: Kernel, pid: Pid, comm: string, parent: Task | null, kthread: boolean, daemon: boolean) {
    this.kernel = kernel;
    this.pid = pid;
    this.comm = comm;
    this.parent = parent;
    this.kthread = kthread;
    this.daemon = daemon;
    this.startTime = kernel.clock.now;
    this.lastRan = kernel.clock.now;
    this.root = new Frame(this, "", null);
  }

  /** The locks that the task holds, in the order in which it got them. Changed by `locks` only. */
  get held(): readonly HeldLock[] {
    return this.ownLocks ?? NO_LOCKS;
  }

  /** @internal The list behind `held`. */
  get locks(): HeldLock[] {
    this.ownLocks ??= [];
    return this.ownLocks;
  }

  private get own(): Extras {
    this.extras ??= new Extras();
    return this.extras;
  }

  /** Arguments, the program's name without its path first. Empty for kernel threads. */
  get argv(): readonly string[] {
    return this.extras === null ? NO_ARGUMENTS : this.extras.argv;
  }
  set argv(argv: readonly string[]) {
    this.own.argv = argv;
  }

  get signals(): SignalActions | null {
    return this.extras === null ? null : this.extras.signals;
  }
  set signals(actions: SignalActions | null) {
    this.own.signals = actions;
  }

  get exitCode(): number {
    return this.extras === null ? 0 : this.extras.exitCode;
  }
  set exitCode(code: number) {
    this.own.exitCode = code;
  }

  /** The signal that ended the task, 0 if it exited by itself. */
  get exitSignal(): number {
    return this.extras === null ? 0 : this.extras.exitSignal;
  }
  set exitSignal(signal: number) {
    this.own.exitSignal = signal;
  }

  /** What a kworker is working on: shown after its name as ps does ("+netns" busy, "-netns" idle). */
  get workqueue(): Work | null {
    return this.extras === null ? null : this.extras.workqueue;
  }
  set workqueue(work: Work | null) {
    this.own.workqueue = work;
  }

  /** @internal What an upper room has attached under this number. */
  slot(index: number): unknown {
    return this.extras === null ? undefined : this.extras.slots[index];
  }

  /** @internal */
  setSlot(index: number, value: unknown): void {
    this.own.slots[index] = value;
  }

  /** Changed by `adopt`, `lose` and `disown` only. */
  get children(): ReadonlySet<Task> {
    return this.extras?.children ?? NO_TASKS;
  }

  adopt(child: Task): void {
    this.own.children ??= new Set();
    this.own.children.add(child);
  }

  lose(child: Task): void {
    this.extras?.children?.delete(child);
  }

  disown(): void {
    this.extras?.children?.clear();
  }

  /** Changed by `raise`, `flush_signals` and `dequeue` only. */
  get pending(): ReadonlySet<number> {
    const { extras } = this;
    return extras === null || extras.pending === null ? NO_SIGNALS : extras.pending;
  }

  /** Makes a signal pending. */
  raise(signal: number): void {
    this.own.pending ??= new Set();
    this.own.pending.add(signal);
  }

  /** flush_signals(): none is pending any more. */
  flush_signals(): void {
    this.extras?.pending?.clear();
  }

  /** The signal is no longer pending. */
  dequeue(signal: number): void {
    this.extras?.pending?.delete(signal);
  }

  get alive(): boolean {
    return this.state !== "EXIT_ZOMBIE" && this.state !== "EXIT_DEAD";
  }

  /** The name ps and /proc show: for a kworker with the workqueue it serves, as wq_worker_comm() does. */
  get displayName(): string {
    const wq = this.workqueue;
    return wq === null ? this.comm : `${this.comm}${wq.busy ? "+" : "-"}${wq.name}`;
  }
}

/** A typed slot that an upper room hangs on every task. */
export interface TaskSlot<T> {
  get(task: Task): T | undefined;
  set(task: Task, value: T | undefined): void;
}

/** The state letter that ps and /proc/<pid>/stat show (fs/proc/array.c task_state_array). */
export function stateLetter(task: Task): string {
  switch (task.state) {
    case "TASK_RUNNING":
      return "R";
    case "TASK_INTERRUPTIBLE":
      return "S";
    case "TASK_UNINTERRUPTIBLE":
    case "TASK_KILLABLE":
      return "D";
    case "TASK_IDLE":
      return "I";
    case "TASK_STOPPED":
      return "T";
    case "EXIT_ZOMBIE":
      return "Z";
    case "EXIT_DEAD":
      return "X";
  }
}
