/** split(1): -l -b -C -n (N, l/N, r/N, K/N and l/K/N), -a -d -x, --additional-suffix, --filter, --verbose, -e, -t. */
import { EISDIR, strerror } from "../../kernel/index.ts";
import { type Fd, O_CREAT, O_TRUNC, O_WRONLY } from "../../syscall/index.ts";
import { joinBytes, STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { openOperand, readOperand, readSome } from "./input.ts";
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
  const separator = await separatorOf(util);
  if (way.letter !== "n") return await splitAsItComes(util, file, prefix, await ruleFor(util, way.letter, way.argument), separator);
  const cut = await chunkCutter(util, way.argument, separator);
  const bytes = await readOperand(util, file);
  if (typeof bytes === "number") return await unreadable(util, file, bytes);
  const pieces = cut(bytes);
  if (!Array.isArray(pieces)) return await show(util, pieces as Uint8Array);
  const kept = pieces.filter((piece) => piece.length > 0 || !util.has("e"));
  const output = new Pieces(util, new Names(util, prefix, kept.length));
  for (const piece of kept) {
    await output.write(piece);
    await output.close();
  }
});

async function unreadable(util: Utility, file: string, errno: number): Promise<never> {
  const text = strerror(errno);
  return await util.die(errno === -EISDIR ? `${quoteIfNeeded(file)}: ${text}` : `cannot open ${quote(file)} for reading: ${text}`);
}

/** Pieces of so many bytes, of so many lines, or of whole lines up to so many bytes. */
interface Rule {
  readonly by: "bytes" | "lines" | "line-bytes";
  readonly count: number;
}

async function ruleFor(util: Utility, letter: string, argument: string): Promise<Rule> {
  const count = parseSize(argument, UNITS);
  if (count === null || count === 0) {
    const reason = count === 0 ? ": Numerical result out of range" : "";
    return await util.die(`invalid number of ${letter === "b" ? "bytes" : "lines"}: ${quote(argument)}${reason}`);
  }
  return { by: letter === "b" ? "bytes" : letter === "l" ? "lines" : "line-bytes", count };
}

/** Writes every byte as soon as it is known to which piece it belongs. */
async function splitAsItComes(util: Utility, file: string, prefix: string, rule: Rule, separator: number): Promise<void> {
  const fd = await openOperand(util, file);
  if (fd < 0) return await unreadable(util, file, fd);
  const output = new Pieces(util, new Names(util, prefix, null));
  const splitter = rule.by === "line-bytes" ? new LineBytes(output, rule.count, separator) : new Counted(output, rule, separator);
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return await unreadable(util, file, bytes);
    if (bytes.length === 0) break;
    await splitter.take(bytes);
  }
  await splitter.end();
  await output.close();
}

/** Pieces of so many bytes or lines. */
class Counted {
  private readonly output: Pieces;
  private readonly rule: Rule;
  private readonly separator: number;
  private found = 0;

  constructor(output: Pieces, rule: Rule, separator: number) {
    this.output = output;
    this.rule = rule;
    this.separator = separator;
  }

  async take(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const end = this.endOfPiece(bytes, at);
      await this.output.write(bytes.subarray(at, end));
      at = end;
      if (this.found < this.rule.count) continue;
      await this.output.close();
      this.found = 0;
    }
  }

  async end(): Promise<void> {}

  /** How far the piece goes that the byte at `from` belongs to. */
  private endOfPiece(bytes: Uint8Array, from: number): number {
    const missing = this.rule.count - this.found;
    if (this.rule.by === "bytes") {
      const end = Math.min(bytes.length, from + missing);
      this.found += end - from;
      return end;
    }
    let end = from;
    while (this.found < this.rule.count) {
      const next = bytes.indexOf(this.separator, end);
      if (next < 0) return bytes.length;
      end = next + 1;
      this.found++;
    }
    return end;
  }
}

