/** Operators of awk on numbers, and what an order means to a comparison. */

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
