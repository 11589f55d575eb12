/**
 * The list of scheduling decisions of a run, as text. `v1:` then one number for each point at which there was a choice,
 * separated by dots: the index of the candidate taken. `3x7` stands for seven 3s, and trailing 0s (what fifo takes) are
 * left out, so a fifo run is `v1:`.
 */
import { blindPolicy, type SchedulingPolicy } from "./policy.ts";

const VERSION = "v1:";

export function formatSchedule(decisions: readonly number[]): string {
  let end = decisions.length;
  while (end > 0 && decisions[end - 1] === 0) end--;
  const parts: string[] = [];
  for (let i = 0; i < end; ) {
    let run = 1;
    while (i + run < end && decisions[i + run] === decisions[i]) run++;
    parts.push(run > 2 ? `${decisions[i]}x${run}` : Array(run).fill(decisions[i]).join("."));
    i += run;
  }
  return VERSION + parts.join(".");
}

/** Reads a schedule string; null if it is not one. */
export function parseSchedule(text: string): number[] | null {
  if (!text.startsWith(VERSION)) return null;
  const decisions: number[] = [];
  const body = text.slice(VERSION.length);
  if (body === "") return decisions;
  for (const part of body.split(".")) {
    const match = /^(\d{1,5})(?:x([1-9]\d{0,6}))?$/.exec(part);
    if (match === null) return null;
    const value = Number(match[1]);
    for (let i = Number(match[2] ?? "1"); i > 0; i--) decisions.push(value);
  }
  return decisions;
}

/** Thrown when a schedule names a candidate that this run does not have: it belongs to another script or version. */
export class StaleSchedule extends Error {
  readonly step: number;
  /** @param why in one line, after "schedule does not fit this run: " */
  constructor(step: number, why: string) {
    super(`schedule does not fit this run: ${why}`);
    this.step = step;
  }
}

/** Repeats recorded decisions; after the last one it goes on as fifo. */
export function replayPolicy(decisions: readonly number[]): SchedulingPolicy {
  let step = 0;
  return blindPolicy("replay", (candidates) => {
    const wanted = decisions[step] ?? 0;
    if (wanted >= candidates) {
      throw new StaleSchedule(step, `decision ${step + 1} picks candidate ${wanted}, but only ${candidates} can run`);
    }
    step++;
    return wanted;
  });
}
