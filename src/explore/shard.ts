/**
 * Dividing a search between shards that do not talk to each other. Every shard walks the same beginnings of runs in the same
 * order, up to a depth that follows from the search itself, and takes each N-th of them with all that comes after it.
 */

/** One of `of` shards, from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Beginnings for each shard, so that the shares come out about equal. */
const BEGINNINGS = 6;

/** Choices after which beginnings are dealt out even if there are fewer. */
const MAX_DEPTH = 12;

export class Deal {
  /** Choices that a beginning consists of. */
  readonly depth: number;
  /** Beginnings so far. */
  dealt = 0;
  /** True if some run went on after its beginning. */
  deeper = false;
  private readonly shard: Shard | null;

  /** @param shard whose share it is; null to count the beginnings only */
  constructor(depth: number, shard: Shard | null) {
    this.depth = depth;
    this.shard = shard;
  }

  /** The next beginning: true if it is this shard's. @param goesOn false if the run has ended with it */
  mine(goesOn: boolean): boolean {
    const turn = this.dealt++;
    if (goesOn) this.deeper = true;
    return this.shard !== null && turn % this.shard.of === this.shard.index - 1;
  }
}

/** The depth at which there are enough beginnings. @param walk explores with a deal that nobody owns a share of */
export async function depthFor({ of }: Shard, walk: (deal: Deal) => Promise<void>): Promise<number> {
  for (let depth = 1; depth < MAX_DEPTH; depth++) {
    const deal = new Deal(depth, null);
    await walk(deal);
    if (!deal.deeper || deal.dealt >= of * BEGINNINGS) return depth;
  }
  return MAX_DEPTH;
}
