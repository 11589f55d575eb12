/** Forked shells: subshells, pipeline stages, substitutions and background jobs are tasks that run a twin of the shell. */
import { EAGAIN, SIGINT, SIGQUIT, SIGTERM, type Soon, strerror } from "../../../kernel/index.ts";
import { O_RDONLY } from "../../../syscall/index.ts";
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
export async function forkShell(shell: Shell, body: (twin: Shell) => Promise<number>, placement: Placement | null = null): Promise<number> {
  const { traps: parentTraps, interactive } = shell;
  const job = interactive === null ? null : placement;
  let made: Shell | null = null;
  // Made once there is a child: by the parent before it goes on, or by the child if a signal keeps the parent.
  const twin = (): Shell => {
    made ??= shell.twin();
    return made;
  };
  for (let pause = 1; ; pause *= 2) {
    const pid = await shell.process.fork(
      async (process) => {
        twin().process = process;
        collectEnded(twin());
        if (interactive !== null && job !== null) await joinJob(twin(), interactive, job);
        twin().traps.resetHandlers(process, parentTraps, job !== null);
        return await runToEnd(twin(), () => body(twin()));
      },
      interactive === null ? [] : [SIGTERM],
    );
    if (pid >= 0) {
      twin();
      if (job !== null) placeChild(shell, pid, job);
      return pid;
    }
    const again = pid === -EAGAIN && pause < FORKSLEEP_MAX;
    await complain(shell.process, `${shell.errorName}: fork: ${again ? "retry: " : ""}${strerror(pid)}\n`);
    if (again && (await shell.process.nanosleep(pause * SECOND)) === 0) {
      await reapEnded(shell);
      continue;
    }
    throw shell.interactive === null ? new ShellExit(FORK_FAILURE) : new Discard(FORK_FAILURE);
  }
}

/** Runs the last thing of a shell process and its EXIT trap. Returns the process's exit status. */
export async function runToEnd(shell: Shell, body: () => Promise<number>): Promise<number> {
  const status = await settle(shell, body);
  if (shell.traps.get("EXIT") === undefined) return status;
  shell.status = status;
  return await settle(shell, async () => {
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
export async function detach(shell: Shell): Promise<void> {
  const { process } = shell;
  process.sigaction(SIGINT, "ignore");
  process.sigaction(SIGQUIT, "ignore");
  const empty = await process.open("/dev/null", O_RDONLY);
  if (empty <= 0) return;
  await process.dup2(empty, 0);
  await process.close(empty);
}
