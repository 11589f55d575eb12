/**
 * A task at one moment as plain data: what it waits for, what it holds, its stack with the locks in the margin. Reports
 * and JSON are made from these, so nothing of them changes or keeps a machine alive once the run goes on.
 */
import {
  type Frame,
  type HeldLock,
  type Lock,
  stackNames,
  stateLetter,
  type Task,
  type Waitable,
  type WaitKind,
  type WaitMode,
} from "../kernel/index.ts";

/** A lock that a task holds. */
export interface Hold {
  readonly lock: string;
  /** Tells locks of one name apart. */
  readonly id: number;
  readonly mode: HeldLock["mode"];
  /** The function that acquired it. */
  readonly function: string;
}

/** One function of a stack and the locks taken in it, or in functions it called that have returned since. */
export interface StackEntry {
  readonly function: string;
  readonly takes: readonly Hold[];
}

/** What a parked task waits for. */
export interface WaitSnapshot {
  /** The lock, or what is waited for in the kernel's words. */
  readonly on: string;
  /** The lock's id, as in `Hold`; null for waits that are not for a lock. */
  readonly id: number | null;
  readonly kind: WaitKind;
  readonly mode: WaitMode;
  /** The function that waits. */
  readonly function: string;
  /** Virtual ns at which the wait began. */
  readonly since: number;
  /** Pids of the holders of a lock; for other waits, of the tasks that have to act. */
  readonly behind: readonly number[];
}

export interface TaskSnapshot {
  readonly pid: number;
  /** As ps shows it; a busy kworker with its workqueue: `kworker/u4:0+netns`. */
  readonly comm: string;
  /** The arguments joined by one space; for a kernel thread its name. */
  readonly command: string;
  readonly kthread: boolean;
  /** The letter that ps shows. */
  readonly state: string;
  /** True if SIGKILL ends the wait. */
  readonly killable: boolean;
  readonly wait: WaitSnapshot | null;
  /** Outermost function first. */
  readonly stack: readonly StackEntry[];
  readonly held: readonly Hold[];
}

export function snapshotTask(task: Task): TaskSnapshot {
  const comm = task.displayName;
  return {
    pid: task.pid,
    comm,
    command: task.argv.length === 0 ? comm : task.argv.join(" "),
    kthread: task.kthread,
    state: stateLetter(task),
    killable: !task.kthread && task.state !== "TASK_UNINTERRUPTIBLE",
    wait: snapshotWait(task),
    stack: annotatedStack(task),
    held: task.held.map(snapshotHold),
  };
}

/** Function names of a snapshot's stack, outermost first. */
export function functionsOf(task: TaskSnapshot): string[] {
  return task.stack.map((entry) => entry.function);
}

function snapshotHold(held: HeldLock): Hold {
  return { lock: held.lock.name, id: held.lock.id, mode: held.mode, function: held.frame.name };
}

function snapshotWait(task: Task): WaitSnapshot | null {
  const { wait } = task;
  if (wait === null) return null;
  const { on } = wait;
  return {
    on: on.name,
    id: isLock(on) ? on.id : null,
    kind: on.kind,
    mode: wait.mode,
    function: stackNames(wait.frame).at(-1) ?? "",
    since: wait.since,
    behind: tasksBehind(task).map((other) => other.pid),
  };
}

function isLock(on: Waitable): on is Lock {
  return on.kind === "mutex" || on.kind === "rwsem";
}

/** Who holds what `task` waits for, each once; for waits that nobody holds, who has to act. */
function tasksBehind(task: Task): Task[] {
  const { wait } = task;
  if (wait === null) return [];
  const holders = wait.on.holders();
  return [...new Set(holders.length > 0 ? holders : wait.on.blockers(task))];
}

function annotatedStack(task: Task): StackEntry[] {
  const frames: Frame[] = [];
  for (let frame = task.wait?.frame ?? null; frame !== null; frame = frame.caller) if (frame.name !== "") frames.unshift(frame);
  const takes = new Map<Frame, Hold[]>(frames.map((frame) => [frame, []]));
  for (const held of task.held) {
    let frame: Frame | null = held.frame;
    while (frame !== null && !takes.has(frame)) frame = frame.caller;
    if (frame !== null) takes.get(frame)?.push(snapshotHold(held));
  }
  return frames.map((frame) => ({ function: frame.name, takes: takes.get(frame) ?? [] }));
}
