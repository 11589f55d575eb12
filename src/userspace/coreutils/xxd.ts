/** xxd(1): -a -b -c -d -e -g -i -l -o -p -r -s -u. Left out: EBCDIC, -C and -n, patching a file with -r at an offset (-s). */
import { strerror } from "../../kernel/index.ts";
import { type Fd, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, type Process, type Program } from "../../syscall/index.ts";
import { complain, decode, encode, joinBytes, STDIN, STDOUT, writeAll } from "../lib/index.ts";
import { readSome } from "./input.ts";

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
  const loaded = await load(process, from, request);
  if (typeof loaded === "number") return await refuse(process, `xxd: ${strerror(loaded)}\n`, 2);
  const plain = request.flags.has("p");
  const out = request.flags.has("r") ? revert(decode(loaded.bytes), plain) : encode(dump(loaded, request, inName));
  const error = await writeAll(process, to, out);
  return error < 0 ? await refuse(process, `xxd: ${strerror(error)}\n`, 3) : 0;
};

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

interface Loaded {
  readonly bytes: Uint8Array;
  /** Where in the input they begin. */
  readonly start: number;
}

/** What is asked for of the input: from -s on, -l bytes; a negative -s counts from the end. */
async function load(process: Process, fd: Fd, { values }: Request): Promise<Loaded | number> {
  const most = values.get("l") ?? Number.POSITIVE_INFINITY;
  const seek = values.get("s") ?? 0;
  const pieces: Uint8Array[] = [];
  let have = 0;
  while (seek < 0 || have < seek + most) {
    const piece = await readSome(process, fd);
    if (typeof piece === "number") return piece;
    if (piece.length === 0) break;
    pieces.push(piece);
    have += piece.length;
  }
  const all = joinBytes(pieces);
  const start = seek < 0 ? Math.max(0, all.length + seek) : seek;
  return { bytes: all.subarray(start, start + most), start };
}

function dump({ bytes, start }: Loaded, request: Request, name: string): string {
  const { flags, values } = request;
  const hex = (byte: number): string => (flags.has("u") ? byte.toString(16).toUpperCase() : byte.toString(16)).padStart(2, "0");
  if (flags.has("i")) return include(bytes, values.get("c") ?? 12, name, flags.has("u"));
  if (flags.has("p")) return plainDump(bytes, values.get("c") ?? 30, hex);
  const bits = flags.has("b");
  const columns = values.get("c") ?? (bits ? 6 : 16);
  const group = values.get("g") ?? (bits ? 1 : flags.has("e") ? 4 : 2);
  const show = bits ? (byte: number): string => byte.toString(2).padStart(8, "0") : hex;
  const layout: Layout = { columns, group: group === 0 ? columns : group, show, littleEndian: flags.has("e"), cell: bits ? 8 : 2 };
  const origin = start + (values.get("o") ?? 0);
  let [text, zeros] = ["", 0];
  for (let at = 0; at < bytes.length; at += columns) {
    const row = bytes.subarray(at, at + columns);
    const isZero = flags.has("a") && row.every((byte) => byte === 0) && at + columns < bytes.length;
    zeros = isZero ? zeros + 1 : 0;
    if (zeros === 2) text += "*\n";
    if (zeros >= 2) continue;
    const address = flags.has("d") ? String(origin + at) : (origin + at).toString(16);
    text += `${address.padStart(8, "0")}: ${rowOf(row, layout)}\n`;
  }
  return text;
}

function plainDump(bytes: Uint8Array, columns: number, hex: (byte: number) => string): string {
  const digits = Array.from(bytes, hex).join("");
  const lines = columns === 0 ? [digits] : (digits.match(new RegExp(`.{1,${2 * columns}}`, "g")) ?? []);
  return lines.map((line) => `${line}\n`).join("");
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
function include(bytes: Uint8Array, columns: number, name: string, upper: boolean): string {
  const digits = (byte: number): string =>
    `0${upper ? "X" : "x"}${(upper ? byte.toString(16).toUpperCase() : byte.toString(16)).padStart(2, "0")}`;
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += columns) lines.push(`  ${Array.from(bytes.subarray(at, at + columns), digits).join(", ")}`);
  const body = `${lines.join(",\n")}\n`;
  if (name === "-") return bytes.length === 0 ? "" : body;
  const identifier = name.replace(/[^A-Za-z0-9]/g, "_").replace(/^(?=\d)/, "__");
  return `unsigned char ${identifier}[] = {\n${bytes.length === 0 ? "" : body}};\nunsigned int ${identifier}_len = ${bytes.length};\n`;
}

/** The bytes of a dump; lines say where their bytes belong, unless it is plain. */
function revert(text: string, plain: boolean): Uint8Array {
  const bytes: number[] = [];
  if (plain) {
    const digits = text.replace(/\s+/g, "");
    for (let i = 0; i + 1 < digits.length; i += 2) {
      const pair = digits.slice(i, i + 2);
      if (!/^[0-9a-fA-F]{2}$/.test(pair)) break;
      bytes.push(Number.parseInt(pair, 16));
    }
    return Uint8Array.from(bytes);
  }
  for (const line of text.split("\n")) {
    const match = /^\s*([0-9a-fA-F]+):?\s?((?:[0-9a-fA-F]{2} ?)*)/.exec(line);
    if (match === null) continue;
    const at = Number.parseInt(match[1] ?? "0", 16);
    for (const [i, pair] of (match[2]?.match(/[0-9a-fA-F]{2}/g) ?? []).entries()) {
      while (bytes.length < at + i) bytes.push(0);
      bytes[at + i] = Number.parseInt(pair, 16);
    }
  }
  return Uint8Array.from(bytes);
}
