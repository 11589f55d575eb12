/** Utilities that move whole lines: tac(1), rev(1), paste(1), nl(1), fold(1). */
import { strerror } from "../../kernel/index.ts";
import { decode } from "../lib/index.ts";
import { byteLength } from "./grep-lines.ts";
import { readOperand, splitLines } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { compileRegex } from "./regex.ts";
import { type Utility, utility } from "./utility.ts";

/** The text of an operand; a complaint and null if it cannot be read. */
async function textOf(util: Utility, operand: string, complaint: (name: string, why: string) => string): Promise<string | null> {
  const bytes = await readOperand(util, operand);
  if (typeof bytes !== "number") return decode(bytes);
  await util.fail(complaint(quoteIfNeeded(operand), strerror(bytes)));
  return null;
}

const plain = (name: string, why: string): string => `${name}: ${why}`;

const operandsOf = (util: Utility): readonly string[] => (util.operands.length === 0 ? ["-"] : util.operands);

export const tac = utility(
  { usage: "[OPTION]... [FILE]...", short: "brs:", long: { before: "b", regex: "r", separator: "s:" } },
  async (util) => {
    const separator = util.value("s") ?? "\n";
    for (const operand of operandsOf(util)) {
      const bytes = await readOperand(util, operand);
      if (typeof bytes === "number") {
        const isDirectory = bytes === -21;
        await util.fail(
          isDirectory
            ? `${quoteIfNeeded(operand)}: read error: Is a directory`
            : `failed to open ${quote(operand)} for reading: ${strerror(bytes)}`,
        );
        continue;
      }
      const found = recordsOf(decode(bytes), separator, util.has("r"), util.has("b"));
      await (typeof found === "string" ? util.die(found) : util.out(found.toReversed().join("")));
    }
  },
);

/** Records with their separators, which stand behind them or (`before`) in front of them; or what is wrong with the separator. */
function recordsOf(text: string, separator: string, regex: boolean, before: boolean): readonly string[] | string {
  const pattern = regex ? compileRegex(separator, { extended: false }) : null;
  if (typeof pattern === "string") return pattern;
  const ends: (readonly [start: number, end: number])[] = [];
  for (let at = 0; at < text.length; ) {
    let [start, length] = [text.indexOf(separator, at), separator.length];
    if (pattern !== null) {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      [start, length] = [found?.index ?? -1, found?.[0].length ?? 0];
    }
    if (start < 0) break;
    at = start + Math.max(1, length);
    ends.push([start, start + length]);
  }
  const records: string[] = [];
  let from = 0;
  for (const [start, end] of ends) {
    const cut = before ? start : end;
    if (cut > from || !before) records.push(text.slice(from, cut));
    from = cut;
  }
  return from < text.length ? [...records, text.slice(from)] : records;
}

export const rev = utility({ usage: "[options] [<file> ...]", short: "0", long: { zero: "0" } }, async (util) => {
  const separator = util.has("0") ? "\0" : "\n";
  for (const operand of operandsOf(util)) {
    const text = await textOf(util, operand, (name, why) => `cannot open ${name}: ${why}`);
    if (text === null) continue;
    await util.out(
      text
        .split(separator)
        .map((line) => Array.from(line).reverse().join(""))
        .join(separator),
    );
  }
});

export const paste = utility(
  { usage: "[OPTION]... [FILE]...", short: "d:sz", long: { delimiters: "d:", serial: "s", "zero-terminated": "z" } },
  async (util) => {
    const end = util.has("z") ? "\0" : "\n";
    const delimiters = delimitersOf(util.value("d") ?? "\t");
    const files: string[][] = [];
    const stdin = operandsOf(util).includes("-") ? ((await textOf(util, "-", plain)) ?? "") : "";
    const shared = splitBy(stdin, end);
    const dashes = operandsOf(util).filter((operand) => operand === "-").length;
    let dash = 0;
    for (const operand of operandsOf(util)) {
      if (operand === "-") {
        const mine = dash++;
        files.push(util.has("s") ? (mine === 0 ? shared : []) : shared.filter((_line, i) => i % dashes === mine));
        continue;
      }
      const text = await textOf(util, operand, plain);
      if (text === null && !util.has("s")) return await util.end(1);
      if (text !== null) files.push(splitBy(text, end));
    }
    const join = (cells: readonly string[]): string =>
      cells.map((cell, i) => (i === 0 ? "" : (delimiters[(i - 1) % delimiters.length] ?? "")) + cell).join("") + end;
    if (util.has("s")) return await util.out(files.map(join).join(""));
    const height = Math.max(...files.map(({ length }) => length));
    for (let row = 0; row < height; row++) await util.out(join(files.map((lines) => lines[row] ?? "")));
  },
);

