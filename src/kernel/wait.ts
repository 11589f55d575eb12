/**
 * What tasks wait for and what they hold, in the one shape that every detector reads: the wait-for graph is built from
 * these two facts alone, whatever the primitive is.
 */
import type { Frame } from "./frame.ts";
import type { lockdep_map } from "./lockdep-map.ts";
import type { Task } from "./task.ts";

export type WaitMode = "exclusive" | "read" | "write" | "wait";

/**
 * Kinds of things a task can block on. The first two are locks; the others are the waits that lockdep does not see.
 */
export type WaitKind = "mutex" | "rwsem" | "completion" | "work" | "reference" | "event" | "sleep" | "child" | "pipe";

/** Something a task can be blocked on: a lock, a completion, a work item, a timer, a child's end. */
export interface Waitable {
  readonly kind: WaitKind;
  /** The lock's class name as lockdep prints it, or what is waited for in the kernel's words. */
  readonly name: string;
  /** Tasks that hold it now (locks), or nobody. */
  holders(): readonly Task[];
  /**
   * The tasks of which EVERY one has to act before `waiter` can go on. Empty if it cannot be said (a timer, an event
   * that anyone may raise); such a wait never closes a cycle.
   */
  blockers(waiter: Task): readonly Task[];
  /** Takes a waiter out of the queue because a signal ends its wait. */
  cancel(waiter: Task): void;
}

/** A lock that can be held: mutex or rw_semaphore. */
export interface Lock extends Waitable {
  readonly kind: "mutex" | "rwsem";
  /** Unique in its kernel, in order of initialisation. */
  readonly id: number;
  /** What it says of itself to a detector of lock orders. */
  readonly dep_map: lockdep_map;
}

/** One entry of a task's held-lock stack (struct held_lock). */
export interface HeldLock {
  readonly lock: Lock;
  readonly mode: "exclusive" | "read" | "write";
  readonly subclass: number;
  readonly trylock: boolean;
  /** The frame that acquired it. */
  readonly frame: Frame;
}

/** The states in which a task waits for a lock. */
export type LockWaitState = "TASK_UNINTERRUPTIBLE" | "TASK_KILLABLE" | "TASK_INTERRUPTIBLE";

/** How a lock is asked for. One object serves all requests of a kind: none is made for each. */
export interface Ask {
  readonly mode: HeldLock["mode"];
  readonly state: LockWaitState;
  /** Matters to lockdep only. */
  readonly subclass: number;
  /** The lock that mutex_lock_nest_lock() names. */
  readonly nest: Lock | null;
}

/** A lock as the scheduler sees it at a scheduling point. */
export interface Requestable {
  /**
   * The running task asks for the lock: true if it has it, or a signal ended the attempt (its wakeValue says so); false if
   * it has joined the waiters and is blocked.
   */
  attempt(current: Frame, ask: Ask): boolean;
}
