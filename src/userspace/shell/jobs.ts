/** Looking after the children of a shell: asking who has ended, waiting, and the messages about them. */
import { EINTR, SIGINT, SIGNAL_NAMES, SIGPIPE, SIGTERM, type Soon } from "../../kernel/index.ts";
import type { WaitStatus } from "../../syscall/index.ts";
import { complain } from "../lib/index.ts";
import { isDone, isStopped, type Job, type JobProcess, MAX_REMEMBERED } from "./job-table.ts";
import type { Shell } from "./shell.ts";
import { runPendingTraps } from "./traps.ts";
import { Discard } from "./unwind.ts";

const WNOHANG = 1;
const WUNTRACED = 2;
const WCONTINUED = 8;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  HUP: "Hangup",
  INT: "Interrupt",
  QUIT: "Quit",
  ILL: "Illegal instruction",
  TRAP: "Trace/breakpoint trap",
  ABRT: "Aborted",
  BUS: "Bus error",
  FPE: "Floating point exception",
  KILL: "Killed",
  USR1: "User defined signal 1",
  SEGV: "Segmentation fault",
  USR2: "User defined signal 2",
  PIPE: "Broken pipe",
  ALRM: "Alarm clock",
  TERM: "Terminated",
  STKFLT: "Stack fault",
  CHLD: "Child exited",
  CONT: "Continued",
  STOP: "Stopped (signal)",
  TSTP: "Stopped",
  TTIN: "Stopped (tty input)",
  TTOU: "Stopped (tty output)",
  URG: "Urgent I/O condition",
  XCPU: "CPU time limit exceeded",
  XFSZ: "File size limit exceeded",
  VTALRM: "Virtual timer expired",
  PROF: "Profiling timer expired",
  WINCH: "Window changed",
  IO: "I/O possible",
  PWR: "Power failure",
  SYS: "Bad system call",
};

/** What a signal that ended a process is called in messages (strsignal). */
export function describeSignal(signal: number): string {
  return DESCRIPTIONS[SIGNAL_NAMES[signal] ?? ""] ?? `Unknown signal ${signal}`;
}

const STATE_WIDTH = 24;
const PID_WIDTH = 5;

/** "Running", "Stopped", "Done", "Exit 3", "Killed". With `exact` also what has stopped it. */
export function describeState(process: JobProcess, exact = false): string {
  const { ended, stopped } = process;
  if (ended === null) return stopped === 0 ? "Running" : exact ? describeSignal(stopped) : "Stopped";
  if (ended.signal !== 0) return describeSignal(ended.signal);
  return ended.exitCode === 0 ? "Done" : `Exit ${ended.exitCode}`;
}

/** The lines that tell about the processes of a job by pid, as a script that is not interactive prints them. */
function processLines(processes: readonly JobProcess[]): string {
  return processes
    .map((process, i) => {
      const state = `${String(process.pid).padStart(5)} ${describeState(process).padEnd(STATE_WIDTH)}`;
      return i === 0 ? `${state}${process.command}\n` : `     ${state}| ${process.command}\n`;
    })
    .join("");
}

/** Prints what bash prints in a script when a job was ended by a signal. `foreground`: the shell has waited for it. */
export function reportDeath(shell: Shell, processes: readonly JobProcess[], foreground: boolean): Soon<unknown> {
  const signal = processes.at(-1)?.ended?.signal ?? 0;
  if (signal === 0 || signal === SIGINT || signal === SIGPIPE) return;
  if (signal === SIGTERM || shell.traps.has(signal)) {
    return foreground ? complain(shell.process, `${describeSignal(signal)}\n`) : undefined;
  }
  return complain(shell.process, `${shell.errorName}: line ${shell.line}: ${processLines(processes)}`);
}

/**
 * Has the shell take note of every child at the moment of its end, as bash's handler of SIGCHLD does. An interactive shell, which
 * has to hear of stops as well, asks itself (`reapEnded`).
 */
export function collectEnded(shell: Shell): void {
  const { process, jobs } = shell;
  process.onChildEnd((ended) => jobs.record(ended));
}

/**
 * Asks for all children that have ended or, with job control, stopped, without waiting. Also where the outcome depends on who
 * has ended by now: what the shell was told meanwhile is nothing that two schedules are compared by.
 */
export async function reapEnded(shell: Shell): Promise<void> {
  const options = shell.interactive === null ? WNOHANG : WNOHANG | WUNTRACED | WCONTINUED;
  while (shell.jobs.unwaited.size > 0) {
    const ended = await shell.process.wait4(-1, options);
    if (ended === null || typeof ended === "number") return;
    shell.jobs.waited(ended);
  }
}

/** Before a command: news of jobs for an interactive shell; a script that never waits does not keep its children's ends for ever. */
export function keepUp(shell: Shell): Soon<void> {
  const { interactive, jobs } = shell;
  if (interactive === null ? jobs.unwaited.size > MAX_REMEMBERED : jobs.busy) return reapEnded(shell);
}

