/**
 * Optimal dynamic partial-order reduction with sleep sets: of each class of equivalent schedules one is run. After a run
 * every race in it is turned around: what did not have to come after the first step of the race, and then the second one,
 * is planned at the point before the first, unless a planned or finished continuation covers it.
 */
import type { Task } from "../kernel/index.ts";
import { independent } from "./access.ts";
import type { Step } from "./clock.ts";
import { type RunRecorder, stepsWithout } from "./recorder.ts";
import { type Branch, insert, type PlannedStep, sizeOf, weakInitial } from "./tree.ts";

/** One point of the run at hand. */
interface Point {
  /** The task that runs here in the run at hand. */
  task: number;
  /** From here, or from an earlier point from which they commute to here. */
  readonly sleep: PlannedStep[];
  /** What is still to be explored from here; the branch of the run at hand is not among it. */
  planned: Branch[];
}

/** `barred`: only tasks could run that have to wait for a step which never came, as the cell says. */
export type RunEnd = "complete" | "redundant" | "diverged" | "barred";

export class Reduction {
  private readonly points: Point[] = [];
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
    this.end = "complete";
    this.wanted = null;
  }

  /** Whose turn it is among those that can run, by index; null if nothing new can come of this run. */
  choose(candidates: readonly Task[]): number | null {
    const recorder = this.recorder as RunRecorder;
    recorder.close();
    const ids = candidates.map((task) => recorder.idOf(task));
    if (this.at >= this.points.length) this.enter(ids);
    const point = this.points[this.at];
    if (point === undefined || this.end !== "complete") return null;
    const index = ids.indexOf(point.task);
    if (index < 0) this.end = "diverged";
    this.wanted = point.task;
    return index < 0 ? null : index;
  }

  /** A step is about to begin, without a choice or with the one that `choose` made. False if the run is of no use any more. */
  step(id: number): boolean {
    (this.recorder as RunRecorder).close();
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
  private enter(ids: readonly number[]): void {
    const sleep = this.asleep();
    const planned = this.pending();
    const first = this.resumesFirst(planned[0]) ? undefined : planned.shift();
    if (first !== undefined) this.planned_--;
    const free = ids.filter((id) => this.recorder?.isBarred(id) === false);
    const task = first?.task ?? planned[0]?.task ?? free.find((id) => !sleep.some((sleeper) => sleeper.task === id));
    if (task === undefined) this.end = free.length < ids.length ? "barred" : "redundant";
    else if (!free.includes(task)) this.end = "diverged";
    if (task === undefined || this.end !== "complete") return;
    if (first !== undefined) this.inherited = first.children;
    else this.inherited = planned.splice(0, 1);
    this.points.push({ task, sleep, planned });
  }

  /** What is planned at a new point. A rest of a step that has run with its beginning is taken out. */
  private pending(): Branch[] {
    let planned = this.inherited;
    this.inherited = [];
    for (;;) {
      const merged = planned.findIndex(({ task, point }) => point === 0 && this.recorder?.resumes(task) === false);
      if (merged < 0) return planned;
      this.planned_--;
      planned = planned.flatMap((branch, i) => (i === merged ? branch.children : [branch]));
    }
  }

  /** True if the task has to go on after a wait before it can do what is planned: what it waited for was planned after its request. */
  private resumesFirst(first: Branch | undefined): boolean {
    return first !== undefined && first.point > 0 && this.recorder?.resumes(first.task) === true;
  }

  /** Who sleeps at a new point: those of the point before that its step does not concern. */
  private asleep(): PlannedStep[] {
    const last = this.points[this.at - 1];
    const step = this.recorder?.steps[this.at - 1];
    if (last === undefined || step === undefined || last.sleep.length === 0) return [];
    return last.sleep.filter((sleeper) => sleeper.task !== step.task && independent(sleeper.footprint, step.footprint));
  }

  /** Ends a run. @returns what it has come to */
  conclude(): RunEnd {
    (this.recorder as RunRecorder).close();
    return this.end;
  }

  /** Plans what the races of a concluded run ask for and goes back to the last point with something to explore. False if none. */
  finish(): boolean {
    const { steps } = this.recorder as RunRecorder;
    // What was barred at its end is a run of its own in its cell.
    if (this.end !== "diverged") this.plan(steps);
    // Of a run that ended before them.
    this.planned_ -= sizeOf(this.inherited);
    this.inherited = [];
    for (let i = Math.min(this.points.length, steps.length) - 1; i >= 0; i--) {
      const point = this.points[i] as Point;
      const { task, point: place, footprint } = steps[i] as Step;
      point.sleep.push({ task, point: place, footprint });
      const next = point.planned.shift();
      this.points.length = i + 1;
      const doneHere = this.done[i];
      this.done.length = Math.min(this.done.length, i);
      if (next === undefined) continue;
      this.planned_--;
      point.task = next.task;
      this.inherited = next.children;
      this.done[i] = (doneHere ?? 0) + 1;
      return true;
    }
    this.points.length = 0;
    return false;
  }

  private plan(steps: readonly Step[]): void {
    for (let i = 0; i < Math.min(steps.length, this.points.length); i++) {
      const second = steps[i] as Step;
      for (const first of second.races) this.turnAround(steps, steps[first] as Step, second);
    }
  }

  private turnAround(steps: readonly Step[], first: Step, second: Step): void {
    const point = this.points[first.index];
    if (point === undefined) return;
    const continuation: PlannedStep[] = stepsWithout(steps, first);
    continuation.push(second);
    if (point.sleep.some((sleeper) => weakInitial(sleeper, continuation))) return;
    this.planned_ += insert(point.planned, continuation);
  }
}
