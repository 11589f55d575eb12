/**
 * What is left when nothing can run any more: the tasks in D state, whom they wait for, the deadlock they stand behind,
 * and locks that were never released.
 */
import type { Kernel, Task } from "../kernel/index.ts";
import { type Deadlock, reasonOf, shortestPath } from "./deadlock.ts";
import { type Hold, snapshotTask, type TaskSnapshot } from "./snapshot.ts";

/** A task in uninterruptible sleep that nothing is going to wake. */
export interface BlockedTask extends TaskSnapshot {
  readonly wait: NonNullable<TaskSnapshot["wait"]>;
  /** Index of the deadlock that it is part of or stands behind; null if its waits lead to none. */
  readonly deadlock: number | null;
  /** Pids from this task to the one in the deadlock, both included; this task alone if it is part of it or none is found. */
  readonly chain: readonly number[];
  /** The task whose queued request for write keeps this reader out; null if it is the holders who do. */
  readonly queuedBehind: number | null;
}

/** Tasks in D state, those that have waited longest first. Timed sleeps are left out: they end by themselves. */
export function blockedTasks(kernel: Kernel, deadlocks: readonly Deadlock[]): BlockedTask[] {
  const blocked: BlockedTask[] = [];
  for (const task of kernel.tasks.values()) {
    const snapshot = snapshotTask(task);
    if (snapshot.state !== "D" || snapshot.wait === null || snapshot.wait.kind === "sleep") continue;
    blocked.push({ ...snapshot, wait: snapshot.wait, ...rootCause(task, deadlocks), queuedBehind: writerAhead(task) });
  }
  return blocked.sort((a, b) => a.wait.since - b.wait.since || a.pid - b.pid);
}

function writerAhead(task: Task): number | null {
  const ahead = task.wait?.on.blockers(task)[0];
  return ahead !== undefined && reasonOf(task, ahead) === "queued" ? ahead.pid : null;
}

/** The deadlock that a task is part of or stands behind, and the way there. */
function rootCause(task: Task, deadlocks: readonly Deadlock[]): Pick<BlockedTask, "deadlock" | "chain"> {
  const memberOf = (pid: number): number => deadlocks.findIndex((d) => d.links.some((link) => link.task.pid === pid));
  const own = memberOf(task.pid);
  if (own >= 0) return { deadlock: own, chain: [task.pid] };
  let goal: Task | null = null;
  const path = shortestPath(task, (other) => {
    if (memberOf(other.pid) < 0) return false;
    goal = other;
    return true;
  });
  const end = goal as Task | null;
  if (path === null || end === null) return { deadlock: null, chain: [task.pid] };
  return { deadlock: memberOf(end.pid), chain: [...path.map((t) => t.pid), end.pid] };
}

/** A lock held by a task that is not stuck in the kernel. */
export interface Leftover {
  readonly pid: number;
  readonly comm: string;
  readonly hold: Hold;
}

/** Locks that are still held though their tasks wait for nothing in D state: none in a kernel that is well. */
export function locksLeftHeld(kernel: Kernel): Leftover[] {
  const left: Leftover[] = [];
  for (const task of kernel.tasks.values()) {
    const { state, pid, comm, held } = snapshotTask(task);
    if (state !== "D") for (const hold of held) left.push({ pid, comm, hold });
  }
  return left;
}
