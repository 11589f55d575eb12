/**
 * Reads sed scripts: POSIX with the extensions of GNU sed 4.9. Complaints are GNU's.
 */
import { compileRegex } from "../regex.ts";
import { replacementOf, unescapeRegex, unescapeText } from "./replacement.ts";
import { type Action, type Address, type Command, SedError, type SedRegex, type Substitution } from "./script.ts";

/** A piece of script: an operand, one -e, or a file. */
export interface Chunk {
  readonly text: string;
  /** `-e expression #1` or `file x`. */
  readonly name: string;
  readonly isFile: boolean;
}

/** What the options say about a script. */
export interface Dialect {
  readonly extended: boolean;
  /** -z: a newline is a character like others, and `M` is without meaning. */
  readonly nulls: boolean;
  /** Without commands that touch other files or run programs. */
  readonly sandbox: boolean;
}

/** This version, as `v` compares it. */
const VERSION = [4, 9];

const SANDBOX = "e/r/w commands disabled in sandbox mode";

const PLAIN = "=dDFgGhHnNpPxz";

/** Reads a whole script. @throws SedError */
export function parseSed(chunks: readonly Chunk[], dialect: Dialect): readonly Command[] {
  const parser = new Parser(dialect);
  for (const chunk of chunks) parser.parse(chunk);
  return parser.finish();
}

class Parser {
  private readonly dialect: Dialect;
  private readonly commands: Command[] = [];
  private readonly labels = new Map<string, number>();
  private readonly open: Extract<Action, { name: "{" }>[] = [];
  private chunk: Chunk = { text: "", name: "", isFile: false };
  private text = "";
  private at = 0;
  /** `a`, `i`, `c` whose text is the next chunk (`-e a -e text`). */
  private pendingText: ((text: string) => void) | null = null;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  parse(chunk: Chunk): void {
    this.chunk = chunk;
    this.text = chunk.text;
    this.at = 0;
    const pending = this.pendingText;
    if (pending !== null) {
      this.pendingText = null;
      pending(this.textBlock());
    }
    for (;;) {
      this.skip(/[\s;]/);
      if (this.at >= this.text.length) return;
      this.command();
    }
  }

  finish(): readonly Command[] {
    if (this.open.length > 0) throw new SedError("-e expression #1, char 0: unmatched `{'");
    for (const { action } of this.commands) {
      if (action.name !== "b" && action.name !== "t" && action.name !== "T") continue;
      const target = action.label === "" ? this.commands.length : this.labels.get(action.label);
      if (target === undefined) throw new SedError(`can't find label for jump to \`${action.label}'`, 4);
      action.target = target;
    }
    return this.commands;
  }

  private error(what: string): SedError {
    const line = this.text.slice(0, this.at).split("\n").length;
    return new SedError(this.chunk.isFile ? `${this.chunk.name} line ${line}: ${what}` : `${this.chunk.name}, char ${this.at}: ${what}`);
  }

  private skip(what: RegExp): void {
    while (this.at < this.text.length && what.test(this.text.charAt(this.at))) this.at++;
  }

  private next(): string {
    return this.text.charAt(this.at++);
  }

  private number(): number | null {
    const digits = /^\d+/.exec(this.text.slice(this.at))?.[0];
    if (digits === undefined) return null;
    this.at += digits.length;
    return Number(digits);
  }

