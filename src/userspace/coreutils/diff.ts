/**
 * diff(1) of GNU diffutils 3.8: normal, -u, -U, -c left out; -q -s -r -N -i -w -b -B -a --label. Which of several shortest edits is
 * shown comes from the library jsdiff; the real one may choose another.
 */
import { diffArrays } from "diff";
import { strerror } from "../../kernel/index.ts";
import { S_IFDIR, S_IFMT, type Stat } from "../../syscall/index.ts";
import { decode, momentOf, STDIN, strftime } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const TROUBLE = 2;

const manual = {
  version: "diff (GNU diffutils) 3.8",
  usage: "[OPTION]... FILES",
  short: "abBcC:dEeiL:Nnprqstuw0U:yZx:",
  long: {
    ...{ text: "a", "ignore-space-change": "b", "ignore-blank-lines": "B", context: "c", "ignore-case": "i", label: "L", "new-file": "N" },
    ...{ recursive: "r", brief: "q", "report-identical-files": "s", unified: "unified::", "ignore-all-space": "w", minimal: "d" },
    ...{
      color: "color::",
      "strip-trailing-cr": "strip-trailing-cr",
      "side-by-side": "y",
      "expand-tabs": "t",
      ed: "e",
      exclude: "x",
      normal: "normal",
    },
  },
  refused: ["c", "C", "E", "e", "n", "p", "t", "y", "Z", "x", "strip-trailing-cr"],
  trouble: TROUBLE,
};

/** One change: lines of the first file, from `left`, become lines of the second, from `right` (both count from 0). */
interface Change {
  readonly left: number;
  readonly removed: number;
  readonly right: number;
  readonly added: number;
}

interface Side {
  readonly name: string;
  readonly lines: readonly string[];
  readonly ended: boolean;
  readonly mtime: number;
}

export const diff = utility(manual, async (util) => {
  const [first, second, extra] = util.operands;
  if (first === undefined) return await misused(util, `missing operand after '${util.name}'`);
  if (second === undefined) return await misused(util, `missing operand after '${first}'`);
  if (extra !== undefined) return await misused(util, `extra operand '${extra}'`);
  await comparePaths(util, first, second);
});

/** diff says its name in both lines. */
async function misused(util: Utility, message: string): Promise<never> {
  await util.say(message);
  return await util.die("Try 'diff --help' for more information.");
}

async function statOf(util: Utility, path: string): Promise<Stat | number> {
  return path === "-" ? await util.process.fstat(STDIN) : await util.process.stat(path);
}

async function comparePaths(util: Utility, first: string, second: string): Promise<void> {
  const [a, b] = [await statOf(util, first), await statOf(util, second)];
  for (const [path, stat] of [
    [first, a],
    [second, b],
  ] as const) {
    if (typeof stat === "number" && !util.has("N")) await util.fail(`${path}: ${strerror(stat)}`);
  }
  if (util.status === TROUBLE && (typeof a === "number" || typeof b === "number")) return;
  const isFolder = (stat: Stat | number): boolean => typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR;
  if (isFolder(a) && isFolder(b)) return await compareFolders(util, first, second);
  const inside = (folder: string, file: string): string => `${folder.replace(/\/+$/, "")}/${file.slice(file.lastIndexOf("/") + 1)}`;
  if (isFolder(a)) return await comparePaths(util, inside(first, second), second);
  if (isFolder(b)) return await comparePaths(util, first, inside(second, first));
  await compareFiles(util, first, second, null);
}

async function compareFolders(util: Utility, first: string, second: string): Promise<void> {
  if (first === second) return;
  const names = async (folder: string): Promise<Map<string, number>> => {
    const entries = await util.process.readdir(folder);
    return new Map(typeof entries === "number" ? [] : entries.map(({ name, type }) => [name, type]));
  };
  const [left, right] = [await names(first), await names(second)];
  for (const name of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const [a, b] = [`${first}/${name}`, `${second}/${name}`];
    const only = !left.has(name) ? second : !right.has(name) ? first : null;
    if (only !== null && !util.has("N")) {
      await util.out(`Only in ${only}: ${name}\n`);
      util.status = Math.max(util.status, 1);
    } else if ((left.get(name) ?? right.get(name)) === S_IFDIR) {
      if (util.has("r")) await compareFolders(util, a, b);
      else await util.out(`Common subdirectories: ${a} and ${b}\n`);
    } else await compareFiles(util, a, b, `diff${util.given.map(({ letter }) => ` -${letter}`).join("")} ${a} ${b}\n`);
  }
}

