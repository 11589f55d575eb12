/** How diff(1) shows changes: the normal form, unified, context, as a script for ed, as RCS has it. */
import { momentOf, strftime } from "../../lib/index.ts";
import { type Change, hunksOf, type Side } from "./changes.ts";

/** What a piece of output is, for its colour. */
type Part = "header" | "range" | "removed" | "added";

const COLORS: Readonly<Record<Part, string>> = { header: "1", range: "36", removed: "31", added: "32" };

export type Paint = (part: Part, text: string) => string;

export const plainly: Paint = (_part, text) => text;

/** Each line in its colour, the newline behind it. */
export const coloured: Paint = (part, text) => text.replace(/[^\n]+/g, (line) => `\x1b[${COLORS[part]}m${line}\x1b[0m`);

const NO_NEWLINE = "\\ No newline at end of file\n";

/** Lines of one side with a mark in front. */
function marked(side: Side, from: number, count: number, mark: string, paint: (text: string) => string = (text) => text): string {
  return side.lines
    .slice(from, from + count)
    .map((line, i) => `${paint(`${mark}${line}\n`)}${!side.ended && from + i === side.lines.length - 1 ? NO_NEWLINE : ""}`)
    .join("");
}

/** Line numbers from `start` (counted from 0) on, `count` of them; before the first line if there are none. */
function lineRange(start: number, count: number): string {
  return count === 0 ? String(start) : count === 1 ? String(start + 1) : `${start + 1},${start + count}`;
}

function letterOf({ removed, added }: Change): "a" | "c" | "d" {
  return removed === 0 ? "a" : added === 0 ? "d" : "c";
}

export function normalText(changes: readonly Change[], a: Side, b: Side, paint: Paint): string {
  return changes
    .filter(({ ignorable }) => !ignorable)
    .map((change) => {
      const { left, removed, right, added } = change;
      const head = paint("range", `${lineRange(left, removed)}${letterOf(change)}${lineRange(right, added)}\n`);
      const gone = marked(a, left, removed, "< ", (text) => paint("removed", text));
      const come = marked(b, right, added, "> ", (text) => paint("added", text));
      return head + gone + (removed > 0 && added > 0 ? "---\n" : "") + come;
    })
    .join("");
}

const UNIFIED_TIME = "%Y-%m-%d %H:%M:%S.%N %z";
const CONTEXT_TIME = "%a %b %e %H:%M:%S %Y";

