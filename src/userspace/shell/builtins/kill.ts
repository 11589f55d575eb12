/** kill */
import { ESRCH, SIGCONT, SIGHUP, SIGNAL_NAMES, SIGTERM, strerror } from "../../../kernel/index.ts";
import { complain } from "../../lib/index.ts";
import { isStopped, type Job } from "../job-table.ts";
import { findJob, reapEnded } from "../jobs.ts";
import type { Shell } from "../shell.ts";
import { parseTrapName } from "../traps.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";

const KILL_USAGE = "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";

/** The number of a signal by name or number; 0 is the question whether a process is there. Null if there is none. */
function signalNumber(text: string): number | null {
  if (text === "0") return 0;
  const name = parseTrapName(text);
  return typeof name === "number" ? name : text.toUpperCase() === "EXIT" ? 0 : null;
}

/** All signals with their numbers in columns. */
export function signalList(): string {
  const entries = Object.entries(SIGNAL_NAMES).map(([number, name]) => `${number.padStart(2)}) SIG${name}`);
  return entries.map((entry, i) => entry + (i % 5 === 4 || i === entries.length - 1 ? "\n" : "\t")).join("");
}

async function kill(shell: Shell, args: readonly string[]): Promise<number> {
  const [first] = args;
  if (first === "-l" || first === "-L") return await list(shell, args.slice(1));
  let signal: number | null = SIGTERM;
  let targets = args;
  if (first === "-s" || first === "-n") {
    if (args[1] === undefined) return await builtinError(shell, "kill", `${first}: option requires an argument`);
    signal = signalNumber(args[1]);
    if (signal === null) return await builtinError(shell, "kill", `${args[1]}: invalid signal specification`);
    targets = args.slice(2);
  } else if (first !== undefined && first !== "--" && /^-./.test(first)) {
    signal = signalNumber(first.slice(1));
    if (signal === null) return await builtinError(shell, "kill", `${first.slice(1)}: invalid signal specification`);
    targets = args.slice(1);
  }
  if (targets[0] === "--") targets = targets.slice(1);
  if (targets.length === 0) {
    await complain(shell.process, KILL_USAGE);
    return USAGE;
  }
  await reapEnded(shell);
  let status = 0;
  for (const target of targets) status = (await killOne(shell, target, signal)) || status;
  return status;
}

async function killOne(shell: Shell, target: string, signal: number): Promise<number> {
  if (target.startsWith("%")) {
    const job = await findJob(shell, "kill", target);
    if (job === undefined) return await builtinError(shell, "kill", `${target}: no such job`);
    if (job.pgid !== 0) return await killJob(shell, job, target, signal);
    let result = -ESRCH;
    for (const { pid, ended } of job.processes) if (ended === null && (await shell.process.kill(pid, signal)) === 0) result = 0;
    return result < 0 ? await builtinError(shell, "kill", `${target}: ${strerror(result)}`) : 0;
  }
  if (!/^-?\d+$/.test(target)) return await builtinError(shell, "kill", `${target}: arguments must be process or job IDs`);
  const result = await shell.process.kill(Number(target), signal);
  return result < 0 ? await builtinError(shell, "kill", `(${target}) - ${strerror(result)}`) : 0;
}

/** A job under job control is one process group. One that is stopped has to go on to notice that it shall end. */
async function killJob(shell: Shell, job: Job, target: string, signal: number): Promise<number> {
  const result = await shell.process.kill(-job.pgid, signal);
  if (result < 0) return await builtinError(shell, "kill", `${target}: ${strerror(result)}`);
  if (isStopped(job) && (signal === SIGTERM || signal === SIGHUP)) await shell.process.kill(-job.pgid, SIGCONT);
  return 0;
}

async function list(shell: Shell, words: readonly string[]): Promise<number> {
  if (words.length === 0) return await output(shell, "kill", signalList());
  let status = 0;
  for (const word of words) {
    const number = /^\d+$/.test(word) ? Number(word) : null;
    const signal = number === null ? signalNumber(word) : number > 128 ? number - 128 : number;
    const name = signal === 0 ? "EXIT" : signal === null ? undefined : SIGNAL_NAMES[signal];
    if (name === undefined) status = await builtinError(shell, "kill", `${word}: invalid signal specification`);
    else await output(shell, "kill", number === null ? `${signal}\n` : `${name}\n`);
  }
  return status;
}

export const killBuiltins: BuiltinTable = { kill: { run: kill } };
