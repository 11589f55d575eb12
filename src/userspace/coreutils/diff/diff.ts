/**
 * diff(1) of GNU diffutils 3.8: normal, -u, -c, -e, -n, -y and their like; -q -s -r -N -x -i -w -b -Z -B -I -a --label --color. Which of
 * several shortest edits is shown comes from the library jsdiff; the real one may choose another. Left out: -p, -F, -E, -T, -D, --from-file.
 */
import { strerror } from "../../../kernel/index.ts";
import { S_IFDIR, S_IFMT, type Stat } from "../../../syscall/index.ts";
import { decode, STDIN, STDOUT } from "../../lib/index.ts";
import { globToRegex } from "../glob.ts";
import { readOperand } from "../input.ts";
import { compileRegex } from "../regex.ts";
import { type Utility, utility } from "../utility.ts";
import { type Change, type Comparing, changesOf, type Side } from "./changes.ts";
import { CONTEXT, coloured, edText, hunksText, normalText, plainly, rcsText, UNIFIED } from "./formats.ts";
import { sideBySide } from "./side-by-side.ts";

const TROUBLE = 2;
const DEFAULT_WIDTH = 130;
const DEFAULT_CONTEXT = 3;

const manual = {
  version: "diff (GNU diffutils) 3.8",
  usage: "[OPTION]... FILES",
  short: "0aBbC:cdEeF:I:iL:lNnpqrS:sTtU:uW:wX:x:yZ",
  long: {
    ...{ text: "a", "ignore-space-change": "b", "ignore-blank-lines": "B", context: "context::", "ignore-case": "i", label: "L" },
    ...{ recursive: "r", brief: "q", "report-identical-files": "s", unified: "unified::", "ignore-all-space": "w", minimal: "d" },
    ...{ "new-file": "N", rcs: "n", "ignore-matching-lines": "I", "ignore-trailing-space": "Z", "ignore-tab-expansion": "E", width: "W" },
    ...{ color: "color::", "strip-trailing-cr": "strip-trailing-cr", "side-by-side": "y", "expand-tabs": "t", ed: "e", exclude: "x" },
    ...{ normal: "normal", "left-column": "left-column", "suppress-common-lines": "suppress-common-lines", "initial-tab": "T" },
    ...{ "show-c-function": "p", "show-function-line": "F", "horizon-lines": "horizon-lines:", "speed-large-files": "H" },
    ...{ "from-file": "from-file:", "to-file": "to-file:", "no-dereference": "no-dereference", "exclude-from": "X", "starting-file": "S" },
  },
  refused: ["E", "F", "l", "p", "S", "T", "X", "from-file", "to-file", "no-dereference"],
  trouble: TROUBLE,
  namedHint: true,
};

type Style = "normal" | "unified" | "context" | "ed" | "rcs" | "columns";

const STYLES: Readonly<Record<string, Style>> = {
  ...{ u: "unified", U: "unified", unified: "unified", c: "context", C: "context", context: "context", e: "ed", n: "rcs", y: "columns" },
  normal: "normal",
};

/** What the options ask for. */
interface Wishes {
  readonly style: Style;
  /** Lines around a change. */
  readonly context: number;
  readonly width: number;
  readonly comparing: Comparing;
  readonly excluded: readonly RegExp[];
  readonly colours: boolean;
  /** The options as they were written, for what is said above each file of a folder. */
  readonly options: string;
}

export const diff = utility(manual, async (util) => {
  const wishes = await wishesOf(util);
  const [first, second, extra] = util.operands;
  if (first === undefined) return await util.misused(`missing operand after '${util.process.argv.at(-1)}'`);
  if (second === undefined) return await util.misused(`missing operand after '${first}'`);
  if (extra !== undefined) return await util.misused(`extra operand '${extra}'`);
  await comparePaths(util, wishes, first, second);
});

async function wishesOf(util: Utility): Promise<Wishes> {
  const styles = new Set(util.given.flatMap(({ letter }) => STYLES[letter] ?? []));
  if (styles.size > 1) await util.misused("conflicting output style options");
  const [style = "normal"] = styles;
  const operands = [...util.operands];
  const options = util.process.argv.slice(1).filter((word) => word !== operands[0] || operands.shift() === undefined);
  return {
    style,
    context: await contextOf(util),
    width: await numberOf(util, util.value("W"), "width", DEFAULT_WIDTH),
    comparing: { key: (line) => comparable(util, line), ignores: await ignoring(util) },
    excluded: util.given.filter(({ letter }) => letter === "x").map(({ argument }) => globToRegex(argument, false)),
    colours: await coloursAsked(util),
    options: options.filter((word) => word !== "--").join(" "),
  };
}

async function numberOf(util: Utility, text: string | undefined, what: string, otherwise: number): Promise<number> {
  if (text === undefined) return otherwise;
  return /^\d+$/.test(text) ? Number(text) : await util.misused(`invalid ${what} '${text}'`);
}

async function contextOf(util: Utility): Promise<number> {
  let lines = 0;
  let given = false;
  for (const { letter, argument } of util.given) {
    if (!/^(u|U|unified|c|C|context)$/.test(letter)) continue;
    given = true;
    lines = Math.max(lines, argument === "" ? DEFAULT_CONTEXT : await numberOf(util, argument, "context length", DEFAULT_CONTEXT));
  }
  return given ? lines : DEFAULT_CONTEXT;
}

async function coloursAsked(util: Utility): Promise<boolean> {
  if (!util.has("color")) return false;
  const when = util.value("color") || "auto";
  if (!/^(always|never|auto)$/.test(when)) await util.misused(`invalid color '${when}'`);
  return when === "always" || (when === "auto" && util.process.isatty(STDOUT));
}

