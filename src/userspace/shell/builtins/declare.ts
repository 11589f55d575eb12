/** declare, typeset, local, export, readonly: their options, what they list, and what they hand on. */
import { AssociativeArray, IndexedArray } from "../arrays.ts";
import { describeVariable } from "../describe.ts";
import type { Shell } from "../shell.ts";
import type { SeenVariable } from "../variables.ts";
import { type BuiltinTable, builtinError, type Invocation, output, USAGE } from "./builtin.ts";
import { changeFunctions, showAllFunctions, showFunctions } from "./declare-functions.ts";
import { declareAll, type Place } from "./declare-variables.ts";
import { type Flags, parseFlags } from "./flags.ts";

const DECLARE_USAGE = "[-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]";
const LETTERS = "aAcfFgiIlnprtux";
/** Options that say where or how, and nothing about the variable. */
const MANNER: ReadonlySet<string> = new Set(["p", "g", "I", "f", "F"]);

function inFunction(shell: Shell): boolean {
  return shell.calls.some(({ kind }) => kind === "function");
}

async function declare(shell: Shell, args: readonly string[], invocation: Invocation): Promise<number> {
  const { name } = invocation;
  const flags = await parseFlags(shell, name, args, LETTERS, DECLARE_USAGE, true);
  if (flags === null) return USAGE;
  const { given } = flags;
  const functions = ["f", "F", "+f", "+F"].some((letter) => given.has(letter));
  if (functions) return await declareFunctions(shell, name, flags);
  if (given.has("p") || flags.rest.length === 0) return await showVariables(shell, name, flags);
  const place: Place = given.has("g") ? "global" : inFunction(shell) ? "local" : "visible";
  return await declareAll(shell, flags, args, invocation, place);
}

async function declareFunctions(shell: Shell, name: string, flags: Flags): Promise<number> {
  const { given, rest } = flags;
  const letters = [...given.keys()].filter((letter) => !MANNER.has(letter.replace("+", "")));
  if (rest.length === 0 || (letters.length === 0 && !rest.some((word) => word.includes("="))))
    return await showFunctions(shell, name, flags);
  if (given.has("p")) return await showFunctions(shell, name, flags);
  return await changeFunctions(shell, name, letters, rest);
}

async function local(shell: Shell, args: readonly string[], invocation: Invocation): Promise<number> {
  if (!inFunction(shell)) return await builtinError(shell, "local", "can only be used in a function");
  const flags = await parseFlags(shell, "local", args, LETTERS, "[option] name[=value] ...", true);
  if (flags === null) return USAGE;
  if (flags.rest.length === 0) return await showLocals(shell);
  if (flags.rest.includes("-")) shell.localOptions ??= shell.options.snapshot();
  return await declareAll(shell, flags, args, invocation, "local");
}

/** `local` alone lists the variables of the running function. */
async function showLocals(shell: Shell): Promise<number> {
  const lines = shell.variables.localNames().map((name) => `${describeVariable(shell, name)}\n`);
  return await output(shell, "local", lines.join(""));
}

async function exportNames(shell: Shell, args: readonly string[], invocation: Invocation): Promise<number> {
  const flags = await parseFlags(shell, "export", args, "aAfnp", "[-fn] [name[=value] ...] or export -p");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (rest.length === 0) {
    if (given.has("f")) return await showAllFunctions(shell, "export", (called) => called.exported);
    return await showMatching(shell, "export", (variable) => variable.exported);
  }
  if (given.has("f")) return await changeFunctions(shell, "export", [given.has("n") ? "+x" : "x"], rest);
  return await declareAll(shell, { rest, given: withKind(given, given.has("n") ? "+x" : "x") }, args, invocation, "visible");
}

async function readonly(shell: Shell, args: readonly string[], invocation: Invocation): Promise<number> {
  const flags = await parseFlags(shell, "readonly", args, "aAfp", "[-aAf] [name[=value] ...] or readonly -p");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (rest.length === 0) {
    if (given.has("f")) return await showAllFunctions(shell, "readonly", (called) => called.readonly);
    return await showMatching(
      shell,
      "readonly",
      (variable) => variable.readonly && ["a", "A"].every((letter) => !given.has(letter) || matchesLetter(variable, letter)),
    );
  }
  if (given.has("f")) return await changeFunctions(shell, "readonly", ["r"], rest);
  return await declareAll(shell, { rest, given: withKind(given, "r") }, args, invocation, "visible");
}

/** The attribute, and -a or -A if it was given. */
function withKind(given: ReadonlyMap<string, string>, attribute: string): ReadonlyMap<string, string> {
  return new Map([[attribute, ""], ...[...given].filter(([letter]) => letter === "a" || letter === "A")]);
}

async function showVariables(shell: Shell, name: string, { given, rest }: Flags): Promise<number> {
  if (rest.length === 0) {
    const wanted = [...given.keys()].filter((letter) => !MANNER.has(letter));
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
    case "t":
      return variable.traced;
    case "l":
      return variable.letterCase === "lower";
    case "u":
      return variable.letterCase === "upper";
    case "c":
      return variable.letterCase === "capital";
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
  const posix = shell.options.get("posix") && (by === "export" || by === "readonly");
  const described = (name: string): string => describeVariable(shell, name) ?? "";
  return await output(
    shell,
    by,
    names.map((name) => `${posix ? described(name).replace(/^declare -\S+/, by) : described(name)}\n`).join(""),
  );
}

export const declareBuiltins: BuiltinTable = {
  declare: { run: declare, declares: true },
  typeset: { run: declare, declares: true },
  local: { run: local, declares: true },
  export: { run: exportNames, declares: true },
  readonly: { run: readonly, declares: true },
};
