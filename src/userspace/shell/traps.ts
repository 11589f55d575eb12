/**
 * Traps: commands that run when a signal came, at the end of the shell (EXIT), after a failed command (ERR), before each
 * command (DEBUG) and after functions (RETURN). A signal only makes its trap pending; it runs between two commands.
 */
import { SIGHUP, SIGINT, SIGKILL, SIGNAL_NAMES, SIGTERM, SIGUSR1, SIGUSR2 } from "../../kernel/index.ts";
import type { Process, SignalHandler } from "../../syscall/index.ts";
import type { RunningCommand, Shell } from "./shell.ts";
import { Source } from "./source.ts";
import { Discard, FunctionReturn } from "./unwind.ts";

/** Traps that are no signals, in the order in which `trap` lists them around the signals. */
export type TrapName = "EXIT" | "DEBUG" | "ERR" | "RETURN" | number;

const PSEUDO: readonly string[] = ["EXIT", "DEBUG", "ERR", "RETURN"];

/** Status of a DEBUG trap that ends the running function. */
const SKIP_FUNCTION = 2;

/** Signals that end a shell with an EXIT trap only after the trap has run. */
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
const STOPS: readonly number[] = [SIGTSTP, SIGTTIN, SIGTTOU];
const TERMINATING = [SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGTERM];

const NONE: ReadonlyMap<TrapName, string> = new Map();

const NOT_SKIPPED = Promise.resolve(false);

export class Traps {
  private readonly commands = new Map<TrapName, string>();
  /** What a subshell lists as long as it sets no trap itself: all that its parent had. */
  private listed: ReadonlyMap<TrapName, string>;
  /** Traps that run: none interrupts itself. */
  private readonly inProgress = new Set<TrapName>();
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

  /** A forked shell keeps the signals that are ignored, and of the others those in `inherited`. */
  constructor(parent?: Traps, inherited: readonly TrapName[] = []) {
    this.listed = NONE;
    if (parent === undefined || (parent.size === 0 && parent.listed === NONE)) return;
    for (const [name, command] of parent.commands) if (command === "" || inherited.includes(name)) this.commands.set(name, command);
    this.listed = new Map([...parent.listed, ...parent.commands]);
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

  /** What `trap` prints of a name. */
  shown(name: TrapName): string | undefined {
    return this.commands.get(name) ?? this.listed.get(name);
  }

  /** Names with traps, in the order in which `trap` prints them. */
  names(): readonly TrapName[] {
    const rank = (name: TrapName): number => (name === "EXIT" ? 0 : typeof name === "number" ? name : 1000 + PSEUDO.indexOf(name));
    return [...new Set([...this.commands.keys(), ...this.listed.keys()])].sort((a, b) => rank(a) - rank(b));
  }

  /** Sets (""): ignore), or removes (null) a trap. */
  set(process: Process, name: TrapName, command: string | null): void {
    this.listed = NONE;
    if (command === null) this.commands.delete(name);
    else this.commands.set(name, command);
    if (name === "EXIT") this.watchTermination(process, command !== null && command !== "");
    if (typeof name !== "number") return;
    process.sigaction(name, command === null ? this.withoutTrap(name) : command === "" ? "ignore" : (signal) => this.pending.push(signal));
  }

  /** Takes traps away while something runs that does not inherit them. */
  hide(names: readonly TrapName[]): ReadonlyMap<TrapName, string> {
    if (!names.some((name) => this.commands.has(name))) return NONE;
    const hidden = new Map([...this.commands].filter(([name]) => names.includes(name)));
    for (const name of hidden.keys()) this.commands.delete(name);
    return hidden;
  }

  /** Puts them back, but for those that were set anew meanwhile. */
  restore(hidden: ReadonlyMap<TrapName, string>): void {
    for (const [name, command] of hidden) if (!this.commands.has(name)) this.commands.set(name, command);
  }

  /** False for one that runs already, unless it is a signal's. */
  begin(name: TrapName): boolean {
    if (typeof name !== "number" && this.inProgress.has(name)) return false;
    this.inProgress.add(name);
    this.running++;
    return true;
  }

  end(name: TrapName): void {
    this.inProgress.delete(name);
    this.running--;
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

/** What messages about a trap's syntax call it. */
function trapTitle(name: TrapName): string {
  const kinds: Readonly<Record<string, string>> = { EXIT: "exit ", DEBUG: "debug ", ERR: "error ", RETURN: "return " };
  return `${typeof name === "number" ? (name === SIGINT ? "interrupt " : "") : (kinds[name] ?? "")}trap`;
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

/** Runs one trap's command, whose status it returns; $? is afterwards what it was. */
export async function runTrap(shell: Shell, name: TrapName): Promise<number> {
  const { traps } = shell;
  const command = traps.get(name);
  if (command === undefined || command === "" || !traps.begin(name)) return 0;
  const { status, pipeStatus, line } = shell;
  try {
    return await shell.evaluator.runText(
      shell,
      new Source(shell.source.name, command, typeof name === "number" ? 1 : line),
      trapTitle(name),
    );
  } finally {
    traps.end(name);
    shell.line = line;
    shell.status = status;
    shell.pipeStatus = pipeStatus;
  }
}

/** Takes note of the command that is about to run, and runs the DEBUG trap. Under extdebug the trap may say to skip the command: true. */
export function beforeCommand(shell: Shell, command: RunningCommand): Promise<boolean> {
  const { traps } = shell;
  if (traps.running === 0) shell.command = command;
  return traps.has("DEBUG") ? runDebugTrap(shell) : NOT_SKIPPED;
}

async function runDebugTrap(shell: Shell): Promise<boolean> {
  const status = await runTrap(shell, "DEBUG");
  if (status === 0 || !shell.options.shopt("extdebug")) return false;
  if (status === SKIP_FUNCTION && shell.calls.some(({ kind }) => kind !== "script")) throw new FunctionReturn(shell.status);
  return true;
}

/** Runs the EXIT trap, once. Its own `exit N` changes the status. */
export async function runExitTrap(shell: Shell): Promise<void> {
  const command = shell.traps.get("EXIT");
  if (command === undefined) return;
  shell.traps.set(shell.process, "EXIT", null);
  if (command !== "") await shell.evaluator.runText(shell, new Source(shell.source.name, command), trapTitle("EXIT"));
}

async function terminate(shell: Shell, signal: number): Promise<void> {
  const { process, traps } = shell;
  traps.terminating = null;
  await runExitTrap(shell);
  process.sigaction(signal, "default");
  await process.kill(process.pid, signal);
  await process.kill(process.pid, SIGKILL);
}
