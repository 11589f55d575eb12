/** Simple commands: expansions, assignments, redirections, and then a function, a builtin or a program. */
import { type Assignment, type Command, parse, type Redirection, type Word } from "unbash";
import type { Soon } from "../../../kernel/index.ts";
import { AssociativeArray } from "../arrays.ts";
import { assignText } from "../assign.ts";
import type { Builtin } from "../builtins/builtin.ts";
import { expandWord } from "../expand/word.ts";
import type { ShellFunction } from "../functions.ts";
import { Placement, waitForForeground } from "../job-control.ts";
import { exitStatus, JobProcess } from "../job-table.ts";
import { afterForeground, keepUp, reportDeath } from "../jobs.ts";
import { textLater } from "../print.ts";
import { redirect, type Undo, undoRedirections } from "../redirect.ts";
import type { CommandLookup, Shell } from "../shell.ts";
import { SPECIAL_BUILTINS } from "../syntax-words.ts";
import { trace, traceAssignment, traceWords } from "../trace.ts";
import { beforeCommand } from "../traps.ts";
import { EvaluationError, ExpansionError } from "../unwind.ts";
import { type ArrayElement, assign, assignmentWord, expandElements, traceCompound } from "./assignment.ts";
import { execCommand, findCommand } from "./external.ts";
import { forkShell } from "./fork.ts";
import { callFunction } from "./function.ts";
import { closeSubstitutions } from "./substitution.ts";

/** A command's parts by kind, worked out once. */
interface CommandPlan {
  /** bash counts a command's line at the end of its second word. */
  readonly at: number;
  readonly words: readonly (Word | Assignment)[];
  /** True if one of the words is an assignment, as the arguments of `declare` are. */
  readonly assigns: boolean;
  readonly assignments: readonly Assignment[];
  readonly redirections: readonly Redirection[];
}

const EVERYTHING: CommandLookup = { functions: true, builtins: true };
const NO_ARRAYS: ReadonlyMap<number, readonly ArrayElement[]> = new Map();

function planOf(shell: Shell, node: Command): CommandPlan {
  if (shell.options.get("keyword")) return makePlan(node, true);
  const { commands } = shell.compiled;
  let plan = commands.get(node) as CommandPlan | undefined;
  if (plan === undefined) {
    plan = makePlan(node, false);
    commands.set(node, plan);
  }
  return plan;
}

/** `anywhere`: set -k, assignments among the arguments are for the command's environment too. */
function makePlan(node: Command, anywhere: boolean): CommandPlan {
  const { name, prefix, suffix } = node;
  const elements = [...prefix, ...(name === undefined ? [] : [name]), ...suffix];
  const second = elements[1] ?? elements[0];
  const isAssignment = (element: { readonly type: string }): element is Assignment => element.type === "Assignment";
  const args = anywhere ? node.args.map(asAssignment) : node.args;
  const assignments = [...prefix, ...(anywhere ? args : [])].filter(isAssignment);
  const words = name === undefined ? [] : [name, ...(anywhere ? args.filter((word) => !isAssignment(word)) : args)];
  return {
    at: Math.max(node.pos, (second?.end ?? node.end) - 1),
    words,
    assigns: words.some(({ type }) => type !== "Word"),
    assignments,
    redirections: node.redirects,
  };
}

/** An argument that looks like an assignment, as one. */
function asAssignment(word: Word | Assignment): Word | Assignment {
  if (!/^[A-Za-z_]\w*\+?=/.test(word.text)) return word;
  const command = parse(`${word.text} :`).commands[0]?.command;
  const found = command?.type === "Command" ? command.prefix[0] : undefined;
  return found?.type === "Assignment" ? found : word;
}

/** Runs a simple command. `last`: this process has nothing left to do, so that a program can take its place. */
export async function runSimple(shell: Shell, node: Command, last: boolean): Promise<number> {
  const plan = planOf(shell, node);
  shell.at(plan.at);
  shell.substitutionStatus = null;
  const fds = shell.substitutionFds.length;
  if (shell.traps.running === 0) shell.command = { source: shell.source, node };
  if (shell.announced) shell.announced = false;
  else if (shell.traps.size > 0 && (await beforeCommand(shell, shell.command))) return 0;
  const words: string[] = [];
  const arrays = plan.assigns ? await expandDeclaration(shell, plan, words) : NO_ARRAYS;
  const pending = plan.assigns ? undefined : expandWords(shell, plan, words);
  if (pending !== undefined) await pending;
  if (shell.warnings.length > 0) await shell.flushWarnings();
  const status = words.length === 0 ? await runAssignments(shell, plan) : await runCommand(shell, node, plan, words, arrays, last);
  if (words.length > 0) shell.lastArgument = words.at(-1) as string;
  if (shell.substitutionFds.length > fds) await closeSubstitutions(shell, fds);
  return status;
}

