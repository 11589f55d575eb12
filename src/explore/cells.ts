/**
 * Dividing all schedules without talking to each other. A few pairs of steps that conflict are chosen, in the same way by
 * everybody; a cell says for each pair which of the two comes first, and is explored as if the other one had to wait for it:
 * the reduction of a cell is complete in itself and needs to know of no other. Every schedule is in some cell. Steps that
 * conflict have an order in each class of schedules, so a class is in one cell alone; where a class lacks one of two steps, or
 * they do not conflict in it, it may be in several, and counts in the first of those that have it.
 */
import { conflict, type Footprint, independent, REQUESTS } from "./access.ts";
import { includes, type Step } from "./clock.ts";
import type { Shard } from "./shard.ts";

/** A scheduling point of a task, in front of a lock or a system call: the how-manieth, from 1. Steps that go on after a wait are none. */
export interface Point {
  readonly task: number;
  readonly point: number;
}

export interface Pair {
  readonly a: Point;
  readonly b: Point;
}

/** For each pair, who comes first. */
export interface Cell {
  readonly orders: readonly { readonly first: Point; readonly second: Point }[];
}

interface NamedPoint {
  /** As the task is called in every exploration of the subject. */
  readonly task: string;
  readonly point: number;
}

/** A cell and its pairs in words: for other threads. */
export interface PlainCell {
  readonly pairs: readonly { readonly a: NamedPoint; readonly b: NamedPoint }[];
  /** For each pair, whether `b` comes first. */
  readonly turned: readonly boolean[];
  /** What is known to be contested, and classes of objects that have one name. */
  readonly contested: readonly string[];
  readonly shared: readonly string[];
}

export function plainCell(pairs: readonly Pair[], { orders }: Cell, nameOf: (task: number) => string): Pick<PlainCell, "pairs" | "turned"> {
  const named = ({ task, point }: Point): NamedPoint => ({ task: nameOf(task), point });
  return {
    pairs: pairs.map(({ a, b }) => ({ a: named(a), b: named(b) })),
    turned: pairs.map(({ b }, i) => orders[i]?.first === b),
  };
}

export function cellOf(plain: PlainCell, numberOf: (task: string) => number): { readonly pairs: Pair[]; readonly cell: Cell } {
  const numbered = ({ task, point }: NamedPoint): Point => ({ task: numberOf(task), point });
  const pairs = plain.pairs.map(({ a, b }) => ({ a: numbered(a), b: numbered(b) }));
  return {
    pairs,
    cell: { orders: pairs.map(({ a, b }, i) => (plain.turned[i] === true ? { first: b, second: a } : { first: a, second: b })) },
  };
}

/** What a sampled run did; all samples together say which pairs divide well. */
export type Sample = readonly Step[];

/** Pairs for each shard beyond what tells the shards apart: cells are of different sizes. */
const FINER = 3;
const MAX_PAIRS = 12;

/** Pairs that are tried at most. */
const MAX_CANDIDATES = 2000;

/** Chooses pairs one by one, each of which parts the samples best that those before have left together. */
export function choosePairs(samples: readonly Sample[], shards: number): Pair[] {
  const wanted = Math.min(MAX_PAIRS, Math.ceil(Math.log2(shards)) + FINER);
  const runs = samples.map(placesOf);
  const candidates = candidatesOf(samples).filter((pair) => runs.every((run) => divides(run, pair)));
  const chosen: Pair[] = [];
  let groups = samples.map(() => 0);
  while (chosen.length < wanted) {
    let best: { pair: Pair; groups: number[]; spread: number } | null = null;
    for (const pair of candidates) {
      const parted = groups.map((group, i) => 2 * group + (comesFirst(runs[i] as Places, pair) ? 0 : 1));
      const spread = spreadOf(parted);
      if (best === null || spread > best.spread) best = { pair, groups: parted, spread };
    }
    if (best === null || best.spread <= spreadOf(groups)) break;
    chosen.push(best.pair);
    groups = best.groups;
  }
  return chosen;
}

type Places = ReadonlyMap<string, Step>;

const keyOf = ({ task, point }: Point): string => `${task}:${point}`;

function placesOf(sample: Sample): Places {
  return new Map(sample.filter(({ point }) => point > 0).map((step) => [keyOf(step), step]));
}

/** Undefined if the run lacks one of them. */
function conflicting(run: Places, { a, b }: Pair): boolean | undefined {
  const [one, other] = [run.get(keyOf(a)), run.get(keyOf(b))];
  return one === undefined || other === undefined ? undefined : !independent(touched(one), touched(other));
}

/**
 * False if a run has both steps and they do not conflict, or conflict in what one of them did only after it had got a lock:
 * what comes between its request and that is not kept apart.
 */
function divides(run: Places, pair: Pair): boolean {
  if (conflicting(run, pair) === undefined) return true;
  const [one, other] = [run.get(keyOf(pair.a)) as Step, run.get(keyOf(pair.b)) as Step];
  if (conflicting(run, pair) === false) return false;
  if (!asks(one) && !asks(other)) return true;
  return [...one.footprint].every(([name, mask]) => {
    const mate = other.footprint.get(name) ?? 0;
    return !conflict(mask & ~REQUESTS, mate) && !conflict(mask, mate & ~REQUESTS);
  });
}

