/** xxd(1): -a -b -c -d -e -g -i -l -o -p -r -s -u. Left out: EBCDIC, -C and -n, patching a file with -r at an offset (-s). */
import { strerror } from "../../kernel/index.ts";
import { type Fd, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, type Process, type Program } from "../../syscall/index.ts";
import { complain, encode, LineReader, rawByte, STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { Blocks } from "./pieces.ts";

const [SEEK_SET, SEEK_CUR, SEEK_END] = [0, 1, 2];
const CHUNK = 65_536;
/** stdio's buffer. */
const BUFFER = 4096;

interface Request {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, number>;
  readonly files: readonly string[];
}

const WITH_NUMBER = ["c", "g", "l", "o", "s"];
const LONG: Readonly<Record<string, string>> = {
  ...{
    ps: "p",
    plain: "p",
    postscript: "p",
    cols: "c",
    len: "l",
    seek: "s",
    skip: "s",
    bits: "b",
    include: "i",
    revert: "r",
    uppercase: "u",
  },
  ...{ autoskip: "a", group: "g", offset: "o", decimal: "d" },
};

export const xxd: Program = async (process) => {
  const request = parse(process.argv.slice(1));
  if (request === null) return await refuse(process, "Usage:\n       xxd [options] [infile [outfile]]\n");
  const [inName = "-", outName = "-"] = request.files;
  const from = inName === "-" ? STDIN : await process.open(inName, O_RDONLY);
  if (from < 0) return await refuse(process, `xxd: ${inName}: ${strerror(from)}\n`, 2);
  const to = outName === "-" ? STDOUT : await process.open(outName, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  if (to < 0) return await refuse(process, `xxd: ${outName}: ${strerror(to)}\n`, 3);
  const unreadable = async (errno: number): Promise<void> => {
    process.exit(await refuse(process, `xxd: ${strerror(errno)}\n`, 2));
  };
  const output = new Output(process, to);
  if (request.flags.has("r")) await revert(process, from, output, request.flags.has("p"), unreadable);
  else {
    const start = await seek(process, from, request.values.get("s") ?? 0);
    if (start === null) return await refuse(process, "xxd: Sorry, cannot seek.\n", 4);
    const input = new Blocks(process, { next: once(from), unreadable }, request.values.get("l") ?? Number.POSITIVE_INFINITY);
    await dump(input, start, request, inName, output);
  }
  await output.flush();
  return 0;
};

/** A supply of one file. */
function once(fd: Fd): () => Promise<Fd | null> {
  let left: Fd | null = fd;
  return async () => {
    const given = left;
    left = null;
    return given;
  };
}

/** Standard output or a file, with the buffer of stdio. */
class Output {
  readonly fd: Fd;
  private readonly process: Process;
  private buffered = "";

  constructor(process: Process, fd: Fd) {
    this.process = process;
    this.fd = fd;
  }

  async put(text: string): Promise<void> {
    this.buffered += text;
    if (this.buffered.length >= BUFFER || this.process.isatty(this.fd)) await this.flush();
  }

  async flush(): Promise<void> {
    const error = await writeAll(this.process, this.fd, encode(this.buffered));
    this.buffered = "";
    if (error < 0) this.process.exit(await refuse(this.process, `xxd: ${strerror(error)}\n`, 3));
  }
}

async function refuse(process: Process, text: string, status = 1): Promise<number> {
  await complain(process, text);
  return status;
}

function parse(words: readonly string[]): Request | null {
  const flags = new Set<string>();
  const values = new Map<string, number>();
  const files: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === "--") {
      files.push(...queue);
      break;
    }
    if (!/^-./.test(word)) {
      files.push(word);
      continue;
    }
    if (!takeOption(word, queue, flags, values)) return null;
  }
  return { flags, values, files };
}

