/** The children of a shell: background jobs, what became of them, and the messages about them. */
import { EINTR, SIGCONT, SIGINT, SIGNAL_NAMES, SIGPIPE, SIGTERM } from "../../kernel/index.ts";
import type { WaitStatus } from "../../syscall/index.ts";
import { complain } from "../lib/index.ts";
import type { Shell } from "./shell.ts";
import { runPendingTraps } from "./traps.ts";
import { Discard } from "./unwind.ts";

const WNOHANG = 1;
const WUNTRACED = 2;
const WCONTINUED = 8;
/** Statuses of ended background children that `wait PID` still finds. */
const MAX_REMEMBERED = 4096;

export interface JobProcess {
  readonly pid: number;
  readonly command: string;
  ended: WaitStatus | null;
  /** The signal that has stopped it; 0 if it runs. */
  stopped: number;
}

/** @param text writes the command, when somebody asks */
export function jobProcess(pid: number, text: () => string): JobProcess {
  return {
    pid,
    get command() {
      return text();
    },
    ended: null,
    stopped: 0,
  };
}

/** What `coproc` has set up for its command. */
export interface Coprocess {
  readonly name: string;
  /** The shell's ends of the pipes. */
  readonly fds: readonly number[];
}

export interface Job {
  readonly id: number;
  /** In the order of the pipeline; the last one's status is the job's. */
  readonly processes: readonly JobProcess[];
  readonly command: string;
  /** Its process group; 0 without job control. */
  readonly pgid: number;
  /** The stop that the user has been told of. */
  told: number;
  /** The one that was stopped or started last has the highest. */
  rank: number;
}

export class Jobs {
  private jobs: Job[] = [];
  /** True if forked shells remember the jobs as they were: then they are copied before one is removed. */
  private shared = false;
  /** The parent's jobs when this shell was forked: the first so many of a list that only gets longer. */
  private readonly parents: { readonly jobs: readonly Job[]; readonly count: number };
  /** Children that are no job: process substitutions. */
  readonly strays = new Set<number>();
  /** Children in the background that wait4() has not told of yet, though they may have ended. */
  readonly unwaited = new Set<number>();
  /** Coprocesses that run, and those that have ended: their variables go before the next command. */
  readonly coprocs = new Map<number, Coprocess>();
  readonly deadCoprocs: Coprocess[] = [];
  /** Whose process a pid is. */
  private readonly owners = new Map<number, Job>();
  /** A command substitution hands the jobs it has inherited on to its own children; another subshell does not. */
  handsOn = false;
  /** True if a job may be done that nobody has been told of. */
  news = false;
  private ranks = 0;
  private readonly remembered = new Map<number, number>();

  /** @param parent that of the shell from which this one is forked */
  constructor(parent?: Jobs) {
    const own = { jobs: parent?.jobs ?? [], count: parent?.jobs.length ?? 0 };
    this.parents = parent?.handsOn === true && own.count === 0 ? parent.parents : own;
    if (parent !== undefined) parent.shared = true;
  }

  /** Background jobs that have not been reported as ended. */
  get list(): readonly Job[] {
    return this.jobs;
  }

  /** What `jobs` shows in a subshell: the parent's jobs as they were. */
  get inherited(): readonly Job[] {
    return this.parents.jobs.slice(0, this.parents.count);
  }

  /** True if there are children that may have ended unnoticed. */
  get busy(): boolean {
    return this.list.length > 0 || this.strays.size > 0 || this.deadCoprocs.length > 0;
  }

  /** @param text writes the command, when somebody asks */
  add(processes: readonly JobProcess[], text: () => string, pgid = 0): Job {
    const job: Job = {
      id: (this.list.at(-1)?.id ?? 0) + 1,
      processes,
      get command() {
        return text();
      },
      pgid,
      told: 0,
      rank: 0,
    };
    this.jobs.push(job);
    this.makeCurrent(job);
    for (const { pid } of processes) {
      this.owners.set(pid, job);
      this.unwaited.add(pid);
    }
    return job;
  }

  /** A job was started or stopped: it is the one that %+ means, unless it runs and others are stopped. */
  makeCurrent(job: Job): void {
    job.rank = ++this.ranks;
  }

  /** A child that is no job. */
  addStray(pid: number): void {
    this.strays.add(pid);
    this.unwaited.add(pid);
  }

  /** Forgets a job and that anybody might wait for it. */
  disown(job: Job): void {
    this.remove(job);
    for (const { pid } of job.processes) this.unwaited.delete(pid);
  }

  remove(job: Job): void {
    const index = this.jobs.indexOf(job);
    if (index >= 0) {
      if (this.shared) this.jobs = [...this.jobs];
      this.shared = false;
      this.jobs.splice(index, 1);
    }
    for (const { pid } of job.processes) if (this.owners.get(pid) === job) this.owners.delete(pid);
  }

