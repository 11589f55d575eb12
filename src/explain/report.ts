/** What the kernel's detectors say in a log, as values: the parsers make these, everything behind them reads only these. */

/** One activation on a stack. */
export interface StackFrame {
  /** The function's symbol without the compiler's suffixes (`.part.0`, `.constprop.0`, `.cold`). */
  readonly name: string;
  /** `[mlx5_ib]`; null for the kernel's own text. */
  readonly module: string | null;
}

/** One lock in a report: `(pernet_ops_rwsem){++++}-{3:3}, at: cleanup_net+0x39/0x28b`. */
export interface LockLine {
  /** The class's name as printed, subclass and number included. */
  readonly name: string;
  /** The lock's address, which tells instances apart; null where it is not printed. */
  readonly instance: string | null;
  /** The function that takes it. */
  readonly at: string | null;
}

/** A task that a log tells of: hung-task report, sysrq w or t, a list of held locks. */
export interface TaskReport {
  comm: string;
  readonly pid: number;
  /** The state letter; null where it is not printed. */
  state: string | null;
  ppid: number | null;
  /** `netns cleanup_net`: the work item of a kworker. */
  workqueue: string | null;
  /** "blocked for more than N seconds": the highest N said. */
  blockedSeconds: number | null;
  /** Innermost frame first, uncertain ones (`? func`) left out. Empty if no stack was printed. */
  stack: readonly StackFrame[];
  /** What lockdep says the task holds or waits for; null where no list was printed. */
  locks: LockLine[] | null;
  /** What the hung-task detector says of the lock (v6.16 and later). */
  blocker: BlockerLine | null;
}

/** `INFO: task a:1 <writer> blocked on an rw-semaphore likely owned by task b:2 <reader>` */
export interface BlockerLine {
  readonly lock: "mutex" | "rw-semaphore" | "semaphore";
  /** How the task wants it; null for a mutex and where it is not said. */
  readonly wants: "reader" | "writer" | null;
  readonly owner: { readonly comm: string; readonly pid: number; readonly as: "reader" | "writer" | null } | null;
}

/** What lockdep warns of. Each is the text behind `WARNING: ` or `INFO: `. */
export type LockdepKind =
  | "circular locking dependency"
  | "recursive locking"
  | "irq lock inversion"
  | "irq-safe to irq-unsafe lock order"
  | "inconsistent lock state"
  | "bad unlock balance"
  | "held lock freed"
  | "lock held when returning to user space"
  | "nested lock was not taken"
  | "invalid wait context"
  | "bad contention"
  | "lock held at task exit";

export interface LockdepReport {
  readonly kind: LockdepKind;
  readonly comm: string;
  readonly pid: number;
  /** The lock that the task is about to take, or lets go, or frees. */
  readonly wanted: LockLine | null;
  /** The lock that it already holds, where the report names one. */
  readonly holding: LockLine | null;
  /** The dependency chain as printed: `-> #1 (devlink_mutex)`, highest number first. */
  readonly chain: readonly ChainEntry[];
  /** The "N locks held by" list. */
  readonly held: readonly LockLine[];
  /** The stack backtrace at the end, innermost first. */
  readonly stack: readonly StackFrame[];
  /** False if the log ends inside the report. */
  readonly complete: boolean;
}

export interface ChainEntry {
  readonly number: number;
  readonly lock: LockLine;
  /** Where the lock was taken with the next one held, innermost first. */
  readonly stack: readonly StackFrame[];
}

/** Everything found between two boots. */
export interface LogReports {
  /** `5.10.0-32-amd64`, `6.1.176`; null where no line says it. */
  release: string | null;
  readonly lockdep: LockdepReport[];
  readonly tasks: Map<number, TaskReport>;
  /** True if "Showing all locks held in the system" was printed. */
  allLocks: boolean;
  /** `unregister_netdevice: waiting for lo to become free`: the devices, and the last count. */
  readonly waitingFor: Map<string, number>;
  /** Sentences for the reader: what was left out and why. */
  readonly notes: Set<string>;
}
