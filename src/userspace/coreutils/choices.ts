/** Options that take one of a few words (gnulib argmatch). */
import { complain } from "../lib/index.ts";
import { quote } from "./quote.ts";
import type { Utility } from "./utility.ts";

/** Words that mean the same: the first of them stands for all. */
type Group<T extends string> = readonly [T, ...string[]];

/**
 * The word that an option is given, which may be cut short as long as it can mean only one thing.
 * @param option as messages call it, such as `--color`
 */
export async function chooseWord<T extends string>(util: Utility, word: string, option: string, groups: readonly Group<T>[]): Promise<T> {
  const exact = groups.find((group) => (group as readonly string[]).includes(word));
  if (exact !== undefined) return exact[0];
  const begun = groups.filter((group) => group.some((known) => known.startsWith(word)));
  const only = begun[0];
  if (begun.length === 1 && only !== undefined) return only[0];
  return await refuseChoice(
    util,
    `${begun.length > 1 ? "ambiguous" : "invalid"} argument ${quote(word)} for ${quote(option)}`,
    groups.map((group) => group.map((known) => `'${known}'`).join(", ")),
  );
}

/** Wrong usage: what is wrong, and what would be right. */
export async function refuseChoice(util: Utility, message: string, choices: readonly string[], status = 1): Promise<never> {
  await util.say(message);
  await complain(util.process, `Valid arguments are:\n${choices.map((choice) => `  - ${choice}\n`).join("")}`);
  await complain(util.process, `Try '${util.name} --help' for more information.\n`);
  return await util.end(status);
}

/** When colours are used, for --color. */
export const WHEN = [
  ["always", "yes", "force"],
  ["never", "no", "none"],
  ["auto", "tty", "if-tty"],
] as const;
