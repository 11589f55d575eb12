/**
 * One emulated kernel: its tasks, clock, scheduler, log and events. All state hangs off this object; two kernels in one
 * process never meet. Upper rooms keep what the kernel keeps in file-scope variables in `staticData`.
 */
import { Clock, type Timer } from "./clock.ts";
import { EventStream, type FootprintReader, type KernelBug } from "./events.ts";
import type { Frame } from "./frame.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { fifoPolicy } from "./policy.ts";
import { PrintkRing } from "./printk.ts";
import { Scheduler } from "./scheduler.ts";
import type { Soon } from "./soon.ts";
import type { Pid, Task, TaskSlot } from "./task.ts";

export interface KernelOptions {
  readonly limits?: Partial<Limits>;
  /** Bytes that the run takes of the host now; without it there is no limit of memory. */
  readonly memoryInUse?: () => number;
  /** `uname -r` of the emulated kernel. */
  readonly release?: string;
}

/** Called in the context of a task that ends, before its parent learns of it: files are closed, namespaces left. */
export type ExitHook = (current: Frame) => Soon<void>;

export class Kernel {
  readonly limits: Limits;
  readonly memoryInUse: (() => number) | null;
  readonly release: string;
  readonly clock = new Clock();
  readonly events = new EventStream();
  readonly log: PrintkRing;
  readonly sched: Scheduler;
  /** All tasks that have not been reaped, in order of creation. */
  readonly tasks = new Map<Pid, Task>();
  readonly bugs: KernelBug[] = [];
  readonly exitHooks: ExitHook[] = [];
  footprint: FootprintReader | null = null;
  /** Where the next pid comes from. */
  readonly pids = { next: 1 };
  private readonly statics = new Map<object, unknown>();
  private nextLockId = 1;

  constructor(options: KernelOptions = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.memoryInUse = options.memoryInUse ?? null;
    this.release = options.release ?? "5.10.0";
    this.log = new PrintkRing(this);
    this.sched = new Scheduler(this, fifoPolicy());
  }

  /** The file-scope variables that `key` names, created on first use. Use through `staticData`. */
  staticsOf<T>(key: object, init: (kernel: Kernel) => T): T {
    let value = this.statics.get(key) as T | undefined;
    if (value === undefined) {
      value = init(this);
      this.statics.set(key, value);
    }
    return value;
  }

  lockId(): number {
    return this.nextLockId++;
  }

  /** The next pid that no task has. */
  allocatePid(): Pid {
    while (this.tasks.has(this.pids.next as Pid)) this.pids.next++;
    return this.pids.next++ as Pid;
  }

  /** Lets the first pids of boot be given out as a real machine does. */
  reservePids(next: number): void {
    this.pids.next = Math.max(this.pids.next, next);
  }

  /** Virtual time passes because the running task does something that takes some. */
  spend(current: Frame, ns: number): void {
    current.task.sliceUsed += ns;
    this.clock.advance(ns);
    if (this.clock.now > this.limits.virtualTime) this.sched.stop({ limit: "virtualTime", value: this.clock.now });
  }

  startTimer(delay: number, fire: () => void, daemon = false): Timer {
    return this.clock.start(delay, fire, daemon);
  }

  /** Reports something a kernel must not do. The run ends in exit status 4 unless something worse is found. */
  reportBug(current: Frame, bug: KernelBug): void {
    this.bugs.push(bug);
    if (this.events.wants.bug) this.events.emit({ type: "bug", frame: current, bug });
  }
}

/**
 * Declares the file-scope variables of one C file. `init` runs once for each kernel, on first use:
 *
 *     const statics = staticData((kernel) => ({ rtnl_mutex: new mutex(kernel, "rtnl_mutex") }));
 *     ... statics(current.kernel).rtnl_mutex
 */
export function staticData<T>(init: (kernel: Kernel) => T): (kernel: Kernel) => T {
  const key = Object.freeze({ init });
  return (kernel) => kernel.staticsOf(key, init);
}

/** Declares a slot that an upper room hangs on every task. What a forked child gets in it, that room's fork code says. */
export function taskSlot<T>(): TaskSlot<T> {
  const index = staticData((kernel) => kernel.staticsOf(slotCounter, () => ({ next: 0 })).next++);
  return {
    get: (task) => task.slot(index(task.kernel)) as T | undefined,
    set: (task, value) => task.setSlot(index(task.kernel), value),
  };
}

const slotCounter = Object.freeze({});