/** True if a step begins with a request for a lock. */
function asks({ footprint }: Step): boolean {
  return [...footprint.values()].some((mask) => (mask & REQUESTS) !== 0);
}

/** What a step touched, without what a cell adds. */
function touched({ footprint }: Step): Footprint {
  return new Map([...footprint].filter(([name]) => name >= 0));
}

function comesFirst(run: Places, { a, b }: Pair): boolean {
  return (run.get(keyOf(a))?.index ?? Number.POSITIVE_INFINITY) <= (run.get(keyOf(b))?.index ?? Number.POSITIVE_INFINITY);
}

/** Pairs of steps of different tasks that conflict in some sample; each once. */
function candidatesOf(samples: readonly Sample[]): Pair[] {
  const found = new Map<string, Pair>();
  for (const sample of samples) {
    const steps = sample.filter(({ point, pooled }) => point > 0 && !pooled);
    for (const [i, one] of steps.entries()) {
      for (const other of steps.slice(i + 1)) {
        if (other.task === one.task || independent(one.footprint, other.footprint)) continue;
        const [a, b] = one.task < other.task ? [one, other] : [other, one];
        found.set(`${keyOf(a)} ${keyOf(b)}`, { a: { task: a.task, point: a.point }, b: { task: b.task, point: b.point } });
        if (found.size >= MAX_CANDIDATES) return [...found.values()];
      }
    }
  }
  return [...found.values()];
}

/** Entropy: greatest if all groups are of one size. */
function spreadOf(groups: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  let spread = 0;
  for (const size of sizes.values()) spread -= (size / groups.length) * Math.log2(size / groups.length);
  return spread;
}

/** All cells, with the weight that the samples give them. */
export function cellsOf(pairs: readonly Pair[], samples: readonly Sample[]): { readonly cell: Cell; readonly weight: number }[] {
  const runs = samples.map(placesOf);
  return Array.from({ length: 2 ** pairs.length }, (_, bits) => {
    const turned = (i: number): boolean => ((bits >> (pairs.length - 1 - i)) & 1) === 1;
    const orders = pairs.map(({ a, b }, i) => (turned(i) ? { first: b, second: a } : { first: a, second: b }));
    const weight = runs.filter((run) => pairs.every((pair, i) => comesFirst(run, pair) !== turned(i))).length;
    return { cell: { orders }, weight };
  }).filter(({ cell }) => isPossible(cell));
}

/** False if the orders contradict each other or the tasks' own. */
function isPossible({ orders }: Cell): boolean {
  const points = orders.flatMap(({ first, second }) => [first, second]);
  const edges = (from: Point): Point[] => [
    ...orders.filter(({ first }) => keyOf(first) === keyOf(from)).map(({ second }) => second),
    ...points.filter(({ task, point }) => task === from.task && point > from.point),
  ];
  return points.every((point) => !reaches(edges, point, point));
}

function reaches(edges: (from: Point) => readonly Point[], from: Point, to: Point): boolean {
  const seen = new Set<string>();
  const open = [...edges(from)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (keyOf(next) === keyOf(to)) return true;
    if (seen.has(keyOf(next))) continue;
    seen.add(keyOf(next));
    open.push(...edges(next));
  }
  return false;
}

/** A shard's cells: the heaviest first, each to the shard that has the least so far. */
export function shareOf(cells: readonly { readonly cell: Cell; readonly weight: number }[], { index, of }: Shard): Cell[] {
  const loads = new Array<number>(of).fill(0);
  const mine: Cell[] = [];
  for (const { cell, weight } of [...cells].sort((a, b) => b.weight - a.weight)) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = (loads[least] ?? 0) + weight + 1 / cells.length;
    if (least === index - 1) mine.push(cell);
  }
  return mine;
}

/** True if in the run at hand all pairs of the cell conflict: then its class is in no other cell. */
export function isPlain(sample: Sample, { orders }: Cell): boolean {
  const run = placesOf(sample);
  return orders.every(({ first, second }) => conflicting(run, { a: first, b: second }) === true);
}

/**
 * True if a run counts in this cell: of all cells that have its class it is the first one.
 * @param sample the run, recorded without a cell
 */
export function isFirstOf(sample: Sample, pairs: readonly Pair[], { orders }: Cell): boolean {
  const run = placesOf(sample);
  const known: { first: Point; second: Point }[] = [];
  const all = pairs.flatMap(({ a, b }) => [a, b]);
  const edges = (from: Point): Point[] => [
    ...known.filter(({ first }) => keyOf(first) === keyOf(from)).map(({ second }) => second),
    ...all.filter((to) => comesBefore(run, from, to)),
  ];
  return pairs.every(({ a, b }, i) => {
    // Whoever waits for a step that never comes is not in the run.
    const possible = !run.has(keyOf(b)) || (run.has(keyOf(a)) && !reaches(edges, b, a));
    const order = possible ? { first: a, second: b } : { first: b, second: a };
    known.push(order);
    return keyOf(order.first) === keyOf(orders[i]?.first ?? order.second);
  });
}

function comesBefore(run: Places, from: Point, to: Point): boolean {
  const [earlier, later] = [run.get(keyOf(from)), run.get(keyOf(to))];
  return earlier !== undefined && later !== undefined && earlier !== later && includes(later.before, earlier);
}
