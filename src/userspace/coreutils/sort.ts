/**
 * sort(1), by bytes as in the C locale: -b -c -C -d -f -g -h -i -k -M -m -n -o -R -r -s -t -u -V -z. Left out: --debug, and
 * --random-source. How much memory or how many threads it may use makes no difference.
 */
import { strerror } from "../../kernel/index.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { decode, encode, writeAll } from "../lib/index.ts";
import { chooseWord } from "./choices.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { byteOrder, incompatible, type Order, orderOf } from "./sort-order.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "bcCdfghik:mMnNo:rRsS:t:T:uVz",
  long: {
    ...{ "ignore-leading-blanks": "b", check: "check::", "ignore-case": "f", "general-numeric-sort": "g", key: "k", "numeric-sort": "n" },
    ...{ output: "o", reverse: "r", stable: "s", "field-separator": "t", unique: "u", "dictionary-order": "d", "human-numeric-sort": "h" },
    ...{ "ignore-nonprinting": "i", "month-sort": "M", "random-sort": "R", "version-sort": "V", merge: "m", sort: "sort:" },
    ...{ "zero-terminated": "z", "buffer-size": "S", "temporary-directory": "T", debug: "debug", parallel: "parallel:" },
    ...{
      "batch-size": "batch-size:",
      "compress-program": "compress-program:",
      "files0-from": "files0-from:",
      "random-source": "random-source:",
    },
  },
  refused: ["N", "debug", "random-source"],
  trouble: 2,
};

/** --sort=WORD */
const WORDS: Readonly<Record<string, string>> = {
  "general-numeric": "g",
  "human-numeric": "h",
  month: "M",
  numeric: "n",
  random: "R",
  version: "V",
};

const SORT_WORDS = Object.keys(WORDS).map((word) => [word] as const);

/** One -k, or the whole line. Positions count from 1; character 0 at the end is the end of the field. */
interface Key {
  readonly from: Position;
  readonly to: Position | null;
  readonly options: string;
  readonly order: Order;
}

interface Position {
  readonly field: number;
  readonly char: number;
  readonly skipBlanks: boolean;
}

/** A line with what its keys compare. */
interface Line {
  readonly text: string;
  readonly keys: readonly string[];
}

const KEY = /^(\d*)(?:\.(\d*))?([bdfgiMhnRrV]*)(?:,(\d*)(?:\.(\d*))?([bdfgiMhnRrV]*))?$/;

export const sort = utility(manual, async (util) => {
  const size = util.value("S");
  if (size !== undefined && !/^\d+[%bkKMGTPEZY]?$/.test(size)) await util.die(`invalid -S argument ${quote(size)}`);
  const separator = await separatorOf(util);
  const keys = await keysOf(util);
  const checks = await checkAsked(util);
  const [, extra] = util.operands;
  if (checks !== null && extra !== undefined) await util.die(`extra operand ${quote(extra)} not allowed with -${checks}`);
  if (checks !== null && util.has("o")) await util.die(`options '-${checks}o' are incompatible`);
  const compareKeys = (a: Line, b: Line): number => {
    for (const [i, key] of keys.entries()) {
      const order = key.order(a.keys[i] ?? "", b.keys[i] ?? "");
      if (order !== 0) return key.options.includes("r") ? -order : order;
    }
    return 0;
  };
  const reversed = util.has("r");
  const lastResort = (a: Line, b: Line): number =>
    util.has("s", "u") ? 0 : reversed ? byteOrder(b.text, a.text) : byteOrder(a.text, b.text);
  const compare = (a: Line, b: Line): number => compareKeys(a, b) || lastResort(a, b);
  const files: Line[][] = [];
  for (const operand of await inputsOf(util)) files.push(await linesOf(util, operand, keys, separator));
  if (checks !== null) return await check(util, files.flat(), compare, checks === "C");
  const sorted = util.has("m") ? merged(files, compare) : files.flat().sort(compare);
  const shown = util.has("u") ? sorted.filter((line, i) => i === 0 || compareKeys(sorted[i - 1] ?? line, line) !== 0) : sorted;
  const end = endOf(util);
  await put(util, shown.map(({ text }) => text + end).join(""));
});

function endOf(util: Utility): string {
  return util.has("z") ? "\0" : "\n";
}

async function checkAsked(util: Utility): Promise<"c" | "C" | null> {
  const last = util.given.findLast(({ letter }) => /^(c|C|check)$/.test(letter));
  if (last === undefined) return null;
  if (last.letter !== "check") return last.letter === "C" ? "C" : "c";
  const { argument } = last;
  if (argument === "") return "c";
  return (await chooseWord(util, argument, "--check", [["quiet", "silent"], ["diagnose-first"]])) === "quiet" ? "C" : "c";
}

async function inputsOf(util: Utility): Promise<readonly string[]> {
  const list = util.value("files0-from");
  if (list === undefined) return util.operands.length === 0 ? ["-"] : util.operands;
  const bytes = await readOperand(util, list);
  if (typeof bytes === "number") return await util.die(`cannot open ${quote(list)} for reading: ${strerror(bytes)}`);
  const names = decode(bytes)
    .split("\0")
    .filter((name) => name !== "");
  return names.length > 0 ? names : await util.die(`no input from ${quote(list)}`);
}

