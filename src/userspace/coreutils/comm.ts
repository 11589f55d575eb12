/** comm(1): -1 -2 -3, --output-delimiter, --nocheck-order. Left out: -z, --total. */
import { strerror } from "../../kernel/index.ts";
import { decode } from "../lib/index.ts";
import { readOperand, splitLines } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

async function textOf(util: Utility, operand: string): Promise<string | null> {
  const bytes = await readOperand(util, operand);
  if (typeof bytes !== "number") return decode(bytes);
  await util.fail(`${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
  return null;
}

export const comm = utility(
  {
    usage: "[OPTION]... FILE1 FILE2",
    short: "123z",
    long: {
      "check-order": "check-order",
      "nocheck-order": "nocheck-order",
      "output-delimiter": "output-delimiter:",
      total: "total",
      "zero-terminated": "z",
    },
    refused: ["z", "total", "check-order"],
  },
  async (util) => {
    const [first, second, extra] = util.operands;
    if (first === undefined) return await util.missingOperand();
    if (second === undefined) return await util.misused(`missing operand after ${quote(first)}`);
    if (extra !== undefined) return await util.misused(`extra operand ${quote(extra)}`);
    const [a, b] = [await textOf(util, first), await textOf(util, second)];
    if (a === null || b === null) return await util.end(1);
    const delimiter = util.value("output-delimiter") ?? "\t";
    const [left, right] = [splitLines(a), splitLines(b)];
    const indent = (column: number): string => delimiter.repeat([1, 2].filter((c) => c < column && !util.has(String(c))).length);
    const put = async (column: 1 | 2 | 3, line: string): Promise<void> => {
      if (!util.has(String(column))) await util.out(`${indent(column)}${line}\n`);
    };
    await merge(util, left, right, put);
  },
);

/** Goes through both files as if they were sorted. */
async function merge(
  util: Utility,
  left: readonly string[],
  right: readonly string[],
  put: (column: 1 | 2 | 3, line: string) => Promise<void>,
): Promise<void> {
  const [first, second] = [new LineOrder(left, "1"), new LineOrder(right, "2")];
  let [i, j, checks] = [0, 0, false];
  while (i < left.length || j < right.length) {
    const [x, y] = [left[i], right[j]];
    const column = y === undefined || (x !== undefined && x < y) ? 1 : x === undefined || y < x ? 2 : 3;
    await put(column, (column === 2 ? y : x) ?? "");
    // Files are not checked as long as they are equal.
    checks ||= column !== 3 && !util.has("nocheck-order");
    if (column !== 2) await first.check(util, i++, checks);
    if (column !== 1) await second.check(util, j++, checks);
  }
  if (first.said || second.said) await util.fail("input is not in sorted order");
}

/** Complains once about a file of comm that is not sorted. */
class LineOrder {
  said = false;
  private readonly lines: readonly string[];
  private readonly name: string;

  constructor(lines: readonly string[], name: string) {
    this.lines = lines;
    this.name = name;
  }

  /** Whether the line behind `at` belongs there. */
  async check(util: Utility, at: number, checks: boolean): Promise<void> {
    const [line, next] = [this.lines[at], this.lines[at + 1]];
    if (!checks || this.said || line === undefined || next === undefined || line <= next) return;
    this.said = true;
    await util.say(`file ${this.name} is not in sorted order`);
  }
}
