/** Values of awk: numbers, strings, and strings from input that look like numbers, which are both. A string is bytes, one character each. */

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

const MAX_INT = 2 ** 31 - 1;

const DECIMAL = "(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?";
const HEX = "0[xX](?:[\\da-fA-F]+\\.?[\\da-fA-F]*|\\.[\\da-fA-F]+)(?:[pP][-+]?\\d+)?";
/** What strtod(3) reads of a text. */
const LEADING_NUMBER = new RegExp(`^[ \\t\\n\\r\\f\\v]*([-+]?)(${HEX}|${DECIMAL}|inf(?:inity)?|nan)`, "i");
const WHOLE_NUMBER = new RegExp(`^[ \\t\\n\\r\\f\\v]*([-+]?)(${HEX}|${DECIMAL})[ \\t\\n\\r\\f\\v]*$`);

/** A value that came from input: a field, an argument, a variable of the environment. */
export function fromInput(text: string): Value {
  const code = text.charCodeAt(0);
  // Most words begin with a letter and are no number.
  if (code > 0x39) return text;
  const match = WHOLE_NUMBER.exec(text);
  return match === null ? text : new NumericString(text, numberOf(match));
}

function numberOf([, sign = "", digits = ""]: RegExpExecArray): number {
  const magnitude = unsignedNumber(digits);
  return sign === "-" ? -magnitude : magnitude;
}

function unsignedNumber(digits: string): number {
  if (/^inf/i.test(digits)) return Number.POSITIVE_INFINITY;
  const hex = /^0x([\da-f]*)\.?([\da-f]*)(?:p(.*))?$/i.exec(digits);
  if (hex === null) return Number(digits);
  const [, whole = "", fraction = "", power = "0"] = hex;
  return Number.parseInt(`0${whole}${fraction}`, 16) * 2 ** (Number(power) - 4 * fraction.length);
}

export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (value === undefined) return 0;
  if (value instanceof NumericString) return value.number;
  const match = LEADING_NUMBER.exec(value);
  return match === null ? 0 : numberOf(match);
}

/** Whether a number is written as a whole one: as an int holds it. */
export function isInt(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= MAX_INT;
}

export function isTrue(value: Value): boolean {
  if (typeof value === "number") return value !== 0;
  if (value === undefined) return false;
  return value instanceof NumericString ? value.number !== 0 : value !== "";
}
