/** Reads awk programs: the grammar of POSIX. What is wrong with one is said in mawk's words. */
import { ExprParser } from "./expressions.ts";
import { tokenize } from "./lexer.ts";
import { AwkError, type AwkFunction, type AwkProgram, type Expr, type Redirect, type Rule, type Stmt } from "./syntax.ts";

export function parseAwk(text: string): AwkProgram {
  const { tokens, complaints } = tokenize(text);
  try {
    const program = new Parser(tokens).program();
    if (complaints.length === 0) return program;
  } catch (thrown) {
    if (!(thrown instanceof AwkError) || complaints.length === 0) throw thrown;
    throw new AwkError(...complaints, thrown.message);
  }
  throw new AwkError(...complaints);
}

class Parser extends ExprParser {
  /** What is being read: a rule with records, another one, or a function. */
  private within: "records" | "special" | "function" = "records";
  private loops = 0;

  program(): AwkProgram {
    const rules: Rule[] = [];
    const functions = new Map<string, AwkFunction>();
    for (this.separators(); this.token.kind !== "end"; this.separators()) {
      if (this.take("function") === null) rules.push(this.rule());
      else {
        const made = this.function();
        if (functions.has(made.name)) throw this.wrong(`redefinition of ${made.name}`);
        functions.set(made.name, made);
      }
    }
    for (const { name, args, line } of this.called) {
      const called = functions.get(name);
      if (called === undefined) throw new AwkError(`line ${this.token.line + 1}: function ${name} never defined`);
      if (args > called.params.length) throw new AwkError(`line ${line}: too many arguments in call to ${name}`);
    }
    return { rules, functions };
  }

  private function(): AwkFunction {
    const { token } = this;
    if (token.kind !== "name" && token.kind !== "call") throw this.fail();
    this.at++;
    this.expect("(");
    const params: string[] = [];
    while (!this.is(")")) {
      const param = this.token;
      if (param.kind !== "name") throw this.fail();
      this.at++;
      if (params.includes(param.text)) throw this.wrong(`${param.text} is duplicated in argument list`);
      params.push(param.text);
      if (this.take(",") !== null) this.newlines();
    }
    this.expect(")");
    this.newlines();
    this.within = "function";
    this.locals = { params: new Set(params), uses: new Map() };
    const body = this.block();
    this.locals = null;
    return { name: token.text, params, body };
  }

  private rule(): Rule {
    const special = this.take("BEGIN", "END");
    this.within = special === null ? "records" : "special";
    if (special === "BEGIN" || special === "END") {
      return { pattern: { kind: special }, body: this.block() };
    }
    if (this.is("{")) return { pattern: { kind: "always" }, body: this.block() };
    const from = this.expr();
    let pattern: Rule["pattern"] = { kind: "expr", expr: from };
    if (this.take(",") !== null) {
      this.newlines();
      pattern = { kind: "range", from, to: this.expr() };
    }
    return { pattern, body: this.is("{") ? this.block() : null };
  }

  private block(): Stmt {
    this.expect("{");
    const body: Stmt[] = [];
    for (this.separators(); !this.is("}"); this.separators()) {
      if (this.token.kind === "end") throw new AwkError(`line ${this.token.line + 1}: missing } near end of file`);
      body.push(this.statement());
    }
    this.expect("}");
    return { kind: "block", body };
  }

  /** What ends a simple statement; a closing brace is left. */
  private terminator(): void {
    if (this.token.kind === "newline" || this.is(";")) this.at++;
    else if (!this.is("}") && this.token.kind !== "end") throw this.fail();
  }

  private body(): Stmt {
    this.newlines();
    if (this.take(";") !== null) return { kind: "block", body: [] };
    return this.statement();
  }

  private statement(): Stmt {
    if (this.is("{")) return this.block();
    const word = this.token.kind === "keyword" ? this.token.text : "";
    switch (word) {
      case "if":
        return this.ifStatement();
      case "while":
      case "do":
      case "for":
        return this.loop(word);
      default: {
        const simple = this.simple();
        this.terminator();
        return simple;
      }
    }
  }

