/** Matching against shell patterns, with what has been compiled kept for the next time. */
import { hasMagic, type PatternOptions, patternToRegex, unescapePattern, wholePatternToRegex } from "./pattern.ts";

/** Compiled patterns kept; loops use a handful. */
const MAX_KEPT = 500;

const SURROGATE = /[\ud800-\udfff]/;

type Shape = "whole" | "search" | "prefix" | "shortest-prefix" | "suffix";

export class Matcher {
  private readonly kept = new Map<string, RegExp>();

  /** True if the pattern matches the whole text. */
  matches(text: string, pattern: string, options: PatternOptions): boolean {
    if (!hasMagic(pattern, options.extglob) && !options.ignoreCase) return unescapePattern(pattern) === text;
    return this.compile(text, pattern, options, "whole").test(text);
  }

  /** All places where the pattern matches, for ${x//a/b}; only the first if `all` is false. */
  replace(text: string, pattern: string, options: PatternOptions, all: boolean, replacement: (matched: string) => string): string {
    if (pattern === "") return text;
    const regex = this.compile(text, pattern, options, "search");
    let result = "";
    let at = 0;
    while (at <= text.length) {
      regex.lastIndex = at;
      const found = regex.exec(text);
      if (found === null || (found[0] === "" && found.index >= text.length)) break;
      const matched = found[0];
      result += text.slice(at, found.index) + replacement(matched);
      at = found.index + matched.length;
      if (matched === "") result += text[at++] ?? "";
      if (!all) break;
    }
    return result + text.slice(at);
  }

  /** Length of the longest or shortest prefix that matches; -1 if none does. */
  prefix(text: string, pattern: string, options: PatternOptions, longest: boolean): number {
    if (usesGroups(pattern, options)) return this.tryPrefixes(text, pattern, options, longest);
    const found = this.compile(text, pattern, options, longest ? "prefix" : "shortest-prefix").exec(text);
    return found === null ? -1 : found[0].length;
  }

  /** Where the longest or shortest suffix that matches begins; -1 if none does. */
  suffix(text: string, pattern: string, options: PatternOptions, longest: boolean): number {
    const regex = this.compile(text, pattern, options, "suffix");
    for (let n = 0; n <= text.length; n++) {
      const start = longest ? n : text.length - n;
      regex.lastIndex = start;
      if (regex.test(text)) return start;
    }
    return -1;
  }

  private tryPrefixes(text: string, pattern: string, options: PatternOptions, longest: boolean): number {
    for (let n = 0; n <= text.length; n++) {
      const length = longest ? text.length - n : n;
      if (this.matches(text.slice(0, length), pattern, options)) return length;
    }
    return -1;
  }

  /** Only texts that need it are matched by code points: V8 cannot bound the time of an expression with the flag u. */
  private compile(text: string, pattern: string, options: PatternOptions, shape: Shape): RegExp {
    const unicode = SURROGATE.test(text) || SURROGATE.test(pattern);
    const key = `${shape}${unicode ? "u" : ""}${options.extglob ? "x" : ""}${options.ignoreCase ? "i" : ""}:${pattern}`;
    let regex = this.kept.get(key);
    if (regex === undefined) {
      if (this.kept.size >= MAX_KEPT) this.kept.clear();
      regex = build(pattern, options, shape, unicode ? "u" : "");
      this.kept.set(key, regex);
    }
    return regex;
  }
}

function build(pattern: string, options: PatternOptions, shape: Shape, unicode: string): RegExp {
  if (shape === "whole" && !usesGroups(pattern, options)) {
    return new RegExp(`^${wholePatternToRegex(pattern)}$`, `${unicode}${options.ignoreCase ? "i" : ""}`);
  }
  const body = patternToRegex(pattern, options.extglob, shape === "shortest-prefix");
  const flags = `${unicode}${options.ignoreCase ? "i" : ""}`;
  switch (shape) {
    case "whole":
      return new RegExp(`^(?:${body})$`, flags);
    case "search":
      return new RegExp(body, `${flags}g`);
    case "prefix":
    case "shortest-prefix":
      return new RegExp(`^(?:${body})`, flags);
    case "suffix":
      return new RegExp(`(?:${body})$`, `${flags}y`);
  }
}

function usesGroups(pattern: string, options: PatternOptions): boolean {
  return options.extglob && /[?*+@!]\(/.test(pattern);
}
