/** What a log means, as a value: the document that `mlx5-emu explain --json` prints, and what the text is made of. */

/**
 * `deadlock`: tasks of the log wait for each other. `predicted-deadlock`: lockdep saw that they could. `hung-tasks`: tasks
 * are stuck and no circle is visible. `lock-misuse`: another report of lockdep. `reference-leak`: a device waits for its
 * references. `nothing`: no report was found.
 */
export type ExplanationKind = "deadlock" | "predicted-deadlock" | "hung-tasks" | "lock-misuse" | "reference-leak" | "nothing";

export interface HeldLockView {
  readonly lock: string;
  readonly mode: "exclusive" | "read" | "write";
  /** The function that took it. */
  readonly by: string | null;
  /** `lockdep`: printed in the log. `stack`: follows from the functions on the stack. */
  readonly source: "lockdep" | "stack";
}

export interface TaskView {
  readonly comm: string;
  readonly pid: number;
  readonly state: string | null;
  /** A lock's class, or what is waited for in words; null if the task does not wait or the log does not say. */
  readonly waitsFor: string | null;
  readonly mode: "exclusive" | "read" | "write" | null;
  /** Pids of the tasks that hold it, as far as the log shows them. */
  readonly heldBy: readonly number[];
  /** Pids of writers queued for it: a reader waits behind them. */
  readonly behind: readonly number[];
  readonly heldLocks: readonly HeldLockView[];
  /** The function that waits. */
  readonly waitsIn: string | null;
  readonly role: "cycle" | "root" | "victim" | "blocked" | "other";
  readonly blockedSeconds: number | null;
  /** Function names, outermost first. */
  readonly stack: readonly string[];
  /** Those of them that say what the task is about, outermost first. */
  readonly functions: readonly string[];
}

/** One step of a dependency chain: `lock` was taken in `takenIn` with the lock of the step before held. */
export interface ChainStep {
  readonly lock: string;
  readonly takenIn: string | null;
  readonly stack: readonly string[];
}

export interface Explanation {
  readonly format: "mlx5-emu.explanation/1";
  readonly kind: ExplanationKind;
  /** The same for two reports of one bug, whoever was the first to be seen hanging. */
  readonly title: string;
  readonly kernel: string | null;
  /** The pid where the trouble begins; null if the log does not show it. */
  readonly root: number | null;
  readonly cycle: { readonly kind: "self" | "cycle"; readonly locks: readonly string[]; readonly tasks: readonly number[] } | null;
  readonly victims: readonly number[];
  readonly tasks: readonly TaskView[];
  /** The dependency chain that lockdep printed, in the order of acquisition; empty without a report. */
  readonly chain: readonly ChainStep[];
  /** Whole sentences: what happened. */
  readonly why: readonly string[];
  /** Whole sentences: what the log does not say, and what was assumed. */
  readonly unknown: readonly string[];
  /** Titles of other reports in the same log. */
  readonly others: readonly string[];
  /** Lines read. */
  readonly lines: number;
}