async function sideOf(util: Utility, path: string): Promise<Side & { readonly text: string }> {
  const bytes = await readOperand(util, path);
  if (typeof bytes === "number" && !util.has("N")) return await util.die(`${path}: ${strerror(bytes)}`);
  const stat = await statOf(util, path);
  const text = typeof bytes === "number" ? "" : decode(bytes);
  const lines = text === "" ? [] : (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  const now = util.process.clockRealtime();
  return {
    name: path,
    lines,
    ended: text === "" || text.endsWith("\n"),
    mtime: typeof stat === "number" ? 0 : path === "-" ? now : stat.mtime,
    text,
  };
}

async function compareFiles(util: Utility, first: string, second: string, heading: string | null): Promise<void> {
  const [a, b] = [await sideOf(util, first), await sideOf(util, second)];
  const changes = a.text === b.text ? [] : changesOf(a, b, (line) => comparable(util, line));
  const shown = util.has("B") ? changes.filter((change) => !blankOnly(change, a, b)) : changes;
  if (shown.length === 0) {
    if (util.has("s")) await util.out(`Files ${first} and ${second} are identical\n`);
    return;
  }
  util.status = Math.max(util.status, 1);
  if (util.has("q")) return await util.out(`Files ${first} and ${second} differ\n`);
  if (!util.has("a") && (a.text.includes("\0") || b.text.includes("\0")))
    return await util.out(`Binary files ${first} and ${second} differ\n`);
  if (heading !== null) await util.out(heading);
  const unified = util.lastOf("u", "U", "unified");
  if (unified === undefined) return await util.out(shown.map((change) => normal(change, a, b)).join(""));
  await util.out(unifiedText(util, shown, a, b, unified === "u" ? 3 : Number(util.value(unified) || 3)));
}

function comparable(util: Utility, line: string): string {
  let text = util.has("i") ? line.toLowerCase() : line;
  if (util.has("w")) text = text.replace(/\s+/g, "");
  else if (util.has("b")) text = text.replace(/\s+/g, " ").trimEnd();
  return text;
}

function blankOnly({ left, removed, right, added }: Change, a: Side, b: Side): boolean {
  return [...a.lines.slice(left, left + removed), ...b.lines.slice(right, right + added)].every((line) => line === "");
}

function changesOf(a: Side, b: Side, key: (line: string) => string): readonly Change[] {
  // A last line without newline differs from the same line with one.
  const keys = (side: Side): string[] => side.lines.map((line, i) => key(line) + (!side.ended && i === side.lines.length - 1 ? "\0" : ""));
  const changes: Change[] = [];
  let [left, right] = [0, 0];
  let pending = { left: 0, removed: 0, right: 0, added: 0 };
  const flush = (): void => {
    if (pending.removed + pending.added > 0) changes.push(pending);
    pending = { left, removed: 0, right, added: 0 };
  };
  for (const { added, removed, value } of diffArrays(keys(a), keys(b))) {
    if (added) {
      pending = { ...pending, added: pending.added + value.length };
      right += value.length;
    } else if (removed) {
      pending = { ...pending, removed: pending.removed + value.length };
      left += value.length;
    } else {
      flush();
      left += value.length;
      right += value.length;
      pending = { left, removed: 0, right, added: 0 };
    }
  }
  flush();
  return changes;
}

const NO_NEWLINE = "\\ No newline at end of file\n";

/** Lines of one side with a mark in front. */
function marked(side: Side, from: number, count: number, mark: string): string {
  return side.lines
    .slice(from, from + count)
    .map((line, i) => `${mark}${line}\n${!side.ended && from + i === side.lines.length - 1 ? NO_NEWLINE : ""}`)
    .join("");
}

function normal({ left, removed, right, added }: Change, a: Side, b: Side): string {
  const range = (start: number, count: number): string =>
    count === 0 ? String(start) : count === 1 ? String(start + 1) : `${start + 1},${start + count}`;
  const letter = removed === 0 ? "a" : added === 0 ? "d" : "c";
  const separator = removed > 0 && added > 0 ? "---\n" : "";
  return `${range(left, removed)}${letter}${range(right, added)}\n${marked(a, left, removed, "< ")}${separator}${marked(b, right, added, "> ")}`;
}

function unifiedText(util: Utility, changes: readonly Change[], a: Side, b: Side, context: number): string {
  const labels = util.given.filter(({ letter }) => letter === "L").map(({ argument }) => argument);
  const title = (side: Side, label: string | undefined): string =>
    label ??
    `${side.name.includes(" ") ? quote(side.name).replaceAll("'", '"') : side.name}\t${strftime("%Y-%m-%d %H:%M:%S.%N %z", momentOf(side.mtime))}`;
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last !== undefined && change.left - (last.left + last.removed) <= 2 * context) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  return `--- ${title(a, labels[0])}\n+++ ${title(b, labels[1])}\n${hunks.map((hunk) => hunkText(hunk, a, b, context)).join("")}`;
}

function hunkText(hunk: readonly Change[], a: Side, b: Side, context: number): string {
  const [first, last] = [hunk[0], hunk.at(-1)];
  if (first === undefined || last === undefined) return "";
  const before = Math.min(context, first.left);
  const after = Math.min(context, a.lines.length - (last.left + last.removed));
  const range = (start: number, count: number): string => (count === 1 ? String(start + 1) : `${count === 0 ? start : start + 1},${count}`);
  const leftCount = last.left + last.removed + after - (first.left - before);
  const rightCount = last.right + last.added + after - (first.right - before);
  let text = `@@ -${range(first.left - before, leftCount)} +${range(first.right - before, rightCount)} @@\n`;
  let at = first.left - before;
  for (const { left, removed, right, added } of hunk) {
    text += marked(a, at, left - at, " ") + marked(a, left, removed, "-") + marked(b, right, added, "+");
    at = left + removed;
  }
  return text + marked(a, at, after, " ");
}
