/** head(1): -n and -c also with a leading minus, -q, -v, -NUM; tail(1): -n and -c also with a leading plus, -q, -v. */
import { strerror } from "../../kernel/index.ts";
import type { Fd } from "../../syscall/index.ts";
import { joinBytes, STDOUT, writeAll } from "../lib/index.ts";
import { closeOperand, openOperand, readSome } from "./input.ts";
import { quote } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const NEWLINE = 10;
/** The buffer of stdio. */
const BUFFER = 4096;

const SUFFIXES: Readonly<Record<string, number>> = {
  "": 1,
  b: 512,
  k: 1024,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  kB: 1000,
  KB: 1000,
  MB: 1e6,
  GB: 1e9,
};

/** How much of a file is asked for. */
interface Amount {
  readonly unit: "lines" | "bytes";
  readonly count: number;
  /** head: all but the last ones. tail: from this one on. */
  readonly inverse: boolean;
}

type Show = (util: Utility, fd: Fd, amount: Amount) => Promise<number>;

const long = { bytes: "c", lines: "n", quiet: "q", silent: "q", verbose: "v", "zero-terminated": "z" };

/** `-5` means `-n 5`. */
function modernise(words: readonly string[]): readonly string[] {
  return words.map((word, i) => (i === 0 && /^-\d+$/.test(word) ? `-n${word.slice(1)}` : word));
}

export const head = utility({ usage: "[OPTION]... [FILE]...", short: "c:n:qvz", long, refused: ["z"], modernise }, (util) =>
  showAll(util, "-", showHead),
);

const tailManual = {
  usage: "[OPTION]... [FILE]...",
  short: "c:fFn:qs:vz",
  long: { ...long, follow: "f", retry: "F", "sleep-interval": "s", pid: "pid:", "max-unchanged-stats": "max-unchanged-stats:" },
  refused: [..."fFsz", "pid", "max-unchanged-stats"],
  modernise,
};

export const tail = utility(tailManual, (util) => showAll(util, "+", showTail));

async function showAll(util: Utility, inverseSign: string, show: Show): Promise<void> {
  const amount = await amountAsked(util, inverseSign);
  const operands = util.operands.length === 0 ? ["-"] : util.operands;
  const titled = util.has("v") || (operands.length > 1 && !util.has("q"));
  let first = true;
  for (const operand of operands) {
    const name = operand === "-" ? "standard input" : operand;
    const fd = await openOperand(util, operand);
    if (fd < 0) {
      await util.fail(`cannot open ${quote(operand)} for reading: ${strerror(fd)}`);
      continue;
    }
    if (titled) await util.out(`${first ? "" : "\n"}==> ${name} <==\n`);
    first = false;
    await util.flush();
    const error = await show(util, fd, amount);
    if (error < 0) await util.fail(`error reading ${quote(name)}: ${strerror(error)}`);
    await closeOperand(util, fd);
  }
}

async function amountAsked(util: Utility, inverseSign: string): Promise<Amount> {
  const unit = util.lastOf("n", "c") === "c" ? "bytes" : "lines";
  const text = util.value(unit === "bytes" ? "c" : "n") ?? "10";
  const match = /^([-+]?)(\d+)([a-zA-Z]*)$/.exec(text);
  const factor = SUFFIXES[match?.[3] ?? ""];
  if (match === null || factor === undefined) return await util.die(`invalid number of ${unit}: ${quote(text)}`);
  return { unit, count: Number(match[2]) * factor, inverse: match[1] === inverseSign };
}

async function showHead(util: Utility, fd: Fd, amount: Amount): Promise<number> {
  if (amount.inverse) return await showAllBut(util, fd, amount);
  let left = amount.count;
  while (left > 0) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) return 0;
    const { end, found } = unitsFrom(bytes, left, amount.unit);
    await write(util, bytes.subarray(0, end));
    left -= found;
  }
  return 0;
}

/** Where the `count`th line or byte ends, and how many there are up to there. */
function unitsFrom(bytes: Uint8Array, count: number, unit: Amount["unit"]): { end: number; found: number } {
  if (unit === "bytes") return { end: Math.min(count, bytes.length), found: Math.min(count, bytes.length) };
  let [end, found] = [0, 0];
  while (found < count) {
    const at = bytes.indexOf(NEWLINE, end);
    if (at < 0) return { end: bytes.length, found };
    end = at + 1;
    found++;
  }
  return { end, found };
}

async function showAllBut(util: Utility, fd: Fd, amount: Amount): Promise<number> {
  const bytes = await readAll(util, fd);
  if (typeof bytes === "number") return bytes;
  await write(util, bytes.subarray(0, lastUnits(bytes, amount)));
  return 0;
}

async function showTail(util: Utility, fd: Fd, amount: Amount): Promise<number> {
  const bytes = await readAll(util, fd);
  if (typeof bytes === "number") return bytes;
  const start = amount.inverse ? unitsFrom(bytes, Math.max(0, amount.count - 1), amount.unit).end : lastUnits(bytes, amount);
  await write(util, bytes.subarray(start));
  return 0;
}

/** Where the last `count` lines or bytes begin. */
function lastUnits(bytes: Uint8Array, { unit, count }: Amount): number {
  if (unit === "bytes") return Math.max(0, bytes.length - count);
  if (count === 0) return bytes.length;
  let start = bytes.length;
  for (let left = count; left > 0 && start > 0; left--) start = bytes.subarray(0, start - 1).lastIndexOf(NEWLINE) + 1;
  return start;
}

async function readAll(util: Utility, fd: Fd): Promise<Uint8Array | number> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) return joinBytes(pieces);
    pieces.push(bytes);
  }
}

async function write(util: Utility, bytes: Uint8Array): Promise<void> {
  const error = await writeAll(util.process, STDOUT, bytes);
  // What is larger than the buffer of stdio fails at once, the rest when the stream is closed.
  if (error < 0) await util.die(`${bytes.length >= BUFFER ? "error writing 'standard output'" : "write error"}: ${strerror(error)}`);
}
