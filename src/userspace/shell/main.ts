/** The program: `bash [options] [-c command | script] [arg ...]`, or a script on standard input. */
import { EISDIR, ENOENT, strerror } from "../../kernel/index.ts";
import { O_RDONLY, type Process } from "../../syscall/index.ts";
import { complain, decode, print, readToEnd } from "../lib/index.ts";
import { IndexedArray } from "./arrays.ts";
import { BUILTINS } from "./builtins/index.ts";
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { isBinary } from "./eval/external.ts";
import { runToEnd } from "./eval/fork.ts";
import { evaluator, runParsed } from "./eval/index.ts";
import { isUnfinished, runTerminal } from "./interactive.ts";
import { collectEnded } from "./jobs.ts";
import { readLine } from "./read-line.ts";
import { Shell } from "./shell.ts";
import { parseSource, Source } from "./source.ts";
import { isName, Variable } from "./variables.ts";

const VERSION = "5.2.15(1)-release";
const USAGE = 2;
const NEWLINE = 10;
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** An error that ends a shell started with -c gives this status. */
const FATAL_WITH_COMMAND = 127;

export async function bash(process: Process): Promise<number> {
  const [self = "bash", ...args] = process.argv;
  const name = self.slice(self.lastIndexOf("/") + 1);
  if (args[0] === "--version") {
    await print(process, `GNU bash, version ${VERSION} (x86_64-pc-linux-gnu)\n`);
    return 0;
  }
  const line = parseCommandLine(args);
  if (typeof line === "string") {
    await complain(process, `${name}: ${line}\n`);
    return USAGE;
  }
  if (line.command) return await runCommandString(process, self, name, line);
  const [script, ...positional] = line.rest;
  if (script !== undefined && !line.readsInput) return await runScriptFile(process, name, script, positional, line);
  return await runInput(process, self, line);
}

/** bash -c command [name [arg ...]] */
async function runCommandString(process: Process, self: string, name: string, line: CommandLine): Promise<number> {
  const [text, zero, ...positional] = line.rest;
  if (text === undefined) {
    await complain(process, `${name}: -c: option requires an argument\n`);
    return USAGE;
  }
  const source = new Source("environment", text);
  const shell = createShell(process, source, zero ?? self, positional, line);
  shell.startLetter = "c";
  setGlobal(shell, "BASH_EXECUTION_STRING", text);
  shell.fatalStatus = FATAL_WITH_COMMAND;
  return await runToEnd(shell, async () => await runParsed(shell, parseSource(source), "-c", true));
}

async function runScriptFile(
  process: Process,
  name: string,
  path: string,
  positional: readonly string[],
  line: CommandLine,
): Promise<number> {
  const found = await findScript(process, path);
  const fd = await process.open(found, O_RDONLY);
  const bytes = fd < 0 ? fd : await readToEnd(process, fd);
  if (fd >= 0) await process.close(fd);
  if (typeof bytes === "number") {
    const directory = bytes === -EISDIR;
    await complain(process, `${directory ? path : name}: ${path}: ${strerror(bytes)}\n`);
    return directory || bytes !== -ENOENT ? NOT_EXECUTABLE : NOT_FOUND;
  }
  if (isBinary(bytes)) {
    await complain(process, `${path}: ${path}: cannot execute binary file\n`);
    return NOT_EXECUTABLE;
  }
  const source = new Source(path, decode(bytes));
  const shell = createShell(process, source, path, positional, line);
  shell.calls.push({ kind: "script", name: "main", source: path, line: 0 });
  return await runToEnd(shell, async () => await runParsed(shell, parseSource(source), "", false));
}

/** A name that is no file here is looked for in PATH. */
async function findScript(process: Process, path: string): Promise<string> {
  if (path.includes("/") || typeof (await process.stat(path)) !== "number") return path;
  for (const directory of (process.env.get("PATH") ?? "").split(":")) {
    if (directory !== "" && typeof (await process.stat(`${directory}/${path}`)) !== "number") return `${directory}/${path}`;
  }
  return path;
}

