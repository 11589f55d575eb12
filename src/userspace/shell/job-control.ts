/**
 * Job control of an interactive shell: each job is a process group, the one in the foreground has the terminal, and a job that
 * is stopped or that the terminal is taken from gives the prompt back.
 */
import { EINTR, SIGCONT, SIGINT } from "../../kernel/index.ts";
import { complain } from "../lib/index.ts";
import { exitStatus, isStopped, type Job, type JobProcess } from "./job-table.ts";
import { jobLine, notThere, reapEnded, waitForChild } from "./jobs.ts";
import type { Interactive, Shell } from "./shell.ts";
import { Discard, LoopJump } from "./unwind.ts";

const WUNTRACED = 2;
const SIGNALLED = 128;

/** Where a new child goes: into a group of its own, or into that of the job's first child. */
export class Placement {
  readonly foreground: boolean;
  /** 0 until the first child of the job is there. */
  pgid = 0;

  constructor(foreground: boolean) {
    this.foreground = foreground;
  }
}

/** In a child just forked, while it still ignores the terminal's signals. */
export async function joinJob(twin: Shell, interactive: Interactive, placement: Placement): Promise<void> {
  const { process } = twin;
  process.setpgid(0, placement.pgid);
  if (placement.foreground) await process.tcsetpgrp(interactive.terminal, process.getpgid(0));
}

/** The same in the parent, which may be first. A child that runs a program already has done it itself. */
export function placeChild(shell: Shell, pid: number, placement: Placement): void {
  if (placement.pgid === 0) placement.pgid = pid;
  shell.process.setpgid(pid, placement.pgid);
}

/**
 * Waits for the processes of a command in the foreground, and notes how they ended. `text` writes the command; `placement` is
 * null without job control.
 */
export async function waitForForeground(
  shell: Shell,
  processes: readonly JobProcess[],
  text: () => string,
  placement: Placement | null,
): Promise<void> {
  const { interactive } = shell;
  if (interactive === null || placement === null) {
    for (const process of processes) process.ended = await waitForChild(shell, process.pid);
    return;
  }
  await waitForJob(shell, interactive, { processes, text, pgid: placement.pgid }, null);
}

/** Waits for a job that has the terminal. `known`: it stands in the list of jobs already. */
async function waitForJob(
  shell: Shell,
  interactive: Interactive,
  started: Pick<Job, "processes" | "pgid"> & { readonly text: () => string },
  known: Job | null,
): Promise<void> {
  const { process, jobs } = shell;
  const listed = (): Job => known ?? jobs.add(started.processes, started.text, started.pgid);
  for (const child of started.processes) {
    const found = await waitForEnd(shell, interactive, child);
    if (found === "ended") continue;
    if (found === "taken") {
      listed();
      throw new Discard(SIGNALLED + SIGINT);
    }
    for (const other of started.processes) if (other.ended === null) other.stopped = found;
    await process.tcsetpgrp(interactive.terminal, interactive.pgid);
    const job = listed();
    jobs.makeCurrent(job);
    job.told = found;
    await complain(process, `\n${jobLine(shell, job, false)}`);
    // A loop does not go on with its next turn.
    if (shell.loops > 0) throw new LoopJump("break", shell.loops, SIGNALLED + found);
    return;
  }
  await process.tcsetpgrp(interactive.terminal, interactive.pgid);
  if (known !== null) jobs.remove(known);
  // Ctrl-C ends the rest of the line and loops, not only the command that it killed.
  if (started.processes.at(-1)?.ended?.signal === SIGINT) throw new Discard(SIGNALLED + SIGINT);
}

/** Waits until a process ends or is stopped, by which signal; "taken" if the terminal has been given to the shell meanwhile. */
async function waitForEnd(shell: Shell, { terminal, pgid }: Interactive, child: JobProcess): Promise<"ended" | "taken" | number> {
  const { process } = shell;
  while (child.ended === null) {
    const found = await process.wait4(child.pid, WUNTRACED);
    if (found === -EINTR) {
      if (process.tcgetpgrp(terminal) === pgid) return "taken";
    } else if (found === null || typeof found === "number") {
      child.ended = notThere(child.pid);
    } else if (found.stopped === undefined) {
      child.ended = found;
    } else if (found.stopped !== SIGCONT) {
      return found.stopped;
    }
  }
  return "ended";
}

/** `fg`: the job gets the terminal and goes on. Its status, as that of a command. */
export async function bringToForeground(shell: Shell, interactive: Interactive, job: Job): Promise<number> {
  await shell.process.tcsetpgrp(interactive.terminal, job.pgid);
  await goOn(shell, job);
  await waitForJob(shell, interactive, { processes: job.processes, text: () => job.command, pgid: job.pgid }, job);
  const last = job.processes.at(-1);
  return last === undefined ? 0 : last.ended === null ? SIGNALLED + last.stopped : exitStatus(last.ended);
}

/** SIGCONT for a whole job. */
export async function goOn(shell: Shell, job: Job): Promise<void> {
  for (const process of job.processes) process.stopped = 0;
  job.told = 0;
  await shell.process.kill(-job.pgid, SIGCONT);
}

/** True if the shell may end: nothing is stopped, or the user has been told and means it. */
export async function mayExit(shell: Shell, interactive: Interactive): Promise<boolean> {
  if (shell.variables.text("PS1") !== "") await complain(shell.process, "exit\n");
  await reapEnded(shell);
  if (interactive.warned || !shell.jobs.list.some(isStopped)) return true;
  interactive.warned = true;
  await complain(shell.process, "There are stopped jobs.\n");
  return false;
}