  clear(): void {
    for (const job of [...this.list]) this.disown(job);
  }

  byPid(pid: number): Job | undefined {
    return this.owners.get(pid);
  }

  /** The current job (%%, %+) and the one before it (%-). */
  get current(): Job | undefined {
    return this.ranked().at(-1);
  }

  get previous(): Job | undefined {
    const ranked = this.ranked();
    return ranked.at(-2) ?? ranked.at(-1);
  }

  /** Those that run, then those that were stopped, each by rank. */
  private ranked(): readonly Job[] {
    const halted = (job: Job): number => Number(job.processes.some(({ stopped }) => stopped !== 0));
    return [...this.list].sort((a, b) => halted(a) - halted(b) || a.rank - b.rank);
  }

  /** %1, %%, %+, %-, %name, %?part; undefined if there is no such job. */
  find(spec: string): Job | undefined {
    const name = spec.slice(1);
    if (name === "" || name === "%" || name === "+") return this.current;
    if (name === "-") return this.previous;
    if (/^\d+$/.test(name)) return this.list.find((job) => job.id === Number(name));
    return name.startsWith("?")
      ? this.list.find((job) => job.command.includes(name.slice(1)))
      : this.list.find((job) => job.command.startsWith(name));
  }

  /** Notes what wait4() has told; it does so once. */
  waited(ended: WaitStatus): void {
    if (ended.stopped === undefined) this.unwaited.delete(ended.pid);
    this.record(ended);
  }

  /** Notes that a child ended. */
  record(ended: WaitStatus): void {
    if (ended.stopped === undefined && this.strays.delete(ended.pid)) this.remember(ended.pid, exitStatus(ended));
    const coproc = this.coprocs.get(ended.pid);
    if (coproc !== undefined && ended.stopped === undefined) {
      this.coprocs.delete(ended.pid);
      this.deadCoprocs.push(coproc);
    }
    const job = this.owners.get(ended.pid);
    const process = job?.processes.find(({ pid }) => pid === ended.pid);
    if (job === undefined || process === undefined) return;
    this.news = true;
    if (ended.stopped === undefined) {
      process.ended = ended;
      this.remember(ended.pid, exitStatus(ended));
    } else {
      process.stopped = ended.stopped === SIGCONT ? 0 : ended.stopped;
      if (process.stopped === 0) job.told = 0;
      else this.makeCurrent(job);
    }
  }

  remember(pid: number, status: number): void {
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.delete(this.remembered.keys().next().value as number);
    this.remembered.set(pid, status);
  }

  /** The status of an ended child that nobody has asked for yet. */
  recall(pid: number): number | undefined {
    return this.remembered.get(pid);
  }

  /** After `wait` without arguments nobody asks any more. */
  forgetAll(): void {
    this.remembered.clear();
  }
}

export function isDone(job: Job): boolean {
  return job.processes.every(({ ended }) => ended !== null);
}

/** True if none of its processes goes on and at least one could. */
export function isStopped(job: Job): boolean {
  return !isDone(job) && job.processes.every(({ ended, stopped }) => ended !== null || stopped !== 0);
}

export function exitStatus(ended: WaitStatus): number {
  return ended.signal === 0 ? ended.exitCode : 128 + ended.signal;
}

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
export async function reportDeath(shell: Shell, processes: readonly JobProcess[], foreground: boolean): Promise<void> {
  const signal = processes.at(-1)?.ended?.signal ?? 0;
  if (signal === 0 || signal === SIGINT || signal === SIGPIPE) return;
  if (signal === SIGTERM || shell.traps.has(signal)) {
    if (foreground) await complain(shell.process, `${describeSignal(signal)}\n`);
    return;
  }
  await complain(shell.process, `${shell.errorName}: line ${shell.line}: ${processLines(processes)}`);
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
export async function keepUp(shell: Shell): Promise<void> {
  const { interactive, jobs } = shell;
  if (interactive === null ? jobs.unwaited.size > MAX_REMEMBERED : jobs.busy) await reapEnded(shell);
}

/** Takes away what coprocesses that have ended had: their variables and the shell's ends of their pipes. */
export async function endCoprocs(shell: Shell): Promise<void> {
  for (const { name, fds } of shell.jobs.deadCoprocs.splice(0)) {
    shell.variables.unset(name);
    shell.variables.unset(`${name}_PID`);
    for (const fd of fds) await shell.process.close(fd);
  }
}

/** Forgets jobs that are done, after telling about those a signal has ended. */
export async function notifyEnded(shell: Shell): Promise<void> {
  if (shell.interactive !== null || !shell.jobs.busy) return;
  shell.process.watchChildren();
  await endCoprocs(shell);
  if (!shell.jobs.news) return;
  shell.jobs.news = false;
  for (const job of shell.jobs.list.filter(isDone)) {
    shell.jobs.remove(job);
    await reportDeath(shell, job.processes, false);
  }
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
