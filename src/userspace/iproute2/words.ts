/** The words of a command line and how the three programs match them: by prefix, the first match of a chain wins. */

/** strcmpx() of devlink and rdma: any prefix matches, the empty word too. */
export function isPrefix(word: string, pattern: string): boolean {
  return pattern.startsWith(word);
}

/** matches() of ip: a prefix, but never the empty word. Returns whether it matches. */
export function matches(word: string, pattern: string): boolean {
  return word !== "" && pattern.startsWith(word);
}

/** A cursor over words. */
export class Words {
  private readonly words: readonly string[];
  private at = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  get atEnd(): boolean {
    return this.at >= this.words.length;
  }

  /** The word at the cursor. */
  get word(): string | undefined {
    return this.words[this.at];
  }

  /** The words from the cursor on. */
  get rest(): readonly string[] {
    return this.words.slice(this.at);
  }

  /** The word at the cursor; the cursor moves on. */
  next(): string | undefined {
    const word = this.word;
    if (word !== undefined) this.at++;
    return word;
  }

  /** If the word at the cursor is a prefix of one of `patterns` (strcmpx), moves on. */
  take(...patterns: readonly string[]): boolean {
    const word = this.word;
    if (word === undefined || !patterns.some((pattern) => isPrefix(word, pattern))) return false;
    this.at++;
    return true;
  }
}

const DECIMAL = /^\s*[+-]?\d+$/;
const INTEGER = /^[+-]?(0[xX][0-9a-fA-F]+|\d+)$/;

/** A number as strtol(text, 10) takes it, if it lies within [least, most]; else null. */
export function parseDecimal(text: string, least: number, most: number): number | null {
  if (!DECIMAL.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

/** A 64-bit number as strtoull(text, 10) takes it; null if it is none or too large. */
export function parseDecimal64(text: string): bigint | null {
  if (!DECIMAL.test(text)) return null;
  const value = BigInt(text.trim().replace(/^\+/, ""));
  return BigInt.asUintN(64, value) === value || value < 0n ? BigInt.asUintN(64, value) : null;
}

/** A number as strtol(text, 0) takes it (0x.., 0.. octal), if it lies within [least, most]; else null. */
export function parseInteger(text: string, least: number, most: number): number | null {
  if (!INTEGER.test(text)) return null;
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[+-]/, "");
  const octal = /^0[0-7]+$/.test(digits);
  if (!octal && /^0\d/.test(digits)) return null;
  const value = sign * (octal ? Number.parseInt(digits, 8) : Number(digits));
  return value >= least && value <= most ? value : null;
}

export const INT_MIN = -0x80000000;
export const INT_MAX = 0x7fffffff;
export const UINT_MAX = 0xffffffff;
