/** CPU time, medians, and measurements that take turns so that all of them meet the same machine. */
import v8 from "node:v8";
import vm from "node:vm";

/** One figure of ours, against one of a peer if there is one, both in `unit`. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  /** How the ratio is made of the figures; without a peer it is our figure itself. */
  readonly ratio: "ours / peer" | "peer / ours" | "ours";
  /** What the ratio has to reach (or to stay below, with `atMost`), and what is aimed at; null where nothing is demanded. */
  readonly floor: number | null;
  readonly aim: number | null;
  readonly atMost?: boolean;
  /** Rounds that are made at most, for what takes very long or is the same each time. */
  readonly rounds?: number;
  ours(): Promise<number>;
  /** Null if the peer is not there. */
  theirs?(): Promise<number | null>;
}

export interface Result {
  readonly name: string;
  readonly ours: number;
  /** The peer's figure; null for a figure that stands for itself. */
  readonly peer: number | null;
  readonly unit: string;
  readonly ratio: number;
  readonly floor: number | null;
  readonly aim: number | null;
  /** True if the floor is reached, or nothing is demanded. */
  readonly met: boolean;
  readonly aimMet: boolean;
  readonly ratioIs: Comparison["ratio"];
  readonly atMost: boolean;
  readonly rounds: number;
}

v8.setFlagsFromString("--expose-gc");

/** For measurements of memory alone: it also throws away what V8 has compiled, so that what comes next starts cold. */
export const collectGarbage = vm.runInNewContext("gc") as () => void;

/** Microseconds of CPU time of this process, all threads, that `work` takes. */
export async function cpuTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** How often a second of CPU time `work`, which does it `count` times, does it. */
export async function rate(count: number, work: () => unknown): Promise<number> {
  return (count * 1e6) / (await cpuTime(work));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

interface Samples {
  readonly ours: number[];
  readonly theirs: number[];
  readonly ratios: number[];
}

/**
 * Runs all comparisons `rounds` times in turn, after a round that only warms up; the ratio is the median of the rounds'
 * ratios. What is made once only is not warmed up. `skipped` is told of the peers that are not there.
 */
export async function compareAll(
  comparisons: readonly Comparison[],
  rounds: number,
  skipped: (name: string) => void,
  warm = true,
): Promise<Result[]> {
  const samples = comparisons.map((): Samples => ({ ours: [], theirs: [], ratios: [] }));
  const absent = new Set<Comparison>();
  for (let round = warm ? -1 : 0; round < rounds; round++) {
    for (const [i, comparison] of comparisons.entries()) {
      if (absent.has(comparison) || round >= (comparison.rounds ?? rounds) || (round < 0 && comparison.rounds === 1)) continue;
      const theirs = comparison.theirs === undefined ? 0 : await comparison.theirs();
      if (theirs === null) absent.add(comparison);
      else if (round < 0) await comparison.ours();
      else sample(samples[i], comparison, await comparison.ours(), theirs);
    }
  }
  for (const { name } of absent) skipped(name);
  return comparisons.flatMap((comparison, i) => (absent.has(comparison) ? [] : [resultOf(comparison, samples[i])]));
}

function sample(samples: Samples | undefined, { ratio }: Comparison, ours: number, theirs: number): void {
  samples?.ours.push(ours);
  samples?.theirs.push(theirs);
  samples?.ratios.push(ratio === "ours" ? ours : ratio === "ours / peer" ? ours / theirs : theirs / ours);
}

function resultOf(comparison: Comparison, { ours, theirs, ratios }: Samples = { ours: [], theirs: [], ratios: [] }): Result {
  const { name, unit, floor, aim, atMost = false } = comparison;
  const ratio = rounded(median(ratios));
  const reached = (bound: number | null): boolean => bound === null || (atMost ? ratio <= bound : ratio >= bound);
  return {
    name,
    ours: rounded(median(ours)),
    peer: comparison.theirs === undefined ? null : rounded(median(theirs)),
    unit,
    ratio,
    floor,
    aim,
    met: reached(floor),
    aimMet: reached(aim),
    ratioIs: comparison.ratio,
    atMost,
    rounds: ours.length,
  };
}

/** Four significant digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
