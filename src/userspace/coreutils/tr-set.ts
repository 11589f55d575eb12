/**
 * The arrays that tr(1) takes: bytes, escapes, ranges, `[:class:]`, `[=c=]` and `[c*n]`, with the complaints of the real program
 * about them. Everything is bytes, also where the locale has longer characters, as in the real program.
 */
import { encode } from "../lib/index.ts";
import { quote } from "./quote.ts";

/** What is wrong with an array: the message of the real program. */
export class BadSet extends Error {}

/** One element as it is written. */
type Element =
  | { readonly kind: "bytes"; readonly bytes: readonly number[] }
  | { readonly kind: "class"; readonly name: string; readonly bytes: readonly number[] }
  | { readonly kind: "equivalence"; readonly bytes: readonly number[] }
  /** `[c*]`: as many as it takes to make the array as long as the first one. */
  | { readonly kind: "fill"; readonly bytes: readonly number[] };

export interface TrSet {
  readonly elements: readonly Element[];
  /** What is unusual about it, without program name. */
  readonly warnings: readonly string[];
}

/** A byte, and whether a backslash has taken its meaning away. */
interface Sign {
  readonly byte: number;
  readonly escaped: boolean;
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };
const BACKSLASH = "\\".charCodeAt(0);
const HIGHEST = 0xff;

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** Reads an array. Throws BadSet. */
export function parseSet(text: string): TrSet {
  const warnings: string[] = [];
  const signs = unquote(encode(text), warnings);
  const elements: Element[] = [];
  let at = 0;
  while (at + 2 < signs.length) {
    const bracketed = is(signs, at, "[") ? bracketedAt(signs, at) : null;
    if (bracketed !== null) {
      elements.push(bracketed.element);
      at = bracketed.end;
    } else if (is(signs, at + 1, "-")) {
      elements.push(rangeOf(byteAt(signs, at), byteAt(signs, at + 2)));
      at += 3;
    } else elements.push({ kind: "bytes", bytes: [byteAt(signs, at++)] });
  }
  for (; at < signs.length; at++) elements.push({ kind: "bytes", bytes: [byteAt(signs, at)] });
  return { elements, warnings };
}

/** Backslashes: \NNN in octal, the letters of C, and the sign itself for anything else. */
function unquote(bytes: Uint8Array, warnings: string[]): readonly Sign[] {
  const signs: Sign[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const next = bytes[i + 1];
    if (byte !== BACKSLASH) signs.push({ byte, escaped: false });
    else if (next === undefined) {
      warnings.push("warning: an unescaped backslash at end of string is not portable");
      signs.push({ byte, escaped: false });
    } else {
      const digits = octalAt(bytes, i + 1, warnings);
      signs.push({ byte: digits === "" ? (ESCAPES[String.fromCharCode(next)] ?? next) : Number.parseInt(digits, 8), escaped: true });
      i += Math.max(1, digits.length);
    }
  }
  return signs;
}

/** Up to three octal digits; two if three are more than a byte holds. */
function octalAt(bytes: Uint8Array, at: number, warnings: string[]): string {
  let digits = "";
  for (let i = at; digits.length < 3 && isOctal(bytes[i]); i++) digits += String.fromCharCode(bytes[i] as number);
  if (Number.parseInt(digits, 8) <= HIGHEST || digits === "") return digits;
  const short = digits.slice(0, 2);
  warnings.push(
    `warning: the ambiguous octal escape \\${digits} is being\n\tinterpreted as the 2-byte sequence \\0${short}, ${digits.slice(2)}`,
  );
  return short;
}

function isOctal(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x37;
}

function is(signs: readonly Sign[], at: number, char: string): boolean {
  const sign = signs[at];
  return sign !== undefined && !sign.escaped && sign.byte === char.charCodeAt(0);
}

function byteAt(signs: readonly Sign[], at: number): number {
  return (signs[at] as Sign).byte;
}

/** `[:class:]`, `[=c=]` or `[c*n]`; null if the bracket means itself. */
function bracketedAt(signs: readonly Sign[], at: number): { readonly element: Element; readonly end: number } | null {
  for (const mark of [":", "="]) {
    if (!is(signs, at + 1, mark)) continue;
    const close = signs.findIndex((_, i) => i >= at + 2 && is(signs, i, mark) && is(signs, i + 1, "]"));
    if (close < 0) continue;
    const operand = signs.slice(at + 2, close).map(({ byte }) => byte);
    return { element: mark === ":" ? classOf(operand) : equivalence(operand), end: close + 2 };
  }
  return repeatAt(signs, at);
}

function classOf(operand: readonly number[]): Element {
  const name = String.fromCharCode(...operand);
  if (name === "") throw new BadSet("missing character class name '[::]'");
  const pattern = CLASSES[name];
  if (pattern === undefined) throw new BadSet(`invalid character class ${quote(name)}`);
  return {
    kind: "class",
    name,
    bytes: Array.from({ length: 128 }, (_, byte) => byte).filter((byte) => pattern.test(String.fromCharCode(byte))),
  };
}

