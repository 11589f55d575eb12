/** Runs an awk program: patterns and actions, statements, expressions. */
import type { Process } from "../../../syscall/index.ts";
import type { Subscript } from "./array.ts";
import { callBuiltin } from "./builtins.ts";
import { unescapeAll } from "./escape.ts";
import { FormatError, formatText, toText } from "./format.ts";
import { InputFiles } from "./input-files.ts";
import { arithmetic, compare, holds, isComparison } from "./operators.ts";
import { AwkRandom } from "./random.ts";
import { CurrentRecord } from "./record.ts";
import { Streams } from "./streams.ts";
import { AwkError, type AwkProgram, AwkRunError, type Expr, type RangePattern, type Stmt, type Target } from "./syntax.ts";
import { TextRules } from "./text-rules.ts";
import { fromInput, isInt, isTrue, toNumber, type Value } from "./value.ts";
import { Cell } from "./variables.ts";

/** Function calls inside one another. */
const MAX_DEPTH = 1000;

class Exit {}
class Next {
  readonly file: boolean;
  constructor(file: boolean) {
    this.file = file;
  }
}
class Return {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}
/** How a statement ended, if not at its end. */
type Jump = "break" | "continue" | null;

export class Interpreter extends TextRules {
  readonly process: Process;
  readonly streams: Streams;
  readonly record: CurrentRecord;
  status = 0;
  readonly random: AwkRandom;
  private readonly program: AwkProgram;
  private readonly open = new Set<RangePattern>();
  private readonly input: InputFiles;

  constructor(process: Process, program: AwkProgram) {
    super();
    this.process = process;
    this.program = program;
    this.streams = new Streams(process);
    this.input = new InputFiles(this);
    this.random = new AwkRandom(process);
    this.record = new CurrentRecord({
      split: (text) => this.split(text, this.text(this.variables.global("FS").value)),
      separator: () => this.text(this.variables.global("OFS").value),
      text: (value) => this.text(value),
    });
    const initial: Readonly<Record<string, Value>> = {
      ...{ FS: " ", OFS: " ", ORS: "\n", RS: "\n", SUBSEP: "\x1c", CONVFMT: "%.6g", OFMT: "%.6g", NR: 0, FNR: 0, FILENAME: "" },
      ...{ RSTART: 0, RLENGTH: -1 },
    };
    for (const [name, value] of Object.entries(initial)) this.variables.global(name).value = value;
  }

  /** Runs it all; the exit status. */
  async run(): Promise<number> {
    const { rules } = this.program;
    const reads = rules.some(({ pattern }) => pattern.kind !== "BEGIN");
    const ended = await this.guarded(async () => {
      for (const { pattern, body } of rules) if (pattern.kind === "BEGIN" && body !== null) await this.execute(body);
      if (reads) await this.records();
    });
    if (ended !== "gone") {
      await this.guarded(async () => {
        if (ended === "exit" && !reads) return;
        for (const { pattern, body } of rules) if (pattern.kind === "END" && body !== null) await this.execute(body);
      });
    }
    await this.streams.closeAll();
    return this.streams.failed ? 2 : this.status & 0xff;
  }

  private async guarded(work: () => Promise<void>): Promise<"done" | "exit" | "gone"> {
    try {
      await work();
    } catch (thrown) {
      if (!(thrown instanceof Exit)) throw thrown;
      return this.streams.gone ? "gone" : "exit";
    }
    return "done";
  }

  private async records(): Promise<void> {
    for (;;) {
      const text = await this.input.next();
      if (text === null) return;
      this.record.set(text);
      try {
        for (const rule of this.program.rules) {
          if (!(await this.selects(rule.pattern))) continue;
          if (rule.body === null) await this.print(this.text(this.record.get(0)) + this.text(this.variables.global("ORS").value), null);
          else await this.execute(rule.body);
        }
      } catch (thrown) {
        if (!(thrown instanceof Next)) throw thrown;
        if (thrown.file) this.input.nextFile();
      }
    }
  }

  private async selects(pattern: AwkProgram["rules"][number]["pattern"]): Promise<boolean> {
    switch (pattern.kind) {
      case "always":
        return true;
      case "expr":
        return isTrue(await this.value(pattern.expr));
      case "range": {
        if (!this.open.has(pattern) && !isTrue(await this.value(pattern.from))) return false;
        if (isTrue(await this.value(pattern.to))) this.open.delete(pattern);
        else this.open.add(pattern);
        return true;
      }
      default:
        return false;
    }
  }

  /** `name=text` of the command line: the text's escapes count. */
  assignText(name: string, text: string): void {
    this.assignName(name, fromInput(unescapeAll(text)));
  }

  /** An expression where a regular expression is wanted. */
  async pattern(expr: Expr): Promise<RegExp> {
    const inner = expr.kind === "group" ? expr.inner : expr;
    return this.regex(inner.kind === "regex" ? inner.source : this.text(await this.value(inner)));
  }

