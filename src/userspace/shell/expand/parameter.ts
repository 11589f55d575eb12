/** Parameter expansion: which value a parameter has, and what `${...}` makes of it. */
import { AssociativeArray, IndexedArray } from "../arrays.ts";
import { assignElement, assignText, elementIndex, evaluateExpression } from "../assign.ts";
import type { Shell } from "../shell.ts";
import { ExpansionError } from "../unwind.ts";
import { isName } from "../variables.ts";
import type { Builder } from "./builder.ts";
import { codePoints } from "./characters.ts";
import type { Expander, Pending } from "./expander.ts";
import { type Operation, operate } from "./operations.ts";
import type { Parameter } from "./plan.ts";

/** What a parameter stands for. A list is `$@`, `$*` or all elements of an array; `star` ones are joined in quotes. */
export type Target =
  | { readonly kind: "scalar"; readonly name: string; readonly subscript: string | null; readonly value: string | undefined }
  | {
      readonly kind: "list";
      readonly name: string;
      readonly star: boolean;
      readonly values: readonly string[];
      readonly keys: readonly string[];
    };

export function expandParameter(shell: Shell, expander: Expander, builder: Builder, parameter: Parameter, quoted: boolean): Pending {
  if (parameter.prefix === undefined && parameter.operation === undefined && parameter.index === undefined) {
    const target = targetOf(shell, parameter.name, null);
    if (target.kind === "scalar" && target.value === undefined) checkSet(shell, target, parameter);
    emit(shell, builder, target, quoted);
    return undefined;
  }
  return expandFully(shell, expander, builder, parameter, quoted);
}

async function expandFully(shell: Shell, expander: Expander, builder: Builder, parameter: Parameter, quoted: boolean): Promise<void> {
  const { prefix, operation } = parameter;
  const subscript = parameter.index === undefined ? null : await subscriptOf(shell, expander, parameter);
  if (operation?.type === "Names") return emitNames(shell, builder, parameter.name, operation.operator === "*", quoted);
  if (prefix === "#") return builder.expanded(String(lengthOf(shell, targetOf(shell, parameter.name, subscript), parameter)), quoted);
  let target: Target;
  if (prefix === "!") {
    const indirect = indirection(shell, parameter, subscript);
    if (indirect === null) return emitKeys(shell, builder, targetOf(shell, parameter.name, subscript), quoted);
    target = indirect;
  } else {
    target = targetOf(shell, parameter.name, subscript);
  }
  if (operation === undefined) {
    if (target.kind === "scalar" && target.value === undefined) checkSet(shell, target, parameter);
    return emit(shell, builder, target, quoted);
  }
  if (operation.type === "Default") return await expandDefault(shell, expander, builder, target, parameter, operation, quoted);
  if (target.kind === "scalar" && target.value === undefined) checkSet(shell, target, parameter);
  const changed = await operate(shell, expander, target, operation, parameter.text);
  emit(shell, builder, changed.kind === "list" && builder.assigns ? { ...changed, star: true } : changed, quoted);
}

/** The subscript's text. Of an associative array it is a word, of others an expression. */
async function subscriptOf(shell: Shell, expander: Expander, parameter: Parameter): Promise<string> {
  return parameter.index === undefined ? "" : await expander.toText(shell, parameter.index);
}

/** The value of `name`, or of its element. */
export function targetOf(shell: Shell, name: string, subscript: string | null): Target {
  if (subscript !== null) return elementOf(shell, name, subscript);
  if (name === "@" || name === "*") return { kind: "list", name, star: name === "*", values: shell.positional, keys: [] };
  return { kind: "scalar", name, subscript: null, value: isName(name) ? scalarText(shell, name) : specialText(shell, name) };
}

function scalarText(shell: Shell, name: string): string | undefined {
  const value = shell.variables.value(name);
  if (value === undefined || typeof value === "string") return value;
  return value instanceof IndexedArray ? value.get(0) : value.get("0");
}

function elementOf(shell: Shell, name: string, subscript: string): Target {
  const value = shell.variables.value(name);
  if (subscript === "@" || subscript === "*") {
    const values = value === undefined ? [] : typeof value === "string" ? [value] : value.values();
    const keys = value === undefined ? [] : typeof value === "string" ? ["0"] : value.keys();
    return { kind: "list", name, star: subscript === "*", values, keys };
  }
  if (value instanceof AssociativeArray) return { kind: "scalar", name, subscript, value: value.get(subscript) };
  const array = value instanceof IndexedArray ? value : new IndexedArray(value === undefined ? [] : [value]);
  const index = Number(evaluateExpression(shell, subscript));
  if (index < 0 && array.end + index < 0) {
    shell.warnings.push(`${name}: bad array subscript`);
    return { kind: "scalar", name, subscript, value: undefined };
  }
  return { kind: "scalar", name, subscript, value: array.get(elementIndex(shell, name, array, String(index))) };
}

function specialText(shell: Shell, name: string): string | undefined {
  switch (name) {
    case "?":
      return String(shell.status);
    case "#":
      return String(shell.positional.length);
    case "$":
      return String(shell.pid);
    case "!":
      return shell.lastBackground === null ? undefined : String(shell.lastBackground);
    case "-":
      return shell.options.letters(shell.interactive !== null) + shell.startLetter;
    case "0":
      return shell.name;
    default:
      if (!/^\d+$/.test(name)) throw new ExpansionError(`\${${name}}: bad substitution`);
      return shell.positional[Number(name) - 1];
  }
}

