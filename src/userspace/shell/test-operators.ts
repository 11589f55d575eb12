/** The operators that `test`, `[` and `[[` share. */
import { fileTest } from "../lib/index.ts";
import { AssociativeArray, IndexedArray } from "./arrays.ts";
import { evaluateExpression } from "./assign.ts";
import { setOptionNames } from "./options.ts";
import type { Shell } from "./shell.ts";

const UNARY: ReadonlySet<string> = new Set("abcdefghknoprstuvwxzGLNORS".split("").map((letter) => `-${letter}`));
const FILE_COMPARISONS: ReadonlySet<string> = new Set(["-nt", "-ot", "-ef"]);
const NUMBER_COMPARISONS: ReadonlySet<string> = new Set(["-eq", "-ne", "-lt", "-le", "-gt", "-ge"]);
const STRING_COMPARISONS: ReadonlySet<string> = new Set(["=", "==", "!=", "<", ">"]);

export function isUnaryTest(operator: string): boolean {
  return UNARY.has(operator);
}

export function isBinaryTest(operator: string): boolean {
  return isNumberTest(operator) || STRING_COMPARISONS.has(operator) || FILE_COMPARISONS.has(operator);
}

export function isNumberTest(operator: string): boolean {
  return NUMBER_COMPARISONS.has(operator);
}

export async function unaryTest(shell: Shell, operator: string, operand: string): Promise<boolean> {
  switch (operator) {
    case "-n":
      return operand !== "";
    case "-z":
      return operand === "";
    case "-t":
      return /^\d+$/.test(operand) && shell.process.isatty(Number(operand));
    case "-v":
      return isSet(shell, operand);
    case "-R":
      return shell.variables.find(operand)?.nameref === true;
    case "-o":
      return setOptionNames().includes(operand) && shell.options.get(operand);
    default:
      return await fileTest(shell.process, operator, operand);
  }
}

function isSet(shell: Shell, operand: string): boolean {
  const found = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(operand);
  if (found === null)
    return /^\d+$/.test(operand) ? shell.positional.length >= Number(operand) : shell.variables.text(operand) !== undefined;
  const [, name = "", subscript = ""] = found;
  const value = shell.variables.value(name);
  if (subscript === "@" || subscript === "*") return typeof value === "object" && value.size > 0;
  if (value instanceof AssociativeArray) return value.get(subscript) !== undefined;
  const index = Number(evaluateExpression(shell, subscript));
  return value instanceof IndexedArray
    ? value.get(index < 0 ? value.end + index : index) !== undefined
    : value !== undefined && index === 0;
}
