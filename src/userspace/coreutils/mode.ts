/** File modes as chmod(1) and mkdir -m take them: octal, or changes such as `u+x,go-w,o=g`. */

import type { Process } from "../../syscall/index.ts";

const CLAUSE = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*|[0-7]+))+)$/;
const CHANGE = /([-+=])([ugo]|[rwxXst]*|[0-7]+)(?=[-+=]|$)/g;

const WHO: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };
const WHAT: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, X: 0o111, s: 0o6000, t: 0o1000 };
/** How far the three bits of a class are shifted. */
const SHIFT: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };
const FIVE_DIGITS = 5;
const EVERY_CLASS = 0o111;

/** What a change of a mode is for. */
export interface ModeUse {
  readonly isDirectory: boolean;
  /** Bits that a change leaves alone which does not say for whom it is. */
  readonly umask: number;
}

/** The process's umask, which only setting it tells. */
export function umaskOf(process: Process): number {
  const umask = process.umask(0);
  process.umask(umask);
  return umask;
}

/** The mode that results from `text` on a file with `mode`, or null if it is no mode. `X` is x for directories and what has an x. */
export function parseMode(text: string, mode: number, { isDirectory, umask }: ModeUse): number | null {
  if (/^[0-7]+$/.test(text)) {
    const number = Number.parseInt(text, 8);
    // What a directory hands on to its files is only taken away by a number of five digits.
    const kept = isDirectory && text.length < FIVE_DIGITS ? mode & 0o6000 : 0;
    return number > 0o7777 ? null : number | kept;
  }
  let result = mode;
  for (const clause of text.split(",")) {
    const match = CLAUSE.exec(clause);
    if (match === null) return null;
    const [, who = "", changes = ""] = match;
    const reach = who === "" ? 0o7777 & ~umask : Array.from(who).reduce((bits, letter) => bits | (WHO[letter] ?? 0), 0);
    for (const [, operator, what = ""] of changes.matchAll(CHANGE)) {
      const bits = bitsOf(what, result, isDirectory) & reach;
      result = operator === "+" ? result | bits : operator === "-" ? result & ~bits : (result & ~(who === "" ? 0o7777 : reach)) | bits;
    }
  }
  return result;
}

/** The bits that letters name, those of a class for every class. */
function bitsOf(what: string, mode: number, isDirectory: boolean): number {
  const shift = SHIFT[what];
  if (shift !== undefined) return ((mode >> shift) & 7) * EVERY_CLASS;
  if (/^[0-7]+$/.test(what)) return Number.parseInt(what, 8);
  const executable = isDirectory || (mode & EVERY_CLASS) !== 0;
  return Array.from(what).reduce((all, letter) => all | (letter === "X" && !executable ? 0 : (WHAT[letter] ?? 0)), 0);
}
