/**
 * Writes the event stream as JSON lines, format mlx5-emu.trace/1: one header, then one object for each event with its
 * virtual time. Objects are named by pid and by the kernel's names, keys stand in a fixed order, and nothing of the host
 * gets in, so equal runs give equal bytes.
 */
import { EVENT_TYPES, type Frame, type Kernel, type KernelEvent, type KernelObserver, stackNames, type Task } from "../kernel/index.ts";

export interface TraceHeader {
  readonly version: string;
  readonly era: string;
  readonly notifier: string;
  readonly devices: readonly string[];
  /** SHA-256 of the script's bytes, hexadecimal. */
  readonly script: string;
}

type Fields = Record<string, unknown>;

export class TraceRecorder implements KernelObserver {
  readonly types = EVENT_TYPES;
  private readonly kernel: Kernel;
  private readonly write: (line: string) => void;

  /** Writes the header and the tasks that exist already. @param write receives whole lines with their end. */
  constructor(kernel: Kernel, header: TraceHeader, write: (line: string) => void) {
    this.kernel = kernel;
    this.write = write;
    const { version, era, notifier, devices, script } = header;
    this.line({ format: "mlx5-emu.trace/1", version, era, notifier, devices, script });
    for (const task of kernel.tasks.values()) this.event({ type: "task_new", task });
  }

  event(event: KernelEvent): void {
    this.line({ time: this.kernel.clock.now, type: event.type, pid: this.pidOf(event), ...fieldsOf(event) });
  }

  entered(frame: Frame): void {
    this.line({ time: this.kernel.clock.now, type: "function", pid: frame.task.pid, function: frame.name, depth: depthOf(frame) });
  }

  private line(fields: Fields): void {
    this.write(`${JSON.stringify(fields)}\n`);
  }

  /** The task an event is about; for those about none, the one on the processor (0: none, a timer fired). */
  private pidOf(event: KernelEvent): number {
    if ("task" in event) return event.task.pid;
    if ("frame" in event) return event.frame.task.pid;
    return this.kernel.sched.current?.pid ?? 0;
  }
}

function fieldsOf(event: KernelEvent): Fields {
  switch (event.type) {
    case "task_new":
      return { comm: event.task.comm, ppid: event.task.parent?.pid ?? 0 };
    case "task_exec":
      return { comm: event.task.comm, argv: event.task.argv };
    case "task_exit":
      return { exitCode: event.task.exitCode, signal: event.task.exitSignal };
    case "sched_switch":
      return { comm: event.task.displayName };
    case "sched_wakeup":
      return { by: event.by?.pid ?? 0 };
    case "wait":
      return waitFields(event.task, event);
    case "lock_acquire":
      return {
        lock: event.lock.name,
        id: event.lock.id,
        mode: event.mode,
        trylock: event.trylock,
        subclass: event.subclass,
        function: event.frame.name,
      };
    case "lock_acquired":
      return { lock: event.lock.name, id: event.lock.id, mode: event.mode, function: event.frame.name };
    case "lock_release":
      return { lock: event.lock.name, id: event.lock.id, function: event.frame.name };
    case "signal":
      return { signal: event.signal };
    case "work_queue":
    case "work_start":
    case "work_end":
      return { workqueue: event.workqueue, func: event.func };
    case "printk":
      return { level: event.level, text: event.text };
    case "bug":
      return { kind: event.bug.kind, text: event.bug.text, stack: stackNames(event.frame) };
    case "syscall":
      return { name: event.name };
    case "subsystem":
      return { room: event.room, name: event.name, function: event.frame.name, data: event.data };
  }
}

function waitFields(task: Task, event: Extract<KernelEvent, { type: "wait" }>): Fields {
  const { on, mode, frame } = event;
  const behind = [...new Set(on.blockers(task).map((blocker) => blocker.pid))];
  return { on: on.name, kind: on.kind, mode, state: task.state, behind, stack: stackNames(frame) };
}

function depthOf(frame: Frame): number {
  let depth = -1;
  for (let f: Frame | null = frame; f !== null; f = f.caller) if (f.name !== "") depth++;
  return depth;
}
