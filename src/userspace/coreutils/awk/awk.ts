/**
 * awk(1): the language of POSIX with mawk 1.3.4's messages (Debian's awk), and the functions of GNU awk that scripts use. Options
 * -f -F -v. Left out: the leftmost-longest rule among alternatives of a regular expression, rand() from a seed of one's own.
 * `for (k in a)` goes through an array in the order of insertion; no awk promises an order.
 */
import { strerror } from "../../../kernel/index.ts";
import type { Process, Program } from "../../../syscall/index.ts";
import { complain, decode, readToEnd, STDIN, scanOptions } from "../../lib/index.ts";
import { readTextFile } from "../input.ts";
import { Interpreter } from "./interpreter.ts";
import { parseAwk } from "./parse.ts";
import { AwkError } from "./syntax.ts";
import { fromInput } from "./value.ts";

const TROUBLE = 2;

const SPEC = { short: "F:f:v:W:", long: new Map([["version", "version"]]), stopAtOperand: true };

export const awk: Program = async (process) => {
  try {
    return await run(process);
  } catch (thrown) {
    if (!(thrown instanceof AwkError)) throw thrown;
    await complain(process, `${process.argv[0]}: ${thrown.message}\n`);
    return TROUBLE;
  }
};

async function run(process: Process): Promise<number> {
  const { steps, operands } = scanOptions(process.argv.slice(1), SPEC);
  const words = [...operands];
  let program: string | null = null;
  const assignments: (readonly [name: string, text: string])[] = [];
  for (const step of steps) {
    if (step.kind === "bad") throw new AwkError(`not an option: ${step.complaint.replace(/.*-- '(.*)'/, "-$1")}`);
    if (step.letter === "f") program = `${program ?? ""}${await programText(process, step.argument)}\n`;
    if (step.letter === "F") assignments.push(["FS", step.argument === "t" ? "\t" : step.argument]);
    if (step.letter === "v") assignments.push(assignmentOf(step.argument));
    if (step.letter === "W" || step.letter === "version") throw new AwkError(`option '${step.word}' is not modelled by this emulator`);
  }
  program ??= words.shift() ?? null;
  if (program === null) {
    await complain(process, `usage: ${process.argv[0]} [-F value] [-v var=value] [--] 'program text' [file ...]\n`);
    return TROUBLE;
  }
  const interpreter = new Interpreter(process, parseAwk(program));
  const { variables } = interpreter;
  const argv = variables.global("ARGV").elements();
  for (const [i, word] of [process.argv[0] ?? "awk", ...words].entries()) argv.set(String(i), fromInput(word));
  variables.global("ARGC").value = words.length + 1;
  const environ = variables.global("ENVIRON").elements();
  for (const [name, value] of process.env) environ.set(name, fromInput(value));
  for (const [name, text] of assignments) interpreter.assignText(name, text);
  try {
    return await interpreter.run();
  } finally {
    await interpreter.streams.flush();
  }
}

function assignmentOf(word: string): readonly [string, string] {
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
  if (match === null) throw new AwkError(`improper assignment: -v ${word}`);
  return [match[1] ?? "", match[2] ?? ""];
}

async function programText(process: Process, path: string): Promise<string> {
  if (path === "-") {
    const bytes = await readToEnd(process, STDIN);
    return typeof bytes === "number" ? "" : decode(bytes);
  }
  const text = await readTextFile(process, path);
  if (typeof text === "number") throw new AwkError(`cannot open ${path} (${strerror(text)})`);
  return text;
}
