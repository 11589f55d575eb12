/** Lists and the dispatch over kinds of command; here failures meet `set -e`, ERR and the messages of failed expansions. */
import type { AndOr, CommandNode, PipelineNode, Redirected, Statement } from "unbash";
import type { Soon } from "../../../kernel/index.ts";
import type { Shell } from "../shell.ts";
import { runPendingTraps, runTrap } from "../traps.ts";
import { Discard, ExpansionError, ShellExit } from "../unwind.ts";
import { runArithmeticCommand, runArithmeticFor, runCase, runFor, runIf, runSubshell, runTestCommand, runWhile } from "./compound.ts";
import { runCoproc } from "./coproc.ts";
import { runPipeline, startBackground } from "./pipeline.ts";
import { runSelect } from "./select.ts";
import { runSimple, withRedirections } from "./simple.ts";

/** Runs statements in order; the status of the last one. */
export function runStatements(shell: Shell, statements: readonly Statement[], last: boolean): Promise<number> {
  const [first] = statements;
  const single = statements.length === 1 && first !== undefined && first.background !== true;
  return single ? runNode(shell, first.command, last) : runList(shell, statements, last);
}

async function runList(shell: Shell, statements: readonly Statement[], last: boolean): Promise<number> {
  let status = 0;
  for (let i = 0; i < statements.length; i++) {
    const statement = statements[i] as Statement;
    if (statement.background === true) {
      status = await startBackground(shell, statement);
      shell.status = status;
    } else {
      status = await runNode(shell, statement.command, last && i === statements.length - 1);
    }
  }
  return status;
}

/** Runs one command. Its status is also left in $?. */
export async function runNode(shell: Shell, node: PipelineNode | AndOr, last: boolean): Promise<number> {
  if (shell.options.noexec) return shell.status;
  // The failure of a command that is a whole child counts in its parent.
  const counts = !shell.announced;
  let status: number;
  try {
    status = await dispatch(shell, node, last);
  } catch (error) {
    if (error instanceof ExpansionError) await failExpansion(shell, error);
    throw error;
  }
  shell.status = status;
  if (shell.traps.due) await runPendingTraps(shell);
  if (isChecked(node)) {
    if (node.type !== "Pipeline") shell.pipeStatus = [status];
    if (status !== 0 && shell.guarded === 0 && counts) await afterFailure(shell, status);
  }
  return status;
}

/** Prints the message of a failed expansion, and leaves the shell or the rest of the line. */
async function failExpansion(shell: Shell, error: ExpansionError): Promise<never> {
  await shell.complain(error.message);
  shell.status = 1;
  throw error.fatal || shell.options.get("posix") ? new ShellExit(shell.options.errexit ? 1 : shell.fatalStatus) : new Discard(1);
}

/** Commands whose failure counts for `set -e`; of others a command inside has counted already. */
function isChecked(node: PipelineNode | AndOr): boolean {
  switch (node.type) {
    case "Command":
    case "Subshell":
    case "ArithmeticCommand":
    case "TestCommand":
      return true;
    case "Pipeline":
      return node.commands.length > 1 && node.prefixes.every(({ type }) => type !== "Negation");
    case "Redirected":
      return isChecked(node.command);
    default:
      return false;
  }
}

async function afterFailure(shell: Shell, status: number): Promise<void> {
  if (shell.traps.has("ERR")) await runTrap(shell, "ERR");
  if (shell.options.errexit) throw new ShellExit(status);
}

/** Not `async`: a promise for each level of every command is not needed. */
function dispatch(shell: Shell, node: PipelineNode | AndOr, last: boolean): Soon<number> {
  switch (node.type) {
    case "Command":
      return runSimple(shell, node, last);
    case "AndOr":
      return runAndOr(shell, node, last);
    case "Pipeline":
      return runPipeline(shell, node, last);
    case "Function":
      return defineFunction(shell, node);
    case "Redirected":
      return runRedirected(shell, node);
    case "Coproc":
      return runCoproc(shell, node);
    default:
      return dispatchCompound(shell, node);
  }
}

async function runRedirected(shell: Shell, node: Redirected): Promise<number> {
  let begun = false;
  shell.at(node.redirects[0]?.pos ?? node.pos);
  const status = await withRedirections(shell, node.redirects, false, async () => {
    begun = true;
    return await dispatch(shell, node.command, false);
  });
  if (!begun && shell.guarded === 0 && !isChecked(node)) await afterFailure(shell, status);
  return status;
}

function dispatchCompound(
  shell: Shell,
  node: Exclude<CommandNode, { type: "Command" | "Function" | "Redirected" | "Coproc" }>,
): Promise<number> {
  switch (node.type) {
    case "If":
      return runIf(shell, node);
    case "For":
      return runFor(shell, node);
    case "While":
      return runWhile(shell, node);
    case "BraceGroup":
      return runStatements(shell, node.body.commands, false);
    case "Subshell":
      return runSubshell(shell, node);
    case "Case":
      return runCase(shell, node);
    case "TestCommand":
      return runTestCommand(shell, node);
    case "ArithmeticCommand":
      return runArithmeticCommand(shell, node);
    case "ArithmeticFor":
      return runArithmeticFor(shell, node);
    case "Select":
      return runSelect(shell, node);
  }
}

/** a && b || c: all but the last are conditions. */
async function runAndOr(shell: Shell, node: AndOr, last: boolean): Promise<number> {
  let status = 0;
  for (let i = 0; i < node.commands.length; i++) {
    const operator = node.operators[i - 1];
    if ((operator === "&&" && status !== 0) || (operator === "||" && status === 0)) continue;
    const command = node.commands[i] as PipelineNode;
    const final = i === node.commands.length - 1;
    if (!final) shell.guarded++;
    try {
      status = await runNode(shell, command, final && last);
    } finally {
      if (!final) shell.guarded--;
    }
  }
  return status;
}

async function defineFunction(shell: Shell, node: CommandNode & { type: "Function" }): Promise<number> {
  const name = node.name.value;
  if (shell.functions.get(name)?.readonly === true) {
    await shell.complain(`${name}: readonly function`);
    return 1;
  }
  shell.functions.set(name, {
    name,
    body: node.body,
    source: shell.source,
    sourceName: shell.calls.at(-1)?.source ?? shell.source.name,
    exported: shell.options.get("allexport"),
    readonly: false,
    traced: false,
  });
  return 0;
}
