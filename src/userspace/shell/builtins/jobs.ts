/** wait, jobs, fg, bg, disown. Only an interactive shell moves jobs between foreground and background. */
import { EINTR, SIGSTOP } from "../../../kernel/index.ts";
import type { WaitStatus } from "../../../syscall/index.ts";
import { assignText } from "../assign.ts";
import { bringToForeground, goOn } from "../job-control.ts";
import { exitStatus, isDone, isStopped, type Job } from "../job-table.ts";
import { endCoprocs, findJob, jobLine, reapEnded, reportDeath, tellJobs } from "../jobs.ts";
import type { Shell } from "../shell.ts";
import { runPendingTraps } from "../traps.ts";
import { type BuiltinTable, builtinError, output, USAGE } from "./builtin.ts";
import { parseFlags } from "./flags.ts";

const NOT_A_CHILD = 127;
const SIGNALLED = 128;
const ANY_CHILD = -1;

async function wait(shell: Shell, args: readonly string[]): Promise<number> {
  const status = await waitAsAsked(shell, args);
  await endCoprocs(shell);
  return status;
}

async function waitAsAsked(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "wait", args, "fnp:", "[-fn] [-p var] [id ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (given.has("n")) return await waitForNext(shell, rest, given.get("p"));
  if (rest.length === 0) return await waitForAll(shell);
  let status = 0;
  for (const id of rest) {
    const pid = await pidOf(shell, id);
    status = pid === null ? (id.startsWith("%") ? NOT_A_CHILD : 1) : await waitForPid(shell, pid, id);
    if (given.has("p") && pid !== null) assignText(shell, given.get("p") as string, String(pid), false);
  }
  return status;
}

/** The pid whose status is asked for; null after a message. */
async function pidOf(shell: Shell, id: string): Promise<number | null> {
  if (/^\d+$/.test(id)) return Number(id);
  if (!id.startsWith("%")) {
    await builtinError(shell, "wait", `\`${id}': not a pid or valid job spec`);
    return null;
  }
  await reapEnded(shell);
  const job = await findJob(shell, "wait", id);
  if (job === undefined) await builtinError(shell, "wait", `${id}: no such job`);
  return job?.processes.at(-1)?.pid ?? null;
}

/** Waits for a child to end and takes note of it. Null if there is none left; a status if a signal came first. */
function waitOnce(shell: Shell, pid: number): Promise<number | null | "ended"> {
  return shell.process.wait4(pid, 0).then((ended) => (ended === -EINTR ? afterSignal(shell) : noted(shell, pid, ended)));
}

async function afterSignal(shell: Shell): Promise<number | "ended"> {
  const [signal] = shell.traps.pending;
  if (signal !== undefined) shell.status = SIGNALLED + signal;
  await runPendingTraps(shell);
  return signal === undefined ? "ended" : SIGNALLED + signal;
}

function noted(shell: Shell, pid: number, ended: WaitStatus | number | null): null | "ended" {
  if (ended === null || typeof ended === "number") {
    shell.jobs.notWaitedFor(pid);
    return null;
  }
  shell.jobs.waited(ended);
  return "ended";
}

async function waitForPid(shell: Shell, pid: number, id: string): Promise<number> {
  for (;;) {
    const known = shell.jobs.unwaited.has(pid) ? undefined : shell.jobs.recall(pid);
    if (known !== undefined) {
      await forgetJob(shell, pid);
      return known;
    }
    const found = await waitOnce(shell, pid);
    if (typeof found === "number") return found;
    if (found === null) return await builtinError(shell, "wait", `pid ${id} is not a child of this shell`, NOT_A_CHILD);
  }
}

/** A job whose end has been asked for is not told about again; a user is told of it now. */
async function forgetJob(shell: Shell, pid: number): Promise<void> {
  const job = shell.jobs.byPid(pid);
  if (job === undefined || !isDone(job)) return;
  if (shell.interactive !== null) return await tellJobs(shell);
  shell.jobs.remove(job);
  await reportDeath(shell, job.processes, false);
}

/** One after the other, whether it has ended or not: it makes no difference then who ends first. */
async function waitForAll(shell: Shell): Promise<number> {
  const { unwaited, strays } = shell.jobs;
  for (const pid of unwaited) {
    if (strays.has(pid)) continue;
    while (unwaited.has(pid)) {
      const found = await waitOnce(shell, pid);
      if (typeof found === "number") return found;
    }
  }
  if (shell.interactive !== null) await tellJobs(shell);
  else await forgetJobs(shell);
  shell.jobs.forgetAll();
  return 0;
}

async function forgetJobs(shell: Shell): Promise<void> {
  for (const job of [...shell.jobs.list]) {
    shell.jobs.remove(job);
    const told = reportDeath(shell, job.processes, false);
    if (told !== undefined) await told;
  }
}

