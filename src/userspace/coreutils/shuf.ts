/** shuf(1): -e -i -n -o -r -z, with the machine's random numbers. Left out: --random-source. */
import { strerror } from "../../kernel/index.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { decode, encode, writeAll } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE]",
  short: "ei:n:o:rz",
  long: {
    ...{ echo: "e", "input-range": "i", "head-count": "n", output: "o", repeat: "r", "zero-terminated": "z" },
    "random-source": "random-source:",
  },
  refused: ["random-source"],
};

/** Lines that -i may make. */
const MAX_RANGE = 10_000_000;

export const shuf = utility(manual, async (util) => {
  const end = util.has("z") ? "\0" : "\n";
  const lines = await linesOf(util, end);
  const most = await headCount(util);
  const { process } = util;
  const repeat = util.has("r");
  if (repeat && most > 0 && lines.length === 0) await util.die("no lines to repeat");
  const fd = await outputOf(util);
  const put = async (text: string): Promise<void> => {
    if (fd === null) return await util.out(text);
    const error = await writeAll(process, fd, encode(text));
    if (error < 0) await util.die(`write error: ${strerror(error)}`);
  };
  if (repeat) {
    for (let i = 0; i < most; i++) await put(`${lines[process.random(lines.length)]}${end}`);
    return;
  }
  for (let i = 0; i < Math.min(most, lines.length); i++) {
    const at = i + process.random(lines.length - i);
    await put(`${lines[at]}${end}`);
    lines[at] = lines[i] ?? "";
  }
});

async function linesOf(util: Utility, end: string): Promise<string[]> {
  const range = util.value("i");
  const { operands } = util;
  if (range !== undefined && util.has("e")) await util.misused("cannot combine -e and -i options");
  if (range !== undefined) {
    const [, low = "", high = ""] = /^(\d+)-(\d+)$/.exec(range) ?? [];
    if (low === "" || Number(low) > Number(high) + 1) await util.die(`invalid input range: ${quote(range)}`);
    if (operands.length > 0) await util.misused(`extra operand ${quote(operands[0] ?? "")}`);
    const count = Number(high) - Number(low) + 1;
    if (count > MAX_RANGE) await util.notModelled(`a range of more than ${MAX_RANGE} lines`);
    return Array.from({ length: count }, (_, i) => String(Number(low) + i));
  }
  if (util.has("e")) return [...operands];
  if (operands.length > 1) await util.misused(`extra operand ${quote(operands[1] ?? "")}`);
  const file = operands[0] ?? "-";
  const bytes = await readOperand(util, file);
  if (typeof bytes === "number") return await util.die(`${quoteIfNeeded(file)}: ${strerror(bytes)}`);
  const text = decode(bytes);
  return text === "" ? [] : (text.endsWith(end) ? text.slice(0, -1) : text).split(end);
}

async function headCount(util: Utility): Promise<number> {
  let most = Number.POSITIVE_INFINITY;
  for (const { letter, argument } of util.given) {
    if (letter !== "n") continue;
    if (!/^\d+$/.test(argument)) await util.die(`invalid line count: ${quote(argument)}`);
    most = Math.min(most, Number(argument));
  }
  return most;
}

async function outputOf(util: Utility): Promise<number | null> {
  const path = util.value("o");
  if (path === undefined) return null;
  const fd = await util.process.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  return fd < 0 ? await util.die(`${quoteIfNeeded(path)}: ${strerror(fd)}`) : fd;
}
