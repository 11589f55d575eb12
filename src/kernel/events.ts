/**
 * The kernel's one typed stream of events. Detectors, traces and pictures are readers of it; the kernel never calls them
 * by name. With no reader attached, emitting costs one comparison.
 */
import type { Frame } from "./frame.ts";
import type { lockdep_map } from "./lockdep-map.ts";
import type { Task } from "./task.ts";
import type { Lock, Waitable, WaitMode } from "./wait.ts";

export type KernelEvent =
  | { readonly type: "task_new"; readonly task: Task }
  | { readonly type: "task_exec"; readonly task: Task }
  | { readonly type: "task_exit"; readonly task: Task }
  | { readonly type: "sched_switch"; readonly task: Task }
  | { readonly type: "sched_wakeup"; readonly task: Task; readonly by: Task | null }
  | { readonly type: "wait"; readonly task: Task; readonly on: Waitable; readonly mode: WaitMode; readonly frame: Frame }
  | {
      readonly type: "lock_acquire";
      readonly frame: Frame;
      readonly lock: Lock;
      readonly mode: WaitMode;
      readonly trylock: boolean;
      readonly subclass: number;
    }
  | { readonly type: "lock_acquired"; readonly frame: Frame; readonly lock: Lock; readonly mode: WaitMode }
  | { readonly type: "lock_release"; readonly frame: Frame; readonly lock: Lock }
  | { readonly type: "signal"; readonly task: Task; readonly signal: number }
  | { readonly type: "work_queue"; readonly workqueue: string; readonly func: string }
  | { readonly type: "work_start"; readonly task: Task; readonly workqueue: string; readonly func: string }
  | { readonly type: "work_end"; readonly task: Task; readonly workqueue: string; readonly func: string }
  | { readonly type: "printk"; readonly level: number; readonly text: string }
  | { readonly type: "bug"; readonly frame: Frame; readonly bug: KernelBug }
  | { readonly type: "syscall"; readonly frame: Frame; readonly name: string }
  /** A fact of an upper room, in that room's words: a netdev event, a netlink message, a namespace's birth and end. */
  | {
      readonly type: "subsystem";
      readonly room: string;
      readonly name: string;
      readonly frame: Frame;
      readonly data: Readonly<Record<string, string | number | boolean>>;
    };

/** Something the emulated kernel did that a kernel must not do. It ends in exit status 4. */
export interface KernelBug {
  readonly kind: "warn" | "bug" | "refcount" | "use-after-free" | "leak" | "contract" | "lockdep";
  readonly text: string;
}

export type KernelEventType = KernelEvent["type"];

export interface KernelObserver {
  /** The events that this reader wants; without it all but task switches, wake-ups and functions, which are many. */
  readonly types?: readonly KernelEventType[];
  event(event: KernelEvent): void;
  /** Told of every function entered, as a plain call without an event object for each. */
  entered?(frame: Frame): void;
}

/** For each type of event whether somebody wants it: nobody yet. */
function nobodyWants(): Record<KernelEventType, boolean> {
  return {
    task_new: false,
    task_exec: false,
    task_exit: false,
    sched_switch: false,
    sched_wakeup: false,
    wait: false,
    lock_acquire: false,
    lock_acquired: false,
    lock_release: false,
    signal: false,
    work_queue: false,
    work_start: false,
    work_end: false,
    printk: false,
    bug: false,
    syscall: false,
    subsystem: false,
  };
}

/** Every type of event. */
export const EVENT_TYPES = Object.keys(nobodyWants()) as readonly KernelEventType[];

const STANDARD_TYPES: readonly KernelEventType[] = EVENT_TYPES.filter((type) => type !== "sched_switch" && type !== "sched_wakeup");

/** How a lock is asked for: the state the task would wait in, or a form that never waits. */
export type LockRequest = "TASK_UNINTERRUPTIBLE" | "TASK_INTERRUPTIBLE" | "TASK_KILLABLE" | "trylock" | "map";

/**
 * Reads what is done with locks as plain calls, without an event object for each: a detector that stands in the path of
 * every lock has nothing to spare there. `read` is 1 for a reader, 0 for an owner.
 */
