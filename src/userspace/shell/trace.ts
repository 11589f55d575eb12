/** set -x: shows commands before they run, with one more + within each command substitution, eval, sourced file and trap. */
import { encode, writeAll } from "../lib/index.ts";
import { expandPrompt } from "./expand/word.ts";
import { traceQuote } from "./quote.ts";
import type { Shell } from "./shell.ts";

export async function traceWords(shell: Shell, words: readonly string[]): Promise<void> {
  await trace(shell, words.map(traceQuote).join(" "));
}

/** name=value with the value quoted. */
export function traceAssignment(word: string): string {
  const at = word.indexOf("=") + 1;
  return at === word.length ? word : word.slice(0, at) + traceQuote(word.slice(at));
}

/** BASH_XTRACEFD, or standard error. */
function traceFd(shell: Shell): number {
  const text = shell.variables.text("BASH_XTRACEFD") ?? "";
  return /^\d+$/.test(text) ? Number(text) : 2;
}

/** Prints one line behind PS4, whose first character is repeated for each level. */
export async function trace(shell: Shell, text: string): Promise<void> {
  const prompt = shell.variables.text("PS4") ?? "";
  const wasTracing = shell.options.xtrace;
  shell.options.set("xtrace", false);
  const expanded = await expandPrompt(shell, prompt);
  shell.options.set("xtrace", wasTracing);
  const [first = ""] = expanded;
  await writeAll(shell.process, traceFd(shell), encode(`${first.repeat(shell.traceDepth - 1)}${expanded}${text}\n`));
}
