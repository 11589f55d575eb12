/** getopt(1) of util-linux: -o -l -n -q -Q -u -T -s bash|sh, the old form, + and - in front of the letters. Left out: -a, csh. */
import type { Process, Program } from "../../syscall/index.ts";
import { complain, type OptionSpec, print, scanOptions } from "../lib/index.ts";

const [WRONG_INPUT, WRONG_USAGE, ENHANCED] = [1, 2, 4];

const OWN: OptionSpec = {
  short: "ao:l:n:qQs:TuhV",
  long: new Map(
    Object.entries({ alternative: "a", options: "o:", longoptions: "l:", name: "n:", quiet: "q", "quiet-output": "Q", shell: "s:" }).concat(
      Object.entries({ test: "T", unquoted: "u", help: "h", version: "V" }),
    ),
  ),
  stopAtOperand: true,
};

export const getopt: Program = async (process) => {
  const name = process.argv[0] ?? "";
  const words = process.argv.slice(1);
  const misuse = async (text: string): Promise<number> => {
    await complain(process, `${name}: ${text}\nTry '${name} --help' for more information.\n`);
    return WRONG_USAGE;
  };
  const [first] = words;
  if (first === undefined) return await misuse("missing optstring argument");
  if (!first.startsWith("-")) return await answer(process, scan(first, new Map(), words.slice(1)), name, new Set(["u"]));
  const { steps, operands } = scanOptions(words, OWN);
  const given = new Map<string, string>();
  const long = new Map<string, string>();
  for (const step of steps) {
    if (step.kind === "bad") return await misuse(step.complaint);
    given.set(step.letter, step.argument);
    if (step.letter === "l") for (const text of step.argument.split(/[, \t\n]+/)) addLong(long, text);
  }
  if (given.has("T")) return ENHANCED;
  const shell = given.get("s") ?? "bash";
  if (given.has("a") || (shell !== "bash" && shell !== "sh")) return await misuse("-a and csh are not modelled by this emulator");
  const rest = [...operands];
  const letters = given.get("o") ?? rest.shift();
  if (letters === undefined) return await misuse("missing optstring argument");
  const result = scan(letters, long, rest);
  return await answer(process, result, given.get("n") ?? name, new Set(given.keys()));
};

/** Prints what was found; of `options`, q and Q keep quiet and u leaves words unquoted. */
async function answer(process: Process, result: Scanned, name: string, options: ReadonlySet<string>): Promise<number> {
  if (result.complaint !== null && !options.has("q")) await complain(process, `${name}: ${result.complaint}\n`);
  if (!options.has("Q")) await print(process, `${shown(result, !options.has("u"))}\n`);
  return result.complaint === null ? 0 : WRONG_INPUT;
}

function addLong(long: Map<string, string>, text: string): void {
  const [, name = "", colons = ""] = /^(.*?)(:{0,2})$/.exec(text) ?? [];
  if (name !== "") long.set(name, name + colons);
}

interface Scanned {
  /** Options with their arguments, null for one that takes none. */
  readonly options: readonly { readonly word: string; readonly argument: string | null }[];
  readonly operands: readonly string[];
  readonly complaint: string | null;
}

function scan(letters: string, long: ReadonlyMap<string, string>, words: readonly string[]): Scanned {
  const short = letters.replace(/^[+-]/, "");
  const { steps, operands } = scanOptions(words, { short, long, stopAtOperand: letters.startsWith("+") });
  const options: { word: string; argument: string | null }[] = [];
  let complaint: string | null = null;
  for (const step of steps) {
    if (step.kind === "bad") complaint = step.complaint;
    else options.push({ word: step.word, argument: takes(step.word, short, long) ? step.argument : null });
  }
  return { options, operands, complaint };
}

function takes(word: string, short: string, long: ReadonlyMap<string, string>): boolean {
  if (word.startsWith("--")) return long.get(word.slice(2))?.endsWith(":") === true;
  return short.charAt(short.indexOf(word.charAt(1)) + 1) === ":";
}

function shown({ options, operands }: Scanned, quoted: boolean): string {
  const quote = (text: string): string => (quoted ? `'${text.replaceAll("'", "'\\''")}'` : text);
  const given = options.map(({ word, argument }) => ` ${word}${argument === null ? "" : ` ${quote(argument)}`}`);
  return `${given.join("")} --${operands.map((operand) => ` ${quote(operand)}`).join("")}`;
}