  private command(): void {
    const from = this.address();
    let to: Address | null = null;
    if (from !== null) {
      this.skip(/[ \t]/);
      if (this.text.charAt(this.at) === ",") {
        this.at++;
        this.skip(/[ \t]/);
        to = this.secondAddress();
      }
    }
    this.skip(/[ \t]/);
    const negated = this.text.charAt(this.at) === "!";
    if (negated) {
      this.at++;
      this.skip(/[ \t]/);
      if (this.text.charAt(this.at) === "!") {
        this.at++;
        throw this.error("multiple `!'s");
      }
    }
    const name = this.next();
    if (name === "") {
      this.at = this.text.length;
      throw this.error("missing command");
    }
    if (from?.kind === "line" && from.line === 0 && to?.kind !== "regex") throw this.error("invalid usage of line address 0");
    if (name === "#" && from !== null) throw this.error("comments don't accept any addresses");
    if (name === "#") {
      const end = this.text.indexOf("\n", this.at);
      this.at = end < 0 ? this.text.length : end;
      return;
    }
    if (name === ":") {
      this.label(from !== null);
      return;
    }
    if (name === "v") {
      this.requiredVersion();
      return;
    }
    if (this.dialect.sandbox && "erRwW".includes(name)) throw this.error(SANDBOX);
    if (name === "}" && from !== null && this.open.length > 0) throw this.error("`}' doesn't want any addresses");
    if ("qQ".includes(name) && to !== null) throw this.error("command only uses one address");
    const action = this.action(name);
    this.commands.push({ from, to, negated, action });
    if (action.name === "{") this.open.push(action);
  }

  private label(addressed: boolean): void {
    if (addressed) throw this.error(": doesn't want any addresses");
    this.skip(/[ \t]/);
    const label = /^[^\s;]*/.exec(this.text.slice(this.at))?.[0] ?? "";
    if (label === "") throw this.error('":" lacks a label');
    this.at += label.length;
    this.labels.set(label, this.commands.length);
  }

  private requiredVersion(): void {
    this.skip(/[ \t]/);
    const word = /^[^\s;]*/.exec(this.text.slice(this.at))?.[0] ?? "";
    this.at += word.length;
    const asked = word === "" ? [] : word.split(".").map(Number);
    const later = asked.findIndex((part, i) => part !== (VERSION[i] ?? 0));
    if (later >= 0 && !((asked[later] ?? 0) < (VERSION[later] ?? 0))) throw this.error("expected newer version of sed");
    this.ending();
  }

  /** `e` and what it is to run: the rest of the line. */
  private shellCommand(): Action {
    this.skip(/[ \t]/);
    const command = /^[^\n]*/.exec(this.text.slice(this.at))?.[0] ?? "";
    this.at += command.length;
    return { name: "e", command };
  }

  private address(): Address | null {
    const char = this.text.charAt(this.at);
    if (char === "$") {
      this.at++;
      return { kind: "last" };
    }
    if (char === "/" || char === "\\") {
      this.at += char === "/" ? 1 : 2;
      return { kind: "regex", regex: this.addressRegex(char === "/" ? "/" : this.text.charAt(this.at - 1)) };
    }
    if (char === "+" || char === "~") {
      this.at++;
      this.number();
      throw this.error("invalid usage of +N or ~N as first address");
    }
    const first = this.number();
    if (first === null) return null;
    if (this.text.charAt(this.at) !== "~") return { kind: "line", line: first };
    this.at++;
    return { kind: "step", first, step: this.number() ?? 0 };
  }

  private secondAddress(): Address {
    const char = this.text.charAt(this.at);
    if (char === "+" || char === "~") {
      this.at++;
      const count = this.number();
      if (count === null) throw this.error("expected number");
      return char === "+" ? { kind: "more", count } : { kind: "multiple", of: count };
    }
    const address = this.address();
    if (address === null) {
      this.at++;
      throw this.error("unexpected `,'");
    }
    return address;
  }

  private addressRegex(delimiter: string): SedRegex {
    const pattern = this.delimited(delimiter, true);
    if (pattern === null) throw this.error("unterminated address regex");
    let flags = "";
    while (/[IM]/.test(this.text.charAt(this.at))) flags += this.next();
    return this.compile(pattern, flags);
  }

  private compile(pattern: string, flags: string): SedRegex {
    if (pattern === "") return "last";
    const { extended, nulls } = this.dialect;
    const regex = compileRegex(unescapeRegex(pattern), { extended, icase: /I/i.test(flags), multiline: /m/i.test(flags) && !nulls });
    if (typeof regex === "string") throw this.error(regex);
    return regex;
  }

