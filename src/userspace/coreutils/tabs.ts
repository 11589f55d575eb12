/** expand(1): -i -t; unexpand(1): -a -t, --first-only. Tab stops are one width or a list. */
import { strerror } from "../../kernel/index.ts";
import type { Fd } from "../../syscall/index.ts";
import { closeOperand, openOperand, readSome } from "./input.ts";
import { TextPieces } from "./pieces.ts";
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

/** What a program makes of a character, with the column that it keeps; lines may go on in the next file. */
interface Converter {
  take(char: string): string;
  /** What is still held at the end. */
  end(): string;
}

async function convert(util: Utility, converter: Converter): Promise<void> {
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const fd = await openOperand(util, operand);
    const error = fd < 0 ? fd : await convertFile(util, fd, converter);
    if (error < 0) await util.fail(`${quoteIfNeeded(operand)}: ${strerror(error)}`);
    if (fd >= 0) await closeOperand(util, fd);
  }
  await util.out(converter.end());
}

async function convertFile(util: Utility, fd: Fd, converter: Converter): Promise<number> {
  const pieces = new TextPieces();
  for (;;) {
    const bytes = await readSome(util.process, fd);
    const atEnd = typeof bytes === "number" || bytes.length === 0;
    let out = "";
    for (const char of atEnd ? pieces.end() : pieces.take(bytes)) {
      out += converter.take(char);
      if (char !== "\n") continue;
      await util.out(out);
      out = "";
    }
    await util.out(out);
    if (atEnd) return typeof bytes === "number" ? bytes : 0;
  }
}

const modernise = (words: readonly string[]): readonly string[] => words.map((word) => word.replace(/^-(\d[\d,]*)$/, "-t$1"));

const expandManual = { usage: "[OPTION]... [FILE]...", short: "it:", long: { initial: "i", tabs: "t" }, modernise };

export const expand = utility(expandManual, async (util) => convert(util, new Expander(await stopsOf(util), util.has("i"))));

class Expander implements Converter {
  private readonly stops: Stops;
  private readonly initial: boolean;
  private column = 0;
  private leading = true;

  constructor(stops: Stops, initial: boolean) {
    this.stops = stops;
    this.initial = initial;
  }

  take(char: string): string {
    if (char === "\n") {
      [this.column, this.leading] = [0, true];
      return char;
    }
    if (char === "\t" && (this.leading || !this.initial)) {
      const from = this.column;
      this.column = this.stops(from) ?? from + 1;
      return " ".repeat(this.column - from);
    }
    if (char !== " ") this.leading = false;
    this.column = char === "\b" ? Math.max(0, this.column - 1) : this.column + 1;
    return char;
  }

  end(): string {
    return "";
  }
}

const unexpandManual = {
  usage: "[OPTION]... [FILE]...",
  short: "at:",
  long: { all: "a", "first-only": "first-only", tabs: "t" },
  modernise,
};

export const unexpand = utility(unexpandManual, async (util) => {
  const all = util.has("a", "t") && !util.has("first-only");
  await convert(util, new Unexpander(await stopsOf(util), all));
});

/**
 * Blanks that reach a tab stop become a tab. A single space in front of one is only replaced if more blanks follow, or if the
 * line begins with it.
 */
class Unexpander implements Converter {
  private readonly stops: Stops;
  private readonly all: boolean;
  private column = 0;
  private converting = true;
  private afterBlank = true;
  /** Spaces that are not written yet, and whether the first of them reached a tab stop. */
  private held = 0;
  private heldAtStop = false;

  constructor(stops: Stops, all: boolean) {
    this.stops = stops;
    this.all = all;
  }

  take(char: string): string {
    if (this.converting && (char === " " || char === "\t")) return this.takeBlank(char);
    const held = this.end();
    if (char === "\n") [this.column, this.converting, this.afterBlank] = [0, true, true];
    else {
      this.column = char === "\b" ? Math.max(0, this.column - 1) : this.column + 1;
      this.converting &&= this.all;
      this.afterBlank = false;
    }
    return held + char;
  }

  end(): string {
    const held = this.held === 0 ? "" : (this.heldAtStop && this.held > 1 ? "\t" : " ") + " ".repeat(this.held - 1);
    [this.held, this.heldAtStop] = [0, false];
    return held;
  }

  private takeBlank(blank: string): string {
    const stop = this.stops(this.column);
    if (stop === null) {
      this.converting = false;
      return this.end() + blank;
    }
    const reaches = blank === "\t" || this.column + 1 === stop;
    const replaced = blank === "\t" || (reaches && this.afterBlank);
    this.column = reaches ? stop : this.column + 1;
    this.afterBlank = true;
    if (!replaced) {
      this.heldAtStop ||= reaches;
      this.held++;
      return "";
    }
    const before = this.heldAtStop ? "\t" : "";
    [this.held, this.heldAtStop] = [0, false];
    return `${before}\t`;
  }
}
