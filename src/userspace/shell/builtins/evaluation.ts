/** Builtins that run other things: eval, source, exec, command, builtin, let. */
import { strerror } from "../../../kernel/index.ts";
import { O_RDONLY } from "../../../syscall/index.ts";
import { complain, decode, readToEnd } from "../../lib/index.ts";
import { ArithmeticError } from "../arith/syntax.ts";
import { assignText, evaluateRaw } from "../assign.ts";
import { execCommand, findCommand, isBinary, searchPath } from "../eval/external.ts";
import type { Shell } from "../shell.ts";
import { Source } from "../source.ts";
import { runTrap } from "../traps.ts";
import { FunctionReturn, ShellExit } from "../unwind.ts";
import { type BuiltinTable, builtinError, type Invocation, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";
import { describeCommand } from "./type.ts";

const STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

async function evaluate(shell: Shell, args: readonly string[]): Promise<number> {
  const words = args[0] === "--" ? args.slice(1) : args;
  const text = words.join(" ");
  return text.trim() === "" ? 0 : await shell.evaluator.runText(shell, new Source(shell.source.name, text, shell.line), "eval");
}

async function source(shell: Shell, args: readonly string[], { name }: Invocation): Promise<number> {
  const words = args[0] === "--" ? args.slice(1) : args;
  const [file, ...positional] = words;
  if (file === undefined) {
    await builtinError(shell, name, "filename argument required");
    await complain(shell.process, `${name}: usage: ${name} filename [arguments]\n`);
    return USAGE;
  }
  const path = file.includes("/") ? file : ((await searchPath(shell, file, shell.variables.text("PATH") ?? "")) ?? file);
  const fd = await shell.process.open(path, O_RDONLY);
  const bytes = fd < 0 ? fd : await readToEnd(shell.process, fd);
  if (fd >= 0) await shell.process.close(fd);
  if (typeof bytes === "number" && shell.options.get("posix") && !file.includes("/")) {
    await builtinError(shell, name, `${file}: file not found`);
    throw new ShellExit(1);
  }
  if (typeof bytes === "number") {
    await shell.complain(fd >= 0 ? `${name}: ${file}: ${strerror(bytes).toLowerCase()}` : `${file}: ${strerror(bytes)}`);
    return 1;
  }
  if (isBinary(bytes)) return await builtinError(shell, name, `${file}: cannot execute binary file`, 126);
  return await runSourced(shell, new Source(path, decode(bytes)), positional);
}

/** Runs a file in this shell; `return` ends it. Arguments replace the positional parameters meanwhile. */
async function runSourced(shell: Shell, text: Source, positional: readonly string[]): Promise<number> {
  const { positional: outer, line } = shell;
  shell.calls.push({ kind: "source", name: "source", source: text.name, line });
  const hidden = shell.options.get("functrace") ? null : shell.traps.hide(["DEBUG"]);
  if (positional.length > 0) shell.positional = positional;
  try {
    return await shell.evaluator.runText(shell, text, "source");
  } catch (error) {
    if (error instanceof FunctionReturn) return error.status;
    throw error;
  } finally {
    if (positional.length > 0) shell.positional = outer;
    shell.calls.pop();
    if (shell.traps.has("RETURN")) await runTrap(shell, "RETURN");
    if (hidden !== null) shell.traps.restore(hidden);
  }
}

async function exec(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "exec", args, "cla:", "[-cl] [-a name] [command [argument ...]] [redirection ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  const [name] = rest;
  if (name === undefined) return 0;
  const path = await findCommand(shell, name);
  const words = [`${given.has("l") ? "-" : ""}${given.get("a") ?? name}`, ...rest.slice(1)];
  if (shell.depth === 0) assignText(shell, "SHLVL", String(Number(shell.variables.text("SHLVL") ?? 1) - 1), false);
  if (given.has("c")) shell.variables.hideEnvironment();
  const status = await execCommand(shell, path, path === null ? rest : words, "exec: ");
  if (shell.options.shopt("execfail")) return status;
  throw new ShellExit(status);
}

async function command(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "command", args, "pvV", "[-pVv] command [arg ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (rest.length === 0) return 0;
  if (given.has("v") || given.has("V")) {
    let status = 1;
    for (const name of rest) if (await describeCommand(shell, "command", name, given.has("V") ? "long" : "short")) status = 0;
    return status;
  }
  if (!given.has("p")) return await shell.evaluator.runWords(shell, rest, { functions: false, builtins: true });
  const scope = shell.variables.pushScope(true);
  shell.variables.declareIn(scope, "PATH", STANDARD_PATH).exported = true;
  try {
    return await shell.evaluator.runWords(shell, rest, { functions: false, builtins: true });
  } finally {
    shell.variables.popScope();
  }
}

async function builtin(shell: Shell, args: readonly string[]): Promise<number> {
  const words = args[0] === "--" ? args.slice(1) : args;
  const [name] = words;
  if (name === undefined) return 0;
  if (!shell.builtins.has(name)) return await builtinError(shell, "builtin", `${name}: not a shell builtin`);
  return await shell.evaluator.runWords(shell, words, { functions: false, builtins: true });
}

async function letBuiltin(shell: Shell, given: readonly string[]): Promise<number> {
  const args = given[0] === "--" ? given.slice(1) : given;
  if (args.length === 0) return await builtinError(shell, "let", "expression expected");
  let value = 0n;
  try {
    for (const expression of args) value = evaluateRaw(shell, expression);
  } catch (error) {
    if (error instanceof ArithmeticError) return await builtinError(shell, "let", error.message);
    throw error;
  }
  return value === 0n ? 1 : 0;
}

export const evaluationBuiltins: BuiltinTable = {
  eval: { run: evaluate },
  source: { run: source },
  ".": { run: source },
  exec: { run: exec },
  command: { run: command },
  builtin: { run: builtin },
  let: { run: letBuiltin },
};
