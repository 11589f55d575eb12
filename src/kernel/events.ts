/**
 * The kernel's one typed stream of events. Detectors, traces and pictures are readers of it; the kernel never calls them
 * by name. With no reader attached, emitting costs one comparison.
 */
import type { Frame } from "./frame.ts";
import type { Task } from "./task.ts";
import type { Lock, Waitable, WaitMode } from "./wait.ts";

export type KernelEvent =
  | { readonly type: "task_new"; readonly task: Task }
  | { readonly type: "task_exec"; readonly task: Task }
  | { readonly type: "task_exit"; readonly task: Task }
  | { readonly type: "sched_switch"; readonly task: Task }
  | { readonly type: "sched_wakeup"; readonly task: Task; readonly by: Task | null }
  | { readonly type: "function"; readonly frame: Frame }
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
  readonly kind: "warn" | "bug" | "refcount" | "use-after-free" | "leak" | "contract";
  readonly text: string;
}

export interface KernelObserver {
  /** True if this reader wants an event for every function entered; these are many. */
  readonly functions?: boolean;
  /** True if this reader wants task switches and wake-ups too. */
  readonly scheduling?: boolean;
  event(event: KernelEvent): void;
}

export class EventStream {
  private readers: readonly KernelObserver[] = [];
  /** True while at least one reader is attached. */
  active = false;
  wantsFunctions = false;
  wantsScheduling = false;

  attach(reader: KernelObserver): void {
    this.update([...this.readers, reader]);
  }

  detach(reader: KernelObserver): void {
    this.update(this.readers.filter((r) => r !== reader));
  }

  /** Call only if `active` (or the more special flag) is set, so that no event object is built for nobody. */
  emit(event: KernelEvent): void {
    for (const reader of this.readers) reader.event(event);
  }

  functionEnter(frame: Frame): void {
    for (const reader of this.readers) if (reader.functions === true) reader.event({ type: "function", frame });
  }

  scheduling(event: KernelEvent): void {
    for (const reader of this.readers) if (reader.scheduling === true) reader.event(event);
  }

  private update(readers: readonly KernelObserver[]): void {
    this.readers = readers;
    this.active = readers.length > 0;
    this.wantsFunctions = readers.some((r) => r.functions === true);
    this.wantsScheduling = readers.some((r) => r.scheduling === true);
  }
}

/** Reads which objects each step touches; attached only while schedules are explored. */
export interface FootprintReader {
  access(task: Task, object: object, kind: "read" | "write"): void;
}
