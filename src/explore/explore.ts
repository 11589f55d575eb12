/**
 * Answers "can it deadlock?" for a subject. The layers, from the cheapest: the order of locks of some runs (no cycle: no
 * schedule of these lock programs deadlocks), a search over states for programs that are straight lines of lock operations,
 * optimal partial-order reduction on the real coroutines (one run for each class of equivalent schedules), and schedules at
 * random, which prove nothing.
 */
import { fifoPolicy, formatSchedule, type LimitReached, randomPolicy } from "../kernel/index.ts";
import type { PlainCell } from "./cells.ts";
import { type LockCycle, type LockOperation, LockPrograms } from "./lock-programs.ts";
import { minimise } from "./minimise.ts";
import { NameTable } from "./names.ts";
import { EverySchedule, pctPolicy } from "./policies.ts";
import { type Bounds, type Covered, ReducedLayer } from "./reduced.ts";
import { Deal, depthFor, type Shard } from "./shard.ts";
import { type StatefulOutcome, searchStateful, straightLines } from "./stateful/layer.ts";
import type { Subject, SubjectRun, Tables } from "./subject.ts";

export type Strategy = "auto" | "dpor" | "dfs" | "random" | "pct";

export interface ExploreOptions {
  readonly strategy: Strategy;
  /** Executions that may be made. */
  readonly executions: number;
  /** States that the search over states may keep; a few dozen bytes each. */
  readonly states: number;
  readonly seed: number;
  /** Steps that the reduction may plan ahead; about a hundred bytes each. */
  readonly planned?: number;
  /** The share to explore; everything if absent. */
  readonly shard?: Shard;
  /** The one cell to explore with the reduction. */
  readonly cell?: PlainCell;
  /** Asked before each execution: false ends the exploration with what is known so far. */
  readonly goOn: () => boolean;
  readonly progress?: (progress: Progress) => void;
}

export interface Progress {
  readonly executions: number;
  readonly deadlocked: number;
  readonly layer: string;
  /** An estimate of how much of all is done, 0 to 1; absent where nothing can be said. */
  readonly covered?: number;
}

export type Verdict = "deadlock" | "proved" | "not-found";

/** One kind of deadlock: who is stuck at what, and in how many of the executions. */
export interface FoundDeadlock {
  readonly stuck: readonly string[];
  readonly executions: number;
}

export interface LayerReport {
  readonly layer: "lock-order" | "stateful" | "dpor" | "dfs" | "random" | "pct";
  readonly executions: number;
  /** What it came to: `proved`, `deadlock`, `nothing` or why it could not decide. */
  readonly result: string;
  /** True if this layer's word is the verdict. */
  readonly decided: boolean;
}

export interface Exploration {
  readonly verdict: Verdict;
  /** Of the layer that decided; `layers` has the others. */
  readonly executions: number;
  /** Classes of equivalent schedules that were run, each once; null if the strategy does not know. */
  readonly traces: number | null;
  /** True if every schedule is covered. */
  readonly complete: boolean;
  /** Executions that deadlocked. */
  readonly deadlocked: number;
  readonly deadlocks: readonly FoundDeadlock[];
  /** The shortest schedule found that deadlocks, as text; null if none does. */
  readonly schedule: string | null;
  readonly layers: readonly LayerReport[];
  readonly cycle: LockCycle | null;
  /** What the search over states came to; null if another layer decided. */
  readonly states: StateCounts | null;
  readonly limit: Bound | null;
  /** What the counts are of: all there is, a shard's share of it, or nothing, because shard 1 does it all. */
  readonly part: Part;
}

export type Part = "whole" | "share" | "none";

export interface StateCounts {
  readonly states: number;
  /** States in which no task can go on, and how many of them are deadlocks. */
  readonly finals: number;
  readonly stuck: number;
}

/** A bound that was reached first: of a run, on the states kept, or on the steps planned. */
export type Bound = LimitReached | { readonly limit: "states" | "planned"; readonly value: number };

/** Steps that may be planned ahead unless said otherwise. */
const PLANNED = 5_000_000;

/** Runs whose lock programs are compared before the order of locks is believed. */
const SAMPLES = 8;

class Search {
  readonly tables: Tables = { tasks: new NameTable(), objects: new NameTable() };
  readonly layers: LayerReport[] = [];
  /** Of the layer at hand, and of those before it. */
  executions = 0;
  earlier = 0;
  deadlocked = 0;
  limit: Bound | null = null;
  witness: SubjectRun | null = null;
  private readonly found = new Map<string, { stuck: readonly string[]; executions: number }>();
  private readonly subject: Subject;
  private readonly options: ExploreOptions;

  constructor(subject: Subject, options: ExploreOptions) {
    this.subject = subject;
    this.options = options;
  }

  get deadlocks(): FoundDeadlock[] {
    return [...this.found.values()];
  }

