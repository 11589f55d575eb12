/** Reads the pieces of a Perl-compatible pattern: escapes, classes, quantifiers, flags. Complaints are those of PCRE2 10.42. */

/** What is wrong with a pattern. */
export class PerlError extends Error {}

/** What a backslash begins. */
export type Piece =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "quoted"; readonly text: string }
  | { readonly kind: "class" | "assertion"; readonly source: string }
  | { readonly kind: "newline" | "keep" }
  | { readonly kind: "reference"; readonly to: number | string; readonly relative: boolean }
  | { readonly kind: "refused"; readonly letter: string };

interface Quantifier {
  readonly least: number;
  readonly most: number;
  /** Greedy, lazy, possessive. */
  readonly mode: "" | "?" | "+";
}

/** Members of classes, without their brackets. */
const MEMBERS: Readonly<Record<string, string>> = {
  d: "0-9",
  w: "0-9A-Za-z_",
  s: "\\t\\n\\v\\f\\r ",
  h: "\\t \\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000",
  v: "\\n\\v\\f\\r\\x85\\u2028\\u2029",
};

const POSIX: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7f",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

const CONTROLS: Readonly<Record<string, string>> = { a: "\x07", e: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t" };

const ASSERTIONS: Readonly<Record<string, string>> = {
  b: "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))",
  B: "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))",
  A: "(?<![^])",
  z: "(?![^])",
  Z: "(?!\\n?[^])",
};

const MAX_REPEAT = 65_535;

export class Scanner {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  peek(what: string): boolean {
    return this.text.startsWith(what, this.at);
  }

  peekAny(chars: string): boolean {
    return !this.ended && chars.includes(this.text.charAt(this.at));
  }

  take(what: string): boolean {
    const there = this.peek(what);
    if (there) this.at += what.length;
    return there;
  }

  /** A whole character. */
  next(): string {
    const char = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
    this.at += char.length;
    return char;
  }

  private match(regex: RegExp): RegExpExecArray | null {
    const found = regex.exec(this.text.slice(this.at));
    if (found !== null) this.at += found[0].length;
    return found;
  }

  skipBlanks(): void {
    while (this.match(/^(\s+|#[^\n]*(\n|$))/) !== null);
  }

  skipComment(): void {
    if (this.match(/^[^)]*\)/) === null) throw new PerlError("missing ) after (?# comment");
  }

  /** How many groups there are, and the numbers of those with names. */
  countGroups(): [total: number, named: ReadonlyMap<string, number>] {
    const named = new Map<string, number>();
    let total = 0;
    const tokens =
      /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]|\((\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'))?(\?|\*)?/gs;
    for (const [token, name, angle, quoted, other] of this.text.matchAll(tokens)) {
      if (!token.startsWith("(") || (name === undefined && other !== undefined)) continue;
      total++;
      const label = angle ?? quoted;
      if (label !== undefined) named.set(label, total);
    }
    return [total, named];
  }

  quantifier(extended: boolean): Quantifier | null {
    if (extended) this.skipBlanks();
    const found = this.match(/^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})([+?]?)/);
    if (found === null) return null;
    const [, sign, from, comma, to = "", mode = ""] = found;
    const [least, most] =
      sign !== undefined
        ? [sign === "+" ? 1 : 0, sign === "?" ? 1 : Number.POSITIVE_INFINITY]
        : [Number(from), comma === undefined ? Number(from) : to === "" ? Number.POSITIVE_INFINITY : Number(to)];
    if (least > MAX_REPEAT || (most > MAX_REPEAT && most !== Number.POSITIVE_INFINITY))
      throw new PerlError("number too big in {} quantifier");
    if (least > most) throw new PerlError("numbers out of order in {} quantifier");
    return { least, most, mode: mode as Quantifier["mode"] };
  }

  groupName(): string | null {
    const found = this.match(/^(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/);
    return found === null ? null : (found[1] ?? found[2] ?? "");
  }

  namedReference(): string | null {
    return this.match(/^P=(\w+)\)/)?.[1] ?? null;
  }

  flags(): Readonly<Record<string, boolean>> {
    const names: Readonly<Record<string, string>> = { i: "icase", s: "dotAll", m: "multiline", x: "extended", U: "ungreedy" };
    const found = this.match(/^(\^?)([ismxU]*)(?:-([ismxU]*))?/);
    const [, reset = "", on = "", off = ""] = found ?? [];
    const set: Record<string, boolean> = {};
    if (reset !== "") for (const letter of "ismx") set[names[letter] ?? ""] = false;
    for (const letter of on) set[names[letter] ?? ""] = true;
    for (const letter of off) set[names[letter] ?? ""] = false;
    if (found?.[0] === "" && !this.peekAny(":)")) throw new PerlError("unrecognized character after (? or (?-");
    return set;
  }

  /** The source of one character; without regard to case both of its forms. */
  literal(char: string, icase: boolean): string {
    const [lower, upper] = [char.toLowerCase(), char.toUpperCase()];
    if (icase && lower !== upper && [...lower].length === 1 && [...upper].length === 1) return `[${member(lower)}${member(upper)}]`;
    return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
  }

  escape(): Piece {
    if (this.ended) throw new PerlError("\\ at end of pattern");
    const letter = this.next();
    if (letter === "Q") {
      const found = this.match(/^(.*?)(?:\\E|$)/s);
      return { kind: "quoted", text: found?.[1] ?? "" };
    }
    if (letter === "E") return { kind: "quoted", text: "" };
    if (letter === "K") return { kind: "keep" };
    if (letter === "R") return { kind: "newline" };
    if (letter === "N" && !this.peek("{U+")) return { kind: "class", source: "[^\\n]" };
    const assertion = ASSERTIONS[letter];
    if (assertion !== undefined) return { kind: "assertion", source: assertion };
    const members = this.classEscape(letter);
    if (members !== null) return { kind: "class", source: members };
    const reference = this.reference(letter);
    if (reference !== null) return reference;
    if ("XCGN".includes(letter)) return { kind: "refused", letter };
    return { kind: "char", char: this.charEscape(letter) };
  }

  private reference(letter: string): Piece | null {
    if (letter === "g" || letter === "k") {
      const found = this.match(letter === "g" ? /^(?:\{(-?\d+|[A-Za-z_]\w*)\}|(-?\d+))/ : /^(?:\{(\w+)\}|<(\w+)>|'(\w+)')/);
      const to = found?.[1] ?? found?.[2] ?? found?.[3];
      if (to === undefined) return { kind: "refused", letter };
      return { kind: "reference", to: /^-?\d+$/.test(to) ? Math.abs(Number(to)) : to, relative: to.startsWith("-") };
    }
    if (!/[1-9]/.test(letter)) return null;
    const digits = letter + (this.match(/^\d*/)?.[0] ?? "");
    if (Number(digits) < 10) return { kind: "reference", to: Number(digits), relative: false };
    this.at -= digits.length - 1;
    return null;
  }

  /** `\d` and its kind, as a class of its own; null for other letters. */
  private classEscape(letter: string): string | null {
    const members = MEMBERS[letter.toLowerCase()];
    if (members !== undefined && /[a-zA-Z]/.test(letter)) return `[${letter === letter.toUpperCase() ? "^" : ""}${members}]`;
    if (letter !== "p" && letter !== "P") return null;
    const found = this.match(/^(?:\{(\^?)([^}]*)\}|([A-Z]))/);
    const name = (found?.[2] ?? found?.[3] ?? "").trim();
    const negated = (letter === "P") !== (found?.[1] === "^");
    for (const property of [name === "L&" ? "LC" : name, `Script=${name}`]) {
      const source = `\\${negated ? "P" : "p"}{${property}}`;
      if (isValid(source)) return `[${source}]`;
    }
    throw new PerlError("unknown property after \\P or \\p");
  }

  /** One character behind a backslash. */
  private charEscape(letter: string): string {
    const control = CONTROLS[letter];
    if (control !== undefined) return control;
    if (letter === "x") {
      const found = this.match(/^(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{0,2}))/);
      return codePoint(Number.parseInt(found?.[1] ?? found?.[2] ?? "", 16) || 0);
    }
    if (letter === "o") return codePoint(Number.parseInt(this.match(/^\{([0-7]+)\}/)?.[1] ?? "0", 8));
    if (letter === "c") return String.fromCharCode(this.next().toUpperCase().charCodeAt(0) ^ 64);
    if (/[0-7]/.test(letter)) {
      const digits = letter + (this.match(letter === "0" ? /^[0-7]{0,2}/ : /^[0-7]{0,2}/)?.[0] ?? "");
      return codePoint(Number.parseInt(digits, 8) & 0xff);
    }
    if (/[a-zA-Z0-9]/.test(letter)) throw new PerlError("unrecognized character follows \\");
    return letter;
  }

  /** The rest of a class behind its `[`, as ECMAScript has it. */
  charClass(icase: boolean): string {
    const beginning = this.text.slice(this.at - 1);
    if (/^\[([:.=])[^\]]*\1\]/.test(beginning)) throw new PerlError("POSIX named classes are supported only within a class");
    const negated = this.take("^");
    let members = "";
    for (let first = true; first || !this.peek("]"); first = false) {
      if (this.ended) throw new PerlError("missing terminating ] for character class");
      members += this.classMember(icase);
    }
    this.take("]");
    return `[${negated ? "^" : ""}${members}]`;
  }

  private classMember(icase: boolean): string {
    const posix = this.match(/^\[:(\^?)([a-z]*):\]/);
    if (posix !== null) {
      const known = POSIX[posix[2] ?? ""];
      if (known === undefined) throw new PerlError("unknown POSIX class name");
      const cased = icase && /^(lower|upper)$/.test(posix[2] ?? "") ? "A-Za-z" : known;
      return posix[1] === "" ? cased : complement(cased);
    }
    const from = this.classChar();
    if (from.length > 1 && from.startsWith("[")) return from.startsWith("[^") ? complement(from.slice(2, -1)) : from.slice(1, -1);
    if (!/^-[^\]]/.test(this.text.slice(this.at))) return cases(from, icase);
    const before = this.at;
    this.at++;
    const to = this.classChar();
    if (to.length > 1 && to.startsWith("[")) {
      this.at = before;
      return cases(from, icase);
    }
    if ((from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0)) throw new PerlError("range out of order in character class");
    const range = `${member(from)}-${member(to)}`;
    return icase ? range + bothCases(from, to) : range;
  }

  /** A character of a class, or a whole `[...]` that an escape stands for. */
  private classChar(): string {
    const char = this.next();
    if (char !== "\\") return char;
    if (this.ended) throw new PerlError("\\ at end of pattern");
    const letter = this.next();
    if (letter === "b") return "\b";
    return this.classEscape(letter) ?? this.charEscape(letter);
  }
}

