/**
 * hexdump(1) and hd(1) of util-linux: -b -c -C -d -o -x -X, -e with formats of %d %i %o %u %x %X %c %s, %_a %_A %_c %_p %_u, -n -s -v. Without
 * a format: two-byte words. Left out: format files, floating point, colours.
 */
import { strerror } from "../../kernel/index.ts";
import { type Blocks, blocksOfOperands, sameBytes } from "./pieces.ts";
import { parseSize } from "./size.ts";
import { type Utility, utility } from "./utility.ts";

const manual = {
  version: "hexdump from util-linux 2.38.1",
  usage: "[options] <file>...",
  short: "bcCde:f:L::n:os:vxX",
  long: {
    ...{ "one-byte-octal": "b", "one-byte-char": "c", canonical: "C", "two-bytes-decimal": "d", "two-bytes-octal": "o" },
    ...{
      "two-bytes-hex": "x",
      "one-byte-hex": "X",
      format: "e",
      "format-file": "f",
      color: "L::",
      length: "n",
      skip: "s",
      "no-squeezing": "v",
    },
  },
  refused: ["f", "L"],
};

const OFFSET = '"%07.7_Ax\\n"';

/** The formats that an option stands for. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  b: [OFFSET, '"%07.7_ax " 16/1 "%03o " "\\n"'],
  c: [OFFSET, '"%07.7_ax " 16/1 "%3_c " "\\n"'],
  C: ['"%08.8_Ax\\n"', '"%08.8_ax  " 8/1 "%02x " "  " 8/1 "%02x "', '"  |" 16/1 "%_p" "|\\n"'],
  d: [OFFSET, '"%07.7_ax " 8/2 "  %05u " "\\n"'],
  o: [OFFSET, '"%07.7_ax " 8/2 " %06o " "\\n"'],
  x: [OFFSET, '"%07.7_ax " 8/2 "   %04x " "\\n"'],
  X: [OFFSET, '"%07.7_ax " 16/1 "%02x " "\\n"'],
  "": [OFFSET, '"%07.7_ax " 8/2 "%04x " "\\n"'],
};

/** A conversion or a piece of plain text of a format. */
interface Piece {
  readonly conversion: string | null;
  readonly flags: string;
  readonly text: string;
  readonly bytes: number;
}

/** `16/1 "%02x "` */
interface Unit {
  readonly times: number;
  readonly pieces: readonly Piece[];
}

export const hexdump = utility(manual, async (util) => {
  const texts: string[] = [];
  for (const { letter, argument } of util.given) {
    if (letter === "e") texts.push(argument);
    else texts.push(...(FORMATS[letter] ?? []));
  }
  if (texts.length === 0) texts.push(...(FORMATS[util.name === "hd" ? "C" : ""] ?? []));
  const formats: (readonly Unit[])[] = [];
  for (const text of texts) formats.push(await parseFormat(util, text));
  const most = await sizeOf(util, "n", Number.POSITIVE_INFINITY);
  const skip = await sizeOf(util, "s", 0);
  const unopened = (operand: string, errno: number): Promise<void> => util.fail(`${operand}: ${strerror(errno)}`);
  // What cannot be read is as good as empty.
  const unreadable = (operand: string, errno: number): Promise<void> => util.say(`${operand}: ${strerror(errno)}`);
  const input = blocksOfOperands(util, { unopened, unreadable }, skip + most);
  await dump(util, formats, input, await input.skip(skip));
  if (!input.openedAny && util.status !== 0) await util.fail("all input file arguments failed");
});

async function sizeOf(util: Utility, letter: string, otherwise: number): Promise<number> {
  const text = util.value(letter);
  if (text === undefined) return otherwise;
  const size = /^0x[0-9a-f]+$/i.test(text) ? Number(text) : parseSize(text);
  return size ?? (await util.die(`failed to parse ${letter === "n" ? "length" : "offset"}: '${text}'`));
}

/** The units of one format, in order. */
async function parseFormat(util: Utility, text: string): Promise<readonly Unit[]> {
  const units: Unit[] = [];
  for (let rest = text.trim(); rest !== ""; ) {
    const match = /^(?:(\d+)?\s*(?:\/\s*(\d+))?)\s*"((?:[^"\\]|\\.)*)"\s*/s.exec(rest);
    if (match === null) return await util.die(`bad format {${text}}`);
    const [all, times, bytes, format = ""] = match;
    units.push({ times: Number(times ?? 1), pieces: piecesOf(format, bytes === undefined ? null : Number(bytes)) });
    rest = rest.slice(all.length);
  }
  return units;
}

