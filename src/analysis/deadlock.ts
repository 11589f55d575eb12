/**
 * Finds deadlocks in the wait-for graph the moment they close. A task that begins to wait closes a cycle if following
 * "has to act before me" leads back to it; an edge exists whatever the wait is for (mutex, rwsem, completion, work,
 * child), since every Waitable says whom it waits for. Waits that anyone may end (timers, events) have no edges.
 */
import type { Kernel, KernelEvent, KernelObserver, Task } from "../kernel/index.ts";
import { snapshotTask, type TaskSnapshot } from "./snapshot.ts";

/** `starvation` is kept for waits that others overtake for ever; nothing reports it yet. */
export type DeadlockKind = "self" | "cycle" | "starvation";

/** Why a task stands in the way: it holds the lock, its own request for write is queued ahead, or it must do something. */
export type Reason = "holds" | "queued" | "acts";

/** One edge of the cycle: `task` waits, and the next link's task (after the last one the first) stands in its way. */
export interface DeadlockLink {
  readonly task: TaskSnapshot;
  readonly reason: Reason;
}

export interface Deadlock {
  readonly kind: DeadlockKind;
  /** In the order of waiting; the first link's task is the one whose wait closed the cycle. */
  readonly links: readonly DeadlockLink[];
  /** Virtual ns at which it closed. */
  readonly time: number;
  /** Number of scheduling decisions taken before it closed. */
  readonly decision: number;
}

/** What is waited for in a deadlock, in the order of waiting, each name once. */
export function locksOf(deadlock: Deadlock): string[] {
  return [...new Set(deadlock.links.map((link) => link.task.wait?.on ?? ""))];
}

export class DeadlockDetector implements KernelObserver {
  readonly types = ["wait"] as const;
  readonly deadlocks: Deadlock[] = [];
  private readonly kernel: Kernel;
  private readonly seen = new Set<string>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  event(event: KernelEvent): void {
    if (event.type !== "wait") return;
    const cycle = findCycle(event.task);
    if (cycle === null) return;
    const key = keyOf(cycle);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.deadlocks.push({
      kind: cycle.length === 1 ? "self" : "cycle",
      links: cycle.map((task, i) => ({ task: snapshotTask(task), reason: reasonOf(task, cycle[(i + 1) % cycle.length] as Task) })),
      time: this.kernel.clock.now,
      decision: this.kernel.sched.decisions.length,
    });
  }
}

/** The shortest cycle through `start`, beginning with it; null if its wait closes none. Most waits are for tasks that wait for nobody. */
function findCycle(start: Task): Task[] | null {
  for (const blocker of blockersOf(start)) {
    if (blocker === start || blockersOf(blocker).length > 0) return shortestPath(start, (task) => task === start);
  }
  return null;
}

/** Who has to act before the task goes on. */
function blockersOf(task: Task): readonly Task[] {
  return task.wait?.on.blockers(task) ?? [];
}

/**
 * Follows the waits from `task` until one satisfies `isGoal`; the tasks passed, `task` first, the goal left out (a task
 * can be its own goal, but only through an edge). Null if none is reached.
 */
export function shortestPath(task: Task, isGoal: (task: Task) => boolean): Task[] | null {
  const cameFrom = new Map<Task, Task | null>([[task, null]]);
  for (const waiter of cameFrom.keys()) {
    for (const blocker of blockersOf(waiter)) {
      if (isGoal(blocker)) return pathTo(waiter, cameFrom);
      if (!cameFrom.has(blocker)) cameFrom.set(blocker, waiter);
    }
  }
  return null;
}

function pathTo(last: Task, cameFrom: ReadonlyMap<Task, Task | null>): Task[] {
  const path: Task[] = [];
  for (let task: Task | null = last; task !== null; task = cameFrom.get(task) ?? null) path.unshift(task);
  return path;
}

/** A task that is woken without need and waits again closes the same deadlock again; it is counted once. */
function keyOf(cycle: readonly Task[]): string {
  return cycle
    .map((task) => `${task.pid} ${task.wait?.mode} ${task.wait?.on.name}`)
    .sort()
    .join("\n");
}

/**
 * Why `blocker`, one of those whom `waiter` waits for, stands in its way. A task that holds for read and has asked for
 * write keeps later readers out by its request, not by its hold.
 */
export function reasonOf(waiter: Task, blocker: Task): Reason {
  const { wait } = waiter;
  if (wait === null) return "acts";
  const asked = blocker.wait?.on === wait.on && blocker.wait.mode === "write";
  if (wait.mode === "read" && asked && blocker !== waiter) return "queued";
  return wait.on.holders().includes(blocker) ? "holds" : "acts";
}
