/** Options that take one of a few words (gnulib argmatch). */
import { complain } from "../lib/index.ts";
import { quote } from "./quote.ts";
import type { Utility } from "./utility.ts";

/** Wrong usage: a word that is none of those an option knows. */
export async function refuseChoice(util: Utility, word: string, option: string, words: readonly string[]): Promise<never> {
  await util.say(`invalid argument ${quote(word)} for ${quote(option)}`);
  await complain(util.process, `Valid arguments are:\n${words.map((known) => `  - '${known}'\n`).join("")}`);
  await complain(util.process, `Try '${util.name} --help' for more information.\n`);
  return await util.end(1);
}
