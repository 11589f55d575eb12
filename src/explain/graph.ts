/** Who waits for whom among the tasks of a log, the cycle among them, its root and the victims behind it. */
import type { Hold, Inferred, LockName } from "./infer.ts";
import type { TaskReport } from "./report.ts";

/** Queued writers named for one reader: the first of them is enough to keep it out. */
const MAX_WRITERS = 8;

export interface TaskNode {
  readonly report: TaskReport;
  readonly inferred: Inferred;
  /** Tasks that hold what it waits for, in a mode that keeps it out. */
  holders: TaskNode[];
  /** Writers that wait for the same rw_semaphore: a reader waits behind them. */
  queuedWriters: TaskNode[];
  /** True if holder and waiter are matched by the lock's class alone, which has an instance for each object. */
  uncertain: boolean;
}

export interface Cycle {
  readonly nodes: readonly TaskNode[];
  /** For each node the lock that it waits for, which the next one holds. */
  readonly locks: readonly string[];
}

export interface WaitGraph {
  readonly nodes: readonly TaskNode[];
  readonly cycle: Cycle | null;
  /** Where the trouble begins: a task of the cycle, or the one that all others end up behind. */
  readonly root: TaskNode | null;
  /** Tasks stuck behind the cycle or the root, not part of it. */
  readonly victims: readonly TaskNode[];
}

export function waitGraph(tasks: readonly { readonly report: TaskReport; readonly inferred: Inferred }[]): WaitGraph {
  const nodes = tasks.map(({ report, inferred }): TaskNode => ({ report, inferred, holders: [], queuedWriters: [], uncertain: false }));
  connect(nodes);
  const cycle = findCycle(nodes);
  const root = cycle === null ? deepest(nodes) : oldest(cycle.nodes);
  const centre = new Set(cycle?.nodes ?? (root === null ? [] : [root]));
  return { nodes, cycle, root, victims: behind(nodes, centre) };
}

interface LockUsers {
  readonly holders: { readonly node: TaskNode; readonly hold: Hold }[];
  readonly writers: TaskNode[];
}

function connect(nodes: readonly TaskNode[]): void {
  const users = new Map<string, LockUsers>();
  const usersOf = (lock: LockName): LockUsers => {
    const known = users.get(lock.name);
    if (known !== undefined) return known;
    const fresh: LockUsers = { holders: [], writers: [] };
    users.set(lock.name, fresh);
    return fresh;
  };
  for (const node of nodes) {
    for (const hold of node.inferred.holds) usersOf(hold.lock).holders.push({ node, hold });
    const { wait } = node.inferred;
    if (wait?.lock != null && wait.mode === "write") usersOf(wait.lock).writers.push(node);
  }
  const byPid = new Map(nodes.map((node) => [node.report.pid, node]));
  for (const node of nodes) connectOne(node, users, byPid);
}

function connectOne(node: TaskNode, users: ReadonlyMap<string, LockUsers>, byPid: ReadonlyMap<number, TaskNode>): void {
  const { blocker } = node.report;
  const owner = blocker?.owner == null ? undefined : byPid.get(blocker.owner.pid);
  if (owner !== undefined) node.holders = [owner];
  const { wait } = node.inferred;
  if (wait?.lock == null) return;
  const { lock, mode } = wait;
  const here = users.get(lock.name);
  if (here === undefined) return;
  if (owner === undefined) {
    const holders = here.holders.filter(({ hold }) => keepsOut(hold, mode) && mayBeSame(hold.lock, lock));
    node.holders = holders.map((holder) => holder.node);
    node.uncertain =
      holders.length > 0 && holders.every(({ hold }) => hold.lock.instance === null || lock.instance === null) && lock.anyInstance;
  }
  if (mode === "read")
    node.queuedWriters = here.writers.slice(0, MAX_WRITERS).filter((writer) => writer !== node && sameWanted(writer, lock));
}

function keepsOut(hold: Hold, wanted: string | null): boolean {
  return !(hold.mode === "read" && wanted === "read");
}

