/** cd, pwd. */
import { strerror } from "../../../kernel/index.ts";
import { assignText } from "../assign.ts";
import type { Shell } from "../shell.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

const CD_USAGE = "[-L|[-P [-e]] [-@]] [dir]";

/** The absolute path that `directory` means from here, with . and .. taken as names. */
function logicalPath(shell: Shell, directory: string): string {
  const from = directory.startsWith("/") ? [] : currentDirectory(shell).split("/");
  const parts: string[] = [];
  for (const part of [...from, ...directory.split("/")]) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

export function currentDirectory(shell: Shell): string {
  const known = shell.variables.text("PWD");
  return known?.startsWith("/") === true ? known : shell.process.getcwd();
}

/** Changes the directory and PWD, OLDPWD. 0 or a negative errno. */
export async function changeDirectory(shell: Shell, directory: string, physical: boolean): Promise<number> {
  const old = currentDirectory(shell);
  const path = physical ? directory : logicalPath(shell, directory);
  const result = await shell.process.chdir(path);
  if (result < 0) return result;
  assignText(shell, "OLDPWD", old, false);
  assignText(shell, "PWD", physical ? shell.process.getcwd() : path, false);
  return 0;
}

async function cd(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "cd", args[0] === "-" ? ["--", ...args] : args, "LPe", CD_USAGE);
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (rest.length > 1) return await builtinError(shell, "cd", "too many arguments");
  let [directory] = rest;
  const back = directory === "-";
  if (directory === undefined || back) {
    const name = back ? "OLDPWD" : "HOME";
    directory = shell.variables.text(name);
    if (directory === undefined) return await builtinError(shell, "cd", `${name} not set`);
  }
  if (directory === "") directory = ".";
  const physical = given.has("P") || shell.options.get("physical");
  const found = await viaCdPath(shell, directory, physical);
  if (found !== null) return await output(shell, "cd", `${found}\n`);
  const result = await changeDirectory(shell, directory, physical);
  if (result < 0 && shell.options.shopt("cdable_vars")) {
    const named = shell.variables.text(directory);
    if (named !== undefined && (await changeDirectory(shell, named, physical)) === 0) return await output(shell, "cd", `${named}\n`);
  }
  if (result < 0) return await builtinError(shell, "cd", `${directory}: ${strerror(result)}`);
  return back ? await output(shell, "cd", `${currentDirectory(shell)}\n`) : 0;
}

/** Tries the directories of CDPATH; the new directory if one of them led somewhere else than the name itself does. */
async function viaCdPath(shell: Shell, directory: string, physical: boolean): Promise<string | null> {
  const search = shell.variables.text("CDPATH") ?? "";
  if (search === "" || /^(\/|\.\.?(\/|$))/.test(directory)) return null;
  for (const base of search.split(":")) {
    if (base === "") return null;
    if ((await changeDirectory(shell, `${base.replace(/\/$/, "")}/${directory}`, physical)) === 0) return currentDirectory(shell);
  }
  return null;
}

async function pwd(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "pwd", args, "LP", "[-LP]");
  if (flags === null) return USAGE;
  return await output(shell, "pwd", `${flags.given.has("P") ? shell.process.getcwd() : currentDirectory(shell)}\n`);
}

export const directoryBuiltins: BuiltinTable = {
  cd: { run: cd },
  pwd: { run: pwd },
};