export interface LockReader {
  /** lock_acquire(): seen before the task can block; for a trylock, when it has succeeded. */
  acquire(current: Frame, map: lockdep_map, read: 0 | 1, subclass: number, request: LockRequest, nest: lockdep_map | null): void;
  /** lock_contended(): the task has to wait for it. */
  contended(current: Frame, map: lockdep_map): void;
  /** lock_acquired(): the task that had to wait has got it. */
  acquired(current: Frame, map: lockdep_map): void;
  /** lock_release(): also when a wait was given up, and when the task does not hold it. */
  release(current: Frame, map: lockdep_map): void;
  /** lock_downgrade(): a writer becomes a reader. */
  downgrade(current: Frame, map: lockdep_map): void;
  /** The lock's memory is given back, or the lock initialised again. */
  freed(current: Frame, map: lockdep_map): void;
  /** complete(): the running task lets those go on who wait for this. */
  completes(current: Frame, map: lockdep_map): void;
  /** lockdep_sys_exit(): the task goes back to user space. */
  sysExit(current: Frame, syscall: string): void;
  /** debug_check_no_locks_held(): the task has ended. */
  taskExit(current: Frame): void;
}

export class EventStream {
  /** The one reader of lock operations; null costs one comparison. */
  locks: LockReader | null = null;
  /** Whether anybody wants events of a type: asked before each, so that no event object is built for nobody. */
  readonly wants = nobodyWants();
  /** True if a reader wants to be told of functions. */
  wantsFunctions = false;
  private readers: readonly KernelObserver[] = [];
  private readonly byType = new Map<KernelEventType, readonly KernelObserver[]>();
  private functionReaders: readonly KernelObserver[] = [];

  attach(reader: KernelObserver): void {
    this.update([...this.readers, reader]);
  }

  detach(reader: KernelObserver): void {
    this.update(this.readers.filter((r) => r !== reader));
  }

  /** Call only if `wants` says that somebody does. */
  emit(event: KernelEvent): void {
    const readers = this.byType.get(event.type) ?? [];
    for (let i = 0; i < readers.length; i++) readers[i]?.event(event);
  }

  functionEnter(frame: Frame): void {
    const readers = this.functionReaders;
    for (let i = 0; i < readers.length; i++) readers[i]?.entered?.(frame);
  }

  private update(readers: readonly KernelObserver[]): void {
    this.readers = readers;
    for (const type of EVENT_TYPES) {
      const wanting = readers.filter((reader) => (reader.types ?? STANDARD_TYPES).includes(type));
      this.byType.set(type, wanting);
      this.wants[type] = wanting.length > 0;
    }
    this.functionReaders = readers.filter((reader) => reader.entered !== undefined);
    this.wantsFunctions = this.functionReaders.length > 0;
  }
}

/**
 * What a step does to an object. Data is read or written, or used in a way that commutes with its like and with nothing
 * else (`commute`). A lock is asked for (`request-*`), asked for without waiting or taken away by a signal (`try`), and
 * released. A reference is taken (`get`), given back
 * (`put`), or it is seen whether there are any (`peek`): which of these is the last one is for the reader to find out.
 */
export type AccessKind =
  | "read"
  | "write"
  | "commute"
  | "get"
  | "put"
  | "peek"
  | "request-read"
  | "request-write"
  | "try"
  | "release-read"
  | "release-write";

/** Reads what each step touches; attached only while schedules are explored. */
export interface FootprintReader {
  /** A step begins: `task` was picked, or goes on at a scheduling point. It lasts until the task's next point. */
  step(task: Task): void;
  access(task: Task, object: object, kind: AccessKind): void;
  /** `task` has got a lock, or what else it asked for, at once or handed over by a release. */
  granted(task: Task, lock: object, mode: WaitMode): void;
  /** `task` has made an object: it can be named by its maker from now on. */
  created(task: Task, object: object): void;
  /** A parked task has become runnable; `by` null: because of a timer. */
  woken(task: Task, by: Task | null): void;
}
