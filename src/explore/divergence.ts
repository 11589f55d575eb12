/**
 * Where two subjects that are run under the same decisions part: the first thing that a task does in one of them and not in
 * the other. What tasks do is what they ask of locks, wait for and call of the kernel; who runs is part of it.
 */
import { type KernelEvent, type KernelObserver, replayPolicy, StaleSchedule, type WaitMode } from "../kernel/index.ts";
import { NameTable } from "./names.ts";
import type { Subject, SubjectRun } from "./subject.ts";

/** One thing done: by which task, in which function, what. */
export interface Deed {
  readonly comm: string;
  readonly function: string;
  readonly does: string;
}

export interface Divergence {
  /** Deeds that are the same in both, from the first step after boot. */
  readonly common: number;
  /** What each of the two does next; null if its run has ended. */
  readonly next: readonly [Deed | null, Deed | null];
}

/** A run under given decisions; `run` is null if they do not fit. */
export interface Followed {
  readonly deeds: readonly Deed[];
  readonly run: SubjectRun | null;
}

/** Runs a subject under decisions; after the last of them first come, first served. */
export async function follow(subject: Subject, decisions: readonly number[]): Promise<Followed> {
  const deeds: Deed[] = [];
  const reader: KernelObserver = {
    event: (event) => {
      const deed = deedOf(event);
      if (deed !== null) deeds.push(deed);
    },
  };
  const tables = { tasks: new NameTable(), objects: new NameTable() };
  const policy = replayPolicy(decisions);
  const run = await subject
    .run(
      {
        policy: (kernel) => {
          kernel.events.attach(reader);
          return policy;
        },
      },
      tables,
    )
    .catch((error: unknown) => {
      if (error instanceof StaleSchedule) return null;
      throw error;
    });
  return { deeds, run: run === null || run.decisions.length < decisions.length ? null : run };
}

/** Null if both do the same from beginning to end. */
export function divergenceOf(a: Followed, b: Followed): Divergence | null {
  const longer = Math.max(a.deeds.length, b.deeds.length);
  for (let i = 0; i < longer; i++) {
    const [one, other] = [a.deeds[i] ?? null, b.deeds[i] ?? null];
    if (one === null || other === null || !same(one, other)) return { common: i, next: [one, other] };
  }
  return null;
}

function same(a: Deed, b: Deed): boolean {
  return a.comm === b.comm && a.function === b.function && a.does === b.does;
}

function deedOf(event: KernelEvent): Deed | null {
  switch (event.type) {
    case "lock_acquire":
      return deed(
        event.frame.task.displayName,
        event.frame.name,
        `${event.trylock ? "tries" : "takes"} ${event.lock.name}${inMode(event.mode)}`,
      );
    case "wait":
      return deed(event.task.displayName, event.frame.name, `waits for ${event.on.name}${inMode(event.mode)}`);
    case "syscall":
      return deed(event.frame.task.displayName, event.frame.name, `calls ${event.name}()`);
    default:
      return null;
  }
}

function deed(comm: string, fn: string, does: string): Deed {
  return { comm, function: fn, does };
}

function inMode(mode: WaitMode): string {
  return mode === "read" || mode === "write" ? ` (${mode})` : "";
}