/** Whole lines as long as they fit; a line that is longer than a piece is cut. */
class LineBytes {
  private readonly output: Pieces;
  private readonly most: number;
  private readonly separator: number;
  /** Bytes of the piece, without those of the line that is held. */
  private size = 0;
  private held: Uint8Array = new Uint8Array(0);

  constructor(output: Pieces, most: number, separator: number) {
    this.output = output;
    this.most = most;
    this.separator = separator;
  }

  async take(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const next = bytes.indexOf(this.separator, at);
      const end = next < 0 ? bytes.length : next + 1;
      this.held = this.held.length === 0 ? bytes.subarray(at, end) : joinBytes([this.held, bytes.subarray(at, end)]);
      await this.putWhole();
      if (next >= 0) await this.end();
      at = end;
    }
  }

  /** The line that is held is complete. */
  async end(): Promise<void> {
    if (this.held.length > 0) await this.output.write(this.held);
    this.size += this.held.length;
    this.held = new Uint8Array(0);
  }

  /** Ends the piece if the line does not fit, and makes pieces of a line that fits into none. */
  private async putWhole(): Promise<void> {
    if (this.size + this.held.length <= this.most) return;
    if (this.size > 0) await this.output.close();
    this.size = 0;
    while (this.held.length > this.most) {
      await this.output.write(this.held.subarray(0, this.most));
      await this.output.close();
      this.held = this.held.subarray(this.most);
    }
  }
}

/** All pieces, or the one that was asked for. */
type Cutter = (bytes: Uint8Array) => readonly Uint8Array[] | Uint8Array;

async function separatorOf(util: Utility): Promise<number> {
  const text = util.value("t");
  if (text === undefined) return 10;
  if (text === "\\0") return 0;
  if (text.length !== 1) await util.die(text === "" ? "empty record separator" : `multi-character separator ${quote(text)}`);
  return text.charCodeAt(0);
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

/** The files of the pieces, or commands for them; one at a time, made when there is something to write. */
class Pieces {
  private readonly util: Utility;
  private readonly names: Names;
  private open: { readonly name: string; readonly fd: Fd; readonly pid: number | null } | null = null;

  constructor(util: Utility, names: Names) {
    this.util = util;
    this.names = names;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.open ??= await this.begin(await this.names.next());
    const { name, fd, pid } = this.open;
    const error = await writeAll(this.util.process, fd, bytes);
    if (error < 0) await this.util.die(pid === null ? `${quoteIfNeeded(name)}: ${strerror(error)}` : `write error: ${strerror(error)}`);
  }

  /** The end of a piece. */
  async close(): Promise<void> {
    const { util, open } = this;
    if (open === null) return;
    this.open = null;
    await util.process.close(open.fd);
    if (open.pid === null) return;
    const ended = await util.process.wait4(open.pid, 0);
    if (ended === null || typeof ended === "number" || (ended.exitCode === 0 && ended.signal === 0)) return;
    const command = util.value("filter") ?? "";
    await util.die(`with FILE=${quoteIfNeeded(open.name)}, exit ${ended.exitCode} from command: ${command}`, ended.exitCode);
  }

  private async begin(name: string): Promise<{ readonly name: string; readonly fd: Fd; readonly pid: number | null }> {
    const { util } = this;
    const filter = util.value("filter");
    if (filter !== undefined) return await this.beginFilter(filter, name);
    if (util.has("verbose")) await util.out(`creating file ${quote(name)}\n`);
    const fd = await util.process.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
    if (fd < 0) await util.die(`${quoteIfNeeded(name)}: ${strerror(fd)}`);
    return { name, fd, pid: null };
  }

  /** A shell command gets the piece, and finds the name in $FILE. */
  private async beginFilter(command: string, name: string): Promise<{ readonly name: string; readonly fd: Fd; readonly pid: number }> {
    const { util } = this;
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
    return { name, fd: to, pid };
  }
}