  private async execute(stmt: Stmt): Promise<Jump> {
    switch (stmt.kind) {
      case "expr":
        await this.value(stmt.expr);
        return null;
      case "print":
        await this.printStatement(stmt);
        return null;
      case "block":
        for (const inner of stmt.body) {
          const jump = await this.execute(inner);
          if (jump !== null) return jump;
        }
        return null;
      case "if":
        if (isTrue(await this.value(stmt.condition))) return await this.execute(stmt.yes);
        return stmt.no === null ? null : await this.execute(stmt.no);
      case "while":
      case "for":
      case "forin":
        await this.loop(stmt);
        return null;
      case "break":
      case "continue":
        return stmt.kind;
      case "next":
      case "nextfile":
        throw new Next(stmt.kind === "nextfile");
      case "exit":
        if (stmt.value !== null) this.status = toNumber(await this.value(stmt.value));
        throw new Exit();
      case "return":
        throw new Return(stmt.value === null ? undefined : await this.value(stmt.value));
      case "delete": {
        const array = this.variables.cell(stmt.array).elements();
        if (stmt.subscripts === null) array.clear();
        else array.delete(await this.subscript(stmt.subscripts));
        return null;
      }
    }
  }

  private async loop(stmt: Extract<Stmt, { kind: "while" | "for" | "forin" }>): Promise<void> {
    if (stmt.kind === "forin") {
      for (const key of this.variables.cell(stmt.array).elements().keys()) {
        await this.assign(stmt.variable, key);
        if ((await this.execute(stmt.body)) === "break") return;
      }
      return;
    }
    if (stmt.kind === "for" && stmt.init !== null) await this.execute(stmt.init);
    for (let first = stmt.kind === "while" && stmt.first; ; first = false) {
      if (!first && stmt.condition !== null && !isTrue(await this.value(stmt.condition))) return;
      if ((await this.execute(stmt.body)) === "break") return;
      if (stmt.kind === "for" && stmt.step !== null) await this.execute(stmt.step);
      // A loop takes time, so that one without end meets the limits of the machine.
      await this.process.schedYield();
    }
  }

  private async printStatement({ format, args, to }: Extract<Stmt, { kind: "print" }>): Promise<void> {
    const values: Value[] = [];
    for (const arg of args) values.push(await this.value(arg));
    const text = format
      ? await this.formatted(values)
      : (args.length === 0 ? [this.record.get(0)] : values)
          .map((value) => toText(value, this.format("OFMT")))
          .join(this.text(this.variables.global("OFS").value)) + this.text(this.variables.global("ORS").value);
    await this.print(text, to === null ? null : { kind: to.kind, name: this.text(await this.value(to.target)) });
  }

  /** What printf prints; up to where something is wrong with its format, if something is. */
  private async formatted([format, ...values]: readonly Value[]): Promise<string> {
    try {
      return formatText(this.text(format), values, this.format("CONVFMT"), "printf");
    } catch (thrown) {
      if (thrown instanceof FormatError) await this.print(thrown.printed, null);
      throw thrown;
    }
  }

  private async print(text: string, to: { readonly kind: ">" | ">>" | "|"; readonly name: string } | null): Promise<void> {
    await this.streams.print(text, to);
    if (!this.streams.gone) return;
    this.status = 2;
    throw new Exit();
  }

