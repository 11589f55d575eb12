/**
 * Optimal dynamic partial-order reduction with sleep sets: of each class of equivalent schedules one is run. After a run
 * every race in it is turned around: what did not have to come after the first step of the race, and then the second one,
 * is planned at the point before the first, unless a planned or finished continuation covers it.
 */
import type { Task } from "../kernel/index.ts";
import { independent } from "./access.ts";
import { type RunRecorder, type Step, stepsAfterWithout } from "./recorder.ts";

import { type Branch, insert, type PlannedStep, weakInitial } from "./tree.ts";

/** One point of the run at hand. */
interface Point {
  /** The task that runs here in the run at hand. */
  task: number;
  /** Steps of which every continuation has been explored, here or at an earlier point from which they commute to here. */
  readonly sleep: PlannedStep[];
  /** What is still to be explored from here; the branch of the run at hand is not among it. */
  planned: Branch[];
}

export type RunEnd = "complete" | "redundant" | "diverged";

export class Reduction {
  private readonly points: Point[] = [];
  /** Where the run at hand leaves the one before. */
  private prefix = 0;
  private at = 0;
  private recorder: RunRecorder | null = null;
  private end: RunEnd = "complete";
  /** What the point that was entered last hands on. */
  private inherited: Branch[] = [];
  private wanted: number | null = null;

  /** Begins a run. */
  begin(recorder: RunRecorder): void {
    this.recorder = recorder;
    this.at = 0;
    this.end = "complete";
    this.wanted = null;
  }

  /** How the run at hand has gone so far. */
  get outcome(): RunEnd {
    return this.end;
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

  /** A step begins without a choice, or with the one that `choose` made. False if the run is of no use any more. */
  step(id: number): boolean {
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
    const planned = this.inherited;
    this.inherited = [];
    const first = planned.shift();
    const task = first?.task ?? ids.find((id) => !sleep.some((sleeper) => sleeper.task === id));
    if (task === undefined) this.end = "redundant";
    else if (!ids.includes(task)) this.end = "diverged";
    if (task === undefined || this.end !== "complete") return;
    this.inherited = first?.children ?? [];
    this.points.push({ task, sleep, planned });
  }

  /** Who sleeps at a new point: those of the point before that its step does not concern. */
  private asleep(): PlannedStep[] {
    const last = this.points[this.at - 1];
    const step = this.recorder?.steps[this.at - 1];
    if (last === undefined || step === undefined || last.sleep.length === 0) return [];
    return last.sleep.filter((sleeper) => sleeper.task !== step.task && independent(sleeper.footprint, step.footprint));
  }

  /** Ends a run: plans what its races ask for and goes back to the last point with something to explore. False if none. */
  finish(): boolean {
    const recorder = this.recorder as RunRecorder;
    recorder.close();
    const { steps } = recorder;
    if (this.end === "complete") this.plan(steps);
    for (let i = Math.min(this.points.length, steps.length) - 1; i >= 0; i--) {
      const point = this.points[i] as Point;
      point.sleep.push({ task: point.task, footprint: (steps[i] as Step).footprint });
      const next = point.planned.shift();
      this.points.length = i + 1;
      if (next === undefined) continue;
      point.task = next.task;
      this.inherited = next.children;
      this.prefix = i;
      return true;
    }
    this.points.length = 0;
    return false;
  }

  private plan(steps: readonly Step[]): void {
    for (let i = this.prefix; i < steps.length; i++) {
      const second = steps[i] as Step;
      for (const first of second.races) this.turnAround(steps, steps[first] as Step, second);
    }
  }

  private turnAround(steps: readonly Step[], first: Step, second: Step): void {
    const point = this.points[first.index];
    if (point === undefined) return;
    const continuation: PlannedStep[] = stepsAfterWithout(steps, first, second);
    continuation.push({ task: second.task, footprint: second.footprint });
    if (point.sleep.some((sleeper) => weakInitial(sleeper, continuation))) return;
    insert(point.planned, continuation);
  }
}
