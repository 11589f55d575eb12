/** `mlx5-emu explore`: every schedule that matters of one script or lock program, and whether any of them deadlocks. */
import { createHash } from "node:crypto";
import {
  type Described,
  type ExploreOptions,
  explorationReport,
  explore,
  exploreDocument,
  type Progress,
  programSubject,
  type Strategy,
  type Subject,
  scriptSubject,
} from "../explore/index.ts";
import type { Host } from "./host.ts";
import { type MachineFlags, type MachinePlan, planMachine } from "./options.ts";
import { isProgram, loadProgram } from "./program.ts";
import { readScript } from "./script.ts";
import { commandLine } from "./suggest.ts";
import { VERSION } from "./version.ts";

export interface ExploreFlags extends MachineFlags {
  readonly strategy: Strategy;
  readonly executions: number;
  readonly states: number;
  /** Seconds. */
  readonly time?: number;
  readonly json?: boolean;
  readonly out?: string;
}

const EXIT = { proved: 0, deadlock: 3, "not-found": 5 } as const;

/** How often progress is shown, ms: on a terminal, and in lines of their own elsewhere. */
const LIVE_MS = 200;
const PLAIN_MS = 10_000;

/** Executions between two turns of the host's event loop that let an interrupt through; each run takes a turn anyway. */
const DEFAULT_SEED = 1;

export async function exploreCommand(host: Host, path: string, flags: ExploreFlags): Promise<number> {
  const plan = planMachine({ ...flags, scheduler: "random" });
  const { subject, about } = await subjectOf(host, path, flags, plan);
  const watch = new Watch(host, flags);
  const found = await explore(subject, {
    strategy: flags.strategy,
    executions: flags.executions,
    states: flags.states,
    seed: flags.seed ?? DEFAULT_SEED,
    goOn: () => watch.goOn(),
    progress: (progress) => watch.show(progress),
  } satisfies ExploreOptions).finally(() => watch.end());
  const document = `${JSON.stringify(exploreDocument(subject, about, found), null, 2)}\n`;
  if (flags.out !== undefined) {
    const sink = host.create(flags.out);
    sink.write(document);
    sink.close();
  }
  if (flags.json === true) host.stdout(document);
  else {
    const machine = about.notifier === null ? [] : [...plan.flags, "--notifier", about.notifier];
    const again = flags.out === undefined ? [found.schedule ?? "", path, ...machine] : [flags.out];
    host.stdout(explorationReport(subject, about, found, commandLine(host.command, ["replay", ...again])));
  }
  return EXIT[found.verdict];
}

/** What a path names: a shell script, or a program in TypeScript. */
export async function subjectOf(
  host: Host,
  path: string,
  flags: MachineFlags,
  plan: MachinePlan,
): Promise<{ subject: Subject; about: Described }> {
  const script = readScript(host, path);
  const hash = createHash("sha256").update(script.bytes).digest("hex");
  if (isProgram(path)) {
    const program = await loadProgram(host, path);
    return {
      subject: programSubject(program, host.turn),
      about: { version: VERSION, name: path, hash, era: null, notifier: null, devices: [] },
    };
  }
  const notifier = flags.notifier ?? plan.era.notifier;
  const { policy: _policy, ...options } = plan.options(notifier, host.turn);
  const devices = plan.devices.map(({ address }) => address);
  return {
    subject: scriptSubject(options, script),
    about: { version: VERSION, name: path, hash, era: plan.era.name, notifier, devices },
  };
}

/** Looks at the host's clock and its interrupts, and shows how far the exploration is. */
class Watch {
  private readonly host: Host;
  private readonly flags: ExploreFlags;
  private readonly begin: number;
  private readonly release: () => void;
  private interrupted = false;
  private shown: number;
  private drawn = false;

  constructor(host: Host, flags: ExploreFlags) {
    this.host = host;
    this.flags = flags;
    this.begin = host.now();
    this.shown = this.begin;
    this.release = host.onInterrupt(() => {
      this.interrupted = true;
    });
  }

  goOn(): boolean {
    const { time } = this.flags;
    return !this.interrupted && (time === undefined || this.host.now() - this.begin < time * 1000);
  }

  show({ executions, deadlocked, layer }: Progress): void {
    if (this.flags.json === true && !this.host.live) return;
    const now = this.host.now();
    if (now - this.shown < (this.host.live ? LIVE_MS : PLAIN_MS)) return;
    this.shown = now;
    const seconds = (now - this.begin) / 1000;
    const rate = executions / seconds;
    const { time } = this.flags;
    const left = Math.min((this.flags.executions - executions) / rate, time === undefined ? Number.POSITIVE_INFINITY : time - seconds);
    const text = `${layer}: ${executions} executions, ${deadlocked} deadlocked, ${rate.toFixed(0)}/s, at most ${Math.ceil(left)} s left`;
    this.host.stderr(this.host.live ? `\r\u001b[K${text}` : `${text}\n`);
    this.drawn = this.host.live;
  }

  end(): void {
    this.release();
    if (this.drawn) this.host.stderr("\r\u001b[K");
  }
}