  private ifStatement(): Stmt {
    this.at++;
    this.expect("(");
    const condition = this.expr();
    this.expect(")");
    const yes = this.body();
    const mark = this.at;
    this.separators();
    if (this.take("else") !== null) return { kind: "if", condition, yes, no: this.body() };
    this.at = mark;
    return { kind: "if", condition, yes, no: null };
  }

  private loop(word: "while" | "do" | "for"): Stmt {
    this.at++;
    this.loops++;
    const loop = word === "for" ? this.forLoop() : this.whileLoop(word);
    this.loops--;
    return loop;
  }

  private whileLoop(word: "while" | "do"): Stmt {
    if (word === "while") {
      this.expect("(");
      const condition = this.expr();
      this.expect(")");
      return { kind: "while", condition, body: this.body(), first: false };
    }
    const body = this.body();
    this.separators();
    this.expect("while");
    this.expect("(");
    const condition = this.expr();
    this.expect(")");
    this.terminator();
    return { kind: "while", condition, body, first: true };
  }

  private forLoop(): Stmt {
    this.expect("(");
    const [name, inWord, array, close] = this.tokens.slice(this.at, this.at + 4);
    if (name?.kind === "name" && inWord?.kind === "keyword" && inWord.text === "in" && array?.kind === "name") {
      if (close?.kind === "op" && close.text === ")") {
        this.at += 4;
        this.use(name.text, "variable");
        this.use(array.text, "array");
        return { kind: "forin", variable: { kind: "name", name: name.text }, array: array.text, body: this.body() };
      }
    }
    const init = this.is(";") ? null : this.simple();
    this.expect(";");
    this.newlines();
    const condition = this.is(";") ? null : this.expr();
    this.expect(";");
    this.newlines();
    const step = this.is(")") ? null : this.simple();
    this.expect(")");
    return { kind: "for", init, condition, step, body: this.body() };
  }

  private simple(): Stmt {
    const word = this.take("print", "printf", "next", "nextfile", "break", "continue", "exit", "return", "delete");
    switch (word) {
      case null:
        return { kind: "expr", expr: this.expr() };
      case "print":
      case "printf":
        return this.print(word === "printf");
      case "exit":
      case "return":
        if (word === "return" && this.within !== "function") throw this.wrong("return outside function body");
        return { kind: word, value: this.endsStatement() ? null : this.expr() };
      case "delete":
        return this.deleteStatement();
      case "break":
      case "continue":
        if (this.loops === 0) throw this.wrong(`${word} statement outside of loop`);
        return { kind: word };
      default:
        if (this.within !== "records") throw this.wrong(`improper use of ${word}`);
        return { kind: word as "next" };
    }
  }

  private endsStatement(): boolean {
    return this.token.kind === "newline" || this.token.kind === "end" || this.is(";", "}");
  }

  private deleteStatement(): Stmt {
    const { token } = this;
    if (token.kind !== "name") throw this.fail();
    this.at++;
    this.use(token.text, "array");
    if (this.take("[") === null) return { kind: "delete", array: token.text, subscripts: null };
    const subscripts = this.list();
    this.expect("]");
    return { kind: "delete", array: token.text, subscripts };
  }

  private print(format: boolean): Stmt {
    this.noGreater++;
    let args: readonly Expr[] = [];
    if (!this.endsStatement() && !this.is(">", ">>", "|")) {
      args = this.list();
      const only = args[0];
      if (args.length === 1 && only?.kind === "list") args = only.items;
    }
    if (format && args.length === 0) throw this.wrong("no arguments in call to printf");
    let to: Redirect | null = null;
    const kind = this.take(">", ">>", "|");
    if (kind === ">" || kind === ">>" || kind === "|") to = { kind, target: this.ternary() };
    this.noGreater--;
    return { kind: "print", format, args, to };
  }
}
