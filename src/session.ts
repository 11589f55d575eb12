/**
 * Somebody at the machine's terminal: an interactive bash, and time that passes only while it has something to do. While the
 * machine waits for a line it rests; what runs in the background gets up to a second of virtual time for each line.
 */
import { type Kernel, SIGINT, send_sig, type Task } from "./kernel/index.ts";
import { __proc_set_tty, foreground, isig, job_control, startScript, userState } from "./syscall/index.ts";
import { Terminal } from "./vfs/index.ts";

const SIGTSTP = 20;
const SIGWINCH = 28;
/** From the keyboard to the terminal, virtual ns. */
const KEY_NS = 1e6;
/** What the background gets while a line is typed, virtual ns. */
const PAUSE_NS = 1e9;

export interface SessionOutput {
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
}

export interface Session {
  /** The shell. */
  readonly task: Task;
  /** The task that waits for a line; null if the command in the foreground goes on, or can not. */
  readonly reader: Task | null;
  /** A line with its newline; empty text is Ctrl-D. */
  input(text: string): void;
  /** What runs in the foreground: the process group that the keys' signals go to. */
  readonly foreground: readonly Task[];
  /** Ctrl-C or Ctrl-Z: a signal for what runs in the foreground. Can be called at any time. */
  press(key: SignalKey): void;
  /** Takes the terminal from the command in the foreground and gives it back to the shell that waits for it. */
  leave(): void;
  /** Runs until a line is waited for and a second has passed, nothing can go on, a limit is reached or the shell has ended. */
  run(): Promise<void>;
}

export type SignalKey = "^C" | "^Z";

const SIGNALS: Readonly<Record<SignalKey, number>> = { "^C": SIGINT, "^Z": SIGTSTP };

export interface SessionOptions {
  readonly env: ReadonlyMap<string, string>;
  readonly output: SessionOutput;
  readonly hostTurn: () => Promise<void>;
}

/** The environment of the first shell at a terminal. */
export function sessionEnv(more: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map([["PATH", "/usr/sbin:/usr/bin:/sbin:/bin"], ["HOME", "/root"], ["TERM", "linux"], ...Object.entries(more)]);
}

export function startSession(init: Task, options: SessionOptions): Session {
  return new TerminalSession(init, options);
}

class TerminalSession implements Session {
  readonly task: Task;
  private readonly kernel: Kernel;
  private readonly terminal: Terminal;
  private readonly hostTurn: () => Promise<void>;
  private readonly encoder = new TextEncoder();
  private pressed: SignalKey | null = null;
  private cancelPause: (() => void) | null = null;

  constructor(init: Task, options: SessionOptions) {
    this.kernel = init.kernel;
    this.hostTurn = options.hostTurn;
    const { stdout, stderr } = options.output;
    const isOf = (task: Task, tty: Terminal): boolean => userState(task).tty === tty;
    this.terminal = new Terminal({ stdout, stderr, waiting: () => this.startPause(), isOf, job_control });
    const [stdin, out, err] = this.terminal.install(init.root);
    this.task = startScript(init, { path: "/usr/bin/bash", argv: ["bash"], env: options.env, stdin, stdout: out, stderr: err });
    __proc_set_tty(this.task, this.terminal);
  }

  get reader(): Task | null {
    return this.terminal.reader;
  }

  input(text: string): void {
    this.terminal.input(this.encoder.encode(text));
  }

  get foreground(): readonly Task[] {
    return foreground(this.kernel, this.terminal);
  }

  press(key: SignalKey): void {
    this.pressed = key;
    this.kernel.sched.pause();
  }

  leave(): void {
    const shell = this.waitingShell();
    this.terminal.pgrp = userState(shell).pgid;
    send_sig(this.kernel, SIGWINCH, shell);
  }

  /** The leader of the group in the foreground is a child of the shell that has put it there, or that shell. */
  private waitingShell(): Task {
    const { pgrp } = this.terminal;
    const leader = this.foreground.find(({ pid }) => pid === pgrp) ?? this.foreground[0];
    return leader === undefined || leader === this.task ? this.task : (leader.parent ?? this.task);
  }

  async run(): Promise<void> {
    const { sched } = this.kernel;
    do {
      if (this.pressed !== null) await this.deliver();
      if (sched.stopped === null) await sched.run(this.hostTurn);
    } while (this.pressed !== null && this.task.alive && sched.stopped === null);
    this.cancelPause?.();
    this.cancelPause = null;
  }

  /** A key takes a moment of virtual time. Else it would hit a command that sleeps almost always in front of its sleep. */
  private async deliver(): Promise<void> {
    const { clock, sched } = this.kernel;
    const timer = clock.start(KEY_NS, () => sched.pause(), true);
    await sched.run(this.hostTurn);
    clock.cancel(timer);
    const { pressed } = this;
    this.pressed = null;
    if (pressed === null) return;
    this.terminal.flush();
    this.startPause();
    isig(this.kernel, this.terminal, SIGNALS[pressed]);
  }

  /** The second begins anew with each wait for a line. Without anything to do for others it does not pass. */
  private startPause(): void {
    this.cancelPause?.();
    const { clock, sched } = this.kernel;
    const timer = clock.start(PAUSE_NS, () => sched.pause(), true);
    this.cancelPause = () => clock.cancel(timer);
  }
}
