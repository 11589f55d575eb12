/**
 * The third layer: one run for each class of equivalent schedules, of all of them, of a shard's share, or of one cell. What
 * a run shows to matter that was taken not to makes the classes other ones; then the search begins again.
 */
import { fifoPolicy, type Kernel, randomPolicy, replayPolicy, type SchedulingPolicy } from "../kernel/index.ts";
import {
  type Cell,
  cellOf,
  cellsOf,
  choosePairs,
  isFirstOf,
  isPlain,
  type Pair,
  type PlainCell,
  plainCell,
  type Sample,
  shareOf,
} from "./cells.ts";
import { Contested } from "./contested.ts";
import { Reduction } from "./dpor.ts";
import { RunRecorder } from "./recorder.ts";
import { ReducedReader } from "./reduced-reader.ts";
import type { Shard } from "./shard.ts";
import type { Subject, SubjectRun, Tables } from "./subject.ts";

/** Runs from which is learnt where to divide. Those of a script cost a boot each. */
const SAMPLES = { program: 48, script: 16 } as const;

/** What the layer asks of, and tells, the exploration around it. */
export interface Bounds {
  readonly seed: number;
  /** Steps that may be planned ahead. */
  readonly planned: number;
  goOn(): boolean;
  /** `goOn`, and there are executions left. */
  mayGoOn(): boolean;
  /** Counts from nought again. */
  begin(): void;
  take(run: SubjectRun, covered: number): void;
  /** The bound on steps planned ahead is reached. */
  full(): void;
}

/** Classes that were run, and whether these are all. */
export interface Covered {
  readonly traces: number;
  readonly complete: boolean;
}

/** A run and what its steps did. `news`: it has shown that something matters that was taken not to. */
interface RecordedRun {
  readonly run: SubjectRun;
  readonly steps: Sample;
  readonly news: boolean;
}

interface Share {
  readonly pairs: readonly Pair[];
  readonly cells: readonly Cell[];
}

export class ReducedLayer {
  private readonly contested = new Contested();
  private readonly subject: Subject;
  private readonly tables: Tables;
  private readonly bounds: Bounds;

  constructor(subject: Subject, tables: Tables, bounds: Bounds) {
    this.subject = subject;
    this.tables = tables;
    this.bounds = bounds;
  }

  async whole(): Promise<Covered> {
    return await this.settled({ pairs: [], cells: [{ orders: [] }] });
  }

  /** Every shard sees the same few runs, so all divide in the same way. */
  async share(shard: Shard): Promise<Covered> {
    const samples = await this.samples();
    const pairs = this.pairs(samples, shard.of);
    return await this.settled({ pairs, cells: shareOf(cellsOf(pairs, samples), shard) });
  }

  async cell(plain: PlainCell): Promise<Covered> {
    const { tasks, objects } = this.tables;
    for (const name of plain.contested) this.contested.counts.add(objects.number(name));
    for (const kind of plain.shared) objects.shared.add(kind);
    const { pairs, cell } = cellOf(plain, (path) => tasks.number(path));
    return await this.settled({ pairs, cells: [cell] });
  }

  /** Cells for so many threads, the heaviest first, in a form that other threads understand. */
  async divided(threads: number): Promise<PlainCell[]> {
    const samples = await this.samples();
    const pairs = this.pairs(samples, threads);
    const cells = [...cellsOf(pairs, samples)].sort((a, b) => b.weight - a.weight);
    const { tasks, objects } = this.tables;
    const contested = [...this.contested.counts].map((name) => objects.nameOf(name));
    return cells.map(({ cell }) => ({
      ...plainCell(pairs, cell, (task) => tasks.nameOf(task)),
      contested,
      shared: [...objects.shared],
    }));
  }

  private async samples(): Promise<Sample[]> {
    const samples: Sample[] = [];
    const { seed, goOn } = this.bounds;
    for (let i = 0; i < SAMPLES[this.subject.kind] && goOn(); i++) {
      samples.push((await this.recorded(() => (i === 0 ? fifoPolicy() : randomPolicy(seed + i)))).steps);
    }
    return samples;
  }

  /** Nothing is divided where readers overtake writers: there a request and what follows it are not always one step. */
  private pairs(samples: readonly Sample[], parts: number): Pair[] {
    return this.contested.semaphores.size > 0 ? [] : choosePairs(samples, parts);
  }

  private async settled(share: Share): Promise<Covered> {
    for (;;) {
      this.bounds.begin();
      const covered = await this.cells(share);
      if (covered !== "news") return covered;
      if (share.pairs.length > 0 && this.contested.semaphores.size > 0) return { traces: 0, complete: false };
    }
  }

  private async cells({ pairs, cells }: Share): Promise<Covered | "news"> {
    let traces = 0;
    let complete = true;
    for (const [done, cell] of cells.entries()) {
      const covered = await this.reduce(pairs, cell, (part) => (done + part) / cells.length);
      if (covered === "news") return covered;
      traces += covered.traces;
      complete &&= covered.complete;
    }
    return { traces, complete };
  }

  private async reduce(pairs: readonly Pair[], cell: Cell, part: (covered: number) => number): Promise<Covered | "news"> {
    const { bounds } = this;
    const reduction = new Reduction();
    let traces = 0;
    let complete = true;
    do {
      const full = reduction.planned > bounds.planned;
      if (full) bounds.full();
      if (full || !bounds.mayGoOn()) return { traces, complete: false };
      const { run, steps, news } = await this.reducedRun(reduction, cell);
      const end = reduction.conclude();
      if (news) return "news";
      if (end === "barred" || (end === "complete" && !(await this.countsHere(run, steps, pairs, cell)))) continue;
      if (end === "complete") traces++;
      if (end === "diverged" || run.limit !== null) complete = false;
      bounds.take(run, part(reduction.covered));
    } while (reduction.finish());
    return { traces, complete };
  }

  /** False if the class of a run is in an earlier cell too, which counts it. */
  private async countsHere(run: SubjectRun, steps: Sample, pairs: readonly Pair[], cell: Cell): Promise<boolean> {
    if (isPlain(steps, cell)) return true;
    return isFirstOf((await this.recorded(() => replayPolicy(run.decisions))).steps, pairs, cell);
  }

  private async reducedRun(reduction: Reduction, cell: Cell): Promise<RecordedRun> {
    return await this.recorded(
      (kernel) => ({
        name: "dpor",
        choose: (candidates) => {
          const choice = reduction.choose(candidates);
          if (choice === null) kernel.sched.stop("stop");
          return choice ?? 0;
        },
      }),
      { reduction, cell },
    );
  }

  private async recorded(
    policy: (kernel: Kernel) => SchedulingPolicy,
    reduced: { readonly reduction: Reduction; readonly cell: Cell } | null = null,
  ): Promise<RecordedRun> {
    const recorders: RunRecorder[] = [];
    const run = await this.subject.run(
      {
        policy,
        reader: (kernel, names) => {
          const recorder = new RunRecorder(names, this.contested, reduced?.cell ?? null);
          recorders.push(recorder);
          reduced?.reduction.begin(recorder);
          return reduced === null ? recorder : new ReducedReader(kernel, recorder, reduced.reduction);
        },
      },
      this.tables,
    );
    const news = recorders.some((recorder) => recorder.settle());
    return { run, steps: recorders[0]?.steps ?? [], news };
  }
}