function splitBy(text: string, end: string): string[] {
  if (text === "") return [];
  return (text.endsWith(end) ? text.slice(0, -1) : text).split(end);
}

function delimitersOf(text: string): string[] {
  const known: Readonly<Record<string, string>> = { n: "\n", t: "\t", "0": "", "\\": "\\", b: "\b", f: "\f", r: "\r", v: "\v" };
  const found = Array.from(text.matchAll(/\\(.)|([^\\])/gs), ([, escaped, char]) =>
    escaped === undefined ? (char ?? "") : (known[escaped] ?? escaped),
  );
  return found.length === 0 ? [""] : found;
}

const nlManual = {
  usage: "[OPTION]... [FILE]...",
  short: "b:d:f:h:i:l:n:ps:v:w:",
  long: {
    ...{ "body-numbering": "b:", "section-delimiter": "d:", "footer-numbering": "f:", "header-numbering": "h:", "line-increment": "i:" },
    ...{ "join-blank-lines": "l:", "number-format": "n:", "no-renumber": "p", "number-separator": "s:", "starting-line-number": "v:" },
    ...{ "number-width": "w:" },
  },
  refused: ["d", "f", "h", "l", "p"],
};

export const nl = utility(nlManual, async (util) => {
  const style = util.value("b") ?? "t";
  if (!/^[atn]$/.test(style)) {
    if (style.startsWith("p")) await util.notModelled("body numbering style 'p'");
    await util.misused(`invalid body numbering style: ${quote(style)}`);
  }
  const [width, step, separator] = [Number(util.value("w") ?? 6), Number(util.value("i") ?? 1), util.value("s") ?? "\t"];
  const format = util.value("n") ?? "rn";
  let number = Number(util.value("v") ?? 1);
  const shown = (value: number): string =>
    format === "ln" ? String(value).padEnd(width) : String(value).padStart(width, format === "rz" ? "0" : " ");
  for (const operand of operandsOf(util)) {
    const text = await textOf(util, operand, plain);
    for (const line of splitLines(text ?? "")) {
      const counts = style === "a" || (style === "t" && line !== "");
      await util.out(counts ? `${shown(number)}${separator}${line}\n` : `${" ".repeat(width + separator.length)}${line}\n`);
      if (counts) number += step;
    }
  }
});

export const fold = utility(
  {
    usage: "[OPTION]... [FILE]...",
    short: "bsw:",
    long: { bytes: "b", spaces: "s", width: "w:" },
    modernise: (words) => words.map((word) => word.replace(/^-(\d+)$/, "-w$1")),
  },
  async (util) => {
    const given = util.value("w") ?? "80";
    const width = Number(given);
    if (!/^\d+$/.test(given) || width === 0) await util.die(`invalid number of columns: ${quote(given)}`);
    for (const operand of operandsOf(util)) {
      const text = await textOf(util, operand, plain);
      if (text === null || text === "") continue;
      const folded = splitLines(text).map((line) => folds(line, width, util.has("s"), util.has("b")).join("\n"));
      await util.out(`${folded.join("\n")}${text.endsWith("\n") ? "\n" : ""}`);
    }
  },
);

/** Bytes count as in the C locale; a tab goes to the next eighth column, a backspace one back. With -b every byte is one. */
function folds(line: string, width: number, atSpaces: boolean, byBytes: boolean): string[] {
  const pieces: string[] = [];
  let [piece, columns] = ["", 0];
  const moved = (char: string, from: number): number => {
    if (byBytes) return from + byteLength(char);
    if (char === "\b") return Math.max(0, from - 1);
    if (char === "\r") return 0;
    return char === "\t" ? from + 8 - (from % 8) : from + byteLength(char);
  };
  for (const char of line) {
    while (moved(char, columns) > width && piece !== "") {
      const space = atSpaces ? Math.max(piece.lastIndexOf(" "), piece.lastIndexOf("\t")) : -1;
      const cut = space >= 0 ? space + 1 : piece.length;
      pieces.push(piece.slice(0, cut));
      piece = piece.slice(cut);
      columns = Array.from(piece).reduce((at, one) => moved(one, at), 0);
    }
    columns = moved(char, columns);
    piece += char;
  }
  return [...pieces, piece];
}
