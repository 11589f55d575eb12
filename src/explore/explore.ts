/**
 * Answers "can it deadlock?" for a subject. The layers, from the cheapest: the order of locks of some runs (no cycle: no
 * schedule of these lock programs deadlocks), a search over states for programs that are straight lines of lock operations,
 * optimal partial-order reduction on the real coroutines (one run for each class of equivalent schedules), and schedules at
 * random, which prove nothing.
 */
import { fifoPolicy, formatSchedule, type LimitReached, randomPolicy, type SchedulingPolicy } from "../kernel/index.ts";
import { Reduction } from "./dpor.ts";
import { type LockCycle, type LockOperation, LockPrograms } from "./lock-programs.ts";
import { minimise } from "./minimise.ts";
import { NameTable } from "./names.ts";
import { EverySchedule, pctPolicy } from "./policies.ts";
import { RunRecorder } from "./recorder.ts";
import { type StatefulOutcome, searchStateful } from "./stateful/layer.ts";
import type { Subject, SubjectRun, Tables } from "./subject.ts";

export const STRATEGIES = ["auto", "dpor", "dfs", "random", "pct"] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface ExploreOptions {
  readonly strategy: Strategy;
  /** Executions that may be made. */
  readonly executions: number;
  /** States that the search over states may keep; a few dozen bytes each. */
  readonly states: number;
  readonly seed: number;
  /** Asked before each execution: false ends the exploration with what is known so far. */
  readonly goOn: () => boolean;
  readonly progress?: (progress: Progress) => void;
}

export interface Progress {
  readonly executions: number;
  readonly deadlocked: number;
  readonly layer: string;
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
}

export interface StateCounts {
  readonly states: number;
  /** States in which no task can go on, and how many of them are deadlocks. */
  readonly finals: number;
  readonly stuck: number;
}

/** A bound that was reached first: of a run, or on the states kept. */
export type Bound = LimitReached | { readonly limit: "states"; readonly value: number };

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

  get mayGoOn(): boolean {
    return this.earlier + this.executions < this.options.executions && this.options.goOn();
  }

  /** Counts a run and what it came to. */
  take(run: SubjectRun, layer: string): void {
    this.executions++;
    this.keep(run);
    this.options.progress?.({ executions: this.executions, deadlocked: this.deadlocked, layer });
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

  async runWith(policy: SchedulingPolicy, layer: string): Promise<SubjectRun> {
    const run = await this.subject.run({ policy: () => policy }, this.tables);
    this.take(run, layer);
    return run;
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

  /** Layer 2, for programs. */
  async stateful(): Promise<StatefulOutcome> {
    this.beginLayer();
    const { subject, options } = this;
    const { seed, states, goOn } = options;
    const ran = (): void => {
      this.executions++;
      this.options.progress?.({ executions: this.executions, deadlocked: this.deadlocked, layer: "stateful" });
    };
    const outcome = await searchStateful(subject, this.tables, { seed, states, goOn, samples: SAMPLES, mayRun: () => this.mayGoOn, ran });
    if (outcome.undecided !== null) return outcome;
    for (const run of outcome.witnesses) this.keep(run);
    if (!outcome.search.complete && goOn()) this.limit ??= { limit: "states", value: states };
    return outcome;
  }

  /** Layer 3. @returns the number of classes run and whether these are all */
  async reduced(): Promise<{ traces: number; complete: boolean }> {
    this.beginLayer();
    const reduction = new Reduction();
    let traces = 0;
    let whole = true;
    for (;;) {
      if (!this.mayGoOn) return { traces, complete: false };
      const run = await this.subject.run(
        {
          policy: (kernel) => ({
            name: "dpor",
            choose: (candidates) => {
              const choice = reduction.choose(candidates);
              if (choice === null) kernel.sched.stop("stop");
              return choice ?? 0;
            },
          }),
          reader: (kernel, names) => {
            const recorder = new RunRecorder(names);
            reduction.begin(recorder);
            return {
              step: (task) => {
                recorder.step(task);
                if (!reduction.step(recorder.idOf(task))) kernel.sched.stop("stop");
              },
              access: (task, object, kind) => recorder.access(task, object, kind),
              granted: (task, lock, mode) => recorder.granted(task, lock, mode),
              woken: (task, by) => recorder.woken(task, by),
            };
          },
        },
        this.tables,
      );
      if (reduction.outcome === "complete") traces++;
      if (reduction.outcome === "diverged" || run.limit !== null) whole = false;
      this.take(run, "dpor");
      if (!reduction.finish()) return { traces, complete: whole };
    }
  }

  async every(): Promise<boolean> {
    const all = new EverySchedule();
    let whole = true;
    do {
      if (!this.mayGoOn) return false;
      if ((await this.runWith(all.policy(), "dfs")).limit !== null) whole = false;
    } while (all.next());
    return whole;
  }

  async sampled(layer: "random" | "pct"): Promise<void> {
    let expected = 100;
    for (let i = 0; this.mayGoOn; i++) {
      const seed = this.options.seed + i;
      const run = await this.runWith(layer === "random" ? randomPolicy(seed) : pctPolicy(seed, expected), layer);
      expected = run.steps;
    }
  }
}

/** Fewer steps first, then fewer decisions that differ from first come, first served. */
function weight(run: SubjectRun): number {
  return run.steps + run.decisions.filter((choice) => choice !== 0).length / 65_536;
}

export async function explore(subject: Subject, options: ExploreOptions): Promise<Exploration> {
  const search = new Search(subject, options);
  const { strategy } = options;
  let traces: number | null = null;
  let complete = false;
  let cycle: LockCycle | null = null;
  const report = (layer: LayerReport["layer"], result: string, decided: boolean): void => {
    search.layers.push({ layer, executions: search.executions, result, decided });
  };
  if (strategy === "auto") {
    const programs = await search.lockOrder();
    cycle = programs.cycle();
    const reason = orderResult(search, programs, cycle);
    complete = reason === "proved";
    report("lock-order", reason, complete);
  }
  let states: StateCounts | null = null;
  if (!complete && strategy === "auto" && subject.pure) {
    const outcome = await search.stateful();
    if (outcome.undecided === null) {
      ({ complete } = outcome.search);
      states = outcome.search;
    }
    report("stateful", outcome.undecided ?? decision(search, complete), outcome.undecided === null);
  }
  if (!complete && states === null && (strategy === "auto" || strategy === "dpor")) {
    const reduced = await search.reduced();
    traces = reduced.traces;
    complete = reduced.complete;
    report("dpor", decision(search, complete), true);
  } else if (strategy === "dfs") {
    complete = await search.every();
    report("dfs", decision(search, complete), true);
  } else if (strategy === "random" || strategy === "pct") {
    await search.sampled(strategy);
    report(strategy, decision(search, false), true);
  }
  const shortest = search.witness === null ? null : await minimise(subject, search.tables, search.witness, options.goOn);
  return {
    verdict: search.witness !== null ? "deadlock" : complete && search.limit === null ? "proved" : "not-found",
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
  };
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
