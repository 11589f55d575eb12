/**
 * Regular expressions as mawk 1.3.4 20200120 has them: those of POSIX without intervals (`{` is a character) and without the
 * classes of GNU (`\w` is a `w`), on bytes. Leaves out: that the groups inside are as long as possible.
 */
import { posixRegExp } from "../regex.ts";
import { escapeAt } from "./escape.ts";

/** The expression (global, so that `lastIndex` says where a search begins), or what mawk says is wrong with it. */
export function compileMawkRegex(source: string): RegExp | { readonly error: string } {
  const translation = new Translation(source);
  const error = translation.run();
  return error === null ? posixRegExp(translation.source, "g") : { error };
}

const CLASS = /^\[\^?\]?(?:\[:[a-z]+:\]|[^\]\\]|\\.)*\]/s;
const MEMBERS = /\[:([a-z]+):\]|(\\(?:[0-7]{1,3}|x[\da-fA-F]{1,2}|.)|.)(?:-(\\(?:[0-7]{1,3}|x[\da-fA-F]{1,2}|.)|.))?/gs;

const CLASSES: Readonly<Record<string, string>> = {
  ...{ alnum: "0-9A-Za-z", alpha: "A-Za-z", blank: " \\t", cntrl: "\\x00-\\x1f\\x7f", digit: "0-9", graph: "!-~", lower: "a-z" },
  ...{ print: " -~", punct: "!-\\/:-@\\[-`{-~", space: " \\t\\n\\r\\f\\v", upper: "A-Z", xdigit: "0-9A-Fa-f" },
};

/** The way from mawk's expression to an ECMAScript one. */
class Translation {
  source = "";
  private readonly pattern: string;
  /** Where the groups that are not yet closed begin in `source`. */
  private readonly open: number[] = [];
  /** What stands before, for a repetition; where it begins in `source`, and whether it is a repetition already. */
  private operand: "none" | "anchor" | "some" = "none";
  private atom = 0;
  private repeated = false;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  /** What is wrong, or null. */
  run(): string | null {
    const { pattern } = this;
    for (let at = 0; at < pattern.length; ) {
      const char = pattern.charAt(at);
      if (char === "[") {
        const found = classAt(pattern.slice(at));
        if (found === null) return "bad class -- [], [^] or [";
        this.add(found.source);
        at += found.length;
      } else if (char === "\\" && at + 1 < pattern.length) {
        const [piece, length] = escapeAt(pattern, at);
        // What no string knows as an escape stands for itself.
        this.add(literal(length === 2 && piece.length === 2 ? piece.charAt(1) : piece));
        at += length;
      } else {
        const error = this.special(char);
        if (error !== null) return error;
        at++;
      }
    }
    if (this.open.length > 0) return "missing ')'";
    return this.operand === "none" && pattern !== "" ? "missing operand" : null;
  }

  private add(source: string): void {
    this.atom = this.source.length;
    this.source += source;
    this.operand = "some";
    this.repeated = false;
  }

  private special(char: string): string | null {
    switch (char) {
      case "*":
      case "+":
      case "?":
        return this.repeat(char);
      case "|":
        if (this.operand === "none") return "missing operand";
        this.source += "|";
        this.operand = "none";
        return null;
      case "(":
        this.open.push(this.source.length);
        this.source += "(";
        this.operand = "none";
        return null;
      case ")":
        return this.close();
      case "^":
        this.add("^");
        this.operand = "anchor";
        return null;
      default:
        this.add(char === "." ? "[^]" : char === "$" ? "$" : literal(char));
        return null;
    }
  }

  private repeat(char: string): string | null {
    if (this.operand !== "some") return this.operand === "none" ? "missing operand" : "syntax error ^* or ^+";
    if (this.repeated) this.source = `${this.source.slice(0, this.atom)}(?:${this.source.slice(this.atom)})`;
    this.source += char;
    this.repeated = true;
    return null;
  }

  private close(): string | null {
    const start = this.open.pop();
    if (start === undefined) {
      this.add("\\)");
      return null;
    }
    if (this.operand === "none") return "missing operand";
    this.add(")");
    this.atom = start;
    return null;
  }
}

function literal(char: string): string {
  return /[.*+?^$(){}|[\]\\/-]/.test(char) ? `\\${char}` : char;
}

/** A bracket expression: escapes count inside of it, and a range that ends before it begins has no members. */
function classAt(rest: string): { readonly source: string; readonly length: number } | null {
  const whole = CLASS.exec(rest)?.[0];
  if (whole === undefined) return null;
  const head = whole.startsWith("[^") ? "[^" : "[";
  let members = "";
  for (const [, name, from = "", to] of whole.slice(head.length, -1).matchAll(MEMBERS)) {
    if (name !== undefined) {
      const known = CLASSES[name];
      if (known === undefined) return null;
      members += known;
      continue;
    }
    const first = unescaped(from);
    const last = to === undefined ? first : unescaped(to);
    if (first <= last) members += first === last ? literal(first) : `${literal(first)}-${literal(last)}`;
  }
  return { source: `${head}${members}]`, length: whole.length };
}

function unescaped(piece: string): string {
  if (!piece.startsWith("\\") || piece.length < 2) return piece;
  const [text] = escapeAt(piece, 0);
  return text.length === 2 ? text.charAt(1) : text;
}
