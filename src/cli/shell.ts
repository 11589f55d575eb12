/** `mlx5-emu shell`: an interactive bash on one machine, and a look at what is stuck above each prompt. */
import { blockedTasks, type Deadlock } from "../analysis/index.ts";
import { bootMachine, type Machine, type Session, type SignalKey } from "../machine.ts";
import {
  COLOUR,
  deadlockNews,
  EXIT_STATUS,
  lockdepText,
  type Paint,
  PLAIN,
  runReport,
  stuckLine,
  verdictOf,
  type Watch,
  watchMachine,
} from "../report/index.ts";
import { complete } from "./complete.ts";
import { loadDrivers } from "./drivers.ts";
import type { Host } from "./host.ts";
import { readFolders } from "./mounts.ts";
import { type MachineFlags, planMachine } from "./options.ts";
import type { LineSource } from "./terminal.ts";

/** A session has no end of its own; each command can be ended by hand. */
const NO_LIMITS = { steps: Number.MAX_SAFE_INTEGER, virtualTime: Number.MAX_SAFE_INTEGER };

/** The words in braces are filled in when the prompt is shown. */
const PS1 = "[{netns} {time}{stuck}] \\w\\$ ";

export interface ShellFlags extends MachineFlags {
  readonly lockdepText?: boolean;
  readonly contracts: boolean;
}

export async function shell(host: Host, flags: ShellFlags): Promise<number> {
  const plan = planMachine(flags, await loadDrivers(host, flags.driver ?? []));
  const notifier = flags.notifier ?? plan.era.notifier;
  const machine = await bootMachine({
    ...plan.options(notifier, host.turn),
    wasm: host.wasm,
    memoryInUse: host.memoryInUse,
    folders: readFolders(host, flags.mount ?? []),
    limits: NO_LIMITS,
  });
  return await new Shell(host, machine, flags).run();
}

class Shell {
  private readonly host: Host;
  private readonly flags: ShellFlags;
  private readonly machine: Machine;
  private readonly paint: Paint;
  private readonly session: Session;
  private readonly watch: Watch;
  private readonly lines: LineSource;
  private readonly told = new Set<Deadlock>();
  /** What was printed since the last newline: the prompt, when a line is waited for. */
  private tail = "";
  /** The beginning of a line that something in the background has printed while a line was waited for. */
  private aside = "";
  private stuck: string | null = null;

