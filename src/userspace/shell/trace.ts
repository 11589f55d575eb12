/** set -x: shows commands before they run, each level of substitution with one more +. */
import { complain } from "../lib/index.ts";
import { expandEmbedded } from "./expand/word.ts";
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

/** Prints one line behind PS4, whose first character is repeated for each level of substitution. */
export async function trace(shell: Shell, text: string): Promise<void> {
  const prompt = shell.variables.text("PS4") ?? "+ ";
  const wasTracing = shell.options.xtrace;
  shell.options.set("xtrace", false);
  const expanded = await expandEmbedded(shell, prompt);
  shell.options.set("xtrace", wasTracing);
  const [first = ""] = expanded;
  await complain(shell.process, `${first.repeat(shell.substitutionDepth - 1)}${expanded}${text}\n`);
}
