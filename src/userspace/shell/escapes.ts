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
    result += text.slice(at, match.index);
    const piece = pieceOf(match, style);
    if (piece === null) return { text: joinRaw(result), stopped: true };
    result += piece;
    at = match.index + match[0].length;
  }
  return { text: joinRaw(result + text.slice(at)), stopped: false };
}

/** What one escape stands for; null if nothing is printed from there on. */
function pieceOf(match: RegExpExecArray, style: EscapeStyle): string | null {
  const [whole, simple, hex, short, long, octal, bareOctal, c, control = "", quote] = match;
  if (simple !== undefined) return SIMPLE[simple] as string;
  if (hex !== undefined) return rawByte(Number.parseInt(hex, 16));
  if (short !== undefined || long !== undefined) return codePoint(short ?? long ?? "", whole);
  if (octal !== undefined) return octalByte(octal, style);
  if (bareOctal !== undefined) return style === "echo" ? whole : rawByte(Number.parseInt(bareOctal, 8) & 0xff);
  if (c !== undefined && (style === "echo" || style === "printf-b")) return null;
  if (control !== "" && style === "ansi") return String.fromCharCode(control.charCodeAt(0) & 0x1f);
  return quote !== undefined && (style === "ansi" || style === "printf-format") ? quote : whole;
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
