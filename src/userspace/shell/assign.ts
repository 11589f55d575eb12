/**
 * Assigning to variables and array elements, and arithmetic on them: an expression assigns, and an integer variable evaluates
 * what is assigned to it.
 */
import type { ArithmeticVariables } from "./arith/evaluate.ts";
import { ArithmeticError } from "./arith/syntax.ts";
import { AssociativeArray, IndexedArray } from "./arrays.ts";
import { tooBig } from "./expand/builder.ts";
import { capitalized, toLower, toUpper } from "./letters.ts";
import { MAX_VALUE } from "./limits.ts";
import type { Shell } from "./shell.ts";
import { EvaluationError, ExpansionError } from "./unwind.ts";
import type { SeenVariable, Variable } from "./variables.ts";

/** name=text, name+=text. */
export function assignText(shell: Shell, name: string, text: string, append: boolean): void {
  const target = shell.variables.resolve(name);
  const bracket = target.indexOf("[");
  if (bracket > 0) {
    assignElement(shell, target.slice(0, bracket), target.slice(bracket + 1, -1), text, append);
    return;
  }
  const existing = shell.variables.find(target);
  const value = existing === undefined && !append ? text : attributed(shell, existing, shell.variables.text(target) ?? "", text, append);
  shell.variables.setText(target, value);
  if (shell.options.get("allexport")) shell.variables.writable(target).exported = true;
  afterChange(shell, target);
}

/** What a new value of some variables brings with it: PATH forgets where commands were, GLOBIGNORE switches dotglob on, and off when it is unset. */
export function afterChange(shell: Shell, name: string): void {
  if (name === "PATH") shell.hash.clear();
  if (name !== "GLOBIGNORE") return;
  const text = shell.variables.text(name);
  if (text !== "") shell.options.setShopt("dotglob", text !== undefined);
}

/** name[subscript]=text. The subscript has been expanded; for an indexed array it is an expression. */
export function assignElement(shell: Shell, name: string, subscript: string, text: string, append: boolean): void {
  if (shell.variables.setDynamicElement(name, subscript, text)) return;
  const variable = shell.variables.writable(shell.variables.resolve(name));
  const array = arrayOf(variable);
  if (array instanceof AssociativeArray) {
    if (subscript === "") throw new ExpansionError(`${name}[]: bad array subscript`);
    array.set(subscript, attributed(shell, variable, array.get(subscript) ?? "", text, append));
    return;
  }
  const index = elementIndex(shell, name, array, subscript);
  array.set(index, attributed(shell, variable, array.get(index) ?? "", text, append));
}

/** The index that a subscript means; negative ones count from the end. Throws for one before the beginning. */
export function elementIndex(shell: Shell, name: string, array: IndexedArray, subscript: string): number {
  const index = Number(evaluateExpression(shell, subscript));
  const counted = index < 0 ? array.end + index : index;
  if (counted < 0) throw new ExpansionError(`${name}[${subscript}]: bad array subscript`);
  return counted;
}

/** The variable's array; a scalar becomes element 0 of a new one. */
export function arrayOf(variable: Variable): IndexedArray | AssociativeArray {
  const { value } = variable;
  if (typeof value === "object") return value;
  const array = new IndexedArray(value === undefined ? [] : [value]);
  variable.value = array;
  return array;
}

/** What is stored for `text`: integers are evaluated, letters changed, += adds to what was there. */
export function attributed(shell: Shell, variable: SeenVariable | undefined, before: string, text: string, append: boolean): string {
  if (variable?.integer === true) {
    const value = evaluateExpression(shell, text === "" ? "0" : text, true);
    return String(append ? BigInt.asIntN(64, evaluateExpression(shell, before === "" ? "0" : before, true) + value) : value);
  }
  const value = append ? before + text : text;
  if (value.length > MAX_VALUE) throw tooBig();
  switch (variable?.letterCase) {
    case "lower":
      return toLower(value);
    case "upper":
      return toUpper(value);
    case "capital":
      return capitalized(value);
    default:
      return value;
  }
}

/** The value of an expression in which everything has been expanded. Throws EvaluationError with bash's message. */
export function evaluateExpression(shell: Shell, expression: string, named = false): bigint {
  try {
    return evaluateRaw(shell, expression);
  } catch (error) {
    if (error instanceof ArithmeticError) throw new EvaluationError(error.message, named);
    throw error;
  }
}

/** The same, but throws ArithmeticError, for callers that name themselves in the message. */
export function evaluateRaw(shell: Shell, expression: string): bigint {
  shell.arithmeticVariables ??= variablesOf(shell);
  return shell.compiled.arithmetic.evaluate(expression, shell.arithmeticVariables);
}

function variablesOf(shell: Shell): ArithmeticVariables {
  return {
    key: (name, subscript) =>
      shell.variables.value(name) instanceof AssociativeArray ? subscript : evaluateRaw(shell, subscript).toString(),
    read: (name, key) => {
      const text = key === null ? shell.variables.text(name) : readElement(shell, name, key);
      if (text === undefined && shell.options.nounset) throw new ExpansionError(`${name}: unbound variable`, true);
      return text;
    },
    write: (name, key, value) => {
      if (key === null) assignText(shell, name, value, false);
      else assignElement(shell, name, key, value, false);
    },
  };
}

/** An array's element at a key or an index. */
function readElement(shell: Shell, name: string, key: string): string | undefined {
  const value = shell.variables.value(name);
  if (value instanceof AssociativeArray) return value.get(key);
  const index = Number(key);
  if (value instanceof IndexedArray) return value.get(index < 0 ? value.end + index : index);
  return index === 0 ? value : undefined;
}
