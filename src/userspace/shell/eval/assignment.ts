/** Assignments as commands have them: x=1, x+=1, a[i]=1, a=(x [k]=y). */
import type { ArrayValue, Assignment, Word } from "unbash";
import { AssociativeArray, IndexedArray } from "../arrays.ts";
import { assignElement, assignText, attributed, elementIndex } from "../assign.ts";
import { expandToText, expandWord } from "../expand/word.ts";
import { wordText } from "../print.ts";
import { singleQuote, traceQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { trace } from "../trace.ts";
import { ExpansionError } from "../unwind.ts";
import type { Variable } from "../variables.ts";

/** One element of a compound value. `key` null: the next index. */
export interface ArrayElement {
  readonly key: string | null;
  readonly append: boolean;
  readonly value: string;
}

const KEYED = /^\[((?:[^\]["'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]]*\]|\$\{[^}]*\})*)\](\+?)=/s;
/** Quoted parts, which stay, and characters that would end a word. */
const IN_KEY = /\\.|"(?:[^"\\]|\\.)*"|'[^']*'|\$\([^)]*\)|[\s;|&<>()#]/gs;

/** Expands what stands in the parentheses. For an associative array nothing is split, and without a key in front the words are pairs. */
export async function expandElements(shell: Shell, value: ArrayValue, associative: boolean): Promise<readonly ArrayElement[]> {
  const { plans } = shell.compiled;
  const elements: ArrayElement[] = [];
  const asPairs = associative && !KEYED.test(value.elements[0]?.text ?? "");
  for (const word of value.elements) {
    const keyed = asPairs ? null : KEYED.exec(word.text);
    if (keyed !== null) {
      const key = await expandToText(shell, plans.parseWord((keyed[1] as string).replace(IN_KEY, escapeInKey)));
      const text = word.text.slice(keyed[0].length);
      elements.push({
        key,
        append: keyed[2] === "+",
        value: text === "" ? "" : await expandToText(shell, plans.parseWord(text), "assignment"),
      });
      continue;
    }
    if (associative) {
      elements.push({ key: null, append: false, value: await expandToText(shell, word) });
      continue;
    }
    const fields: string[] = [];
    const pending = expandWord(shell, word, fields);
    if (pending !== undefined) await pending;
    for (const field of fields) elements.push({ key: null, append: false, value: field });
  }
  return elements;
}

/** A subscript is one word, whatever stands in it. */
function escapeInKey(found: string): string {
  return found.length === 1 ? `\\${found}` : found;
}

/** Gives a variable the compound value; its kind decides what keys mean. */
export function assignArray(shell: Shell, name: string, variable: Variable, elements: readonly ArrayElement[], append: boolean): void {
  if (variable.readonly) throw new ExpansionError(`${name}: readonly variable`);
  if (variable.value instanceof AssociativeArray) {
    variable.value = associative(shell, name, variable, elements, append ? variable.value.copy() : new AssociativeArray());
    return;
  }
  const { value } = variable;
  const start = !append || value === undefined ? new IndexedArray() : typeof value === "string" ? new IndexedArray([value]) : value;
  variable.value = indexed(shell, name, variable, elements, start);
}

function indexed(shell: Shell, name: string, variable: Variable, elements: readonly ArrayElement[], array: IndexedArray): IndexedArray {
  let next = array.end;
  for (const { key, append, value } of elements) {
    const index = key === null ? next : elementIndex(shell, name, array, key);
    array.set(index, attributed(shell, variable, array.get(index) ?? "", value, append));
    next = index + 1;
  }
  return array;
}

function associative(
  shell: Shell,
  name: string,
  variable: Variable,
  elements: readonly ArrayElement[],
  array: AssociativeArray,
): AssociativeArray {
  const plain = elements[0]?.key === null;
  for (let i = 0; i < elements.length; i += plain ? 2 : 1) {
    const { key, append, value } = elements[i] as ArrayElement;
    if (!plain && key === null) throw new ExpansionError(`${name}: ${value}: must use subscript when assigning associative array`);
    const at = plain ? value : (key as string);
    const text = plain ? (elements[i + 1]?.value ?? "") : value;
    array.set(at, attributed(shell, variable, array.get(at) ?? "", text, append));
  }
  return array;
}

/** Performs an assignment, and shows it first under `set -x`. */
export async function assign(shell: Shell, assignment: Assignment): Promise<void> {
  const { name, value, append = false, index } = assignment;
  if (value.type === "ArrayValue") {
    const known = shell.variables.find(shell.variables.resolve(name))?.value;
    const elements = await expandElements(shell, value, known instanceof AssociativeArray);
    if (shell.options.xtrace) await trace(shell, wordText(shell.source, assignment));
    const variable = shell.variables.writable(shell.variables.resolve(name));
    assignArray(shell, name, variable, elements, append);
    return;
  }
  const expanded = expandToText(shell, value, "assignment");
  const text = typeof expanded === "string" ? expanded : await expanded;
  if (index === undefined) {
    if (shell.options.xtrace) await trace(shell, `${name}${append ? "+" : ""}=${traceValue(text)}`);
    assignText(shell, name, text, append);
    return;
  }
  const subscript = await subscriptText(shell, index);
  if (shell.options.xtrace) await trace(shell, `${name}[${index.text}]${append ? "+" : ""}=${traceValue(text)}`);
  assignElement(shell, name, subscript, text, append);
}

async function subscriptText(shell: Shell, index: Word): Promise<string> {
  return await expandToText(shell, index);
}

function traceValue(text: string): string {
  return text === "" ? "" : traceQuote(text);
}

/** What `set -x` shows of the compound value of an argument of `declare`: every part quoted. */
export function traceCompound(name: string, elements: readonly ArrayElement[]): string {
  return `${name}=(${elements.map(({ key, value }) => `${key === null ? "" : `[${singleQuote(key)}]=`}${singleQuote(value)}`).join(" ")})`;
}

/** An assignment in front of a command, or an argument of `declare`, as one word. */
export async function assignmentWord(shell: Shell, assignment: Assignment): Promise<string> {
  const { name, value, append = false, index } = assignment;
  const subscript = index === undefined ? "" : `[${await subscriptText(shell, index)}]`;
  const text = value.type === "ArrayValue" ? "()" : await expandToText(shell, value, "assignment");
  return `${name}${subscript}${append ? "+" : ""}=${text}`;
}
