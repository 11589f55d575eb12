/**
 * What bash says of a broken [[ ]]. It reads the words of the condition itself, without the grammar, so it has messages of its own here; the
 * parser says only that something is missing.
 */

type Token = { readonly kind: "word" | "operator" | "end" | "eof"; readonly text: string };

/** Thrown where the condition breaks. Null: bash says nothing. */
class Broken {
  readonly message: string | null;
  constructor(message: string | null) {
    this.message = message;
  }
}

const OPERATOR = /^(?:&&|\|\||<<|>>|[;&|()<>\n])/;
const WORD = /^(?:\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\$\([^)]*\)|\$\{[^}]*\}|`[^`]*`|[^\s;&|()<>\\'"`])+/;
const UNARY = /^-[abcdefghknoprstuvwxzGLNORS]$/;
const BINARY = /^(?:==?|!=|=~|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))$/;

/** @param at where [[ begins. Undefined if nothing is wrong with the condition. */
export function conditionProblem(
  text: string,
  at: number,
): { readonly message: string | null; readonly pos: number; readonly atEnd: boolean } | undefined {
  const reader = new ConditionReader(text, at + 2);
  try {
    reader.read();
    return undefined;
  } catch (error) {
    if (error instanceof Broken) return { message: error.message, pos: reader.at, atEnd: reader.atEnd };
    throw error;
  }
}

class ConditionReader {
  at: number;
  private readonly text: string;
  private token: Token = { kind: "eof", text: "" };

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  get atEnd(): boolean {
    return this.token.kind === "eof";
  }

  read(): void {
    this.skipLines();
    this.or();
    if (this.token.kind === "end") return;
    if (this.token.kind === "eof") throw new Broken("unexpected EOF while looking for `]]'");
    throw new Broken(`syntax error in conditional expression${this.shown((token) => `: unexpected token \`${token}'`)}`);
  }

  private or(): void {
    this.and();
    while (this.token.text === "||") {
      this.skipLines();
      this.and();
    }
  }

  private and(): void {
    this.term();
    while (this.token.text === "&&") {
      this.skipLines();
      this.term();
    }
  }

  private term(): void {
    const { token } = this;
    if (token.kind === "end" || token.kind === "eof") throw new Broken(null);
    if (token.text === "(" && token.kind === "operator") {
      this.group();
      return;
    }
    if (token.kind === "operator") throw new Broken(`unexpected token \`${token.text}' in conditional command`);
    if (token.text === "!") {
      this.skipLines();
      this.term();
      return;
    }
    this.next();
    if (UNARY.test(token.text)) {
      this.operand("unary");
      return;
    }
    if (this.token.kind === "end" || /^(?:&&|\|\||\))$/.test(this.token.text)) return;
    if (!this.isBinary()) throw new Broken(this.missingOperator());
    this.next();
    this.operand("binary");
  }

  private group(): void {
    this.skipLines();
    this.or();
    if (this.token.text !== ")") throw new Broken(`${this.shown((token) => `unexpected token \`${token}', `)}expected \`)'`);
    this.next();
  }

  private isBinary(): boolean {
    const { kind, text } = this.token;
    return kind === "word" ? BINARY.test(text) : text === "<" || text === ">";
  }

  private missingOperator(): string {
    return `${this.shown((token) => `unexpected token \`${token}', `)}conditional binary operator expected`;
  }

  private operand(kind: "unary" | "binary"): void {
    if (this.token.kind !== "word") {
      throw new Broken(`unexpected argument ${this.shown((token) => `\`${token}' `)}to conditional ${kind} operator`);
    }
    this.skipLines();
  }

  /** What is told of a token: only operators and reserved words have names. */
  private shown(tell: (token: string) => string): string {
    const { kind, text } = this.token;
    if (kind === "word") return "";
    return tell(kind === "end" ? "]]" : kind === "eof" || text === "\n" ? "newline" : text);
  }

  private next(): void {
    while (/[ \t]/.test(this.text[this.at] ?? "")) this.at++;
    const rest = this.text.slice(this.at);
    const found = OPERATOR.exec(rest)?.[0];
    if (found !== undefined) this.token = { kind: "operator", text: found };
    else if (rest === "") this.token = { kind: "eof", text: "" };
    else {
      const word = WORD.exec(rest)?.[0] ?? rest;
      this.token = { kind: word === "]]" ? "end" : "word", text: word };
    }
    this.at += this.token.text.length;
  }

  /** The next token on whatever line. */
  private skipLines(): void {
    do this.next();
    while (this.token.text === "\n");
  }
}
