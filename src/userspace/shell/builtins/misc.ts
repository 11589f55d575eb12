/** times, alias, unalias, caller, logout: little that a script asks for. */
import { complain } from "../../lib/index.ts";
import { singleQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

/** All virtual time is waiting: no process uses the processor. */
async function times(shell: Shell): Promise<number> {
  return await output(shell, "times", "0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n");
}

async function alias(shell: Shell, args: readonly string[]): Promise<number> {
  const words = args[0] === "-p" ? args.slice(1) : args;
  const show = (name: string): string => `alias ${name}=${singleQuote(shell.aliases.get(name) ?? "")}\n`;
  if (words.length === 0) return await output(shell, "alias", [...shell.aliases.keys()].sort().map(show).join(""));
  let status = 0;
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals > 0 && /[\s/$`'"\\=|&;()<>]/.test(word.slice(0, equals)))
      status = await builtinError(shell, "alias", `\`${word.slice(0, equals)}': invalid alias name`);
    else if (equals > 0) shell.aliases.set(word.slice(0, equals), word.slice(equals + 1));
    else if (shell.aliases.has(word)) await output(shell, "alias", show(word));
    else status = await builtinError(shell, "alias", `${word}: not found`);
  }
  return status;
}

async function unalias(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "unalias", args, "a", "[-a] name [name ...]");
  if (flags === null) return USAGE;
  if (flags.given.has("a")) shell.aliases.clear();
  else if (flags.rest.length === 0) {
    await complain(shell.process, "unalias: usage: unalias [-a] name [name ...]\n");
    return USAGE;
  }
  let status = 0;
  for (const word of flags.given.has("a") ? [] : flags.rest) {
    if (!shell.aliases.delete(word)) status = await builtinError(shell, "unalias", `${word}: not found`);
  }
  return status;
}

/** The line, function and file that called the running function; with N that many calls further out. */
async function caller(shell: Shell, args: readonly string[]): Promise<number> {
  const depth = Number(args[0] ?? 0);
  const frame = shell.calls.at(-1 - depth);
  const outer = shell.calls.at(-2 - depth);
  if (frame === undefined || (outer === undefined && args[0] !== undefined)) return 1;
  const where = outer?.source ?? "NULL";
  return await output(
    shell,
    "caller",
    args[0] === undefined ? `${frame.line} ${where}\n` : `${frame.line} ${outer?.name ?? "main"} ${where}\n`,
  );
}

async function logout(shell: Shell): Promise<number> {
  return await builtinError(shell, "logout", "not login shell: use `exit'");
}

export const miscBuiltins: BuiltinTable = {
  times: { run: times },
  alias: { run: alias },
  unalias: { run: unalias },
  caller: { run: caller },
  logout: { run: logout },
};
