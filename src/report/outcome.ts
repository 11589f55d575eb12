/** A finished run as data, and its verdict. Everything that is printed or exported is made from it. */
import type { BlockedTask, ContractViolation, Deadlock, Leftover, LockdepReport } from "../analysis/index.ts";
import type { NotifierKind } from "../eras.ts";
import type { KernelBug, LimitReached } from "../kernel/index.ts";
import type { MachineState } from "../machine.ts";
import type { RunFacts } from "./facts.ts";

export type Verdict = "ok" | "script-failed" | "deadlock" | "kernel-bug" | "limit";

export interface RunOutcome {
  readonly era: string;
  readonly notifier: NotifierKind;
  /** PCI addresses. */
  readonly devices: readonly string[];
  /** The script's exit status; null if its shell never ended. */
  readonly status: number | null;
  /** The limit that ended the run before it came to rest. */
  readonly limit: LimitReached | null;
  readonly deadlocks: readonly Deadlock[];
  readonly blocked: readonly BlockedTask[];
  readonly bugs: readonly KernelBug[];
  /** What lockdep has found; what has happened, not only could, is among the bugs as well. */
  readonly lockdep: readonly LockdepReport[];
  /** Broken contracts between callers and callees; those that say what has happened are among the bugs as well. */
  readonly contracts: readonly ContractViolation[];
  /** Predictions count as bugs. */
  readonly strict: boolean;
  readonly leftHeld: readonly Leftover[];
  readonly state: MachineState;
  readonly facts: RunFacts;
  /** ns */
  readonly virtualTime: number;
  /** What `--schedule` takes back. */
  readonly schedule: string;
}

/** Something that a detector reports: a kernel bug, or a lock that nobody released. */
export interface Report {
  readonly kind: KernelBug["kind"] | "held-lock";
  readonly text: string;
}

export function reportsOf(outcome: RunOutcome): Report[] {
  const held = outcome.leftHeld.map(({ pid, comm, hold }): Report => {
    return { kind: "held-lock", text: `${comm}/${pid} still holds ${hold.lock}, taken in ${hold.function}()` };
  });
  return [...outcome.bugs.map(({ kind, text }) => ({ kind, text })), ...held];
}

/** What lockdep says could happen. */
export function predictionsOf(outcome: RunOutcome): LockdepReport[] {
  return outcome.lockdep.filter((report) => report.prediction);
}

/** Broken contracts that say what could happen. */
export function brokenRules(outcome: RunOutcome): ContractViolation[] {
  return outcome.contracts.filter((violation) => violation.prediction);
}

/** Where two apply, the first of: deadlock, kernel bug, limit, failed script. */
export function verdictOf(outcome: RunOutcome): Verdict {
  if (outcome.deadlocks.length > 0 || isHung(outcome)) return "deadlock";
  if (reportsOf(outcome).length > 0 || (outcome.strict && predictionsOf(outcome).length + brokenRules(outcome).length > 0))
    return "kernel-bug";
  if (outcome.limit !== null) return "limit";
  return outcome.status === 0 ? "ok" : "script-failed";
}

/** Tasks wait for ever although no cycle of waits is known. A run cut off by a limit does not say so. */
export function isHung(outcome: RunOutcome): boolean {
  return outcome.deadlocks.length === 0 && outcome.limit === null && outcome.blocked.length > 0;
}

export const EXIT_STATUS: Readonly<Record<Verdict, number>> = { ok: 0, "script-failed": 1, deadlock: 3, "kernel-bug": 4, limit: 5 };
