/** Brace expansion: textual, before everything else. {a,b}, {1..9..2}, {a..e}; quotes, $.. and `..` pass untouched. */
import { MAX_BRACE_WORDS } from "../limits.ts";
import { ExpansionError } from "../unwind.ts";

/** The words a word expands to, itself only if it has no braces that mean anything. */
export function expandBraces(text: string): readonly string[] {
  const open = findOpen(text, 0);
  if (open < 0) return [text];
  const prefix = text.slice(0, open);
  const close = findClose(text, open);
  const rest = expandBraces(text.slice(close + 1));
  const middle = alternatives(text.slice(open + 1, close));
  return combine(prefix, middle, rest);
}

function combine(prefix: string, middle: readonly string[], rest: readonly string[]): readonly string[] {
  if (middle.length * rest.length > MAX_BRACE_WORDS) throw new ExpansionError("brace expansion: too many words", true);
  const words: string[] = [];
  for (const element of middle) for (const tail of rest) words.push(prefix + element + tail);
  return words;
}

/** The next { that begins a brace expansion, or -1. */
function findOpen(text: string, from: number): number {
  for (let at = from; at < text.length; ) {
    if (text[at] === "{") {
      const close = findClose(text, at);
      if (close > 0 && means(text.slice(at + 1, close))) return at;
      at++;
    } else {
      at = skip(text, at);
    }
  }
  return -1;
}

/** Behind what stands at `at`: an escaped character, a quoted string, an expansion, or one character. */
function skip(text: string, at: number): number {
  const char = text[at];
  if (char === "\\") return at + 2;
  if (char === "'") return behind(text, text.indexOf("'", at + 1));
  if (char === '"' || char === "`") return skipQuoted(text, at, char);
  if (char === "$" && (text[at + 1] === "{" || text[at + 1] === "(")) return skipNested(text, at + 1);
  if ((char === "<" || char === ">") && text[at + 1] === "(") return skipNested(text, at + 1);
  return at + 1;
}

function behind(text: string, at: number): number {
  return at < 0 ? text.length : at + 1;
}

function skipQuoted(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; ) {
    if (text[i] === quote) return i + 1;
    i = text[i] === "\\" ? i + 2 : text[i] === "$" && (text[i + 1] === "{" || text[i + 1] === "(") ? skipNested(text, i + 1) : i + 1;
  }
  return text.length;
}

function skipNested(text: string, at: number): number {
  const open = text[at];
  const close = open === "{" ? "}" : ")";
  let depth = 0;
  for (let i = at; i < text.length; ) {
    if (text[i] === open) depth++;
    else if (text[i] === close && --depth === 0) return i + 1;
    i = skip(text, i);
  }
  return text.length;
}

/** The } that closes the { at `open`, or -1. */
function findClose(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; ) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
    at = skip(text, at);
  }
  return -1;
}

function means(inside: string): boolean {
  return commas(inside).length > 1 || sequence(inside) !== null;
}

function alternatives(inside: string): readonly string[] {
  const parts = commas(inside);
  if (parts.length > 1) return parts.flatMap((part) => expandBraces(part));
  return sequence(inside) ?? [inside];
}

/** Splits at the commas that are not nested. */
function commas(inside: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < inside.length; ) {
    const char = inside[at];
    if (char === "{") depth++;
    else if (char === "}") depth--;
    else if (char === "," && depth === 0) {
      parts.push(inside.slice(from, at));
      from = at + 1;
    }
    at = skip(inside, at);
  }
  parts.push(inside.slice(from));
  return parts;
}

const NUMBERS = /^(-?\d{1,15})\.\.(-?\d{1,15})(?:\.\.(-?\d{1,15}))?$/;
const LETTERS = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d{1,15}))?$/;

function sequence(inside: string): readonly string[] | null {
  const numbers = NUMBERS.exec(inside);
  if (numbers !== null) {
    const [, first = "", last = ""] = numbers;
    const width = /^-?0\d/.test(first) || /^-?0\d/.test(last) ? Math.max(first.length, last.length) : 0;
    return range(Number(first), Number(last), Number(numbers[3] ?? 1)).map((n) => padded(n, width));
  }
  const letters = LETTERS.exec(inside);
  if (letters === null) return null;
  const [, first = "", last = ""] = letters;
  return range(first.charCodeAt(0), last.charCodeAt(0), Number(letters[3] ?? 1)).map(letter);
}

/** Between the cases lie characters that mean something: a backslash quotes nothing and is gone, a backquote is escaped. */
function letter(code: number): string {
  return code === 92 ? "''" : code === 96 ? "\\`" : String.fromCharCode(code);
}

function range(first: number, last: number, step: number): number[] {
  const width = Math.abs(step) || 1;
  const count = Math.floor(Math.abs(last - first) / width) + 1;
  if (count > MAX_BRACE_WORDS) throw new ExpansionError("brace expansion: too many words", true);
  const sign = first <= last ? 1 : -1;
  return Array.from({ length: count }, (_, i) => first + sign * width * i);
}

function padded(n: number, width: number): string {
  const digits = String(Math.abs(n));
  return n < 0 ? `-${digits.padStart(width - 1, "0")}` : digits.padStart(width, "0");
}
