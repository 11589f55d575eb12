/** What ${name#pattern}, ${name/pattern/text}, ${name:offset:length}, ${name^^} and ${name@Q} make of a value. */
import type { ParameterOperation, Word } from "unbash";
import { AssociativeArray, IndexedArray } from "../arrays.ts";
import { evaluateExpression } from "../assign.ts";
import { attributeLetters, describeVariable } from "../describe.ts";
import { unescapeAnsi } from "../escapes.ts";
import { singleQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { ExpansionError } from "../unwind.ts";
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
      return await slice(shell, expander, target, operation);
    case "CaseModification": {
      const pattern = operation.operand === undefined ? "?" : (await expander.toPattern(shell, operation.operand)) || "?";
      return mapValues(target, (value) => changeCase(shell, value, operation.operator, pattern));
    }
    case "Unknown":
      if (operation.operator === "~" || operation.operator === "~~") return toggleCase(target, operation.operator === "~~");
      throw new ExpansionError(`${text}: bad substitution`);
    case "Transform":
      return transform(shell, target, await expander.toText(shell, operation.operand), text);
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

async function slice(shell: Shell, expander: Expander, target: Target, operation: Operation & { type: "Slice" }): Promise<Target> {
  const offset = await number(shell, expander, operation.offset);
  const length = operation.length === undefined ? null : await number(shell, expander, operation.length);
  if (target.kind === "list") return sliceList(shell, target, offset, length, operation.length?.text ?? "");
  const characters = codePoints(target.value ?? "");
  const start = offset < 0 ? characters.length + offset : offset;
  if (start < 0 || start > characters.length) return { ...target, value: "" };
  const end = length === null ? characters.length : length < 0 ? characters.length + length : start + length;
  if (end < start) throw new ExpansionError(`${operation.length?.text ?? ""}: substring expression < 0`);
  return { ...target, value: characters.slice(start, end) };
}

async function number(shell: Shell, expander: Expander, word: Word): Promise<number> {
  return Number(evaluateExpression(shell, await expander.toText(shell, word)));
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
    return operator.startsWith("^") ? char.toUpperCase() : char.toLowerCase();
  };
  if (operator.length === 2) return Array.from(value, change).join("");
  const [first = ""] = Array.from(value);
  return change(first) + value.slice(first.length);
}

/** ${name~} and ${name~~} turn upper case into lower and the other way round. */
function toggleCase(target: Target, all: boolean): Target {
  const toggle = (char: string): string => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase());
  return mapValues(target, (value) => Array.from(value, (char, i) => (all || i === 0 ? toggle(char) : char)).join(""));
}

function transform(shell: Shell, target: Target, letter: string, text: string): Target {
  switch (letter) {
    case "Q":
      return mapValues(target, singleQuote);
    case "U":
      return mapValues(target, (value) => value.toUpperCase());
    case "u":
      return mapValues(target, (value) => value.slice(0, 1).toUpperCase() + value.slice(1));
    case "L":
      return mapValues(target, (value) => value.toLowerCase());
    case "E":
      return mapValues(target, unescapeAnsi);
    case "P":
      return target;
    case "a":
      return { kind: "scalar", name: target.name, subscript: null, value: attributeLetters(shell, target.name) };
    case "A":
      return { kind: "scalar", name: target.name, subscript: null, value: asStatement(shell, target) };
    case "K":
    case "k":
      return pairs(target, letter);
    default:
      throw new ExpansionError(`${text}: bad substitution`);
  }
}

/** ${x@A}: a statement that would give the variable this value. */
function asStatement(shell: Shell, target: Target): string {
  if (target.kind === "list") return describeVariable(shell, target.name) ?? "";
  const letters = attributeLetters(shell, target.name);
  return `${letters === "" ? "" : `declare -${letters} `}${target.name}=${singleQuote(target.value ?? "")}`;
}

function pairs(target: Target, letter: string): Target {
  if (target.kind !== "list") return mapValues(target, singleQuote);
  const values = target.keys.flatMap((key, i) => [key, target.values[i] ?? ""]);
  if (letter === "k") return { ...target, values };
  const text = target.keys.map((key, i) => `${key} "${(target.values[i] ?? "").replace(/[$`"\\]/g, "\\$&")}"`).join(" ");
  return { kind: "scalar", name: target.name, subscript: null, value: text };
}
