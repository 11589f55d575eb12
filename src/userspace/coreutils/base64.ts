/** base64(1), base32(1), basenc(1): -d, -i, -w. Left out: basenc's --z85. */
import { strerror } from "../../kernel/index.ts";
import type { Fd, Program } from "../../syscall/index.ts";
import { joinBytes, STDOUT, writeAll } from "../lib/index.ts";
import { openOperand, readSome } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Utility, utility } from "./utility.ts";

/** Digits of some bits each; `group` of them are whole bytes, and are filled up with `=`. */
interface Encoding {
  readonly alphabet: string;
  readonly bits: number;
  readonly group: number;
  /** Letters of both cases mean the same digit. */
  readonly anyCase?: boolean;
  /** The lowest bit of a byte comes first. */
  readonly lowestFirst?: boolean;
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS = UPPER + UPPER.toLowerCase();

const ENCODINGS = {
  base64: { alphabet: `${LETTERS}0123456789+/`, bits: 6, group: 4 },
  base64url: { alphabet: `${LETTERS}0123456789-_`, bits: 6, group: 4 },
  base32: { alphabet: `${UPPER}234567`, bits: 5, group: 8 },
  base32hex: { alphabet: `0123456789${UPPER.slice(0, 22)}`, bits: 5, group: 8 },
  base16: { alphabet: "0123456789ABCDEF", bits: 4, group: 2, anyCase: true },
  base2msbf: { alphabet: "01", bits: 1, group: 8 },
  base2lsbf: { alphabet: "01", bits: 1, group: 8, lowestFirst: true },
} satisfies Readonly<Record<string, Encoding>>;

const options = { decode: "d", "ignore-garbage": "i", wrap: "w:" };
const manual = { usage: "[OPTION]... [FILE]", short: "diw:", long: options };

const chosen = Object.fromEntries(Object.keys(ENCODINGS).map((name) => [name, name]));

export const base64: Program = utility(manual, (util) => transform(util, ENCODINGS.base64));

export const base32: Program = utility(manual, (util) => transform(util, ENCODINGS.base32));

export const basenc: Program = utility({ ...manual, long: { ...options, ...chosen, z85: "z85" }, refused: ["z85"] }, async (util) => {
  const last = util.given.findLast(({ letter }) => letter in ENCODINGS)?.letter as keyof typeof ENCODINGS | undefined;
  if (last === undefined) return await util.misused("missing encoding type");
  await transform(util, ENCODINGS[last]);
});

async function transform(util: Utility, encoding: Encoding): Promise<void> {
  const [file = "-", extra] = util.operands;
  if (extra !== undefined) await util.misused(`extra operand ${quote(extra)}`);
  const wrap = util.value("w") ?? "76";
  if (!/^\d+$/.test(wrap)) await util.die(`invalid wrap size: ${quote(wrap)}`);
  const fd = await openOperand(util, file);
  if (fd < 0) await util.die(`${quoteIfNeeded(file)}: ${strerror(fd)}`);
  const error = util.has("d") ? await decodeFile(util, fd, encoding) : await encodeFile(util, fd, encoding, Number(wrap));
  if (error < 0) await util.die(`read error: ${strerror(error)}`);
}

/** Whole groups are written as they are complete; `wrap` 0 is one line without an end. */
async function encodeFile(util: Utility, fd: Fd, encoding: Encoding, wrap: number): Promise<number> {
  const perGroup = (encoding.group * encoding.bits) / 8;
  let held: Uint8Array = new Uint8Array(0);
  let column = 0;
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    held = joinBytes([held, bytes]);
    const whole = bytes.length === 0 ? held.length : held.length - (held.length % perGroup);
    const text = encoded(held.subarray(0, whole), encoding);
    held = held.subarray(whole);
    if (wrap === 0) await util.out(text);
    for (let at = 0; wrap > 0 && at < text.length; ) {
      const piece = text.slice(at, at + wrap - column);
      at += piece.length;
      column = (column + piece.length) % wrap;
      await util.out(column === 0 ? `${piece}\n` : piece);
    }
    if (bytes.length > 0) continue;
    if (column > 0) await util.out("\n");
    return 0;
  }
}

