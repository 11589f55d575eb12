/** Declaring variables: where they go, what they become, and what they get. */
import { AssociativeArray, IndexedArray } from "../arrays.ts";
import { afterChange, arrayOf, attributed, elementIndex } from "../assign.ts";
import { type ArrayElement, assignArray, expandElements } from "../eval/assignment.ts";
import type { Shell } from "../shell.ts";
import { trace, traceAssignment } from "../trace.ts";
import { EvaluationError, ExpansionError } from "../unwind.ts";
import { isName, type SeenVariable, type Variable } from "../variables.ts";
import { builtinError, type Invocation } from "./builtin.ts";
import type { Flags } from "./flags.ts";

const ARGUMENT = /^([A-Za-z_]\w*)(?:\[(.*?)\])?(?:(\+)?=(.*))?$/s;
const REFERENCE = /^[A-Za-z_]\w*(?:\[.*\])?$/s;

/** Where declared variables go. */
export type Place = "local" | "global" | "visible";

type Given = ReadonlyMap<string, string>;

export async function declareAll(
  shell: Shell,
  flags: Flags,
  args: readonly string[],
  invocation: Invocation,
  place: Place,
): Promise<number> {
  let status = 0;
  const offset = args.length - flags.rest.length;
  for (let i = 0; i < flags.rest.length; i++) {
    const word = flags.rest[i] as string;
    if (word === "-" && invocation.name === "local") continue;
    try {
      if (!(await declareOne(shell, word, flags.given, place, invocation.arrays.get(offset + i)))) {
        status = await builtinError(shell, invocation.name, `\`${word}': not a valid identifier`);
      }
      if (shell.options.xtrace && word.includes("=") && tracesAgain(invocation.name)) await trace(shell, traceAssignment(word));
    } catch (error) {
      if (!(error instanceof ExpansionError) || error.fatal || error instanceof EvaluationError) throw error;
      const own = !tracesAgain(invocation.name);
      if (own) await builtinError(shell, invocation.name, error.message);
      else await shell.complain(error.message);
      status = 1;
    }
  }
  return status;
}

/** export and readonly show their assignments once more. */
function tracesAgain(name: string): boolean {
  return name === "export" || name === "readonly";
}

/** Declares one name. False if it is none. */
async function declareOne(
  shell: Shell,
  word: string,
  given: Given,
  place: Place,
  expanded: readonly ArrayElement[] | undefined,
): Promise<boolean> {
  const found = ARGUMENT.exec(word);
  if (found === null) return false;
  const [, name = "", subscript, plus, text] = found;
  if (given.has("n")) checkReference(shell, name, text, place);
  if (given.has("n") && text === "") return false;
  const inherited = inheritedFrom(shell, name, given, place);
  const variable = variableIn(shell, name, place, given.has("n") || given.has("+n"));
  if (inherited !== undefined) variable.become(inherited);
  if (variable.readonly && (text !== undefined || given.has("+r"))) throw new ExpansionError(`${name}: readonly variable`);
  setKind(name, variable, given, subscript);
  setAttributes(variable, given);
  const elements = expanded ?? (await elementsIn(shell, variable, given, text));
  if (elements !== undefined) assignArray(shell, name, variable, elements, plus !== undefined);
  else if (text !== undefined) setValue(shell, variable, name, subscript, text, plus !== undefined);
  if (given.has("r")) variable.readonly = true;
  if (shell.options.get("allexport")) variable.exported = true;
  afterChange(shell, name);
  return true;
}

/** What -n asks of the name that is referred to. */
function checkReference(shell: Shell, name: string, text: string | undefined, place: Place): void {
  if (text === name && place !== "local") throw new ExpansionError(`${name}: nameref variable self references not allowed`);
  if (text === name) shell.warnings.push(`local: warning: ${name}: circular name reference`);
  if (text !== undefined && text !== "" && !REFERENCE.test(text)) {
    throw new ExpansionError(`\`${text}': invalid variable name for name reference`);
  }
  const own = place === "local" ? shell.variables.ownLocal(name) : shell.variables.find(name);
  if (typeof own?.value === "object") throw new ExpansionError(`${name}: reference variable cannot be an array`);
}

