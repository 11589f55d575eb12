/**
 * `mlx5-emu compare --explore`: every schedule of a script under several notifier designs, where two of them part under the
 * same decisions, and a schedule that kills one of them and not the other.
 */
import { NOTIFIERS, type NotifierKind } from "../eras.ts";
import {
  type Comparison,
  compareSides,
  type Deed,
  type Exploration,
  type ExploreDocument,
  type ExploreOptions,
  explore,
  exploreDocument,
  type Strategy,
  type Subject,
} from "../explore/index.ts";
import { COLOUR, compareTitle, type Paint, PLAIN } from "../report/index.ts";
import { DEFAULT_SEED, type ExploredSubject, subjectOf } from "./explore.ts";
import type { Host } from "./host.ts";
import type { MachineFlags } from "./options.ts";
import { isProgram } from "./program.ts";
import { readScript } from "./script.ts";
import { commandLine } from "./suggest.ts";
import { UserError } from "./user-error.ts";
import { Watch } from "./watch.ts";

const FORMAT = "mlx5-emu.compare-explore/1";

export interface CompareExploreFlags extends MachineFlags {
  readonly notifiers?: readonly NotifierKind[];
  readonly strategy: Strategy;
  readonly executions: number;
  readonly states: number;
  /** Seconds, for each design. */
  readonly time?: number;
  readonly json?: boolean;
}

interface Explored extends ExploredSubject {
  readonly notifier: NotifierKind;
  readonly subject: Subject;
  readonly found: Exploration;
  readonly options: ExploreOptions;
}

/** Two designs, and the commands that show the schedule which kills one of them. */
interface Pair {
  readonly notifiers: readonly [NotifierKind, NotifierKind];
  readonly comparison: Comparison;
  readonly replay: { readonly deadlocks: string; readonly survives: string } | null;
}

interface CompareExploreDocument {
  readonly format: typeof FORMAT;
  readonly runs: readonly ExploreDocument[];
  readonly pairs: readonly {
    readonly notifiers: readonly [NotifierKind, NotifierKind];
    /** The decisions under which both were run. */
    readonly decisions: string;
    /** What each does next after so many equal deeds; null if they do not part, and for one whose run has ended. */
    readonly divergence: Comparison["divergence"];
    readonly kill: {
      readonly schedule: string;
      readonly deadlocks: NotifierKind;
      readonly survives: NotifierKind;
      readonly stuck: readonly string[];
      readonly replay: string;
    } | null;
  }[];
}

/** 0 if every exploration reached a verdict, else 5. */
export async function compareExplore(host: Host, path: string, flags: CompareExploreFlags): Promise<number> {
  if (isProgram(path)) throw new UserError(`${path} is a lock program, which has no notifier; compare takes a shell script, explore both`);
  if (flags.schedule !== undefined) throw new UserError("--explore finds the schedules itself; leave out --schedule");
  const paint = host.colour ? COLOUR : PLAIN;
  const say = flags.json === true ? () => {} : (text: string) => host.stderr(text);
  const notifiers = flags.notifiers ?? NOTIFIERS;
  const { bytes } = readScript(host, path);
  const once: Host = { ...host, read: (file, limit) => (file === path ? bytes : host.read(file, limit)) };
  const all: Explored[] = [];
  for (const notifier of notifiers) {
    const subject = await subjectOf(once, path, { ...flags, notifier });
    if (all.length === 0) say(header(path, subject, notifiers.length));
    const watch = new Watch(host, flags);
    const options: ExploreOptions = {
      strategy: flags.strategy,
      executions: flags.executions,
      states: flags.states,
      seed: flags.seed ?? DEFAULT_SEED,
      goOn: () => watch.goOn(),
      progress: (progress) => watch.show(progress),
    };
    const found = await explore(subject.subject, options).finally(() => watch.end());
    say(row(notifier, found, paint));
    all.push({ ...subject, notifier, found, options });
  }
  const pairs: Pair[] = [];
  const [first, ...others] = all;
  if (first !== undefined) {
    for (const other of others) {
      const pair = await pairOf(host, path, first, other);
      say(pairText(pair));
      pairs.push(pair);
    }
  }
  if (flags.json === true) host.stdout(`${JSON.stringify(documentOf(all, pairs), null, 2)}\n`);
  return all.some(({ found }) => found.verdict === "not-found") ? 5 : 0;
}

