/** Values of awk: numbers, strings, and strings from input that look like numbers, which are both. */
import { AwkError } from "./syntax.ts";

/** A string from input that looks like a number. */
export class NumericString {
  readonly text: string;
  readonly number: number;

  constructor(text: string, number: number) {
    this.text = text;
    this.number = number;
  }
}

/** undefined: never assigned, 0 and "" at once. */
export type Value = number | string | NumericString | undefined;

export type AwkArray = Map<string, Value>;

const MAX_INT = 2 ** 31 - 1;

const LEADING_NUMBER = /^[ \t\n\r\f\v]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/;
const WHOLE_NUMBER = /^[ \t\n\r\f\v]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[ \t\n\r\f\v]*$/;

/** A value that came from input: a field, an argument, a variable of the environment. */
export function fromInput(text: string): Value {
  return WHOLE_NUMBER.test(text) ? new NumericString(text, Number(text)) : text;
}

export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (value === undefined) return 0;
  if (value instanceof NumericString) return value.number;
  return Number(LEADING_NUMBER.exec(value)?.[1] ?? 0);
}

export function toText(value: Value, format: string): string {
  if (typeof value === "string") return value;
  if (value === undefined) return "";
  if (value instanceof NumericString) return value.text;
  return numberText(value, format);
}

/** Whole numbers that an int holds are written as such, others by CONVFMT or OFMT (as mawk does). */
export function numberText(value: number, format: string): string {
  if (Number.isInteger(value) && Math.abs(value) <= MAX_INT) return String(Object.is(value, -0) ? 0 : value);
  return sprintf(format, [value], format);
}

export function isTrue(value: Value): boolean {
  if (typeof value === "number") return value !== 0;
  if (value === undefined) return false;
  return value instanceof NumericString ? value.number !== 0 : value !== "";
}

/** Less than, equal or greater: as numbers if both are or look like numbers, else as text. */
export function compare(a: Value, b: Value, format: string): number {
  if (typeof a !== "string" && typeof b !== "string") {
    const [x, y] = [toNumber(a), toNumber(b)];
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
  }
  const [x, y] = [toText(a, format), toText(b, format)];
  return x < y ? -1 : Number(x > y);
}

const CONVERSION = /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:hh|h|ll|l|L)?(.)|%[^a-zA-Z%]*$/gs;

/** sprintf of C, on awk's values. */
export function sprintf(format: string, args: readonly Value[], convfmt: string): string {
  let next = 0;
  const take = (): Value => {
    if (next >= args.length) throw new AwkError(`not enough arguments passed to sprintf("${format}")`);
    return args[next++];
  };
  return format.replace(CONVERSION, (all: string, flags = "", width = "", precision: string | undefined = undefined, conversion = "") => {
    if (conversion === "") return all;
    if (conversion === "%") return "%";
    const asked = width === "*" ? toNumber(take()) : Number(width);
    const hasDot = /\.[^a-zA-Z]*[a-zA-Z]/s.test(all);
    const digits = precision === "*" ? toNumber(take()) : precision !== undefined ? Number(precision) : hasDot ? 0 : null;
    const left = flags.includes("-") || asked < 0;
    const body = converted(conversion, flags, digits, take, convfmt);
    if (body === null) return all;
    return padded(
      body,
      Math.abs(asked),
      left,
      flags.includes("0") && "diouxXeEfFgGaA".includes(conversion) && !(digits !== null && "diouxX".includes(conversion)),
    );
  });
}

function padded(body: string, width: number, left: boolean, zeros: boolean): string {
  if (left) return body.padEnd(width);
  if (!zeros || !/\d/.test(body)) return body.padStart(width);
  const sign = /^(?:[-+ ]|0[xX])/.exec(body)?.[0] ?? "";
  return sign + body.slice(sign.length).padStart(width - sign.length, "0");
}

function converted(conversion: string, flags: string, digits: number | null, take: () => Value, convfmt: string): string | null {
  if (!"csdiouxXeEfFgG".includes(conversion)) return null;
  const value = take();
  switch (conversion) {
    case "c":
      return typeof value === "number"
        ? String.fromCodePoint(Math.max(0, Math.trunc(value)) % 0x110000)
        : (Array.from(toText(value, convfmt))[0] ?? "");
    case "s":
      return toText(value, convfmt).slice(0, digits ?? undefined);
    case "d":
    case "i": {
      const number = Math.trunc(toNumber(value));
      return signed(Number.isFinite(number) ? integer(number, 10, digits) : special(number), flags);
    }
    case "o":
    case "x":
    case "X":
    case "u":
      return unsigned(conversion, Math.trunc(toNumber(value)), digits, flags);
    default: {
      const number = toNumber(value);
      const text = Number.isFinite(number) ? floating(number, conversion.toLowerCase(), digits ?? 6, flags.includes("#")) : special(number);
      return signed(conversion === conversion.toUpperCase() ? text.toUpperCase() : text, flags);
    }
  }
}

function signed(text: string, flags: string): string {
  if (text.startsWith("-")) return text;
  return flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text;
}

function unsigned(conversion: string, number: number, digits: number | null, flags: string): string {
  const base = conversion === "o" ? 8 : conversion === "u" ? 10 : 16;
  const text = integer(number < 0 ? number + 2 ** 64 : number, base, digits);
  const prefix = !flags.includes("#") || number === 0 || base === 10 ? "" : base === 16 ? "0x" : "0";
  return conversion === "X" ? (prefix + text).toUpperCase() : prefix + text;
}

function special(number: number): string {
  return Number.isNaN(number) ? "nan" : number < 0 ? "-inf" : "inf";
}

function integer(number: number, base: number, digits: number | null): string {
  const text = (Math.abs(number) < 2 ** 53 ? Math.abs(number).toString(base) : BigInt(Math.abs(number)).toString(base)).padStart(
    digits ?? 1,
    "0",
  );
  return number < 0 ? `-${text}` : text;
}

function floating(number: number, conversion: string, digits: number, alternate: boolean): string {
  if (conversion === "f")
    return Math.abs(number) < 1e21
      ? number.toFixed(Math.min(digits, 100))
      : `${BigInt(number)}${digits > 0 ? `.${"0".repeat(digits)}` : ""}`;
  if (conversion === "e") return exponent(number.toExponential(Math.min(digits, 100)));
  const significant = Math.max(1, digits);
  const power = number === 0 ? 0 : Number(number.toExponential(Math.min(significant - 1, 100)).split("e")[1]);
  const text =
    power < -4 || power >= significant
      ? exponent(number.toExponential(significant - 1))
      : number.toFixed(Math.max(0, significant - 1 - power));
  return alternate || !text.includes(".") ? text : text.replace(/\.?0+(?=e|$)/, "");
}

/** An exponent has two digits at least. */
function exponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, "e$10$2");
}
