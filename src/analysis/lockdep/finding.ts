/** What lockdep finds, as facts; how it is printed is report.ts's business, and in plain words words.ts's. */
import type { Frame, LockRequest, lockdep_map, Task } from "../../kernel/index.ts";
import type { LockClass } from "./class.ts";
import type { Dependency } from "./graph.ts";

/** A lock on a held-lock stack at the moment of a finding, or the one being taken. */
export interface HeldFact {
  readonly map: lockdep_map;
  readonly class: LockClass;
  readonly read: 0 | 1;
  readonly request: LockRequest;
  /** Where it was taken. */
  readonly frame: Frame;
}

interface Common {
  readonly task: Task;
  /** Where the task is. */
  readonly frame: Frame;
  /** The locks it holds, the first taken first. */
  readonly held: readonly HeldFact[];
  /** Virtual ns. */
  readonly time: number;
}

export type Finding = Common &
  (
    | { readonly kind: "recursive"; readonly next: HeldFact; readonly prev: HeldFact }
    /** `way` leads from the class of `next` to that of `prev`; taking `next` under `prev` closes the circle. */
    | { readonly kind: "circular"; readonly next: HeldFact; readonly prev: HeldFact; readonly way: readonly Dependency[] }
    | { readonly kind: "nested-lock-not-taken"; readonly next: HeldFact; readonly nest: lockdep_map }
    | { readonly kind: "bad-unlock-balance"; readonly map: lockdep_map }
    | { readonly kind: "held-lock-freed"; readonly lock: HeldFact }
    | { readonly kind: "lock-held-at-user-space"; readonly syscall: string }
    | { readonly kind: "limit"; readonly limit: string; readonly max: number }
  );

/** A prediction says what could happen; the others have happened. */
export function isPrediction(finding: Finding): boolean {
  return finding.kind === "recursive" || finding.kind === "circular" || finding.kind === "nested-lock-not-taken";
}