/** Notes one option, with a word of the queue if it needs a number; false if it is none. */
function takeOption(word: string, queue: string[], flags: Set<string>, values: Map<string, number>): boolean {
  const name = word.replace(/^--?/, "");
  const letter = LONG[name] ?? name.charAt(0);
  const known = LONG[name] !== undefined;
  if (!WITH_NUMBER.includes(letter)) {
    flags.add(letter);
    return "abdeipru".includes(letter) && (known || name.length === 1);
  }
  const attached = known ? "" : name.slice(1);
  const text = attached === "" ? queue.shift() : attached;
  if (text === undefined || !/^[-+]?(0x[0-9a-f]+|\d+)$/i.test(text)) return false;
  const value = Number(text.replace(/^[-+]/, ""));
  values.set(letter, text.startsWith("-") ? -value : value);
  return true;
}

/** Goes to where the dump begins, if need be by reading; a negative `offset` counts from the end. The place, or null. */
async function seek(process: Process, fd: Fd, offset: number): Promise<number | null> {
  if (offset === 0) return 0;
  const size = (await process.lseek(fd, 0, SEEK_CUR)) < 0 ? -1 : await process.lseek(fd, 0, SEEK_END);
  if (size >= 0 || offset < 0) {
    const at = offset < 0 ? size + offset : offset;
    return size < 0 || at < 0 ? null : await process.lseek(fd, at, SEEK_SET);
  }
  const unreadable = async (): Promise<void> => {};
  const skipped = await new Blocks(process, { next: once(fd), unreadable }, offset).skip(offset);
  return skipped < offset ? null : offset;
}

async function dump(input: Blocks, start: number, request: Request, name: string, output: Output): Promise<void> {
  const { flags, values } = request;
  const hex = (byte: number): string => (flags.has("u") ? byte.toString(16).toUpperCase() : byte.toString(16)).padStart(2, "0");
  if (flags.has("i")) return await include(input, values.get("c") ?? 12, name, flags.has("u"), output);
  if (flags.has("p")) return await plainDump(input, values.get("c") ?? 30, hex, output);
  const bits = flags.has("b");
  const columns = values.get("c") ?? (bits ? 6 : 16);
  const group = values.get("g") ?? (bits ? 1 : flags.has("e") ? 4 : 2);
  const show = bits ? (byte: number): string => byte.toString(2).padStart(8, "0") : hex;
  const layout: Layout = { columns, group: group === 0 ? columns : group, show, littleEndian: flags.has("e"), cell: bits ? 8 : 2 };
  const origin = start + (values.get("o") ?? 0);
  const zeros = new ZeroRows();
  let row = await input.take(columns);
  for (let at = 0; row.length > 0; at += columns) {
    // Whether a row of zeros is the last one is known when there is another one.
    const next = flags.has("a") && row.length === columns ? await input.take(columns) : null;
    const address = flags.has("d") ? String(origin + at) : (origin + at).toString(16);
    const text = `${address.padStart(8, "0")}: ${rowOf(row, layout)}\n`;
    const isZero = next !== null && next.length > 0 && row.every((byte) => byte === 0);
    await output.put(isZero ? zeros.zero(text) : zeros.other(text));
    row = next ?? (await input.take(columns));
  }
}

/** -a: of rows of zeros behind one another only the first is shown, and a star for the others; two are both shown. */
class ZeroRows {
  private count = 0;
  private second = "";

  zero(text: string): string {
    this.count++;
    if (this.count === 2) this.second = text;
    return this.count === 1 ? text : "";
  }

  other(text: string): string {
    const before = this.count === 2 ? this.second : this.count > 2 ? "*\n" : "";
    this.count = 0;
    return before + text;
  }
}

async function plainDump(input: Blocks, columns: number, hex: (byte: number) => string, output: Output): Promise<void> {
  const size = columns === 0 ? CHUNK : columns;
  let any = false;
  for (let row = await input.take(size); row.length > 0; row = await input.take(size)) {
    any = true;
    await output.put(Array.from(row, hex).join("") + (columns === 0 ? "" : "\n"));
  }
  if (columns === 0 && any) await output.put("\n");
}

