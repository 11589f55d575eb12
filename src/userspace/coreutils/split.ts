/** split(1): -l -b -C -n (N, l/N, r/N, K/N and l/K/N), -a -d -x, --additional-suffix, --filter, --verbose, -e, -t. */
import { strerror } from "../../kernel/index.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { readOperand } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { parseSize } from "./size.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  usage: "[OPTION]... [FILE [PREFIX]]",
  short: "a:b:C:del:n:t:ux",
  long: {
    ...{ "suffix-length": "a", bytes: "b", "line-bytes": "C", "elide-empty-files": "e", lines: "l", number: "n", separator: "t" },
    ...{ unbuffered: "u", "numeric-suffixes": "numeric-suffixes::", "hex-suffixes": "hex-suffixes::", verbose: "verbose" },
    ...{ "additional-suffix": "additional-suffix:", filter: "filter:" },
  },
  modernise: (words: readonly string[]): readonly string[] => words.map((word) => word.replace(/^-(\d+)$/, "-l$1")),
};

const UNITS = { b: 512 };

export const split = utility(manual, async (util) => {
  const [file = "-", prefix = "x", extra] = util.operands;
  if (extra !== undefined) await util.misused(`extra operand ${quote(extra)}`);
  const ways = util.given.filter(({ letter }) => "lbCn".includes(letter));
  if (ways.length > 1) await util.misused("cannot split in more than one way");
  const way = ways[0] ?? { letter: "l", argument: "1000" };
  const cut = await cutterFor(util, way.letter, way.argument);
  const bytes = await readOperand(util, file);
  if (typeof bytes === "number") {
    const verb =
      bytes === -21 ? `${quoteIfNeeded(file)}: ${strerror(bytes)}` : `cannot open ${quote(file)} for reading: ${strerror(bytes)}`;
    return await util.die(verb);
  }
  const pieces = cut(bytes);
  if (!Array.isArray(pieces)) return await show(util, pieces as Uint8Array);
  const kept = pieces.filter((piece) => piece.length > 0 || (way.letter === "n" && !util.has("e")));
  const names = new Names(util, prefix, way.letter === "n" ? kept.length : null);
  for (const piece of kept) await put(util, await names.next(), piece);
});

/** All pieces, or the one that was asked for. */
type Cutter = (bytes: Uint8Array) => readonly Uint8Array[] | Uint8Array;

async function cutterFor(util: Utility, letter: string, argument: string): Promise<Cutter> {
  const separator = await separatorOf(util);
  if (letter === "n") return await chunkCutter(util, argument, separator);
  const count = parseSize(argument, UNITS);
  if (count === null || count === 0) {
    const reason = count === 0 ? ": Numerical result out of range" : "";
    return await util.die(`invalid number of ${letter === "b" ? "bytes" : "lines"}: ${quote(argument)}${reason}`);
  }
  if (letter === "b") return (bytes) => everyBytes(bytes, count);
  return letter === "l" ? (bytes) => everyLines(bytes, count, separator) : (bytes) => linesUpTo(bytes, count, separator);
}

async function separatorOf(util: Utility): Promise<number> {
  const text = util.value("t");
  if (text === undefined) return 10;
  if (text === "\\0") return 0;
  if (text.length !== 1) await util.die(text === "" ? "empty record separator" : `multi-character separator ${quote(text)}`);
  return text.charCodeAt(0);
}

function everyBytes(bytes: Uint8Array, count: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += count) pieces.push(bytes.subarray(at, at + count));
  return pieces;
}

/** Lines with their separators; a last one may have none. */
function linesOf(bytes: Uint8Array, separator: number): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(separator, at);
    const next = end < 0 ? bytes.length : end + 1;
    lines.push(bytes.subarray(at, next));
    at = next;
  }
  return lines;
}

function everyLines(bytes: Uint8Array, count: number, separator: number): readonly Uint8Array[] {
  const lines = linesOf(bytes, separator);
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < lines.length; i += count) pieces.push(joined(lines.slice(i, i + count)));
  return pieces;
}

/** Whole lines as long as they fit; a line that is longer than a piece is cut. */
function linesUpTo(bytes: Uint8Array, most: number, separator: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let current: Uint8Array[] = [];
  let size = 0;
  const close = (): void => {
    if (size > 0) pieces.push(joined(current));
    current = [];
    size = 0;
  };
  for (const line of linesOf(bytes, separator)) {
    if (size + line.length > most) close();
    let rest = line;
    while (rest.length > most) {
      pieces.push(rest.subarray(0, most));
      rest = rest.subarray(most);
    }
    current.push(rest);
    size += rest.length;
  }
  close();
  return pieces;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return new Uint8Array(0);
  return new Uint8Array(first.buffer, first.byteOffset, last.byteOffset + last.length - first.byteOffset);
}

/** -n: N, K/N, l/N, l/K/N, r/N, r/K/N. */
async function chunkCutter(util: Utility, text: string, separator: number): Promise<Cutter> {
  const [, kind = "", part, total = ""] = /^(?:([lr])\/)?(?:([^/]*)\/)?([^/]*)$/.exec(text) ?? [];
  if (!/^[1-9]\d*$/.test(total)) return await util.die(`invalid number of chunks: ${quote(total)}`);
  if (part !== undefined && !(Number(part) >= 1 && Number(part) <= Number(total)))
    return await util.die(`invalid chunk number: ${quote(part)}`);
  const count = Number(total);
  const pieces = (bytes: Uint8Array): readonly Uint8Array[] =>
    kind === "" ? byBytes(bytes, count) : kind === "l" ? byLines(bytes, count, separator) : roundRobin(bytes, count, separator);
  return (bytes) => (part === undefined ? [...pieces(bytes)] : (pieces(bytes)[Number(part) - 1] ?? new Uint8Array(0)));
}

