/**
 * Exploring on several processors: the exploration is divided into shards or cells, which the threads of a pool take one after the
 * other. They share three counters with the main thread and nothing else.
 */
import { availableParallelism } from "node:os";
import type { ExploreDocument, PlainCell } from "../explore/index.ts";

/** One shard for a worker, or, where the reduction decides, one cell. The options are those of the command, which survive being copied to another thread. */
export interface Job<Options> {
  readonly path: string;
  readonly flags: Options;
  readonly cell?: PlainCell;
}

/** What main thread and workers share. */
export class Shared {
  readonly memory: SharedArrayBuffer;
  private readonly cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.cells = new Int32Array(memory);
  }

  get stopped(): boolean {
    return Atomics.load(this.cells, 0) !== 0;
  }

  stop(): void {
    Atomics.store(this.cells, 0, 1);
  }

  count(executions: number, deadlocked: number): void {
    Atomics.add(this.cells, 1, executions);
    Atomics.add(this.cells, 2, deadlocked);
  }

  get executions(): number {
    return Atomics.load(this.cells, 1);
  }

  get deadlocked(): number {
    return Atomics.load(this.cells, 2);
  }
}

/** A pool of threads that run jobs. */
export interface Workers {
  /** How many there are: no more than processors. */
  readonly threads: number;
  run<Options>(job: Job<Options>, shared: Shared): Promise<ExploreDocument>;
  end(): void;
}

/** @param entry the file that a thread begins with; it calls `serve`. The pool is loaded only now: few commands need it. */
export async function startWorkers(entry: string, count: number): Promise<Workers> {
  const { pool } = await import("workerpool");
  const maxWorkers = Math.min(count, availableParallelism());
  const threads = pool(entry, { workerType: "thread", maxWorkers, workerThreadOpts: { stdout: true } });
  return {
    threads: maxWorkers,
    run: async (job, shared) => (await threads.exec("explore", [job, shared.memory])) as ExploreDocument,
    // Not waited for: a thread that died never says that it has ended.
    end: () => void threads.terminate(true),
  };
}

/** In a thread of the pool: takes jobs. */
export async function serve(explore: (job: Job<never>, shared: Shared) => Promise<ExploreDocument>): Promise<void> {
  const { worker } = await import("workerpool");
  worker({ explore: async (job: Job<never>, memory: SharedArrayBuffer) => await explore(job, new Shared(memory)) });
}