  constructor(host: Host, machine: Machine, flags: ShellFlags) {
    this.host = host;
    this.flags = flags;
    this.machine = machine;
    this.paint = host.colour ? COLOUR : PLAIN;
    this.watch = watchMachine(machine, { contracts: flags.contracts });
    this.lines = host.openTerminal({
      complete: (line) => complete(machine, this.session.reader ?? this.session.task, line),
      pressed: (key) => this.session.press(key),
    });
    const output = (write: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => this.print(bytes, write);
    const prompts = this.lines.interactive ? { PS1 } : { PS1: "", PS2: "" };
    this.session = machine.startSession(
      { stdout: output((bytes) => host.stdout(bytes)), stderr: output((bytes) => host.stderr(bytes)) },
      prompts,
    );
  }

  /** @returns the shell's exit status; that of the verdict if it did not end by itself */
  async run(): Promise<number> {
    const { session, machine } = this;
    try {
      while (session.task.alive && machine.kernel.sched.stopped === null) await this.turn();
    } finally {
      this.lines.close();
    }
    return this.end();
  }

  /** Lets the machine run, says what is new, and hands on what the user does then. */
  private async turn(): Promise<void> {
    const { session, lines } = this;
    await session.run();
    if (!session.task.alive || this.machine.kernel.sched.stopped !== null) return;
    this.finishAside();
    this.tellNews();
    if (session.reader === null && !lines.interactive) return await this.abandon("^C");
    const typed = await lines.read(this.prompt());
    this.tail = "";
    switch (typed.kind) {
      case "line":
        session.input(`${typed.text}\n`);
        break;
      case "end":
        if (session.reader !== null) session.input("");
        else if (!lines.interactive) await this.abandon("^C");
        break;
      case "key":
        if (session.reader === null) await this.abandon(typed.key);
        else session.press(typed.key);
        break;
    }
  }

  /** A key for a command that does not go on by itself; if no signal ends or stops it, the shell leaves it behind. */
  private async abandon(key: SignalKey): Promise<void> {
    const { session, machine } = this;
    session.press(key);
    await session.run();
    if (session.reader !== null || !session.task.alive) return;
    const pids: readonly number[] = session.foreground.map(({ pid }) => pid);
    const [first] = this.blocked().filter(({ pid }) => pids.includes(pid));
    const who = first === undefined ? "the command" : `${first.command} (pid ${first.pid}) is in D state: no signal reaches it, it`;
    this.note(`${who} stays behind as a background job`);
    session.leave();
    if (machine.kernel.sched.stopped === null) await session.run();
  }

  private blocked(): ReturnType<typeof blockedTasks> {
    return blockedTasks(this.machine.kernel, this.watch.deadlocks);
  }

  /** Deadlocks that are new in full, and in one line who is stuck if that has changed. */
  private tellNews(): void {
    for (const deadlock of this.watch.deadlocks) {
      if (this.told.has(deadlock)) continue;
      this.told.add(deadlock);
      this.note(deadlockNews(deadlock, this.paint).trimEnd());
    }
    const stuck = stuckLine(this.blocked(), this.lines.width, this.paint);
    if (stuck !== null && stuck !== this.stuck) this.note(stuck);
    this.stuck = stuck;
    if (this.lines.interactive && this.session.reader === null) this.note("the command does not go on; Ctrl-C gives the prompt back");
  }

  /** A line of ours, above the prompt that may have been begun. */
  private note(text: string): void {
    const begun = this.session.reader === null ? this.tail : "";
    this.host.stderr(`${begun === "" ? "" : "\n"}${text}\n`);
    if (begun !== "") this.tail = "";
  }

  private prompt(): string {
    const { reader } = this.session;
    if (reader === null) return "";
    const stuck = this.blocked().length;
    return this.tail
      .replaceAll("{stuck}", stuck === 0 ? "" : this.paint.waits(` ${stuck} stuck`))
      .replaceAll("{netns}", this.machine.netnsOf(reader) ?? "init_net")
      .replaceAll("{time}", `${(this.machine.kernel.clock.now / 1e9).toFixed(3)}s`);
  }

  /** Whole lines at once; the beginning of a line waits, for it may be a prompt. What comes behind a prompt is shown above it. */
  private print(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void {
    if (!this.lines.interactive) {
      write(bytes);
      return;
    }
    const behindPrompt = this.session.reader !== null;
    const text = (behindPrompt ? this.aside : this.tail) + new TextDecoder().decode(bytes);
    const end = text.lastIndexOf("\n") + 1;
    if (behindPrompt) this.aside = text.slice(end);
    else this.tail = text.slice(end);
    if (end > 0) write(new TextEncoder().encode(text.slice(0, end)));
  }

  private finishAside(): void {
    if (this.aside !== "") this.host.stdout(`${this.aside}\n`);
    this.aside = "";
  }

  private end(): number {
    const { task } = this.session;
    const { stopped } = this.machine.kernel.sched;
    if (this.tail !== "") this.host.stdout(this.tail);
    const status = task.exitSignal === 0 ? task.exitCode : 128 + task.exitSignal;
    const outcome = this.watch.outcome({ status: task.alive ? null : status, stopped: stopped === "stop" ? null : stopped });
    this.watch.end();
    if (this.flags.lockdepText === true) this.host.stderr(`\n${lockdepText(outcome)}`.trimEnd().concat("\n"));
    const verdict = verdictOf(outcome);
    if (verdict === "ok" || verdict === "script-failed") return status;
    this.host.stderr(`\n${runReport(outcome, [], this.paint)}`);
    return EXIT_STATUS[verdict];
  }
}
