/**
 * The activation of one modelled kernel function. The kernel's implicit `current` is an explicit first argument here: a
 * modelled function receives its caller's frame, enters its own, and hands that on:
 *
 *     async function cleanup_net(caller: Frame): Promise<void> {
 *       const current = caller.enter("cleanup_net");
 *       await down_read(current, pernet_ops_rwsem);
 *
 * Frames are immutable links to their callers. Nothing is popped on return, no promise is added, and a task that waits
 * keeps the frame it waits in, which is its whole stack.
 */
import type { AccessKind } from "./events.ts";
import type { Kernel } from "./kernel.ts";
import type { Task } from "./task.ts";

export class Frame {
  readonly task: Task;
  /** The kernel function's name, verbatim. Empty for the root frame of a task. */
  readonly name: string;
  readonly caller: Frame | null;

  constructor(task: Task, name: string, caller: Frame | null) {
    this.task = task;
    this.name = name;
    this.caller = caller;
  }

  get kernel(): Kernel {
    return this.task.kernel;
  }

  /** Enters a modelled function. `name` is the kernel's symbol, verbatim. */
  enter(name: string): Frame {
    const frame = new Frame(this.task, name, this);
    const events = this.task.kernel.events;
    if (events.wantsFunctions) events.functionEnter(frame);
    return frame;
  }

  /** Footprint: this step does `kind` to a lock without waiting for it. */
  touches(lock: object, kind: AccessKind): void {
    const footprint = this.task.kernel.footprint;
    if (footprint !== null) footprint.access(this.task, lock, kind);
  }

  /** Footprint: the current task has just made `object`, which others will meet later. */
  creates(object: object): void {
    const footprint = this.task.kernel.footprint;
    if (footprint !== null) footprint.created(this.task, object);
  }

  /** Footprint: this step reads `object`. Recorded only while a footprint reader is attached. */
  reads(object: object): void {
    const footprint = this.task.kernel.footprint;
    if (footprint !== null) footprint.access(this.task, object, "read");
  }

  /** Footprint: this step writes `object`. Recorded only while a footprint reader is attached. */
  writes(object: object): void {
    const footprint = this.task.kernel.footprint;
    if (footprint !== null) footprint.access(this.task, object, "write");
  }
}

/** Function names of a stack, outermost first, as every output of ours shows stacks. */
export function stackNames(frame: Frame | null): string[] {
  const names: string[] = [];
  for (let f = frame; f !== null; f = f.caller) if (f.name !== "") names.push(f.name);
  return names.reverse();
}
