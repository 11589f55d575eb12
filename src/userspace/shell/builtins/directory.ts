/** cd, pwd, pushd, popd, dirs, umask. */
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

function currentDirectory(shell: Shell): string {
  const known = shell.variables.text("PWD");
  return known?.startsWith("/") === true ? known : shell.process.getcwd();
}

/** Changes the directory and PWD, OLDPWD. 0 or a negative errno. */
async function change(shell: Shell, directory: string, physical: boolean): Promise<number> {
  const old = currentDirectory(shell);
  const path = physical ? directory : logicalPath(shell, directory);
  const result = await shell.process.chdir(path);
  if (result < 0) return result;
  assignText(shell, "OLDPWD", old, false);
  assignText(shell, "PWD", physical ? shell.process.getcwd() : path, false);
  return 0;
}

async function cd(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "cd", args[0] === "-" ? ["--", ...args] : args, "LPe@", CD_USAGE);
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
  const result = await change(shell, directory, physical);
  if (result < 0) return await builtinError(shell, "cd", `${directory}: ${strerror(result)}`);
  return back ? await output(shell, "cd", `${currentDirectory(shell)}\n`) : 0;
}

/** Tries the directories of CDPATH; the new directory if one of them led somewhere else than the name itself does. */
async function viaCdPath(shell: Shell, directory: string, physical: boolean): Promise<string | null> {
  const search = shell.variables.text("CDPATH") ?? "";
  if (search === "" || /^(\/|\.\.?(\/|$))/.test(directory)) return null;
  for (const base of search.split(":")) {
    if (base === "" || base === ".") return null;
    if ((await change(shell, `${base.replace(/\/$/, "")}/${directory}`, physical)) === 0) return currentDirectory(shell);
  }
  return null;
}

async function pwd(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "pwd", args, "LP", "[-LP]");
  if (flags === null) return USAGE;
  return await output(shell, "pwd", `${flags.given.has("P") ? shell.process.getcwd() : currentDirectory(shell)}\n`);
}

function stack(shell: Shell): readonly string[] {
  return [currentDirectory(shell), ...shell.directories];
}

async function dirs(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "dirs", args, "clpv", "[-clpv] [+N] [-N]");
  if (flags === null) return USAGE;
  const { given } = flags;
  if (given.has("c")) {
    shell.directories.length = 0;
    return 0;
  }
  const home = shell.variables.text("HOME") ?? "";
  const short = (path: string): string =>
    !given.has("l") && home !== "" && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
  const shown = stack(shell).map(short);
  if (given.has("v")) return await output(shell, "dirs", shown.map((path, i) => `${String(i).padStart(2)}  ${path}\n`).join(""));
  return await output(shell, "dirs", given.has("p") ? shown.map((path) => `${path}\n`).join("") : `${shown.join(" ")}\n`);
}

/** The stack with element +N or -N in front; null if there is none. */
function rotated(shell: Shell, spec: string): readonly string[] | null {
  const all = stack(shell);
  const n = Number(spec.slice(1));
  const at = spec.startsWith("+") ? n : all.length - 1 - n;
  return at < 0 || at >= all.length ? null : [...all.slice(at), ...all.slice(0, at)];
}

async function pushd(shell: Shell, args: readonly string[]): Promise<number> {
  if (args[0] === "-n" && args[1] !== undefined) {
    shell.directories.unshift(args[1]);
    return await dirs(shell, []);
  }
  const [spec] = args;
  let wanted: readonly string[] | null;
  if (spec === undefined) {
    const [top, next, ...rest] = stack(shell);
    if (next === undefined) return await builtinError(shell, "pushd", "no other directory");
    wanted = [next, top as string, ...rest];
  } else if (/^[+-]\d+$/.test(spec)) {
    if (shell.directories.length === 0) return await builtinError(shell, "pushd", "directory stack empty");
    wanted = rotated(shell, spec);
    if (wanted === null) return await builtinError(shell, "pushd", `${spec}: directory stack index out of range`);
  } else {
    wanted = [spec, ...stack(shell)];
  }
  return await enter(shell, "pushd", wanted);
}

async function popd(shell: Shell, args: readonly string[]): Promise<number> {
  const [spec = "+0"] = args;
  const all = stack(shell);
  if (all.length < 2) return await builtinError(shell, "popd", "directory stack empty");
  const n = Number(spec.slice(1));
  const at = spec.startsWith("+") ? n : all.length - 1 - n;
  if (!/^[+-]\d+$/.test(spec) || at < 0 || at >= all.length)
    return await builtinError(shell, "popd", `${spec}: directory stack index out of range`);
  return await enter(
    shell,
    "popd",
    all.filter((_, i) => i !== at),
  );
}

/** Goes to the first directory and keeps the others on the stack. */
async function enter(shell: Shell, name: string, [top = "/", ...rest]: readonly string[]): Promise<number> {
  const result = await change(shell, top, false);
  if (result < 0) return await builtinError(shell, name, `${top}: ${strerror(result)}`);
  shell.directories.splice(0, shell.directories.length, ...rest);
  return await dirs(shell, []);
}

async function umask(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "umask", args, "pS", "[-p] [-S] [mode]");
  if (flags === null) return USAGE;
  const [mode] = flags.rest;
  const { process } = shell;
  const current = process.umask(0);
  process.umask(current);
  if (mode === undefined) {
    const octal = current.toString(8).padStart(4, "0");
    return await output(shell, "umask", `${flags.given.has("p") ? "umask " : ""}${flags.given.has("S") ? symbolic(current) : octal}\n`);
  }
  if (/^\d+$/.test(mode)) {
    if (!/^[0-7]+$/.test(mode) || Number.parseInt(mode, 8) > 0o777)
      return await builtinError(shell, "umask", `${mode}: octal number out of range`);
    process.umask(Number.parseInt(mode, 8));
    return 0;
  }
  const changed = applySymbolic(current, mode);
  if (changed === null) return await builtinError(shell, "umask", `\`${mode[0]}': invalid symbolic mode operator`);
  process.umask(changed);
  return 0;
}

function symbolic(mask: number): string {
  const allowed = ~mask & 0o777;
  return ["u", "g", "o"]
    .map((who, i) => `${who}=${["r", "w", "x"].filter((_, bit) => ((allowed >> (8 - 3 * i - bit)) & 1) === 1).join("")}`)
    .join(",");
}

/** u=rwx,g-w on the permissions that the mask allows; null if that is no mode. */
function applySymbolic(mask: number, text: string): number | null {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(",")) {
    const found = /^([ugoa]*)([=+-])([rwx]*)$/.exec(clause);
    if (found === null) return null;
    const [, who = "", operator, letters = ""] = found;
    const bits = (letters.includes("r") ? 4 : 0) | (letters.includes("w") ? 2 : 0) | (letters.includes("x") ? 1 : 0);
    for (const [letter, shift] of [
      ["u", 6],
      ["g", 3],
      ["o", 0],
    ] as const) {
      if (who !== "" && !who.includes("a") && !who.includes(letter)) continue;
      if (operator === "=") allowed = (allowed & ~(7 << shift)) | (bits << shift);
      else if (operator === "+") allowed |= bits << shift;
      else allowed &= ~(bits << shift);
    }
  }
  return ~allowed & 0o777;
}

export const directoryBuiltins: BuiltinTable = {
  cd: { run: cd },
  pwd: { run: pwd },
  dirs: { run: dirs },
  pushd: { run: pushd },
  popd: { run: popd },
  umask: { run: umask },
};