/** The variable whose value and attributes a new local one begins with. */
function inheritedFrom({ variables, options }: Shell, name: string, given: Given, place: Place): SeenVariable | undefined {
  if (place !== "local" || !(given.has("I") || options.shopt("localvar_inherit"))) return undefined;
  return variables.ownLocal(name) === undefined ? variables.find(name) : undefined;
}

/** The elements of a text that is a compound value, which only an array takes. */
async function elementsIn(
  shell: Shell,
  { value }: Variable,
  given: Given,
  text: string | undefined,
): Promise<readonly ArrayElement[] | undefined> {
  if (text === undefined || !/^\(.*\)$/s.test(text)) return undefined;
  if (!(given.has("a") || given.has("A") || typeof value === "object")) return undefined;
  const parsed = shell.compiled.plans.parseArray(text);
  return parsed === null ? undefined : await expandElements(shell, parsed, value instanceof AssociativeArray);
}

function variableIn(shell: Shell, name: string, place: Place, itself: boolean): Variable {
  const { variables } = shell;
  if (place === "local") {
    const visible = variables.find(name);
    if (visible?.readonly === true && variables.ownLocal(name) === undefined) throw new ExpansionError(`${name}: readonly variable`);
    const own = variables.ownLocal(name);
    if (own?.nameref === true && !itself) {
      const target = variables.resolve(name);
      if (target !== name && isName(target)) return variables.changeable(target) ?? variables.local(target);
    }
    return variables.local(name);
  }
  const resolved = itself ? name : variables.resolve(name);
  const target = isName(resolved) ? resolved : name;
  if (place === "global") return variables.inGlobal(target);
  return variables.changeable(target) ?? variables.inGlobal(target);
}

/** -a and -A: a scalar becomes element 0; the two kinds of array do not change into each other, nor back. */
function setKind(name: string, variable: Variable, given: Given, subscript: string | undefined): void {
  const { value } = variable;
  if ((given.has("+a") && value instanceof IndexedArray) || (given.has("+A") && value instanceof AssociativeArray)) {
    throw new ExpansionError(`${name}: cannot destroy array variables in this way`);
  }
  if (given.has("A") && !(value instanceof AssociativeArray)) {
    if (value instanceof IndexedArray) throw new ExpansionError(`${name}: cannot convert indexed to associative array`);
    variable.value = value === undefined ? AssociativeArray.declared() : new AssociativeArray([["0", value]]);
  } else if (given.has("a") && !(value instanceof IndexedArray)) {
    if (value instanceof AssociativeArray) {
      if (subscript === undefined) throw new ExpansionError(`${name}: cannot convert associative to indexed array`);
      return;
    }
    variable.value = value === undefined ? IndexedArray.declared() : new IndexedArray([value]);
  }
}

const CASES: readonly (readonly [letter: string, letterCase: "lower" | "upper" | "capital"])[] = [
  ["l", "lower"],
  ["u", "upper"],
  ["c", "capital"],
];

function setAttributes(variable: Variable, given: Given): void {
  for (const [letter, attribute] of [
    ["i", "integer"],
    ["x", "exported"],
    ["n", "nameref"],
    ["t", "traced"],
  ] as const) {
    if (given.has(letter)) variable[attribute] = true;
    if (given.has(`+${letter}`)) variable[attribute] = false;
  }
  const wanted = CASES.filter(([letter]) => given.has(letter));
  // Two of them at once take each other away.
  if (wanted.length > 0) variable.letterCase = wanted.length === 1 ? (wanted[0]?.[1] ?? null) : null;
  if (CASES.some(([letter, letterCase]) => given.has(`+${letter}`) && variable.letterCase === letterCase)) variable.letterCase = null;
}

function setValue(shell: Shell, variable: Variable, name: string, subscript: string | undefined, text: string, append: boolean): void {
  const { value } = variable;
  if (subscript === undefined && typeof value !== "object") {
    variable.value = attributed(shell, variable, value ?? "", text, append);
    return;
  }
  const array = arrayOf(variable);
  if (array instanceof AssociativeArray) {
    const key = subscript ?? "0";
    array.set(key, attributed(shell, variable, array.get(key) ?? "", text, append));
    return;
  }
  const index = subscript === undefined ? 0 : elementIndex(shell, name, array, subscript);
  array.set(index, attributed(shell, variable, array.get(index) ?? "", text, append));
}
