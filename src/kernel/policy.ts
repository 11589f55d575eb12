/**
 * Who runs next, where there is a choice. A policy sees the candidates in the order in which the fifo policy would take
 * them and answers with an index; the list of answers is the schedule, and replaying it gives the same run.
 */
import type { Task } from "./task.ts";

export interface SchedulingPolicy {
  readonly name: string;
  /**
   * Picks one of at least two candidates. Index 0 is what fifo takes: the running task while it can go on and its time
   * slice lasts, else the task that has been runnable longest.
   */
  choose(candidates: readonly Task[]): number;
  /** The same for a policy that need not see the candidates: it is given their number only, which costs less. */
  readonly pick?: (candidates: number) => number;
}

/** Takes the first candidate: run until you block, then first come, first served. */
export function fifoPolicy(): SchedulingPolicy {
  return blindPolicy("fifo", () => 0);
}

/** A policy that decides without looking at the candidates. */
export function blindPolicy(name: string, pick: (candidates: number) => number): SchedulingPolicy {
  return { name, choose: (candidates) => pick(candidates.length), pick };
}
