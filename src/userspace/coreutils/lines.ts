/** Utilities that move whole lines: tac(1), rev(1), paste(1), fold(1). */
import { strerror } from "../../kernel/index.ts";
import type { Fd } from "../../syscall/index.ts";
import { decode, STDIN } from "../lib/index.ts";
import { byteLength, LineSource } from "./grep-lines.ts";
import { closeOperand, openOperand, readOperand, readSome } from "./input.ts";
import { TextPieces } from "./pieces.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { compileRegex } from "./regex.ts";
import { type Utility, utility } from "./utility.ts";

type Complaint = (name: string, why: string) => string;

/** Opens an operand; a complaint and null if that fails. */
async function openOr(util: Utility, operand: string, complaint: Complaint): Promise<Fd | null> {
  const fd = await openOperand(util, operand);
  if (fd >= 0) return fd;
  await util.fail(complaint(quoteIfNeeded(operand), strerror(fd)));
  return null;
}

function linesOf(util: Utility, fd: Fd, end: string): LineSource {
  return new LineSource(util.process, fd, { end, mayBeBinary: false, offsets: false });
}

/** Hands over the lines of all operands as they come, with what ended them. */
export async function eachLine(
  util: Utility,
  end: string,
  take: (line: string, end: string) => Promise<void>,
  complaint: Complaint = plain,
): Promise<void> {
  for (const operand of operandsOf(util)) {
    const fd = await openOr(util, operand, complaint);
    if (fd === null) continue;
    const source = linesOf(util, fd, end);
    for (;;) {
      const line = await source.next();
      if (typeof line === "number") await util.fail(complaint(quoteIfNeeded(operand), strerror(line)));
      if (line === null || typeof line === "number") break;
      await take(line.text, source.endsUnfinished ? "" : end);
    }
    await closeOperand(util, fd);
  }
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

const revManual = { usage: "[options] [<file> ...]", short: "0", long: { zero: "0" }, version: "rev from util-linux 2.38.1" };

export const rev = utility(revManual, async (util) => {
  await eachLine(
    util,
    util.has("0") ? "\0" : "\n",
    async (line, end) => await util.out(Array.from(line).reverse().join("") + end),
    (name, why) => `cannot open ${name}: ${why}`,
  );
});

export const paste = utility(
  { usage: "[OPTION]... [FILE]...", short: "d:sz", long: { delimiters: "d:", serial: "s", "zero-terminated": "z" } },
  async (util) => {
    const end = util.has("z") ? "\0" : "\n";
    const list = util.value("d") ?? "\t";
    if (/(?<!\\)(?:\\\\)*\\$/.test(list)) await util.die(`delimiter list ends with an unescaped backslash: ${list}`);
    const delimiters = delimitersOf(list);
    const columns: Column[] = [];
    for (const operand of operandsOf(util)) {
      // Standard input gives its lines in turn to all operands that name it.
      const shared = operand === "-" ? columns.find((column) => column.operand === "-") : undefined;
      const fd = shared === undefined ? await openOr(util, operand, plain) : STDIN;
      if (fd === null && !util.has("s")) return await util.end(1);
      if (fd !== null) columns.push(shared ?? { operand, source: linesOf(util, fd, end) });
    }
    const before = (i: number): string => (i === 0 ? "" : (delimiters[(i - 1) % delimiters.length] ?? ""));
    if (util.has("s")) for (const column of columns) await pasteSerially(util, column, before, end);
    else await pasteRows(util, columns, before, end);
  },
);

interface Column {
  readonly operand: string;
  readonly source: LineSource;
}

/** The next line of a column, null if there is none. */
async function cellOf(util: Utility, { operand, source }: Column): Promise<string | null> {
  const line = await source.next();
  if (typeof line !== "number") return line === null ? null : line.text;
  await util.fail(plain(quoteIfNeeded(operand), strerror(line)));
  return util.has("s") ? null : await util.end(1);
}

async function pasteSerially(util: Utility, column: Column, before: (i: number) => string, end: string): Promise<void> {
  let i = 0;
  for (let cell = await cellOf(util, column); cell !== null; cell = await cellOf(util, column)) await util.out(before(i++) + cell);
  await util.out(end);
}

async function pasteRows(util: Utility, columns: readonly Column[], before: (i: number) => string, end: string): Promise<void> {
  for (;;) {
    const cells: (string | null)[] = [];
    for (const column of columns) cells.push(await cellOf(util, column));
    if (cells.every((cell) => cell === null)) return;
    await util.out(cells.map((cell, i) => before(i) + (cell ?? "")).join("") + end);
  }
}

function delimitersOf(text: string): string[] {
  const known: Readonly<Record<string, string>> = { n: "\n", t: "\t", "0": "", "\\": "\\", b: "\b", f: "\f", r: "\r", v: "\v" };
  const found = Array.from(text.matchAll(/\\(.)|([^\\])/gs), ([, escaped, char]) =>
    escaped === undefined ? (char ?? "") : (known[escaped] ?? escaped),
  );
  return found.length === 0 ? [""] : found;
}

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
      const fd = await openOr(util, operand, plain);
      if (fd === null) continue;
      const error = await foldFile(util, fd, new Folder(width, util.has("s"), util.has("b")));
      if (error < 0) await util.fail(plain(quoteIfNeeded(operand), strerror(error)));
      await closeOperand(util, fd);
    }
  },
);

async function foldFile(util: Utility, fd: Fd, folder: Folder): Promise<number> {
  const pieces = new TextPieces();
  for (;;) {
    const bytes = await readSome(util.process, fd);
    const atEnd = typeof bytes === "number" || bytes.length === 0;
    for (const char of atEnd ? pieces.end() : pieces.take(bytes)) await folder.take(char, (line) => util.out(line));
    if (!atEnd) continue;
    await util.out(folder.rest);
    return typeof bytes === "number" ? bytes : 0;
  }
}

/** Bytes count as in the C locale; a tab goes to the next eighth column, a backspace one back. With -b every byte is one. */
class Folder {
  /** The line that is not full yet. */
  rest = "";
  private readonly width: number;
  private readonly atSpaces: boolean;
  private readonly byBytes: boolean;
  private columns = 0;

  constructor(width: number, atSpaces: boolean, byBytes: boolean) {
    this.width = width;
    this.atSpaces = atSpaces;
    this.byBytes = byBytes;
  }

  async take(char: string, out: (line: string) => Promise<void>): Promise<void> {
    if (char === "\n") {
      await out(`${this.rest}\n`);
      [this.rest, this.columns] = ["", 0];
      return;
    }
    while (this.moved(char, this.columns) > this.width && this.rest !== "") {
      const space = this.atSpaces ? Math.max(this.rest.lastIndexOf(" "), this.rest.lastIndexOf("\t")) : -1;
      const cut = space >= 0 ? space + 1 : this.rest.length;
      await out(`${this.rest.slice(0, cut)}\n`);
      this.rest = this.rest.slice(cut);
      this.columns = Array.from(this.rest).reduce((at, one) => this.moved(one, at), 0);
    }
    this.columns = this.moved(char, this.columns);
    this.rest += char;
  }

  private moved(char: string, from: number): number {
    if (this.byBytes) return from + byteLength(char);
    if (char === "\b") return Math.max(0, from - 1);
    if (char === "\r") return 0;
    return char === "\t" ? from + 8 - (from % 8) : from + byteLength(char);
  }
}
