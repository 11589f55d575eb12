/**
 * awk(1) as mawk 1.3.4 20200120 (Debian's awk): the language of POSIX on bytes, with mawk's messages, the order of its arrays and
 * the numbers of its rand(); besides, the functions of GNU awk that scripts use. Options -f -F -v -W. Left out: -W dump, exec, random.
 */
import { strerror } from "../../../kernel/index.ts";
import type { Process, Program } from "../../../syscall/index.ts";
import { byteString, complain, encode, print, readToEnd, STDIN, scanOptions } from "../../lib/index.ts";
import { readBytes } from "../input.ts";
import { ASSIGNMENT } from "./input-files.ts";
import { Interpreter } from "./interpreter.ts";
import { parseAwk } from "./parse.ts";
import { characters } from "./streams.ts";
import { AwkError, AwkRunError } from "./syntax.ts";
import { fromInput, toNumber } from "./value.ts";

const TROUBLE = 2;

const SPEC = { short: "F:f:v:W:", long: new Map<string, string>(), stopAtOperand: true };

/** What -W understands, cut short as one likes. */
const W_OPTIONS = ["version", "dump", "help", "interactive", "exec", "random", "sprintf", "posix_space", "usage"];

/** Options of other awks, which are complained of and then forgotten. */
const FORGOTTEN = ["--posix", "--traditional", "--re-interval"];

export const awk: Program = async (process) => {
  try {
    return await run(process);
  } catch (thrown) {
    if (!(thrown instanceof AwkError)) throw thrown;
    for (const complaint of thrown.complaints) await complain(process, `${process.argv[0]}: ${characters(complaint)}\n`);
    return TROUBLE;
  }
};

/** What the options ask for. */
interface Wishes {
  program: string | null;
  readonly assignments: (readonly [name: string, text: string])[];
  /** True if there is nothing else to do. */
  done: boolean;
}

async function run(process: Process): Promise<number> {
  const name = process.argv[0] ?? "awk";
  const wishes: Wishes = { program: null, assignments: [], done: false };
  const words = await readOptions(process, process.argv.slice(1), wishes);
  if (wishes.done) return 0;
  const source = wishes.program ?? (words.length > 0 ? bytesOf(words.shift() ?? "") : null);
  if (source === null) {
    if (process.argv.length === 1) await complain(process, `usage: ${name} [-F value] [-v var=value] [--] 'program text' [file ...]\n`);
    return process.argv.length === 1 || process.argv[1] === "--" ? 0 : TROUBLE;
  }
  const interpreter = new Interpreter(process, parseAwk(source));
  const { variables } = interpreter;
  const argv = variables.global("ARGV").elements();
  for (const [i, word] of [name, ...words].entries()) argv.set(i, fromInput(bytesOf(word)));
  variables.global("ARGC").value = words.length + 1;
  const environ = variables.global("ENVIRON").elements();
  for (const [key, value] of process.env) environ.set(bytesOf(key), fromInput(bytesOf(value)));
  for (const [key, text] of wishes.assignments) interpreter.assignText(key, text);
  try {
    return await interpreter.run();
  } catch (thrown) {
    if (!(thrown instanceof AwkRunError)) throw thrown;
    await interpreter.streams.flush();
    const [file, fnr, nr] = ["FILENAME", "FNR", "NR"].map((known) => variables.global(known).value);
    const where = `\tFILENAME="${interpreter.text(file)}" FNR=${toNumber(fnr)} NR=${toNumber(nr)}`;
    await complain(process, `${name}: run time error: ${characters(thrown.message)}\n${characters(where)}\n`);
    return TROUBLE;
  } finally {
    await interpreter.streams.flush();
  }
}

/** Reads the options and gives back the operands. */
async function readOptions(process: Process, words: readonly string[], wishes: Wishes): Promise<string[]> {
  const { steps, operands } = scanOptions(words, SPEC);
  for (const step of steps) {
    if (step.kind === "bad") {
      const long = words.findIndex((word) => /^--./.test(word));
      const letter = /.*-- '(.*)'/.exec(step.complaint)?.[1] ?? "";
      if (step.complaint.startsWith("option requires")) throw new AwkError(`option -${letter} lacks argument`);
      if (step.complaint.startsWith("invalid option")) throw new AwkError(`not an option: -${letter}`);
      if (!FORGOTTEN.includes(words[long] ?? "")) throw new AwkError(`not an option: ${words[long]}`);
      await complain(process, `${process.argv[0]}: not an option: ${words[long]}\n`);
      return await readOptions(process, words.slice(long + 1), wishes);
    }
    if (step.letter === "f") wishes.program = `${wishes.program ?? ""}${await programText(process, step.argument)}\n`;
    if (step.letter === "F") wishes.assignments.push(["FS", bytesOf(step.argument)]);
    if (step.letter === "v") wishes.assignments.push(assignmentOf(step.argument));
    if (step.letter === "W") await ownOption(process, step.argument, wishes);
  }
  return [...operands];
}

/** -W: mawk's own options. */
async function ownOption(process: Process, word: string, wishes: Wishes): Promise<void> {
  const known = W_OPTIONS.find((option) => word !== "" && option.startsWith(word.replace(/=.*/s, "").replaceAll("-", "_")));
  switch (known) {
    case undefined:
      await complain(process, `${process.argv[0]}: vacuous option: -W ${word}\n`);
      return;
    case "version":
      await print(process, "mawk 1.3.4 20200120\nas modelled by mlx5-emu\n");
      wishes.done = true;
      return;
    case "help":
    case "usage":
      await print(process, `Usage: mawk [Options] [Program] [file ...]\noptions that this emulator knows:\n  -f -F -v -W\n`);
      wishes.done = true;
      return;
    case "dump":
    case "exec":
    case "random":
      throw new AwkError(`option '-W ${known}' is not modelled by this emulator`);
    default:
  }
}

function assignmentOf(word: string): readonly [string, string] {
  const match = ASSIGNMENT.exec(word);
  if (match === null) throw new AwkError(`improper assignment: -v ${word}`);
  return [match[1] ?? "", bytesOf(match[2] ?? "")];
}

function bytesOf(text: string): string {
  return byteString(encode(text));
}

async function programText(process: Process, path: string): Promise<string> {
  const bytes = path === "-" ? await readToEnd(process, STDIN) : await readBytes(process, path);
  if (typeof bytes === "number") throw new AwkError(`cannot open ${path} (${strerror(bytes)})`);
  return byteString(bytes);
}