const CONVERSION = /%([-+ #0]*\d*(?:\.\d+)?)(_?[a-zA-Z][dox]?)/g;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", a: "\x07", b: "\b", f: "\f", r: "\r", v: "\v", "0": "\0" };

function piecesOf(format: string, bytes: number | null): readonly Piece[] {
  const text = format.replace(/\\(.)/gs, (_all, char: string) => ESCAPES[char] ?? char);
  const pieces: Piece[] = [];
  const plain = (part: string): void => {
    if (part !== "") pieces.push({ conversion: null, flags: "", text: part.replaceAll("%%", "%"), bytes: 0 });
  };
  let at = 0;
  for (const match of text.matchAll(CONVERSION)) {
    const [, flags = "", found = ""] = match;
    const conversion = /^_[aA]/.test(found) ? found : found.startsWith("_") ? found.slice(0, 2) : found.charAt(0);
    const takes = /^_[aA]/.test(conversion) ? 0 : (bytes ?? (/^_|^c/.test(conversion) ? 1 : 4));
    plain(text.slice(at, match.index));
    at = match.index + 1 + flags.length + conversion.length;
    pieces.push({ conversion, flags, text: "", bytes: takes });
  }
  plain(text.slice(at));
  return pieces;
}

const lengthOf = (units: readonly Unit[]): number =>
  units.reduce((sum, { times, pieces }) => sum + times * pieces.reduce((bytes, piece) => bytes + piece.bytes, 0), 0);

const isEnd = (units: readonly Unit[]): boolean =>
  units.some(({ pieces }) => pieces.some(({ conversion }) => conversion?.startsWith("_A")));

async function dump(util: Utility, all: readonly (readonly Unit[])[], input: Blocks, skipped: number): Promise<void> {
  const formats = all.filter((units) => !isEnd(units));
  const block = Math.max(0, ...formats.map(lengthOf));
  if (block === 0) return;
  let [at, before, starred]: [number, Uint8Array | null, boolean] = [skipped, null, false];
  for (let row = await input.take(block); row.length > 0; at += row.length, row = await input.take(block)) {
    if (row.length === block && before !== null && sameBytes(row, before) && !util.has("v")) {
      if (!starred) await util.out("*\n");
      starred = true;
      continue;
    }
    [before, starred] = [row, false];
    for (const units of formats) await util.out(rowText(stretched(units, block), row, at));
  }
  if (at > 0) for (const units of all.filter(isEnd)) await util.out(rowText(units, new Uint8Array(0), at));
}

/** The last unit of a format that takes bytes is repeated until the block is full. */
function stretched(units: readonly Unit[], block: number): readonly Unit[] {
  const last = units.findLastIndex(({ pieces }) => pieces.some(({ bytes }) => bytes > 0));
  const unit = units[last];
  const missing = block - lengthOf(units);
  if (unit === undefined || missing <= 0) return units;
  const size = unit.pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  return units.map((one, i) => (i === last ? { ...one, times: one.times + Math.floor(missing / size) } : one));
}

/** A format applied to a block. What the input is too short for is blank, plain text stays. Blanks behind the last repetition are cut. */
function rowText(units: readonly Unit[], row: Uint8Array, address: number): string {
  let [out, at] = ["", 0];
  for (const { times, pieces } of units) {
    for (let i = 0; i < times; i++) {
      const isLast = i === times - 1 && times > 1;
      for (const [p, piece] of pieces.entries()) {
        if (piece.conversion === null) {
          out += isLast && p === pieces.length - 1 ? piece.text.replace(/[ \t\n]+$/, "") : piece.text;
          continue;
        }
        out += at < row.length || piece.bytes === 0 ? shown(piece, row.subarray(at, at + piece.bytes), address) : blank(piece);
        at += piece.bytes;
      }
    }
  }
  return out;
}

function blank(piece: Piece): string {
  const width = /^[-+ #0]*(\d+)/.exec(piece.flags)?.[1];
  return " ".repeat(Number(width ?? (piece.conversion === "_p" ? 0 : 1)));
}

const CHARACTERS: Readonly<Record<number, string>> = { 0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r" };
const NAMES = "nul soh stx etx eot enq ack bel bs ht lf vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us".split(
  " ",
);

function shown({ conversion, flags, bytes }: Piece, found: Uint8Array, address: number): string {
  const [byte = 0] = found;
  switch (conversion) {
    case "_ax":
    case "_Ax":
    case "_ad":
    case "_Ad":
    case "_ao":
    case "_Ao":
      return padded(BigInt(address), flags, conversion.charAt(2) === "d" ? "u" : conversion.charAt(2));
    case "_p":
      return pad(byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".", flags);
    case "_c":
      return pad(CHARACTERS[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, "0")), flags);
    case "_u":
      return pad(NAMES[byte] ?? (byte === 127 ? "del" : byte < 127 ? String.fromCharCode(byte) : byte.toString(16)), flags);
    case "c":
    case "s":
      return pad(String.fromCharCode(...found), flags);
    default: {
      let value = 0n;
      for (const [i, part] of found.entries()) value |= BigInt(part) << BigInt(8 * i);
      return padded(conversion === "d" || conversion === "i" ? BigInt.asIntN(8 * bytes, value) : value, flags, conversion ?? "x");
    }
  }
}

function padded(value: bigint, flags: string, conversion: string): string {
  const [, signs = "", width = "", precision = "0"] = /^([-+ #0]*)(\d*)(?:\.(\d+))?$/.exec(flags) ?? [];
  const radix = conversion === "x" || conversion === "X" ? 16 : conversion === "o" ? 8 : 10;
  let digits = (value < 0n ? -value : value).toString(radix).padStart(Number(precision), "0");
  if (signs.includes("#") && value !== 0n) digits = radix === 16 ? `0x${digits}` : radix === 8 ? `0${digits}` : digits;
  const text = (value < 0n ? "-" : signs.includes("+") && radix === 10 ? "+" : "") + (conversion === "X" ? digits.toUpperCase() : digits);
  if (signs.includes("-")) return text.padEnd(Number(width));
  return text.padStart(Number(width), signs.includes("0") ? "0" : " ");
}

function pad(text: string, flags: string): string {
  const [, signs = "", width = ""] = /^([-+ #0]*)(\d*)/.exec(flags) ?? [];
  return signs.includes("-") ? text.padEnd(Number(width)) : text.padStart(Number(width));
}
