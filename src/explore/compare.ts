/** Two designs under the same decisions: where they first part, and a schedule that kills one of them and not the other. */
import { formatSchedule, parseSchedule } from "../kernel/index.ts";
import { type Divergence, divergenceOf, type Followed, follow } from "./divergence.ts";
import type { Exploration } from "./explore.ts";
import type { Subject } from "./subject.ts";

/** One of the two: what is run, and what its exploration came to. */
export interface Side {
  readonly subject: Subject;
  readonly found: Pick<Exploration, "schedule" | "deadlocked">;
}

/** The schedule deadlocks one side (0 or 1); the other comes to its end under the same decisions. */
export interface Kill {
  readonly schedule: string;
  readonly deadlocks: 0 | 1;
  readonly stuck: readonly string[];
}

export interface Comparison {
  /** The decisions under which the divergence was looked for. */
  readonly decisions: string;
  readonly divergence: Divergence | null;
  /** Null if no schedule that was tried kills one side alone. */
  readonly kill: Kill | null;
}

/**
 * Tries the shortest schedule of each side that deadlocks, and first come, first served. The divergence is that of the
 * schedule which kills one side alone, if there is one.
 */
export async function compareSides(a: Side, b: Side): Promise<Comparison> {
  const tried = [...new Set([a.found.schedule, b.found.schedule].filter((schedule) => schedule !== null)), formatSchedule([])];
  let first: { readonly decisions: string; readonly runs: readonly [Followed, Followed] } | null = null;
  for (const decisions of tried) {
    const parsed = parseSchedule(decisions) ?? [];
    const runs = [await follow(a.subject, parsed), await follow(b.subject, parsed)] as const;
    first ??= { decisions, runs };
    const kill = killIn(runs, decisions);
    if (kill !== null) return { decisions, divergence: divergenceOf(...runs), kill };
  }
  return first === null
    ? { decisions: formatSchedule([]), divergence: null, kill: null }
    : { decisions: first.decisions, divergence: divergenceOf(...first.runs), kill: null };
}

function killIn([a, b]: readonly [Followed, Followed], schedule: string): Kill | null {
  const [one, other] = [a.run, b.run];
  if (one === null || other === null || one.limit !== null || other.limit !== null) return null;
  if (one.stuck.length > 0 && other.stuck.length === 0) return { schedule, deadlocks: 0, stuck: one.stuck };
  if (other.stuck.length > 0 && one.stuck.length === 0) return { schedule, deadlocks: 1, stuck: other.stuck };
  return null;
}
