/** head(1) and tail(1): all options; tail-follow.ts goes on where -f and -F ask for it. */
import { strerror } from "../../kernel/index.ts";
import { type Fd, S_IFIFO, S_IFMT } from "../../syscall/index.ts";
import { joinBytes, STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { parseDuration } from "./duration.ts";
import { closeOperand, openOperand, readSome } from "./input.ts";
import { quote } from "./quote.ts";
import type { Followed } from "./tail-follow.ts";
import { type Utility, utility } from "./utility.ts";

const NEWLINE = 10;
const EMPTY = new Uint8Array(0);
/** The largest uintmax_t. */
const MAX_COUNT = 2n ** 64n - 1n;
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
  /** The byte that ends a line. */
  readonly end: number;
}

type Show = (util: Utility, fd: Fd, amount: Amount) => Promise<number>;

const long = { bytes: "c", lines: "n", quiet: "q", silent: "q", verbose: "v", "zero-terminated": "z" };

/** `-5` means `-n 5`, `-5c` `-c 5`; for tail `-5f` is `-n 5 -f`, and `+5` with one file at most counts from the beginning. */
function modernise(sign: RegExp): (words: readonly string[]) => readonly string[] {
  return (words) => {
    const match = sign.exec(words[0] ?? "");
    if (match === null) return words;
    const [, from = "", count = "", letters = ""] = match;
    if (from === "+" && words.length > 2) return words;
    const unit = letters.includes("c") ? "c" : "n";
    const rest = [...letters].filter((letter) => letter !== unit && letter !== "l").map((letter) => `-${letter}`);
    return [`-${unit}${from === "+" ? "+" : ""}${count}`, ...rest, ...words.slice(1)];
  };
}

export const head = utility(
  { usage: "[OPTION]... [FILE]...", short: "c:n:qvz", long, modernise: modernise(/^(-)(\d+)([cqvz]*)$/) },
  async (util) => {
    await showAll(util, "-", showHead, null);
  },
);

const tailManual = {
  usage: "[OPTION]... [FILE]...",
  short: "c:fFn:qs:vz",
  long: { ...long, follow: "follow::", retry: "retry", "sleep-interval": "s", pid: "pid:", "max-unchanged-stats": "max-unchanged-stats:" },
  refused: ["max-unchanged-stats"],
  modernise: modernise(/^([-+])(\d+)([lcf]*)$/),
};

export const tail = utility(tailManual, async (util) => {
  const following = util.has("f", "F", "follow");
  if (!following) {
    const interval = util.value("s");
    if (interval !== undefined && parseDuration(interval) === null) await util.die(`invalid number of seconds: ${quote(interval)}`);
    if (util.has("pid")) await util.say("warning: PID ignored; --pid=PID is useful only when following");
    await showAll(util, "+", showTail, null);
    return;
  }
  const { follow, paceOf } = await util.process.hostCall(() => import("./tail-follow.ts"));
  const pace = await paceOf(util);
  const files: Followed[] = [];
  const titled = await showAll(util, "+", showTail, files);
  if (files.length === 0) return util.operands.length === 0 ? undefined : await util.die("no files remaining");
  await follow(util, files, titled, pace);
});

/** @param followed where files are kept open that are to be followed. Whether files have titles */
async function showAll(util: Utility, inverseSign: string, show: Show, followed: Followed[] | null): Promise<boolean> {
  const amount = await amountAsked(util, inverseSign);
  const operands = util.operands.length === 0 ? ["-"] : util.operands;
  const titled = util.has("v") || (operands.length > 1 && !util.has("q"));
  const byName = util.has("F", "retry");
  let first = true;
  for (const operand of operands) {
    const name = operand === "-" ? "standard input" : operand;
    const fd = await openOperand(util, operand);
    if (fd < 0) {
      await util.fail(`cannot open ${quote(operand)} for reading: ${strerror(fd)}`);
      if (byName) followed?.push({ name: operand, fd: -1, identity: "" });
      continue;
    }
    if (titled) await util.out(`${first ? "" : "\n"}==> ${name} <==\n`);
    first = false;
    await util.flush();
    const error = await show(util, fd, amount);
    if (error < 0) await util.fail(`error reading ${quote(name)}: ${strerror(error)}`);
    const kept = followed !== null && (await keep(util, operand, fd, followed));
    if (!kept) await closeOperand(util, fd);
  }
  return titled;
}

