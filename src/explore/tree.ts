/**
 * Wakeup trees of optimal partial-order reduction (Abdulla, Aronis, Jonsson, Sagonas 2014): at each point of a run the
 * continuations that still have to be explored, none of which is equivalent to another.
 */
import { type Footprint, independent } from "./access.ts";

/** One step of a continuation, as an earlier run saw it. */
export interface PlannedStep {
  readonly task: number;
  /** As of a step: 0 if it goes on after a wait. */
  readonly point: number;
  readonly footprint: Footprint;
}

export interface Branch extends PlannedStep {
  readonly children: Branch[];
}

/** Adds a continuation unless the tree has one that covers it. @returns the steps that the tree has grown by */
export function insert(children: Branch[], continuation: readonly PlannedStep[]): number {
  let level = children;
  let rest = continuation;
  for (;;) {
    const branch = level.find((candidate) => without(rest, candidate) !== null);
    if (branch === undefined) break;
    rest = without(rest, branch) ?? [];
    if (branch.children.length === 0 || rest.length === 0) return 0;
    level = branch.children;
  }
  for (const { task, point, footprint } of rest) {
    const branch: Branch = { task, point, footprint, children: [] };
    level.push(branch);
    level = branch.children;
  }
  return rest.length;
}

/** Steps of a tree. */
export function sizeOf(children: readonly Branch[]): number {
  return children.reduce((size, branch) => size + 1 + sizeOf(branch.children), 0);
}

/** True if some run that begins with `step` is equivalent to one that begins with the continuation. */
export function weakInitial(step: PlannedStep, continuation: readonly PlannedStep[]): boolean {
  return without(continuation, step) !== null;
}

/** What is left of the continuation after `step`, if the step can come first in it or does not matter to it; else null. */
function without(continuation: readonly PlannedStep[], step: PlannedStep): readonly PlannedStep[] | null {
  const at = continuation.findIndex(({ task }) => task === step.task);
  if (at < 0) return continuation.every(({ footprint }) => independent(footprint, step.footprint)) ? continuation : null;
  const own = continuation[at] as PlannedStep;
  // What goes on after a wait in one order is part of the step before it in another.
  if (step.point === 0 && own.point > 0) return continuation;
  // A step that has to wait where the continuation has it does more where it need not: both must commute with what is before.
  for (const { footprint } of continuation.slice(0, at)) {
    if (!independent(footprint, own.footprint) || !independent(footprint, step.footprint)) return null;
  }
  const rest = continuation.filter((_, i) => i !== at);
  return own.point === 0 && step.point > 0 ? without(rest, step) : rest;
}
