/** Compound commands: groups, subshells, if, loops, case, select, (( )), [[ ]]. */
import type { ArithmeticCommand, ArithmeticFor, Case, CompoundList, For, If, Subshell, TestCommand, While, Word } from "unbash";
import type { Soon } from "../../../kernel/index.ts";
import { ArithmeticError } from "../arith/syntax.ts";
import { assignText, evaluateRaw } from "../assign.ts";
import { expandEmbedded, expandToPattern, expandToText, expandWords } from "../expand/word.ts";
import { arithmeticHeader, textLater, wordText } from "../print.ts";
import type { Shell } from "../shell.ts";
import { BadRegex, evaluateTest, traceTest } from "../test-expr.ts";
import { trace } from "../trace.ts";
import { beforeCommand } from "../traps.ts";
import { ExpansionError, LoopJump } from "../unwind.ts";
import { isName } from "../variables.ts";
import { runForeground } from "./simple.ts";

/** The status of [[ ]] with a malformed regular expression. */
const BAD_EXPRESSION = 2;

/** A condition: `set -e` and ERR do not apply in it. */
async function holds(shell: Shell, list: CompoundList): Promise<boolean> {
  shell.guarded++;
  try {
    return (await shell.evaluator.run(shell, list.commands, false)) === 0;
  } finally {
    shell.guarded--;
  }
}

export async function runIf(shell: Shell, node: If): Promise<number> {
  if (await holds(shell, node.clause)) return await shell.evaluator.run(shell, node.then.commands, false);
  for (const branch of node.elif) {
    if (await holds(shell, branch.clause)) return await shell.evaluator.run(shell, branch.then.commands, false);
  }
  return node.else === undefined ? 0 : await shell.evaluator.run(shell, node.else.commands, false);
}

/** Runs a loop's body once. True if the loop ends. */
export function iterate(shell: Shell, body: CompoundList, loop: { status: number }): Promise<boolean> {
  return shell.evaluator.run(shell, body.commands, false).then(
    (status) => {
      loop.status = status;
      return false;
    },
    (error) => {
      if (!(error instanceof LoopJump)) throw error;
      loop.status = error.status;
      return leavesLoop(shell, error);
    },
  );
}

/** What break and continue mean to the loop they reach. True if it ends; one for an outer loop goes on. */
function leavesLoop(shell: Shell, jump: LoopJump): boolean {
  if (jump.levels > 1 && shell.loops > 1) {
    jump.levels--;
    throw jump;
  }
  return jump.kind === "break";
}

export async function inLoop(shell: Shell, body: (loop: { status: number }) => Promise<void>): Promise<number> {
  const loop = { status: 0 };
  shell.loops++;
  try {
    await body(loop);
  } finally {
    shell.loops--;
  }
  return loop.status;
}

export async function runWhile(shell: Shell, node: While): Promise<number> {
  const wanted = node.kind === "while";
  return await inLoop(shell, async (loop) => {
    for (;;) {
      await shell.process.schedYield();
      try {
        if ((await holds(shell, node.clause)) !== wanted) return;
      } catch (error) {
        if (!(error instanceof LoopJump)) throw error;
        loop.status = error.status;
        if (leavesLoop(shell, error)) return;
        continue;
      }
      if (await iterate(shell, node.body, loop)) return;
    }
  });
}

export async function runFor(shell: Shell, node: For): Promise<number> {
  const name = node.name.value;
  shell.at(node.pos);
  if (!isName(name)) {
    await shell.complain(`\`${name}': not a valid identifier`);
    return 1;
  }
  const words = node.wordlist === undefined ? shell.positional : await expandWords(shell, node.wordlist);
  const shown = node.wordlist?.map((word) => wordText(shell.source, word)).join(" ") ?? '"$@"';
  return await inLoop(shell, async (loop) => {
    for (const word of words) {
      await shell.process.schedYield();
      if (shell.traps.size > 0 && (await beforeCommand(shell, `for ${name} in ${shown}`))) continue;
      if (shell.options.xtrace) await trace(shell, `for ${name} in ${shown}`);
      if (!(await assignsLoopVariable(shell, name, word, loop))) return;
      if (await iterate(shell, node.body, loop)) return;
    }
  });
}

/** False, with a message and a status, if the variable is read-only. */
async function assignsLoopVariable(shell: Shell, name: string, word: string, loop: { status: number }): Promise<boolean> {
  try {
    const variable = shell.variables.find(name)?.nameref === true ? shell.variables.changeable(name) : undefined;
    if (variable !== undefined) variable.value = word;
    else assignText(shell, name, word, false);
    return true;
  } catch (error) {
    if (!(error instanceof ExpansionError) || error.fatal) throw error;
    await shell.complain(error.message);
    loop.status = 1;
    return false;
  }
}

