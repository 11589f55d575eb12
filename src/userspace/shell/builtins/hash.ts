/** hash, which keeps and shows where commands were found. */
import { searchPath } from "../eval/external.ts";
import { backslashQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

async function hash(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "hash", args, "dlp:rt", "[-lr] [-p pathname] [-dt] [name ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (given.has("r")) shell.hash.clear();
  if (rest.length === 0) return given.has("r") ? 0 : await showAll(shell, given.has("l"));
  if (given.has("t")) return await showHashed(shell, rest, given.has("l"));
  let status = 0;
  for (const name of rest) status = (await (given.has("d") ? forget(shell, name) : remember(shell, name, given.get("p")))) || status;
  return status;
}

/** Looks for a command anew, or takes the path that is given for it. */
async function remember(shell: Shell, name: string, given: string | undefined): Promise<number> {
  if (name.includes("/") || shell.builtins.has(name) || shell.functions.has(name)) return 0;
  const path = given ?? (await searchPath(shell, name, shell.variables.text("PATH") ?? ""));
  if (path === null) return await builtinError(shell, "hash", `${name}: not found`);
  shell.hash.set(name, { path, hits: 0 });
  return 0;
}

async function forget(shell: Shell, name: string): Promise<number> {
  return shell.hash.delete(name) ? 0 : await builtinError(shell, "hash", `${name}: not found`);
}

async function showAll(shell: Shell, reusable: boolean): Promise<number> {
  if (shell.hash.size === 0) return await output(shell, "hash", reusable ? "" : "hash: hash table empty\n");
  const lines = [...shell.hash.keys()].map((name) => {
    const { path = "", hits = 0 } = shell.hash.get(name) ?? {};
    return reusable ? reusableLine(name, path) : `${String(hits).padStart(4)}\t${path}\n`;
  });
  return await output(shell, "hash", `${reusable ? "" : "hits\tcommand\n"}${lines.join("")}`);
}

function reusableLine(name: string, path: string): string {
  return `builtin hash -p ${backslashQuote(path)} ${name}\n`;
}

/** hash -t: where the names were found. */
async function showHashed(shell: Shell, names: readonly string[], reusable: boolean): Promise<number> {
  let status = 0;
  for (const name of names) {
    const found = shell.hash.get(name);
    if (found === undefined) status = await builtinError(shell, "hash", `${name}: not found`);
    else await output(shell, "hash", reusable ? reusableLine(name, found.path) : `${names.length > 1 ? `${name}\t` : ""}${found.path}\n`);
  }
  return status;
}

export const hashBuiltins: BuiltinTable = { hash: { run: hash } };