function title(side: Side, label: string | undefined, timeFormat: string): string {
  if (label !== undefined) return label;
  const name = /[\s"\\]/.test(side.name) ? `"${side.name.replace(/["\\]/g, "\\$&")}"` : side.name;
  return `${name}\t${strftime(timeFormat, momentOf(side.mtime))}`;
}

/** What the unified and the context format do in their own ways. */
interface HunkFormat {
  /** Before the names of the two files. */
  readonly marks: readonly [string, string];
  readonly time: string;
  readonly hunk: (hunk: readonly Change[], a: Side, b: Side, context: number, paint: Paint) => string;
}

export const UNIFIED: HunkFormat = { marks: ["---", "+++"], time: UNIFIED_TIME, hunk: unifiedHunk };
export const CONTEXT: HunkFormat = { marks: ["***", "---"], time: CONTEXT_TIME, hunk: contextHunk };

/** @param labels what stands for the names of the files, if anything does */
export function hunksText(
  { marks, time, hunk }: HunkFormat,
  changes: readonly Change[],
  a: Side,
  b: Side,
  context: number,
  labels: readonly string[],
  paint: Paint,
): string {
  const hunks = hunksOf(changes, context);
  if (hunks.length === 0) return "";
  const head = `${marks[0]} ${title(a, labels[0], time)}\n${marks[1]} ${title(b, labels[1], time)}\n`;
  return paint("header", head) + hunks.map((each) => hunk(each, a, b, context, paint)).join("");
}

/** Where a hunk begins and ends in both files, with the lines around it. */
function bounds(
  hunk: readonly Change[],
  a: Side,
  context: number,
): { readonly left: number; readonly right: number; readonly counts: readonly [number, number] } {
  const first = hunk[0] ?? { left: 0, right: 0 };
  const last = hunk.at(-1) ?? { left: 0, removed: 0, right: 0, added: 0 };
  const before = Math.min(context, first.left);
  const after = Math.min(context, a.lines.length - (last.left + last.removed));
  const [left, right] = [first.left - before, first.right - before];
  return { left, right, counts: [last.left + last.removed + after - left, last.right + last.added + after - right] };
}

function unifiedHunk(hunk: readonly Change[], a: Side, b: Side, context: number, paint: Paint): string {
  const range = (start: number, count: number): string => (count === 1 ? String(start + 1) : `${count === 0 ? start : start + 1},${count}`);
  const { left: from, right: to, counts } = bounds(hunk, a, context);
  let text = paint("range", `@@ -${range(from, counts[0])} +${range(to, counts[1])} @@\n`);
  let at = from;
  for (const { left, removed, right, added } of hunk) {
    text += marked(a, at, left - at, " ");
    text += marked(a, left, removed, "-", (line) => paint("removed", line)) + marked(b, right, added, "+", (line) => paint("added", line));
    at = left + removed;
  }
  return text + marked(a, at, from + counts[0] - at, " ");
}

function contextHunk(hunk: readonly Change[], a: Side, b: Side, context: number, paint: Paint): string {
  const { left, right, counts } = bounds(hunk, a, context);
  const sides = [
    { side: a, from: left, count: counts[0], part: "removed", mark: "- ", marks: "***", at: "left", size: "removed" },
    { side: b, from: right, count: counts[1], part: "added", mark: "+ ", marks: "---", at: "right", size: "added" },
  ] as const;
  const pieces = sides.map(({ side, from, count, part, mark, marks, at, size }) => {
    const head = paint("range", `${marks} ${lineRange(from, count)} ${marks}${marks.charAt(0)}\n`);
    if (!hunk.some((change) => change[size] > 0)) return head;
    let [text, done] = ["", from];
    const put = (start: number, number: number, sign: string): void => {
      text += marked(side, start, number, sign, (line) => paint(part, line));
    };
    for (const change of hunk) {
      put(done, change[at] - done, "  ");
      put(change[at], change[size], change.removed > 0 && change.added > 0 ? "! " : mark);
      done = change[at] + change[size];
    }
    put(done, from + count - done, "  ");
    return head + text;
  });
  return `***************\n${pieces.join("")}`;
}

/** Commands for ed, the last change first. A line that is only a dot is written with another one, which is taken away again. */
export function edText(changes: readonly Change[], b: Side): string {
  return changes
    .filter(({ ignorable }) => !ignorable)
    .toReversed()
    .map((change) => {
      const { left, removed, right, added } = change;
      let text = `${lineRange(left, removed)}${letterOf(change)}\n`;
      if (added === 0) return text;
      let inserting = true;
      for (const line of b.lines.slice(right, right + added)) {
        if (!inserting) text += "a\n";
        inserting = line !== ".";
        text += inserting ? `${line}\n` : "..\n.\ns/.//\n";
      }
      return inserting ? `${text}.\n` : text;
    })
    .join("");
}

export function rcsText(changes: readonly Change[], b: Side): string {
  return changes
    .filter(({ ignorable }) => !ignorable)
    .map(({ left, removed, right, added }) => {
      const gone = removed > 0 ? `d${left + 1} ${removed}\n` : "";
      if (added === 0) return gone;
      const end = !b.ended && right + added === b.lines.length ? "" : "\n";
      return `${gone}a${left + removed} ${added}\n${b.lines.slice(right, right + added).join("\n")}${end}`;
    })
    .join("");
}
