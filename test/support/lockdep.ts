/** A bare kernel with lockdep on it: tasks take real locks, and what lockdep finds is read back. */
import { attachLockdep, type LockdepLog, type LockdepReport } from "../../src/analysis/index.ts";
import { Kernel, spawnTask } from "../../src/kernel/index.ts";
import { type Body, runKernel } from "./kernel.ts";

export interface LockdepBench extends LockdepLog {
  readonly kernel: Kernel;
  /** Runs the tasks one after the other, each to its end or until it blocks for ever. */
  run(...bodies: readonly Body[]): Promise<readonly LockdepReport[]>;
}

type Options = Partial<Parameters<typeof attachLockdep>[1]>;

export function lockdepBench(options: Options = {}): LockdepBench {
  const kernel = new Kernel();
  const log = attachLockdep(kernel, { mode: "all", ...options });
  return {
    ...log,
    kernel,
    run: async (...bodies) => {
      for (const body of bodies) {
        spawnTask(kernel, { comm: `task${kernel.tasks.size}`, parent: null, body: (current) => body(current.enter("test_init")) });
        await runKernel(kernel);
      }
      return log.reports;
    },
  };
}

/** The titles of the reports. */
export function titles(reports: readonly LockdepReport[]): string[] {
  return reports.map((report) => report.title);
}
