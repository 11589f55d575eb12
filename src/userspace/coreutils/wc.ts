/** wc(1): all options. */
import { strerror } from "../../kernel/index.ts";
import { S_IFMT, S_IFREG } from "../../syscall/index.ts";
import { decode, STDIN } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "clLmw",
  long: { bytes: "c", chars: "m", lines: "l", words: "w", "max-line-length": "L", "files0-from": "files0-from:" },
};

/** In the order in which they are printed. */
const COUNTERS: readonly (readonly [letter: string, count: (text: string, bytes: number) => number])[] = [
  ["l", (text) => text.split("\n").length - 1],
  ["w", (text) => text.split(/[\s\0]+/).filter((word) => word !== "").length],
  ["m", (text) => Array.from(text).length],
  ["c", (_text, bytes) => bytes],
  ["L", (text) => Math.max(...text.split("\n").map(displayWidth))],
];

/** Columns on a terminal, with tabs at every eighth. */
function displayWidth(line: string): number {
  return Array.from(line).reduce((width, char) => (char === "\t" ? width + 8 - (width % 8) : width + 1), 0);
}

export const wc = utility(manual, async (util) => {
  const asked = COUNTERS.filter(([letter]) => util.has(letter));
  const counters = asked.length > 0 ? asked : COUNTERS.filter(([letter]) => "lwc".includes(letter));
  const listed = await listedFiles(util);
  const operands = listed ?? (util.operands.length === 0 ? ["-"] : util.operands);
  const width = listed !== null ? 1 : await widthFor(util, operands, counters.length);
  const totals = counters.map(() => 0);
  const show = (counts: readonly number[], name: string): Promise<void> =>
    util.out(`${counts.map((count) => String(count).padStart(width)).join(" ")}${name === "" ? "" : ` ${name}`}\n`);
  for (const operand of operands) {
    const bytes = await readOperand(util, operand);
    if (typeof bytes === "number") await util.fail(`${quoteIfNeeded(operand)}: ${strerror(bytes)}`);
    if (typeof bytes === "number" && !(await isThere(util, operand))) continue;
    const text = typeof bytes === "number" ? "" : decode(bytes);
    const counts = counters.map(([, count]) => count(text, typeof bytes === "number" ? 0 : bytes.length));
    for (const [i, count] of counts.entries())
      totals[i] = counters[i]?.[0] === "L" ? Math.max(totals[i] ?? 0, count) : (totals[i] ?? 0) + count;
    await show(counts, util.operands.length === 0 && listed === null ? "" : operand);
  }
  if (operands.length > 1) await show(totals, "total");
});

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

async function isThere(util: Utility, operand: string): Promise<boolean> {
  return typeof (await util.process.stat(operand)) !== "number";
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
