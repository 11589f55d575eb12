/**
 * Traps: commands that run when a signal came, at the end of the shell (EXIT), after a failed command (ERR), before each
 * command (DEBUG) and after functions (RETURN). A signal only makes its trap pending; it runs between two commands.
 */
import { SIGHUP, SIGINT, SIGKILL, SIGNAL_NAMES, SIGTERM, SIGUSR1, SIGUSR2 } from "../../kernel/index.ts";
import type { Process, SignalHandler } from "../../syscall/index.ts";
import type { Shell } from "./shell.ts";
import { Source } from "./source.ts";
import { Discard } from "./unwind.ts";

/** Traps that are no signals, in the order in which `trap` lists them around the signals. */
export type TrapName = "EXIT" | "DEBUG" | "ERR" | "RETURN" | number;

const PSEUDO: readonly string[] = ["EXIT", "DEBUG", "ERR", "RETURN"];

/** Signals that end a shell with an EXIT trap only after the trap has run. */
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
const STOPS: readonly number[] = [SIGTSTP, SIGTTIN, SIGTTOU];
const TERMINATING = [SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGTERM];

export class Traps {
  private readonly commands = new Map<TrapName, string>();
  /** Signals that came and whose traps have not run yet. */
  readonly pending: number[] = [];
  /** A signal without a trap that ends this shell as soon as its EXIT trap has run. */
  terminating: number | null = null;
  /** A SIGINT came that ends the running line of an interactive shell. */
  interrupted = false;
  /** What signals without a trap do; an interactive shell handles some itself. */
  private readonly standing = new Map<number, SignalHandler>();
  /** Above 0 while a trap runs. */
  running = 0;
  /** Depth of calls in which RETURN was set; it does not run for functions around it. */
  returnIn = -1;

  /** A forked shell keeps the signals that are ignored, and of the others those in `inherited`. */
  constructor(parent?: Traps, inherited: readonly TrapName[] = []) {
    if (parent === undefined || parent.commands.size === 0) return;
    for (const [name, command] of parent.commands) if (command === "" || inherited.includes(name)) this.commands.set(name, command);
  }

  get size(): number {
    return this.commands.size;
  }

  get(name: TrapName): string | undefined {
    return this.commands.get(name);
  }

  /** True if the trap has a command to run. */
  has(name: TrapName): boolean {
    return (this.commands.get(name) ?? "") !== "";
  }

  /** Names with traps, in the order in which `trap` prints them. */
  names(): readonly TrapName[] {
    const rank = (name: TrapName): number => (name === "EXIT" ? 0 : typeof name === "number" ? name : 1000 + PSEUDO.indexOf(name));
    return [...this.commands.keys()].sort((a, b) => rank(a) - rank(b));
  }

  /** Sets (""): ignore), or removes (null) a trap. */
  set(process: Process, name: TrapName, command: string | null): void {
    if (command === null) this.commands.delete(name);
    else this.commands.set(name, command);
    if (name === "EXIT") this.watchTermination(process, command !== null && command !== "");
    if (typeof name !== "number") return;
    process.sigaction(name, command === null ? this.withoutTrap(name) : command === "" ? "ignore" : (signal) => this.pending.push(signal));
  }

  /** In a child just forked: the parent's handlers do not belong to it. One that is no job is not stopped by the terminal either. */
  resetHandlers(process: Process, parent: Traps, job: boolean): void {
    for (const name of parent.commands.keys()) if (typeof name === "number" && parent.has(name)) process.sigaction(name, "default");
    if (parent.has("EXIT")) this.watchTermination(process, false);
    for (const signal of parent.standing.keys()) {
      if (parent.get(signal) !== "" && (job || !STOPS.includes(signal))) process.sigaction(signal, "default");
    }
  }

  /** What a signal does as long as it has no trap. */
  handle(process: Process, signal: number, handler: SignalHandler): void {
    this.standing.set(signal, handler);
    process.sigaction(signal, handler);
  }

  private withoutTrap(signal: number): SignalHandler {
    return this.standing.get(signal) ?? "default";
  }

  private watchTermination(process: Process, on: boolean): void {
    for (const signal of TERMINATING) {
      if (this.commands.has(signal)) continue;
      if (this.standing.has(signal)) continue;
      process.sigaction(signal, on ? () => (this.terminating ??= signal) : "default");
    }
  }

  /** True if something waits to be done between two commands. */
  get due(): boolean {
    return this.pending.length > 0 || this.interrupted || this.terminating !== null;
  }
}

/** "TERM", "SIGTERM", "15", "exit", "0" as a trap's name; null if it is none. */
export function parseTrapName(text: string): TrapName | null {
  if (/^\d+$/.test(text)) {
    const signal = Number(text);
    return signal === 0 ? "EXIT" : SIGNAL_NAMES[signal] === undefined ? null : signal;
  }
  const name = text.toUpperCase().replace(/^SIG/, "");
  if (PSEUDO.includes(name)) return name as TrapName;
  const found = Object.entries(SIGNAL_NAMES).find(([, candidate]) => candidate === name);
  return found === undefined ? null : Number(found[0]);
}

/** The name as `trap` prints it. */
export function trapLabel(name: TrapName): string {
  return typeof name === "number" ? `SIG${SIGNAL_NAMES[name]}` : name;
}

/** Runs the traps of signals that came. Ends the process if one of them was deadly. */
export async function runPendingTraps(shell: Shell): Promise<void> {
  const { traps } = shell;
  if (traps.terminating !== null) await terminate(shell, traps.terminating);
  if (traps.interrupted) {
    traps.interrupted = false;
    throw new Discard(128 + SIGINT);
  }
  for (let signal = traps.pending.shift(); signal !== undefined; signal = traps.pending.shift()) await runTrap(shell, signal);
}

/** Runs one trap's command; $? is afterwards what it was. */
export async function runTrap(shell: Shell, name: TrapName): Promise<void> {
  const { traps } = shell;
  const command = traps.get(name);
  if (command === undefined || command === "") return;
  const { status, pipeStatus, line } = shell;
  traps.running++;
  try {
    await shell.evaluator.runText(shell, new Source(shell.source.name, command, line), "trap");
  } finally {
    traps.running--;
    shell.line = line;
  }
  shell.status = status;
  shell.pipeStatus = pipeStatus;
}

/** Runs the DEBUG trap in front of a command; in functions only if they inherit it. `text`: a compound command as BASH_COMMAND shows it. */
export async function runDebugTrap(shell: Shell, text?: (source: Source) => string): Promise<void> {
  const { traps } = shell;
  if (traps.running > 0 || !traps.has("DEBUG")) return;
  if (text !== undefined) shell.command = text(shell.source);
  const inFunction = shell.calls.some(({ kind }) => kind === "function");
  if (!inFunction || shell.options.get("functrace")) await runTrap(shell, "DEBUG");
}

/** Runs the EXIT trap, once. Its own `exit N` changes the status. */
export async function runExitTrap(shell: Shell): Promise<void> {
  const command = shell.traps.get("EXIT");
  if (command === undefined) return;
  shell.traps.set(shell.process, "EXIT", null);
  if (command !== "") await shell.evaluator.runText(shell, new Source(shell.source.name, command, shell.line), "trap");
}

async function terminate(shell: Shell, signal: number): Promise<void> {
  const { process, traps } = shell;
  traps.terminating = null;
  await runExitTrap(shell);
  process.sigaction(signal, "default");
  await process.kill(process.pid, signal);
  await process.kill(process.pid, SIGKILL);
}
