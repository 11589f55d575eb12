/** An exploration as a document for tools and as text for people. */
import type { Exploration, ExploreOptions, Part } from "./explore.ts";
import type { Shard } from "./shard.ts";
import type { Subject } from "./subject.ts";

export const EXPLORE_FORMAT = "mlx5-emu.explore/1";

export interface ExploreDocument {
  readonly format: typeof EXPLORE_FORMAT;
  readonly version: string;
  /** `text`: the whole script, so that the document can be replayed where the script is not; null for a program. */
  readonly subject: { readonly kind: Subject["kind"]; readonly name: string; readonly hash: string; readonly text: string | null };
  readonly era: string | null;
  readonly notifier: string | null;
  readonly devices: readonly string[];
  readonly machine: readonly string[];
  readonly verdict: Exploration["verdict"];
  readonly executions: number;
  readonly traces: number | null;
  readonly states: Exploration["states"];
  readonly complete: boolean;
  readonly deadlocked: number;
  readonly deadlocks: Exploration["deadlocks"];
  readonly schedule: string | null;
  readonly cycle: readonly string[] | null;
  readonly limit: string | null;
  readonly assumptions: readonly string[];
  readonly layers: Exploration["layers"];
  readonly settings: Settings;
  /** Which shard this is, and what its counts are of; null if nothing was divided. */
  readonly shard: (Shard & { readonly part: Part }) | null;
  /** What was put together from shards; null otherwise. */
  readonly merged: Merged | null;
}

/** How was explored: shards fit together only if these are the same. */
export type Settings = Pick<ExploreOptions, "strategy" | "executions" | "states" | "seed">;

export interface Merged {
  readonly of: number;
  readonly shards: readonly MergedShard[];
  readonly missing: readonly number[];
}

export interface MergedShard {
  readonly index: number;
  readonly part: Part;
  readonly executions: number;
  readonly deadlocked: number;
  readonly complete: boolean;
}

export interface Described {
  readonly version: string;
  readonly name: string;
  readonly hash: string;
  readonly text: string | null;
  readonly era: string | null;
  readonly notifier: string | null;
  readonly devices: readonly string[];
  /** The options that say which machine, without the notifier. */
  readonly machine: readonly string[];
}

export function exploreDocument(subject: Subject, about: Described, found: Exploration, options: ExploreOptions): ExploreDocument {
  const { strategy, executions, states, seed, shard } = options;
  return {
    format: EXPLORE_FORMAT,
    version: about.version,
    subject: { kind: subject.kind, name: about.name, hash: about.hash, text: about.text },
    era: about.era,
    notifier: about.notifier,
    devices: about.devices,
    machine: about.machine,
    verdict: found.verdict,
    executions: found.executions,
    traces: found.traces,
    states: found.states,
    complete: found.complete,
    deadlocked: found.deadlocked,
    deadlocks: found.deadlocks,
    schedule: found.schedule,
    cycle: found.cycle,
    limit: found.limit?.limit ?? null,
    assumptions: assumptions(subject, about, found),
    layers: found.layers,
    settings: { strategy, executions, states, seed },
    shard: shard === undefined ? null : { ...shard, part: found.part },
    merged: null,
  };
}

/** What the verdict rests on. */
export function assumptions(subject: Subject, about: Described, found: Exploration): string[] {
  const all = [
    "tasks are switched only in front of lock operations and at system calls; one that gets a lock at once goes on to its next such point",
    "locks are handed on in the order of the requests: no optimistic spinning, no lock stealing",
  ];
  if (!subject.pure) {
    all.push("sleeps order tasks: a timer fires when it fires in the runs made, never much earlier or later");
    all.push("steps commute unless they touch a common object: which ones each step touches is told by the modelled code");
    all.push(`era ${about.era}, notifier ${about.notifier}, devices ${about.devices.join(", ") || "none"}`);
  }
  if (found.layers.some(({ layer, decided }) => layer === "stateful" && decided)) {
    all.push("each task does what it did alone, in every schedule; sampled runs and every witness did");
    all.push("of tasks that do the same, one arrangement stands for all");
  }
  const byOrder = found.layers.some(({ layer, decided }) => layer === "lock-order" && decided);
  if (byOrder) all.push("every schedule runs the lock programs that the sampled runs ran, all of which were the same");
  return all;
}

export function explorationReport(subject: Subject, about: Described, found: Exploration, replay: string, shard?: Shard): string {
  const lines: string[] = shard === undefined ? [] : [shardLine(shard, found), ""];
  const count = `${found.executions} execution${found.executions === 1 ? "" : "s"}`;
  const states = found.states === null ? null : `${found.states.states} states`;
  if (found.verdict === "deadlock") {
    const cover = found.executions === 1 ? ", which covers all schedules" : ", which cover all schedules";
    lines.push(`DEADLOCK  ${howOften(found, count)}${found.complete ? cover : ""}`);
    for (const { stuck, executions } of found.deadlocks) {
      lines.push("", ...(found.states === null ? [`  ${executions} x`] : []), ...stuck.map((line) => `    ${line}`));
    }
    lines.push("", `Again:  ${replay}`);
  } else if (found.verdict === "proved") {
    const traces = found.traces === null ? "" : classesText(found.traces);
    const order = found.traces !== null ? "" : states !== null ? `: ${states} cover them all` : ": the order of locks has no cycle";
    lines.push(`PROVED  no schedule deadlocks${traces}${order} (${count})`);
  } else {
    lines.push(notFoundLine(found, states ?? count));
  }
  lines.push("", "Layers", ...found.layers.map(({ layer, executions, result }) => `  ${layer.padEnd(10)}  ${executions} x  ${result}`));
  lines.push("", "Assumed", ...assumptions(subject, about, found).map((line) => `  ${line}`));
  return `${lines.join("\n")}\n`;
}

function classesText(classes: number): string {
  if (classes === 0) return ": none is in this share";
  return classes === 1 ? ": all are equivalent, and one was run" : `: ${classes} classes of equivalent schedules, each run once`;
}

function notFoundLine({ part, limit }: Exploration, explored: string): string {
  if (part === "none") return "NOT FOUND  nothing was left to explore";
  const why =
    limit === null
      ? "stopped before all schedules were covered"
      : limit.limit === "states" || limit.limit === "planned"
        ? `the search reached the limit ${limit.limit}, ${limit.value}`
        : `a run reached the limit ${limit.limit}`;
  return `NOT FOUND  no deadlock in ${explored}; ${why}`;
}

function shardLine({ index, of }: Shard, { part, complete }: Exploration): string {
  const shard = `Shard ${index} of ${of}`;
  if (part === "none") return `${shard}: shard 1 explores everything`;
  const what = part === "whole" ? "everything" : "its share";
  return `${shard}: ${what}${complete ? "" : ", not all of it"}; mlx5-emu merge says what all shards come to`;
}

function howOften({ states, deadlocked, executions, complete }: Exploration, count: string): string {
  if (states !== null) {
    const ends = `${states.states} state${states.states === 1 ? "" : "s"}`;
    return states.stuck === states.finals && complete ? `in every schedule: ${ends}` : `in some schedules: ${ends}`;
  }
  if (complete && executions === 1) return "the only execution";
  return complete && deadlocked === executions ? `every one of ${count}` : `${deadlocked} of ${count}`;
}
