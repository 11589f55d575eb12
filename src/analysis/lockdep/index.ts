/** Lockdep: a reader of lock operations that predicts deadlocks, and the kernel's own reports and files of it. */

export type { Lockdep } from "./lockdep.ts";
export { attachLockdep, type LockdepLog, type LockdepReport } from "./log.ts";
export { lockdepChainsText, lockdepStatsText, lockdepText, lockStatText } from "./proc.ts";
