/** Functions as declare -f, export -f and readonly -f show and change them. */
import type { ShellFunction } from "../functions.ts";
import { functionText } from "../print.ts";
import type { Shell } from "../shell.ts";
import { builtinError, output } from "./builtin.ts";
import type { Flags } from "./flags.ts";

/** declare -f and -F: bodies, or names. */
export async function showFunctions(shell: Shell, by: string, { given, rest }: Flags): Promise<number> {
  const bodies = !given.has("F");
  if (rest.length === 0) {
    const text = [...shell.functions.keys()]
      .sort()
      .map((name) => shell.functions.get(name) as ShellFunction)
      .filter(
        (called) => (!given.has("x") || called.exported) && (!given.has("r") || called.readonly) && (!given.has("t") || called.traced),
      )
      .map((called) => (bodies ? described(called) : `${statement(called)}\n`));
    return await output(shell, by, text.join(""));
  }
  let status = 0;
  for (const name of rest) {
    const called = shell.functions.get(name);
    if (called === undefined) status = given.has("p") ? await builtinError(shell, by, `${name}: not found`) : 1;
    else await output(shell, by, bodies ? `${functionText(called)}\n` : `${name}${place(shell, called)}\n`);
  }
  return status;
}

export async function showAllFunctions(shell: Shell, by: string, wanted: (called: ShellFunction) => boolean): Promise<number> {
  const shown = [...shell.functions.values()].filter(wanted).sort((a, b) => (a.name < b.name ? -1 : 1));
  return await output(shell, by, shown.map(described).join(""));
}

/** The line and the file of a definition, which extdebug shows. */
function place(shell: Shell, { source, sourceName, body }: ShellFunction): string {
  return shell.options.shopt("extdebug") ? ` ${source.lineOf(body.pos)} ${sourceName}` : "";
}

function statement({ name, readonly, traced, exported }: ShellFunction): string {
  return `declare -f${readonly ? "r" : ""}${traced ? "t" : ""}${exported ? "x" : ""} ${name}`;
}

function described(called: ShellFunction): string {
  const plain = !(called.readonly || called.traced || called.exported);
  return `${functionText(called)}\n${plain ? "" : `${statement(called)}\n`}`;
}

/** Gives functions attributes (r, t, x) or takes them (+t, +x). */
export async function changeFunctions(shell: Shell, by: string, letters: readonly string[], names: readonly string[]): Promise<number> {
  const wrong = letters.find((letter) => !/^\+?[rtx]$/.test(letter));
  if (wrong !== undefined) return await builtinError(shell, by, `-${wrong}: invalid option`);
  let status = 0;
  for (const name of names) {
    if (name.includes("=")) return await builtinError(shell, by, "cannot use `-f' to make functions");
    const called = shell.functions.get(name);
    if (called === undefined) {
      status = by === "declare" || by === "typeset" ? 1 : await builtinError(shell, by, `${name}: not a function`);
      continue;
    }
    const changed = letters.reduce(withAttribute, called);
    shell.functions.set(name, changed);
  }
  return status;
}

function withAttribute(called: ShellFunction, letter: string): ShellFunction {
  const on = !letter.startsWith("+");
  switch (letter.at(-1)) {
    case "r":
      return { ...called, readonly: on || called.readonly };
    case "t":
      return { ...called, traced: on };
    default:
      return { ...called, exported: on };
  }
}
