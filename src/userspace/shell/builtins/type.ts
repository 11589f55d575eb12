/** type, hash: what a name means as a command. */
import { searchPath } from "../eval/external.ts";
import { functionText } from "../print.ts";
import { singleQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { KEYWORDS } from "../syntax-words.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

type Style = "long" | "short" | "kind" | "path";

/** Says what `name` is; false, with a message in the long style, if it is nothing. */
export async function describeCommand(shell: Shell, by: string, name: string, style: Style, onlyFiles = false): Promise<boolean> {
  const [description] = await describe(shell, name, style, onlyFiles, false);
  if (description !== undefined) {
    await output(shell, by, description);
    return true;
  }
  if (style === "long") await builtinError(shell, by, `${name}: not found`);
  return false;
}

/** All that `name` could mean, first what it does mean. */
async function describe(shell: Shell, name: string, style: Style, onlyFiles: boolean, all: boolean): Promise<string[]> {
  const found: string[] = [];
  const add = (kind: string, long: string, short: string): void => {
    if (style === "path" && kind !== "file") found.push("");
    else found.push(`${style === "kind" ? kind : style === "long" ? long : short}\n`);
  };
  if (!onlyFiles) {
    const called = shell.functions.get(name);
    const alias = shell.options.shopt("expand_aliases") ? shell.aliases.get(name) : undefined;
    if (alias !== undefined) add("alias", `${name} is aliased to \`${alias}'`, `alias ${name}=${singleQuote(alias)}`);
    if (KEYWORDS.has(name)) add("keyword", `${name} is a shell keyword`, name);
    if (called !== undefined) add("function", `${name} is a function\n${functionText(called)}`, name);
    if (shell.builtins.has(name)) add("builtin", `${name} is a shell builtin`, name);
  }
  if (found.length > 0 && !all) return found;
  const hashed = shell.hash.get(name);
  const path = name.includes("/")
    ? await executable(shell, name)
    : (hashed?.path ?? (await searchPath(shell, name, shell.variables.text("PATH") ?? "")));
  if (path !== null) add("file", hashed === undefined ? `${name} is ${path}` : `${name} is hashed (${path})`, path);
  return found;
}

async function executable(shell: Shell, path: string): Promise<string | null> {
  return (await shell.process.access(path, 1)) === 0 ? path : null;
}

async function type(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "type", args, "afptP", "[-afptP] name [name ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  const style: Style = given.has("t") ? "kind" : given.has("p") || given.has("P") ? "path" : "long";
  let status = 0;
  for (const name of rest) {
    const found = await describe(shell, name, style, given.has("P"), given.has("a"));
    if (found.length > 0) {
      await output(shell, "type", (given.has("a") ? found : found.slice(0, 1)).join(""));
    } else {
      status = 1;
      if (style === "long") await builtinError(shell, "type", `${name}: not found`);
    }
  }
  return status;
}

async function hash(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "hash", args, "dlrpt", "[-lr] [-p pathname] [-dt] [name ...]");
  if (flags === null) return USAGE;
  if (flags.given.has("r")) shell.hash.clear();
  let status = 0;
  if (flags.given.has("t")) return await showHashed(shell, flags.rest);
  for (const name of flags.rest) {
    const path = await searchPath(shell, name, shell.variables.text("PATH") ?? "");
    if (path === null) status = await builtinError(shell, "hash", `${name}: not found`);
    else shell.hash.set(name, { path, hits: 0 });
  }
  if (flags.rest.length > 0 || flags.given.has("r")) return status;
  if (shell.hash.size === 0) return await output(shell, "hash", "hash: hash table empty\n");
  const lines = [...shell.hash.values()].map(({ path, hits }) => `${String(hits).padStart(4)}\t${path}\n`);
  return await output(shell, "hash", `hits\tcommand\n${lines.join("")}`);
}

/** hash -t: where the names were found. */
async function showHashed(shell: Shell, names: readonly string[]): Promise<number> {
  let status = 0;
  for (const name of names) {
    const found = shell.hash.get(name);
    if (found === undefined) status = await builtinError(shell, "hash", `${name}: not found`);
    else await output(shell, "hash", `${names.length > 1 ? `${name}\t` : ""}${found.path}\n`);
  }
  return status;
}

/** enable -n hides builtins, so that a program of that name is found; enable brings them back. */
async function enable(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "enable", args, "anps", "[-a] [-dnps] [-f filename] [name ...]");
  if (flags === null) return USAGE;
  const off = flags.given.has("n");
  if (flags.rest.length === 0) {
    const hidden = [...shell.allBuiltins.keys()].filter((name) => !shell.builtins.has(name));
    const shown = off ? hidden : [...shell.builtins.keys()];
    return await output(
      shell,
      "enable",
      [...shown]
        .sort()
        .map((name) => `enable ${off ? "-n " : ""}${name}\n`)
        .join(""),
    );
  }
  const builtins = new Map(shell.builtins);
  let status = 0;
  for (const name of flags.rest) {
    const builtin = shell.allBuiltins.get(name);
    if (builtin === undefined) status = await builtinError(shell, "enable", `${name}: not a shell builtin`);
    else if (off) builtins.delete(name);
    else builtins.set(name, builtin);
  }
  shell.builtins = builtins;
  return status;
}

export const typeBuiltins: BuiltinTable = { type: { run: type }, hash: { run: hash }, enable: { run: enable } };
