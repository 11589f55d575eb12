/** expr(1): operators of strings and of numbers of any size. */

import { quote } from "./quote.ts";
import { compileRegex } from "./regex.ts";
import { type Utility, utility } from "./utility.ts";

const [NULL_RESULT, EXPR_INVALID] = [1, 2];

/** Operators by how strongly they bind, weakest first. */
const LEVELS: readonly (readonly string[])[] = [["|"], ["&"], ["<", "<=", "=", "==", "!=", ">=", ">"], ["+", "-"], ["*", "/", "%"], [":"]];

const manual = {
  usage: "EXPRESSION",
  short: "",
  stopAtOperand: true,
  trouble: EXPR_INVALID,
  modernise: (words: readonly string[]) => hidden(words),
};

/** Only a lone --help or --version is an option. */
function hidden(words: readonly string[]): readonly string[] {
  return words.length === 1 && (words[0] === "--help" || words[0] === "--version") ? words : words[0] === "--" ? words : ["--", ...words];
}

export const expr = utility(manual, async (util) => {
  if (util.operands.length === 0) await util.misused("missing operand");
  const parser = new ExprParser(util);
  const value = await parser.level(0);
  const rest = parser.rest();
  if (rest !== undefined) await util.die(`syntax error: unexpected argument ${quote(rest)}`);
  await util.out(`${value}\n`);
  if (isNull(value)) util.status = NULL_RESULT;
});

function isNull(value: string): boolean {
  return value === "" || /^-?0+$/.test(value);
}

class ExprParser {
  private readonly util: Utility;
  private readonly words: readonly string[];
  private at = 0;

  constructor(util: Utility) {
    this.util = util;
    this.words = util.operands;
  }

  rest(): string | undefined {
    return this.words[this.at];
  }

  async level(index: number): Promise<string> {
    const operators = LEVELS[index];
    if (operators === undefined) return await this.primary();
    let left = await this.level(index + 1);
    for (;;) {
      const operator = this.words[this.at];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.at++;
      left = await this.apply(operator, left, await this.level(index + 1));
    }
  }

  private async argument(): Promise<string> {
    const word = this.words[this.at++];
    return word === undefined ? await this.util.die(`syntax error: missing argument after ${quote(this.words.at(-1) ?? "")}`) : word;
  }

  private async primary(): Promise<string> {
    const word = await this.argument();
    switch (word) {
      case "(": {
        const value = await this.level(0);
        const close = this.words[this.at++];
        if (close === undefined) await this.util.die(`syntax error: expecting ')' after ${quote(this.words.at(-1) ?? "")}`);
        if (close !== ")") await this.util.die(`syntax error: expecting ')' instead of ${quote(close ?? "")}`);
        return value;
      }
      case ")":
        return await this.util.die("syntax error: unexpected ')'");
      case "+":
        return await this.argument();
      case "length":
        return String(Array.from(await this.level(LEVELS.length)).length);
      case "match": {
        const text = await this.level(LEVELS.length);
        return await this.match(text, await this.level(LEVELS.length));
      }
      case "index": {
        const text = Array.from(await this.level(LEVELS.length));
        const set = await this.level(LEVELS.length);
        return String(text.findIndex((char) => set.includes(char)) + 1);
      }
      case "substr": {
        const text = Array.from(await this.level(LEVELS.length));
        const [from, count] = [Number(await this.level(LEVELS.length)), Number(await this.level(LEVELS.length))];
        return from > 0 && count > 0 ? text.slice(from - 1, from - 1 + count).join("") : "";
      }
      default:
        return word;
    }
  }

  private async apply(operator: string, left: string, right: string): Promise<string> {
    switch (operator) {
      case "|":
        return isNull(left) ? (isNull(right) ? "0" : right) : left;
      case "&":
        return isNull(left) || isNull(right) ? "0" : left;
      case ":":
        return await this.match(left, right);
      case "+":
      case "-":
      case "*":
      case "/":
      case "%":
        return await this.calculate(operator, left, right);
      default:
        return ordered(operator, left, right) ? "1" : "0";
    }
  }

  private async calculate(operator: string, left: string, right: string): Promise<string> {
    if (!/^-?\d+$/.test(left) || !/^-?\d+$/.test(right)) return await this.util.die("non-integer argument");
    const [a, b] = [BigInt(left), BigInt(right)];
    if ((operator === "/" || operator === "%") && b === 0n) return await this.util.die("division by zero");
    const result = operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : operator === "/" ? a / b : a % b;
    return String(result);
  }

  private async match(text: string, pattern: string): Promise<string> {
    const regex = compileRegex(pattern, { extended: false });
    if (typeof regex === "string") return await this.util.die(regex);
    const found = new RegExp(`^(?:${regex.source})`).exec(text);
    const grouped = /\\\(/.test(pattern);
    if (found === null) return grouped ? "" : "0";
    return grouped ? (found[1] ?? "") : String(Array.from(found[0]).length);
  }
}

function ordered(operator: string, left: string, right: string): boolean {
  const numbers = /^-?\d+$/.test(left) && /^-?\d+$/.test(right);
  const order = numbers ? Number(BigInt(left) - BigInt(right)) : left < right ? -1 : Number(left > right);
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "!=":
      return order !== 0;
    case ">=":
      return order >= 0;
    case ">":
      return order > 0;
    default:
      return order === 0;
  }
}
