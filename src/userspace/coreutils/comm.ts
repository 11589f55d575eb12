/** comm(1): -1 -2 -3, --output-delimiter, --nocheck-order. Left out: -z, --total. */
import { strerror } from "../../kernel/index.ts";
import type { Fd } from "../../syscall/index.ts";
import { LineSource } from "./grep-lines.ts";
import { openOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

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
    const delimiter = util.value("output-delimiter") ?? "\t";
    const indent = (column: number): string => delimiter.repeat([1, 2].filter((c) => c < column && !util.has(String(c))).length);
    const put = async (column: 1 | 2 | 3, line: string): Promise<void> => {
      if (!util.has(String(column))) await util.out(`${indent(column)}${line}\n`);
    };
    await merge(util, [await openLines(util, first, "1"), await openLines(util, second, "2")], put);
  },
);

async function openLines(util: Utility, operand: string, name: string): Promise<SortedLines> {
  const fd = await openOperand(util, operand);
  if (fd < 0) await util.die(`${quoteIfNeeded(operand)}: ${strerror(fd)}`);
  const lines = new SortedLines(util, fd, operand, name);
  await lines.advance(false);
  return lines;
}

/** Goes through both files as if they were sorted. */
async function merge(
  util: Utility,
  [left, right]: readonly [SortedLines, SortedLines],
  put: (column: 1 | 2 | 3, line: string) => Promise<void>,
): Promise<void> {
  let checks = false;
  while (left.line !== null || right.line !== null) {
    const [x, y] = [left.line, right.line];
    const column = y === null || (x !== null && x < y) ? 1 : x === null || y < x ? 2 : 3;
    await put(column, (column === 2 ? y : x) ?? "");
    // Files are not checked as long as they are equal.
    checks ||= column !== 3 && !util.has("nocheck-order");
    if (column !== 2) await left.advance(checks);
    if (column !== 1) await right.advance(checks);
  }
  if (left.said || right.said) await util.fail("input is not in sorted order");
}

/** The lines of a file of comm, which complains once if they are not sorted. */
class SortedLines {
  /** The first that is left, null at the end. */
  line: string | null = null;
  said = false;
  private readonly util: Utility;
  private readonly operand: string;
  private readonly name: string;
  private readonly source: LineSource;

  constructor(util: Utility, fd: Fd, operand: string, name: string) {
    this.util = util;
    this.operand = operand;
    this.name = name;
    this.source = new LineSource(util.process, fd, { end: "\n", mayBeBinary: false, offsets: false });
  }

  async advance(checks: boolean): Promise<void> {
    const next = await this.source.next();
    if (typeof next === "number") return await this.util.die(`${quoteIfNeeded(this.operand)}: ${strerror(next)}`);
    const before = this.line;
    this.line = next?.text ?? null;
    if (!checks || this.said || before === null || this.line === null || before <= this.line) return;
    this.said = true;
    await this.util.say(`file ${this.name} is not in sorted order`);
  }
}