  report(layer: LayerReport["layer"], result: string, decided: boolean): void {
    this.layers.push({ layer, executions: this.executions, result, decided });
  }

  get mayGoOn(): boolean {
    return this.earlier + this.executions < this.options.executions && this.options.goOn();
  }

  /** Counts a run and what it came to. */
  take(run: SubjectRun, layer: string, covered?: number): void {
    this.executions++;
    this.keep(run);
    const { executions, deadlocked } = this;
    this.options.progress?.({ executions, deadlocked, layer, ...(covered === undefined ? {} : { covered }) });
  }

  private keep(run: SubjectRun): void {
    this.limit ??= run.limit;
    if (run.stuck.length === 0) return;
    this.deadlocked++;
    const key = [...run.stuck].sort().join("\n");
    const known = this.found.get(key);
    if (known === undefined) this.found.set(key, { stuck: run.stuck, executions: 1 });
    else known.executions++;
    if (this.witness === null || weight(run) < weight(this.witness)) this.witness = run;
  }

  /** Layer 1: runs until the order of locks has a cycle, or often enough to believe that it has none. */
  async lockOrder(): Promise<LockPrograms> {
    const programs = new LockPrograms();
    const { seed } = this.options;
    for (let i = 0; i < SAMPLES && this.mayGoOn && this.deadlocked === 0 && programs.cycle() === null; i++) {
      let end: () => readonly (readonly LockOperation[])[] = () => [];
      const run = await this.subject.run(
        {
          policy: () => (i === 0 ? fifoPolicy() : randomPolicy(seed + i)),
          reader: (kernel, names) => {
            const reader = programs.reader(kernel, names);
            end = reader.end;
            return reader;
          },
        },
        this.tables,
      );
      end();
      this.take(run, "lock-order");
    }
    return programs;
  }

  /** A layer counts for itself what it runs; the witness is kept. */
  private beginLayer(): void {
    this.earlier += this.executions;
    this.executions = 0;
    this.deadlocked = 0;
    this.found.clear();
  }

  /** Layer 2, for programs. @param left to another shard: only sees whether it can decide; then null */
  async stateful(left: boolean): Promise<StatefulOutcome | null> {
    this.beginLayer();
    const { subject, options } = this;
    const { seed, states, goOn } = options;
    const ran = (): void => {
      this.executions++;
      this.options.progress?.({ executions: this.executions, deadlocked: this.deadlocked, layer: "stateful" });
    };
    const bounds = { seed, states, goOn, samples: SAMPLES, mayRun: () => this.mayGoOn, ran };
    if (left) {
      const recorded = await straightLines(subject, this.tables, bounds);
      return "why" in recorded ? { undecided: recorded.why } : null;
    }
    const outcome = await searchStateful(subject, this.tables, bounds);
    if (outcome.undecided !== null) return outcome;
    for (const run of outcome.witnesses) this.keep(run);
    if (!outcome.search.complete && goOn()) this.limit ??= { limit: "states", value: states };
    return outcome;
  }

  /** Layer 3: everything, a shard's share, or one cell. */
  async reduced(shard: Shard | null): Promise<Covered> {
    const layer = new ReducedLayer(this.subject, this.tables, this.reducedBounds());
    const { cell } = this.options;
    if (cell !== undefined) return await layer.cell(cell);
    return shard === null ? await layer.whole() : await layer.share(shard);
  }

  async divided(threads: number): Promise<PlainCell[]> {
    return await new ReducedLayer(this.subject, this.tables, this.reducedBounds()).divided(threads);
  }

  private reducedBounds(): Bounds {
    const { seed, goOn, planned = PLANNED } = this.options;
    return {
      seed,
      planned,
      goOn,
      mayGoOn: () => this.mayGoOn,
      begin: () => this.beginLayer(),
      take: (run, covered) => this.take(run, "dpor", covered),
      full: () => {
        this.limit ??= { limit: "planned", value: planned };
      },
    };
  }

  /** Null without shards: then there is nothing to deal out. */
  private async dealt(shard: Shard | null, walk: (deal: Deal) => Promise<void>): Promise<Deal | null> {
    return shard === null ? null : new Deal(await depthFor(shard, this.subject.kind, walk), shard);
  }

  async every(shard: Shard | null): Promise<boolean> {
    const { goOn } = this.options;
    const deal = await this.dealt(shard, async (counting) => {
      const walk = new EverySchedule(counting);
      do {
        if (!goOn()) return;
        await this.scheduled(walk);
        walk.conclude();
      } while (walk.next());
    });
    const all = new EverySchedule(deal);
    let whole = true;
    do {
      if (!this.mayGoOn) return false;
      const run = await this.scheduled(all);
      if (!all.conclude()) continue;
      if (run.limit !== null) whole = false;
      this.take(run, "dfs");
    } while (all.next());
    return whole;
  }

  private scheduled(schedules: EverySchedule): Promise<SubjectRun> {
    return this.subject.run({ policy: (kernel) => schedules.policy(() => kernel.sched.stop("stop")) }, this.tables);
  }

