/** The analysis room: readers of the kernel's events. They find deadlocks, list what is stuck and write the trace. */
export { type BlockedTask, blockedTasks, type Leftover, locksLeftHeld } from "./blocked.ts";
export { ContractChecker, type ContractViolation, contractsText } from "./contracts/index.ts";
export { type Deadlock, DeadlockDetector, type DeadlockLink, locksOf } from "./deadlock.ts";
export { type DetectorStyle, detectorsOf5_10, detectorsOf6_1 } from "./eras.ts";
export { HungTaskDetector } from "./hung-task.ts";
export {
  attachLockdep,
  type LockdepLog,
  type LockdepReport,
  lockdepChainsText,
  lockdepStatsText,
  lockdepText,
  lockStatText,
} from "./lockdep/index.ts";
export { locking_selftest } from "./locking-selftest/index.ts";
export { functionsOf, type Hold, type StackEntry, type TaskSnapshot } from "./snapshot.ts";
export { handleSysrq } from "./sysrq.ts";
export { TraceRecorder } from "./trace.ts";
