/** Parses arithmetic expressions of the shell: the operators of C and **. */

export type Arith =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "variable"; readonly name: string; readonly subscript: string | null; readonly at: number }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Arith }
  | { readonly kind: "step"; readonly target: ArithVariable; readonly delta: bigint; readonly prefix: boolean }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Arith; readonly right: Arith; readonly rightAt: number }
  | { readonly kind: "assign"; readonly operator: string; readonly target: ArithVariable; readonly value: Arith; readonly valueAt: number }
  | { readonly kind: "choice"; readonly test: Arith; readonly yes: Arith; readonly no: Arith };

export type ArithVariable = Extract<Arith, { kind: "variable" }>;

/** What is wrong with an expression; `at` is where the text that bash calls the error token begins. */
export class ArithmeticError {
  readonly reason: string;
  readonly expression: string;
  readonly at: number;
  constructor(reason: string, expression: string, at: number) {
    this.reason = reason;
    this.expression = expression;
    this.at = at;
  }
  /** As bash prints it behind its "line N: ". */
  get message(): string {
    return `${this.expression.replace(/^[ \t]+/, "")}: ${this.reason} (error token is "${this.expression.slice(this.at)}")`;
  }
}

interface Token {
  readonly kind: "number" | "name" | "operator" | "end";
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

const OPERATORS = [
  "<<=",
  ">>=",
  "**",
  "++",
  "--",
  "<<",
  ">>",
  "<=",
  ">=",
  "==",
  "!=",
  "&&",
  "||",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "&=",
  "^=",
  "|=",
  "+",
  "-",
  "*",
  "/",
  "%",
  "<",
  ">",
  "=",
  "!",
  "~",
  "&",
  "^",
  "|",
  "?",
  ":",
  ",",
  "(",
  ")",
];

/** Binary operators by rising precedence; all of them group to the left. */
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

const ASSIGNMENTS: ReadonlySet<string> = new Set(["=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|="]);

export function parseArithmetic(expression: string): Arith {
  if (expression.trim() === "") return { kind: "number", value: 0n };
  return new ArithmeticParser(expression).parse();
}

class ArithmeticParser {
  private readonly text: string;
  private token: Token;
  private lastAt = 0;

  constructor(text: string) {
    this.text = text;
    this.token = this.read(0, null);
  }

  parse(): Arith {
    const result = this.comma();
    if (this.token.kind !== "end") throw this.error("syntax error in expression", this.token.at);
    return result;
  }

  private error(reason: string, at: number): ArithmeticError {
    return new ArithmeticError(reason, this.text, at);
  }

  /** bash forgets what stands behind a wrong number. */
  private numberError(reason: string, token: Token): ArithmeticError {
    return new ArithmeticError(reason, this.text.slice(0, token.end), token.at);
  }

  private advance(): Token {
    const { token } = this;
    this.lastAt = token.at;
    this.token = this.read(token.end, token);
    return token;
  }

  private take(operator: string): boolean {
    if (this.token.kind !== "operator" || this.token.text !== operator) return false;
    this.advance();
    return true;
  }

  /** `after`: the token in front, which decides what some signs mean. */
  private read(from: number, after: Token | null): Token {
    const afterName = after?.kind === "name";
    const afterOperand = afterName || after?.kind === "number";
    const { text } = this;
    let at = from;
    while (at < text.length && /\s/.test(text[at] as string)) at++;
    if (at >= text.length) return { kind: "end", text: "", at: this.lastAt, end: at };
    const rest = text.slice(at);
    const number = /^[0-9][0-9A-Za-z#@_]*/.exec(rest)?.[0];
    if (number !== undefined) return { kind: "number", text: number, at, end: at + number.length };
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest)?.[0];
    if (name !== undefined) return this.readName(name, at);
    const operator = OPERATORS.find((candidate) => rest.startsWith(candidate));
    if ((operator === "++" || operator === "--") && !afterName && !/^..\s*[A-Za-z_]/.test(rest)) {
      return { kind: "operator", text: operator.slice(1), at, end: at + 1 };
    }
    if (operator !== undefined) return { kind: "operator", text: operator, at, end: at + operator.length };
    throw this.error(afterOperand ? "syntax error: invalid arithmetic operator" : "syntax error: operand expected", at);
  }

  private readName(name: string, at: number): Token {
    const open = at + name.length;
    if (this.text[open] !== "[") return { kind: "name", text: name, at, end: open };
    let depth = 0;
    for (let i = open; i < this.text.length; i++) {
      if (this.text[i] === "[") depth++;
      else if (this.text[i] === "]" && --depth === 0) return { kind: "name", text: this.text.slice(at, i + 1), at, end: i + 1 };
    }
    throw this.error("bad array subscript", at);
  }

