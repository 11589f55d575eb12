/** wc(1): all options. */
import { strerror } from "../../kernel/index.ts";
import { type Fd, S_IFMT, S_IFREG } from "../../syscall/index.ts";
import { byteString, decode, STDIN } from "../lib/index.ts";
import { closeOperand, openOperand, readOperand, readSome } from "./input.ts";
import { charactersAreBytes } from "./locale.ts";
import { TextPieces } from "./pieces.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "clLmw",
  long: { bytes: "c", chars: "m", lines: "l", words: "w", "max-line-length": "L", "files0-from": "files0-from:" },
};

/** What is counted, in the order in which it is printed. */
const COUNTERS = ["l", "w", "m", "c", "L"] as const;
type Counter = (typeof COUNTERS)[number];

const NEWLINE = 10;
/** A word begins with something that can be seen. */
const WORD = /[^\s\p{Cc}]\S*/gu;
const WORD_OF_BYTES = /[!-~][^\t-\r ]*/g;
const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Counts what one file holds, piece by piece. */
class Counting {
  readonly counts: Record<Counter, number> = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  private readonly asked: ReadonlySet<Counter>;
  private readonly pieces: TextPieces | null;
  private readonly byBytes: boolean;
  private inWord = false;
  private column = 0;

  constructor(asked: readonly Counter[], byBytes: boolean) {
    this.asked = new Set(asked);
    this.byBytes = byBytes;
    this.pieces = asked.some((counter) => counter !== "l" && counter !== "c") ? new TextPieces() : null;
  }

  take(bytes: Uint8Array): void {
    this.counts.c += bytes.length;
    if (this.asked.has("l")) for (const byte of bytes) if (byte === NEWLINE) this.counts.l++;
    if (this.pieces !== null) this.takeText(this.byBytes ? byteString(bytes) : this.pieces.take(bytes));
  }

  end(): void {
    if (this.pieces !== null) this.takeText(this.pieces.end());
    this.endLine();
  }

  private takeText(text: string): void {
    if (text === "") return;
    this.counts.m += text.length - (text.match(PAIR)?.length ?? 0);
    if (this.asked.has("w")) this.takeWords(text);
    if (this.asked.has("L")) for (const char of text) this.takeWidth(char);
  }

  private takeWords(text: string): void {
    const [rest, word] = this.byBytes ? [/^[^\t-\r ]*/, WORD_OF_BYTES] : [/^\S*/, WORD];
    const fresh = this.inWord ? text.slice(rest.exec(text)?.[0].length) : text;
    if (fresh === "") return;
    let end = -1;
    for (const match of fresh.matchAll(word)) {
      this.counts.w++;
      end = match.index + match[0].length;
    }
    this.inWord = end === fresh.length;
  }

  /** Columns on a terminal, with tabs at every eighth. */
  private takeWidth(char: string): void {
    if (char === "\n" || char === "\r" || char === "\f") this.endLine();
    else if (char === "\t") this.column += 8 - (this.column % 8);
    else if (char >= " " && (this.byBytes ? char < "\x7f" : char !== "\x7f")) this.column++;
  }

  private endLine(): void {
    this.counts.L = Math.max(this.counts.L, this.column);
    this.column = 0;
  }
}

export const wc = utility(manual, async (util) => {
  const asked = COUNTERS.filter((counter) => util.has(counter));
  const counters = asked.length > 0 ? asked : COUNTERS.filter((counter) => "lwc".includes(counter));
  const listed = await listedFiles(util);
  const operands = listed ?? (util.operands.length === 0 ? ["-"] : util.operands);
  const width = listed !== null ? 1 : await widthFor(util, operands, counters.length);
  const totals = counters.map(() => 0);
  const show = (counts: readonly number[], name: string): Promise<void> =>
    util.out(`${counts.map((count) => String(count).padStart(width)).join(" ")}${name === "" ? "" : ` ${name}`}\n`);
  for (const operand of operands) {
    const fd = await openOperand(util, operand);
    if (fd < 0) {
      await util.fail(`${quoteIfNeeded(operand)}: ${strerror(fd)}`);
      continue;
    }
    const found = await countsOf(util, fd, operand, counters);
    await closeOperand(util, fd);
    for (const [i, counter] of counters.entries())
      totals[i] = counter === "L" ? Math.max(totals[i] ?? 0, found.L) : (totals[i] ?? 0) + found[counter];
    await show(
      counters.map((counter) => found[counter]),
      util.operands.length === 0 && listed === null ? "" : operand,
    );
  }
  if (operands.length > 1) await show(totals, "total");
});

/** What a file holds, as far as it can be read. */
async function countsOf(util: Utility, fd: Fd, operand: string, counters: readonly Counter[]): Promise<Readonly<Record<Counter, number>>> {
  const counting = new Counting(counters, charactersAreBytes(util.process));
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") await util.fail(`${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
    if (typeof bytes === "number" || bytes.length === 0) break;
    counting.take(bytes);
  }
  counting.end();
  return counting.counts;
}

/** The names of --files0-from; null without it. */
async function listedFiles(util: Utility): Promise<readonly string[] | null> {
  const list = util.value("files0-from");
  if (list === undefined) return null;
  const [extra] = util.operands;
  if (extra !== undefined) {
    await util.say(`extra operand ${quote(extra)}`);
    return await util.misused("file operands cannot be combined with --files0-from");
  }
  const bytes = await readOperand(util, list);
  if (typeof bytes === "number") return await util.die(`cannot open ${quote(list)} for reading: ${strerror(bytes)}`);
  return decode(bytes)
    .split("\0")
    .filter((name) => name !== "");
}

/** One number of one file needs no room; else as many digits as the files have bytes, and 7 if one of them is no regular file. */
async function widthFor(util: Utility, operands: readonly string[], counters: number): Promise<number> {
  if (operands.length === 1 && counters === 1) return 1;
  let [least, total] = [1, 0];
  for (const operand of operands) {
    const stat = operand === "-" ? await util.process.fstat(STDIN) : await util.process.stat(operand);
    if (typeof stat === "number") continue;
    if ((stat.mode & S_IFMT) === S_IFREG) total += stat.size;
    else least = 7;
  }
  return Math.max(least, String(total).length);
}
