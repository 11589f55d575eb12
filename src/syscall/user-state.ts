/**
 * What the system-call layer keeps of a user task: environment, process group, session, signal handlers
 * (struct signal_struct and sighand_struct of include/linux/sched/signal.h) and how its program is about to be left.
 */
import { EmulatorBug, type Pid, SIGCHLD, SIGCONT, SIGKILL, SIGSTOP, type SignalActions, type Task, taskSlot } from "../kernel/index.ts";
import type { Terminal } from "../vfs/index.ts";
import type { Program, SignalHandler } from "./process.ts";

const SIGTSTP = 20;
const SIGTTIN = 21;
const SIGTTOU = 22;
const SIGURG = 23;
const SIGWINCH = 28;

type Disposition = ReturnType<SignalActions["disposition"]>;

/**
 * Thrown to leave a program for good: it exits, a signal ends it, or another program takes its place. No Error: a program
 * that catches errors should let it pass. If one does not, its next system call throws it again.
 */
export class Unwind {
  readonly exitCode: number;
  readonly signal: number;
  /** The program that execve put in its place. */
  readonly next: Program | null;

  constructor(exitCode: number, signal: number, next: Program | null) {
    this.exitCode = exitCode;
    this.signal = signal;
    this.next = next;
  }
}

export class UserState implements SignalActions {
  /** As execve got it, the program's path first. */
  argv: readonly string[] = [];
  env: ReadonlyMap<string, string> = new Map();
  /** Absolute path of the running program, for /proc/<pid>/exe. */
  exe = "";
  pgid: Pid;
  sid: Pid;
  /** The session's terminal. */
  tty: Terminal | null = null;
  /** How ready the task is to let others go first, -20 to 19. The scheduler does not heed it. */
  nice = 0;
  /** True once the task has run a program of its own: setpgid from its parent is refused then. */
  execed = false;
  readonly handlers = new Map<number, SignalHandler>();
  /** pid 1: signals that it does not handle do nothing (SIGNAL_UNKILLABLE). */
  readonly unkillable: boolean;
  collect: NonNullable<SignalActions["collect"]> | null = null;
  /** True inside a system call. */
  inKernel = false;
  /** Set while the program is being left. */
  leaving: Unwind | null = null;

  constructor(pgid: Pid, sid: Pid, unkillable = false) {
    this.pgid = pgid;
    this.sid = sid;
    this.unkillable = unkillable;
  }

  disposition(signal: number): Disposition {
    const handler = signal === SIGKILL || signal === SIGSTOP ? "default" : (this.handlers.get(signal) ?? "default");
    if (handler === "ignore") return "ignore";
    if (handler !== "default") return "handler";
    const standard = defaultDisposition(signal);
    return this.unkillable && (standard === "terminate" || standard === "stop") ? "ignore" : standard;
  }

  /** A forked child's: the same handlers, group and session. */
  copy(): UserState {
    const copy = new UserState(this.pgid, this.sid);
    copy.argv = this.argv;
    copy.env = this.env;
    copy.exe = this.exe;
    copy.tty = this.tty;
    copy.nice = this.nice;
    this.handlers.forEach((handler, signal) => {
      copy.handlers.set(signal, handler);
    });
    return copy;
  }
}

/** Present on every user task from its first moment to its last. */
export const user_state = taskSlot<UserState>();

export function userState(task: Task): UserState {
  const state = user_state.get(task);
  if (state === undefined) throw new EmulatorBug(`${task.comm}/${task.pid} is no user task`);
  return state;
}

function defaultDisposition(signal: number): Disposition {
  switch (signal) {
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
      return "ignore";
    case SIGCONT:
      return "continue";
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return "stop";
    default:
      return "terminate";
  }
}

/** True for the signals that stop a task by default. */
export function stopsByDefault(signal: number): boolean {
  return defaultDisposition(signal) === "stop";
}
