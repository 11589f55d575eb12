/** Backslash escapes of the utilities that know those of C: echo(1), stat(1), printf formats of find(1). */
import { rawByte } from "../lib/index.ts";

const NAMED: Readonly<Record<string, string>> = {
  ...{ a: "\x07", b: "\b", e: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\" },
};

/** A sequence: octal digits, hexadecimal ones, or a character (none at the end of the text). */
export const BACKSLASHED = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))?/gs;

/** What the parts of a sequence stand for; null if they mean nothing. */
export function escapedCharacter(octal: string | undefined, hex: string | undefined, char: string | undefined): string | null {
  if (octal !== undefined) return rawByte(Number.parseInt(octal, 8) & 0xff);
  if (hex !== undefined) return rawByte(Number.parseInt(hex, 16));
  return NAMED[char ?? ""] ?? null;
}
