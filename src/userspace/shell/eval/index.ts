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
  let status = 0;
  const { lines } = parsed;
  let { problem } = parsed;
  for (let i = 0; i < lines.length; i++) {
    const misread = shell.options.shopt("extglob") ? null : extendedPatternProblem(shell.source, lines[i] ?? []);
    if (misread !== null) {
      problem = misread;
      break;
    }
    if (shell.options.get("verbose")) await echoLine(shell, lines[i] ?? []);
    try {
      const line = aliases ? withAliases(shell, lines[i] ?? []) : { statements: lines[i] ?? [], source: null };
      const ends = last && problem === null && i === lines.length - 1;
      status = line.source === null ? await runStatements(shell, line.statements, ends) : await runText(shell, line.source, "line");
    } catch (error) {
      if (!(error instanceof Discard)) throw error;
      status = error.status;
      shell.status = status;
      shell.loops = 0;
      if (shell.traps.due) await runPendingTraps(shell);
    }
  }
  if (problem === null) return status;
  await reportSyntaxError(shell, problem, what);
  shell.status = SYNTAX_ERROR;
  return SYNTAX_ERROR;
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

/** set -v: shows a line as it is read. */
async function echoLine(shell: Shell, line: readonly Statement[]): Promise<void> {
  const { text } = shell.source;
  const [first, last] = [line[0], line.at(-1)];
  if (first === undefined || last === undefined) return;
  const end = text.indexOf("\n", last.end);
  await complain(shell.process, `${text.slice(text.lastIndexOf("\n", first.pos) + 1, end < 0 ? text.length : end)}\n`);
}

async function reportSyntaxError(shell: Shell, problem: SyntaxProblem, what: string): Promise<void> {
  const line = shell.typed && shell.calls.length === 0 ? "" : `line ${problem.line}: `;
  const head = `${shell.errorName}: ${what === "" ? "" : `${what}: `}${line}`;
  const quote = problem.quote === null ? "" : `${head}\`${problem.quote}'\n`;
  await complain(shell.process, `${head}${problem.message}\n${quote}`);
}

/** `eval`, traps, sourced files: text that runs in the place of a command. */
async function runText(shell: Shell, source: Source, what: string): Promise<number> {
  await enterNesting(shell, what);
  const { source: outer, position, line, guarded, loops, traceDepth } = shell;
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
    shell.nesting--;
  }
}

export const evaluator: Evaluator = { run: runStatements, node: runNode, runText, runWords, commandSubstitution, processSubstitution };