/** Remembers an open file that is to be followed. A pipe as standard input has its end, whatever -f says. */
async function keep(util: Utility, operand: string, fd: Fd, followed: Followed[]): Promise<boolean> {
  const stat = await util.process.fstat(fd);
  if (typeof stat === "number" || (fd === STDIN && (stat.mode & S_IFMT) === S_IFIFO)) return false;
  followed.push({ name: operand === "-" ? "/dev/stdin" : operand, fd, identity: `${stat.dev}:${stat.ino}` });
  return true;
}

async function amountAsked(util: Utility, inverseSign: string): Promise<Amount> {
  const unit = util.lastOf("n", "c") === "c" ? "bytes" : "lines";
  const text = util.value(unit === "bytes" ? "c" : "n") ?? "10";
  const match = /^([-+]?)(\d+)([a-zA-Z]*)$/.exec(text);
  const factor = SUFFIXES[match?.[3] ?? ""];
  if (match === null || factor === undefined) return await util.die(`invalid number of ${unit}: ${quote(text)}`);
  const count = BigInt(match[2] ?? "") * BigInt(factor);
  if (count > MAX_COUNT) return await util.die(`invalid number of ${unit}: ${quote(text)}: Value too large for defined data type`);
  return { unit, count: Number(count), inverse: match[1] === inverseSign, end: util.has("z") ? 0 : NEWLINE };
}

async function showHead(util: Utility, fd: Fd, amount: Amount): Promise<number> {
  if (amount.inverse) return await showAllBut(util, fd, amount);
  let left = amount.count;
  while (left > 0) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) return 0;
    const { end, found } = unitsFrom(bytes, { ...amount, count: left });
    await write(util, bytes.subarray(0, end));
    left -= found;
  }
  return 0;
}

/** Where the `count`th line or byte ends, and how many there are up to there. */
function unitsFrom(bytes: Uint8Array, { unit, count, end: newline }: Amount): { end: number; found: number } {
  if (unit === "bytes") return { end: Math.min(count, bytes.length), found: Math.min(count, bytes.length) };
  let [end, found] = [0, 0];
  while (found < count) {
    const at = bytes.indexOf(newline, end);
    if (at < 0) return { end: bytes.length, found };
    end = at + 1;
    found++;
  }
  return { end, found };
}

/** What cannot be among the last lines or bytes any more is written as it arrives. */
async function showAllBut(util: Utility, fd: Fd, amount: Amount): Promise<number> {
  let held: Uint8Array = EMPTY;
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) return 0;
    held = joinBytes([held, bytes]);
    const cut = lastUnits(held, amount);
    if (cut > 0) await write(util, held.subarray(0, cut));
    held = held.subarray(cut);
  }
}

/** From the `count`th line or byte on. */
async function showFrom(util: Utility, fd: Fd, amount: Amount): Promise<number> {
  for (let left = Math.max(0, amount.count - 1); ; ) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) return 0;
    const { end, found } = unitsFrom(bytes, { ...amount, count: left });
    left -= found;
    if (end < bytes.length) await write(util, bytes.subarray(end));
  }
}

/** No more is kept than may be the last lines or bytes. */
async function showTail(util: Utility, fd: Fd, amount: Amount): Promise<number> {
  if (amount.inverse) return await showFrom(util, fd, amount);
  let held: Uint8Array = EMPTY;
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) break;
    held = joinBytes([held, bytes]);
    held = held.subarray(lastUnits(held, amount));
  }
  await write(util, held);
  return 0;
}

/** Where the last `count` lines or bytes begin. */
function lastUnits(bytes: Uint8Array, { unit, count, end }: Amount): number {
  if (unit === "bytes") return Math.max(0, bytes.length - count);
  if (count === 0) return bytes.length;
  let start = bytes.length;
  for (let left = count; left > 0 && start > 0; left--) start = bytes.subarray(0, start - 1).lastIndexOf(end) + 1;
  return start;
}

async function write(util: Utility, bytes: Uint8Array): Promise<void> {
  const error = await writeAll(util.process, STDOUT, bytes);
  // What is larger than the buffer of stdio fails at once, the rest when the stream is closed.
  if (error < 0) await util.die(`${bytes.length >= BUFFER ? "error writing 'standard output'" : "write error"}: ${strerror(error)}`);
}
