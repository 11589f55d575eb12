/** sort(1), by bytes: -b, -f, -g, -n, -r, -s, -u, -o, -t, -k with options per key, -c. Left out: other orders, merging. */
import { strerror } from "../../kernel/index.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { decode, encode, writeAll } from "../lib/index.ts";
import { parseNumber } from "./duration.ts";
import { readOperand, splitLines } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "bcCdfghik:mMnNo:rRsS:t:T:uVz",
  long: {
    ...{ "ignore-leading-blanks": "b", check: "c", "ignore-case": "f", "general-numeric-sort": "g", key: "k", "numeric-sort": "n" },
    ...{ output: "o", reverse: "r", stable: "s", "field-separator": "t", unique: "u", "dictionary-order": "d", "human-numeric-sort": "h" },
    ...{ "ignore-nonprinting": "i", "month-sort": "M", "random-sort": "R", "version-sort": "V", merge: "m", sort: "sort:" },
    ...{ "zero-terminated": "z", "buffer-size": "S", "temporary-directory": "T", debug: "debug", parallel: "parallel:" },
  },
  refused: [..."CdhimMNRSTVz", "sort", "debug", "parallel"],
  trouble: 2,
};

/** One -k, or the whole line. Positions count from 1; character 0 at the end is the end of the field. */
interface Key {
  readonly from: Position;
  readonly to: Position | null;
  readonly options: string;
}

interface Position {
  readonly field: number;
  readonly char: number;
  readonly skipBlanks: boolean;
}

const KEY = /^(\d*)(?:\.(\d*))?([bdfgiMhnRrV]*)(?:,(\d*)(?:\.(\d*))?([bdfgiMhnRrV]*))?$/;

export const sort = utility(manual, async (util) => {
  const separator = await separatorOf(util);
  const keys = await keysOf(util);
  const compareKeys = (a: string, b: string): number => {
    for (const key of keys) {
      const order = compareBy(key.options, extract(a, key, separator), extract(b, key, separator));
      if (order !== 0) return key.options.includes("r") ? -order : order;
    }
    return 0;
  };
  const lastResort = (a: string, b: string): number => (util.has("s", "u") ? 0 : util.has("r") ? byteOrder(b, a) : byteOrder(a, b));
  const lines: string[] = [];
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const bytes = await readOperand(util, operand);
    if (typeof bytes === "number")
      await util.die(`${bytes === -21 ? "read failed" : "cannot read"}: ${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
    else for (const line of splitLines(decode(bytes))) lines.push(line);
  }
  if (util.has("c")) return await check(util, lines, (a, b) => compareKeys(a, b) || lastResort(a, b));
  const sorted = lines.sort((a, b) => compareKeys(a, b) || lastResort(a, b));
  const shown = util.has("u") ? sorted.filter((line, i) => i === 0 || compareKeys(sorted[i - 1] ?? "", line) !== 0) : sorted;
  await put(util, shown.map((line) => `${line}\n`).join(""));
});

async function check(util: Utility, lines: readonly string[], compare: (a: string, b: string) => number): Promise<void> {
  const at = lines.findIndex((line, i) => i > 0 && compare(lines[i - 1] ?? "", line) >= (util.has("u") ? 0 : 1));
  if (at >= 0) await util.fail(`${util.operands[0] ?? "-"}:${at + 1}: disorder: ${lines[at]}`, 1);
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
  const global = ["b", "f", "g", "n", "r"].filter((letter) => util.has(letter)).join("");
  const keys: Key[] = [];
  for (const { letter, argument } of util.given) if (letter === "k") keys.push(await keyOf(util, argument, global));
  return keys.length > 0 ? keys : [{ from: { field: 1, char: 1, skipBlanks: global.includes("b") }, to: null, options: global }];
}

async function keyOf(util: Utility, text: string, global: string): Promise<Key> {
  const match = KEY.exec(text);
  const [, field = "", char, first = "", toField, toChar, last = ""] = match ?? [];
  if (field === "" || match === null) {
    const reason = /^\d/.test(text)
      ? `stray character in field spec: invalid field specification ${quote(text)}`
      : `invalid number at field start: invalid count at start of ${quote(text)}`;
    return await util.die(reason);
  }
  if (field === "0" || toField === "0") return await util.die(`field number is zero: invalid field specification ${quote(text)}`);
  if (char === "0") return await util.die(`character offset is zero: invalid field specification ${quote(text)}`);
  const own = first + last;
  if (/[diMhRV]/.test(own)) await util.notModelled(`key ${quote(text)}`);
  const options = own === "" ? global : own;
  const blanks = (letters: string): boolean => letters.includes("b") || (own === "" && global.includes("b"));
  return {
    from: { field: Number(field), char: Number(char ?? 1), skipBlanks: blanks(first) },
    to: toField === undefined ? null : { field: Number(toField), char: Number(toChar ?? 0), skipBlanks: blanks(last) },
    options,
  };
}

/** The part of the line that a key compares. Without a separator a field begins with the blanks before it. */
function extract(line: string, { from, to }: Key, separator: string | null): string {
  const fields = separator === null ? (line.match(/[ \t]*[^ \t]*/g) ?? []) : line.split(separator);
  const start = (field: number): number =>
    fields.slice(0, field - 1).reduce((sum, text) => sum + text.length + (separator === null ? 0 : 1), 0);
  const blanksAt = (at: number): number => /^[ \t]*/.exec(line.slice(at))?.[0].length ?? 0;
  const offset = (position: Position): number => {
    const at = Math.min(start(position.field), line.length);
    return at + (position.skipBlanks ? blanksAt(at) : 0);
  };
  const begin = offset(from) + from.char - 1;
  if (to === null) return line.slice(begin);
  const end = to.char === 0 ? start(to.field) + (fields[to.field - 1]?.length ?? 0) : offset(to) + to.char;
  return line.slice(begin, Math.max(begin, end));
}

function compareBy(options: string, a: string, b: string): number {
  if (options.includes("n")) return leadingNumber(a) - leadingNumber(b);
  if (options.includes("g")) return generalNumber(a) - generalNumber(b);
  const [x, y] = options.includes("b") ? [a.trimStart(), b.trimStart()] : [a, b];
  return options.includes("f") ? byteOrder(x.toUpperCase(), y.toUpperCase()) : byteOrder(x, y);
}

function leadingNumber(text: string): number {
  return Number(/^[ \t]*(-?\d*\.?\d*)/.exec(text)?.[1] || 0) || 0;
}

function generalNumber(text: string): number {
  const number = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/i.exec(text)?.[0];
  return number === undefined ? Number.MIN_SAFE_INTEGER : (parseNumber(number.trim()) ?? 0);
}

/** By bytes, as in the C locale; UTF-16 order differs from it only beyond the basic plane. */
function byteOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
