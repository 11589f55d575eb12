/** cut(1): -b, -c, -d, -f, -s, --complement, --output-delimiter. */
import { strerror } from "../../kernel/index.ts";
import { LineReader } from "../lib/index.ts";
import { closeOperand, openOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "OPTION... [FILE]...",
  short: "b:c:d:f:nsz",
  long: {
    bytes: "b",
    characters: "c",
    delimiter: "d",
    fields: "f",
    "only-delimited": "s",
    "zero-terminated": "z",
    complement: "complement",
    "output-delimiter": "output-delimiter:",
  },
  refused: ["z"],
};

type Range = readonly [from: number, to: number];

export const cut = utility(manual, async (util) => {
  const lists = util.given.filter(({ letter }) => "bcf".includes(letter));
  if (lists.length > 1) await util.misused("only one list may be specified");
  const list = lists[0] ?? (await util.misused("you must specify a list of bytes, characters, or fields"));
  const byFields = list.letter === "f";
  const delimiter = util.value("d") ?? "\t";
  if (delimiter.length > 1) await util.misused("the delimiter must be a single character");
  if (!byFields && util.has("d")) await util.misused("an input delimiter may be specified only when operating on fields");
  if (!byFields && util.has("s")) await util.misused("suppressing non-delimited lines makes sense\n\tonly when operating on fields");
  const ranges = await rangesOf(util, list.argument, byFields);
  const wanted = (number: number): boolean => ranges.some(([from, to]) => number >= from && number <= to) !== util.has("complement");
  const joint = util.value("output-delimiter") ?? (byFields ? delimiter : "");
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const fd = await openOperand(util, operand);
    const error = fd < 0 ? fd : await cutLines(util, fd, (line) => cutLine(line, byFields ? delimiter : "", joint, wanted, util.has("s")));
    if (error < 0) await util.fail(`${quoteIfNeeded(operand)}: ${strerror(error)}`);
    if (fd >= 0) await closeOperand(util, fd);
  }
});

async function cutLines(util: Utility, fd: number, cutOne: (line: string) => string | null): Promise<number> {
  const reader = new LineReader(util.process, fd);
  for (;;) {
    const line = await reader.next();
    if (typeof line === "number") return line;
    if (line === null) return 0;
    const shown = cutOne(line);
    if (shown !== null) await util.out(`${shown}\n`);
  }
}

function cutLine(
  line: string,
  delimiter: string,
  joint: string,
  wanted: (number: number) => boolean,
  onlyDelimited: boolean,
): string | null {
  if (delimiter !== "" && !line.includes(delimiter)) return onlyDelimited ? null : line;
  const parts = delimiter === "" ? Array.from(line) : line.split(delimiter);
  return parts.filter((_part, i) => wanted(i + 1)).join(joint);
}

async function rangesOf(util: Utility, list: string, byFields: boolean): Promise<readonly Range[]> {
  const ranges: Range[] = [];
  for (const part of list.split(/[, \t]/)) {
    const range = parseRange(part, byFields);
    ranges.push(typeof range === "string" ? await util.misused(range) : range);
  }
  return ranges;
}

/** `N`, `N-`, `-M` or `N-M`, or what is wrong with it. */
function parseRange(part: string, byFields: boolean): Range | string {
  const match = /^(\d*)(-?)(\d*)$/.exec(part);
  if (match === null) return `invalid ${byFields ? "field value" : "byte/character position"} ${quote(part)}`;
  const [, from = "", dash, to = ""] = match;
  if (dash !== "" && from === "" && to === "") return "invalid range with no endpoint: -";
  if (part === "" || from === "0" || to === "0") return `${byFields ? "fields" : "byte/character positions"} are numbered from 1`;
  const range: Range = [Number(from || 1), dash === "" ? Number(from) : to === "" ? Infinity : Number(to)];
  return range[1] < range[0] ? "invalid decreasing range" : range;
}
