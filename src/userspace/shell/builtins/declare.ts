/** declare, typeset, local, export, readonly, unset. */
import { AssociativeArray, IndexedArray } from "../arrays.ts";
import { arrayOf, attributed, elementIndex } from "../assign.ts";
import { describeVariable } from "../describe.ts";
import { assignArray } from "../eval/assignment.ts";
import { functionText } from "../print.ts";
import type { Shell } from "../shell.ts";
import { trace, traceAssignment } from "../trace.ts";
import { ExpansionError } from "../unwind.ts";
import { isName, type SeenVariable, type Variable } from "../variables.ts";
import { type BuiltinTable, builtinError, type Invocation, output, USAGE } from "./builtin.ts";
import { type Flags, parseFlags } from "./flags.ts";

const DECLARE_USAGE = "[-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]";
const ARGUMENT = /^([A-Za-z_]\w*)(?:\[(.*?)\])?(?:(\+)?=(.*))?$/s;

/** Where declared variables go. */
type Place = "local" | "global" | "visible";

function inFunction(shell: Shell): boolean {
  return shell.calls.some(({ kind }) => kind === "function");
}

async function declare(shell: Shell, args: readonly string[], invocation: Invocation): Promise<number> {
  const { name } = invocation;
  const flags = await parseFlags(shell, name, args, "aAfFgiIlnprtux", DECLARE_USAGE, true);
  if (flags === null) return USAGE;
  const { given } = flags;
  if (given.has("f") || given.has("F")) return await showFunctions(shell, name, flags);
  if (given.has("p") || flags.rest.length === 0) return await showVariables(shell, name, flags);
  return await declareAll(
    shell,
    flags,
    args,
    invocation,
    inFunction(shell) && !given.has("g") ? "local" : given.has("g") ? "global" : "visible",
  );
}

async function local(shell: Shell, args: readonly string[], invocation: Invocation): Promise<number> {
  if (!inFunction(shell)) return await builtinError(shell, "local", "can only be used in a function");
  const flags = await parseFlags(shell, "local", args, "aAgiIlnprtux", "[option] name[=value] ...", true);
  if (flags === null) return USAGE;
  if (flags.rest.length === 0) return await showLocals(shell);
  return await declareAll(shell, flags, args, invocation, "local");
}

/** `local` alone lists the variables of the running function. */
async function showLocals(shell: Shell): Promise<number> {
  const lines = shell.variables.localNames().map((name) => `${describeVariable(shell, name)}\n`);
  return await output(shell, "local", lines.join(""));
}

async function exportNames(shell: Shell, args: readonly string[], invocation: Invocation): Promise<number> {
  const flags = await parseFlags(shell, "export", args, "fnp", "[-fn] [name[=value] ...] or export -p");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (rest.length === 0) return await showMatching(shell, "export", (variable) => variable.exported);
  if (given.has("f")) return await exportFunctions(shell, rest, !given.has("n"));
  return await declareAll(shell, { rest, given: new Map([[given.has("n") ? "+x" : "x", ""]]) }, args, invocation, "visible");
}

async function exportFunctions(shell: Shell, names: readonly string[], exported: boolean): Promise<number> {
  let status = 0;
  for (const name of names) {
    const called = shell.functions.get(name);
    if (called === undefined) status = await builtinError(shell, "export", `${name}: not a function`);
    else shell.functions.set(name, { ...called, exported });
  }
  return status;
}

async function readonly(shell: Shell, args: readonly string[], invocation: Invocation): Promise<number> {
  const flags = await parseFlags(shell, "readonly", args, "aAfp", "[-aAf] [name[=value] ...] or readonly -p");
  if (flags === null) return USAGE;
  if (flags.rest.length === 0) return await showMatching(shell, "readonly", (variable) => variable.readonly);
  return await declareAll(shell, { rest: flags.rest, given: new Map([...flags.given, ["r", ""]]) }, args, invocation, "visible");
}

