/**
 * Titles under which two reports of one bug compare equal. A circle of locks is the same bug whichever task was seen first
 * and whether lockdep predicted it or the tasks hang in it; without a circle the lock that all wait for is the best there is.
 */
import { className } from "./infer.ts";

/** The circle as `a -> b -> a`, begun at the name that sorts first. */
export function circleTitle(locks: readonly string[]): string {
  const names = locks.map(className);
  let start = 0;
  for (let i = 1; i < names.length; i++) if (isSmaller(names, i, start)) start = i;
  const turned = [...names.slice(start), ...names.slice(0, start)];
  return `deadlock: ${[...turned, turned[0] ?? "?"].join(" -> ")}`;
}

/** Compares two rotations, so that a name that occurs twice does not make the beginning ambiguous. */
function isSmaller(names: readonly string[], a: number, b: number): boolean {
  for (let i = 0; i < names.length; i++) {
    const left = names[(a + i) % names.length] ?? "";
    const right = names[(b + i) % names.length] ?? "";
    if (left !== right) return left < right;
  }
  return false;
}

export function hungTitle(waitsFor: string | null, by: string | null): string {
  if (waitsFor !== null && by !== null) return `task hung: ${waitsFor}, held in ${by}`;
  if (waitsFor !== null) return `task hung: ${waitsFor}`;
  return by === null ? "task hung" : `task hung in ${by}`;
}
