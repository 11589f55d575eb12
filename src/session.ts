/**
 * Somebody at the machine's terminal: an interactive bash, and time that passes only while it has something to do. While the
 * machine waits for a line it rests; what runs in the background gets up to a second of virtual time for each line.
 */
import { type Kernel, SIGINT, send_sig, type Task } from "./kernel/index.ts";
import { startScript } from "./syscall/index.ts";
import { Terminal } from "./vfs/index.ts";

const SIGTSTP = 20;
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
  /** Ctrl-C: SIGINT for the shell and what it runs in the foreground. Can be called at any time. */
  interrupt(): void;
  /** Asks the shell to leave the command in the foreground behind as a job. */
  leave(): void;
  /** Runs until a line is waited for and a second has passed, nothing can go on, a limit is reached or the shell has ended. */
  run(): Promise<void>;
}

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
  private interrupted = false;
  private cancelPause: (() => void) | null = null;

  constructor(init: Task, options: SessionOptions) {
    this.kernel = init.kernel;
    this.hostTurn = options.hostTurn;
    const { stdout, stderr } = options.output;
    this.terminal = new Terminal(this.kernel, { stdout, stderr, waiting: () => this.startPause() });
    const [stdin, out, err] = this.terminal.files;
    this.task = startScript(init, { path: "/usr/bin/bash", argv: ["bash"], env: options.env, stdin, stdout: out, stderr: err });
  }

  get reader(): Task | null {
    return this.terminal.reader;
  }

  input(text: string): void {
    this.terminal.input(this.encoder.encode(text));
  }

  interrupt(): void {
    this.interrupted = true;
    this.kernel.sched.pause();
  }

  leave(): void {
    send_sig(this.kernel, SIGTSTP, this.task);
  }

  async run(): Promise<void> {
    const { sched } = this.kernel;
    do {
      if (this.interrupted) this.deliverInterrupt();
      await sched.run(this.hostTurn);
    } while (this.interrupted && this.task.alive && sched.stopped === null);
    this.cancelPause?.();
    this.cancelPause = null;
  }

  private deliverInterrupt(): void {
    this.interrupted = false;
    this.terminal.flush();
    this.startPause();
    for (const task of this.foreground()) send_sig(this.kernel, SIGINT, task);
  }

  /** The shell and all it has started; what runs in the background ignores SIGINT. */
  private foreground(): Task[] {
    const below = (task: Task | null): boolean => task !== null && (task === this.task || below(task.parent));
    return [...this.kernel.tasks.values()].filter(below);
  }

  /** The second begins anew with each wait for a line. Without anything to do for others it does not pass. */
  private startPause(): void {
    this.cancelPause?.();
    const { clock, sched } = this.kernel;
    const timer = clock.start(PAUSE_NS, () => sched.pause(), true);
    this.cancelPause = () => clock.cancel(timer);
  }
}