function cases(char: string, icase: boolean): string {
  return icase ? member(char.toLowerCase()) + member(char.toUpperCase()) : member(char);
}

/** The letters of a range in their other case. */
function bothCases(from: string, to: string): string {
  let more = "";
  for (let code = from.codePointAt(0) ?? 0; code <= Math.min(to.codePointAt(0) ?? 0, 0x24f); code++) {
    const char = String.fromCodePoint(code);
    for (const other of [char.toLowerCase(), char.toUpperCase()]) if (other !== char && other.length === 1) more += member(other);
  }
  return more;
}

/** Everything but these members, as members: only inside a class. */
function complement(members: string): string {
  const inside = new RegExp(`[${members}]`, "u");
  let [ranges, from] = ["", -1];
  for (let code = 0; code <= 0x3001; code++) {
    const outside = code <= 0x3000 && !inside.test(String.fromCodePoint(code));
    if (outside && from < 0) from = code;
    if (!outside && from >= 0) {
      ranges += `${unicode(from)}-${unicode(code - 1)}`;
      from = -1;
    }
  }
  return `${ranges}\\u{3001}-\\u{10ffff}`;
}

function unicode(code: number): string {
  return `\\u{${code.toString(16)}}`;
}

function member(char: string): string {
  return /[\\\]^[/-]/.test(char) ? `\\${char}` : char;
}

function codePoint(code: number): string {
  if (code > 0x10ffff) throw new PerlError("character code point value in \\x{} or \\o{} is too large");
  return String.fromCodePoint(code);
}

function isValid(source: string): boolean {
  try {
    return new RegExp(source, "u").source !== "";
  } catch {
    return false;
  }
}
