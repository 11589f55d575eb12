/** External commands: finding them in PATH and running them in this process or in a child. */
import { EACCES, EISDIR, ENOENT, ENOEXEC, ENOTDIR, type Soon, strerror } from "../../../kernel/index.ts";
import { O_RDONLY, S_IFDIR, S_IFMT, S_IFREG } from "../../../syscall/index.ts";
import { decode, readToEnd } from "../../lib/index.ts";
import { MAX_VALUE } from "../limits.ts";
import { functionText } from "../print.ts";
import type { Shell } from "../shell.ts";
import { Source } from "../source.ts";
import { Variable } from "../variables.ts";
import { callFunction } from "./function.ts";

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** The path of a command: itself if it has a slash, else what PATH (or `inPath` in its place) leads to; null if there is none. */
export function findCommand(shell: Shell, name: string, inPath?: string): Soon<string | null> {
  if (name.includes("/")) return name;
  if (name === "") return null;
  if (inPath !== undefined) return searchPath(shell, name, inPath);
  const known = shell.hash.get(name);
  if (known !== undefined) {
    shell.hash.set(name, { path: known.path, hits: known.hits + 1 });
    return known.path;
  }
  const search = shell.variables.text("PATH");
  if (search === undefined) return name;
  return searchPath(shell, name, search).then((path) => {
    if (path !== null) shell.hash.set(name, { path, hits: 1 });
    return path;
  });
}

/** The first executable of that name, else the first file; null if PATH has neither. */
export async function searchPath(shell: Shell, name: string, path: string): Promise<string | null> {
  let file: string | null = null;
  for (const directory of path.split(":")) {
    const candidate = directory === "" ? `./${name}` : directory.endsWith("/") ? directory + name : `${directory}/${name}`;
    const stat = await shell.process.stat(candidate);
    if (typeof stat === "number" || (stat.mode & S_IFMT) !== S_IFREG) continue;
    if ((stat.mode & 0o111) !== 0) return candidate;
    file ??= candidate;
  }
  return file;
}

/**
 * Replaces this process by the command. Returns a status only if that was not possible; the reason has been printed. Not `async`:
 * a promise that is rejected before anybody awaits it is news to the host.
 */
export function execCommand(shell: Shell, path: string | null, words: readonly string[], label = ""): Promise<number> {
  if (path === null) return notFound(shell, words, label);
  const environment = shell.variables.environment();
  for (const called of shell.functions.values()) {
    if (called.exported) environment.set(`BASH_FUNC_${called.name}%%`, functionText(called).slice(called.name.length + 1));
  }
  if (environment.size > 0) environment.set("_", path);
  const failed = shell.process.execve(path, words, environment);
  return failed.then((error) => (error === -ENOEXEC ? runAsScript(shell, path, words) : explain(shell, path, error, label)));
}

async function notFound(shell: Shell, words: readonly string[], label: string): Promise<number> {
  const [name = ""] = words;
  const handler = label === "" ? shell.functions.get("command_not_found_handle") : undefined;
  if (handler !== undefined) return await callFunction(shell, handler, words);
  await shell.complain(label === "" ? `${name}: command not found` : `${label}${name}: not found`);
  return NOT_FOUND;
}

async function explain(shell: Shell, path: string, error: number, label: string): Promise<number> {
  const stat = await shell.process.stat(path);
  const directory = typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR;
  const reason = strerror(directory ? -EISDIR : error);
  await shell.complain(`${path}: ${error === -ENOENT && typeof stat !== "number" ? "cannot execute: required file not found" : reason}`);
  if (label !== "") await shell.complain(`${label}${path}: cannot execute: ${reason}`);
  return error === -ENOENT || (error === -ENOTDIR && typeof stat === "number") ? NOT_FOUND : NOT_EXECUTABLE;
}

/** An executable text without #! is a script for this shell. */
async function runAsScript(shell: Shell, path: string, words: readonly string[]): Promise<number> {
  const { process } = shell;
  const fd = await process.open(path, O_RDONLY);
  if (fd < 0) return await explain(shell, path, -EACCES, "");
  const bytes = await readToEnd(process, fd, { limit: MAX_VALUE, errno: -ENOEXEC });
  await process.close(fd);
  if (typeof bytes === "number" || isBinary(bytes)) {
    await shell.complain(`${path}: cannot execute binary file: Exec format error`);
    return NOT_EXECUTABLE;
  }
  forgetShell(shell);
  shell.name = path;
  shell.traceDepth = 1;
  shell.positional = words.slice(1);
  shell.calls.push({ kind: "script", name: "main", source: path, line: 0 });
  return await shell.evaluator.runText(shell, new Source(path, decode(bytes)), "script");
}

/** Bytes that bash takes for no script: a NUL in the first line. */
export function isBinary(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(10);
  return bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, 80)).includes(0);
}

/** What a new shell would not know: only the environment stays. */
function forgetShell(shell: Shell): void {
  const environment = shell.variables.environment();
  shell.variables.global.clear();
  for (const [name, value] of environment) {
    const variable = new Variable(value);
    variable.exported = true;
    shell.variables.global.set(name, variable);
  }
  shell.functions.clear();
  shell.calls.length = 0;
}
