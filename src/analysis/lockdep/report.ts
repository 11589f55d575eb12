/**
 * The reports in the kernel's own layout (print_deadlock_bug(), print_circular_bug() and their like, kernel/locking/lockdep.c
 * v5.10). A report is a list of printk records; a record may hold line ends of its own, as the kernel's do.
 */
import {
  hashText,
  type Kernel,
  type lockdep_map,
  print_tainted,
  stackFunctions,
  stackText,
  symbolText,
  type Task,
} from "../../kernel/index.ts";
import type { Finding, HeldFact } from "./finding.ts";
import type { Acquisition } from "./graph.ts";
import { primitiveFunctions } from "./primitive.ts";
import { dumpStack } from "./stack-dump.ts";

/** The first word of `uname -v`. */
const BUILD = "#1";

/** print_kernel_ident() */
export function kernelIdent(kernel: Kernel): string {
  return `${kernel.release} ${BUILD} ${print_tainted(kernel)}`;
}

/** The records of a finding, without the line ends that printk() takes away. */
export function reportRecords(finding: Finding): string[] {
  switch (finding.kind) {
    case "recursive":
      return recursive(finding, finding.next, finding.prev);
    case "circular":
      return circular(finding);
    case "nested-lock-not-taken":
      return nestedLockNotTaken(finding, finding.next, finding.nest);
    case "bad-unlock-balance":
      return badUnlockBalance(finding, finding.map);
    case "held-lock-freed":
      return heldLockFreed(finding, finding.lock);
    case "lock-held-at-user-space":
      return lockHeldAtUserSpace(finding);
    case "limit":
      return tableFull(finding, finding.limit, finding.max);
  }
}

/** print_lock(): `ffffffff81ae2890 (pernet_ops_rwsem){++++}-{3:3}, at: cleanup_net+0x39/0x28b`. */
export function lockLine({ map, class: held, read, request, frame }: HeldFact): string {
  const callee = primitiveFunctions({ kind: held.kind, read, request }).at(-1);
  return `${addressOf(map)}${held.signature}, at: ${place(frame.name, frame.kernel, callee)}`;
}

/** lockdep_print_held_locks() */
export function heldLocks(task: Task, held: readonly HeldFact[]): string[] {
  const who = `${task.comm}/${task.pid}`;
  if (held.length === 0) return [`no locks held by ${who}.`];
  return [`${held.length} lock${held.length === 1 ? "" : "s"} held by ${who}:`, ...held.map((hold, i) => ` #${i}: ${lockLine(hold)}`)];
}

/** Made up, but always the same: static locks lie in the kernel image, others on the heap. */
function addressOf(map: lockdep_map): string {
  const hash = hashText(`${map.kind} ${map.name} ${map.id}`);
  const heap = map.id === 0 || map.name.startsWith("&");
  return heap ? `ffff8880${hex8(hash & 0x3fff_fff8)}` : `ffffffff8${hex8((0x1a0_0000 + map.id * 0x98) & 0xfff_ffff).slice(1)}`;
}

