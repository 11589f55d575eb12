/** Forked shells: subshells, pipeline stages, substitutions and background jobs are tasks that run a twin of the shell. */
import { EAGAIN, SIGINT, SIGQUIT, SIGTERM, type Soon, strerror } from "../../../kernel/index.ts";
import { O_RDONLY, type Process, type Program } from "../../../syscall/index.ts";
import { complain } from "../../lib/index.ts";
import { joinJob, type Placement, placeChild } from "../job-control.ts";
import { collectEnded, reapEnded } from "../jobs.ts";
import type { Shell } from "../shell.ts";
import { runExitTrap } from "../traps.ts";
import { Discard, ExpansionError, FunctionReturn, LoopJump, ShellExit } from "../unwind.ts";

/** What the shell ends with when it cannot fork. */
const FORK_FAILURE = 254;
/** bash's FORKSLEEP_MAX: seconds of the pause after which it does not try again. */
const FORKSLEEP_MAX = 16;
const SECOND = 1_000_000_000;

/**
 * Runs `body` in a child with a twin of the shell. Returns the child's pid. While there can be no more processes it tries again
 * after 1, 2, 4 and 8 seconds. `placement`: the job that the child belongs to.
 */
export function forkShell(shell: Shell, body: (twin: Shell) => Promise<number>, placement: Placement | null = null): Promise<number> {
  const { traps: parentTraps, interactive } = shell;
  const job = interactive === null ? null : placement;
  let made: Shell | null = null;
  // Made once there is a child: by the parent before it goes on, or by the child if a signal keeps the parent.
  const twin = (): Shell => {
    made ??= shell.twin();
    return made;
  };
  const child = (process: Process): Promise<number> => {
    const self = twin();
    self.process = process;
    collectEnded(self);
    const begin = (): Promise<number> => {
      self.traps.resetHandlers(process, parentTraps, job !== null);
      return runToEnd(self, () => body(self));
    };
    return interactive !== null && job !== null ? joinJob(self, interactive, job).then(begin) : begin();
  };
  const placed = (pid: number): number => {
    twin();
    if (job !== null) placeChild(shell, pid, job);
    return pid;
  };
  return fork(shell, child).then((pid) => (pid >= 0 ? placed(pid) : tryAgain(shell, child, pid, 1).then(placed)));
}

function fork(shell: Shell, child: Program): Promise<number> {
  return shell.process.fork(child, shell.interactive === null ? [] : [SIGTERM]);
}

/** There can be no more processes now: `error` was the answer, and `pause` seconds go by before the next try. */
async function tryAgain(shell: Shell, child: Program, error: number, pause: number): Promise<number> {
  const again = error === -EAGAIN && pause < FORKSLEEP_MAX;
  await complain(shell.process, `${shell.errorName}: fork: ${again ? "retry: " : ""}${strerror(error)}\n`);
  if (!again || (await shell.process.nanosleep(pause * SECOND)) !== 0)
    throw shell.interactive === null ? new ShellExit(FORK_FAILURE) : new Discard(FORK_FAILURE);
  await reapEnded(shell);
  const pid = await fork(shell, child);
  return pid >= 0 ? pid : await tryAgain(shell, child, pid, 2 * pause);
}

/** Runs the last thing of a shell process and its EXIT trap. Returns the process's exit status. */
export function runToEnd(shell: Shell, body: () => Promise<number>): Promise<number> {
  return settle(shell, body).then((status) => (shell.traps.get("EXIT") === undefined ? status : leaveByTrap(shell, status)));
}

function leaveByTrap(shell: Shell, status: number): Promise<number> {
  shell.status = status;
  return settle(shell, async () => {
    await runExitTrap(shell);
    return status;
  });
}

/** The body begins in a turn of its own: if it becomes another program at once, somebody waits for that already. */
function settle(shell: Shell, body: () => Promise<number>): Promise<number> {
  return Promise.resolve()
    .then(body)
    .then(
      (status) => status & 0xff,
      (error) => statusOf(shell, error),
    );
}

/** The status with which a shell ends because of what was thrown; throws what does not concern the shell. */
function statusOf(shell: Shell, error: unknown): Soon<number> {
  if (error instanceof ExpansionError) return shell.complain(error.message).then(() => (error.fatal ? shell.fatalStatus : 1));
  if (error instanceof ShellExit || error instanceof Discard || error instanceof FunctionReturn) return error.status & 0xff;
  if (error instanceof LoopJump) return 0;
  throw error;
}

/** What a background job that is not job controlled gets: no terminal signals, and no input that the script needs. */
export function detach(shell: Shell): Promise<unknown> {
  const { process } = shell;
  process.sigaction(SIGINT, "ignore");
  process.sigaction(SIGQUIT, "ignore");
  return process.open("/dev/null", O_RDONLY).then((empty) => (empty > 0 ? process.dup2(empty, 0).then(() => process.close(empty)) : empty));
}