/** Standard input is read command by command: what is behind a command belongs to whoever reads while it runs. */
async function runInput(process: Process, self: string, line: CommandLine): Promise<number> {
  if (process.isatty(0) && process.isatty(2)) {
    const shell = createShell(process, new Source("main", ""), self, line.rest, line);
    shell.startLetter = "s";
    return await runToEnd(shell, async () => await runTerminal(shell));
  }
  const shell = createShell(process, new Source("main", ""), self, line.rest, line);
  shell.startLetter = "s";
  return await runToEnd(shell, async () => await runCommands(shell));
}

async function runCommands(shell: Shell): Promise<number> {
  let status = 0;
  let line = 1;
  for (;;) {
    const { text, ended } = await readCommand(shell.process);
    const source = new Source("main", text, line);
    const parsed = parseSource(source);
    shell.source = source;
    if (parsed.lines.length > 0 || parsed.problem !== null) status = await runParsed(shell, parsed, "", false);
    if (ended || parsed.problem !== null) return status;
    line += text.split("\n").length - 1;
  }
}

/** The lines of the next command. `ended`: no more come. */
async function readCommand(process: Process): Promise<{ readonly text: string; readonly ended: boolean }> {
  let text = "";
  for (;;) {
    const read = await readLine(process, 0, { delimiter: NEWLINE, limit: null, interrupted: async () => {} });
    if (typeof read === "number") return { text, ended: true };
    text += read.text;
    if (!read.complete) return { text, ended: true };
    text += "\n";
    if (!isUnfinished(text)) return { text, ended: false };
  }
}

function createShell(process: Process, source: Source, name: string, positional: readonly string[], line: CommandLine): Shell {
  const shell = new Shell({ process, evaluator, builtins: BUILTINS, source, name, positional });
  collectEnded(shell);
  importEnvironment(shell);
  for (const [option, on] of line.options) shell.options.set(option, on);
  for (const [option, on] of line.shopts) shell.options.setShopt(option, on);
  return shell;
}

/** What a shell sets for itself, whatever the environment says. */
const INITIAL: Readonly<Record<string, string>> = {
  IFS: " \t\n",
  OPTERR: "1",
  BASH: "/usr/bin/bash",
  BASH_VERSION: VERSION,
  HOSTTYPE: "x86_64",
  MACHTYPE: "x86_64-pc-linux-gnu",
  OSTYPE: "linux-gnu",
};
const STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const EXPORTED_FUNCTION = /^BASH_FUNC_(.+)%%$/;

function importEnvironment(shell: Shell): void {
  const { variables, process } = shell;
  for (const [name, value] of process.env) {
    const called = EXPORTED_FUNCTION.exec(name)?.[1];
    if (called !== undefined) importFunction(shell, called, value);
    else if (isName(name)) setGlobal(shell, name, value, "exported");
  }
  setGlobal(shell, "SHLVL", String((Number.parseInt(variables.text("SHLVL") ?? "0", 10) || 0) + 1), "exported");
  setGlobal(shell, "PWD", process.getcwd(), "exported");
  if (variables.find("OLDPWD") === undefined) variables.inGlobal("OLDPWD").exported = true;
  if (variables.find("PATH") === undefined) setGlobal(shell, "PATH", STANDARD_PATH);
  if (variables.find("PS4") === undefined) setGlobal(shell, "PS4", "+ ");
  for (const [name, value] of Object.entries(INITIAL)) setGlobal(shell, name, value);
  setGlobal(shell, "OPTIND", "1").integer = true;
  setGlobal(shell, "HOSTNAME", process.uname().nodename);
  setGlobal(shell, "BASH_VERSINFO", new IndexedArray(["5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"]), "readonly");
  for (const name of ["UID", "EUID"]) setGlobal(shell, name, "0", "readonly").integer = true;
}

function setGlobal(shell: Shell, name: string, value: string | IndexedArray, attribute: "exported" | "readonly" | null = null): Variable {
  const variable = new Variable(value);
  variable.exported = attribute === "exported";
  variable.readonly = attribute === "readonly";
  shell.variables.global.set(name, variable);
  return variable;
}

/** A function that another shell has exported. */
function importFunction(shell: Shell, name: string, text: string): void {
  const source = new Source("environment", `${name} ${text}`);
  const node = parseSource(source).lines[0]?.[0]?.command;
  if (node?.type === "Function")
    shell.functions.set(name, { name, body: node.body, source, sourceName: "environment", exported: true, readonly: false, traced: false });
}
