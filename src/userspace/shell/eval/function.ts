/** Calling functions of the shell. */

import type { ShellFunction } from "../functions.ts";
import { MAX_NESTING } from "../limits.ts";
import type { Shell } from "../shell.ts";
import { beforeCommand, runTrap, type TrapName } from "../traps.ts";
import { Discard, FunctionReturn } from "../unwind.ts";

export async function callFunction(shell: Shell, called: ShellFunction, args: readonly string[]): Promise<number> {
  await enterNesting(shell, called.name, functionLimit(shell));
  const { source, position, line, positional, loops, options, localOptions } = shell;
  shell.localOptions = null;
  const debugging = options.shopt("extdebug");
  shell.calls.push({ kind: "function", name: called.name, source: called.sourceName, line, args: debugging ? args : undefined });
  const hidden = shell.traps.hide(untraced(shell, called));
  shell.variables.pushScope(false);
  shell.positional = args;
  shell.source = called.source;
  shell.loops = 0;
  try {
    if (shell.traps.has("DEBUG") && (await beforeCommand(shell, shell.command))) return 0;
    return await runBody(shell, called);
  } finally {
    if (shell.traps.has("RETURN")) await runTrap(shell, "RETURN");
    shell.traps.restore(hidden);
    if (shell.localOptions !== null) options.restore(shell.localOptions);
    shell.localOptions = localOptions;
    shell.loops = loops;
    shell.source = source;
    shell.at(position);
    shell.line = line;
    shell.positional = positional;
    shell.variables.popScope();
    shell.calls.pop();
    shell.nesting--;
  }
}

/** Traps that do not hold in a function. */
function untraced({ options, traps }: Shell, called: ShellFunction): readonly TrapName[] {
  if (traps.size === 0) return [];
  const traced = called.traced || options.get("functrace");
  return [...(traced ? [] : (["DEBUG", "RETURN"] as const)), ...(options.get("errtrace") ? [] : (["ERR"] as const))];
}

async function runBody(shell: Shell, called: ShellFunction): Promise<number> {
  try {
    const { body } = called;
    return body.type === "CompoundList"
      ? await shell.evaluator.run(shell, body.commands, false)
      : await shell.evaluator.node(shell, body, false);
  } catch (error) {
    if (error instanceof FunctionReturn) return error.status;
    throw error;
  }
}

/** FUNCNEST, if a script has set it lower than what this shell bears. */
function functionLimit(shell: Shell): number {
  const set = Number.parseInt(shell.variables.text("FUNCNEST") ?? "", 10);
  return set > 0 ? Math.min(set, MAX_NESTING) : MAX_NESTING;
}

/** Counts one more function, `eval` or sourced script inside the others. */
export async function enterNesting(shell: Shell, name: string, limit = MAX_NESTING): Promise<void> {
  if (shell.nesting >= limit) {
    await shell.complain(`${name}: maximum function nesting level exceeded (${limit})`);
    throw new Discard(1);
  }
  shell.nesting++;
}
