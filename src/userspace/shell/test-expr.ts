/** [[ ... ]]: words are not split, the right side of == is a pattern and that of =~ a regular expression. */

import type { TestBinaryExpression, TestExpression, Word } from "unbash";
import { fileComparison, numberComparison } from "../lib/index.ts";
import { IndexedArray } from "./arrays.ts";
import { evaluateRaw } from "./assign.ts";
import { expandQuoted, expandToPattern, expandToRegex, expandToText } from "./expand/word.ts";
import { testText } from "./print.ts";
import { longestMatch, translateRegex } from "./regex.ts";
import type { Shell } from "./shell.ts";
import { isNumberTest, unaryTest } from "./test-operators.ts";
import { trace } from "./trace.ts";
import { ExpansionError } from "./unwind.ts";

export async function evaluateTest(shell: Shell, expression: TestExpression): Promise<boolean> {
  switch (expression.type) {
    case "TestUnary":
      return await unaryTest(shell, expression.operator, await expandToText(shell, expression.operand));
    case "TestBinary":
      return await binary(shell, expression);
    case "TestNot": {
      const value = await evaluateTest(shell, expression.operand);
      return expression.negations.length % 2 === 1 ? !value : value;
    }
    case "TestGroup":
      return await evaluateTest(shell, expression.expression);
    case "TestLogical": {
      const stop = expression.operator === "||";
      for (const operand of expression.operands) {
        if (shell.options.xtrace) await traceTest(shell, operand);
        if ((await evaluateTest(shell, operand)) === stop) return stop;
      }
      return !stop;
    }
  }
}

async function binary(shell: Shell, expression: TestBinaryExpression): Promise<boolean> {
  const { operator, right } = expression;
  const left = await expandToText(shell, expression.left);
  switch (operator) {
    case "=":
    case "==":
      return await matches(shell, left, right);
    case "!=":
      return !(await matches(shell, left, right));
    case "=~":
      return matchRegex(shell, left, await expandToRegex(shell, right));
    default:
      return await compare(shell, operator, left, await expandToText(shell, right));
  }
}

async function compare(shell: Shell, operator: string, left: string, right: string): Promise<boolean> {
  if (operator === "<") return left < right;
  if (operator === ">") return left > right;
  if (isNumberTest(operator)) return numberComparison(operator, evaluateRaw(shell, left), evaluateRaw(shell, right));
  return await fileComparison(shell.process, operator, left, right);
}

async function matches(shell: Shell, subject: string, word: Word): Promise<boolean> {
  return shell.compiled.matcher.matches(subject, await expandToPattern(shell, word), shell.matchOptions());
}

/** Sets BASH_REMATCH. A wrong expression is neither true nor false: status 2. */
function matchRegex(shell: Shell, subject: string, pattern: string): boolean {
  const regex = translateRegex(pattern, shell.options.shopt("nocasematch"));
  if (regex === null) throw new BadRegex();
  const found = longestMatch(regex, subject);
  shell.variables.writable("BASH_REMATCH").value = new IndexedArray(found === null ? [] : Array.from(found, (group) => group ?? ""));
  return found !== null;
}

/** The status of [[ ]] is then 2. */
export class BadRegex {}

/** Shows the expression for `set -x`, expanded. */
export async function traceTest(shell: Shell, expression: TestExpression): Promise<void> {
  if (expression.type === "TestLogical" || expression.type === "TestGroup") return;
  const shown = new Map<Word, string>();
  const inner = expression.type === "TestNot" ? null : expression;
  if (inner === null) return await trace(shell, `[[ ${testText(expression, ({ text }) => text)} ]]`);
  const words = inner.type === "TestUnary" ? [inner.operand] : [inner.left, inner.right];
  for (const word of words)
    shown.set(word, await shownWord(shell, word, inner.type === "TestBinary" && word === inner.right ? inner.operator : ""));
  await trace(shell, `[[ ${testText(inner, (word) => shown.get(word) ?? word.text)} ]]`);
}

/** `operator`: the one in front of the word. Of a pattern every quoted character is shown with a backslash. */
async function shownWord(shell: Shell, word: Word, operator: string): Promise<string> {
  const pattern = operator === "==" || operator === "!=" || operator === "=" || operator === "=~";
  try {
    const text = pattern
      ? await expandQuoted(shell, word, (quoted) => quoted.replace(/[\s\S]/gu, "\\$&"))
      : await expandToText(shell, word);
    return text === "" ? "''" : text;
  } catch (error) {
    if (error instanceof ExpansionError) return word.text;
    throw error;
  }
}
