/** uniq(1): all options. */
import { strerror } from "../../kernel/index.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { STDOUT } from "../lib/index.ts";
import { chooseWord } from "./choices.ts";
import { LineSource } from "./grep-lines.ts";
import { openOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [INPUT [OUTPUT]]",
  short: "cdDf:is:uw:z",
  long: {
    ...{ count: "c", repeated: "d", "ignore-case": "i", unique: "u", "skip-fields": "f", "skip-chars": "s", "check-chars": "w" },
    ...{ "zero-terminated": "z", "all-repeated": "all-repeated::", group: "group::" },
  },
  /** `-N` skips N fields. */
  modernise: (words: readonly string[]): readonly string[] => words.map((word) => word.replace(/^-(\d+)$/, "-f$1")),
};

/** Where empty lines stand between groups of lines. */
type Delimit = "none" | "prepend" | "separate" | "append" | "both";

export const uniq = utility(manual, async (util) => {
  const [input = "-", output, extra] = util.operands;
  if (extra !== undefined) await util.misused(`extra operand ${quote(extra)}`);
  const repeated = util.has("D", "all-repeated") ? await delimitOf(util, "all-repeated", ["none", "prepend", "separate"]) : null;
  const grouped = util.has("group") ? await delimitOf(util, "group", ["prepend", "append", "separate", "both"]) : null;
  if (grouped !== null && util.has("c", "d", "D", "u")) await util.misused("--group is mutually exclusive with -c/-d/-D/-u");
  if (repeated !== null && util.has("c")) await util.misused("printing all duplicated lines and repeat counts is meaningless");
  const end = util.has("z") ? "\0" : "\n";
  const keyOf = await keysOf(util);
  const fd = await openOperand(util, input);
  if (fd < 0) return await util.die(`${quoteIfNeeded(input)}: ${strerror(fd)}`);
  if (output !== undefined && output !== "-") await redirect(util, output);
  const printer =
    grouped !== null
      ? new AllLines(util, end, grouped, 1)
      : repeated !== null
        ? new AllLines(util, end, repeated, 2)
        : new OneOfEach(util, end);
  const source = new LineSource(util.process, fd, { end, mayBeBinary: false, offsets: false });
  let key: string | null = null;
  for (;;) {
    const line = await source.next();
    if (typeof line === "number") return await util.die(`error reading ${quote(input)}`);
    if (line === null) break;
    const mine = keyOf(line.text);
    await (mine === key ? printer.goOn(line.text) : printer.begin(line.text));
    key = mine;
  }
  await printer.end();
});

/** Standard output becomes a file. */
async function redirect(util: Utility, output: string): Promise<void> {
  const fd = await util.process.open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  if (fd < 0) await util.die(`${quoteIfNeeded(output)}: ${strerror(fd)}`);
  await util.process.dup2(fd, STDOUT);
  await util.process.close(fd);
}

/** What is compared of a line. */
async function keysOf(util: Utility): Promise<(line: string) => string> {
  const [fields, chars, most] = [
    await countOf(util, "f", 0),
    await countOf(util, "s", 0),
    await countOf(util, "w", Number.POSITIVE_INFINITY),
  ];
  const skipped = new RegExp(`^(?:[ \\t]*[^ \\t]*){${fields}}`);
  return (line) => {
    const part = line.replace(skipped, "").slice(chars, chars + most);
    return util.has("i") ? part.toLowerCase() : part;
  };
}

/** Prints one line of each group of lines that are equal. */
class OneOfEach {
  private readonly util: Utility;
  private readonly lineEnd: string;
  /** Nothing has to be known about a group to print its first line. */
  private readonly atOnce: boolean;
  private line = "";
  private count = 0;

  constructor(util: Utility, lineEnd: string) {
    this.util = util;
    this.lineEnd = lineEnd;
    this.atOnce = !util.has("c", "d", "u");
  }

  async begin(line: string): Promise<void> {
    await this.end();
    [this.line, this.count] = [line, 1];
    if (this.atOnce) await this.util.out(line + this.lineEnd);
  }

  async goOn(_line: string): Promise<void> {
    this.count++;
  }

  async end(): Promise<void> {
    const { util, count } = this;
    if (this.atOnce || count === 0 || util.has(count > 1 ? "u" : "d")) return;
    await util.out(`${util.has("c") ? `${String(count).padStart(7)} ` : ""}${this.line}${this.lineEnd}`);
  }
}

/** Prints all lines of the groups that have `least` of them, a line late if that is more than one, as the real one does. */
class AllLines {
  private readonly util: Utility;
  private readonly lineEnd: string;
  private readonly delimit: Delimit;
  private readonly late: boolean;
  private groups = 0;
  private waiting: string | null = null;
  private size = 0;

  constructor(util: Utility, lineEnd: string, delimit: Delimit, least: 1 | 2) {
    this.util = util;
    this.lineEnd = lineEnd;
    this.delimit = delimit;
    this.late = least > 1;
  }

  async begin(line: string): Promise<void> {
    if (this.late) {
      await this.endGroup();
      [this.waiting, this.size] = [line, 1];
      return;
    }
    await this.openGroup();
    await this.put(line);
  }

  async goOn(line: string): Promise<void> {
    if (!this.late) return await this.put(line);
    if (this.size++ === 1) await this.openGroup();
    await this.put(this.waiting ?? "");
    this.waiting = line;
  }

  async end(): Promise<void> {
    await this.endGroup();
    if (this.groups > 0 && (this.delimit === "append" || this.delimit === "both")) await this.util.out(this.lineEnd);
  }

  private async openGroup(): Promise<void> {
    const first = this.groups++ === 0;
    if (first ? this.delimit === "prepend" || this.delimit === "both" : this.delimit !== "none") await this.util.out(this.lineEnd);
  }

  private async endGroup(): Promise<void> {
    if (this.size > 1) await this.put(this.waiting ?? "");
    this.size = 0;
  }

  private async put(line: string): Promise<void> {
    await this.util.out(line + this.lineEnd);
  }
}

async function delimitOf<T extends Delimit>(util: Utility, option: string, known: readonly T[]): Promise<Delimit> {
  const word = util.lastOf("D", option) === "D" ? "" : (util.value(option) ?? "");
  if (word === "") return option === "group" ? "separate" : "none";
  return await chooseWord(
    util,
    word,
    `--${option}`,
    known.map((one) => [one] as const),
  );
}

const WHAT: Readonly<Record<string, string>> = { f: "fields to skip", s: "bytes to skip", w: "bytes to compare" };

async function countOf(util: Utility, letter: string, otherwise: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  return /^\d+$/.test(text) ? Number(text) : await util.die(`${text}: invalid number of ${WHAT[letter]}`);
}