/** The jobs that `wait -n` is asked about. A child that was waited for already is none any more. */
async function jobsOf(shell: Shell, ids: readonly string[]): Promise<readonly Job[]> {
  const wanted: Job[] = [];
  for (const id of ids) {
    const pid = await pidOf(shell, id);
    const job = pid === null ? undefined : shell.jobs.byPid(pid);
    if (job !== undefined) wanted.push(job);
    else if (pid !== null) await builtinError(shell, "wait", `${id}: no such job`);
  }
  return wanted;
}

async function waitForNext(shell: Shell, ids: readonly string[], variable: string | undefined): Promise<number> {
  const wanted = await jobsOf(shell, ids);
  for (;;) {
    await reapEnded(shell);
    const candidates = ids.length > 0 ? wanted : [...shell.jobs.list];
    if (candidates.length === 0) return NOT_A_CHILD;
    const done = candidates.find(isDone);
    if (done !== undefined) {
      const last = done.processes.at(-1);
      if (variable !== undefined && last !== undefined) assignText(shell, variable, String(last.pid), false);
      await forgetJob(shell, last?.pid ?? 0);
      return last?.ended == null ? 0 : exitStatus(last.ended);
    }
    const found = await waitOnce(shell, ANY_CHILD);
    if (typeof found === "number") return found;
    if (found === null) return NOT_A_CHILD;
  }
}

async function jobs(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "jobs", args, "lnprs", "[-lnprs] [jobspec ...] or jobs -x command [args]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  await reapEnded(shell);
  const shown: Job[] = [];
  for (const id of rest) {
    const job = await findJob(shell, "jobs", id.startsWith("%") ? id : `%${id}`);
    if (job === undefined) return await builtinError(shell, "jobs", `${id}: no such job`);
    shown.push(job);
  }
  let text = "";
  for (const job of rest.length > 0 ? shown : shell.jobs.list.length > 0 ? [...shell.jobs.list] : shell.jobs.inherited) {
    if (given.has("r") && (isDone(job) || isStopped(job))) continue;
    if (given.has("s") && !isStopped(job)) continue;
    if (isStopped(job)) job.told = job.processes.find(({ ended }) => ended === null)?.stopped ?? 0;
    text += given.has("p") ? `${job.processes[0]?.pid}\n` : jobLine(shell, job, given.has("l"));
  }
  const status = await output(shell, "jobs", text);
  for (const job of shell.jobs.list.filter(isDone)) shell.jobs.remove(job);
  return status;
}

async function fg(shell: Shell, args: readonly string[]): Promise<number> {
  const job = await namedJob(shell, "fg", args);
  if (job === null || shell.interactive === null) return 1;
  await output(shell, "fg", `${job.command}\n`);
  return await bringToForeground(shell, shell.interactive, job);
}

async function bg(shell: Shell, args: readonly string[]): Promise<number> {
  const job = await namedJob(shell, "bg", args);
  if (job === null) return 1;
  if (!isStopped(job)) return await builtinError(shell, "bg", `job ${job.id} already in background`, 0);
  const mark = job === shell.jobs.current ? "+" : job === shell.jobs.previous ? "-" : " ";
  await goOn(shell, job);
  return await output(shell, "bg", `[${job.id}]${mark} ${job.command} &\n`);
}

/** The job that `fg` or `bg` means; null after a message. Only an interactive shell moves jobs. */
async function namedJob(shell: Shell, name: string, args: readonly string[]): Promise<Job | null> {
  if (shell.interactive === null) {
    await builtinError(shell, name, "no job control");
    return null;
  }
  const [id] = args;
  const job = id === undefined ? shell.jobs.current : await findJob(shell, name, id.startsWith("%") ? id : `%${id}`);
  if (job === undefined) await builtinError(shell, name, `${id ?? "current"}: no such job`);
  return job ?? null;
}

async function disown(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "disown", args, "ahr", "[-h] [-ar] [jobspec ... | pid ...]");
  if (flags === null) return USAGE;
  const { given, rest } = flags;
  if (given.has("h")) return 0;
  if (given.has("a") || (given.has("r") && rest.length === 0)) {
    shell.jobs.clear();
    return 0;
  }
  let status = 0;
  await reapEnded(shell);
  for (const id of rest.length > 0 ? rest : ["%%"]) {
    const job = /^\d+$/.test(id) ? shell.jobs.byPid(Number(id)) : await findJob(shell, "disown", id);
    if (job === undefined) status = await builtinError(shell, "disown", `${rest.length > 0 ? id : "current"}: no such job`);
    else shell.jobs.disown(job);
  }
  return status;
}

/** Stops the shell itself, which only job control can make go on. */
async function suspend(shell: Shell, args: readonly string[]): Promise<number> {
  const flags = await parseFlags(shell, "suspend", args, "f", "[-f]");
  if (flags === null) return USAGE;
  if (shell.interactive === null) return await builtinError(shell, "suspend", "cannot suspend: no job control");
  await shell.process.kill(shell.process.pid, SIGSTOP);
  return 0;
}

export const jobBuiltins: BuiltinTable = {
  suspend: { run: suspend },
  wait: { run: wait },
  jobs: { run: jobs },
  fg: { run: fg },
  bg: { run: bg },
  disown: { run: disown },
};
