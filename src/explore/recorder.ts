/**
 * Writes down one run as a list of steps: whose it was, what it touched, what it had to come after. A step lasts from the
 * moment its task is picked to the task's next scheduling point. It may begin with a request for a lock; if the lock is
 * free the rest of the step has it, else that rest is a step of its own, after the releases.
 */
import type { AccessKind, FootprintReader, Task, WaitMode } from "../kernel/index.ts";
import { type AccessMask, accessBit, conflict, REQUESTS } from "./access.ts";
import type { Cell } from "./cells.ts";
import { type Clock, includes, join, type Step } from "./clock.ts";
import { Contested } from "./contested.ts";
import type { RunNames } from "./names.ts";
import { Overtaking } from "./overtaking.ts";
import { References } from "./references.ts";

const OVERTAKE = accessBit("overtake");

/** Two steps whose order the cell says conflict. */
const ORDERED = accessBit("write");

interface Access {
  readonly step: number;
  readonly mask: AccessMask;
  /** What of it came after the last lock that the step got. */
  readonly late: AccessMask;
}

interface LockClocks {
  /** Comes before whoever gets the lock for read (the writers' releases), and before whoever gets it for write. */
  read: Clock;
  write: Clock;
}

/** What happens to locks and tasks in a step, in order; it counts when the step's own past is known. */
type Effect =
  | { readonly type: "release"; readonly lock: object; readonly write: boolean }
  | { readonly type: "grant"; readonly lock: object; readonly write: boolean; readonly task: number }
  | { readonly type: "wake"; readonly task: number };

export class RunRecorder implements FootprintReader {
  readonly steps: Step[] = [];
  private readonly names: RunNames;
  private readonly references: References;
  private readonly overtaking: Overtaking;
  private readonly tasks = new Map<Task, number>();
  private readonly history = new Map<object, Access[]>();
  private readonly locks = new Map<object, LockClocks>();
  /** What each task's next step comes after: its own last step, and whoever woke or made it. */
  private readonly next: Clock[] = [];
  /** What the rest of a task's step comes after because a lock was handed to it. */
  private readonly grants: Clock[] = [];
  private readonly counts: number[] = [];
  /** Scheduling points of each task so far, and whether it was woken since. */
  private readonly points: number[] = [];
  private readonly woken_: boolean[] = [];
  private readonly orders: Cell["orders"];
  /** For each order of the cell, the step that comes first, once it was there. */
  private readonly passed: Step[] = [];
  /** Steps that the open one had to wait for, as the cell says. */
  private waitedFor: number[] = [];
  private touched = new Map<object, AccessMask>();
  /** What the open step has done up to the last lock that it got itself, and since. */
  private readonly early = new Map<object, AccessMask>();
  private readonly late = new Map<object, AccessMask>();
  private effects: Effect[] = [];
  private ordered: Clock = [];
  private open: Step | null = null;

  constructor(names: RunNames, contested = new Contested(), cell: Cell | null = null) {
    this.names = names;
    this.references = new References(contested.counts);
    this.overtaking = new Overtaking(contested.semaphores);
    this.orders = cell?.orders ?? [];
  }

  /** True if the next step of a task has to wait for one that has not been yet, as the cell says. */
  isBarred(id: number): boolean {
    if (this.orders.length === 0) return false;
    const point = this.nextPoint(id);
    return this.orders.some(({ second }, i) => second.task === id && second.point === point && this.passed[i] === undefined);
  }

  /** True if a task's next step goes on after a wait. */
  resumes(id: number): boolean {
    return this.nextPoint(id) === 0;
  }

  /** Where a task's next step begins; 0 if it goes on after a wait. */
  private nextPoint(id: number): number {
    return this.woken_[id] === true && (this.counts[id] ?? 0) > 0 ? 0 : (this.points[id] ?? 0) + 1;
  }

  created(task: Task, object: object): void {
    this.names.created(task, object);
  }

  /**
   * After the last step: true if an object's count is contested that was not known to be, or its name rests on chance; then
   * this run's past is not to be trusted, nor that of the runs before.
   */
  settle(): boolean {
    this.close();
    const found = [this.references.settle(this.steps), this.overtaking.settle(this.steps), this.settleNames()];
    return found.includes(true);
  }