  /** Chance has a seed for each execution: shard I takes the I-th of every N. */
  async sampled(layer: "random" | "pct", shard: Shard): Promise<void> {
    const { executions, goOn } = this.options;
    const expected = layer === "pct" ? (await this.subject.run({ policy: () => fifoPolicy() }, this.tables)).steps : 0;
    for (let i = shard.index - 1; i < executions && goOn(); i += shard.of) {
      const seed = this.options.seed + i;
      const policy = layer === "random" ? randomPolicy(seed) : pctPolicy(seed, expected);
      this.take(await this.subject.run({ policy: () => policy }, this.tables), layer);
    }
  }
}

/** Fewer steps first, then fewer decisions that differ from first come, first served. */
function weight(run: SubjectRun): number {
  return run.steps + run.decisions.filter((choice) => choice !== 0).length / 65_536;
}

/** Divides the classes of schedules for so many threads: cells, the heaviest first. */
export async function divideSchedules(subject: Subject, options: ExploreOptions, threads: number): Promise<PlainCell[]> {
  return await new Search(subject, options).divided(threads);
}

/** What the layers have come to so far. */
interface Decided {
  complete: boolean;
  traces: number | null;
  cycle: LockCycle | null;
  states: StateCounts | null;
  part: Part;
}

export async function explore(subject: Subject, options: ExploreOptions): Promise<Exploration> {
  const search = new Search(subject, options);
  const decided = await layers(subject, options, search);
  const { complete, traces, cycle, states, part } = decided;
  const shortest = search.witness === null ? null : await minimise(subject, search.tables, search.witness, options.goOn);
  return {
    verdict: search.witness !== null ? "deadlock" : complete && search.limit === null && part !== "none" ? "proved" : "not-found",
    executions: search.executions,
    traces,
    complete: complete && search.limit === null,
    deadlocked: search.deadlocked,
    deadlocks: search.deadlocks,
    schedule: shortest === null ? null : formatSchedule(shortest.decisions),
    layers: search.layers,
    cycle,
    states,
    limit: search.limit,
    part,
  };
}

async function layers(subject: Subject, { strategy, shard, cell }: ExploreOptions, search: Search): Promise<Decided> {
  const decided: Decided = { complete: false, traces: null, cycle: null, states: null, part: "whole" };
  let share = shard ?? null;
  if (strategy === "auto") {
    const { ended, late } = await cheapLayers(subject, share, search, decided);
    if (ended) return decided;
    // The other shards have left everything to this one.
    if (late) share = null;
  }
  if (share !== null || cell !== undefined) decided.part = "share";
  if (strategy === "auto" || strategy === "dpor") {
    const reduced = await search.reduced(share);
    decided.traces = reduced.traces;
    decided.complete = reduced.complete;
    search.report("dpor", decision(search, decided.complete), true);
  } else if (strategy === "dfs") {
    decided.complete = await search.every(share);
    search.report("dfs", decision(search, decided.complete), true);
  } else {
    await search.sampled(strategy, share ?? { index: 1, of: 1 });
    search.report(strategy, decision(search, false), true);
  }
  return decided;
}

/** Layers 1 and 2. `late`: the second one found that it cannot decide only after the other shards had left it to this one. */
async function cheapLayers(
  subject: Subject,
  share: Shard | null,
  search: Search,
  decided: Decided,
): Promise<{ readonly ended: boolean; readonly late: boolean }> {
  const programs = await search.lockOrder();
  decided.cycle = programs.cycle();
  const reason = orderResult(search, programs, decided.cycle);
  decided.complete = reason === "proved";
  search.report("lock-order", reason, decided.complete);
  if (decided.complete || !subject.pure) return { ended: decided.complete, late: false };
  const outcome = await search.stateful(share !== null && share.index !== 1);
  if (outcome === null) {
    search.report("stateful", "left to shard 1", true);
    decided.complete = true;
    decided.part = "none";
    return { ended: true, late: false };
  }
  if (outcome.undecided === null) {
    decided.states = outcome.search;
    decided.complete = outcome.search.complete;
    search.report("stateful", decision(search, decided.complete), true);
    return { ended: true, late: false };
  }
  search.report("stateful", outcome.undecided, false);
  return { ended: false, late: outcome.searched === true };
}

function decision(search: Search, complete: boolean): string {
  if (search.deadlocked > 0) return "deadlock";
  return complete && search.limit === null ? "proved" : "nothing found";
}

function orderResult(search: Search, programs: LockPrograms, cycle: LockCycle | null): string {
  if (search.deadlocked > 0) return "deadlock";
  if (search.limit !== null) return "stopped";
  if (cycle !== null) return `cycle: ${[...cycle, cycle[0]].join(" -> ")}`;
  if (search.executions < SAMPLES) return "stopped";
  return programs.unchanged ? "proved" : "the lock programs differ between runs";
}