async function declareAll(shell: Shell, flags: Flags, args: readonly string[], invocation: Invocation, place: Place): Promise<number> {
  let status = 0;
  const offset = args.length - flags.rest.length;
  for (let i = 0; i < flags.rest.length; i++) {
    const word = flags.rest[i] as string;
    try {
      if (!declareOne(shell, word, flags, place, invocation.arrays.get(offset + i))) {
        status = await builtinError(shell, invocation.name, `\`${word}': not a valid identifier`);
      }
      if (shell.options.xtrace && word.includes("=") && tracesAgain(invocation.name)) await trace(shell, traceAssignment(word));
    } catch (error) {
      if (!(error instanceof ExpansionError) || error.fatal) throw error;
      const own = invocation.name === "declare" || invocation.name === "local" || invocation.name === "typeset";
      status = own ? await builtinError(shell, invocation.name, error.message) : await plainError(shell, error.message);
    }
  }
  return status;
}

/** export and readonly show their assignments once more. */
function tracesAgain(name: string): boolean {
  return name === "export" || name === "readonly";
}

async function plainError(shell: Shell, message: string): Promise<number> {
  await shell.complain(message);
  return 1;
}

/** Declares one name. False if it is none. */
function declareOne(
  shell: Shell,
  word: string,
  flags: Flags,
  place: Place,
  elements: Parameters<typeof assignArray>[3] | undefined,
): boolean {
  const found = ARGUMENT.exec(word);
  if (found === null) return false;
  const { given } = flags;
  const [, name = "", subscript, plus, value] = found;
  const variable = variableIn(shell, name, place, given.has("n") || given.has("+n"));
  const text = value === undefined ? undefined : value;
  if (given.has("n") && text === name) throw new ExpansionError(`${name}: nameref variable self references not allowed`);
  if (variable.readonly && (text !== undefined || given.has("+r"))) throw new ExpansionError(`${name}: readonly variable`);
  setKind(variable, given);
  setAttributes(variable, given);
  if (elements !== undefined) {
    assignArray(shell, name, variable, elements, plus !== undefined);
  } else if (text !== undefined) {
    setValue(shell, variable, name, subscript, text, plus !== undefined);
  }
  if (given.has("r")) variable.readonly = true;
  if (name === "PATH") shell.hash.clear();
  return true;
}

function variableIn(shell: Shell, name: string, place: Place, itself: boolean): Variable {
  const { variables } = shell;
  if (place === "local") {
    const visible = variables.find(name);
    if (visible?.readonly === true && variables.ownLocal(name) === undefined) throw new ExpansionError(`${name}: readonly variable`);
    return variables.local(name);
  }
  const target = itself ? name : variables.resolve(name);
  if (place === "global") return variables.inGlobal(target);
  return variables.changeable(target) ?? variables.inGlobal(target);
}

/** -a and -A: a scalar becomes element 0; the two kinds of array do not change into each other. */
function setKind(variable: Variable, given: ReadonlyMap<string, string>): void {
  const { value } = variable;
  if (given.has("A") && !(value instanceof AssociativeArray)) {
    if (value instanceof IndexedArray) throw new ExpansionError("cannot convert indexed to associative array");
    variable.value = new AssociativeArray(value === undefined ? [] : [["0", value]]);
  } else if (given.has("a") && !(value instanceof IndexedArray)) {
    if (value instanceof AssociativeArray) throw new ExpansionError("cannot convert associative to indexed array");
    arrayOf(variable);
  }
}

