/** CPU time, medians, and measurements that take turns so that all of them meet the same machine. */
import v8 from "node:v8";
import vm from "node:vm";

/** One figure of ours against one of a peer, both in `unit`. */
export interface Comparison {
  readonly name: string;
  readonly peer: string;
  readonly unit: string;
  /** True if less is better: the ratio is then the peer's figure over ours. */
  readonly less?: boolean;
  /** The ratio that must be reached, and the one that is aimed at. For `less` with a limit of ours over theirs, see `atMost`. */
  readonly floor: number;
  readonly aim: number;
  ours(): Promise<number>;
  theirs(): Promise<number>;
}

export interface Result {
  readonly name: string;
  readonly ours: number;
  readonly peer: { readonly name: string; readonly value: number };
  readonly unit: string;
  readonly ratio: number;
  readonly floor: number;
  readonly aim: number;
  readonly met: "aim" | "floor" | "missed";
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

/** Runs all comparisons once for warming up, then `rounds` times in turn; the ratio is the median of the rounds' ratios. */
export async function compareAll(comparisons: readonly Comparison[], rounds: number): Promise<Result[]> {
  const samples = comparisons.map(() => ({ ours: [] as number[], theirs: [] as number[], ratios: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const [i, comparison] of comparisons.entries()) {
      const ours = await comparison.ours();
      const theirs = await comparison.theirs();
      const sample = samples[i];
      if (round < 0 || sample === undefined) continue;
      sample.ours.push(ours);
      sample.theirs.push(theirs);
      sample.ratios.push(comparison.less === true ? theirs / ours : ours / theirs);
    }
  }
  return comparisons.map(({ name, peer, unit, floor, aim }, i): Result => {
    const { ours = [], theirs = [], ratios = [] } = samples[i] ?? {};
    const ratio = rounded(median(ratios));
    const met = ratio >= aim ? "aim" : ratio >= floor ? "floor" : "missed";
    return { name, ours: rounded(median(ours)), peer: { name: peer, value: rounded(median(theirs)) }, unit, ratio, floor, aim, met };
  });
}

/** Three significant digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
