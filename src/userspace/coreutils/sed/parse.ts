/**
 * Reads sed scripts: POSIX with the extensions of GNU sed 4.9. Complaints are GNU's.
 * Left out: the commands `e` and `v`, the flag `e` of `s`.
 */
import { compileRegex } from "../regex.ts";
import { replacementOf, unescapeRegex } from "./replacement.ts";
import { type Action, type Address, type Command, SedError, type SedRegex, type Substitution } from "./script.ts";

/** A piece of script: an operand, one -e, or a file. */
export interface Chunk {
  readonly text: string;
  /** `-e expression #1` or `file x`. */
  readonly name: string;
  readonly isFile: boolean;
}

const PLAIN = "=dDFgGhHnNpPxz";

/** Reads a whole script. @throws SedError */
export function parseSed(chunks: readonly Chunk[], extended: boolean): readonly Command[] {
  const parser = new Parser(extended);
  for (const chunk of chunks) parser.parse(chunk);
  return parser.finish();
}

class Parser {
  private readonly extended: boolean;
  private readonly commands: Command[] = [];
  private readonly labels = new Map<string, number>();
  private readonly open: Extract<Action, { name: "{" }>[] = [];
  private chunk: Chunk = { text: "", name: "", isFile: false };
  private text = "";
  private at = 0;
  /** `a`, `i`, `c` whose text is the next chunk (`-e a -e text`). */
  private pendingText: ((text: string) => void) | null = null;

  constructor(extended: boolean) {
    this.extended = extended;
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
    if (this.pendingText !== null) throw this.error("expected \\ after `a', `c' or `i'");
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
    if (name === "") throw this.error("missing command");
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
    if (name === "}" && from !== null) throw this.error("} doesn't want any addresses");
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
    const regex = compileRegex(unescapeRegex(pattern), { extended: this.extended, icase: /I/i.test(flags), multiline: /m/i.test(flags) });
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
      } else if (char === "[" && isRegex) text += this.bracket();
      else text += char;
    }
    return null;
  }

  private bracket(): string {
    const whole = /^\^?\]?(?:\[:[a-z]*:\]|\[[.=].[.=]\]|[^\]\n])*\]/.exec(this.text.slice(this.at))?.[0] ?? "";
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
      case "v":
        throw new SedError(`command \`${name}' is not modelled by this emulator`);
      case ",":
        throw this.error("unexpected `,'");
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

  /** Text up to a newline that is not escaped; backslashes go. */
  private textBlock(): string {
    let text = "";
    while (this.at < this.text.length) {
      const char = this.next();
      if (char === "\n") break;
      if (char !== "\\") text += char;
      else {
        const escaped = this.next();
        text += escaped === "t" ? "\t" : escaped;
      }
    }
    return `${text}\n`;
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
    return { regex, replacement: parts, global: letters.includes("g"), print: letters.includes("p"), number: number ?? 1, file };
  }

  private substitutionFlags(): { readonly letters: string; readonly number: number | null; readonly file: string | null } {
    let letters = "";
    let number: number | null = null;
    for (;;) {
      const char = this.text.charAt(this.at);
      if (/\d/.test(char)) {
        if (number !== null) throw this.error("multiple number options to `s' command");
        number = this.number();
        if (number === 0) throw this.error("number option to `s' command may not be zero");
      } else if (char === "w") {
        this.at++;
        return { letters, number, file: this.fileName() };
      } else if (/[gpiImM]/.test(char)) {
        this.at++;
        if ((char === "g" || char === "p") && letters.includes(char)) throw this.error(`multiple \`${char}' options to \`s' command`);
        letters += char;
      } else if (char === "e") throw new SedError("flag `e' of `s' is not modelled by this emulator");
      else break;
    }
    this.skip(/[ \t]/);
    const char = this.text.charAt(this.at);
    if (char === "" || char === "}" || char === "#") return { letters, number, file: null };
    this.at++;
    if (char !== ";" && char !== "\n") throw this.error("unknown option to `s'");
    return { letters, number, file: null };
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