export async function runArithmeticFor(shell: Shell, node: ArithmeticFor): Promise<number> {
  shell.at(node.pos);
  const [initialize = "", test = "", update = ""] = arithmeticHeader(shell.source, node).map((part) => part.trimStart());
  const step = (expression: string): Soon<bigint | null> => {
    if (expression.trim() === "") return 1n;
    if (shell.traps.size === 0) return arithmetic(shell, expression, "((");
    return beforeCommand(shell, `((${expression}))`).then(() => arithmetic(shell, expression, "(("));
  };
  if ((await step(initialize)) === null) return 1;
  return await inLoop(shell, async (loop) => {
    for (;;) {
      await shell.process.schedYield();
      const tested = step(test);
      const value = tested instanceof Promise ? await tested : tested;
      if (value === null) loop.status = 1;
      if (value === null || value === 0n) return;
      if (await iterate(shell, node.body, loop)) return;
      const updated = step(update);
      if ((updated instanceof Promise ? await updated : updated) === null) {
        loop.status = 1;
        return;
      }
    }
  });
}

/** Evaluates an expression for a command of that name; null after an error, which has been printed. */
export function arithmetic(shell: Shell, expression: string, command: string): Soon<bigint | null> {
  const text = expandEmbedded(shell, expression);
  return typeof text === "string" ? traced(shell, text, command) : text.then((expanded) => traced(shell, expanded, command));
}

function traced(shell: Shell, expanded: string, command: string): Soon<bigint | null> {
  if (!shell.options.xtrace || command !== "((") return evaluated(shell, expanded, command);
  return trace(shell, `(( ${expanded} ))`).then(() => evaluated(shell, expanded, command));
}

function evaluated(shell: Shell, expanded: string, command: string): Soon<bigint | null> {
  try {
    return evaluateRaw(shell, expanded);
  } catch (error) {
    if (error instanceof ArithmeticError) return shell.complain(`${command}: ${error.message}`).then(() => null);
    if (error instanceof ExpansionError && !error.fatal) return shell.complain(error.message).then(() => null);
    throw error;
  }
}

export async function runArithmeticCommand(shell: Shell, node: ArithmeticCommand): Promise<number> {
  shell.at(node.pos);
  await shell.process.schedYield();
  if (shell.traps.size > 0 && (await beforeCommand(shell, { source: shell.source, node }))) return 0;
  const value = await arithmetic(shell, node.body, "((");
  return value === null || value === 0n ? 1 : 0;
}

export async function runTestCommand(shell: Shell, node: TestCommand): Promise<number> {
  shell.at(node.pos);
  await shell.process.schedYield();
  if (shell.traps.size > 0 && (await beforeCommand(shell, { source: shell.source, node }))) return 0;
  try {
    if (shell.options.xtrace) await traceTest(shell, node.expression);
    return (await evaluateTest(shell, node.expression)) ? 0 : 1;
  } catch (error) {
    if (error instanceof BadRegex) return BAD_EXPRESSION;
    if (!(error instanceof ArithmeticError)) throw error;
    await shell.complain(`[[: ${error.message}`);
    return 1;
  }
}

export async function runCase(shell: Shell, node: Case): Promise<number> {
  shell.at(node.pos);
  await shell.process.schedYield();
  if (shell.traps.size > 0 && (await beforeCommand(shell, `case ${wordText(shell.source, node.word)} in `))) return 0;
  const subject = await expandToText(shell, node.word);
  if (shell.options.xtrace) await trace(shell, `case ${node.word.text} in`);
  let status = 0;
  let through = false;
  for (const item of node.items) {
    if (!through && !(await matchesAny(shell, subject, item.pattern))) continue;
    status = await shell.evaluator.run(shell, item.body.commands, false);
    if (item.terminator === undefined || item.terminator === ";;") return status;
    through = item.terminator === ";&";
  }
  return status;
}

async function matchesAny(shell: Shell, subject: string, patterns: readonly Word[]): Promise<boolean> {
  for (const word of patterns) {
    const pattern = await expandToPattern(shell, word);
    if (shell.compiled.matcher.matches(subject, pattern, shell.patternOptions())) return true;
  }
  return false;
}

/** ( ... ): a child with a twin of the shell. */
export async function runSubshell(shell: Shell, node: Subshell): Promise<number> {
  shell.at(node.pos);
  if (shell.traps.running === 0) shell.command = { source: shell.source, node };
  const body = async (twin: Shell): Promise<number> => await twin.evaluator.run(twin, node.body.commands, true);
  return await runForeground(shell, body, textLater(shell, node));
}
