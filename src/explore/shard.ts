/**
 * Dividing a search through every schedule between shards that do not talk to each other. Every shard walks the same beginnings
 * of runs in the same order, up to a depth that follows from the search itself, and takes about each N-th of them with all that
 * comes after it. The reduction is divided otherwise: `cells.ts`.
 */

/** One of `of` shards, from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Beginnings for each shard, so that the shares come out about equal. Those of a script cost a boot each. */
const BEGINNINGS = { program: 20, script: 6 } as const;

/** Choices after which beginnings are dealt out even if there are fewer. */
const MAX_DEPTH = { program: 40, script: 12 } as const;

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
    return this.shard !== null && scrambled(turn) % this.shard.of === this.shard.index - 1;
  }
}

/** Neighbours are alike in size, in rhythms of their own; so they are not dealt out in turn. */
function scrambled(turn: number): number {
  const mixed = Math.imul(turn ^ (turn >>> 7), 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** The depth at which there are enough beginnings. @param walk explores with a deal that nobody owns a share of */
export async function depthFor({ of }: Shard, kind: "program" | "script", walk: (deal: Deal) => Promise<void>): Promise<number> {
  for (let depth = 1; depth < MAX_DEPTH[kind]; depth++) {
    const deal = new Deal(depth, null);
    await walk(deal);
    if (!deal.deeper || deal.dealt >= of * BEGINNINGS[kind]) return depth;
  }
  return MAX_DEPTH[kind];
}
