/**
 * coproc NAME command: a job in the background with a pipe to its standard input and one from its standard output. When it has ended, the
 * shell's ends are closed and the variables unset (notifyEnded).
 */
import type { Coproc } from "unbash";
import { strerror } from "../../../kernel/index.ts";
import { IndexedArray } from "../arrays.ts";
import { assignText } from "../assign.ts";
import { Placement } from "../job-control.ts";
import { JobProcess } from "../job-table.ts";
import { textLater } from "../print.ts";
import type { Shell } from "../shell.ts";
import { ExpansionError } from "../unwind.ts";
import { forkShell } from "./fork.ts";

/** The shell's ends of the pipes are kept out of the way of scripts' descriptors. */
const FIRST_FD = 60;

export async function runCoproc(shell: Shell, node: Coproc): Promise<number> {
  const { body } = node;
  const name = node.name?.value ?? "COPROC";
  const { process } = shell;
  const input = await process.pipe();
  const output = await process.pipe();
  if (typeof input === "number" || typeof output === "number")
    throw new ExpansionError(`pipe error: ${strerror(typeof input === "number" ? input : (output as number))}`);
  const placement = new Placement(false);
  const run = async (twin: Shell): Promise<number> => {
    await twin.process.dup2(input[0], 0);
    await twin.process.dup2(output[1], 1);
    for (const fd of [...input, ...output]) await twin.process.close(fd);
    return body.type === "CompoundList" ? await twin.evaluator.run(twin, body.commands, true) : await twin.evaluator.node(twin, body, true);
  };
  const pid = await forkShell(shell, run, placement);
  await process.close(input[0]);
  await process.close(output[1]);
  const [reader, writer] = [await moved(shell, output[0]), await moved(shell, input[1])];
  shell.variables.writable(name).value = new IndexedArray([String(reader), String(writer)]);
  assignText(shell, `${name}_PID`, String(pid), false);
  shell.lastBackground = pid;
  shell.jobs.addCoproc(pid, { name, fds: [reader, writer] });
  const text = textLater(shell, node);
  shell.jobs.add([new JobProcess(pid, text)], text, placement.pgid);
  return 0;
}

async function moved(shell: Shell, fd: number): Promise<number> {
  const high = await shell.process.dupfd(fd, FIRST_FD, true);
  await shell.process.close(fd);
  return high;
}
