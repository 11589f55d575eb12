/** Durations as sleep(1) and timeout(1) take them: a number as strtod(3) reads it, and s, m, h or d. */
const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const HEX = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?$/i;

/** Nanoseconds (Infinity for ever), or null if it is no duration. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trimStart();
  const seconds = parseNumber(trimmed) ?? withUnit(trimmed);
  return seconds === null || !(seconds >= 0) ? null : seconds * 1e9;
}

function withUnit(text: string): number | null {
  const [, number = "", unit = ""] = /^(.*?)([smhd]?)$/is.exec(text) ?? [];
  const value = parseNumber(number);
  const factor = UNITS[unit];
  return value === null || factor === undefined ? null : value * factor;
}

/** strtod(3) over a whole text; null if it is not a number. */
export function parseNumber(text: string): number | null {
  if (DECIMAL.test(text)) return Number(text);
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const hex = HEX.exec(text);
  if (hex === null) return null;
  const [, sign, digits = "", fraction = "", exponent = "0"] = hex;
  if (digits + fraction === "") return null;
  const value = Number.parseInt(digits + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === "-" ? -value : value;
}
