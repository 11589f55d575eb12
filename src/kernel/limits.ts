/**
 * Every bound of a run has a name here. Reaching one is a verdict of its own (`limit`, exit status 5), never a hang of
 * the host and never mistaken for a deadlock.
 */
export interface Limits {
  /** Scheduling steps (one resumed task, or one passed scheduling point, each) before the run is stopped. */
  readonly steps: number;
  /** Virtual nanoseconds before the run is stopped. */
  readonly virtualTime: number;
  /** Tasks that may exist at one time (kernel.threads-max; as on a machine with half a GiB). */
  readonly tasks: number;
  /** Bytes of the host that the run may take, looked at now and then where the host tells them. */
  readonly memory: number;
  /** Rounds that the interpreter inside one WebAssembly program (jq) may take: they are no steps, and nothing else runs meanwhile. */
  readonly programRounds: number;
}

export const DEFAULT_LIMITS: Limits = {
  steps: 3_000_000,
  virtualTime: 24 * 3600 * 1e9,
  tasks: 4096,
  memory: 1024 * 1024 * 1024,
  programRounds: 300_000_000,
};

/** Which limit ended a run, and where. */
export interface LimitReached {
  readonly limit: keyof Limits;
  readonly value: number;
}