/** set -u: an unset parameter ends the shell. */
function checkSet(shell: Shell, target: Target & { kind: "scalar" }, parameter: Parameter): void {
  if (!shell.options.nounset) return;
  const subscript = target.subscript === null ? "" : `[${target.subscript}]`;
  const dollar = /^[\d!]/.test(parameter.name) && !parameter.text.startsWith("${") ? "$" : "";
  throw new ExpansionError(`${dollar}${target.name}${subscript}: unbound variable`, true);
}

/** Adds a parameter's value to the word. */
export function emit(shell: Shell, builder: Builder, target: Target, quoted: boolean): void {
  if (target.kind === "scalar") {
    if (target.value !== undefined || quoted) builder.expanded(target.value ?? "", quoted);
    return;
  }
  const { values, star } = target;
  if ((quoted && star) || !builder.splits) {
    const separator = star ? joiner(shell) : " ";
    builder.expanded(values.join(separator), quoted);
    return;
  }
  for (let i = 0; i < values.length; i++) {
    if (i > 0) builder.breakField(shell.ifs);
    builder.expanded(values[i] as string, quoted);
  }
}

/** What "$*" puts between its parts: the first character of IFS. */
function joiner(shell: Shell): string {
  return shell.ifs.slice(0, 1);
}

function emitNames(shell: Shell, builder: Builder, prefix: string, star: boolean, quoted: boolean): void {
  const values = shell.variables.names().filter((name) => name.startsWith(prefix) && shell.variables.value(name) !== undefined);
  emit(shell, builder, { kind: "list", name: prefix, star, values, keys: [] }, quoted);
}

function emitKeys(shell: Shell, builder: Builder, target: Target, quoted: boolean): void {
  if (target.kind === "list") emit(shell, builder, { ...target, values: target.keys }, quoted);
}

/** ${!name}: the parameter that the value of `name` names. Null for ${!name[@]}, which means the keys. */
function indirection(shell: Shell, parameter: Parameter, subscript: string | null): Target | null {
  if (subscript === "@" || subscript === "*") return null;
  const variable = isName(parameter.name) ? shell.variables.find(parameter.name) : undefined;
  if (variable?.nameref === true && subscript === null) {
    return {
      kind: "scalar",
      name: parameter.name,
      subscript: null,
      value: typeof variable.value === "string" ? variable.value : undefined,
    };
  }
  const pointer = targetOf(shell, parameter.name, subscript);
  const name = pointer.kind === "scalar" ? pointer.value : pointer.values.join(" ");
  if (name === undefined) throw new ExpansionError(`${parameter.name}: invalid indirect expansion`);
  const found = /^([A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[(.*)\])?$/s.exec(name);
  if (found === null) throw new ExpansionError(`${name}: invalid variable name`);
  return targetOf(shell, found[1] as string, found[2] ?? null);
}

function lengthOf(shell: Shell, target: Target, parameter: Parameter): number {
  if (target.kind === "list") {
    const unset = isName(target.name) && shell.options.nounset && shell.variables.value(target.name) === undefined;
    if (unset) throw new ExpansionError(`${target.name}: unbound variable`);
    return target.values.length;
  }
  if (target.value === undefined) checkSet(shell, target, parameter);
  return codePoints(target.value ?? "").length;
}

async function expandDefault(
  shell: Shell,
  expander: Expander,
  builder: Builder,
  target: Target,
  parameter: Parameter,
  operation: Operation & { type: "Default" },
  quoted: boolean,
): Promise<void> {
  const { operator, operand } = operation;
  const absent = isAbsent(target, operator.startsWith(":"));
  const pieces = quoted ? shell.compiled.plans.quotedOperand(operand) : shell.compiled.plans.word(operand);
  const useOperand = async (): Promise<void> => {
    if (quoted) builder.append("", true);
    const pending = expander.addPieces(shell, builder, pieces, !quoted);
    if (pending !== undefined) await pending;
  };
  switch (operator.at(-1)) {
    case "+":
      return absent ? (quoted ? builder.append("", true) : undefined) : await useOperand();
    case "-":
      return absent ? await useOperand() : emit(shell, builder, target, quoted);
    case "=":
      return emit(shell, builder, absent ? await assignDefault(shell, expander, target, operation, quoted) : target, quoted);
    default: {
      if (!absent) return emit(shell, builder, target, quoted);
      const text = await expander.toText(shell, operand);
      const reason = text !== "" ? text : operator === ":?" ? "parameter null or not set" : "parameter not set";
      throw new ExpansionError(`${shownName(parameter)}: ${reason}`, true);
    }
  }
}

/** The parameter as written, with its subscript. */
function shownName({ name, index }: Parameter): string {
  return index === undefined ? name : `${name}[${index.text}]`;
}

function isAbsent(target: Target, emptyToo: boolean): boolean {
  if (target.kind === "scalar") return target.value === undefined || (emptyToo && target.value === "");
  return target.values.length === 0 || (emptyToo && target.values.length === 1 && target.values[0] === "");
}

/** ${name:=operand} */
async function assignDefault(
  shell: Shell,
  expander: Expander,
  target: Target,
  operation: Operation & { type: "Default" },
  quoted: boolean,
): Promise<Target> {
  const value = await expander.toText(shell, operation.operand);
  if (target.kind !== "scalar" || !isName(target.name)) {
    throw new ExpansionError(`$${target.name}: cannot assign in this way`, false);
  }
  if (target.subscript === null) assignText(shell, target.name, value, false);
  else assignElement(shell, target.name, target.subscript, value, false);
  return {
    kind: "scalar",
    name: target.name,
    subscript: target.subscript,
    value: quoted ? value : (targetOf(shell, target.name, target.subscript) as typeof target).value,
  };
}
