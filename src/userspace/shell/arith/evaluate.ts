/**
 * Evaluates arithmetic expressions on 64-bit integers that wrap around. A variable's value is itself an expression; one
 * without a value is 0.
 */
import { MAX_ARITHMETIC_DEPTH } from "../limits.ts";
import { type Arith, ArithmeticError, type ArithVariable, parseArithmetic } from "./syntax.ts";

/** Where expressions read and write variables. */
export interface ArithmeticVariables {
  /** The key or index that a subscript means: what is in it happens once. */
  key(name: string, subscript: string): string;
  /** The text of a variable or of the element at `key`. */
  read(name: string, key: string | null): string | undefined;
  write(name: string, key: string | null, value: string): void;
}

/** Parsed expressions kept: a loop's condition is parsed once. */
const MAX_KEPT = 1000;

export class Arithmetic {
  private readonly kept = new Map<string, Arith>();

  evaluate(expression: string, variables: ArithmeticVariables): bigint {
    return new Evaluation(this, expression, variables, 0).run();
  }

  /** The expression's tree, parsed once. */
  parsed(expression: string): Arith {
    let tree = this.kept.get(expression);
    if (tree === undefined) {
      tree = parseArithmetic(expression);
      if (this.kept.size >= MAX_KEPT) this.kept.clear();
      this.kept.set(expression, tree);
    }
    return tree;
  }
}

const PLAIN = /^-?(?:0|[1-9][0-9]{0,17})$/;

class Evaluation {
  private readonly arithmetic: Arithmetic;
  private readonly expression: string;
  private readonly variables: ArithmeticVariables;
  private readonly depth: number;

  constructor(arithmetic: Arithmetic, expression: string, variables: ArithmeticVariables, depth: number) {
    this.arithmetic = arithmetic;
    this.expression = expression;
    this.variables = variables;
    this.depth = depth;
  }

  run(): bigint {
    if (this.depth > MAX_ARITHMETIC_DEPTH) throw this.error("expression recursion level exceeded", 0);
    return this.value(this.arithmetic.parsed(this.expression));
  }

  private error(reason: string, at: number): ArithmeticError {
    return new ArithmeticError(reason, this.expression, at);
  }

  private value(node: Arith): bigint {
    switch (node.kind) {
      case "number":
        return node.value;
      case "variable":
        return this.read(node, this.key(node));
      case "unary":
        return unary(node.operator, this.value(node.operand));
      case "step":
        return this.step(node);
      case "choice":
        return this.value(node.test) !== 0n ? this.value(node.yes) : this.value(node.no);
      case "assign":
        return this.assign(node);
      case "binary":
        return this.binary(node);
    }
  }

  private key({ name, subscript }: ArithVariable): string | null {
    return subscript === null ? null : this.variables.key(name, subscript);
  }

  private read(node: ArithVariable, key: string | null): bigint {
    const text = this.variables.read(node.name, key);
    if (text === undefined || text === "") return 0n;
    if (PLAIN.test(text)) return BigInt(text);
    return new Evaluation(this.arithmetic, text, this.variables, this.depth + 1).run();
  }

  private write(node: ArithVariable, key: string | null, value: bigint): bigint {
    this.variables.write(node.name, key, value.toString());
    return value;
  }

  private step(node: Extract<Arith, { kind: "step" }>): bigint {
    const key = this.key(node.target);
    const before = this.read(node.target, key);
    const after = this.write(node.target, key, BigInt.asIntN(64, before + node.delta));
    return node.prefix ? after : before;
  }

  private assign(node: Extract<Arith, { kind: "assign" }>): bigint {
    const { operator, target, valueAt } = node;
    const key = this.key(target);
    if (operator === "") return this.write(target, key, this.value(node.value));
    const before = this.read(target, key);
    return this.write(target, key, this.operate(operator, before, this.value(node.value), valueAt));
  }

  private binary(node: Extract<Arith, { kind: "binary" }>): bigint {
    const { operator } = node;
    const left = this.value(node.left);
    if (operator === "&&") return left !== 0n && this.value(node.right) !== 0n ? 1n : 0n;
    if (operator === "||") return left !== 0n || this.value(node.right) !== 0n ? 1n : 0n;
    return this.operate(operator, left, this.value(node.right), node.rightAt);
  }

  private operate(operator: string, a: bigint, b: bigint, rightAt: number): bigint {
    switch (operator) {
      case ",":
        return b;
      case "+":
        return BigInt.asIntN(64, a + b);
      case "-":
        return BigInt.asIntN(64, a - b);
      case "*":
        return BigInt.asIntN(64, a * b);
      case "/":
      case "%":
        if (b === 0n) throw this.error("division by 0", rightAt);
        return BigInt.asIntN(64, operator === "/" ? a / b : a % b);
      case "**":
        return this.power(a, b, rightAt);
      case "<<":
        return BigInt.asIntN(64, a << (b & 63n));
      case ">>":
        return a >> (b & 63n);
      case "&":
        return a & b;
      case "|":
        return a | b;
      case "^":
        return a ^ b;
      default:
        return compare(operator, a, b) ? 1n : 0n;
    }
  }

  private power(base: bigint, exponent: bigint, at: number): bigint {
    if (exponent < 0n) throw this.error("exponent less than 0", this.expression[at] === "-" ? at + 1 : at);
    let result = 1n;
    let square = base;
    for (let rest = exponent; rest > 0n; rest >>= 1n) {
      if ((rest & 1n) === 1n) result = BigInt.asIntN(64, result * square);
      square = BigInt.asIntN(64, square * square);
    }
    return result;
  }
}

function unary(operator: string, value: bigint): bigint {
  switch (operator) {
    case "-":
      return BigInt.asIntN(64, -value);
    case "!":
      return value === 0n ? 1n : 0n;
    case "~":
      return ~value;
    default:
      return value;
  }
}

function compare(operator: string, a: bigint, b: bigint): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "==":
      return a === b;
    default:
      return a !== b;
  }
}
