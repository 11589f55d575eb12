/** unset: variables, elements, namerefs and functions. */
import { AssociativeArray, IndexedArray } from "../arrays.ts";
import { afterChange, elementIndex } from "../assign.ts";
import { expandEmbedded } from "../expand/word.ts";
import type { Shell } from "../shell.ts";
import { EvaluationError, ExpansionError } from "../unwind.ts";
import { isName } from "../variables.ts";
import { type BuiltinTable, builtinError, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

async function unset(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "unset", args, "fvn", "[-f] [-v] [-n] [name ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (given.has("f") && given.has("v")) return await builtinError(shell, "unset", "cannot simultaneously unset a function and a variable");
  let status = 0;
  for (const word of rest) {
    try {
      if (given.has("f")) unsetFunction(shell, word);
      else await unsetOne(shell, word, given.has("v"), given.has("n"));
    } catch (error) {
      if (!(error instanceof ExpansionError) || error instanceof EvaluationError) throw error;
      status = await builtinError(shell, "unset", error.message);
    }
  }
  return status;
}

function unsetFunction(shell: Shell, name: string): void {
  if (shell.functions.get(name)?.readonly === true) throw new ExpansionError(`${name}: cannot unset: readonly function`);
  shell.functions.delete(name);
}

async function unsetOne(shell: Shell, word: string, onlyVariable: boolean, itself: boolean): Promise<void> {
  const { variables } = shell;
  const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(word);
  if (element !== null) {
    await unsetElement(shell, element[1] as string, element[2] as string);
    return;
  }
  if (!isName(word)) {
    if (onlyVariable) throw new ExpansionError(`\`${word}': not a valid identifier`);
    unsetFunction(shell, word);
    return;
  }
  const target = itself ? word : variables.resolve(word);
  if (variables.find(target) === undefined && variables.value(target) === undefined) {
    if (!onlyVariable) unsetFunction(shell, word);
    return;
  }
  const reference = /^(\w+)\[(.*)\]$/s.exec(target);
  if (reference !== null) await unsetElement(shell, reference[1] as string, reference[2] as string);
  else variables.unset(target, shell.options.shopt("localvar_unset"));
  afterChange(shell, target);
}

async function unsetElement(shell: Shell, name: string, subscript: string): Promise<void> {
  const variable = shell.variables.changeable(shell.variables.resolve(name));
  const value = variable?.value;
  if (variable === undefined || value === undefined) return;
  if (variable.readonly) throw new ExpansionError(`${name}: cannot unset: readonly variable`);
  if (value instanceof AssociativeArray) value.delete(await expandEmbedded(shell, subscript.replace(/^'(.*)'$/s, "$1")));
  else if (value instanceof IndexedArray && /^[@*]$/.test(subscript)) variable.value = new IndexedArray();
  else if (value instanceof IndexedArray) value.delete(elementIndex(shell, "", value, subscript));
  else if (!/^[@*]$/.test(subscript) && elementIndex(shell, name, new IndexedArray([value]), subscript) === 0)
    shell.variables.unset(shell.variables.resolve(name), false);
  else throw new ExpansionError(`${name}: not an array variable`);
}

export const unsetBuiltins: BuiltinTable = { unset: { run: unset } };
