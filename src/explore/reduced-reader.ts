/** What a reader of footprints has to be told while a reduction decides. */
import type { AccessKind, FootprintReader, Kernel, Task, WaitMode } from "../kernel/index.ts";
import type { Reduction } from "./dpor.ts";
import type { RunRecorder } from "./recorder.ts";

/** Lets the reduction follow what is recorded. */
export class ReducedReader implements FootprintReader {
  private readonly kernel: Kernel;
  private readonly recorder: RunRecorder;
  private readonly reduction: Reduction;

  constructor(kernel: Kernel, recorder: RunRecorder, reduction: Reduction) {
    this.kernel = kernel;
    this.recorder = recorder;
    this.reduction = reduction;
  }

  step(task: Task): void {
    if (this.reduction.step(this.recorder.idOf(task))) this.recorder.step(task);
    else this.kernel.sched.stop("stop");
  }

  access(task: Task, object: object, kind: AccessKind): void {
    this.recorder.access(task, object, kind);
  }

  granted(task: Task, lock: object, mode: WaitMode): void {
    this.recorder.granted(task, lock, mode);
  }

  created(task: Task, object: object): void {
    this.recorder.created(task, object);
  }

  woken(task: Task, by: Task | null): void {
    this.recorder.woken(task, by);
  }
}
