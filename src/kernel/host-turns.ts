/**
 * Turns of the host's event loop for somebody who makes many short runs: a turn costs more than a short run does, so all
 * runs until the next turn share it, and the host gets one after every few thousand steps.
 */

/** Steps of runs between two turns of the host. */
const STEPS_PER_TURN = 4096;

export class HostTurns {
  private readonly hostTurn: () => Promise<void>;
  private pending: Promise<void> | null = null;
  private steps = 0;

  constructor(hostTurn: () => Promise<void>) {
    this.hostTurn = hostTurn;
  }

  /** For `Scheduler.run`. */
  readonly shared = (): Promise<void> => {
    this.pending ??= this.take();
    return this.pending;
  };

  /** To be awaited after each run: null if the host can wait longer. */
  after(steps: number): Promise<void> | null {
    this.steps += steps;
    if (this.steps < STEPS_PER_TURN) return null;
    this.steps = 0;
    return this.shared();
  }

  private async take(): Promise<void> {
    await this.hostTurn();
    this.pending = null;
  }
}