function equivalence(operand: readonly number[]): Element {
  if (operand.length === 0) throw new BadSet("missing equivalence class character '[==]'");
  if (operand.length > 1) throw new BadSet(`${String.fromCharCode(...operand)}: equivalence class operand must be a single character`);
  return { kind: "equivalence", bytes: operand };
}

/** `[c*n]`: n is octal if it begins with 0; none, or 0, fills up. */
function repeatAt(signs: readonly Sign[], at: number): { readonly element: Element; readonly end: number } | null {
  if (!is(signs, at + 2, "*")) return null;
  const close = signs.findIndex((_, i) => i >= at + 3 && is(signs, i, "]"));
  if (close < 0) return null;
  const digits = String.fromCharCode(...signs.slice(at + 3, close).map(({ byte }) => byte));
  if (!/^(0[0-7]*|[1-9]\d*|)$/.test(digits)) throw new BadSet(`invalid repeat count ${quote(digits)} in [c*n] construct`);
  const count = digits === "" ? 0 : Number.parseInt(digits, digits.startsWith("0") ? 8 : 10);
  const byte = byteAt(signs, at + 1);
  const element: Element = count === 0 ? { kind: "fill", bytes: [byte] } : { kind: "bytes", bytes: Array<number>(count).fill(byte) };
  return { element, end: close + 1 };
}

function rangeOf(low: number, high: number): Element {
  if (low > high) throw new BadSet(`range-endpoints of '${shown(low)}-${shown(high)}' are in reverse collating sequence order`);
  return { kind: "bytes", bytes: Array.from({ length: high - low + 1 }, (_, i) => low + i) };
}

function shown(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
}

/** All bytes of an array in order; `[c*]` makes it `room` long. */
export function bytesOf({ elements }: TrSet, room: number): readonly number[] {
  const length = elements.reduce((sum, { kind, bytes }) => sum + (kind === "fill" ? 0 : bytes.length), 0);
  return elements.flatMap(({ kind, bytes }) => (kind === "fill" ? Array<number>(Math.max(0, room - length)).fill(bytes[0] ?? 0) : bytes));
}

/** All bytes that are not among these, in order. */
export function complementOf(bytes: readonly number[]): readonly number[] {
  const members = new Set(bytes);
  return Array.from({ length: HIGHEST + 1 }, (_, byte) => byte).filter((byte) => !members.has(byte));
}

/** What the real program refuses about the two arrays. Throws BadSet. */
export function checkSets(first: TrSet, second: TrSet | null, how: { readonly translates: boolean; readonly complement: boolean }): void {
  if (first.elements.some(({ kind }) => kind === "fill")) throw new BadSet("the [c*] repeat construct may not appear in string1");
  if (second === null) return;
  const fills = second.elements.filter(({ kind }) => kind === "fill").length;
  if (fills > 1) throw new BadSet("only one [c*] repeat construct may appear in string2");
  if (!how.translates) {
    if (fills > 0) throw new BadSet("the [c*] construct may appear in string2 only when translating");
    return;
  }
  if (second.elements.some(({ kind }) => kind === "equivalence"))
    throw new BadSet("[=c=] expressions may not appear in string2 when translating");
  if (second.elements.some((element) => element.kind === "class" && !isCase(element)))
    throw new BadSet("when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'");
  if (!how.complement) checkCases(first, second);
}

/** Where the second array has upper or lower, the first one has one of them too. */
function checkCases(first: TrSet, second: TrSet): void {
  const starts = new Set(startsOfCases(first));
  if (startsOfCases(second).some((start) => !starts.has(start))) throw new BadSet("misaligned [:upper:] and/or [:lower:] construct");
}

function startsOfCases({ elements }: TrSet): readonly number[] {
  let at = 0;
  return elements.flatMap((element) => {
    const start = at;
    at += element.bytes.length;
    return isCase(element) ? [start] : [];
  });
}

function isCase(element: Element): boolean {
  return element.kind === "class" && (element.name === "upper" || element.name === "lower");
}

/** The second array, as long as the first. Throws BadSet. */
export function extended(first: readonly number[], second: readonly number[], set: TrSet): readonly number[] {
  if (first.length <= second.length) return second;
  const last = second.at(-1);
  if (last === undefined) throw new BadSet("when not truncating set1, string2 must be non-empty");
  if (set.elements.at(-1)?.kind === "class") {
    throw new BadSet("when translating with string1 longer than string2,\nthe latter string must not end with a character class");
  }
  return [...second, ...Array<number>(first.length - second.length).fill(last)];
}

/** The complement of classes can only become one and the same byte. Throws BadSet. */
export function checkComplement(first: TrSet, second: readonly number[]): void {
  if (!first.elements.some(({ kind }) => kind === "class") || second.every((byte) => byte === second[0])) return;
  throw new BadSet("when translating with complemented character classes,\nstring2 must map all characters in the domain to one");
}
