/** dump_stack() at the end of a report: who ran, on which work, and how it came here through the validator. */
import { dump_stack, print_tainted, stackFunctions } from "../../kernel/index.ts";
import type { Finding, HeldFact } from "./finding.ts";
import { primitiveFunctions } from "./primitive.ts";

/** The validator's own functions on the way to a report, innermost first. */
const VALIDATOR: Readonly<Record<Finding["kind"], readonly string[]>> = {
  recursive: ["__lock_acquire.cold", "lock_acquire"],
  circular: ["print_circular_bug", "check_noncircular", "__lock_acquire", "lock_acquire"],
  "nested-lock-not-taken": ["__lock_acquire.cold", "lock_acquire"],
  "bad-unlock-balance": ["lock_release.cold"],
  "held-lock-freed": ["debug_check_no_locks_freed"],
  "lock-held-at-user-space": [],
  limit: ["__lock_acquire.cold", "lock_acquire"],
};

export function dumpStack({ kind, task, frame }: Finding, lock: HeldFact | null): string[] {
  const { kernel, workqueue } = task;
  const primitive = lock === null ? [] : primitiveFunctions({ ...lock, kind: lock.class.kind });
  const functions = [...VALIDATOR[kind], ...primitive, ...stackFunctions(frame)];
  return [
    `CPU: 0 PID: ${task.pid} Comm: ${task.comm} ${print_tainted(kernel)} ${kernel.release} #1`,
    ...(workqueue?.busy === true ? [`Workqueue: ${workqueue.name} ${workqueue.func}`] : []),
    ...dump_stack(kernel, functions),
  ];
}