function byBytes(bytes: Uint8Array, count: number): readonly Uint8Array[] {
  const [size, more] = [Math.floor(bytes.length / count), bytes.length % count];
  const start = (i: number): number => i * size + Math.min(i, more);
  return Array.from({ length: count }, (_, i) => bytes.subarray(start(i), start(i + 1)));
}

/** Pieces of about one size that end with a line: a line belongs to the piece in which it begins. */
function byLines(bytes: Uint8Array, count: number, separator: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const [i, piece] of byBytes(bytes, count).entries()) {
    const limit = piece.byteOffset - bytes.byteOffset + piece.length;
    let end = at;
    while (end < limit || i === count - 1) {
      const next = bytes.indexOf(separator, end);
      end = next < 0 ? bytes.length : next + 1;
      if (end >= bytes.length) break;
    }
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

function roundRobin(bytes: Uint8Array, count: number, separator: number): readonly Uint8Array[] {
  const lines = linesOf(bytes, separator);
  return Array.from({ length: count }, (_, i) => {
    const mine = lines.filter((_line, at) => at % count === i);
    const piece = new Uint8Array(mine.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const line of mine) {
      piece.set(line, at);
      at += line.length;
    }
    return piece;
  });
}

async function show(util: Utility, bytes: Uint8Array): Promise<void> {
  const error = await writeAll(util.process, STDOUT, bytes);
  if (error < 0) await util.die(`write error: ${strerror(error)}`);
}

/** The names of the pieces: xaa, xab, ...; they get longer when they run out, unless -a says how long they are. */
class Names {
  private readonly util: Utility;
  private readonly prefix: string;
  private readonly alphabet: string;
  private readonly fixed: boolean;
  private width: number;
  private lead = "";
  private count: number;

  constructor(util: Utility, prefix: string, pieces: number | null) {
    this.util = util;
    this.prefix = prefix;
    const kind = util.lastOf("d", "numeric-suffixes", "x", "hex-suffixes");
    this.alphabet =
      kind === undefined ? "abcdefghijklmnopqrstuvwxyz" : kind.startsWith("d") || kind.startsWith("n") ? "0123456789" : "0123456789abcdef";
    const from = util.value("numeric-suffixes") || util.value("hex-suffixes") || "0";
    this.count = Number.parseInt(from, this.alphabet.length === 16 ? 16 : 10);
    const given = util.value("a");
    this.fixed = given !== undefined || pieces !== null || from !== "0";
    const needed = Math.ceil(Math.log(Math.max(2, (pieces ?? 0) + this.count)) / Math.log(this.alphabet.length) - 1e-9);
    this.width = given === undefined ? Math.max(2, pieces === null ? 2 : needed) : Number(given);
  }

  async next(): Promise<string> {
    const base = this.alphabet.length;
    const room = base ** this.width;
    const last = room - base ** (this.width - 1);
    if (this.fixed ? this.count >= room : this.count >= last) {
      if (this.fixed) await this.util.die("output file suffixes exhausted");
      this.lead += this.alphabet.charAt(base - 1);
      this.width++;
      this.count = 0;
    }
    let suffix = "";
    for (let left = this.count++, i = 0; i < this.width; i++, left = Math.floor(left / base))
      suffix = this.alphabet.charAt(left % base) + suffix;
    return `${this.prefix}${this.lead}${suffix}${this.util.value("additional-suffix") ?? ""}`;
  }
}

async function put(util: Utility, name: string, bytes: Uint8Array): Promise<void> {
  const { process } = util;
  const filter = util.value("filter");
  if (filter !== undefined) return await putInto(util, filter, name, bytes);
  if (util.has("verbose")) await util.out(`creating file ${quote(name)}\n`);
  const fd = await process.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  const error = fd < 0 ? fd : await writeAll(process, fd, bytes);
  if (error < 0) await util.die(`${quoteIfNeeded(name)}: ${strerror(error)}`);
  await process.close(fd);
}

/** Hands a piece to a shell command, which finds the name in $FILE. */
async function putInto(util: Utility, command: string, name: string, bytes: Uint8Array): Promise<void> {
  const { process } = util;
  if (util.has("verbose")) await util.out(`executing with FILE=${quoteIfNeeded(name)}\n`);
  await util.flush();
  const pipe = await process.pipe();
  if (typeof pipe === "number") return await util.die(`failed to create pipe: ${strerror(pipe)}`);
  const [from, to] = pipe;
  const pid = await process.fork(async (child) => {
    await child.dup2(from, STDIN);
    await child.close(from);
    await child.close(to);
    return -(await child.execve("/bin/sh", ["sh", "-c", command], new Map([...child.env, ["FILE", name]])));
  });
  if (pid < 0) return await util.die(`fork system call failed: ${strerror(pid)}`);
  await process.close(from);
  const error = await writeAll(process, to, bytes);
  if (error < 0) await util.die(`write error: ${strerror(error)}`);
  await process.close(to);
  const ended = await process.wait4(pid, 0);
  if (ended === null || typeof ended === "number" || (ended.exitCode === 0 && ended.signal === 0)) return;
  await util.die(`with FILE=${quoteIfNeeded(name)}, exit ${ended.exitCode} from command: ${command}`, ended.exitCode);
}
