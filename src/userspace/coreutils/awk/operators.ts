/** Operators of awk on numbers, the order of values, and what it means to a comparison. */
import { toText } from "./format.ts";
import { toNumber, type Value } from "./value.ts";

export function isComparison(operator: string): boolean {
  return ["<", "<=", "==", "!=", ">", ">="].includes(operator);
}

/** Whether a comparison holds; `order` is below, at or above zero, NaN if there is none. */
export function holds(operator: string, order: number): boolean {
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

export function arithmetic(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    default:
      return left ** right;
  }
}

/** Less than, equal or greater: as numbers if both are or look like numbers, else as text. */
export function compare(a: Value, b: Value, format: string): number {
  if (typeof a !== "string" && typeof b !== "string") {
    const [x, y] = [toNumber(a), toNumber(b)];
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
  }
  const [x, y] = [toText(a, format), toText(b, format)];
  return x < y ? -1 : Number(x > y);
}
