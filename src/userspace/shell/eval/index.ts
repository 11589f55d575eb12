/** The evaluator: runs parsed commands in a shell. */
import type { Statement } from "unbash";
import { complain } from "../../lib/index.ts";
import { expandAliases } from "../aliases.ts";
import { extendedPatternProblem } from "../extended-patterns.ts";
import type { Evaluator, Shell } from "../shell.ts";
import { type Parsed, parseSource, Source } from "../source.ts";
import type { SyntaxProblem } from "../syntax-error.ts";
import { runPendingTraps } from "../traps.ts";
import { Discard } from "../unwind.ts";
import { runNode, runStatements } from "./command.ts";
import { enterNesting } from "./function.ts";
import { reportSyntaxError } from "./report.ts";
import { runWords } from "./simple.ts";
import { commandSubstitution, processSubstitution } from "./substitution.ts";

/** The status of a syntax error. */
const SYNTAX_ERROR = 2;

/** Kinds of text that messages about its syntax name. */
const LABELLED = /^eval$|trap$/;
/** Kinds of text whose commands `set -x` shows as if they stood outside of it. */
const UNSEEN: ReadonlySet<string> = new Set(["line", "script", "exit trap"]);

/** Runs parsed text line by line: an error in a line ends that line, not the text. `last`: nothing follows it in this process. */
export async function runParsed(shell: Shell, parsed: Parsed, what: string, last: boolean, aliases = true): Promise<number> {
  shell.source.label = what;
  let status = 0;
  const { lines, problem } = parsed;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as readonly Statement[];
    if (shell.options.get("verbose")) await echoLine(shell, lines[i - 1] ?? [], line);
    const misread = shell.options.shopt("extglob") ? null : extendedPatternProblem(shell.source, line);
    if (misread !== null) return await endAt(shell, misread);
    status = await runLine(shell, line, last && problem === null && i === lines.length - 1, aliases);
  }
  return problem === null ? status : await endAt(shell, problem);
}

/** Runs the statements of a line. */
async function runLine(shell: Shell, statements: readonly Statement[], last: boolean, aliases: boolean): Promise<number> {
  try {
    const line = aliases ? withAliases(shell, statements) : { statements, source: null };
    return line.source === null ? await runStatements(shell, line.statements, last) : await runText(shell, line.source, "line");
  } catch (error) {
    if (!(error instanceof Discard)) throw error;
    shell.status = error.status;
    shell.loops = 0;
    if (shell.traps.due) await runPendingTraps(shell);
    return error.status;
  }
}

/** Reports a syntax error. Most of them end the text. */
async function endAt(shell: Shell, problem: SyntaxProblem): Promise<number> {
  await reportSyntaxError(shell, problem);
  shell.status = problem.status === null ? shell.status : (problem.status ?? SYNTAX_ERROR);
  const { name, text } = shell.source;
  if (problem.resume === undefined || problem.resume >= text.length) return shell.status;
  const rest = new Source(name, text.slice(problem.resume), shell.source.lineOf(problem.resume));
  return await runText(shell, rest, "line");
}

/** The statements of a line, or the text to run in their place if they use aliases. */
function withAliases(
  shell: Shell,
  statements: readonly Statement[],
): { readonly statements: readonly Statement[]; readonly source: Source | null } {
  const [first, last] = [statements[0], statements.at(-1)];
  if (shell.aliases.size === 0 || first === undefined || last === undefined) return { statements, source: null };
  const text = shell.source.text.slice(first.pos, last.end);
  const expanded = expandAliases(shell, text);
  return { statements, source: expanded === text ? null : new Source(shell.source.name, expanded, shell.source.lineOf(first.pos)) };
}

/** set -v: shows the lines of a command as they are read, with the comments in front of it and its here-documents. */
async function echoLine(shell: Shell, before: readonly Statement[], line: readonly Statement[]): Promise<void> {
  const { text } = shell.source;
  const from = before.length === 0 ? 0 : endOfLines(text, before) + 1;
  await complain(shell.process, `${text.slice(from, endOfLines(text, line))}\n`);
}

/** Where the last line of a command ends. */
function endOfLines(text: string, statements: readonly Statement[]): number {
  const last = statements.at(-1)?.end ?? 0;
  const end = text.indexOf("\n", Math.max(last, ...statements.map(endOfDocuments)));
  return end < 0 ? text.length : end;
}

/** Where the last here-document below a node ends. */
function endOfDocuments(node: unknown): number {
  if (typeof node !== "object" || node === null) return 0;
  const own = "closing" in node ? endOf(node.closing) : 0;
  return Math.max(own, ...Object.values(node).map(endOfDocuments));
}

function endOf(place: unknown): number {
  return typeof place === "object" && place !== null && "end" in place && typeof place.end === "number" ? place.end : 0;
}

/** `eval`, traps, sourced files: text that runs in the place of a command. */
async function runText(shell: Shell, source: Source, what: string): Promise<number> {
  await enterNesting(shell, what);
  const { source: outer, position, line, guarded, loops, traceDepth, command } = shell;
  shell.source = source;
  if (!UNSEEN.has(what)) shell.traceDepth++;
  try {
    return await runParsed(shell, parseSource(source), LABELLED.test(what) ? what : "", false, what !== "line");
  } finally {
    shell.source = outer;
    shell.at(position);
    shell.line = line;
    shell.guarded = guarded;
    shell.loops = loops;
    shell.traceDepth = traceDepth;
    if (what === "eval" || what === "source") shell.command = command;
    shell.nesting--;
  }
}

export const evaluator: Evaluator = { run: runStatements, node: runNode, runText, runWords, commandSubstitution, processSubstitution };
