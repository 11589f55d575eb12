/** What diff(1) compares: the lines of two files, and the changes between them. */
import { diffArrays } from "diff";

/** One change: lines of the first file, from `left`, become lines of the second, from `right` (both count from 0). */
export interface Change {
  readonly left: number;
  readonly removed: number;
  readonly right: number;
  readonly added: number;
  /** Nothing but lines that do not count: it is shown only beside one that does. */
  readonly ignorable: boolean;
}

/** One of the two files. */
export interface Side {
  readonly name: string;
  readonly lines: readonly string[];
  /** False if the last line has no newline. */
  readonly ended: boolean;
  /** ns since the epoch. */
  readonly mtime: number;
}

export interface Comparing {
  /** What of a line counts. */
  readonly key: (line: string) => string;
  /** Whether a line that is only in one file makes no difference. */
  readonly ignores: (line: string) => boolean;
}

/** The changes in order. */
export function changesOf(a: Side, b: Side, { key, ignores }: Comparing): readonly Change[] {
  // A last line without newline differs from the same line with one.
  const keys = (side: Side): string[] => side.lines.map((line, i) => key(line) + (!side.ended && i === side.lines.length - 1 ? "\0" : ""));
  const changes: Change[] = [];
  let [left, right, removed, added] = [0, 0, 0, 0];
  const flush = (): void => {
    if (removed + added > 0) {
      const lines = [...a.lines.slice(left, left + removed), ...b.lines.slice(right, right + added)];
      changes.push({ left, removed, right, added, ignorable: lines.every(ignores) });
    }
    [left, right, removed, added] = [left + removed, right + added, 0, 0];
  };
  for (const part of diffArrays(keys(a), keys(b))) {
    const count = part.value.length;
    if (part.added) added += count;
    else if (part.removed) removed += count;
    else {
      flush();
      [left, right] = [left + count, right + count];
    }
  }
  flush();
  return changes;
}

/**
 * The changes that are shown together with so many lines around them: those with no more than twice as many between them. One that
 * could be ignored has to be nearer to the one before it.
 */
export function hunksOf(changes: readonly Change[], context: number): readonly (readonly Change[])[] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    const gap = last === undefined ? 0 : change.left - (last.left + last.removed);
    const limit = change.ignorable ? context : 2 * context + 1;
    if (last !== undefined && gap < limit) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  return hunks.filter((hunk) => hunk.some(({ ignorable }) => !ignorable));
}
