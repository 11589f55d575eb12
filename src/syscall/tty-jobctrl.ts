/**
 * Models which process group a terminal belongs to (drivers/tty/tty_jobctrl.c): the foreground group reads from it and gets its
 * signals, a group in the background is stopped when it tries.
 * Left out: hang-up, taking a terminal from another session, orphaned groups, `stty tostop`.
 */
import { EINTR, EIO, ENOTTY, EPERM, type Frame, type Kernel, type Pid, send_sig, type Task } from "../kernel/index.ts";
import { fget, type Terminal } from "../vfs/index.ts";
import { kill_pgrp } from "./signals.ts";
import { user_state, userState } from "./user-state.ts";

const SIGTTIN = 21;
const SIGTTOU = 22;

/** __proc_set_tty(): the terminal becomes that of the task's session, its group the one in the foreground. */
export function __proc_set_tty(leader: Task, tty: Terminal): void {
  const state = userState(leader);
  tty.session = state.sid;
  tty.pgrp = state.pgid;
  state.tty = tty;
}

/** isig(): a signal of the keyboard for the group in the foreground. Call while no task runs. */
export function isig(kernel: Kernel, tty: Terminal, signal: number): void {
  for (const task of foreground(kernel, tty)) send_sig(kernel, signal, task);
}

/** The tasks of the group in the foreground. */
export function foreground(kernel: Kernel, tty: Terminal): readonly Task[] {
  return [...kernel.tasks.values()].filter((task) => user_state.get(task)?.pgid === tty.pgrp && task.alive);
}

/** job_control() of n_tty.c: 0, or what a read by a group in the background gets, which has been sent SIGTTIN. */
export function job_control(current: Frame, tty: Terminal): number {
  return __tty_check_change(current, tty, SIGTTIN);
}

/** tiocgpgrp() */
export function tiocgpgrp(current: Frame, fd: number): number {
  const tty = controlling_tty(current, fd);
  current.reads(current.kernel.tasks);
  return tty?.pgrp ?? -ENOTTY;
}

/** tiocspgrp() */
export function tiocspgrp(caller: Frame, fd: number, pgrp: number): number {
  const current = caller.enter("tiocspgrp");
  const tty = controlling_tty(current, fd);
  if (tty === null) return -ENOTTY;
  const error = __tty_check_change(current, tty, SIGTTOU);
  if (error === -EIO) return -ENOTTY;
  if (error !== 0) return error;
  current.writes(tty);
  const { sid } = userState(current.task);
  const members = [...current.kernel.tasks.values()].map((task) => user_state.get(task)).filter((state) => state?.pgid === pgrp);
  if (!members.some((state) => state?.sid === sid)) return -EPERM;
  tty.pgrp = pgrp as Pid;
  return 0;
}

/** The terminal behind a descriptor, if it is that of the task's session. */
function controlling_tty(current: Frame, fd: number): Terminal | null {
  const tty = fget(current, fd)?.f_op.terminal ?? null;
  const state = userState(current.task);
  return tty !== null && state.tty === tty && state.sid === tty.session ? tty : null;
}

/** __tty_check_change(): 0 in the foreground; else the signal goes to the whole group, and the call begins again after it. */
function __tty_check_change(current: Frame, tty: Terminal, signal: number): number {
  const state = userState(current.task);
  current.reads(tty);
  if (state.tty !== tty || tty.pgrp === null || state.pgid === tty.pgrp) return 0;
  if (state.disposition(signal) === "ignore") return signal === SIGTTIN ? -EIO : 0;
  kill_pgrp(current.enter("__tty_check_change"), state.pgid, signal);
  return -EINTR;
}
