/** The orders of sort(1): numbers, sizes, months, versions, dictionaries, chance. */
import { parseNumber } from "./duration.ts";
import { compareVersions } from "./version-order.ts";

/** How two keys compare: negative, 0 or positive. */
export type Order = (a: string, b: string) => number;

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const UNITS = "KMGTPEZY";

/** By bytes, as in the C locale; UTF-16 order differs from it only beyond the basic plane. */
export const byteOrder: Order = (a, b) => (a < b ? -1 : Number(a > b));

/** Which letters of `options` cannot stand together, as sort tells them; null if all can. */
export function incompatible(options: string): string | null {
  const has = (letter: string): number => Number(options.includes(letter));
  const kinds = has("n") + has("g") + has("h") + has("M") + Number(/[VRdi]/.test(options));
  if (kinds <= 1) return null;
  return Array.from("dfghiMnRV")
    .filter((letter) => options.includes(letter) && !(letter === "i" && options.includes("d")))
    .join("");
}

/** @param random a number for a text, the same for equal texts, for -R */
export function orderOf(options: string, random: (key: string) => number): Order {
  const filtered = filterOf(options);
  if (options.includes("n")) return compareNumbers;
  if (options.includes("g")) return (a, b) => generalNumber(a) - generalNumber(b) || 0;
  if (options.includes("h")) return compareSizes;
  if (options.includes("M")) return (a, b) => month(a) - month(b);
  const order: Order = options.includes("R")
    ? (a, b) => random(a) - random(b) || byteOrder(a, b)
    : options.includes("V")
      ? compareVersions
      : byteOrder;
  return filtered === null ? order : (a, b) => order(filtered(a), filtered(b));
}

/** What -d, -i and -f make of a key before it is compared. */
function filterOf(options: string): ((key: string) => string) | null {
  const ignored = options.includes("d") ? /[^ \t0-9A-Za-z]/g : options.includes("i") ? /[^ -~]/g : null;
  const fold = options.includes("f");
  if (ignored === null && !fold) return null;
  return (key) => {
    const kept = ignored === null ? key : key.replace(ignored, "");
    return fold ? kept.toUpperCase() : kept;
  };
}

/** Digits of any length, so that long numbers differ in their last digit too. */
const compareNumbers: Order = (a, b) => {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x.sign !== y.sign) return x.sign - y.sign;
  if (x.sign === 0) return 0;
  const size = x.whole.length - y.whole.length || byteOrder(x.whole, y.whole) || byteOrder(x.fraction, y.fraction);
  return x.sign * size;
};

function numberOf(text: string): { readonly sign: number; readonly whole: string; readonly fraction: string } {
  const [, minus = "", digits = "", fraction = ""] = /^[ \t\n]*(-?)(\d*)(?:\.(\d*))?/.exec(text) ?? [];
  const [whole, rest] = [digits.replace(/^0+/, ""), fraction.replace(/0+$/, "")];
  return { sign: whole + rest === "" ? 0 : minus === "" ? 1 : -1, whole, fraction: rest };
}

/** By sign, then by unit, then by number. */
const compareSizes: Order = (a, b) => unitOf(a) - unitOf(b) || compareNumbers(a, b);

function unitOf(text: string): number {
  const [, minus = "", digits = "", unit = ""] = /^[ \t\n]*(-?)(\d*(?:\.\d*)?)([kKMGTPEZY]?)/.exec(text) ?? [];
  if (!/[1-9]/.test(digits)) return 0;
  const power = unit === "" ? 0 : UNITS.indexOf(unit.toUpperCase()) + 1;
  return minus === "" ? power : -power;
}

/** What is no number comes before all numbers, and "nan" between. */
function generalNumber(text: string): number {
  if (/^\s*[-+]?nan/i.test(text)) return -Number.MAX_VALUE;
  const number = /^\s*([-+]?(?:inf(?:inity)?|0x[0-9a-f]*\.?[0-9a-f]*(?:p[-+]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?))/i.exec(text)?.[1];
  const value = number === undefined ? null : parseNumber(number);
  return value === null ? Number.NEGATIVE_INFINITY : Math.max(-Number.MAX_VALUE / 2, Math.min(Number.MAX_VALUE, value));
}

/** 1 to 12; 0 for what is no month. */
function month(text: string): number {
  return MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase()) + 1;
}
