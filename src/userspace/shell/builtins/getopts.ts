/** getopts: one option at each call, at the place in the arguments that OPTIND and the shell remember. */
import { complain } from "../../lib/index.ts";
import { assignText } from "../assign.ts";
import type { Shell } from "../shell.ts";
import { isName } from "../variables.ts";
import { type BuiltinTable, builtinError, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

async function getopts(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "getopts", args, "", "optstring name [arg ...]");
  if (flags === null) return USAGE;
  const [spec, name, ...given] = flags.rest;
  if (spec === undefined || name === undefined) {
    await complain(shell.process, "getopts: usage: getopts optstring name [arg ...]\n");
    return USAGE;
  }
  if (!isName(name)) return await builtinError(shell, "getopts", `\`${name}': not a valid identifier`);
  const words = given.length > 0 ? given : shell.positional;
  const index = Number(shell.variables.text("OPTIND") ?? "1") || 1;
  if (index !== shell.getoptsIndex) shell.getoptsAt = 1;
  const word = words[index - 1];
  if (word === undefined || !/^-./.test(word) || word === "--") {
    advance(shell, word === "--" ? index + 1 : Math.min(index, words.length + 1), 1);
    assignText(shell, name, "?", false);
    return 1;
  }
  return await takeOption(shell, { spec, name, words, index, word });
}

interface Place {
  readonly spec: string;
  readonly name: string;
  readonly words: readonly string[];
  /** OPTIND */
  readonly index: number;
  readonly word: string;
}

async function takeOption(shell: Shell, place: Place): Promise<number> {
  const { spec, name, words, index, word } = place;
  const silent = spec.startsWith(":");
  const at = shell.getoptsAt;
  const letter = word[at] as string;
  const more = at + 1 < word.length;
  const found = letter === ":" ? -1 : spec.indexOf(letter, silent ? 1 : 0);
  const takesValue = found >= 0 && spec[found + 1] === ":";
  const value = !takesValue ? undefined : more ? word.slice(at + 1) : words[index];
  if (takesValue) advance(shell, more || value === undefined ? index + 1 : index + 2, 1);
  else advance(shell, more ? index : index + 1, more ? at + 1 : 1);
  if (found < 0) return await refuse(shell, name, silent, "?", letter, `illegal option -- ${letter}`);
  if (takesValue && value === undefined) {
    return await refuse(shell, name, silent, silent ? ":" : "?", letter, `option requires an argument -- ${letter}`);
  }
  if (value === undefined) shell.variables.unset("OPTARG");
  else assignText(shell, "OPTARG", value, false);
  assignText(shell, name, letter, false);
  return 0;
}

function advance(shell: Shell, index: number, at: number): void {
  shell.getoptsIndex = index;
  shell.getoptsAt = at;
  assignText(shell, "OPTIND", String(index), false);
}

/** A wrong option: told on standard error, or, if the first letter is a colon, in OPTARG. */
async function refuse(shell: Shell, name: string, silent: boolean, result: string, letter: string, message: string): Promise<number> {
  assignText(shell, name, result, false);
  if (silent) {
    assignText(shell, "OPTARG", letter, false);
    return 0;
  }
  shell.variables.unset("OPTARG");
  if (shell.variables.text("OPTERR") !== "0") await complain(shell.process, `${shell.name}: ${message}\n`);
  return 0;
}

export const getoptsBuiltins: BuiltinTable = { getopts: { run: getopts } };
