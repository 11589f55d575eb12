/** Options of builtins: single letters, bundled, ended by -- or the first operand. */

import { complain } from "../../lib/index.ts";
import type { Shell } from "../shell.ts";
import { builtinError } from "./builtin.ts";

export interface Flags {
  /** Letters that were given, with their arguments ("" for those that take none). "+x" for those given with a plus. */
  readonly given: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** `spec` as getopt has it: "ab:c". `plus` allows +x. Null after an error, which has been printed; the status is then 2. */
export async function parseFlags(
  shell: Shell,
  name: string,
  args: readonly string[],
  spec: string,
  usage: string,
  plus = false,
): Promise<Flags | null> {
  const given = new Map<string, string>();
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === "--") {
      i++;
      break;
    }
    if (arg.length < 2 || !(arg.startsWith("-") || (plus && arg.startsWith("+")))) break;
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] as string;
      const found = letter === ":" ? -1 : spec.indexOf(letter);
      if (found < 0) return await refuse(shell, name, `${arg[0]}${letter}: invalid option`, usage);
      const key = arg.startsWith("+") ? `+${letter}` : letter;
      if (spec[found + 1] !== ":") {
        given.set(key, "");
        continue;
      }
      const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
      if (value === undefined) return await refuse(shell, name, `-${letter}: option requires an argument`, usage);
      given.set(key, value);
      break;
    }
  }
  return { given, rest: args.slice(i) };
}

async function refuse(shell: Shell, name: string, message: string, usage: string): Promise<null> {
  await builtinError(shell, name, message);
  await complain(shell.process, `${name}: usage: ${name} ${usage}\n`);
  return null;
}
