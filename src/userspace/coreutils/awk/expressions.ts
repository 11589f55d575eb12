/** Reads the expressions of awk: from the words of a program, by the precedence of POSIX. */
import type { Token } from "./lexer.ts";
import { compileMawkRegex } from "./regex.ts";
import { AwkError, type Expr, type Target } from "./syntax.ts";

const COMPARISONS = ["<", "<=", "==", "!=", ">", ">="];
/** How many arguments a function that awk brings along takes. */
const ARGUMENTS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  ...{ length: [0, 1], substr: [2, 3], index: [2, 2], split: [2, 3], sub: [2, 3], gsub: [2, 3], match: [2, 3] },
  ...{ sin: [1, 1], cos: [1, 1], atan2: [2, 2], exp: [1, 1], log: [1, 1], sqrt: [1, 1], int: [1, 1], rand: [0, 0], srand: [0, 1] },
  ...{ tolower: [1, 1], toupper: [1, 1], system: [1, 1], close: [1, 1], fflush: [0, 1], systime: [0, 0], strftime: [0, 3], mktime: [1, 1] },
};

const ASSIGNMENTS = ["=", "+=", "-=", "*=", "/=", "%=", "^="];

export class ExprParser {
  protected readonly tokens: readonly Token[];
  protected at = 0;
  /** Functions that are called, in order. */
  protected readonly called: { readonly name: string; readonly args: number; readonly line: number }[] = [];
  /** What the names are used as: those of the program, and those of the function that is being read. */
  private readonly globals = new Map<string, "array" | "variable">();
  protected locals: { readonly params: ReadonlySet<string>; readonly uses: Map<string, "array" | "variable"> } | null = null;
  /** A name that stands alone as an argument may be either. */
  private mayBeArray = false;
  /** Inside `print` without parentheses, `>` redirects. */
  protected noGreater = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  protected get token(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)] as Token;
  }

  protected fail(): AwkError {
    const { token } = this;
    const text = token.kind === "number" ? String(token.value) : token.text;
    const before = this.tokens.slice(0, this.at).filter(({ kind }) => kind === "op") as readonly { readonly text: string }[];
    const open = before.filter((op) => op.text === "(").length - before.filter((op) => op.text === ")").length;
    const breaksOff = open > 0 && (token.kind === "newline" || this.is(";", "}"));
    return new AwkError(`line ${token.line}: ${breaksOff ? "missing ) near" : "syntax error at or near"} ${text}`);
  }

  /** Takes note of what a name is used as; it cannot be both. */
  protected use(name: string, as: "array" | "variable"): void {
    const uses = this.locals?.params.has(name) === true ? this.locals.uses : this.globals;
    const known = uses.get(name) ?? as;
    if (known !== as) throw this.wrong(`illegal reference to ${known} ${name}`);
    uses.set(name, as);
  }

  protected wrong(message: string): AwkError {
    return new AwkError(`line ${this.tokens[Math.max(0, this.at - 1)]?.line ?? 1}: ${message}`);
  }

  protected is(...texts: readonly string[]): boolean {
    const { token } = this;
    return (token.kind === "op" || token.kind === "keyword") && texts.includes(token.text);
  }

  protected take(...texts: readonly string[]): string | null {
    const { token } = this;
    if (!this.is(...texts) || token.kind === "number") return null;
    this.at++;
    return token.text;
  }

  protected expect(text: string): void {
    if (this.take(text) === null) throw this.fail();
  }

  protected newlines(): void {
    while (this.token.kind === "newline") this.at++;
  }

  protected separators(): void {
    while (this.token.kind === "newline" || this.is(";")) this.at++;
  }

  protected list(): Expr[] {
    const items = [this.expr()];
    while (this.take(",") !== null) {
      this.newlines();
      items.push(this.expr());
    }
    return items;
  }

  protected expr(): Expr {
    const left = this.ternary();
    const operator = this.is(...ASSIGNMENTS) ? this.take(...ASSIGNMENTS) : null;
    if (operator === null) return left;
    if (!isTarget(left)) throw this.fail();
    this.newlines();
    return { kind: "assign", target: left, operator: operator.slice(0, -1), value: this.expr() };
  }

  protected ternary(): Expr {
    const condition = this.or();
    if (this.take("?") === null) return condition;
    this.newlines();
    const yes = this.expr();
    this.newlines();
    this.expect(":");
    this.newlines();
    return { kind: "choice", condition, yes, no: this.expr() };
  }

  private or(): Expr {
    let left = this.and();
    while (this.take("||") !== null) {
      this.newlines();
      left = { kind: "or", left, right: this.assignable(this.and()) };
    }
    return left;
  }

  private and(): Expr {
    let left = this.membership();
    while (this.take("&&") !== null) {
      this.newlines();
      left = { kind: "and", left, right: this.assignable(this.membership()) };
    }
    return left;
  }

  /** `a && b = 1`: an assignment may stand to the right of an operator. */
  private assignable(expr: Expr): Expr {
    if (!isTarget(expr) || !this.is(...ASSIGNMENTS)) return expr;
    const operator = this.take(...ASSIGNMENTS) ?? "=";
    return { kind: "assign", target: expr, operator: operator.slice(0, -1), value: this.expr() };
  }

  private membership(): Expr {
    let left = this.matching();
    while (this.take("in") !== null) {
      const { token } = this;
      if (token.kind !== "name") throw this.fail();
      this.at++;
      this.use(token.text, "array");
      left = { kind: "in", array: token.text, subscripts: left.kind === "list" ? left.items : [left] };
    }
    return left;
  }

  private matching(): Expr {
    let left = this.comparison();
    for (let op = this.take("~", "!~"); op !== null; op = this.take("~", "!~")) {
      const pattern = this.comparison();
      if (pattern.kind === "string") this.checkRegex(pattern.value);
      left = { kind: "match", negated: op === "!~", text: left, pattern };
    }
    return left;
  }

  private comparison(): Expr {
    const left = this.concat();
    const operators = this.noGreater > 0 ? COMPARISONS.filter((op) => op !== ">") : COMPARISONS;
    const operator = this.take(...operators);
    if (operator === null) return left;
    return { kind: "binary", operator, left, right: this.concat() };
  }

  private concat(): Expr {
    let left = this.additive();
    for (;;) {
      if (this.is("|") && this.pipesIntoGetline()) {
        this.at += 2;
        left = { kind: "getline", from: "command", source: left, target: this.optionalTarget() };
      } else if (this.beginsValue()) left = { kind: "concat", left, right: this.additive() };
      else return left;
    }
  }

  private pipesIntoGetline(): boolean {
    const behind = this.tokens[this.at + 1];
    return behind?.kind === "keyword" && behind.text === "getline";
  }

  private beginsValue(): boolean {
    const { token } = this;
    if (["number", "string", "name", "call", "builtin", "regex"].includes(token.kind)) return true;
    return this.is("$", "(", "++", "--");
  }

  private additive(): Expr {
    let left = this.multiplicative();
    for (let op = this.take("+", "-"); op !== null; op = this.take("+", "-")) {
      left = { kind: "binary", operator: op, left, right: this.multiplicative() };
    }
    return left;
  }

  private multiplicative(): Expr {
    let left = this.unary();
    for (let op = this.take("*", "/", "%"); op !== null; op = this.take("*", "/", "%")) {
      left = { kind: "binary", operator: op, left, right: this.unary() };
    }
    return left;
  }

  private unary(): Expr {
    const operator = this.take("!", "-", "+");
    if (operator === "!" || operator === "-" || operator === "+") return { kind: "unary", operator, operand: this.unary() };
    return this.power();
  }

  private power(): Expr {
    const left = this.postfix();
    if (this.take("^") === null) return left;
    const sign = this.take("-", "+", "!");
    const right = this.power();
    return {
      kind: "binary",
      operator: "^",
      left,
      right: sign === null ? right : { kind: "unary", operator: sign as "-", operand: right },
    };
  }

  private postfix(): Expr {
    const prefix = this.take("++", "--");
    if (prefix !== null) {
      const target = this.primary();
      if (!isTarget(target)) throw this.fail();
      return { kind: "step", target, by: prefix === "++" ? 1 : -1, prefix: true };
    }
    const value = this.primary();
    if (!isTarget(value)) return value;
    const operator = this.take("++", "--");
    return operator === null ? value : { kind: "step", target: value, by: operator === "++" ? 1 : -1, prefix: false };
  }

  private primary(): Expr {
    const { token } = this;
    switch (token.kind) {
      case "number":
        this.at++;
        return { kind: "number", value: token.value };
      case "string":
        this.at++;
        return { kind: "string", value: token.text };
      case "regex":
        this.at++;
        this.checkRegex(token.text);
        return { kind: "regex", source: token.text };
      case "name":
        this.at++;
        return this.named(token.text);
      case "call":
        return this.call(token.text);
      case "builtin":
        return this.builtin(token.text);
      default:
        return this.punctuated();
    }
  }

  private checkRegex(source: string): void {
    const compiled = compileMawkRegex(source);
    if ("error" in compiled) throw this.wrong(`regular expression compile failed (${compiled.error})\n${source}`);
  }

  private call(name: string): Expr {
    const { line } = this.token;
    this.at++;
    const args = this.args(true);
    this.called.push({ name, args: args.length, line });
    return { kind: "call", name, args };
  }

  /** Only `length` may stand without parentheses. */
  private builtin(name: string): Expr {
    this.at++;
    if (!this.is("(") && name !== "length") throw this.fail();
    const args = this.is("(") ? this.args(/^(?:length|split|match)$/.test(name)) : [];
    const [least, most] = ARGUMENTS[name] ?? [0, Number.POSITIVE_INFINITY];
    if (args.length < least || args.length > most) throw this.wrong(`wrong number of arguments in call to ${name}`);
    return { kind: "builtin", name, args };
  }

  private named(name: string): Expr {
    if (this.take("[") === null) {
      const alone = this.mayBeArray && this.is(",", ")") && this.tokens[this.at - 2]?.kind === "op";
      if (!alone) this.use(name, "variable");
      return { kind: "name", name };
    }
    this.use(name, "array");
    const subscripts = this.inside(() => this.list());
    this.expect("]");
    return { kind: "element", array: name, subscripts };
  }

  /** Between brackets of any kind, `>` is an operator again. */
  private inside<T>(read: () => T, mayBeArray = false): T {
    const [greater, may] = [this.noGreater, this.mayBeArray];
    this.noGreater = 0;
    this.mayBeArray = mayBeArray;
    const result = read();
    this.noGreater = greater;
    this.mayBeArray = may;
    return result;
  }

  private args(mayBeArrays: boolean): readonly Expr[] {
    this.expect("(");
    this.newlines();
    const args = this.is(")") ? [] : this.inside(() => this.list(), mayBeArrays);
    this.newlines();
    this.expect(")");
    return args;
  }

  private punctuated(): Expr {
    if (this.take("$") !== null) {
      const prefix = this.is("++", "--") ? this.postfix() : this.is("-", "+", "!") ? this.unary() : this.primary();
      return { kind: "field", index: prefix };
    }
    if (this.take("getline") !== null) {
      const target = this.optionalTarget();
      if (this.take("<") === null) return { kind: "getline", from: "main", source: null, target };
      return { kind: "getline", from: "file", source: this.postfix(), target };
    }
    if (this.take("(") === null) {
      if (this.is("-", "+", "!")) return this.unary();
      throw this.fail();
    }
    const items = this.inside(() => this.list());
    this.expect(")");
    const only = items[0];
    if (items.length === 1 && only !== undefined) return { kind: "group", inner: only };
    return { kind: "list", items };
  }

  private optionalTarget(): Target | null {
    if (this.token.kind !== "name" && !this.is("$")) return null;
    const target = this.primary();
    if (!isTarget(target)) throw this.fail();
    return target;
  }
}

function isTarget(expr: Expr): expr is Target {
  return expr.kind === "name" || expr.kind === "field" || expr.kind === "element";
}
