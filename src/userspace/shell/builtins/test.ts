/** test and [: an expression in words, told apart by their number as POSIX says, and parsed beyond that. */
import { fileComparison, numberComparison } from "../../lib/index.ts";
import type { Shell } from "../shell.ts";
import { isBinaryTest, isNumberTest, isUnaryTest, unaryTest } from "../test-operators.ts";
import { type BuiltinTable, builtinError, type Invocation, USAGE } from "./builtin.ts";

/** An expression that is none; the message is bash's. */
class TestError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

async function test(shell: Shell, args: readonly string[], { name }: Invocation): Promise<number> {
  let words = args;
  if (name === "[") {
    if (args.at(-1) !== "]") return await builtinError(shell, "[", "missing `]'", USAGE);
    words = args.slice(0, -1);
  }
  try {
    return (await decide(shell, words)) ? 0 : 1;
  } catch (error) {
    if (error instanceof TestError) return await builtinError(shell, name, error.message, USAGE);
    throw error;
  }
}

async function decide(shell: Shell, words: readonly string[]): Promise<boolean> {
  const [a = "", b = "", c = "", d = ""] = words;
  switch (words.length) {
    case 0:
      return false;
    case 1:
      return a !== "";
    case 2:
      return await decideTwo(shell, a, b);
    case 3:
      return await decideThree(shell, a, b, c);
    case 4:
      if (a === "!") return !(await decideThree(shell, b, c, d));
      if (a === "(" && d === ")") return await decideTwo(shell, b, c);
      break;
    default:
      break;
  }
  const parser = new TestParser(shell, words);
  return await parser.parse();
}

async function decideTwo(shell: Shell, a: string, b: string): Promise<boolean> {
  if (a === "!") return b === "";
  if (isUnaryTest(a)) return await unaryTest(shell, a, b);
  throw new TestError(`${a}: unary operator expected`);
}

async function decideThree(shell: Shell, a: string, b: string, c: string): Promise<boolean> {
  if (isBinaryTest(b)) return await binary(shell, a, b, c);
  if (b === "-a") return a !== "" && c !== "";
  if (b === "-o") return a !== "" || c !== "";
  if (a === "!") return !(await decideTwo(shell, b, c));
  if (a === "(" && c === ")") return b !== "";
  throw new TestError(`${b}: binary operator expected`);
}

async function binary(shell: Shell, left: string, operator: string, right: string): Promise<boolean> {
  switch (operator) {
    case "=":
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case ">":
      return left > right;
    default:
      break;
  }
  if (!isNumberTest(operator)) return await fileComparison(shell.process, operator, left, right);
  return numberComparison(operator, integer(left), integer(right));
}

function integer(text: string): bigint {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new TestError(`${text}: integer expression expected`);
  const value = BigInt(text.trim().replace(/^\+/, ""));
  if (BigInt.asIntN(64, value) !== value) throw new TestError(`${text}: integer expression expected`);
  return value;
}

/** Longer expressions: -o binds less than -a, -a less than !. */
class TestParser {
  private readonly shell: Shell;
  private readonly words: readonly string[];
  private at = 0;

  constructor(shell: Shell, words: readonly string[]) {
    this.shell = shell;
    this.words = words;
  }

  async parse(): Promise<boolean> {
    const value = await this.or();
    if (this.at < this.words.length) throw new TestError("too many arguments");
    return value;
  }

  private async or(): Promise<boolean> {
    let value = await this.and();
    while (this.words[this.at] === "-o") {
      this.at++;
      value = (await this.and()) || value;
    }
    return value;
  }

  private async and(): Promise<boolean> {
    let value = await this.term();
    while (this.words[this.at] === "-a") {
      this.at++;
      value = (await this.term()) && value;
    }
    return value;
  }

  private async term(): Promise<boolean> {
    const { words } = this;
    const word = this.next();
    if (word === "!") return !(await this.term());
    if (word === "(") {
      const value = await this.or();
      if (words[this.at++] !== ")") throw new TestError("`)' expected");
      return value;
    }
    const operator = words[this.at];
    if (operator !== undefined && isBinaryTest(operator) && this.at + 1 < words.length) {
      this.at += 2;
      return await binary(this.shell, word, operator, words[this.at - 1] as string);
    }
    if (isUnaryTest(word) && operator !== undefined) {
      this.at++;
      return await unaryTest(this.shell, word, operator);
    }
    return word !== "";
  }

  private next(): string {
    const word = this.words[this.at++];
    if (word === undefined) throw new TestError("argument expected");
    return word;
  }
}

export const testBuiltins: BuiltinTable = { test: { run: test }, "[": { run: test } };