/** The words of a command. Most need no waiting. */
function expandWords(shell: Shell, plan: CommandPlan, words: string[], first = 0): Soon<void> {
  for (let i = first; i < plan.words.length; i++) {
    const pending = expandWord(shell, plan.words[i] as Word, words);
    if (pending !== undefined) return pending.then(() => expandWords(shell, plan, words, i + 1));
  }
}

/** The words of a command with assignments among them: a builtin that declares takes these as they stand, with its arrays. */
async function expandDeclaration(shell: Shell, plan: CommandPlan, words: string[]): Promise<Map<number, readonly ArrayElement[]>> {
  const arrays = new Map<number, readonly ArrayElement[]>();
  let declares: boolean | null = null;
  for (const word of plan.words) {
    if (word.type === "Word") {
      const pending = expandWord(shell, word, words);
      if (pending !== undefined) await pending;
      continue;
    }
    declares ??= shell.builtins.get(words[0] ?? "")?.declares === true || words[0] === "command" || words[0] === "builtin";
    if (!declares) {
      const pending = expandWord(shell, shell.compiled.plans.parseWord(word.text), words);
      if (pending !== undefined) await pending;
      continue;
    }
    words.push(await assignmentWord(shell, word));
    if (word.value.type !== "ArrayValue") continue;
    const known = shell.variables.find(word.name)?.value;
    const associative = known instanceof AssociativeArray || words.some((given) => /^-\w*A/.test(given));
    const elements = await expandElements(shell, word.value, associative);
    arrays.set(words.length - 2, elements);
    if (shell.options.xtrace) await trace(shell, traceCompound(word.name, elements));
  }
  return arrays;
}

/** Assignments (and redirections) without a command. */
async function runAssignments(shell: Shell, plan: CommandPlan): Promise<number> {
  await shell.process.schedYield();
  for (const assignment of plan.assignments) {
    await assign(shell, assignment);
  }
  if (plan.redirections.length > 0) {
    const undo: Undo = [];
    const done = await redirect(shell, plan.redirections, undo);
    await undoRedirections(shell, undo);
    if (!done) return 1;
  }
  return shell.substitutionStatus ?? 0;
}

function runCommand(
  shell: Shell,
  node: Command,
  plan: CommandPlan,
  words: readonly string[],
  arrays: ReadonlyMap<number, readonly ArrayElement[]>,
  last: boolean,
): Promise<number> {
  const name = words[0] as string;
  const called = shell.functions.get(name);
  const builtin = called === undefined ? shell.builtins.get(name) : undefined;
  if (called === undefined && builtin === undefined) return runExternal(shell, node, plan, words, last);
  return runInside(shell, called ?? (builtin as Builtin), plan, words, arrays);
}

/** A function or a builtin: what runs in the shell itself. Most have neither assignments nor redirections. */
function runInside(
  shell: Shell,
  inside: ShellFunction | Builtin,
  plan: CommandPlan,
  words: readonly string[],
  arrays: ReadonlyMap<number, readonly ArrayElement[]>,
): Promise<number> {
  const plain = plan.assignments.length === 0 && plan.redirections.length === 0 && !shell.options.xtrace;
  const turn = shell.process.schedYield();
  return turn.then(() =>
    !plain
      ? runPrepared(shell, inside, plan, words, arrays)
      : "run" in inside
        ? runBuiltin(shell, inside, words, arrays)
        : callFunction(shell, inside, words.slice(1)),
  );
}

async function runPrepared(
  shell: Shell,
  inside: ShellFunction | Builtin,
  plan: CommandPlan,
  words: readonly string[],
  arrays: ReadonlyMap<number, readonly ArrayElement[]>,
): Promise<number> {
  const assigned = plan.assignments.length > 0;
  const values = assigned ? await expandAssignments(shell, plan.assignments) : [];
  if (shell.options.xtrace)
    await traceWords(shell, arrays.size === 0 ? words : words.map((word, i) => (arrays.has(i - 1) ? word.replace(/\+?=.*/s, "") : word)));
  const run = (): Soon<number> =>
    "run" in inside ? runBuiltin(shell, inside, words, arrays) : callFunction(shell, inside, words.slice(1));
  const keep = "run" in inside && (words[0] === "command" || words[0] === "builtin" ? words[1] : words[0]) === "exec";
  if (assigned && "run" in inside && shell.options.get("posix") && SPECIAL_BUILTINS.has(words[0] as string)) {
    for (const [name, value] of values) {
      assignText(shell, name, value, false);
      shell.variables.writable(name).exported = true;
    }
    return await withRedirections(shell, plan.redirections, keep, run);
  }
  return await withRedirections(shell, plan.redirections, keep, assigned ? () => withAssignments(shell, values, run) : run);
}

function runBuiltin(
  shell: Shell,
  builtin: Builtin,
  words: readonly string[],
  arrays: ReadonlyMap<number, readonly ArrayElement[]>,
): Soon<number> {
  try {
    const status = builtin.run(shell, words.slice(1), { name: words[0] as string, arrays });
    return status instanceof Promise ? status.catch((error) => failedBuiltin(shell, words, error)) : status;
  } catch (error) {
    return failedBuiltin(shell, words, error);
  }
}

