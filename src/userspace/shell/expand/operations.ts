/** What ${name#pattern}, ${name/pattern/text}, ${name:offset:length}, ${name^^} and ${name@Q} make of a value. */
import type { ParameterOperation, Word } from "unbash";
import { AssociativeArray, IndexedArray } from "../arrays.ts";
import { evaluateExpression } from "../assign.ts";
import { attributeLetters, describeVariable, quoteKey } from "../describe.ts";
import { unescapeAnsi } from "../escapes.ts";
import { toLower, toUpper } from "../letters.ts";
import { doubleQuote, singleQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { EvaluationError, ExpansionError } from "../unwind.ts";
import { codePoints } from "./characters.ts";
import type { Expander } from "./expander.ts";
import type { Target } from "./parameter.ts";

export type Operation = ParameterOperation;

/** The result of an operation on each value of the target. */
export async function operate(shell: Shell, expander: Expander, target: Target, operation: Operation, text: string): Promise<Target> {
  switch (operation.type) {
    case "Remove": {
      const pattern = await expander.toPattern(shell, operation.operand);
      return mapValues(target, (value) => remove(shell, value, operation.operator, pattern));
    }
    case "Replace":
      return await replace(shell, expander, target, operation);
    case "Slice":
      return await slice(shell, expander, target, operation, text);
    case "CaseModification": {
      const pattern = operation.operand === undefined ? "?" : (await expander.toPattern(shell, operation.operand)) || "?";
      return mapValues(target, (value) => changeCase(shell, value, operation.operator, pattern));
    }
    case "Unknown":
      if (operation.operator === "~" || operation.operator === "~~") return toggleCase(target, operation.operator === "~~");
      throw new ExpansionError(`${text}: bad substitution`);
    case "Transform":
      return await transform(shell, expander, target, await expander.toText(shell, operation.operand), text);
    default:
      throw new ExpansionError(`${text}: bad substitution`);
  }
}

function mapValues(target: Target, change: (value: string) => string): Target {
  if (target.kind === "list") return { ...target, values: target.values.map(change) };
  return { ...target, value: target.value === undefined ? undefined : change(target.value) };
}

function remove(shell: Shell, value: string, operator: "#" | "##" | "%" | "%%", pattern: string): string {
  const { matcher } = shell.compiled;
  const options = shell.patternOptions();
  if (operator.startsWith("#")) {
    const length = matcher.prefix(value, pattern, options, operator === "##");
    return length < 0 ? value : value.slice(length);
  }
  const start = matcher.suffix(value, pattern, options, operator === "%%");
  return start < 0 ? value : value.slice(0, start);
}

async function replace(shell: Shell, expander: Expander, target: Target, operation: Operation & { type: "Replace" }): Promise<Target> {
  const { matcher } = shell.compiled;
  const options = shell.patternOptions();
  const pattern = await expander.toPattern(shell, operation.pattern);
  const template = await expander.toEscaped(shell, operation.replacement, (quoted) => quoted.replace(/[&\\]/g, "\\$&"));
  const fill = replacer(template, shell.options.shopt("patsub_replacement"));
  return mapValues(target, (value) => {
    switch (operation.operator) {
      case "/#": {
        const length = pattern === "" ? 0 : matcher.prefix(value, pattern, options, true);
        return length < 0 ? value : fill(value.slice(0, length)) + value.slice(length);
      }
      case "/%": {
        const start = pattern === "" ? value.length : matcher.suffix(value, pattern, options, true);
        return start < 0 ? value : value.slice(0, start) + fill(value.slice(start));
      }
      default:
        return matcher.replace(value, pattern, options, operation.operator === "//", fill);
    }
  });
}

/** The replacement text; an unquoted & in it stands for what was matched. */
function replacer(template: string, ampersand: boolean): (matched: string) => string {
  if (!/[&\\]/.test(template)) return () => template;
  if (!ampersand) return () => template.replace(/\\([&\\])/g, "$1");
  return (matched) =>
    template.replace(/\\([&\\])|&/g, (found, escaped: string | undefined) => escaped ?? (found === "&" ? matched : found));
}

async function slice(
  shell: Shell,
  expander: Expander,
  target: Target,
  operation: Operation & { type: "Slice" },
  text: string,
): Promise<Target> {
  if (operation.offset.text === "" && operation.length === undefined) throw new ExpansionError(`${text}: bad substitution`);
  const subscript = target.kind === "list" ? (isPositional(target) ? null : target.star ? "*" : "@") : target.subscript;
  const label = subscript === null ? target.name : `${target.name}[${subscript}]`;
  const offset = await number(shell, expander, operation.offset, label);
  const length = operation.length === undefined ? null : await number(shell, expander, operation.length, label);
  if (target.kind === "list") return sliceList(shell, target, offset, length, operation.length?.text ?? "");
  const characters = codePoints(target.value ?? "");
  const start = offset < 0 ? characters.length + offset : offset;
  if (start < 0 || start > characters.length) return { ...target, value: "" };
  const end = length === null ? characters.length : length < 0 ? characters.length + length : start + length;
  if (end < start) throw new ExpansionError(`${operation.length?.text ?? ""}: substring expression < 0`);
  return { ...target, value: characters.slice(start, end) };
}

async function number(shell: Shell, expander: Expander, word: Word, name: string): Promise<number> {
  try {
    return Number(evaluateExpression(shell, await expander.toText(shell, word)));
  } catch (error) {
    throw error instanceof EvaluationError ? new EvaluationError(`${name}: ${error.message}`, false) : error;
  }
}

/** ${@:offset:length} counts $0 as number 0; ${array[@]:offset} begins at that index. */
function sliceList(shell: Shell, target: Target & { kind: "list" }, offset: number, length: number | null, text: string): Target {
  if (length !== null && length < 0) throw new ExpansionError(`${text}: substring expression < 0`);
  const positional = target.name === "@" || target.name === "*";
  const values = positional ? [shell.name, ...target.values] : target.values;
  let from = offset < 0 ? values.length + offset : offset;
  const array = positional ? undefined : shell.variables.value(target.name);
  if (array instanceof IndexedArray) {
    const start = offset < 0 ? array.end + offset : offset;
    const found = array.indices().findIndex((index) => index >= start);
    from = start < 0 ? -1 : found < 0 ? values.length : found;
  } else if (array instanceof AssociativeArray && offset > 0) {
    from = offset - 1;
  }
  if (from < 0) return { ...target, values: [] };
  return { ...target, values: values.slice(from, length === null ? undefined : from + length) };
}

function changeCase(shell: Shell, value: string, operator: "^" | "^^" | "," | ",,", pattern: string): string {
  const options = shell.patternOptions();
  const change = (char: string): string => {
    if (!shell.compiled.matcher.matches(char, pattern, options)) return char;
    return operator.startsWith("^") ? toUpper(char) : toLower(char);
  };
  if (operator.length === 2) return Array.from(value, change).join("");
  const [first = ""] = Array.from(value);
  return change(first) + value.slice(first.length);
}

/** ${name~} and ${name~~} turn upper case into lower and the other way round. */
function toggleCase(target: Target, all: boolean): Target {
  const toggle = (char: string): string => (char === toLower(char) ? toUpper(char) : toLower(char));
  return mapValues(target, (value) => Array.from(value, (char, i) => (all || i === 0 ? toggle(char) : char)).join(""));
}

async function transform(shell: Shell, expander: Expander, target: Target, letter: string, text: string): Promise<Target> {
  switch (letter) {
    case "Q":
      return mapValues(target, singleQuote);
    case "U":
      return mapValues(target, toUpper);
    case "u":
      return mapValues(target, (value) => changeCase(shell, value, "^", "?"));
    case "L":
      return mapValues(target, toLower);
    case "E":
      return mapValues(target, unescapeAnsi);
    case "P":
      return await mapPrompts(shell, expander, target);
    case "a":
      return attributes(shell, target);
    case "A":
      return { kind: "scalar", name: target.name, subscript: null, value: asStatement(shell, target) };
    case "K":
    case "k":
      return pairs(shell, target, letter);
    default:
      throw new ExpansionError(`${text}: bad substitution`, true);
  }
}

async function mapPrompts(shell: Shell, expander: Expander, target: Target): Promise<Target> {
  if (target.kind === "scalar")
    return { ...target, value: target.value === undefined ? undefined : await expander.toPrompt(shell, target.value) };
  const values: string[] = [];
  for (const value of target.values) values.push(await expander.toPrompt(shell, value));
  return { ...target, values };
}

/** ${x@a}: of a list once for each element. */
function attributes(shell: Shell, target: Target): Target {
  const letters = isPositional(target) ? "" : attributeLetters(shell, target.name);
  return mapValues(target.kind === "scalar" ? { ...target, value: "" } : target, () => letters);
}

function isPositional(target: Target): boolean {
  return target.name === "@" || target.name === "*" || /^\d+$/.test(target.name);
}

/** ${x@A}: a statement that would give the variable this value; nothing for one that is not set. */
function asStatement(shell: Shell, target: Target): string {
  if (target.kind === "list") {
    if (isPositional(target)) return target.values.length === 0 ? "" : `set -- ${target.values.map(singleQuote).join(" ")}`;
    return describeVariable(shell, target.name) ?? "";
  }
  if (target.value === undefined) return "";
  const letters = attributeLetters(shell, target.name);
  return `${letters === "" ? "" : `declare -${letters} `}${target.name}=${singleQuote(target.value ?? "")}`;
}

function pairs(shell: Shell, target: Target, letter: string): Target {
  if (target.kind !== "list" || isPositional(target)) return mapValues(target, singleQuote);
  const values = target.keys.flatMap((key, i) => [key, target.values[i] ?? ""]);
  if (letter === "k") return { ...target, values };
  const associative = shell.variables.value(target.name) instanceof AssociativeArray;
  const shown = target.keys.map((key, i) => `${associative ? quoteKey(key) : key} ${doubleQuote(target.values[i] ?? "")}`);
  const text = associative ? shown.map((pair) => `${pair} `).join("") : shown.join(" ");
  return { kind: "scalar", name: target.name, subscript: null, value: text };
}