/** -B and -I: which lines make no difference where they are only in one file. */
async function ignoring(util: Utility): Promise<(line: string) => boolean> {
  const patterns: RegExp[] = util.has("B") ? [/^$/] : [];
  for (const { letter, argument } of util.given) {
    if (letter !== "I") continue;
    const regex = compileRegex(argument, { extended: false });
    if (typeof regex === "string") return await util.die(`${argument}: ${regex}`);
    patterns.push(regex);
  }
  return (line) =>
    patterns.some((pattern) => {
      pattern.lastIndex = 0;
      return pattern.test(line);
    });
}

function comparable(util: Utility, line: string): string {
  let text = util.has("strip-trailing-cr") ? line.replace(/\r$/, "") : line;
  if (util.has("i")) text = text.toLowerCase();
  if (util.has("w")) text = text.replace(/\s+/g, "");
  else if (util.has("b")) text = text.replace(/\s+/g, " ").trimEnd();
  else if (util.has("Z")) text = text.trimEnd();
  return text;
}

async function statOf(util: Utility, path: string): Promise<Stat | number> {
  return path === "-" ? await util.process.fstat(STDIN) : await util.process.stat(path);
}

async function comparePaths(util: Utility, wishes: Wishes, first: string, second: string): Promise<void> {
  const [a, b] = [await statOf(util, first), await statOf(util, second)];
  for (const [path, stat] of [
    [first, a],
    [second, b],
  ] as const) {
    if (typeof stat === "number" && !util.has("N")) await util.fail(`${path}: ${strerror(stat)}`);
  }
  if (util.status === TROUBLE && (typeof a === "number" || typeof b === "number")) return;
  const isFolder = (stat: Stat | number): boolean => typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR;
  if (isFolder(a) && isFolder(b)) return await compareFolders(util, wishes, first, second);
  const inside = (folder: string, file: string): string => `${folder.replace(/\/+$/, "")}/${file.slice(file.lastIndexOf("/") + 1)}`;
  if (isFolder(a)) return await comparePaths(util, wishes, inside(first, second), second);
  if (isFolder(b)) return await comparePaths(util, wishes, first, inside(second, first));
  await compareFiles(util, wishes, first, second, false);
}

async function compareFolders(util: Utility, wishes: Wishes, first: string, second: string): Promise<void> {
  if (first === second) return;
  const names = async (folder: string): Promise<Map<string, number>> => {
    const entries = await util.process.readdir(folder);
    const shown = typeof entries === "number" ? [] : entries.filter(({ name }) => !wishes.excluded.some((glob) => glob.test(name)));
    return new Map(shown.map(({ name, type }) => [name, type]));
  };
  const [left, right] = [await names(first), await names(second)];
  for (const name of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const [a, b] = [`${first}/${name}`, `${second}/${name}`];
    const only = !left.has(name) ? second : !right.has(name) ? first : null;
    if (only !== null && !util.has("N")) {
      await util.out(`Only in ${only}: ${name}\n`);
      util.status = Math.max(util.status, 1);
    } else if ((left.get(name) ?? right.get(name)) === S_IFDIR) {
      if (util.has("r")) await compareFolders(util, wishes, a, b);
      else await util.out(`Common subdirectories: ${a} and ${b}\n`);
    } else await compareFiles(util, wishes, a, b, true);
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

/** @param inFolder whether the command that compares only these two stands above what differs */
async function compareFiles(util: Utility, wishes: Wishes, first: string, second: string, inFolder: boolean): Promise<void> {
  const [a, b] = [await sideOf(util, first), await sideOf(util, second)];
  const changes = a.text === b.text ? [] : changesOf(a, b, wishes.comparing);
  const differ = changes.some(({ ignorable }) => !ignorable);
  if (differ) util.status = Math.max(util.status, 1);
  if (differ && util.has("q")) return await util.out(`Files ${first} and ${second} differ\n`);
  if (differ && !util.has("a") && (a.text.includes("\0") || b.text.includes("\0")))
    return await util.out(`Binary files ${first} and ${second} differ\n`);
  // Columns show also what is equal.
  const shown = differ || (wishes.style === "columns" && !util.has("q"));
  if (inFolder && differ) await util.out(`diff ${wishes.options}${wishes.options === "" ? "" : " "}${first} ${second}\n`);
  if (shown) await util.out(shownText(util, wishes, changes, a, b));
  if (!differ && util.has("s")) await util.out(`Files ${first} and ${second} are identical\n`);
  if (wishes.style !== "ed") return;
  // A script for ed cannot say that a newline is missing.
  for (const side of differ ? [a, b] : []) if (!side.ended) await util.fail(`${side.name}: No newline at end of file\n`);
}

function shownText(util: Utility, { style, context, width, colours }: Wishes, changes: readonly Change[], a: Side, b: Side): string {
  const labels = util.given.filter(({ letter }) => letter === "L").map(({ argument }) => argument);
  const paint = colours ? coloured : plainly;
  switch (style) {
    case "normal":
      return normalText(changes, a, b, paint);
    case "unified":
      return hunksText(UNIFIED, changes, a, b, context, labels, paint);
    case "context":
      return hunksText(CONTEXT, changes, a, b, context, labels, paint);
    case "ed":
      return edText(changes, b);
    case "rcs":
      return rcsText(changes, b);
    case "columns":
      return sideBySide(changes, a, b, {
        width,
        expandTabs: util.has("t"),
        suppressCommon: util.has("suppress-common-lines"),
        leftOnly: util.has("left-column"),
      });
  }
}
