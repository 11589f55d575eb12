/** printf */

import type { Process } from "../../../syscall/index.ts";
import { complain, decode, encode, exponentialText, fixedText, generalText, rawByte, strftime } from "../../lib/index.ts";
import { assignElement, assignText } from "../assign.ts";
import { unescapeText } from "../escapes.ts";
import { tooBig } from "../expand/builder.ts";
import { MAX_VALUE } from "../limits.ts";
import { backslashQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

const DIRECTIVE = /%(?:%|([-+ 0#']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?(\([^)]*\))?(?:hh|h|ll|l|q(?=[diuoxX])|j|z|t|L)?([diouxXcsbqQeEfFgGaATn]))/g;
const NS_PER_SECOND = 1e9;
const ASCII = /^[\x00-\x7f]*$/;

async function printf(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "printf", /^-./.test(args[0] ?? "") ? args : ["--", ...args], "v:", "[-v var] format [arguments]");
  if (flags === null) return USAGE;
  const [format, ...values] = flags.rest;
  if (format === undefined) {
    await complain(shell.process, "printf: usage: printf [-v var] format [arguments]\n");
    return USAGE;
  }
  const formatter = new Formatter(shell.process, values, TEXTS);
  const text = formatter.run(format);
  let status = 0;
  for (const message of formatter.warnings) await builtinError(shell, "printf", message);
  for (const message of formatter.errors) status = await builtinError(shell, "printf", message);
  const variable = flags.given.get("v");
  if (variable === undefined) return (await output(shell, "printf", text)) || status;
  const element = /^([A-Za-z_]\w*)(?:\[(.*)\])?$/s.exec(variable);
  if (element === null) return await builtinError(shell, "printf", `\`${variable}': not a valid identifier`, USAGE);
  if (element[2] === undefined) assignText(shell, variable, text, false);
  else assignElement(shell, element[1] as string, element[2], text, false);
  return status;
}

/** What is said of arguments and formats that are wrong. */
export interface FormatterTexts {
  /** @param partly whether a number stands at its beginning */
  readonly invalidNumber: (text: string, partly: boolean) => string;
  readonly invalidOctal: (text: string) => string;
  readonly outOfRange: (text: string) => string;
  /** @param rest of the format from the wrong directive on. @param letter behind the per cent sign, or none */
  readonly invalidDirective: (rest: string, letter: string) => string;
  /** %q */
  readonly quoted: (text: string) => string;
}

const TEXTS: FormatterTexts = {
  invalidNumber: (text) => `${text}: invalid number`,
  invalidOctal: (text) => `${text}: invalid octal number`,
  outOfRange: (text) => `warning: ${text}: Numerical result out of range`,
  invalidDirective: (rest, letter) => (letter === "" ? `\`${rest}': missing format character` : `\`${letter}': invalid format character`),
  quoted: backslashQuote,
};

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | null;
  readonly time: string | null;
  readonly letter: string;
}

/** printf(1) on one format: of the shell, and of the file /usr/bin/printf. */
export class Formatter {
  readonly errors: string[] = [];
  /** Told as errors are, but the status stays. */
  readonly warnings: string[] = [];
  private readonly process: Process;
  private readonly texts: FormatterTexts;
  private readonly values: readonly string[];
  private next = 0;
  /** \c in %b or a wrong directive: nothing more is printed. */
  private stopped = false;

  constructor(process: Process, values: readonly string[], texts: FormatterTexts) {
    this.process = process;
    this.values = values;
    this.texts = texts;
  }

  /** Arguments that the format has not taken. */
  get left(): readonly string[] {
    return this.stopped ? [] : this.values.slice(this.next);
  }

  /** The format is used again as long as arguments are left and it takes some. */
  run(format: string): string {
    let text = "";
    for (;;) {
      const before = this.next;
      text += this.once(format);
      if (this.stopped || this.next >= this.values.length || this.next === before) return text;
    }
  }

  private once(format: string): string {
    let text = "";
    let at = 0;
    for (const match of format.matchAll(DIRECTIVE)) {
      const literal = this.literal(format.slice(at, match.index));
      text += literal;
      if (this.stopped) return text;
      at = match.index + match[0].length;
      text += match[0] === "%%" ? "%" : this.directive(match);
      if (this.stopped) return text;
    }
    return text + this.literal(format.slice(at));
  }

  private literal(part: string): string {
    const wrong = part.indexOf("%");
    if (wrong >= 0) {
      const letter = /^%[-+ 0#']*\d*(?:\.\d*)?[hljzLt]*(.?)/.exec(part.slice(wrong))?.[1] ?? "";
      this.errors.push(this.texts.invalidDirective(part.slice(wrong), letter));
      this.stopped = true;
      return unescapeText(part.slice(0, wrong), "printf-format").text;
    }
    return unescapeText(part, "printf-format").text;
  }

  private directive(match: RegExpMatchArray): string {
    const [, given = "", width, precision, time, letter = "s"] = match;
    let flags = given;
    let columns = width === "*" ? Number(this.integer(this.take() ?? "")) : Number(width ?? 0);
    if (columns < 0) {
      flags += "-";
      columns = -columns;
    }
    const dot = match[0].includes(".");
    const digits = precision === "*" ? Number(this.integer(this.take() ?? "")) : dot ? Number(precision ?? 0) : -1;
    const directive: Directive = { flags, width: columns, precision: digits < 0 ? null : digits, time: time ?? null, letter };
    return this.pad(directive, this.convert(directive));
  }

  private convert(directive: Directive): string {
    const { letter, precision } = directive;
    switch (letter) {
      case "s":
        return cut(this.take() ?? "", precision);
      case "c":
        return firstByte(this.take() ?? "");
      case "b": {
        const { text, stopped } = unescapeText(this.take() ?? "", "printf-b");
        this.stopped = stopped;
        return cut(text, precision);
      }
      case "q":
        return cut(this.texts.quoted(this.take() ?? ""), precision);
      case "Q":
        return this.texts.quoted(cut(this.take() ?? "", precision));
      case "T":
        return cut(this.time(directive), precision);
      case "n":
        this.take();
        return "";
      case "e":
      case "E":
      case "f":
      case "F":
      case "g":
      case "G":
      case "a":
      case "A":
        return this.floating(directive);
      default:
        return this.number(directive);
    }
  }

  private take(): string | undefined {
    return this.values[this.next++];
  }

  private pad({ flags, width, letter, precision }: Directive, text: string): string {
    const columns = byteLength(text);
    if (columns >= width) return text;
    if (width > MAX_VALUE) throw tooBig();
    if (flags.includes("-")) return text + " ".repeat(width - columns);
    const numeric = /[diouxXeEfFgGaA]/.test(letter);
    if (!flags.includes("0") || !numeric || (precision !== null && /[diouxX]/.test(letter))) return " ".repeat(width - columns) + text;
    const sign = /^([-+ ]?(?:0[xX])?)/.exec(text)?.[1] ?? "";
    return sign + text.slice(sign.length).padStart(width - sign.length, "0");
  }

  /** The value of a numeric argument: decimal, octal, hexadecimal, or 'c for a character's code. */
  private integer(text: string): bigint {
    if (text === "") return 0n;
    if (text[0] === "'" || text[0] === '"') return BigInt(text.codePointAt(1) ?? 0);
    const found = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)/.exec(text);
    if (found === null || found[0].length !== text.length) this.errors.push(this.texts.invalidNumber(text, found !== null));
    if (found === null) return 0n;
    const digits = found[2] as string;
    const octal = /^0\d/.test(digits) ? (/^[0-7]+/.exec(digits)?.[0] ?? "0") : null;
    if (octal !== null && octal.length < digits.length) this.errors.push(this.texts.invalidOctal(text));
    const magnitude = octal === null ? BigInt(digits) : BigInt(`0o${octal}`);
    return found[1] === "-" ? -magnitude : magnitude;
  }

  private number(directive: Directive): string {
    const text = this.take() ?? "";
    const value = this.integer(text);
    const isSigned = directive.letter === "d" || directive.letter === "i";
    const [low, high] = isSigned ? [-(2n ** 63n), 2n ** 63n - 1n] : [-(2n ** 64n) + 1n, 2n ** 64n - 1n];
    if (value < low || value > high) this.warnings.push(this.texts.outOfRange(text));
    return isSigned ? signed(value, directive) : unsigned(clamp(value, low, high), directive);
  }

  private floating({ letter, flags, precision }: Directive): string {
    const text = this.take() ?? "";
    const quoted = text[0] === "'" || text[0] === '"';
    const parsed = quoted ? { value: text.codePointAt(1) ?? 0, length: text.length } : parseFloating(text);
    if (parsed.length < text.length) this.errors.push(this.texts.invalidNumber(text, parsed.length > 0));
    const { value } = parsed;
    const digits = formatFloat(Math.abs(value), letter, precision, flags.includes("#"));
    return signOf(value < 0 || Object.is(value, -0), flags) + digits;
  }

  private time({ time }: Directive): string {
    const argument = this.take();
    const now = Math.floor(this.process.clockRealtime() / NS_PER_SECOND);
    const seconds =
      argument === undefined || argument === "" || argument === "-1" ? now : argument === "-2" ? now : Number(this.integer(argument));
    return strftime(time === null || time === "()" ? "%X" : time.slice(1, -1), { seconds, nanoseconds: 0 });
  }
}

const FLOATING =
  /^\s*([+-]?)(?:0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?|(inf(?:inity)?)|(nan)|(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?))/i;

/** strtod(3): the number at the beginning of a text, and how long it is. */
function parseFloating(text: string): { readonly value: number; readonly length: number } {
  const found = FLOATING.exec(text);
  if (found === null) return { value: 0, length: 0 };
  const [{ length }, sign, hex, fraction = "", power = "0", infinite, nan, decimal = "0"] = found;
  const magnitude =
    hex !== undefined
      ? Number.parseInt(`0${hex}${fraction}`, 16) * 2 ** (Number(power) - 4 * fraction.length)
      : infinite !== undefined
        ? Number.POSITIVE_INFINITY
        : nan !== undefined
          ? Number.NaN
          : Number(decimal);
  return { value: sign === "-" ? -magnitude : magnitude, length };
}

function signOf(negative: boolean, flags: string): string {
  if (negative) return "-";
  return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function signed(value: bigint, { flags, precision }: Directive): string {
  const clamped = clamp(value, -(2n ** 63n), 2n ** 63n - 1n);
  const digits = (clamped < 0n ? -clamped : clamped).toString().padStart(precision ?? 0, "0");
  return signOf(clamped < 0n, flags) + digits;
}

function unsigned(value: bigint, { letter, flags, precision }: Directive): string {
  const wrapped = BigInt.asUintN(64, value);
  const radix = letter === "o" ? 8 : letter === "u" ? 10 : 16;
  const digits = wrapped.toString(radix).padStart(precision ?? 0, "0");
  const marked = flags.includes("#") && wrapped !== 0n ? withBase(digits, radix) : digits;
  return letter === "X" ? marked.toUpperCase() : marked;
}

/** # shows the base: 0x, or a leading 0. */
function withBase(digits: string, radix: number): string {
  if (radix === 16) return `0x${digits}`;
  return radix === 8 && !digits.startsWith("0") ? `0${digits}` : digits;
}

function clamp(value: bigint, low: bigint, high: bigint): bigint {
  return value < low ? low : value > high ? high : value;
}

/** Widths and precisions count bytes. */
function byteLength(text: string): number {
  return ASCII.test(text) ? text.length : encode(text).length;
}

function cut(text: string, precision: number | null): string {
  if (precision === null) return text;
  return ASCII.test(text) ? text.slice(0, precision) : decode(encode(text).subarray(0, precision));
}

function firstByte(text: string): string {
  const [byte] = encode(text);
  return byte === undefined ? "\0" : rawByte(byte);
}

function formatFloat(value: number, letter: string, precision: number | null, alternate: boolean): string {
  const kind = letter.toLowerCase();
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : "inf";
  const digits = Math.min(precision ?? 6, 100);
  let text: string;
  if (kind === "f") text = fixedText(value, digits);
  else if (kind === "e") text = exponentialText(value, digits);
  else text = generalText(value, digits, alternate);
  return letter === letter.toUpperCase() ? text.toUpperCase() : text;
}

export const printfBuiltins: BuiltinTable = { printf: { run: printf } };
