/** The words of a bc(1) program, read line by line, so that what is typed is answered at once. */

export type Token =
  | { readonly kind: "number" | "name" | "string"; readonly text: string }
  /** A keyword, an operator, "\n", or "" at the end. */
  | { readonly kind: "symbol"; readonly text: string };

const KEYWORDS: ReadonlySet<string> = new Set(
  "auto break continue define else for halt history ibase if last length limits obase print quit random read return scale sqrt void warranty while".split(
    " ",
  ),
);

const BLANK = /(?:[ \t\f\r]|\\\n|#[^\n]*)+/y;
const NUMBER = /(?:[0-9A-Z]|\\\n(?=[0-9A-Z.\\])|\.(?=[0-9A-Z])|(?<=[0-9A-Z])\.)+/y;
const NAME = /[a-z][a-z0-9_]*/y;
const SYMBOL = /\|\||&&|[-+*/%^]=|\+\+|--|[<>=!]=|[-+*/%^=<>!()[\]{},;.&\n]/y;

/** Where the text comes from: whole lines, null at the end. */
export interface Source {
  /** What messages call the file that was read last. */
  readonly name: string;
  /** Whether the line begins another file. */
  nextLine(): Promise<{ readonly text: string; readonly firstOfFile: boolean } | null>;
}

export class Lexer {
  line = 1;
  private readonly source: Source;
  private readonly complain: (message: string) => Promise<void>;
  private text = "";
  private at = 0;
  private ended = false;

  constructor(source: Source, complain: (message: string) => Promise<void>) {
    this.source = source;
    this.complain = complain;
  }

  async next(): Promise<Token> {
    for (;;) {
      if (this.at >= this.text.length && !(await this.more())) return { kind: "symbol", text: "" };
      const blank = this.match(BLANK);
      if (blank !== null) this.line += newlines(blank);
      // A line that goes on behind a backslash is read whole.
      if (this.text.endsWith("\\\n") && (await this.more())) continue;
      if (blank !== null) continue;
      if (this.text.startsWith("/*", this.at)) await this.skipComment();
      else {
        const token = this.text[this.at] === '"' ? await this.string() : this.word();
        if (token !== null) return token;
        await this.complain(`illegal character: ${this.text[this.at - 1] ?? ""}`);
      }
    }
  }

  private word(): Token | null {
    const number = this.match(NUMBER);
    if (number !== null) {
      this.line += newlines(number);
      return { kind: "number", text: number.replaceAll("\\\n", "") };
    }
    const name = this.match(NAME);
    if (name !== null) return { kind: KEYWORDS.has(name) ? "symbol" : "name", text: name };
    const symbol = this.match(SYMBOL);
    if (symbol === null) {
      this.at += 1;
      return null;
    }
    if (symbol === "\n") this.line += 1;
    return { kind: "symbol", text: symbol };
  }

  /** What stands between quotes, null if the text ends first. */
  private async string(): Promise<Token | null> {
    for (;;) {
      const end = this.text.indexOf('"', this.at + 1);
      if (end >= 0) {
        const text = this.text.slice(this.at + 1, end);
        this.at = end + 1;
        this.line += newlines(text);
        return { kind: "string", text };
      }
      if (!(await this.more())) break;
    }
    this.at += 1;
    return null;
  }

  private async skipComment(): Promise<void> {
    for (;;) {
      const end = this.text.indexOf("*/", this.at + 2);
      if (end >= 0) {
        this.line += newlines(this.text.slice(this.at, end));
        this.at = end + 2;
        return;
      }
      if (!(await this.more())) throw new OpenComment();
    }
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }

  /** Reads on, behind what is not yet consumed. */
  private async more(): Promise<boolean> {
    if (this.ended) return false;
    const line = await this.source.nextLine();
    if (line === null) {
      this.ended = true;
      this.line = 1;
      return false;
    }
    if (line.firstOfFile) this.line = 1;
    this.text = this.text.slice(this.at) + line.text;
    this.at = 0;
    return true;
  }
}

/** The text ended inside a comment. */
export class OpenComment extends Error {}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}
