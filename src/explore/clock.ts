/** What a step of a run had to come after, as a vector clock over tasks. */
import type { AccessMask } from "./access.ts";

/** For each task, how many of its first steps are known to come before. */
export type Clock = number[];

export interface Step {
  readonly task: number;
  /** The how-manieth step of its task, from 1. */
  readonly ordinal: number;
  readonly index: number;
  /** At the how-manieth scheduling point of its task it begins, from 1; 0 if it goes on after a wait. The same in all equivalent runs. */
  readonly point: number;
  /** True if one of several workers took this on that do the same. */
  readonly pooled: boolean;
  readonly footprint: Map<number, AccessMask>;
  /** Comes before the step as a whole: it cannot begin earlier in any equivalent run. */
  before: Clock;
  /** Comes before what follows the step in its task; more than `before` if a lock had to be released first. */
  after: Clock;
  /** Steps that this one races with: it could come before them, and then something would be different. */
  races: readonly number[];
}

export function includes(clock: Clock, step: Step): boolean {
  return (clock[step.task] ?? 0) >= step.ordinal;
}

export function join(a: Clock, b: Clock): Clock {
  const length = Math.max(a.length, b.length);
  const all: Clock = new Array<number>(length);
  for (let i = 0; i < length; i++) all[i] = Math.max(a[i] ?? 0, b[i] ?? 0);
  return all;
}