  /** Takes the names of their own from classes of objects of which another task might have been the first to touch one. */
  private settleNames(): boolean {
    let any = false;
    const touched = [...this.history].filter(([object]) => this.names.restsOnTouch(object));
    const born = new Map(touched.map(([object, accesses]) => [this.names.object(object), accesses[0]?.step ?? 0]));
    for (const [object, accesses] of touched) {
      if (!this.isMetByChance(accesses, born)) continue;
      this.names.share(object);
      any = true;
    }
    return any;
  }

  /** True if steps of different tasks conflict over an object and not all of them have to come after the first that touched it. */
  private isMetByChance(accesses: readonly Access[], born: ReadonlyMap<number, number>): boolean {
    const stepOf = ({ step }: Access): Step => this.steps[step] as Step;
    const first = stepOf(accesses[0] as Access);
    const others = accesses.filter((access) => stepOf(access).task !== first.task);
    if (others.every((other) => isBehind(stepOf(other), first, born))) return false;
    return others.some((other) =>
      accesses.some((access) => stepOf(access).task !== stepOf(other).task && conflict(access.mask, other.mask)),
    );
  }

  /** The number of a task, the same in every run that makes it in the same way. */
  idOf(task: Task, maker: Task | null = null): number {
    let id = this.tasks.get(task);
    if (id === undefined) {
      id = this.names.task(task, maker);
      this.tasks.set(task, id);
    }
    return id;
  }

  step(task: Task): void {
    this.close();
    const id = this.idOf(task);
    const pooled = task.workqueue !== null;
    const point = this.nextPoint(id);
    if (point > 0) this.points[id] = point;
    this.woken_[id] = false;
    const ordinal = (this.counts[id] ?? 0) + 1;
    this.counts[id] = ordinal;
    const index = this.steps.length;
    const footprint = new Map<number, AccessMask>();
    this.open = { task: id, ordinal, index, point, pooled, footprint, before: this.next[id] ?? [], after: [], races: [] };
    this.keepOrders(this.open);
    this.ordered = this.grants[id] ?? [];
    this.grants[id] = [];
    this.steps.push(this.open);
  }

  /** A step that the cell makes wait for another comes after it, and never commutes with it. */
  private keepOrders(step: Step): void {
    for (const [i, { first, second }] of this.orders.entries()) {
      if (step.point > 0 && first.task === step.task && first.point === step.point) this.passed[i] = step;
      else if (step.point === 0 || second.task !== step.task || second.point !== step.point) continue;
      step.footprint.set(-1 - i, ORDERED);
      const earlier = this.passed[i];
      if (earlier !== undefined && earlier !== step) this.waitedFor.push(earlier.index);
    }
  }

  access(task: Task, object: object, done: AccessKind): void {
    if (this.open === null) {
      this.names.object(object, task);
      return;
    }
    const { index } = this.open;
    const name = (): number => this.names.object(object, task);
    const kind = this.overtaking.kindOf(object, this.references.kindOf(object, done, index, name), index, name);
    name();
    for (const masks of [this.touched, this.late]) masks.set(object, (masks.get(object) ?? 0) | accessBit(kind));
    if (done === "release-read" || done === "release-write")
      this.effects.push({ type: "release", lock: object, write: done === "release-write" });
  }

  granted(task: Task, lock: object, mode: WaitMode): void {
    if (this.open === null) return;
    const id = this.idOf(task);
    const write = mode !== "read";
    if (id !== this.open.task) this.effects.push({ type: "grant", lock, write, task: id });
    else {
      for (const [object, mask] of this.touched) this.early.set(object, mask);
      this.late.clear();
      this.ordered = join(this.ordered, this.releasesBefore(lock, write));
    }
  }

  woken(task: Task, by: Task | null): void {
    const id = this.idOf(task, by);
    this.woken_[id] = true;
    if (by !== null && this.open !== null) this.effects.push({ type: "wake", task: id });
    else {
      // A timer: all that has happened comes before.
      this.close();
      this.next[id] = this.next.reduce(join, this.next[id] ?? []);
    }
  }

  /** Ends the open step: finds the earlier ones that it conflicts with. */
  close(): void {
    const step = this.open;
    if (step === null) return;
    this.open = null;
    this.meet(step);
    step.after = join(step.before, this.ordered);
    step.after[step.task] = step.ordinal;
    for (const [object, mask] of this.touched) this.enter(step, object, mask);
    this.next[step.task] = join(this.next[step.task] ?? [], step.after);
    for (const effect of this.effects) this.apply(effect, step.after);
    this.effects = [];
    this.touched.clear();
    this.early.clear();
    this.late.clear();
    this.waitedFor = [];
  }

