/** The JSON document of a run, format mlx5-emu.result/1, and of a comparison, format mlx5-emu.compare/1. */
import { type BlockedTask, type ContractViolation, type Deadlock, functionsOf, type LockdepReport, locksOf } from "../analysis/index.ts";
import type { MachineState } from "../machine.ts";
import type { BlastRadius } from "./blast-radius.ts";
import { type Report, type RunOutcome, reportsOf, type Verdict, verdictOf } from "./outcome.ts";

export interface ResultDocument {
  readonly format: "mlx5-emu.result/1";
  readonly verdict: Verdict;
  readonly era: string;
  readonly notifier: string;
  readonly devices: readonly string[];
  readonly script: { readonly status: number | null; readonly stdout: string; readonly stderr: string };
  readonly deadlocks: readonly DeadlockEntry[];
  readonly blocked: readonly BlockedEntry[];
  /** Kernel bugs, then what lockdep found, then broken contracts. */
  readonly reports: readonly (Report | LockdepEntry | ContractEntry)[];
  readonly devlink: MachineState["devlink"];
  readonly rdma: MachineState["rdma"];
  readonly netns: MachineState["netns"];
  readonly netdevs: MachineState["netdevs"];
  /** The limit that was reached, if one was. */
  readonly limit: { readonly name: string; readonly value: number } | null;
  /** ns */
  readonly virtualTime: number;
  readonly schedule: string;
  /** What else hangs after the script; only if it was asked for. */
  readonly blastRadius?: BlastRadius;
}

/** A finding of lockdep. */
export interface LockdepEntry extends Omit<LockdepReport, "kind" | "title" | "line" | "text"> {
  readonly kind: "lockdep";
  readonly report: LockdepReport["kind"];
  /** One line. */
  readonly text: string;
  /** The report as the kernel prints it. */
  readonly full: string;
}

/** A contract that was broken. `side` says what is wrong: the caller lacks a lock, holds one too many, or a callee takes one. */
export interface ContractEntry extends Omit<ContractViolation, "kind" | "line"> {
  readonly kind: "contract";
  readonly side: ContractViolation["kind"];
}

export interface DeadlockEntry {
  readonly kind: Deadlock["kind"];
  readonly locks: readonly string[];
  readonly tasks: readonly number[];
  /** The stack of the task that closed it, outermost function first. */
  readonly at: readonly string[];
  /** Each wait of the cycle: `reason` says why the next task stands in the way. */
  readonly waits: readonly { readonly pid: number; readonly waitsFor: string; readonly mode: string; readonly reason: string }[];
  /** Virtual ns at which it closed. */
  readonly time: number;
}

export interface BlockedEntry {
  readonly pid: number;
  readonly comm: string;
  readonly command: string;
  readonly state: string;
  readonly waitsFor: string;
  /** "wait" for what is not a lock. */
  readonly mode: string;
  readonly behind: readonly number[];
  readonly killable: boolean;
  readonly stack: readonly string[];
  readonly heldLocks: readonly string[];
}

export interface CompareDocument {
  readonly format: "mlx5-emu.compare/1";
  readonly runs: readonly ResultDocument[];
}

export function resultDocument(outcome: RunOutcome, output: { readonly stdout: string; readonly stderr: string }): ResultDocument {
  const { era, notifier, devices, state, limit, virtualTime, schedule } = outcome;
  return {
    format: "mlx5-emu.result/1",
    verdict: verdictOf(outcome),
    era,
    notifier,
    devices,
    script: { status: outcome.status, ...output },
    deadlocks: outcome.deadlocks.map(deadlockEntry),
    blocked: outcome.blocked.map(blockedEntry),
    reports: [...bugReports(outcome), ...outcome.lockdep.map(lockdepEntry), ...outcome.contracts.map(contractEntry)],
    devlink: state.devlink,
    rdma: state.rdma,
    netns: state.netns,
    netdevs: state.netdevs,
    limit: limit === null ? null : { name: limit.limit, value: limit.value },
    virtualTime,
    schedule,
  };
}

/** Bugs that no detector tells more about. */
function bugReports(outcome: RunOutcome): Report[] {
  const told = new Set(outcome.contracts.map((violation) => violation.text));
  return reportsOf(outcome).filter(({ kind, text }) => kind !== "lockdep" && !told.has(text));
}

function contractEntry({ kind, line: _, ...rest }: ContractViolation): ContractEntry {
  return { kind: "contract", side: kind, ...rest };
}

function lockdepEntry({ kind, title, line: _, text, ...rest }: LockdepReport): LockdepEntry {
  return { kind: "lockdep", report: kind, text: title, ...rest, full: text };
}

function deadlockEntry(deadlock: Deadlock): DeadlockEntry {
  const { kind, links, time } = deadlock;
  const closing = links[0];
  return {
    kind,
    locks: locksOf(deadlock),
    tasks: links.map((link) => link.task.pid),
    at: closing === undefined ? [] : functionsOf(closing.task),
    waits: links.map(({ task, reason }) => ({ pid: task.pid, waitsFor: task.wait?.on ?? "", mode: task.wait?.mode ?? "", reason })),
    time,
  };
}

function blockedEntry(task: BlockedTask): BlockedEntry {
  const { pid, comm, command, state, killable, wait } = task;
  return {
    pid,
    comm,
    command,
    state,
    waitsFor: wait.on,
    mode: wait.mode,
    behind: wait.behind,
    killable,
    stack: functionsOf(task),
    heldLocks: task.held.map((hold) => hold.lock),
  };
}
