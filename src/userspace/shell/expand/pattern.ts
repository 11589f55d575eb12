/**
 * Shell patterns: * ? [..] and the extended ?(a|b) *( ) +( ) @( ) !( ). A pattern is a string in which a backslash takes the
 * meaning from the character behind it; quoted text comes here already escaped so.
 */
export interface PatternOptions {
  readonly extglob: boolean;
  readonly ignoreCase: boolean;
}

const SPECIAL = /[\\*?[\]()|!+@]/;
const ESCAPE = /[\\*?[\]()|!+@^-]/g;
const REGEX_SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

/** Text as a pattern that matches just that text. */
export function escapePattern(text: string): string {
  return SPECIAL.test(text) || text.includes("-") || text.includes("^") ? text.replace(ESCAPE, "\\$&") : text;
}

/** The text of a pattern whose backslashes only quote. */
export function unescapePattern(pattern: string): string {
  return pattern.includes("\\") ? pattern.replace(/\\(.)/gs, "$1") : pattern;
}

export function escapeRegex(text: string): string {
  return text.replace(REGEX_SPECIAL, "\\$&");
}

/** True if the pattern has anything in it that matches more than itself. */
export function hasMagic(pattern: string, extglob: boolean): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "\\") i++;
    else if (char === "*" || char === "?") return true;
    else if (char === "[" && bracketEnd(pattern, i) > 0) return true;
    else if (extglob && pattern[i + 1] === "(" && (char === "+" || char === "@" || char === "!")) return true;
  }
  return false;
}

/** The source of a regular expression for the pattern, without anchors. `lazy` makes * match as little as it can. */
export function patternToRegex(pattern: string, extglob: boolean, lazy = false): string {
  return new Translator(pattern, extglob, lazy ? "[^]*?" : "[^]*").translate();
}

/**
 * The same for a pattern without groups that has to match a whole text. Between two stars the first place that fits will do, so
 * the engine may not come back to try another: many stars cost no more than one.
 */
export function wholePatternToRegex(pattern: string): string {
  return new Translator(pattern, false, "[^]*").translateWhole();
}

class Translator {
  private readonly pattern: string;
  private readonly extglob: boolean;
  private readonly star: string;

  constructor(pattern: string, extglob: boolean, star: string) {
    this.pattern = pattern;
    this.extglob = extglob;
    this.star = star;
  }

  translate(): string {
    let regex = "";
    for (let at = 0; at < this.pattern.length; ) {
      const [piece, next] = this.element(at);
      regex += piece;
      at = next;
    }
    return regex;
  }

  translateWhole(): string {
    const parts = [""];
    for (let at = 0; at < this.pattern.length; ) {
      const [piece, next] = this.element(at);
      if (this.pattern[at] === "*") parts.push("");
      else parts[parts.length - 1] += piece;
      at = next;
    }
    const [first = "", ...others] = parts;
    const last = others.pop();
    if (last === undefined) return first;
    const between = others.filter((part) => part !== "").map((part, i) => `(?=([^]*?${part}))\\${i + 1}`);
    return `${first}${between.join("")}${this.star}${last}`;
  }

  private element(at: number): readonly [string, number] {
    const { pattern } = this;
    const char = pattern[at] as string;
    if (this.extglob && pattern[at + 1] === "(" && "?*+@!".includes(char)) {
      const end = groupEnd(pattern, at + 1);
      if (end > 0) return [this.group(char, at, end), end + 1];
    }
    if (char === "\\" && at + 1 < pattern.length) return [escapeRegex(pattern[at + 1] as string), at + 2];
    if (char === "*") return [this.star, at + 1];
    if (char === "?") return ["[^]", at + 1];
    if (char === "[") {
      const end = bracketEnd(pattern, at);
      if (end > 0) return [bracketToRegex(pattern.slice(at + 1, end)), end + 1];
    }
    return [escapeRegex(char), at + 1];
  }

  private group(operator: string, at: number, end: number): string {
    const inner = splitAlternatives(this.pattern.slice(at + 2, end)).map((part) => new Translator(part, true, this.star).translate());
    const choice = `(?:${inner.join("|")})`;
    if (operator !== "!") return operator === "@" ? choice : choice + operator;
    const rest = new Translator(this.pattern.slice(end + 1), true, this.star).translate();
    return `(?:(?!${choice}${rest}$)[^]*)`;
  }
}

/** The index of the ) that closes the ( at `open`, or -1. */
function groupEnd(pattern: string, open: number): number {
  let depth = 0;
  for (let i = open; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "\\") i++;
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return i;
  }
  return -1;
}

function splitAlternatives(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "\\") i++;
    else if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (char === "|" && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** The index of the ] that closes the bracket expression at `open`, or -1 if it is not one. */
function bracketEnd(pattern: string, open: number): number {
  let at = open + 1;
  if (pattern[at] === "!" || pattern[at] === "^") at++;
  if (pattern[at] === "]") at++;
  for (; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === "]") return at;
    if (char === "\\") at++;
    else if (char === "[" && /[:.=]/.test(pattern[at + 1] ?? "")) {
      const close = pattern.indexOf(`${pattern[at + 1]}]`, at + 2);
      if (close > 0) at = close + 1;
    }
  }
  return -1;
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  ascii: "\\x00-\\x7f",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\s",
  upper: "A-Z",
  word: "\\w",
  xdigit: "0-9a-fA-F",
};

/** The inside of a bracket expression as a character class of a regular expression. */
function bracketToRegex(inside: string): string {
  const negated = inside[0] === "!" || inside[0] === "^";
  let set = "";
  for (let at = negated ? 1 : 0; at < inside.length; at++) {
    const char = inside[at] as string;
    const named = char === "[" ? /^\[([:.=])(.+?)\1\]/.exec(inside.slice(at)) : null;
    if (named !== null) {
      set += named[1] === ":" ? (CLASSES[named[2] as string] ?? "") : escapeInClass(named[2] as string);
      at += named[0].length - 1;
    } else if (char === "\\" && at + 1 < inside.length) {
      set += escapeInClass(inside[++at] as string);
    } else {
      set += char === "-" ? "-" : escapeInClass(char);
    }
  }
  if (set === "") return negated ? "[^]" : "[]";
  return negated ? `[^${set}]` : `[${set}]`;
}

function escapeInClass(text: string): string {
  return text.replace(/[\\\]^[-]/g, "\\$&");
}
