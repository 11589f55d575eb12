/**
 * The graph of dependencies (struct lock_list, __bfs() and lockdep_count_forward_deps() of kernel/locking/lockdep.c): an edge
 * from A to B says that B has been taken while A was held. With mutexes and rw_semaphores only, readers count like writers:
 * neither is recursive, so every way through the graph is one on which tasks can wait for each other.
 * Left out: recursive readers (rwlock_t) and the edge kinds that tell them apart, interrupt contexts.
 */
import type { Frame, LockRequest } from "../../kernel/index.ts";
import type { LockClass } from "./class.ts";

/** struct lock_list, one for both of the kernel's directions. */
export interface Dependency {
  readonly from: LockClass;
  readonly to: LockClass;
  /** How many locks apart the two were when it was seen first; 1 is next to each other. */
  distance: number;
  /** Where `to` was taken; its task and time. */
  readonly taken: Acquisition;
  /** Where `from` had been taken. */
  readonly heldSince: Frame;
}

/** One acquisition, as it is remembered. */
export interface Acquisition {
  readonly frame: Frame;
  readonly request: LockRequest;
  readonly kind: LockClass["kind"];
  readonly read: 0 | 1;
  readonly comm: string;
  /** Virtual ns. */
  readonly time: number;
}

export class DependencyGraph {
  edges = 0;
  /** Longest queue of a search so far (max_bfs_queue_depth). */
  maxQueue = 0;
  private generation = 0;

  find(from: LockClass, to: LockClass): Dependency | undefined {
    return from.locks_after.find((edge) => edge.to === to);
  }

  add(edge: Dependency): void {
    edge.from.locks_after.push(edge);
    edge.to.locks_before.push(edge);
    this.edges++;
  }

  /** The shortest way from one class to another (__bfs_forwards()), without the edges in `closed`; null if there is none. */
  path(from: LockClass, to: LockClass, closed: ReadonlySet<Dependency> | null): Dependency[] | null {
    const generation = ++this.generation;
    from.visited = generation;
    from.via = null;
    const queue = [from];
    for (const at of queue) {
      for (const edge of at.locks_after) {
        const { to: next } = edge;
        if (next.visited === generation || closed?.has(edge) === true) continue;
        next.visited = generation;
        next.via = edge;
        if (next === to) return wayTo(next);
        queue.push(next);
      }
      if (queue.length > this.maxQueue) this.maxQueue = queue.length;
    }
    return null;
  }

  /** lockdep_count_forward_deps(), lockdep_count_backward_deps(): classes that can be reached, the first one included. */
  reachable(from: LockClass, direction: "forward" | "backward"): number {
    const generation = ++this.generation;
    from.visited = generation;
    const queue = [from];
    for (const at of queue) {
      for (const edge of direction === "forward" ? at.locks_after : at.locks_before) {
        const next = direction === "forward" ? edge.to : edge.from;
        if (next.visited === generation) continue;
        next.visited = generation;
        queue.push(next);
      }
    }
    return queue.length;
  }
}

function wayTo(end: LockClass): Dependency[] {
  const way: Dependency[] = [];
  for (let edge = end.via; edge !== null; edge = edge.from.via) way.unshift(edge);
  return way;
}