async function linesOf(util: Utility, operand: string, keys: readonly Key[], separator: string | null): Promise<Line[]> {
  const bytes = await readOperand(util, operand);
  if (typeof bytes === "number")
    return await util.die(`${bytes === -21 ? "read failed" : "cannot read"}: ${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
  const end = endOf(util);
  const texts = decode(bytes).split(end);
  if (texts.at(-1) === "") texts.pop();
  return texts.map((text) => ({ text, keys: keys.map((key) => extract(text, key, separator)) }));
}

/** The smallest of the first lines that are left, again and again: as it comes out where the files are in order. */
function merged(files: readonly Line[][], compare: (a: Line, b: Line) => number): Line[] {
  const rests = files.filter((lines) => lines.length > 0).map((lines) => ({ lines, at: 0 }));
  const result: Line[] = [];
  while (rests.length > 0) {
    let best = 0;
    for (let i = 1; i < rests.length; i++) {
      const [a, b] = [rests[i], rests[best]];
      const [x, y] = [a?.lines[a.at], b?.lines[b.at]];
      if (x !== undefined && y !== undefined && compare(x, y) < 0) best = i;
    }
    const rest = rests[best];
    const line = rest?.lines[rest.at];
    if (rest === undefined || line === undefined) break;
    result.push(line);
    if (++rest.at >= rest.lines.length) rests.splice(best, 1);
  }
  return result;
}

async function check(util: Utility, lines: readonly Line[], compare: (a: Line, b: Line) => number, quiet: boolean): Promise<void> {
  const at = lines.findIndex((line, i) => i > 0 && compare(lines[i - 1] ?? line, line) >= (util.has("u") ? 0 : 1));
  if (at < 0) return;
  if (quiet) util.status = 1;
  else await util.fail(`${util.operands[0] ?? "-"}:${at + 1}: disorder: ${lines[at]?.text}`, 1);
}

async function put(util: Utility, text: string): Promise<void> {
  const path = util.value("o");
  if (path === undefined) return await util.out(text);
  const fd = await util.process.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  const error = fd < 0 ? fd : await writeAll(util.process, fd, encode(text));
  if (error < 0) await util.die(`open failed: ${quoteIfNeeded(path)}: ${strerror(error)}`);
  await util.process.close(fd);
}

async function separatorOf(util: Utility): Promise<string | null> {
  const text = util.value("t");
  if (text === undefined) return null;
  if (text === "") return await util.die("empty tab");
  return text === "\\0" ? "\0" : text.length > 1 ? await util.die(`multi-character tab ${quote(text)}`) : text;
}

async function keysOf(util: Utility): Promise<readonly Key[]> {
  const letters: string[] = [];
  for (const { letter, argument } of util.given) {
    letters.push(letter === "sort" ? (WORDS[await chooseWord(util, argument, "--sort", SORT_WORDS)] ?? "") : letter);
  }
  const whole = [..."bdfghiMnRrV"].filter((letter) => letters.includes(letter)).join("");
  const dice = new Map<string, number>();
  const random = (key: string): number => {
    const number = dice.get(key) ?? util.process.random(2 ** 31);
    dice.set(key, number);
    return number;
  };
  const keys: Omit<Key, "order">[] = [];
  for (const { letter, argument } of util.given) if (letter === "k") keys.push(await keyOf(util, argument, whole));
  const all = keys.length > 0 ? keys : [{ from: { field: 1, char: 1, skipBlanks: whole.includes("b") }, to: null, options: whole }];
  for (const { options } of all) {
    const wrong = incompatible(options);
    if (wrong !== null) await util.die(`options '-${wrong}' are incompatible`);
  }
  return all.map((key) => ({ ...key, order: orderOf(key.options, random) }));
}

async function keyOf(util: Utility, text: string, whole: string): Promise<Omit<Key, "order">> {
  const match = KEY.exec(text);
  const [, field = "", char, first = "", toField, toChar, last = ""] = match ?? [];
  if (field === "" || match === null) {
    const behindComma = /,(?!\d)(.*)$/s.exec(text)?.[1];
    const reason =
      /^\d+(\.\d+)?[bdfgiMhnRrV]*,/.test(text) && behindComma !== undefined
        ? `invalid number after ',': invalid count at start of ${quote(behindComma)}`
        : /^\d/.test(text)
          ? `stray character in field spec: invalid field specification ${quote(text)}`
          : `invalid number at field start: invalid count at start of ${quote(text)}`;
    return await util.die(reason);
  }
  if (field === "0" || toField === "0") return await util.die(`field number is zero: invalid field specification ${quote(text)}`);
  if (char === "0") return await util.die(`character offset is zero: invalid field specification ${quote(text)}`);
  const own = first + last;
  const options = own === "" ? whole : own;
  const blanks = (letters: string): boolean => letters.includes("b") || (own === "" && whole.includes("b"));
  return {
    from: { field: Number(field), char: Number(char ?? 1), skipBlanks: blanks(first) },
    to: toField === undefined ? null : { field: Number(toField), char: Number(toChar ?? 0), skipBlanks: blanks(last) },
    options,
  };
}

/** The part of the line that a key compares. Without a separator a field begins with the blanks before it. */
function extract(line: string, { from, to }: Key, separator: string | null): string {
  if (from.field === 1 && from.char === 1 && !from.skipBlanks && to === null) return line;
  const fields = separator === null ? (line.match(/[ \t\n]*[^ \t\n]*/g) ?? []) : line.split(separator);
  const start = (field: number): number =>
    fields.slice(0, field - 1).reduce((sum, text) => sum + text.length + (separator === null ? 0 : 1), 0);
  const blanksAt = (at: number): number => /^[ \t\n]*/.exec(line.slice(at))?.[0].length ?? 0;
  const offset = (position: Position): number => {
    const at = Math.min(start(position.field), line.length);
    return at + (position.skipBlanks ? blanksAt(at) : 0);
  };
  const begin = offset(from) + from.char - 1;
  if (to === null) return line.slice(begin);
  const end = to.char === 0 ? start(to.field) + (fields[to.field - 1]?.length ?? 0) : offset(to) + to.char;
  return line.slice(begin, Math.max(begin, end));
}