  /** The text up to a delimiter that is neither escaped nor in brackets; null if there is none. */
  private delimited(delimiter: string, isRegex: boolean): string | null {
    let text = "";
    while (this.at < this.text.length) {
      const char = this.next();
      if (char === delimiter) return text;
      if (char === "\n" && isRegex) return null;
      if (char === "\\") {
        const escaped = this.next();
        if (escaped === "") return null;
        text += unescapedDelimiter(escaped, delimiter, isRegex) ?? (isRegex && escaped === "\n" ? "\n" : `\\${escaped}`);
      } else if (char === "[" && isRegex) {
        const whole = this.bracket();
        if (whole === null) return null;
        text += whole;
      } else text += char;
    }
    return null;
  }

  /** What is left of a bracket expression; null if it does not end. */
  private bracket(): string | null {
    const whole = /^\^?\]?(?:\[:[a-z]*:\]|\[[.=].[.=]\]|[^\]\n])*\]/.exec(this.text.slice(this.at))?.[0];
    if (whole === undefined) {
      this.at = this.text.length;
      return null;
    }
    this.at += whole.length;
    return `[${whole}`;
  }

  private action(name: string): Action {
    if (PLAIN.includes(name)) {
      this.ending();
      return { name: name as "=" };
    }
    switch (name) {
      case "{":
        return { name, end: 0 };
      case "}": {
        const block = this.open.pop();
        if (block === undefined) throw this.error("unexpected `}'");
        block.end = this.commands.length;
        this.ending();
        return { name };
      }
      case "a":
      case "c":
      case "i":
        return this.textCommand(name);
      case "b":
      case "t":
      case "T":
        return this.jump(name);
      case "l":
      case "q":
      case "Q":
        return this.numbered(name);
      case "r":
      case "R":
      case "w":
      case "W":
        return { name, file: this.fileName() };
      case "s":
        return { name, substitution: this.substitution() };
      case "y":
        return { name, map: this.transliteration() };
      case "e":
        return this.shellCommand();
      default:
        throw this.error(`unknown command: \`${name}'`);
    }
  }

  /** Behind a command: the end, a semicolon, a newline, a closing brace or a comment. */
  private ending(): void {
    this.skip(/[ \t]/);
    const char = this.text.charAt(this.at);
    if (char === "" || char === "}" || char === "#") return;
    this.at++;
    if (char !== ";" && char !== "\n") throw this.error("extra characters after command");
  }

  private jump(name: "b" | "t" | "T"): Action {
    this.skip(/[ \t]/);
    const label = /^[^\s;}]*/.exec(this.text.slice(this.at))?.[0] ?? "";
    this.at += label.length;
    this.ending();
    return { name, label, target: 0 };
  }

  private numbered(name: "l" | "q" | "Q"): Action {
    this.skip(/[ \t]/);
    const number = this.number();
    this.ending();
    return name === "l" ? { name, width: number } : { name, status: number ?? 0 };
  }

  private fileName(): string {
    this.skip(/[ \t]/);
    const name = /^[^\n]*/.exec(this.text.slice(this.at))?.[0] ?? "";
    if (name === "") throw this.error("missing filename in r/R/w/W commands");
    this.at += name.length;
    return name;
  }

  private textCommand(name: "a" | "c" | "i"): Action {
    this.skip(/[ \t]/);
    if (this.at >= this.text.length) throw this.error("expected \\ after `a', `c' or `i'");
    if (this.text.startsWith("\\\n", this.at)) this.at += 2;
    else if (this.text.charAt(this.at) === "\\") {
      this.at++;
      // Without a newline behind it, the backslash keeps the blanks of the text.
      const blanks = /^[ \t]*\n/.exec(this.text.slice(this.at))?.[0] ?? "";
      this.at += blanks.length;
      if (this.at >= this.text.length) return this.textFromNextChunk(name);
    }
    return { name, text: this.textBlock() };
  }

  private textFromNextChunk(name: "a" | "c" | "i"): Action {
    const action = { name, text: "" };
    this.pendingText = (text) => {
      action.text = text;
    };
    return action;
  }

  /** Text up to a newline that is not escaped. */
  private textBlock(): string {
    const text = /^(?:[^\\\n]|\\[\s\S]|\\$)*/.exec(this.text.slice(this.at))?.[0] ?? "";
    this.at += text.length + 1;
    return `${unescapeText(text)}\n`;
  }

  private substitution(): Substitution {
    const delimiter = this.next();
    if (delimiter === "" || delimiter === "\n" || delimiter === "\\") throw this.error("unterminated `s' command");
    const pattern = this.delimited(delimiter, true);
    const replacement = pattern === null ? null : this.delimited(delimiter, false);
    if (pattern === null || replacement === null) throw this.error("unterminated `s' command");
    const flags = this.substitutionFlags();
    const regex = this.compile(pattern, flags.letters);
    const parts = replacementOf(replacement);
    const groups = regex === "last" ? 9 : (new RegExp(`${regex.source}|`).exec("")?.length ?? 1) - 1;
    for (const part of parts) {
      if (part.kind === "group" && part.group > groups) throw this.error(`invalid reference \\${part.group} on \`s' command's RHS`);
    }
    const { letters, number, file } = flags;
    const has = (letter: string): boolean => letters.includes(letter);
    return { regex, replacement: parts, global: has("g"), evaluate: has("e"), print: has("p"), number: number ?? 1, file };
  }

  private substitutionFlags(): { readonly letters: string; readonly number: number | null; readonly file: string | null } {
    let letters = "";
    let number: number | null = null;
    for (;;) {
      this.skip(/ /);
      const char = this.text.charAt(this.at);
      if (/\d/.test(char)) number = this.matchNumber(number);
      else if (char === "w") {
        this.at++;
        if (this.dialect.sandbox) throw this.error(SANDBOX);
        return { letters, number, file: this.fileName() };
      } else if (/[gpiImMe]/.test(char)) letters += this.substitutionFlag(letters);
      else break;
    }
    this.skip(/[ \t]/);
    const char = this.text.charAt(this.at);
    if (char === "" || char === "}" || char === "#") return { letters, number, file: null };
    this.at++;
    if (char !== ";" && char !== "\n") throw this.error("unknown option to `s'");
    return { letters, number, file: null };
  }

  private matchNumber(before: number | null): number | null {
    if (before !== null) {
      this.at++;
      throw this.error("multiple number options to `s' command");
    }
    const number = this.number();
    if (number === 0) throw this.error("number option to `s' command may not be zero");
    return number;
  }

  private substitutionFlag(before: string): string {
    const char = this.next();
    if (char === "e" && this.dialect.sandbox) throw this.error(SANDBOX);
    if ((char === "g" || char === "p") && before.includes(char)) throw this.error(`multiple \`${char}' options to \`s' command`);
    return char;
  }

  private transliteration(): ReadonlyMap<string, string> {
    const delimiter = this.next();
    const [from, to] = [this.delimited(delimiter, false), this.delimited(delimiter, false)];
    if (from === null || to === null) throw this.error("unterminated `y' command");
    const plain = (text: string): string[] =>
      Array.from(text.replace(/\\(.)/gs, (_all, c: string) => (c === "n" ? "\n" : c === "t" ? "\t" : c === "\\" || c === "\n" ? c : c)));
    const [sources, targets] = [plain(from), plain(to)];
    if (sources.length !== targets.length) throw this.error("strings for `y' command are different lengths");
    this.ending();
    return new Map(sources.map((char, i) => [char, targets[i] ?? ""]));
  }
}

/** An escaped delimiter stands for itself: for the character, even where it is special in what it delimits. Null if it is none. */
function unescapedDelimiter(escaped: string, delimiter: string, isRegex: boolean): string | null {
  if (escaped !== delimiter) return null;
  if (!isRegex) return delimiter === "&" ? "\\&" : delimiter;
  if (delimiter === "^") return "\\^";
  return /[.*[\]$+?(){}|]/.test(delimiter) ? `[${delimiter}]` : delimiter;
}
