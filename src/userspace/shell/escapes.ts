/** Backslash escapes of `echo -e`, printf and $'...'. */
import { decode, encode, rawByte } from "../lib/index.ts";

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** `echo` needs a leading 0 for octal numbers, `printf %b` and formats do not. */
export type EscapeStyle = "echo" | "printf-b" | "printf-format" | "ansi";

export interface Unescaped {
  readonly text: string;
  /** \c was met: nothing more is printed. */
  readonly stopped: boolean;
}

const PATTERN =
  /\\(?:([abeEfnrtv\\])|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(0[0-7]{0,3})|([1-7][0-7]{0,2})|(c)([\s\S]?)|(["'?]))/g;

export function unescapeText(text: string, style: EscapeStyle): Unescaped {
  if (!text.includes("\\")) return { text, stopped: false };
  let result = "";
  let at = 0;
  for (const match of text.matchAll(PATTERN)) {
    const [whole, simple, hex, short, long, octal, bareOctal, stop, control = "", quote] = match;
    let piece: string = whole;
    if (simple !== undefined) piece = SIMPLE[simple] as string;
    else if (hex !== undefined) piece = rawByte(Number.parseInt(hex, 16));
    else if (short !== undefined || long !== undefined) piece = codePoint(short ?? long ?? "", whole);
    else if (octal !== undefined) piece = octalByte(octal, style);
    else if (bareOctal !== undefined) piece = style === "echo" ? whole : rawByte(Number.parseInt(bareOctal, 8) & 0xff);
    else if (stop !== undefined && (style === "echo" || style === "printf-b"))
      return { text: joinRaw(result + text.slice(at, match.index)), stopped: true };
    else if (control !== "" && style === "ansi") piece = String.fromCharCode(control.charCodeAt(0) & 0x1f);
    else if (quote !== undefined && (style === "ansi" || style === "printf-format")) piece = quote;
    result += text.slice(at, match.index) + piece;
    at = match.index + whole.length;
  }
  return { text: joinRaw(result + text.slice(at)), stopped: false };
}

/** \0nnn has up to three digits behind the 0 where the 0 is asked for, else three digits in all. */
function octalByte(digits: string, style: EscapeStyle): string {
  const used = style === "printf-format" || style === "ansi" ? digits.slice(0, 3) : digits;
  return rawByte(Number.parseInt(used, 8) & 0xff) + digits.slice(used.length);
}

function codePoint(hex: string, whole: string): string {
  const code = Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** Bytes that were written one by one may make up characters. */
function joinRaw(text: string): string {
  return /[\udc80-\udcff]/.test(text) ? decode(encode(text)) : text;
}

/** The inside of $'...' */
export function unescapeAnsi(text: string): string {
  return unescapeText(text, "ansi").text;
}
