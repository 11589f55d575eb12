/** cut(1): all options. A character is a byte, as for GNU cut in every locale. */
import { strerror } from "../../kernel/index.ts";
import { byteString, decode, encode, fromByteString } from "../lib/index.ts";
import { LineSource } from "./grep-lines.ts";
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
};

type Range = readonly [from: number, to: number];

export const cut = utility(manual, async (util) => {
  const lists = util.given.filter(({ letter }) => "bcf".includes(letter));
  if (lists.length > 1) await util.misused("only one list may be specified");
  const list = lists[0] ?? (await util.misused("you must specify a list of bytes, characters, or fields"));
  const byFields = list.letter === "f";
  const delimiter = util.value("d") === "" ? "\0" : (util.value("d") ?? "\t");
  if (encode(delimiter).length > 1) await util.misused("the delimiter must be a single character");
  if (!byFields && util.has("d")) await util.misused("an input delimiter may be specified only when operating on fields");
  if (!byFields && util.has("s")) await util.misused("suppressing non-delimited lines makes sense\n\tonly when operating on fields");
  const ranges = await rangesOf(util, list.argument, byFields);
  const wanted = (number: number): boolean => ranges.some(([from, to]) => number >= from && number <= to) !== util.has("complement");
  const joint = util.value("output-delimiter") ?? (byFields ? delimiter : "");
  const cutOne = (line: string): string | null =>
    byFields ? cutFields(line, { delimiter, joint, wanted, onlyDelimited: util.has("s") }) : cutCharacters(line, joint, wanted);
  for (const operand of util.operands.length === 0 ? ["-"] : util.operands) {
    const fd = await openOperand(util, operand);
    const error = fd < 0 ? fd : await cutLines(util, fd, cutOne);
    if (error < 0) await util.fail(`${quoteIfNeeded(operand)}: ${strerror(error)}`);
    if (fd >= 0) await closeOperand(util, fd);
  }
});

async function cutLines(util: Utility, fd: number, cutOne: (line: string) => string | null): Promise<number> {
  const end = util.has("z") ? "\0" : "\n";
  const source = new LineSource(util.process, fd, { end, mayBeBinary: false, offsets: false });
  for (;;) {
    const line = await source.next();
    if (typeof line === "number") return line;
    if (line === null) return 0;
    const shown = cutOne(line.text);
    if (shown !== null) await util.out(shown + end);
  }
}

interface Fields {
  readonly delimiter: string;
  readonly joint: string;
  readonly wanted: (number: number) => boolean;
  readonly onlyDelimited: boolean;
}

function cutFields(line: string, { delimiter, joint, wanted, onlyDelimited }: Fields): string | null {
  if (!line.includes(delimiter)) return onlyDelimited ? null : line;
  return line
    .split(delimiter)
    .filter((_part, i) => wanted(i + 1))
    .join(joint);
}

/** The output delimiter stands between ranges that do not touch, not between their characters. */
function cutCharacters(line: string, joint: string, wanted: (number: number) => boolean): string {
  const bytes = byteString(encode(line));
  const between = byteString(encode(joint));
  let [text, last] = ["", -1];
  for (let i = 0; i < bytes.length; i++) {
    if (!wanted(i + 1)) continue;
    text += (text !== "" && last !== i - 1 ? between : "") + bytes.charAt(i);
    last = i;
  }
  return decode(fromByteString(text));
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
  if (to === "0" && Number(from) > 0) return "invalid decreasing range";
  if (part === "" || from === "0" || to === "0") return `${byFields ? "fields" : "byte/character positions"} are numbered from 1`;
  const range: Range = [Number(from || 1), dash === "" ? Number(from) : to === "" ? Infinity : Number(to)];
  return range[1] < range[0] ? "invalid decreasing range" : range;
}