  async subscript(parts: readonly Expr[]): Promise<Subscript> {
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) {
      const value = await this.value(first);
      if (typeof value !== "number") return this.text(value);
      return isInt(value) ? value + 0 : this.text(value);
    }
    const texts: string[] = [];
    for (const part of parts) texts.push(this.text(await this.value(part)));
    return texts.join(this.text(this.variables.global("SUBSEP").value));
  }

  /** The value of an expression. */
  async value(expr: Expr): Promise<Value> {
    switch (expr.kind) {
      case "number":
      case "string":
        return expr.value;
      case "group":
        return await this.value(expr.inner);
      case "regex":
        return Number(this.regex(expr.source).test(this.text(this.record.get(0))));
      case "name":
        return this.nameValue(expr.name);
      case "field":
        return this.record.get(this.fieldIndex(toNumber(await this.value(expr.index))));
      case "element":
        return this.variables
          .cell(expr.array)
          .elements()
          .get(await this.subscript(expr.subscripts));
      case "in":
        return Number(
          this.variables
            .cell(expr.array)
            .elements()
            .has(await this.subscript(expr.subscripts)),
        );
      case "assign":
        return await this.assignment(expr);
      case "step":
        return await this.step(expr);
      case "builtin":
        return await callBuiltin(this, expr.name, expr.args);
      case "call":
        return await this.call(expr.name, expr.args);
      case "getline":
        return await this.getline(expr);
      case "list":
        throw new AwkError("syntax error at or near ,");
      default:
        return await this.operation(expr);
    }
  }

  private async operation(
    expr: Extract<Expr, { kind: "unary" | "binary" | "concat" | "match" | "and" | "or" | "choice" }>,
  ): Promise<Value> {
    switch (expr.kind) {
      case "unary": {
        const operand = await this.value(expr.operand);
        return expr.operator === "!" ? Number(!isTrue(operand)) : expr.operator === "-" ? -toNumber(operand) : toNumber(operand);
      }
      case "concat": {
        const left = this.text(await this.value(expr.left));
        return left + this.text(await this.value(expr.right));
      }
      case "match": {
        const text = this.text(await this.value(expr.text));
        return Number((await this.pattern(expr.pattern)).test(text) !== expr.negated);
      }
      case "and":
        return Number(isTrue(await this.value(expr.left)) && isTrue(await this.value(expr.right)));
      case "or":
        return Number(isTrue(await this.value(expr.left)) || isTrue(await this.value(expr.right)));
      case "choice":
        return await this.value(isTrue(await this.value(expr.condition)) ? expr.yes : expr.no);
      default: {
        const left = await this.value(expr.left);
        const right = await this.value(expr.right);
        return isComparison(expr.operator)
          ? Number(holds(expr.operator, compare(left, right, this.format("CONVFMT"))))
          : arithmetic(expr.operator, toNumber(left), toNumber(right));
      }
    }
  }

  private nameValue(name: string): Value {
    if (name === "NF") return this.record.count;
    const cell = this.variables.cell(name);
    if (cell.isArray) throw new AwkError(`type error in reference to ${name}`);
    return cell.value;
  }

  private fieldIndex(index: number): number {
    if (!(index >= 0)) throw new AwkRunError(`negative field index $${Math.trunc(index)}`);
    if (index > 1e6) throw new AwkError(`field index ${index} is too large (limit of this emulator: 1000000)`);
    return Math.trunc(index);
  }

  private assignName(name: string, value: Value): void {
    if (name === "NF") this.record.count = this.fieldIndex(toNumber(value));
    else this.variables.cell(name).value = value;
  }

  async assign(target: Target, value: Value): Promise<Value> {
    if (target.kind === "name") this.assignName(target.name, value);
    else if (target.kind === "field") this.record.put(this.fieldIndex(toNumber(await this.value(target.index))), value);
    else
      this.variables
        .cell(target.array)
        .elements()
        .set(await this.subscript(target.subscripts), value);
    return value;
  }

  private async assignment({ target, operator, value }: Extract<Expr, { kind: "assign" }>): Promise<Value> {
    if (operator === "") return await this.assign(target, await this.value(value));
    const right = toNumber(await this.value(value));
    return await this.assign(target, arithmetic(operator, toNumber(await this.value(target)), right));
  }

  private async step({ target, by, prefix }: Extract<Expr, { kind: "step" }>): Promise<Value> {
    const before = toNumber(await this.value(target));
    await this.assign(target, before + by);
    return prefix ? before + by : before;
  }

  private async call(name: string, args: readonly Expr[]): Promise<Value> {
    const made = this.program.functions.get(name);
    if (made === undefined) throw new AwkError(`function ${name} never defined`);
    const frame = new Map<string, Cell>();
    for (const [i, param] of made.params.entries()) frame.set(param, await this.argumentCell(args[i]));
    this.variables.push(frame, MAX_DEPTH);
    try {
      await this.execute(made.body);
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof Return)) throw thrown;
      return thrown.value;
    } finally {
      this.variables.pop();
    }
  }

  private async argumentCell(arg: Expr | undefined): Promise<Cell> {
    if (arg === undefined) return new Cell();
    if (arg.kind === "name" && arg.name !== "NF") {
      const given = this.variables.cell(arg.name);
      if (given.isArray || given.untyped) return new Cell(given);
    }
    const cell = new Cell();
    cell.value = await this.value(arg);
    return cell;
  }

  /** 1 for a record, 0 at the end, -1 if it cannot be read. */
  private async getline({ from, source, target }: Extract<Expr, { kind: "getline" }>): Promise<Value> {
    if (from === "main") {
      const text = await this.input.next();
      if (text === null) return 0;
      await this.receive(target, text);
      return 1;
    }
    const name = source === null ? "" : this.text(await this.value(source));
    const reader = await this.streams.input(from, name);
    // A record of a command counts as little as one of a file: mawk's NR is that of the operands alone.
    const text = reader === null ? -1 : await reader.next(this.separator());
    if (typeof text !== "string") return text === null ? 0 : -1;
    await this.receive(target, text);
    return 1;
  }

  private async receive(target: Target | null, text: string): Promise<void> {
    if (target === null) this.record.set(text);
    else await this.assign(target, fromInput(text));
  }
}
