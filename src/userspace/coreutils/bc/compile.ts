/**
 * Reads bc(1) programs: POSIX bc with GNU's extensions (names of several letters, `print`, `else`, logical operators, `void`, arrays
 * as parameters, `halt`, `random`). Left out: `limits` and `warranty`.
 */
import { type BcFunction, CodeBuffer, type Label, newLabel, type Parameter } from "./code.ts";
import { Expressions } from "./expressions.ts";
import { Misplaced } from "./tokens.ts";

/** `quit` was read: everything ends, whatever stands around it. */
export class Quit extends Error {}

/** A statement that is not modelled was read. */
export class NotModelled extends Error {}

/** What stands on a line, ready to run. */
export type Item =
  | { readonly kind: "statements"; readonly code: CodeBuffer }
  | { readonly kind: "function"; readonly definition: BcFunction };

/** Tokens that must be read in peace before the next mistake is told of. */
const QUIET_TOKENS = 3;

interface Loop {
  readonly next: Label;
  readonly end: Label;
}

export class Compiler extends Expressions {
  private loops: Loop[] = [];
  private inFunction = false;

  /** The next line or function; "failed" if it was wrong, null at the end. */
  async item(): Promise<Item | "failed" | null> {
    this.code = new CodeBuffer();
    this.loops = [];
    this.inFunction = false;
    this.failed = false;
    this.quiet = 0;
    if (await this.at("")) return this.failed ? "failed" : null;
    if (await this.at("define")) {
      const definition = await this.definition();
      return this.failed || definition === null ? "failed" : { kind: "function", definition };
    }
    await this.statements("\n");
    return this.failed ? "failed" : { kind: "statements", code: this.code };
  }

  /** Statements up to `end`, which is consumed: a newline on the first level, a brace in blocks. */
  private async statements(end: "\n" | "}"): Promise<void> {
    const separators = end === "\n" ? [";"] : [";", "\n"];
    let wanted = true;
    let first = true;
    for (;;) {
      try {
        if (await this.accept(end)) return;
        if (await this.at(...separators)) {
          await this.take();
          wanted = true;
        } else {
          if (!wanted) throw new Misplaced();
          await this.statement();
          wanted = false;
        }
        first = false;
      } catch (thrown) {
        if (!(thrown instanceof Misplaced)) throw thrown;
        await this.syntaxError();
        // Behind a semicolon only another statement ends the mistake.
        if (!(await this.skipToStatement(end === "\n" && (first || !wanted)))) return;
        wanted = true;
      }
    }
  }

  private async syntaxError(): Promise<void> {
    if (this.quiet === 0) await this.complain("syntax error");
    this.failed = true;
    this.quiet = QUIET_TOKENS;
  }

  /** After a mistake: on to where a statement can begin, or to the end of the line. False at the end of it all. */
  private async skipToStatement(orNewline: boolean): Promise<boolean> {
    for (;;) {
      if (await this.at("")) return false;
      if (orNewline && (await this.at("\n"))) return true;
      if (await this.beginsStatement()) return true;
      this.drop();
    }
  }

