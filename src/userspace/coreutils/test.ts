/**
 * test(1) and [(1) as programs, for those who run them by path, by env, xargs or find; a shell has its own. Up to four words are told
 * apart by their number, as POSIX says; longer expressions are parsed. Left out: `-l STRING` as a number.
 */
import type { Process, Program } from "../../syscall/index.ts";
import { complain, fileComparison, fileTest, numberComparison, print } from "../lib/index.ts";
import { quote } from "./quote.ts";

const TROUBLE = 2;

const UNARY = /^-[bcdefghknprstuwxzGLNOS]$/;
const NUMBERS = /^-(?:eq|ne|lt|le|gt|ge)$/;
const FILES = /^-(?:nt|ot|ef)$/;
const STRINGS = /^(?:=|==|!=)$/;

class TestError extends Error {}

export const test: Program = async (process) => {
  const [path = "", ...args] = process.argv;
  const name = path.slice(path.lastIndexOf("/") + 1);
  try {
    const [only] = args;
    if (name === "[" && args.length === 1 && (only === "--help" || only === "--version")) {
      await print(process, `${name} of mlx5-emu, after GNU coreutils 9.1\n`);
      return 0;
    }
    if (name === "[" && args.pop() !== "]") throw new TestError("missing ']'");
    return (await new Expression(process, args).decide()) ? 0 : 1;
  } catch (thrown) {
    if (!(thrown instanceof TestError)) throw thrown;
    await complain(process, `${path}: ${thrown.message}\n`);
    return TROUBLE;
  }
};

class Expression {
  private readonly process: Process;
  private readonly words: readonly string[];
  private at = 0;

  constructor(process: Process, words: readonly string[]) {
    this.process = process;
    this.words = words;
  }

  async decide(): Promise<boolean> {
    if (this.words.length === 0) return false;
    const value = await this.some(this.words.length);
    const extra = this.words[this.at];
    if (extra !== undefined) throw new TestError(`extra argument ${quote(extra)}`);
    return value;
  }

  /** The next `count` words. */
  private async some(count: number): Promise<boolean> {
    const [first, , , last] = this.words.slice(this.at, this.at + count);
    if (count === 1) return this.next() !== "";
    if (count === 2) return await this.two();
    if (count === 3) return await this.three();
    if (count === 4 && first === "!") {
      this.at += 1;
      return !(await this.three());
    }
    if (count === 4 && first === "(" && last === ")") {
      this.at += 1;
      const value = await this.two();
      this.at += 1;
      return value;
    }
    return await this.or();
  }

  private next(): string {
    const word = this.words[this.at];
    if (word === undefined) throw new TestError(`missing argument after ${quote(this.words.at(-1) ?? "")}`);
    this.at += 1;
    return word;
  }

  private async two(): Promise<boolean> {
    const first = this.next();
    if (first === "!") return this.next() === "";
    if (UNARY.test(first)) return await this.unary(first, this.next());
    if (/^-.$/.test(first)) throw new TestError(`${quote(first)}: unary operator expected`);
    throw new TestError(`missing argument after ${quote(this.words.at(-1) ?? "")}`);
  }

  private async three(): Promise<boolean> {
    const [first = "", second = "", third = ""] = this.words.slice(this.at);
    if (isBinary(second)) return await this.binary();
    if (first === "!") {
      this.at += 1;
      return !(await this.two());
    }
    if (first === "(" && third === ")") {
      this.at += 3;
      return second !== "";
    }
    if (second === "-a" || second === "-o") return await this.or();
    throw new TestError(`${quote(second)}: binary operator expected`);
  }

  private async or(): Promise<boolean> {
    let value = await this.and();
    while (this.words[this.at] === "-o") {
      this.at += 1;
      value = (await this.and()) || value;
    }
    return value;
  }

  private async and(): Promise<boolean> {
    let value = await this.term();
    while (this.words[this.at] === "-a") {
      this.at += 1;
      value = (await this.term()) && value;
    }
    return value;
  }

  private async term(): Promise<boolean> {
    const [first, second, third] = this.words.slice(this.at);
    if (first === "!") {
      this.at += 1;
      return !(await this.term());
    }
    if (first === "(" && second !== undefined) return await this.group();
    if (second !== undefined && third !== undefined && isBinary(second)) return await this.binary();
    const word = this.next();
    if (!/^-.$/.test(word) || second === undefined) return word !== "";
    if (!UNARY.test(word)) throw new TestError(`${quote(word)}: unary operator expected`);
    return await this.unary(word, this.next());
  }

  /** What stands in parentheses: up to four words are told apart by their number here, too. */
  private async group(): Promise<boolean> {
    this.at += 1;
    const length = this.words.slice(this.at, this.at + 4).indexOf(")");
    const value = length > 0 ? await this.some(length) : await this.or();
    const end = this.words[this.at];
    if (end === undefined) throw new TestError("')' expected");
    if (end !== ")") throw new TestError(`')' expected, found ${end}`);
    this.at += 1;
    return value;
  }

  private async unary(operator: string, operand: string): Promise<boolean> {
    if (operator === "-n") return operand !== "";
    if (operator === "-z") return operand === "";
    if (operator === "-t") return this.process.isatty(Number(integer(operand)));
    return await fileTest(this.process, operator, operand);
  }

  private async binary(): Promise<boolean> {
    const [left, operator, right] = [this.next(), this.next(), this.next()];
    if (NUMBERS.test(operator)) return numberComparison(operator, integer(left), integer(right));
    if (FILES.test(operator)) return await fileComparison(this.process, operator, left, right);
    return (left === right) === (operator !== "!=");
  }
}

function isBinary(word: string): boolean {
  return NUMBERS.test(word) || FILES.test(word) || STRINGS.test(word);
}

function integer(text: string): bigint {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new TestError(`invalid integer ${quote(text)}`);
  return BigInt(text.trim().replace(/^\+/, ""));
}