/** An assignment that a builtin was asked for has failed; the line goes on. */
function failedBuiltin(shell: Shell, words: readonly string[], error: unknown): Promise<number> {
  if (!(error instanceof ExpansionError) || error.fatal) throw error;
  if (error instanceof EvaluationError) throw error.named ? new EvaluationError(`${words[0]}: ${error.message}`, false) : error;
  return shell.complain(error.message).then(() => 1);
}

/** Runs something with redirections, which are undone afterwards unless they are to stay (`exec`). */
export async function withRedirections(
  shell: Shell,
  redirections: readonly Redirection[],
  keep: boolean,
  body: () => Soon<number>,
): Promise<number> {
  if (redirections.length === 0) return await body();
  const undo: Undo | null = keep ? null : [];
  try {
    return (await redirect(shell, redirections, undo)) ? await body() : 1;
  } finally {
    if (undo !== null) await undoRedirections(shell, undo);
  }
}

/** The names and values of assignments in front of a command. A read-only one is refused, no more. */
async function expandAssignments(shell: Shell, assignments: readonly Assignment[]): Promise<readonly (readonly [string, string])[]> {
  const values: (readonly [string, string])[] = [];
  // Each sees those in front of it.
  const scope = shell.variables.pushScope(true);
  try {
    for (const assignment of assignments) {
      const { name, append = false } = assignment;
      const word = await assignmentWord(shell, assignment);
      if (shell.variables.find(name)?.readonly === true) {
        await shell.complain(`${name}: readonly variable`);
        continue;
      }
      const value = word.slice(word.indexOf("=") + 1);
      const whole = append ? (shell.variables.text(name) ?? "") + value : value;
      values.push([name, whole]);
      shell.variables.declareIn(scope, name, whole).exported = true;
      if (shell.options.xtrace) await trace(shell, traceAssignment(word));
    }
  } finally {
    shell.variables.popScope();
  }
  return values;
}

/** Makes them exported variables of a scope of their own. */
function pushAssignments(shell: Shell, values: readonly (readonly [string, string])[]): void {
  const scope = shell.variables.pushScope(true);
  for (const [name, value] of values) shell.variables.declareIn(scope, name, value).exported = true;
}

/** Runs something with assignments that vanish with it. */
async function withAssignments(shell: Shell, values: readonly (readonly [string, string])[], body: () => Soon<number>): Promise<number> {
  pushAssignments(shell, values);
  try {
    return await body();
  } finally {
    shell.variables.popScope();
  }
}

async function runExternal(shell: Shell, node: Command, plan: CommandPlan, words: readonly string[], last: boolean): Promise<number> {
  const values = plan.assignments.length > 0 ? await expandAssignments(shell, plan.assignments) : [];
  if (shell.options.xtrace) await traceWords(shell, words);
  const news = keepUp(shell);
  if (news !== undefined) await news;
  const path = await findCommand(shell, words[0] ?? "", values.find(([assigned]) => assigned === "PATH")?.[1]);
  if (last && shell.traps.size === 0) return await become(shell, plan, values, path, words);
  return await runForeground(shell, (twin) => become(twin, plan, values, path, words), textLater(shell, node));
}

/** In the process that is to be the command. */
function become(
  shell: Shell,
  plan: CommandPlan,
  values: readonly (readonly [string, string])[],
  path: string | null,
  words: readonly string[],
): Promise<number> {
  const exec = (): Promise<number> => {
    if (values.length > 0) pushAssignments(shell, values);
    return execCommand(shell, path, words);
  };
  if (plan.redirections.length === 0) return exec();
  return redirect(shell, plan.redirections, null).then((done) => (done ? exec() : 1));
}

/** Runs `body` in a child in the foreground and tells if a signal ended it. */
export async function runForeground(shell: Shell, body: (twin: Shell) => Promise<number>, text: () => string): Promise<number> {
  const placement = new Placement(true);
  const pid = await forkShell(shell, body, placement);
  const process = new JobProcess(pid, text);
  await waitForForeground(shell, [process], text, placement);
  const { ended } = process;
  if (ended !== null && ended.signal !== 0) await reportDeath(shell, [process], true);
  await afterForeground(shell);
  return ended === null ? 128 + process.stopped : exitStatus(ended);
}

/** Runs words as a command, as `command`, `builtin`, `xargs`-like callers and traps want them. */
export async function runWords(shell: Shell, words: readonly string[], lookup: CommandLookup = EVERYTHING): Promise<number> {
  const [name] = words;
  if (name === undefined) return 0;
  const called = lookup.functions ? shell.functions.get(name) : undefined;
  if (called !== undefined) return await callFunction(shell, called, words.slice(1));
  const builtin = lookup.builtins ? shell.builtins.get(name) : undefined;
  if (builtin !== undefined) return await runBuiltin(shell, builtin, words, NO_ARRAYS);
  const path = await findCommand(shell, name);
  return await runForeground(
    shell,
    async (twin) => await execCommand(twin, path, words),
    () => words.join(" "),
  );
}