function setAttributes(variable: Variable, given: ReadonlyMap<string, string>): void {
  if (given.has("i")) variable.integer = true;
  if (given.has("+i")) variable.integer = false;
  if (given.has("x")) variable.exported = true;
  if (given.has("+x")) variable.exported = false;
  if (given.has("n")) variable.nameref = true;
  if (given.has("+n")) variable.nameref = false;
  if (given.has("l")) variable.letterCase = "lower";
  if (given.has("u")) variable.letterCase = "upper";
  if (given.has("+l") || given.has("+u")) variable.letterCase = null;
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

async function showVariables(shell: Shell, name: string, { given, rest }: Flags): Promise<number> {
  if (rest.length === 0) {
    const wanted = [...given.keys()].filter((letter) => letter !== "p" && letter !== "g");
    return await showMatching(shell, name, (variable) => wanted.every((letter) => matchesLetter(variable, letter)));
  }
  let status = 0;
  for (const word of rest) {
    const text = describeVariable(shell, word);
    if (text === null) status = await builtinError(shell, name, `${word}: not found`);
    else await output(shell, name, `${text}\n`);
  }
  return status;
}

function matchesLetter(variable: SeenVariable, letter: string): boolean {
  switch (letter) {
    case "x":
      return variable.exported;
    case "r":
      return variable.readonly;
    case "i":
      return variable.integer;
    case "n":
      return variable.nameref;
    case "a":
      return variable.value instanceof IndexedArray;
    case "A":
      return variable.value instanceof AssociativeArray;
    default:
      return true;
  }
}

async function showMatching(shell: Shell, by: string, wanted: (variable: SeenVariable) => boolean): Promise<number> {
  const names = shell.variables.names().filter((name) => {
    const variable = shell.variables.find(name);
    return variable !== undefined && wanted(variable);
  });
  return await output(shell, by, names.map((name) => `${describeVariable(shell, name)}\n`).join(""));
}

async function showFunctions(shell: Shell, by: string, { given, rest }: Flags): Promise<number> {
  const all = [...shell.functions.keys()].sort().filter((name) => !given.has("x") || shell.functions.get(name)?.exported === true);
  const names = rest.length > 0 ? rest : all;
  let status = 0;
  for (const name of names) {
    const called = shell.functions.get(name);
    if (called === undefined) status = 1;
    else if (given.has("F")) await output(shell, by, rest.length > 0 ? `${name}\n` : `declare -f ${name}\n`);
    else await output(shell, by, `${functionText(called)}\n${called.exported ? `declare -fx ${name}\n` : ""}`);
  }
  return status;
}

async function unset(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "unset", args, "fvn", "[-f] [-v] [-n] [name ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  let status = 0;
  for (const word of rest) {
    if (given.has("f")) {
      shell.functions.delete(word);
      continue;
    }
    try {
      unsetOne(shell, word, given.has("v"), given.has("n"));
    } catch (error) {
      if (!(error instanceof ExpansionError)) throw error;
      status = await builtinError(shell, "unset", error.message);
    }
  }
  return status;
}

function unsetOne(shell: Shell, word: string, onlyVariable: boolean, itself: boolean): void {
  const { variables } = shell;
  const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(word);
  if (element !== null) {
    unsetElement(shell, element[1] as string, element[2] as string);
    return;
  }
  if (!isName(word)) {
    if (!onlyVariable) {
      shell.functions.delete(word);
      return;
    }
    throw new ExpansionError(`\`${word}': not a valid identifier`);
  }
  const target = itself ? word : variables.resolve(word);
  if (variables.find(target) === undefined && variables.value(target) === undefined) {
    if (!onlyVariable) shell.functions.delete(word);
    return;
  }
  variables.unset(target);
  if (target === "PATH") shell.hash.clear();
}

function unsetElement(shell: Shell, name: string, subscript: string): void {
  const variable = shell.variables.changeable(shell.variables.resolve(name));
  const value = variable?.value;
  if (variable?.readonly === true) throw new ExpansionError(`${name}: cannot unset: readonly variable`);
  if (value instanceof AssociativeArray) value.delete(subscript);
  else if (subscript === "@" || subscript === "*") shell.variables.unset(name);
  else if (value instanceof IndexedArray) value.delete(elementIndex(shell, name, value, subscript));
  else if (value !== undefined) throw new ExpansionError(`${name}: not an array variable`);
}

export const declareBuiltins: BuiltinTable = {
  declare: { run: declare, declares: true },
  typeset: { run: declare, declares: true },
  local: { run: local, declares: true },
  export: { run: exportNames, declares: true },
  readonly: { run: readonly, declares: true },
  unset: { run: unset },
};
