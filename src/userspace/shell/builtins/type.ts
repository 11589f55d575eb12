/** type, enable: what a name means as a command. */
import { searchPath } from "../eval/external.ts";
import { functionText } from "../print.ts";
import { singleQuote } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { KEYWORDS, SPECIAL_BUILTINS } from "../syntax-words.ts";
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
async function describe(
  shell: Shell,
  name: string,
  style: Style,
  onlyFiles: boolean,
  all: boolean,
  noFunctions = false,
): Promise<string[]> {
  const found: string[] = [];
  const add = (kind: string, long: string, short: string): void => {
    if (style === "path" && kind !== "file") found.push("");
    else found.push(`${style === "kind" ? kind : style === "long" ? long : short}\n`);
  };
  if (!onlyFiles) {
    const called = noFunctions ? undefined : shell.functions.get(name);
    const alias = shell.options.shopt("expand_aliases") ? shell.aliases.get(name) : undefined;
    if (alias !== undefined) add("alias", `${name} is aliased to \`${alias}'`, `alias ${name}=${singleQuote(alias)}`);
    if (KEYWORDS.has(name)) add("keyword", `${name} is a shell keyword`, name);
    if (called !== undefined) add("function", `${name} is a function\n${functionText(called)}`, name);
    if (shell.builtins.has(name)) add("builtin", `${name} is a shell builtin`, name);
  }
  if (found.length > 0 && !all) return found;
  for (const { path, hashed } of await filesOf(shell, name, all)) {
    add("file", hashed ? `${name} is hashed (${path})` : `${name} is ${path}`, path);
  }
  return found;
}

/** The files that a name could run: the first one, or all in PATH. */
async function filesOf(shell: Shell, name: string, all: boolean): Promise<readonly { readonly path: string; readonly hashed: boolean }[]> {
  if (name.includes("/")) return (await isExecutable(shell, name)) ? [{ path: name, hashed: false }] : [];
  const search = shell.variables.text("PATH") ?? "";
  const known = all ? undefined : shell.hash.get(name);
  if (known !== undefined) {
    shell.hash.set(name, { path: known.path, hits: known.hits + 1 });
    return [{ path: known.path, hashed: true }];
  }
  const found: { readonly path: string; readonly hashed: boolean }[] = [];
  for (const directory of all ? search.split(":") : [search]) {
    const path = await searchPath(shell, name, directory);
    if (path !== null) found.push({ path, hashed: false });
  }
  return found;
}

async function isExecutable(shell: Shell, path: string): Promise<boolean> {
  return (await shell.process.access(path, 1)) === 0;
}

async function type(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "type", args, "afptP", "[-afptP] name [name ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  const style: Style = given.has("t") ? "kind" : given.has("p") || given.has("P") ? "path" : "long";
  let status = 0;
  for (const name of rest) {
    const found = await describe(shell, name, style, given.has("P"), given.has("a"), given.has("f"));
    if (found.length > 0) {
      await output(shell, "type", (given.has("a") ? found : found.slice(0, 1)).join(""));
    } else {
      status = 1;
      if (style === "long") await builtinError(shell, "type", `${name}: not found`);
    }
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
    const shown = (off ? hidden : [...shell.builtins.keys()]).filter((name) => !flags.given.has("s") || SPECIAL_BUILTINS.has(name));
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

export const typeBuiltins: BuiltinTable = { type: { run: type }, enable: { run: enable } };
