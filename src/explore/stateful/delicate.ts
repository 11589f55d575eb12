/** Which locks are handed on in ways that do not commute with requests. */
import type { LockOp, TaskTable } from "./op-table.ts";

/**
 * As a mask. If readers queue at a semaphore with a writer among them, the release by another writer lets all of them in,
 * but not one that asks a moment later: that takes two writers and two readers, all different tasks. A lock is delicate too
 * if getting it lets a task go straight on to release a delicate one, since whether it got it at once decides whether others
 * come in between.
 */
export function delicateLocks(tasks: readonly TaskTable[], locks: number): number {
  let delicate = 0;
  for (let lock = 0; lock < locks; lock++) if (canBeOvertaken(tasks, lock)) delicate |= 1 << lock;
  for (;;) {
    const grown = tasks.reduce((mask, { ops }) => mask | leadingTo(ops, delicate), delicate);
    if (grown === delicate) return delicate;
    delicate = grown;
  }
}

function canBeOvertaken(tasks: readonly TaskTable[], lock: number): boolean {
  const asking = (type: LockOp["type"]): number[] =>
    tasks.flatMap(({ ops }, task) => (ops.some((op) => op.lock === lock && op.type === type) ? [task] : []));
  const [readers, writers] = [asking("read"), asking("write")];
  return readers.length >= 2 && writers.length >= 2 && new Set([...readers, ...writers]).size >= 4;
}

/** Locks that are asked for right before releases, one of which is of a lock in the mask. */
function leadingTo(ops: readonly LockOp[], mask: number): number {
  let found = 0;
  let leads = false;
  for (const { type, lock } of [...ops].reverse()) {
    const bit = 1 << lock;
    if (type === "release-read" || type === "release-write") leads ||= (bit & mask) !== 0;
    else {
      if (leads) found |= bit;
      leads = false;
    }
  }
  return found;
}