  private comma(): Arith {
    let left = this.assignment();
    while (this.token.kind === "operator" && this.token.text === ",") {
      this.advance();
      const rightAt = this.token.at;
      left = { kind: "binary", operator: ",", left, right: this.assignment(), rightAt };
    }
    return left;
  }

  private assignment(): Arith {
    const target = this.choice();
    const { token } = this;
    if (token.kind !== "operator" || !ASSIGNMENTS.has(token.text)) return target;
    if (target.kind !== "variable") throw this.error("attempted assignment to non-variable", token.at);
    this.advance();
    const valueAt = this.token.at;
    return { kind: "assign", operator: token.text.slice(0, -1), target, value: this.assignment(), valueAt };
  }

  private choice(): Arith {
    const test = this.binary(0);
    if (!this.take("?")) return test;
    const yes = this.branch();
    if (!this.take(":"))
      throw this.error("`:' expected for conditional expression", this.token.kind === "end" ? this.lastAt : this.token.at);
    return { kind: "choice", test, yes, no: this.branch() };
  }

  private branch(): Arith {
    if (this.token.kind === "end") throw this.error("expression expected", this.lastAt);
    return this.assignment();
  }

  private binary(level: number): Arith {
    const operators = LEVELS[level];
    if (operators === undefined) return this.power();
    let left = this.binary(level + 1);
    while (this.token.kind === "operator" && operators.includes(this.token.text)) {
      const operator = this.advance().text;
      const rightAt = this.token.at;
      left = { kind: "binary", operator, left, right: this.binary(level + 1), rightAt };
    }
    return left;
  }

  private power(): Arith {
    const left = this.unary();
    if (!this.take("**")) return left;
    const rightAt = this.token.at;
    return { kind: "binary", operator: "**", left, right: this.power(), rightAt };
  }

  private unary(): Arith {
    const { token } = this;
    if (token.kind !== "operator") return this.primary();
    if (token.text === "++" || token.text === "--") return this.prefixStep(token);
    if (token.text === "!" || token.text === "~" || token.text === "-" || token.text === "+") {
      this.advance();
      return { kind: "unary", operator: token.text, operand: this.unary() };
    }
    return this.primary();
  }

  /** ++x steps. Before anything but a variable it has been read as two signs. */
  private prefixStep(token: Token): Arith {
    this.advance();
    return { kind: "step", target: this.variable(this.advance()), delta: token.text === "++" ? 1n : -1n, prefix: true };
  }

  private primary(): Arith {
    const { token } = this;
    if (token.kind === "number") {
      this.advance();
      return { kind: "number", value: this.number(token) };
    }
    if (token.kind === "name") return this.named();
    if (this.take("(")) {
      const inner = this.comma();
      if (!this.take(")")) throw this.error("missing `)'", this.token.kind === "end" ? this.lastAt : this.token.at);
      return inner;
    }
    throw this.error("syntax error: operand expected", token.kind === "end" ? this.lastAt : token.at);
  }

  private named(): Arith {
    const target = this.variable(this.advance());
    const { token } = this;
    if (token.kind !== "operator" || (token.text !== "++" && token.text !== "--")) return target;
    this.advance();
    return { kind: "step", target, delta: token.text === "++" ? 1n : -1n, prefix: false };
  }

  private variable(token: Token): ArithVariable {
    const open = token.text.indexOf("[");
    if (open < 0) return { kind: "variable", name: token.text, subscript: null, at: token.at };
    return { kind: "variable", name: token.text.slice(0, open), subscript: token.text.slice(open + 1, -1), at: token.at };
  }

  private number(token: Token): bigint {
    const { text } = token;
    const hash = text.indexOf("#");
    if (hash > 0) {
      const base = Number(text.slice(0, hash));
      if (!(base >= 2 && base <= 64)) throw this.numberError("invalid arithmetic base", token);
      return this.digits(text.slice(hash + 1), base, token);
    }
    if (/^0[xX]/.test(text)) return this.digits(text.slice(2), 16, token);
    if (text.startsWith("0")) return this.digits(text, 8, token);
    return this.digits(text, 10, token);
  }

  private digits(text: string, base: number, token: Token): bigint {
    if (base === 10 && /^[0-9]{1,18}$/.test(text)) return BigInt(text);
    let value = 0n;
    for (const char of text) {
      const digit = digitValue(char, base);
      if (digit < 0 || digit >= base) throw this.numberError("value too great for base", token);
      value = BigInt.asIntN(64, value * BigInt(base) + BigInt(digit));
    }
    return value;
  }
}

/** 0-9 a-z A-Z @ _; up to base 36 letters count the same in both cases. */
function digitValue(char: string, base: number): number {
  if (char >= "0" && char <= "9") return Number(char);
  if (char >= "a" && char <= "z") return char.charCodeAt(0) - 87;
  if (char >= "A" && char <= "Z") return char.charCodeAt(0) - (base <= 36 ? 55 : 29);
  return char === "@" ? 62 : char === "_" ? 63 : -1;
}