function hex8(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

/** Where a primitive returns to; the same place as in the stack of that call. */
function place(name: string, kernel: Kernel, callee = "lock"): string {
  return symbolText(kernel, name === "" ? "kthread" : name, callee);
}

function header(title: string, { task }: Finding, width: number): string[] {
  return ["", "=".repeat(width), `WARNING: ${title}`, kernelIdent(task.kernel), "-".repeat(width)];
}

function tryingTo(finding: Finding, next: HeldFact, prev: HeldFact): string[] {
  const { task } = finding;
  return [`${task.comm}/${task.pid} is trying to acquire lock:`, lockLine(next), "\nbut task is already holding lock:", lockLine(prev)];
}

function backtrace(finding: Finding, lock: HeldFact | null): string[] {
  return ["\nstack backtrace:", ...dumpStack(finding, lock)];
}

function recursive(finding: Finding, next: HeldFact, prev: HeldFact): string[] {
  return [
    ...header("possible recursive locking detected", finding, 44),
    ...tryingTo(finding, next, prev),
    "\nother info that might help us debug this:",
    " Possible unsafe locking scenario:\n",
    "       CPU0",
    "       ----",
    `  lock(${prev.class.fullName});`,
    `  lock(${next.class.fullName});`,
    "\n *** DEADLOCK ***\n",
    " May be due to missing lock nesting notation\n",
    ...heldLocks(finding.task, finding.held),
    ...backtrace(finding, next),
  ];
}

function circular(finding: Extract<Finding, { kind: "circular" }>): string[] {
  const { next, prev, way, task } = finding;
  const source = next.class.fullName;
  const target = prev.class.fullName;
  // The lock just before the held one on the way; the wanted one itself if the way is a single step.
  const parent = way.at(-1)?.from.fullName ?? source;
  const entries = way.toReversed().flatMap((edge, i) => [`\n-> #${way.length - i}${edge.to.signature}:`, ...acquisitionTrace(edge.taken)]);
  const last: Acquisition = { ...next, kind: next.class.kind, comm: task.comm, time: finding.time };
  return [
    ...header("possible circular locking dependency detected", finding, 54),
    ...tryingTo(finding, next, prev),
    "\nwhich lock already depends on the new lock.\n",
    "\nthe existing dependency chain (in reverse order) is:",
    ...entries,
    `\n-> #0${next.class.signature}:`,
    ...indented(task.kernel, ["__lock_acquire", "lock_acquire", ...acquisitionFunctions(last)]),
    "\nother info that might help us debug this:\n",
    ...(parent === source ? [] : [`Chain exists of:\n  ${source} --> ${parent} --> ${target}\n`]),
    " Possible unsafe locking scenario:\n",
    "       CPU0                    CPU1",
    "       ----                    ----",
    `  lock(${target});`,
    `                               lock(${parent});`,
    `                               lock(${target});`,
    `  lock(${source});`,
    "\n *** DEADLOCK ***\n",
    ...heldLocks(task, finding.held),
    ...backtrace(finding, next),
  ];
}

function acquisitionTrace(taken: Acquisition): string[] {
  return indented(taken.frame.kernel, acquisitionFunctions(taken));
}

/** print_lock_trace() with six spaces, and the one that stack_trace_print() adds. */
function indented(kernel: Kernel, functions: readonly string[]): string[] {
  return stackText(kernel, functions).map((text) => `       ${text}`);
}

function acquisitionFunctions(taken: Acquisition): string[] {
  return [...primitiveFunctions(taken), ...stackFunctions(taken.frame)];
}

function nestedLockNotTaken(finding: Finding, next: HeldFact, nest: lockdep_map): string[] {
  const { task } = finding;
  return [
    ...header("Nested lock was not taken", finding, 34),
    `${task.comm}/${task.pid} is trying to lock:`,
    lockLine(next),
    "\nbut this task is not holding:",
    nest.name,
    ...backtrace(finding, next),
    "\nother info that might help us debug this:",
    ...heldLocks(task, finding.held),
    ...backtrace(finding, next),
  ];
}

function badUnlockBalance(finding: Finding, map: lockdep_map): string[] {
  const { task, frame } = finding;
  const at = place(frame.name, task.kernel);
  return [
    ...header("bad unlock balance detected!", finding, 37),
    `${task.comm}/${task.pid} is trying to release lock (${map.name}) at:`,
    `[<ffffffff81${hex8(hashText(frame.name)).slice(2)}>] ${at}`,
    "but there are no more locks to release!",
    "\nother info that might help us debug this:",
    ...heldLocks(task, finding.held),
    ...backtrace(finding, null),
  ];
}

function heldLockFreed(finding: Finding, lock: HeldFact): string[] {
  const { task } = finding;
  const from = addressOf(lock.map);
  const to = `${from.slice(0, 8)}${hex8(Number.parseInt(from.slice(8), 16) + 0x1f)}`;
  return [
    ...header("held lock freed!", finding, 25),
    `${task.comm}/${task.pid} is freeing memory ${from}-${to}, with a lock still held there!`,
    lockLine(lock),
    ...heldLocks(task, finding.held),
    ...backtrace(finding, null),
  ];
}

function lockHeldAtUserSpace(finding: Finding): string[] {
  const { task } = finding;
  return [
    ...header("lock held when returning to user space!", finding, 48),
    `${task.comm}/${task.pid} is leaving the kernel with locks still held!`,
    ...heldLocks(task, finding.held),
  ];
}

/** print_lockdep_off(): a table is full. */
function tableFull(finding: Finding, limit: string, max: number): string[] {
  const depth = limit === "MAX_LOCK_DEPTH" ? [`depth: ${finding.held.length}  max: ${max}!`, ...heldLocks(finding.task, finding.held)] : [];
  return [
    `BUG: ${limit} too low!`,
    "turning off the locking correctness validator.",
    "Please attach the output of /proc/lock_stat to the bug report",
    ...depth,
    ...dumpStack(finding, null),
  ];
}