/** Takes away what coprocesses that have ended had: their variables and the shell's ends of their pipes. */
export async function endCoprocs(shell: Shell): Promise<void> {
  for (const { name, fds } of shell.jobs.takeDeadCoprocs()) {
    shell.variables.unset(name);
    shell.variables.unset(`${name}_PID`);
    for (const fd of fds) await shell.process.close(fd);
  }
}

/** Forgets jobs that are done, after telling about those a signal has ended. */
export function notifyEnded(shell: Shell): Soon<void> {
  const { interactive, jobs, process } = shell;
  if (interactive !== null || !jobs.busy) return;
  process.watchChildren();
  if (jobs.news) return tellOfEnded(shell);
}

async function tellOfEnded(shell: Shell): Promise<void> {
  await endCoprocs(shell);
  shell.jobs.news = false;
  for (const job of shell.jobs.list.filter(isDone)) {
    shell.jobs.remove(job);
    await reportDeath(shell, job.processes, false);
  }
}

/** Prints a line for each job that has ended, and forgets it, and for each that was stopped. */
export async function tellJobs(shell: Shell): Promise<void> {
  if (!shell.jobs.busy) return;
  await reapEnded(shell);
  const ended = shell.jobs.list.filter(isDone);
  const stopped = shell.jobs.list.filter((job) => isStopped(job) && job.told === 0);
  const lines = [...ended, ...stopped].map((job) => jobLine(shell, job, false)).join("");
  for (const job of ended) shell.jobs.remove(job);
  for (const job of stopped) job.told = job.processes.find((process) => process.ended === null)?.stopped ?? 0;
  if (lines !== "") await complain(shell.process, stopped.length > 0 ? `\n${lines}` : lines);
}

/** After a command in the foreground: an interactive shell tells about its jobs then too, not only in front of the prompt. */
export async function afterForeground(shell: Shell): Promise<void> {
  if (shell.interactive !== null) return await tellJobs(shell);
  await keepUp(shell);
  await notifyEnded(shell);
}

/** What a wait for a child that nobody knows finds. */
export function notThere(pid: number): WaitStatus {
  return { pid: pid as WaitStatus["pid"], exitCode: 127, signal: 0 };
}

/** Waits for a child that is no job. Signals with traps do not end the wait; their traps run afterwards. */
export async function waitForChild(shell: Shell, pid: number): Promise<WaitStatus> {
  for (;;) {
    // Ctrl-C for the shell itself: a child that does not end of it is not waited for.
    if (shell.interactive !== null && shell.traps.interrupted) {
      shell.traps.interrupted = false;
      shell.jobs.addStray(pid);
      throw new Discard(128 + SIGINT);
    }
    const ended = await shell.process.wait4(pid, 0);
    if (ended === -EINTR) {
      if (shell.traps.terminating !== null) await runPendingTraps(shell);
      continue;
    }
    if (ended === null || typeof ended === "number") return notThere(pid);
    return ended;
  }
}

/** The job that %name and its like mean; undefined if there is none, or, with a message, if there are several. */
export async function findJob(shell: Shell, by: string, spec: string): Promise<Job | undefined> {
  const [found, another] = shell.jobs.matching(spec);
  if (another === undefined) return found;
  await shell.complain(`${by}: ${spec.replace(/^%\??/, "")}: ambiguous job spec`);
  return undefined;
}

/** The line of `jobs` about a job. */
export function jobLine(shell: Shell, job: Job, long: boolean): string {
  const { jobs } = shell;
  const [current, previous] = jobs.list.length > 0 ? [jobs.current, jobs.previous] : [jobs.inherited.at(-1), jobs.inherited.at(-2)];
  const mark = job === current ? "+" : job === previous ? "-" : " ";
  const last = job.processes.find(({ ended }) => ended === null) ?? job.processes.at(-1);
  const state = last === undefined ? "" : describeState(last, long);
  const pid = long ? ` ${String(job.processes[0]?.pid).padStart(PID_WIDTH)}` : " ";
  const head = `[${job.id}]${mark}${pid} ${state.padEnd(STATE_WIDTH - 1)} `;
  const end = state === "Running" ? " &\n" : "\n";
  return head + (long && job.processes.length > 1 ? processesOf(job) : job.command) + end;
}

/** A pipeline of `jobs -l`: every process on a line, with its state if that is not the one of the process before it. */
function processesOf(job: Job): string {
  let before = "";
  return job.processes
    .map((process, i) => {
      const state = describeState(process, true);
      const shown = state === before ? "" : state;
      before = state;
      return i === 0
        ? process.command
        : `     ${String(process.pid).padStart(PID_WIDTH)} ${shown.padEnd(STATE_WIDTH - 2)}| ${process.command}`;
    })
    .join("\n");
}
