/** The sizes of lockdep's tables (kernel/locking/lockdep_internals.h, include/linux/sched.h). Full ones switch it off, each with a text of its own. */
export interface LockdepLimits {
  readonly MAX_LOCKDEP_KEYS: number;
  readonly MAX_LOCKDEP_ENTRIES: number;
  readonly MAX_LOCKDEP_CHAINS: number;
  readonly MAX_LOCKDEP_CHAIN_HLOCKS: number;
  readonly MAX_STACK_TRACE_ENTRIES: number;
  readonly MAX_LOCK_DEPTH: number;
}

export const LOCKDEP_LIMITS: LockdepLimits = {
  MAX_LOCKDEP_KEYS: 8192,
  MAX_LOCKDEP_ENTRIES: 32_768,
  MAX_LOCKDEP_CHAINS: 65_536,
  MAX_LOCKDEP_CHAIN_HLOCKS: 327_680,
  MAX_STACK_TRACE_ENTRIES: 524_288,
  MAX_LOCK_DEPTH: 48,
};

/** MAX_LOCKDEP_SUBCLASSES */
export const MAX_LOCKDEP_SUBCLASSES = 8;
