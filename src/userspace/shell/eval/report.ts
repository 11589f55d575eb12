/** Messages about the syntax of the text that runs. */
import { complain } from "../../lib/index.ts";
import type { Shell } from "../shell.ts";
import type { SyntaxProblem } from "../syntax-error.ts";

/** Prints what is wrong with the text that runs. */
export async function reportSyntaxError(shell: Shell, problem: SyntaxProblem): Promise<void> {
  const what = shell.source.label;
  const line = shell.typed && shell.calls.length === 0 ? "" : `line ${problem.line}: `;
  if (problem.message === null) return;
  const head = `${shell.errorName}: ${what === "" ? "" : `${what}: `}${line}`;
  const quote = problem.quote === null ? "" : `${head}\`${problem.quote}'\n`;
  await complain(shell.process, `${head}${problem.message}\n${quote}`);
}