interface Layout {
  readonly columns: number;
  readonly group: number;
  readonly show: (byte: number) => string;
  readonly littleEndian: boolean;
  /** Digits of a byte. */
  readonly cell: number;
}

function rowOf(row: Uint8Array, { columns, group, show, littleEndian, cell }: Layout): string {
  const groups: string[] = [];
  for (let at = 0; at < row.length; at += group) {
    const cells = Array.from(row.subarray(at, at + group), show);
    groups.push(
      littleEndian
        ? cells
            .reverse()
            .join("")
            .padStart(group * cell)
        : cells.join(""),
    );
  }
  const count = Math.ceil(columns / group);
  const width = columns * cell + count - 1 + (littleEndian ? (count * group - columns) * cell : 0);
  const text = Array.from(row, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
  return `${groups.join(" ").padEnd(width)}  ${text}`;
}

/** C source: with a name if the input is a file. */
async function include(input: Blocks, columns: number, name: string, upper: boolean, output: Output): Promise<void> {
  const digits = (byte: number): string =>
    `0${upper ? "X" : "x"}${(upper ? byte.toString(16).toUpperCase() : byte.toString(16)).padStart(2, "0")}`;
  const identifier = name.replace(/[^A-Za-z0-9]/g, "_").replace(/^(?=\d)/, "__");
  if (name !== "-") await output.put(`unsigned char ${identifier}[] = {\n`);
  let size = 0;
  for (let row = await input.take(columns); row.length > 0; row = await input.take(columns)) {
    await output.put(`${size === 0 ? "" : ",\n"}  ${Array.from(row, digits).join(", ")}`);
    size += row.length;
  }
  if (size > 0) await output.put("\n");
  if (name !== "-") await output.put(`};\nunsigned int ${identifier}_len = ${size};\n`);
}

/** The bytes of a dump; lines say where their bytes belong, unless it is plain. */
async function revert(
  process: Process,
  fd: Fd,
  output: Output,
  plain: boolean,
  unreadable: (errno: number) => Promise<void>,
): Promise<void> {
  const source = new LineReader(process, fd);
  let at = 0;
  let half = "";
  for (;;) {
    const line = await source.next();
    if (typeof line === "number") return await unreadable(line);
    if (line === null) return;
    if (plain) {
      const digits = half + line.replace(/\s+/g, "");
      const whole = /^(?:[0-9a-fA-F]{2})*/.exec(digits)?.[0] ?? "";
      await output.put(bytesOf(whole));
      half = digits.slice(whole.length);
      if (half.length > 1) return;
      continue;
    }
    const match = /^\s*([0-9a-fA-F]+):?\s?((?:[0-9a-fA-F]{2} ?)*)/.exec(line);
    if (match === null) continue;
    const place = Number.parseInt(match[1] ?? "0", 16);
    if (place !== at) await moveTo(process, output, at, place);
    const digits = (match[2] ?? "").replaceAll(" ", "");
    await output.put(bytesOf(digits));
    at = place + digits.length / 2;
  }
}

/** The text that is written as these bytes. */
function bytesOf(digits: string): string {
  return (digits.match(/../g) ?? []).map((pair) => rawByte(Number.parseInt(pair, 16))).join("");
}

/** What cannot seek can only go forward, over zeros. */
async function moveTo(process: Process, output: Output, from: number, to: number): Promise<void> {
  await output.flush();
  if ((await process.lseek(output.fd, to - from, SEEK_CUR)) >= 0) return;
  if (to < from) process.exit(await refuse(process, "xxd: Sorry, cannot seek backwards.\n", 5));
  for (let left = to - from; left > 0; left -= CHUNK) await output.put("\0".repeat(Math.min(left, CHUNK)));
}
