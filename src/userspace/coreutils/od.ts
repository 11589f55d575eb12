/** od(1): -A, -j, -N, -t with a, c, d, o, u, x and a size, -v, -w, and the old short forms -b -c -d -i -o -s -x. Left out: floats, -S. */
import { strerror } from "../../kernel/index.ts";
import { type Blocks, blocksOfOperands, sameBytes } from "./pieces.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

const NAMES = [
  "nul",
  "soh",
  "stx",
  "etx",
  "eot",
  "enq",
  "ack",
  "bel",
  "bs",
  "ht",
  "nl",
  "vt",
  "ff",
  "cr",
  "so",
  "si",
  "dle",
  "dc1",
  "dc2",
  "dc3",
  "dc4",
  "nak",
  "syn",
  "etb",
  "can",
  "em",
  "sub",
  "esc",
  "fs",
  "gs",
  "rs",
  "us",
  "sp",
];
const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0, "\\0"],
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
]);
const OLD: Readonly<Record<string, string>> = { a: "a", b: "o1", c: "c", d: "u2", i: "d4", l: "d8", o: "o2", s: "d2", x: "x2" };
const SIZES: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8, "": 4 };

const manual = {
  usage: "[OPTION]... [FILE]...",
  short: "A:bcdaij:lN:oS:st:vw::x",
  long: {
    "address-radix": "A",
    "skip-bytes": "j",
    "read-bytes": "N",
    strings: "S",
    format: "t",
    "output-duplicates": "v",
    width: "w",
    endian: "endian:",
  },
  refused: ["S", "endian"],
};

interface Format {
  readonly kind: string;
  readonly size: number;
  /** Columns of one value, without the space in front. */
  readonly width: number;
  readonly text: boolean;
}

export const od = utility(manual, async (util) => {
  const formats: Format[] = [];
  for (const { letter, argument } of util.given) {
    if (OLD[letter] !== undefined) formats.push(...(await formatsOf(util, OLD[letter] ?? "")));
    if (letter === "t") formats.push(...(await formatsOf(util, argument)));
  }
  if (formats.length === 0) formats.push(...(await formatsOf(util, "o2")));
  const radix = util.value("A") ?? "o";
  if (!/^[doxn]$/.test(radix)) await util.die(`invalid output address radix '${radix}'; it must be one character from [doxn]`);
  const skip = await count(util, "j", 0);
  const most = await count(util, "N", Number.POSITIVE_INFINITY);
  const complain = (operand: string, errno: number): Promise<void> => util.fail(`${quoteIfNeeded(operand)}: ${strerror(errno)}`);
  const input = blocksOfOperands(util, { unopened: complain, unreadable: complain }, skip + most);
  await input.open();
  const skipped = await input.skip(skip);
  if (skipped < skip && input.openedAny) return await util.die("cannot skip past end of combined input");
  const perLine = util.has("w") ? Number(util.value("w") || 32) : 16;
  await dump(util, input, { formats, perLine, skip, radix });
});

async function count(util: Utility, letter: string, standard: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return standard;
  const match = /^(0x[0-9a-fA-F]+|\d+)([bkKmM]?)$/.exec(text);
  if (match === null) return await util.die(`invalid -${letter} argument ${quote(text)}`);
  const unit = { "": 1, b: 512, k: 1024, K: 1024, m: 1 << 20, M: 1 << 20 }[match[2] ?? ""] ?? 1;
  return Number(match[1]) * unit;
}

async function formatsOf(util: Utility, text: string): Promise<Format[]> {
  const formats: Format[] = [];
  let rest = text;
  while (rest !== "") {
    const match = /^(?:([ac])|([doux])([CSIL]|\d*))(z?)/.exec(rest);
    if (match === null) {
      if (rest.startsWith("f")) return await util.notModelled("floating-point output");
      return await util.die(`invalid character '${rest.charAt(0)}' in type string ${quote(text)}`);
    }
    const [all, char, kind = "", given = "", z = ""] = match;
    const size = char !== undefined ? 1 : (SIZES[given] ?? Number(given));
    if (![1, 2, 4, 8].includes(size))
      return await util.die(`invalid type string ${quote(text)};\nthis system doesn't provide a ${size}-byte integral type`);
    formats.push({ kind: char ?? kind, size, width: char !== undefined ? 3 : widthOf(kind, size), text: z === "z" });
    rest = rest.slice(all.length);
  }
  return formats;
}

function widthOf(kind: string, size: number): number {
  const bits = BigInt(8 * size);
  if (kind === "x") return 2 * size;
  if (kind === "o") return ((1n << bits) - 1n).toString(8).length;
  return kind === "u" ? ((1n << bits) - 1n).toString().length : (1n << (bits - 1n)).toString().length + 1;
}

interface Layout {
  readonly formats: readonly Format[];
  readonly perLine: number;
  readonly skip: number;
  readonly radix: string;
}

async function dump(util: Utility, input: Blocks, { formats, perLine, skip, radix }: Layout): Promise<void> {
  const address = (at: number): string =>
    radix === "n"
      ? ""
      : radix === "x"
        ? at.toString(16).padStart(6, "0")
        : radix === "d"
          ? String(at).padStart(7, "0")
          : at.toString(8).padStart(7, "0");
  // All formats are as wide as the one that needs most room for a byte.
  const perByte = Math.max(...formats.map(({ size, width }) => (width + 1) / size));
  let [at, before, starred]: [number, Uint8Array | null, boolean] = [skip, null, false];
  for (let line = await input.take(perLine); line.length > 0; at += line.length, line = await input.take(perLine)) {
    if (line.length === perLine && before !== null && sameBytes(line, before) && !util.has("v")) {
      if (!starred) await util.out("*\n");
      starred = true;
      continue;
    }
    [before, starred] = [line, false];
    for (const [i, format] of formats.entries()) {
      const head = i === 0 ? address(at) : " ".repeat(address(at).length);
      await util.out(`${head}${rowOf(line, format, Math.ceil(perByte * format.size), perLine)}\n`);
    }
  }
  if (radix !== "n" && (input.openedAny || util.status === 0)) await util.out(`${address(at)}\n`);
}

function rowOf(line: Uint8Array, format: Format, width: number, perLine: number): string {
  let row = "";
  for (let i = 0; i < line.length; i += format.size) row += shownValue(line.subarray(i, i + format.size), format).padStart(width);
  if (!format.text) return row;
  const text = Array.from(line, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
  return `${row.padEnd((width * perLine) / format.size)}  >${text}<`;
}

function shownValue(bytes: Uint8Array, { kind, size }: Format): string {
  let value = 0n;
  for (const [i, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * i);
  const byte = Number(value & 0xffn);
  switch (kind) {
    case "a":
      return (byte & 127) === 127 ? "del" : (NAMES[byte & 127] ?? String.fromCharCode(byte & 127));
    case "c":
      return ESCAPES.get(byte) ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, "0"));
    case "d":
      return BigInt.asIntN(8 * size, value).toString();
    case "u":
      return value.toString();
    case "x":
      return value.toString(16).padStart(2 * size, "0");
    default:
      return value.toString(8).padStart(widthOf("o", size), "0");
  }
}
