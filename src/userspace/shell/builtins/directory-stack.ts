/** dirs, pushd, popd: the current directory and those below it on a stack. */

import { strerror } from "../../../kernel/index.ts";
import { complain } from "../../lib/index.ts";
import type { Shell } from "../shell.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { changeDirectory, currentDirectory } from "./directory.ts";

const USAGES: Readonly<Record<string, string>> = {
  dirs: "dirs: usage: dirs [-clpv] [+N] [-N]\n",
  pushd: "pushd: usage: pushd [-n] [+N | -N | dir]\n",
  popd: "popd: usage: popd [-n] [+N | -N]\n",
};
const ENTRY = /^[+-]\d+$/;

function stack(shell: Shell): readonly string[] {
  return [currentDirectory(shell), ...shell.directories];
}

/** Where entry +N or -N of the stack is; null if there is none. */
function position(shell: Shell, spec: string): number | null {
  const n = Number(spec.slice(1));
  const at = spec.startsWith("+") ? n : shell.directories.length - n;
  return at < 0 || at > shell.directories.length ? null : at;
}

async function wrongUsage(shell: Shell, name: string, message: string): Promise<number> {
  await builtinError(shell, name, message);
  await complain(shell.process, USAGES[name] ?? "");
  return USAGE;
}

async function dirs(shell: Shell, args: readonly string[]): Promise<number> {
  const letters = new Set<string>();
  let entry: string | null = null;
  for (const arg of args) {
    if (ENTRY.test(arg)) entry = arg;
    else if (/^-[clpv]+$/.test(arg)) for (const letter of arg.slice(1)) letters.add(letter);
    else if (arg !== "--") return await wrongUsage(shell, "dirs", `${arg}: invalid ${/^[+-]/.test(arg) ? "number" : "option"}`);
  }
  if (letters.has("c")) {
    shell.directories.length = 0;
    return 0;
  }
  const shown = stack(shell).map((path) => (letters.has("l") ? path : shortened(shell, path)));
  const at = entry === null ? null : position(shell, entry);
  if (entry !== null && at === null) return await builtinError(shell, "dirs", `${entry.slice(1)}: directory stack index out of range`);
  const lines = shown.map((path, i) => (letters.has("v") ? `${String(i).padStart(2)}  ${path}` : path));
  if (at !== null) return await output(shell, "dirs", `${lines[at]}\n`);
  return await output(shell, "dirs", `${lines.join(letters.has("v") || letters.has("p") ? "\n" : " ")}\n`);
}

function shortened(shell: Shell, path: string): string {
  const home = shell.variables.text("HOME") ?? "";
  return home !== "" && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
}

async function pushd(shell: Shell, args: readonly string[]): Promise<number> {
  const stays = args[0] === "-n";
  const rest = args.slice(stays ? 1 : 0).filter((arg, i) => i > 0 || arg !== "--");
  const [spec] = rest;
  if (rest.length > 1) return await builtinError(shell, "pushd", "too many arguments");
  if (spec === undefined) {
    const [top = "/", next, ...others] = stack(shell);
    if (next === undefined) return await builtinError(shell, "pushd", "no other directory");
    return await enter(shell, "pushd", [next, top, ...others], stays);
  }
  if (!/^[+-]/.test(spec) || spec === "-")
    return await pushOne(shell, spec === "-" ? (shell.variables.text("OLDPWD") ?? "-") : spec, stays);
  if (!ENTRY.test(spec)) return await wrongUsage(shell, "pushd", `${spec}: invalid number`);
  if (shell.directories.length === 0) return await builtinError(shell, "pushd", "directory stack empty");
  const at = position(shell, spec);
  if (at === null) return await builtinError(shell, "pushd", `${spec}: directory stack index out of range`);
  const all = stack(shell);
  return await enter(shell, "pushd", [...all.slice(at), ...all.slice(0, at)], stays);
}

async function pushOne(shell: Shell, directory: string, stays: boolean): Promise<number> {
  if (!stays) return await enter(shell, "pushd", [directory, ...stack(shell)], false);
  shell.directories.unshift(directory);
  return await dirs(shell, []);
}

async function popd(shell: Shell, args: readonly string[]): Promise<number> {
  const stays = args[0] === "-n";
  const [spec = stays ? "+1" : "+0"] = args.slice(stays ? 1 : 0).filter((arg) => arg !== "--");
  if (!/^[+-]/.test(spec)) return await wrongUsage(shell, "popd", `${spec}: invalid argument`);
  if (!ENTRY.test(spec)) return await wrongUsage(shell, "popd", `${spec}: invalid number`);
  if (shell.directories.length === 0) return await builtinError(shell, "popd", "directory stack empty");
  const at = position(shell, spec);
  if (at === null) return await builtinError(shell, "popd", `${spec}: directory stack index out of range`);
  const left = stack(shell).filter((_, i) => i !== at);
  return await enter(shell, "popd", left, stays || at > 0);
}

/** Goes to the first directory, unless the shell `stays` where it is, and keeps the others on the stack. */
async function enter(shell: Shell, name: string, [top = "/", ...rest]: readonly string[], stays: boolean): Promise<number> {
  const result = stays ? 0 : await changeDirectory(shell, top, false);
  if (result < 0) return await builtinError(shell, name, `${top}: ${strerror(result)}`);
  shell.directories.splice(0, shell.directories.length, ...rest);
  return await dirs(shell, []);
}

export const directoryStackBuiltins: BuiltinTable = { dirs: { run: dirs }, pushd: { run: pushd }, popd: { run: popd } };
