/** trap */
import { SIGKILL, SIGSTOP } from "../../../kernel/index.ts";
import { complain } from "../../lib/index.ts";
import { singleQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { parseTrapName, type TrapName, trapLabel } from "../traps.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";
import { signalList } from "./kill.ts";

async function trap(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "trap", args, "lp", "[-lp] [[arg] signal_spec ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (given.has("l")) return await output(shell, "trap", signalList());
  if (given.has("p") || rest.length === 0) return await show(shell, rest);
  const [command = "", ...names] = rest;
  if (names.length === 0) {
    if (parseTrapName(command) === null) {
      await complain(shell.process, "trap: usage: trap [-lp] [[arg] signal_spec ...]\n");
      return USAGE;
    }
    return await change(shell, null, [command]);
  }
  if (/^\d+$/.test(command) && parseTrapName(command) !== null) return await change(shell, null, rest);
  return await change(shell, command === "-" ? null : command, names);
}

async function change(shell: Shell, command: string | null, names: readonly string[]): Promise<number> {
  let status = 0;
  for (const word of names) {
    const name = parseTrapName(word);
    if (name === null) {
      status = await builtinError(shell, "trap", `${word}: invalid signal specification`);
    } else if (name !== SIGKILL && name !== SIGSTOP) {
      shell.traps.set(shell.process, name, command);
    }
  }
  return status;
}

async function show(shell: Shell, words: readonly string[]): Promise<number> {
  let names: readonly TrapName[] = shell.traps.names();
  let status = 0;
  if (words.length > 0) {
    const wanted: TrapName[] = [];
    for (const word of words) {
      const name = parseTrapName(word);
      if (name === null) status = await builtinError(shell, "trap", `${word}: invalid signal specification`);
      else wanted.push(name);
    }
    names = wanted.filter((name) => shell.traps.shown(name) !== undefined);
  }
  const lines = names.map(
    (name) =>
      `trap -- ${singleQuote(shell.traps.shown(name) ?? "")} ${shell.options.get("posix") ? trapLabel(name).replace("SIG", "") : trapLabel(name)}\n`,
  );
  return (await output(shell, "trap", lines.join(""))) || status;
}

export const trapBuiltins: BuiltinTable = { trap: { run: trap } };
