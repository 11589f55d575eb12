/**
 * Optimal dynamic partial-order reduction with sleep sets: of each class of equivalent schedules one is run. After a run
 * every race in it is turned around: what did not have to come after the first step of the race, and then the second one,
 * is planned at the point before the first, unless a planned or finished continuation covers it.
 */
import type { Task } from "../kernel/index.ts";
import { independent } from "./access.ts";
import type { Step } from "./clock.ts";
import { type RunRecorder, stepsAfterWithout } from "./recorder.ts";
import type { Deal } from "./shard.ts";
import { type Branch, insert, type PlannedStep, sizeOf, weakInitial } from "./tree.ts";

/** Who must not come first: every continuation that begins with it has been explored, or is another shard's. */
interface Sleeper extends PlannedStep {
  /** True if that was done where all shards walk. What races with it there is nobody's to plan, so it covers only itself. */
  readonly shared: boolean;
}

/** One point of the run at hand. */
interface Point {
  /** The task that runs here in the run at hand. */
  task: number;
  /** From here, or from an earlier point from which they commute to here. */
  readonly sleep: Sleeper[];
  /** What is still to be explored from here; the branch of the run at hand is not among it. */
  planned: Branch[];
}

/** `elsewhere`: what begins like this run is another shard's. */
export type RunEnd = "complete" | "redundant" | "diverged" | "elsewhere";

/**
 * With a deal, the runs are a share of all: up to a depth every task that can run and is not asleep is explored by every
 * shard in the same order, so that no race has to be planned there and no shard needs to know of another's; what lies below
 * is dealt out. There a run may turn out redundant only at its end, because sleepers came from above: its races count too.
 */
export class Reduction {
  private readonly points: Point[] = [];
  private readonly deal: Deal | null;
  /** Choices so far in the run at hand. */
  private choices = 0;
  /** Points of the part that all shards walk, in the run at hand; null as long as it has not left that part. */
  private shared: number | null = null;
  /** Where the run at hand leaves the one before. */
  private prefix = 0;
  private at = 0;
  private recorder: RunRecorder | null = null;
  private end: RunEnd = "complete";
  /** What the point that was entered last hands on. */
  private inherited: Branch[] = [];
  private wanted: number | null = null;
  /** Steps that are planned and not taken yet: nearly all that a long reduction keeps. */
  private planned_ = 0;
  /** Continuations done at each point, of those that are known there. */
  private readonly done: number[] = [];

  constructor(deal: Deal | null = null) {
    this.deal = deal;
    if (deal === null) this.shared = 0;
  }

  get planned(): number {
    return this.planned_;
  }

  /** About how much of all is done, 0 to 1, as if all continuations that are known at a point were of one size. */
  get covered(): number {
    let covered = 0;
    let share = 1;
    for (const [i, { planned }] of this.points.entries()) {
      const done = this.done[i] ?? 0;
      share /= done + 1 + planned.length;
      covered += done * share;
    }
    return covered;
  }

  /** Begins a run. */
  begin(recorder: RunRecorder): void {
    this.recorder = recorder;
    this.at = 0;
    this.choices = 0;
    this.end = "complete";
    this.wanted = null;
  }

  /** Whose turn it is among those that can run, by index; null if nothing new can come of this run. */
  choose(candidates: readonly Task[]): number | null {
    const recorder = this.recorder as RunRecorder;
    recorder.close();
    const ids = candidates.map((task) => recorder.idOf(task));
    if (this.at >= this.points.length) this.arrive(ids);
    this.choices++;
    const point = this.points[this.at];
    if (point === undefined || this.end !== "complete") return null;
    const index = ids.indexOf(point.task);
    if (index < 0) this.end = "diverged";
    this.wanted = point.task;
    return index < 0 ? null : index;
  }

  /** A new point with a choice: a shared one as long as the deal says, else the first or a later one of a share. */
  private arrive(ids: readonly number[]): void {
    const { deal } = this;
    const shared = deal !== null && this.shared === null && this.choices < deal.depth;
    if (deal !== null && this.shared === null && !shared) {
      this.shared = this.at;
      if (!deal.mine(true)) this.end = "elsewhere";
    }
    if (this.end === "complete") this.enter(ids, shared);
  }

