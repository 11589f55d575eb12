/** base64(1), base32(1), basenc(1): -d, -i, -w. Left out: basenc's --z85. */
import { strerror } from "../../kernel/index.ts";
import type { Program } from "../../syscall/index.ts";
import { STDOUT, writeAll } from "../lib/index.ts";
import { readOperand } from "./input.ts";
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
  const bytes = await readOperand(util, file);
  if (typeof bytes === "number") return await util.die(`${quoteIfNeeded(file)}: ${strerror(bytes)}`);
  if (!util.has("d")) {
    const text = encoded(bytes, encoding);
    const lines = Number(wrap) === 0 ? [text] : (text.match(new RegExp(`.{1,${wrap}}`, "g")) ?? []);
    return await util.out(lines.map((line) => (Number(wrap) === 0 ? line : `${line}\n`)).join(""));
  }
  const { whole, valid } = decoded(bytes, encoding, util.has("i"));
  await util.flush();
  await writeAll(util.process, STDOUT, whole);
  if (!valid) await util.die("invalid input");
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

function decoded(bytes: Uint8Array, encoding: Encoding, ignoreGarbage: boolean): { readonly whole: Uint8Array; readonly valid: boolean } {
  const out: number[] = [];
  let digits: number[] = [];
  let padding = 0;
  const answer = (valid: boolean): { whole: Uint8Array; valid: boolean } => ({
    whole: Uint8Array.from([...out, ...bytesOf(digits, encoding)]),
    valid,
  });
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    if (char === "\n") continue;
    const digit = encoding.alphabet.indexOf(encoding.anyCase === true ? char.toUpperCase() : char);
    if (char === "=" && encoding.bits > 4) padding++;
    else if (digit < 0 || padding > 0) {
      if (ignoreGarbage && digit < 0) continue;
      return answer(false);
    } else digits.push(digit);
    if (digits.length + padding < encoding.group) continue;
    // What is filled up must leave whole bytes.
    const rest = (digits.length * encoding.bits) % 8;
    if (digits.length === 0 || rest >= encoding.bits) return { whole: Uint8Array.from(out), valid: false };
    out.push(...bytesOf(digits, encoding));
    digits = [];
  }
  return answer(digits.length === 0);
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