async function decodeFile(util: Utility, fd: Fd, encoding: Encoding): Promise<number> {
  const decoder = new Decoder(encoding, util.has("i"));
  for (;;) {
    const bytes = await readSome(util.process, fd);
    if (typeof bytes === "number") return bytes;
    const { whole, valid } = bytes.length === 0 ? decoder.end() : decoder.take(bytes);
    await writeAll(util.process, STDOUT, whole);
    if (!valid) await util.die("invalid input");
    if (bytes.length === 0) return 0;
  }
}

function encoded(bytes: Uint8Array, { alphabet, bits, group, lowestFirst }: Encoding): string {
  let [text, value, have] = ["", 0, 0];
  const perGroup = (group * bits) / 8;
  for (const byte of bytes) {
    value = (value << 8) | (lowestFirst === true ? reversed(byte) : byte);
    have += 8;
    for (; have >= bits; have -= bits) text += alphabet.charAt((value >> (have - bits)) & ((1 << bits) - 1));
    value &= (1 << have) - 1;
  }
  if (have > 0) text += alphabet.charAt((value << (bits - have)) & ((1 << bits) - 1));
  return bytes.length % perGroup === 0 ? text : text.padEnd(Math.ceil(text.length / group) * group, "=");
}

function reversed(byte: number): number {
  return Array.from({ length: 8 }, (_bit, i) => ((byte >> i) & 1) << (7 - i)).reduce((sum, bit) => sum | bit, 0);
}

/** What could be decoded of some input, and whether nothing was wrong with it. */
interface Decoded {
  readonly whole: Uint8Array;
  readonly valid: boolean;
}

class Decoder {
  private readonly encoding: Encoding;
  private readonly ignoreGarbage: boolean;
  /** Of the group that is not complete. */
  private digits: number[] = [];
  private padding = 0;

  constructor(encoding: Encoding, ignoreGarbage: boolean) {
    this.encoding = encoding;
    this.ignoreGarbage = ignoreGarbage;
  }

  take(bytes: Uint8Array): Decoded {
    const { alphabet, anyCase, bits, group } = this.encoding;
    const out: number[] = [];
    for (const byte of bytes) {
      const char = String.fromCharCode(byte);
      if (char === "\n") continue;
      const digit = alphabet.indexOf(anyCase === true ? char.toUpperCase() : char);
      if (char === "=" && bits > 4) this.padding++;
      else if (digit < 0 && this.ignoreGarbage) continue;
      else if (digit < 0 || this.padding > 0) return this.broken(out);
      else this.digits.push(digit);
      if (this.digits.length + this.padding < group) continue;
      // What is filled up must leave whole bytes.
      const rest = (this.digits.length * bits) % 8;
      if (this.digits.length === 0 || rest >= bits) return { whole: Uint8Array.from(out), valid: false };
      out.push(...bytesOf(this.digits, this.encoding));
      this.digits = [];
      this.padding = 0;
    }
    return { whole: Uint8Array.from(out), valid: true };
  }

  end(): Decoded {
    return { ...this.broken([]), valid: this.digits.length === 0 };
  }

  private broken(out: readonly number[]): Decoded {
    return { whole: Uint8Array.from([...out, ...bytesOf(this.digits, this.encoding)]), valid: false };
  }
}

/** The whole bytes in some digits. */
function bytesOf(digits: readonly number[], { bits, lowestFirst }: Encoding): readonly number[] {
  const out: number[] = [];
  let [value, have] = [0, 0];
  for (const digit of digits) {
    value = (value << bits) | digit;
    have += bits;
    if (have < 8) continue;
    have -= 8;
    const byte = (value >> have) & 255;
    out.push(lowestFirst === true ? reversed(byte) : byte);
    value &= (1 << have) - 1;
  }
  return out;
}
