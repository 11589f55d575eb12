/** Variables as `declare -p` shows them. */
import { AssociativeArray, IndexedArray } from "./arrays.ts";
import { doubleQuote } from "./quote.ts";
import type { Shell } from "./shell.ts";
import { type SeenVariable, Variable } from "./variables.ts";

export function attributeLetters(shell: Shell, name: string): string {
  const variable = shell.variables.find(name);
  if (variable !== undefined) return lettersOf(variable);
  const value = shell.variables.value(name);
  const kind = value instanceof IndexedArray ? "a" : value instanceof AssociativeArray ? "A" : "";
  return kind + shell.variables.dynamicLetters(name);
}

function lettersOf(variable: SeenVariable): string {
  const { value } = variable;
  let letters = "";
  if (value instanceof IndexedArray) letters += "a";
  if (value instanceof AssociativeArray) letters += "A";
  if (variable.integer) letters += "i";
  if (variable.nameref) letters += "n";
  if (variable.readonly) letters += "r";
  if (variable.traced) letters += "t";
  if (variable.exported) letters += "x";
  if (variable.letterCase !== null) letters += variable.letterCase.slice(0, 1);
  return letters;
}

/** declare -x name="value"; null if there is no such variable. */
export function describeVariable(shell: Shell, name: string): string | null {
  const variable = shell.variables.find(name) ?? new Variable(shell.variables.value(name));
  if (variable.value === undefined && shell.variables.find(name) === undefined) return null;
  const letters = attributeLetters(shell, name);
  const head = `declare -${letters === "" ? "-" : letters} ${name}`;
  const { value } = variable;
  return value === undefined || (typeof value === "object" && !value.assigned) ? head : `${head}=${describeValue(value)}`;
}

/** The value as it could be assigned. */
export function describeValue(value: string | IndexedArray | AssociativeArray): string {
  if (typeof value === "string") return doubleQuote(value);
  const keys = value.keys();
  const values = value.values();
  const elements = keys.map((key, i) => `[${value instanceof AssociativeArray ? quoteKey(key) : key}]=${doubleQuote(values[i] ?? "")}`);
  return value instanceof AssociativeArray ? `(${elements.map((element) => `${element} `).join("")})` : `(${elements.join(" ")})`;
}

/** A key as it stands in brackets. */
export function quoteKey(key: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(key) && key !== "@" ? key : doubleQuote(key);
}
