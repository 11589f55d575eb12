/** Numbers as text: by CONVFMT and OFMT, and by printf, which mawk hands to the C library: whole numbers are those of an int, a character is a byte. */
import { exponentialText, fixedText, generalText } from "../../lib/index.ts";
import { AwkRunError } from "./syntax.ts";
import { isInt, NumericString, toNumber, type Value } from "./value.ts";

const MAX_INT = 2 ** 31 - 1;
const MAX_UNSIGNED = 2 ** 32 - 1;

/** One conversion; what has no letter of printf's is improper. */
const CONVERSION = /%%|%([-+ #0]*)(\*|\d+)?(?:(\.)(\*|\d+)?)?[hlL]*(.)?/gs;

/** What a format came to before something was wrong with it. */
export class FormatError extends AwkRunError {
  readonly printed: string;
  constructor(message: string, printed: string) {
    super(message);
    this.printed = printed;
  }
}

export function toText(value: Value, format: string): string {
  if (typeof value === "string") return value;
  if (value === undefined) return "";
  if (value instanceof NumericString) return value.text;
  return numberText(value, format);
}

/** Whole numbers that an int holds are written as such, others by CONVFMT or OFMT (as mawk does). */
export function numberText(value: number, format: string): string {
  if (isInt(value)) return String(Object.is(value, -0) ? 0 : value);
  return formatText(format, [value], format, "sprintf");
}

/** @param caller "printf" or "sprintf", for messages */
export function formatText(format: string, args: readonly Value[], convfmt: string, caller: string): string {
  let [text, at, next, number] = ["", 0, 0, 0];
  const take = (): Value => {
    if (next >= args.length) throw new FormatError(`not enough arguments passed to ${caller}("${format}")`, text);
    return args[next++];
  };
  for (const match of format.matchAll(CONVERSION)) {
    text += format.slice(at, match.index);
    at = match.index + match[0].length;
    if (match[0] === "%%") {
      text += "%";
      continue;
    }
    const [, flags = "", width = "", dot, precision, letter = ""] = match;
    number++;
    const asked = width === "*" ? toNumber(take()) : Number(width);
    const digits = dot === undefined ? null : precision === "*" ? toNumber(take()) : Number(precision ?? 0);
    const value = take();
    if (letter === "" || !"csdiouxXeEfFgG".includes(letter)) {
      throw new FormatError(`improper conversion(number ${number}) in ${caller}("${format}")`, text);
    }
    text += padded(converted(letter, flags, digits, value, convfmt), asked, flags, letter, digits);
  }
  return text + format.slice(at);
}

function padded(body: string, asked: number, flags: string, letter: string, digits: number | null): string {
  if (flags.includes("-") || asked < 0) return body.padEnd(Math.abs(asked));
  const zeros = flags.includes("0") && !"cs".includes(letter) && !(digits !== null && "diouxX".includes(letter));
  if (!zeros || !/\d/.test(body)) return body.padStart(asked);
  const sign = /^(?:[-+ ]|0[xX])/.exec(body)?.[0] ?? "";
  return sign + body.slice(sign.length).padStart(asked - sign.length, "0");
}

function converted(letter: string, flags: string, digits: number | null, value: Value, convfmt: string): string {
  switch (letter) {
    case "c":
      return typeof value === "number" ? String.fromCharCode(toInt(value) & 0xff) : toText(value, convfmt).charAt(0) || "\0";
    case "s":
      return toText(value, convfmt).slice(0, digits ?? undefined);
    case "d":
    case "i":
      return signed(integer(toInt(toNumber(value)), 10, digits), flags);
    case "o":
    case "x":
    case "X":
    case "u":
      return unsigned(letter, toNumber(value), digits, flags);
    default: {
      const number = toNumber(value);
      const text = Number.isFinite(number) ? floating(number, letter.toLowerCase(), digits ?? 6, flags.includes("#")) : special(number);
      return signed(letter === letter.toUpperCase() ? text.toUpperCase() : text, flags);
    }
  }
}

/** The int nearest to a number, without its fraction. */
export function toInt(number: number): number {
  return Math.max(-MAX_INT, Math.min(MAX_INT, Math.trunc(number) || 0));
}

/** As srandom(3) takes it. */
export function toUnsigned(number: number): number {
  return Math.max(0, Math.min(MAX_UNSIGNED, Math.trunc(number) || 0));
}

function signed(text: string, flags: string): string {
  if (text.startsWith("-")) return text;
  return flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text;
}

function unsigned(letter: string, value: number, digits: number | null, flags: string): string {
  const number = toUnsigned(value);
  const base = letter === "o" ? 8 : letter === "u" ? 10 : 16;
  const text = integer(number, base, digits);
  const prefix = !flags.includes("#") || number === 0 || base === 10 ? "" : base === 16 ? "0x" : "0";
  return letter === "X" ? (prefix + text).toUpperCase() : prefix + text;
}

/** What has no value comes out of an operation with a sign. */
function special(number: number): string {
  return Number.isNaN(number) ? "-nan" : number < 0 ? "-inf" : "inf";
}

function integer(number: number, base: number, digits: number | null): string {
  const text = Math.abs(number)
    .toString(base)
    .padStart(digits ?? 1, "0");
  return number < 0 ? `-${text}` : text;
}

function floating(number: number, letter: string, digits: number, alternate: boolean): string {
  if (letter === "f") return fixedText(number, digits);
  return letter === "e" ? exponentialText(number, digits) : generalText(number, digits, alternate);
}