  private enter(step: Step, object: object, mask: AccessMask): void {
    const list = this.history.get(object);
    const access = { step: step.index, mask, late: (this.late.get(object) ?? 0) & ~REQUESTS };
    if (list === undefined) this.history.set(object, [access]);
    else list.push(access);
    const name = this.names.object(object);
    step.footprint.set(name, (step.footprint.get(name) ?? 0) | mask);
  }

  private apply(effect: Effect, clock: Clock): void {
    if (effect.type === "wake") {
      this.next[effect.task] = join(this.next[effect.task] ?? [], clock);
    } else if (effect.type === "grant") {
      this.grants[effect.task] = join(this.grants[effect.task] ?? [], this.releasesBefore(effect.lock, effect.write));
    } else {
      const { read, write } = this.locks.get(effect.lock) ?? { read: [], write: [] };
      this.locks.set(effect.lock, { read: effect.write ? join(read, clock) : read, write: join(write, clock) });
    }
  }

  private releasesBefore(lock: object, write: boolean): Clock {
    const clocks = this.locks.get(lock);
    return clocks === undefined ? [] : write ? clocks.write : clocks.read;
  }

  /**
   * Joins what the conflicting earlier steps bring with them, the latest first; those not ordered otherwise are races. What
   * a release orders, it orders for the rest of the step only, not for the request and what the step did before.
   */
  private meet(step: Step): void {
    const races: number[] = [];
    const late: Clock[] = [];
    for (const [index, { request, after, apart }] of this.conflicts(step)) {
      const earlier = this.steps[index] as Step;
      if (includes(step.before, earlier) || (!request && includes(this.ordered, earlier))) continue;
      if (!this.waitedFor.includes(index)) races.push(index);
      // What comes between the earlier step's request and its rest may still race with this one.
      if (apart && after) late.push(earlier.after);
      step.before = join(step.before, after && !apart ? earlier.after : earlier.before);
      step.before[earlier.task] = Math.max(step.before[earlier.task] ?? 0, earlier.ordinal);
    }
    step.before = late.reduce(join, step.before);
    step.races = races;
  }

  /** Earlier steps of other tasks that touch something of `step` in conflicting ways, the latest first. */
  private conflicts(step: Step): [number, Conflict][] {
    const found = new Map<number, Conflict>();
    for (const [object, mask] of this.touched) {
      for (const { step: index, mask: other, late } of this.history.get(object) ?? []) {
        if (!conflict(other, mask) || this.steps[index]?.task === step.task) continue;
        const request = conflict(other, (mask & REQUESTS) | (this.early.get(object) ?? 0));
        const after = conflict(late, mask);
        const known = found.get(index);
        const apart = known?.apart === true || ((other & REQUESTS) !== 0 && conflict(other & OVERTAKE, mask & REQUESTS));
        found.set(index, { request: request || known?.request === true, after: after || known?.after === true, apart });
      }
    }
    for (const index of this.waitedFor) found.set(index, { request: true, after: found.get(index)?.after === true, apart: true });
    return [...found].sort(([a], [b]) => b - a);
  }
}

/** True if `step` comes after `first` for another reason than objects that `first` was the first to touch. @param born in which step each was */
function isBehind(step: Step, first: Step, born: ReadonlyMap<number, number>): boolean {
  if (!step.races.includes(first.index)) return includes(step.after, first);
  for (const [name, mask] of first.footprint) {
    if (born.get(name) !== first.index && conflict(mask, step.footprint.get(name) ?? 0)) return true;
  }
  return false;
}

/** How two steps conflict: in what the later one did up to its request, and in what the earlier one did after its own. */
interface Conflict {
  readonly request: boolean;
  readonly after: boolean;
  /** True if the later one may also come between the earlier one's request and its rest, if that has to wait. */
  readonly apart: boolean;
}

/** The steps after one that do not have to come after it, in order. */
export function stepsWithout(steps: readonly Step[], first: Step): Step[] {
  const others: Step[] = [];
  for (let i = first.index + 1; i < steps.length; i++) {
    const step = steps[i] as Step;
    if (step.task !== first.task && !includes(step.before, first)) others.push(step);
  }
  return others;
}