  /** A step begins without a choice, or with the one that `choose` made. False if the run is of no use any more. */
  step(id: number): boolean {
    if (this.end !== "complete") return false;
    if (this.wanted === null) {
      if (this.at >= this.points.length) this.enter([id]);
      else if (this.points[this.at]?.task !== id) this.end = "diverged";
    }
    this.wanted = null;
    this.at++;
    return this.end === "complete";
  }

  /** A new point at the end of the run at hand. */
  private enter(ids: readonly number[], every = false): void {
    const sleep = this.asleep();
    const planned = this.inherited;
    this.inherited = [];
    const first = planned.shift();
    if (first !== undefined) this.planned_--;
    const task = first?.task ?? ids.find((id) => !sleep.some((sleeper) => sleeper.task === id));
    if (task === undefined) this.end = "redundant";
    else if (!ids.includes(task)) this.end = "diverged";
    if (task === undefined || this.end !== "complete") return;
    this.inherited = first?.children ?? [];
    if (every) {
      const others = ids.filter((id) => id !== task && !sleep.some((sleeper) => sleeper.task === id));
      planned.push(...others.map((id) => ({ task: id, footprint: new Map<number, number>(), children: [] })));
      this.planned_ += others.length;
    }
    this.points.push({ task, sleep, planned });
  }

  /** Who sleeps at a new point: those of the point before that its step does not concern. */
  private asleep(): Sleeper[] {
    const last = this.points[this.at - 1];
    const step = this.recorder?.steps[this.at - 1];
    if (last === undefined || step === undefined || last.sleep.length === 0) return [];
    return last.sleep.filter((sleeper) => sleeper.task !== step.task && independent(sleeper.footprint, step.footprint));
  }

  /** Ends a run, which may have ended before it left what all shards walk. @returns what it has come to */
  conclude(): RunEnd {
    (this.recorder as RunRecorder).close();
    if (this.shared === null) {
      if (this.end === "complete" && this.deal?.mine(false) === false) this.end = "elsewhere";
      if (this.end === "redundant") this.end = "elsewhere";
    }
    return this.end;
  }

  /** Plans what the races of a concluded run ask for and goes back to the last point with something to explore. False if none. */
  finish(): boolean {
    const { steps } = this.recorder as RunRecorder;
    if (this.end === "complete" || this.end === "redundant") this.plan(steps);
    // Of a run that ended before them.
    this.planned_ -= sizeOf(this.inherited);
    this.inherited = [];
    for (let i = Math.min(this.points.length, steps.length) - 1; i >= 0; i--) {
      const point = this.points[i] as Point;
      const shared = this.deal !== null && (this.shared === null || i < this.shared);
      point.sleep.push({ task: point.task, footprint: (steps[i] as Step).footprint, shared });
      const next = point.planned.shift();
      this.points.length = i + 1;
      const doneHere = this.done[i];
      this.done.length = Math.min(this.done.length, i);
      if (this.deal !== null && this.shared !== null && i < this.shared) this.shared = null;
      if (next === undefined) continue;
      this.planned_--;
      point.task = next.task;
      this.inherited = next.children;
      this.prefix = i;
      this.done[i] = (doneHere ?? 0) + 1;
      return true;
    }
    this.points.length = 0;
    return false;
  }

  private plan(steps: readonly Step[]): void {
    const shared = this.shared ?? this.points.length;
    for (let i = Math.max(this.prefix, shared); i < Math.min(steps.length, this.points.length); i++) {
      const second = steps[i] as Step;
      for (const first of second.races) if (first >= shared) this.turnAround(steps, steps[first] as Step, second);
    }
  }

  private turnAround(steps: readonly Step[], first: Step, second: Step): void {
    const point = this.points[first.index];
    if (point === undefined) return;
    const continuation: PlannedStep[] = stepsAfterWithout(steps, first, second);
    continuation.push({ task: second.task, footprint: second.footprint });
    const covers = (sleeper: Sleeper): boolean =>
      weakInitial(sleeper, continuation) && (!sleeper.shared || continuation.some(({ task }) => task === sleeper.task));
    if (point.sleep.some(covers)) return;
    this.planned_ += insert(point.planned, continuation);
  }
}