function mayBeSame(a: LockName, b: LockName): boolean {
  return a.instance === null || b.instance === null || a.instance === b.instance;
}

function sameWanted(writer: TaskNode, lock: LockName): boolean {
  const wanted = writer.inferred.wait?.lock;
  return wanted != null && mayBeSame(wanted, lock);
}

/** Whom a task waits for. A reader kept out by a queued writer waits for that writer. */
export function waitsOn(node: TaskNode): readonly TaskNode[] {
  return node.holders.length > 0 ? node.holders : node.queuedWriters;
}

/** A cycle of certain edges if there is one, else one with an uncertain edge. */
function findCycle(nodes: readonly TaskNode[]): Cycle | null {
  return searchCycle(nodes, false) ?? searchCycle(nodes, true);
}

/** Depth first, without recursion: a log may hold thousands of tasks in one chain. */
function searchCycle(nodes: readonly TaskNode[], withUncertain: boolean): Cycle | null {
  const done = new Set<TaskNode>();
  for (const start of nodes) {
    if (done.has(start)) continue;
    const path: { node: TaskNode; next: number }[] = [{ node: start, next: 0 }];
    const onPath = new Map<TaskNode, number>([[start, 0]]);
    while (path.length > 0) {
      const top = path.at(-1);
      if (top === undefined) break;
      const edges = top.node.uncertain && !withUncertain ? [] : waitsOn(top.node);
      const next = edges[top.next++];
      if (next === undefined) {
        path.pop();
        onPath.delete(top.node);
        done.add(top.node);
        continue;
      }
      const at = onPath.get(next);
      if (at !== undefined) return cycleOf(path.slice(at).map(({ node }) => node));
      if (done.has(next)) continue;
      onPath.set(next, path.length);
      path.push({ node: next, next: 0 });
    }
  }
  return null;
}

/** Begun at its oldest task, so that it reads the same whatever the order of the log. */
function cycleOf(found: readonly TaskNode[]): Cycle {
  const first = oldest(found);
  const start = first === null ? 0 : found.indexOf(first);
  const nodes = [...found.slice(start), ...found.slice(0, start)];
  return { nodes, locks: nodes.map((node) => node.inferred.wait?.what ?? "?") };
}

/** The task that has been blocked longest; of equal ones the lowest pid. */
function oldest(nodes: readonly TaskNode[]): TaskNode | null {
  const age = (node: TaskNode): number => node.report.blockedSeconds ?? 0;
  return [...nodes].sort((a, b) => age(b) - age(a) || a.report.pid - b.report.pid)[0] ?? null;
}

/** Without a cycle: the task at the end of the chains that most tasks end up behind. */
function deepest(nodes: readonly TaskNode[]): TaskNode | null {
  const counts = new Map<TaskNode, number>();
  for (const node of nodes) {
    const end = endOf(node);
    if (end !== node) counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].report.pid - b[0].report.pid)[0]?.[0] ?? null;
}

function endOf(start: TaskNode): TaskNode {
  const seen = new Set<TaskNode>();
  let node = start;
  while (!seen.has(node)) {
    seen.add(node);
    const next = waitsOn(node)[0];
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/** Tasks that cannot go on before one of `centre` does. */
function behind(nodes: readonly TaskNode[], centre: ReadonlySet<TaskNode>): readonly TaskNode[] {
  const waiters = new Map<TaskNode, TaskNode[]>();
  for (const node of nodes) {
    for (const holder of [...node.holders, ...node.queuedWriters]) {
      const list = waiters.get(holder);
      if (list === undefined) waiters.set(holder, [node]);
      else list.push(node);
    }
  }
  const stuck = new Set<TaskNode>();
  const work = [...centre];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    for (const waiter of waiters.get(node) ?? []) {
      if (centre.has(waiter) || stuck.has(waiter)) continue;
      stuck.add(waiter);
      work.push(waiter);
    }
  }
  return nodes.filter((node) => stuck.has(node));
}
