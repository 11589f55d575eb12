/** expand(1): -i -t; unexpand(1): -a -t, --first-only. Tab stops are one width or a list. */
import { strerror } from "../../kernel/index.ts";
import { decode } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

/** Where the next tab stop is; null behind the last one of a list. */
type Stops = (column: number) => number | null;

async function stopsOf(util: Utility): Promise<Stops> {
  const texts = util.given.filter(({ letter }) => letter === "t").map(({ argument }) => argument);
  if (texts.length === 0) return (column) => column - (column % 8) + 8;
  const list: number[] = [];
  for (const text of texts.join(",").split(/[, \t]+/)) {
    if (!/^\d+$/.test(text)) await util.die(`tab size contains invalid character(s): ${quote(text.replace(/^\d+/, ""))}`);
    if (Number(text) === 0) await util.die("tab size cannot be 0");
    if (Number(text) <= (list.at(-1) ?? 0)) await util.die("tab sizes must be ascending");
    list.push(Number(text));
  }
  const [width = 8] = list;
  return list.length === 1 ? (column) => column - (column % width) + width : (column) => list.find((stop) => stop > column) ?? null;
}

async function eachText(util: Utility, show: (text: string) => string): Promise<void> {
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const bytes = await readOperand(util, operand);
    if (typeof bytes === "number") await util.fail(`${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
    else await util.out(show(decode(bytes)));
  }
}

const modernise = (words: readonly string[]): readonly string[] => words.map((word) => word.replace(/^-(\d[\d,]*)$/, "-t$1"));

const expandManual = { usage: "[OPTION]... [FILE]...", short: "it:", long: { initial: "i", tabs: "t" }, modernise };

export const expand = utility(expandManual, async (util) => {
  const stops = await stopsOf(util);
  await eachText(util, (text) =>
    text
      .split("\n")
      .map((line) => expandLine(line, stops, util.has("i")))
      .join("\n"),
  );
});

function expandLine(line: string, stops: Stops, initial: boolean): string {
  let [out, column, leading] = ["", 0, true];
  for (const char of line) {
    if (char === "\t" && (leading || !initial)) {
      const next = stops(column) ?? column + 1;
      out += " ".repeat(next - column);
      column = next;
      continue;
    }
    if (char !== " ") leading = false;
    out += char;
    column = char === "\b" ? Math.max(0, column - 1) : column + 1;
  }
  return out;
}

const unexpandManual = {
  usage: "[OPTION]... [FILE]...",
  short: "at:",
  long: { all: "a", "first-only": "first-only", tabs: "t" },
  modernise,
};

export const unexpand = utility(unexpandManual, async (util) => {
  const stops = await stopsOf(util);
  const all = util.has("a", "t") && !util.has("first-only");
  await eachText(util, (text) =>
    text
      .split("\n")
      .map((line) => unexpandLine(line, stops, all))
      .join("\n"),
  );
});

/** Blanks that reach a tab stop become a tab; a single space in front of one stays behind the first blanks. */
function unexpandLine(line: string, stops: Stops, all: boolean): string {
  let [out, column, leading] = ["", 0, true];
  for (let at = 0; at < line.length; ) {
    const blanks = leading || all ? (/^[ \t]+/.exec(line.slice(at))?.[0] ?? "") : "";
    if (blanks === "") {
      const char = line.charAt(at++);
      leading = false;
      out += char;
      column++;
      continue;
    }
    const packed = packBlanks(blanks, column, stops);
    out += packed.text;
    column = packed.column;
    at += blanks.length;
  }
  return out;
}

function packBlanks(blanks: string, from: number, stops: Stops): { readonly text: string; readonly column: number } {
  let [text, column, pending] = ["", from, 0];
  for (const blank of blanks) {
    const stop = stops(column);
    if (stop === null) {
      text += " ".repeat(pending) + blank;
      pending = 0;
      column++;
      continue;
    }
    column = blank === "\t" ? stop : column + 1;
    pending++;
    if (column !== stop) continue;
    text += pending === 1 && blank === " " ? " " : "\t";
    pending = 0;
  }
  return { text: text + " ".repeat(pending), column };
}
