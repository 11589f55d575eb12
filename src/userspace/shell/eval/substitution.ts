/** Command substitution $(...) and process substitution <(...), >(...): children connected by pipes. */
import type { CommandExpansionPart, ParsedScript, ProcessSubstitutionPart, Redirect } from "unbash";
import { EFBIG, strerror } from "../../../kernel/index.ts";
import { O_RDONLY } from "../../../syscall/index.ts";
import { complain, decode, readToEnd } from "../../lib/index.ts";
import { tooBig } from "../expand/builder.ts";
import { expandToText } from "../expand/word.ts";
import { exitStatus } from "../job-table.ts";
import { waitForChild } from "../jobs.ts";
import { MAX_VALUE } from "../limits.ts";
import type { Shell } from "../shell.ts";
import { judge, Source } from "../source.ts";
import { Discard, ExpansionError, ShellExit } from "../unwind.ts";
import { forkShell } from "./fork.ts";
import { reportSyntaxError } from "./report.ts";

/** The status of a syntax error. */
const SYNTAX_ERROR = 2;
/** Process substitutions get high descriptors, out of the way of scripts'. */
const FIRST_SUBSTITUTION_FD = 63;

/** The output of the commands without its trailing newlines. */
export async function commandSubstitution(shell: Shell, part: CommandExpansionPart): Promise<string> {
  const { script } = part;
  if (script === undefined) throw new ExpansionError(`${part.text}: bad substitution`);
  if (script.errors !== undefined && part.text.startsWith("$(")) await giveUp(shell, script);
  const file = onlyRedirect(script);
  if (file !== null) return await readFile(shell, file);
  const ends = await shell.process.pipe();
  if (typeof ends === "number") throw new ExpansionError(`cannot make pipe for command substitution: ${strerror(ends)}`);
  const [reader, writer] = ends;
  const pid = await forkShell(shell, async (twin) => {
    await twin.process.close(reader);
    await become(twin, writer, 1);
    twin.jobs.handsOn = true;
    if (!twin.options.shopt("inherit_errexit") && !twin.options.get("posix")) twin.options.set("errexit", false);
    return await runScript(twin, script, part.pos);
  });
  await shell.process.close(writer);
  const bytes = await readToEnd(shell.process, reader, { limit: MAX_VALUE, errno: -EFBIG });
  await shell.process.close(reader);
  if (bytes === -EFBIG) throw tooBig();
  const ended = await waitForChild(shell, pid);
  shell.status = exitStatus(ended);
  shell.substitutionStatus = shell.status;
  return typeof bytes === "number" ? "" : await toText(shell, bytes);
}

/** bash reads the commands of $( ) with the line around them, which then does not run. */
async function giveUp(shell: Shell, script: ParsedScript): Promise<void> {
  const { problem } = judge(shell.source, script);
  if (problem === null) return;
  await reportSyntaxError(shell, problem);
  throw new ShellExit(shell.startLetter === "c" && shell.depth === 0 ? shell.fatalStatus : SYNTAX_ERROR);
}

async function toText(shell: Shell, bytes: Uint8Array): Promise<string> {
  let text = decode(bytes);
  if (text.includes("\0")) {
    await shell.complain("warning: command substitution: ignored null byte in input");
    text = text.replaceAll("\0", "");
  }
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** Runs the commands of a substitution in the child made for it. */
async function runScript(twin: Shell, script: ParsedScript, position: number): Promise<number> {
  twin.traceDepth++;
  if (script.source !== undefined) twin.source = new Source(twin.source.name, script.source, twin.source.lineOf(position));
  else countFromCommand(twin, script);
  const { problem } = judge(twin.source, script);
  if (problem === null) return await twin.evaluator.run(twin, script.commands, true);
  const unended = /end of file/.test(problem.message ?? "");
  await complain(twin.process, `${twin.errorName}: command substitution: line ${problem.line + Number(unended)}: ${problem.message}\n`);
  return 2;
}

/** bash counts the lines of a substitution from the line of the command around it, as if its first command stood there. */
function countFromCommand(twin: Shell, script: ParsedScript): void {
  const first = script.commands[0];
  if (first === undefined || !twin.source.text.slice(script.pos, script.end).includes("\n")) return;
  const { name, text, firstLine } = twin.source;
  const shift = twin.line - twin.source.lineOf(first.pos);
  if (shift !== 0) twin.source = new Source(name, text, firstLine + shift);
}

/** $(<file): nothing but a redirection means the file's content. */
function onlyRedirect(script: ParsedScript): Redirect | null {
  const [statement, ...more] = script.commands;
  const command = statement?.command;
  if (more.length > 0 || command?.type !== "Command" || command.name !== undefined || command.prefix.length !== 1) return null;
  const [only] = command.prefix;
  return only?.type === "Redirect" && only.operator === "<" && only.descriptor === undefined ? only : null;
}

async function readFile(shell: Shell, redirection: Redirect): Promise<string> {
  const path = redirection.target === undefined ? "" : await expandToText(shell, redirection.target);
  const fd = await shell.process.open(path, O_RDONLY);
  if (fd < 0) {
    await shell.complain(`${path}: ${strerror(fd)}`);
    shell.substitutionStatus = 1;
    return "";
  }
  const bytes = await readToEnd(shell.process, fd, { limit: MAX_VALUE, errno: -EFBIG });
  await shell.process.close(fd);
  if (bytes === -EFBIG) throw tooBig();
  shell.substitutionStatus = typeof bytes === "number" ? 1 : 0;
  return typeof bytes === "number" ? "" : await toText(shell, bytes);
}

/** Makes `fd` the descriptor `as` of a child. */
async function become(twin: Shell, fd: number, as: number): Promise<void> {
  if (fd === as) return;
  await twin.process.dup2(fd, as);
  await twin.process.close(fd);
}

/** Starts the commands and returns a path that leads to the other end of their pipe. */
export async function processSubstitution(shell: Shell, part: ProcessSubstitutionPart): Promise<string> {
  const { script, operator } = part;
  const ends = await shell.process.pipe();
  if (script === undefined || typeof ends === "number") throw new ExpansionError(`${part.text}: cannot make pipe for process substitution`);
  const [ours, theirs] = operator === "<" ? ends : ([ends[1], ends[0]] as const);
  const pid = await forkShell(shell, async (twin) => {
    await twin.process.close(ours);
    await become(twin, theirs, operator === "<" ? 1 : 0);
    return await runScript(twin, script, part.pos);
  });
  await shell.process.close(theirs);
  shell.lastBackground = pid;
  shell.jobs.addStray(pid);
  let fd = FIRST_SUBSTITUTION_FD;
  while (shell.substitutionFds.includes(fd)) fd--;
  const kept = await shell.process.dupfd(ours, fd);
  await shell.process.close(ours);
  if (kept < 0) throw new Discard(1);
  shell.substitutionFds.push(kept);
  return `/dev/fd/${kept}`;
}

/** Closes our ends of the substitutions that a command has used. */
export async function closeSubstitutions(shell: Shell, from: number): Promise<void> {
  for (const fd of shell.substitutionFds.splice(from)) await shell.process.close(fd);
}