  private async beginsStatement(): Promise<boolean> {
    const token = await this.peek();
    if (token.kind !== "symbol") return true;
    return /^(?:[a-z]+|[({!.-]|--|\+\+)$/.test(token.text) && !["else", "define", "auto", "void"].includes(token.text);
  }

  private async statement(): Promise<void> {
    const token = await this.peek();
    if (token.kind === "string") {
      await this.take();
      this.code.add({ op: "text", text: token.text, escapes: false });
      return;
    }
    switch (token.kind === "symbol" ? token.text : "expression") {
      case "{":
        await this.take();
        return await this.statements("}");
      case "if":
        return await this.conditional();
      case "while":
        return await this.whileLoop();
      case "for":
        return await this.forLoop();
      case "print":
        return await this.printList();
      case "return":
        return await this.returnStatement();
      case "break":
      case "continue":
        return await this.leave();
      case "quit":
        throw new Quit();
      case "limits":
      case "warranty":
        throw new NotModelled(token.text);
      case "halt":
        await this.take();
        return this.code.add({ op: "halt" });
      default: {
        const { isAssignment, isVoid } = await this.expression(0);
        this.code.add({ op: isAssignment || isVoid ? "pop" : "writeLine" });
      }
    }
  }

  private async skipNewline(): Promise<void> {
    await this.accept("\n");
  }

  private async conditional(): Promise<void> {
    await this.take();
    await this.expect("(");
    const [otherwise, end] = [newLabel(), newLabel()];
    await this.value();
    await this.expect(")");
    this.code.add({ op: "ifZero", label: otherwise });
    await this.skipNewline();
    await this.statement();
    if (await this.accept("else")) {
      this.code.add({ op: "jump", label: end });
      this.code.mark(otherwise);
      await this.skipNewline();
      await this.statement();
    } else {
      this.code.mark(otherwise);
    }
    this.code.mark(end);
  }

  private async whileLoop(): Promise<void> {
    await this.take();
    const loop = { next: newLabel(), end: newLabel() };
    this.code.mark(loop.next);
    await this.expect("(");
    await this.value();
    await this.expect(")");
    this.code.add({ op: "ifZero", label: loop.end });
    await this.body(loop);
    this.code.add({ op: "jump", label: loop.next });
    this.code.mark(loop.end);
  }

  private async forLoop(): Promise<void> {
    await this.take();
    const loop = { next: newLabel(), end: newLabel() };
    const [test, body] = [newLabel(), newLabel()];
    await this.expect("(");
    if (!(await this.at(";"))) await this.dropped();
    await this.expect(";");
    this.code.mark(test);
    if (await this.at(";")) this.code.add({ op: "constant", text: "1" });
    else await this.value();
    await this.expect(";");
    this.code.add({ op: "ifNotZero", label: body });
    this.code.add({ op: "jump", label: loop.end });
    this.code.mark(loop.next);
    if (!(await this.at(")"))) await this.dropped();
    await this.expect(")");
    this.code.add({ op: "jump", label: test });
    this.code.mark(body);
    await this.body(loop);
    this.code.add({ op: "jump", label: loop.next });
    this.code.mark(loop.end);
  }

  private async dropped(): Promise<void> {
    await this.expression(0);
    this.code.add({ op: "pop" });
  }

  private async body(loop: Loop): Promise<void> {
    await this.skipNewline();
    this.loops.push(loop);
    await this.statement();
    this.loops.pop();
  }

  private async leave(): Promise<void> {
    const { text } = await this.take();
    const loop = this.loops.at(-1);
    if (loop === undefined) await this.complain(text === "break" ? "Break outside a for/while" : "Continue outside a for");
    else this.code.add({ op: "jump", label: text === "break" ? loop.end : loop.next });
  }

  private async returnStatement(): Promise<void> {
    await this.take();
    if (await this.at("\n", ";", "}", "")) this.code.add({ op: "constant", text: "0" });
    else await this.value();
    if (!this.inFunction) {
      await this.peek();
      await this.complain("Return outside of a function.");
    }
    this.code.add({ op: "return" });
  }

  private async printList(): Promise<void> {
    await this.take();
    do {
      const token = await this.peek();
      if (token.kind === "string") {
        await this.take();
        this.code.add({ op: "text", text: token.text, escapes: true });
      } else {
        await this.value();
        this.code.add({ op: "write" });
      }
    } while (await this.accept(","));
  }

  /** A function; null if its head is wrong. */
  private async definition(): Promise<BcFunction | null> {
    this.inFunction = true;
    try {
      await this.take();
      const returnsNothing = await this.accept("void");
      const name = await this.name();
      await this.expect("(");
      const parameters = (await this.at(")")) ? [] : await this.parameterList();
      await this.expect(")");
      await this.distinct(parameters, "duplicate parameter names");
      await this.skipNewline();
      await this.expect("{");
      await this.skipNewline();
      const autos = (await this.accept("auto")) ? await this.autoList(parameters) : [];
      await this.statements("}");
      this.code.add({ op: "constant", text: "0" });
      this.code.add({ op: "return" });
      return { name, parameters, autos, returnsNothing, code: this.code.instructions };
    } catch (thrown) {
      if (!(thrown instanceof Misplaced)) throw thrown;
      this.inFunction = false;
      await this.syntaxError();
      if (await this.skipToStatement(true)) await this.statements("\n");
      return null;
    }
  }

  private async autoList(parameters: readonly Parameter[]): Promise<readonly Parameter[]> {
    const autos = await this.parameterList();
    if (!(await this.accept(";"))) await this.expect("\n");
    const known = (auto: Parameter): boolean => parameters.some((one) => isSame(one, auto));
    if (autos.some(known)) await this.complain("variable in both parameter and auto lists");
    else await this.distinct(autos, "duplicate auto variable names");
    return autos;
  }

  private async distinct(list: readonly Parameter[], complaint: string): Promise<void> {
    if (list.some((one, i) => list.slice(0, i).some((other) => isSame(one, other)))) await this.complain(complaint);
  }

  private async parameterList(): Promise<readonly Parameter[]> {
    const list: Parameter[] = [];
    do {
      const byReference = (await this.accept("*")) || (await this.accept("&"));
      const name = await this.name();
      const isArray = await this.accept("[");
      if (isArray) await this.expect("]");
      if (byReference && !isArray) throw new Misplaced();
      list.push({ name, kind: byReference ? "reference" : isArray ? "array" : "scalar" });
    } while (await this.accept(","));
    return list;
  }
}

function isSame(a: Parameter, b: Parameter): boolean {
  return a.name === b.name && (a.kind === "scalar") === (b.kind === "scalar");
}