async function pairOf(host: Host, path: string, a: Explored, b: Explored): Promise<Pair> {
  const comparison = await compareSides(a, b);
  const { kill } = comparison;
  const again = ({ plan, notifier }: Explored, schedule: string): string =>
    commandLine(host.command, ["replay", schedule, path, ...plan.flags, "--notifier", notifier]);
  const [dead, alive] = kill?.deadlocks === 1 ? [b, a] : [a, b];
  const replay = kill === null ? null : { deadlocks: again(dead, kill.schedule), survives: again(alive, kill.schedule) };
  return { notifiers: [a.notifier, b.notifier], comparison, replay };
}

function header(path: string, { plan }: ExploredSubject, designs: number): string {
  const title = compareTitle(path === "-" ? "standard input" : path, plan.era.name, plan.devices.length, designs).trimEnd();
  return `${title}, every schedule\n\n${cells("notifier", "verdict", "deadlocked", "covered")}\n`;
}

function row(notifier: NotifierKind, found: Exploration, paint: Paint): string {
  const verdict = VERDICTS[found.verdict];
  const schedules = `${found.deadlocked} of ${found.executions}`;
  const covered = found.complete ? `every schedule, ${layerOf(found)}` : "not every schedule: a bound was reached";
  const text = `${cells(notifier, verdict, schedules, covered)}\n`;
  return found.verdict === "proved" ? text : text.replace(verdict, () => paint.broken(verdict));
}

const VERDICTS = { deadlock: "DEADLOCK", proved: "proved", "not-found": "not found" } as const;

function layerOf(found: Exploration): string {
  return found.traces === null ? "by the order of locks" : "each class of equivalent ones once";
}

function cells(...[notifier = "", verdict = "", schedules = "", covered = ""]: readonly string[]): string {
  return `  ${notifier.padEnd(10)}${verdict.padEnd(12)}${schedules.padEnd(16)}${covered}`;
}

function pairText({ notifiers: [a, b], comparison, replay }: Pair): string {
  const { divergence, decisions, kill } = comparison;
  const lines = ["", `${a} and ${b} under the same decisions (${decisions})`];
  if (divergence === null) lines.push("  do the same from beginning to end");
  else {
    const [one, other] = divergence.next;
    lines.push(
      `  part after ${divergence.common} equal deeds`,
      `    ${a.padEnd(10)}${deedText(one)}`,
      `    ${b.padEnd(10)}${deedText(other)}`,
    );
  }
  if (kill === null || replay === null) lines.push("  no schedule was found that kills one of them and lets the other come to its end");
  else {
    const [dead, alive] = kill.deadlocks === 0 ? [a, b] : [b, a];
    lines.push(`  ${kill.schedule} kills ${dead}, not ${alive}`, ...kill.stuck.map((line) => `    ${line}`));
    lines.push(`    DEADLOCK  ${replay.deadlocks}`, `    ok        ${replay.survives}`);
  }
  return `${lines.join("\n")}\n`;
}

function deedText(deed: Deed | null): string {
  return deed === null ? "its run has ended" : `${deed.comm}: ${deed.function} ${deed.does}`;
}

function documentOf(all: readonly Explored[], pairs: readonly Pair[]): CompareExploreDocument {
  return {
    format: FORMAT,
    runs: all.map(({ subject, about, found, options }) => exploreDocument(subject, about, found, options)),
    pairs: pairs.map(({ notifiers, comparison: { decisions, divergence, kill }, replay }) => {
      const [a, b] = notifiers;
      if (kill === null || replay === null) return { notifiers, decisions, divergence, kill: null };
      const [deadlocks, survives] = kill.deadlocks === 0 ? [a, b] : [b, a];
      const { schedule, stuck } = kill;
      return { notifiers, decisions, divergence, kill: { schedule, deadlocks, survives, stuck, replay: replay.deadlocks } };
    }),
  };
}
