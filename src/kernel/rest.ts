/**
 * The moment in which a run comes to rest, or the host has had a turn without that. Kept apart from the scheduler: the
 * host's turn, which many short runs may share, then holds nothing of a run that is over.
 */
export class Rest {
  private resolve: (() => void) | null = null;

  /** Resolves at the next `settle`. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  readonly settle = (): void => {
    const { resolve } = this;
    this.resolve = null;
    if (resolve !== null) resolve();
  };
}
