/**
 * The held-lock stack of a task as lockdep keeps it (struct held_lock, task_struct.held_locks), the lock it waits for
 * included, and the chain cache (struct lock_chain). A chain is the sequence of classes held; the kernel looks its hash up, here
 * every chain knows its continuations, so a known one costs one look-up and cannot collide.
 */
import type { Frame, LockRequest, lockdep_map } from "../../kernel/index.ts";
import type { LockClass } from "./class.ts";

/** A sequence of classes held, one more than its parent's. */
export class Chain {
  readonly parent: Chain | null;
  /** The class taken last; null for the root, which holds nothing. */
  readonly class: LockClass | null;
  readonly read: 0 | 1;
  readonly depth: number;
  /** Its order has been checked: it was taken by other means than a trylock. */
  validated = false;
  private lastId = -1;
  private lastChain: Chain | null = null;
  private readonly others = new Map<number, Chain>();

  constructor(parent: Chain | null, lockClass: LockClass | null, read: 0 | 1) {
    this.parent = parent;
    this.class = lockClass;
    this.read = read;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  /** The chain that holds the class with this index too; null if it is not known yet. */
  next(index: number, read: 0 | 1): Chain | null {
    const id = index * 2 + read;
    if (id === this.lastId) return this.lastChain;
    const known = this.others.get(id) ?? null;
    if (known !== null) {
      this.lastId = id;
      this.lastChain = known;
    }
    return known;
  }

  extend(lockClass: LockClass, read: 0 | 1): Chain {
    const chain = new Chain(this, lockClass, read);
    this.others.set(lockClass.index * 2 + read, chain);
    return chain;
  }

  /** The classes, the first taken first. */
  get classes(): LockClass[] {
    const classes: LockClass[] = [];
    for (let chain: Chain | null = this; chain?.class != null; chain = chain.parent) classes.unshift(chain.class);
    return classes;
  }
}

/** One held lock; overwritten in place, so that taking a lock allocates nothing. */
export class Held {
  map: lockdep_map | null = null;
  frame: Frame | null = null;
  chain: Chain;
  request: LockRequest = "map";
  /** Virtual ns at which it was taken, and at which the wait for it began. */
  since = 0;
  waitingSince = 0;
  /** It is not held yet: the task is blocked in the attempt. */
  waiting = false;
  /** The lock that keeps the order among several of this class. */
  nest: lockdep_map | null = null;

  constructor(chain: Chain) {
    this.chain = chain;
  }
}

export class HeldStack {
  depth = 0;
  readonly slots: Held[] = [];
  private readonly root: Chain;

  constructor(root: Chain) {
    this.root = root;
  }

  /** The chain of the first `depth` locks. */
  chainAt(depth: number): Chain {
    return depth === 0 ? this.root : (this.slots[depth - 1] as Held).chain;
  }

  /** The slot for the next lock, made if the task has never held so many. */
  slot(at: number): Held {
    const known = this.slots[at];
    if (known !== undefined) return known;
    const added = new Held(this.root);
    this.slots.push(added);
    return added;
  }

  /** Where the lock stands, the most recent hold of it; -1 if it is not held. */
  find(map: lockdep_map): number {
    for (let at = this.depth - 1; at >= 0; at--) if (this.slots[at]?.map === map) return at;
    return -1;
  }

  /** What is held now, the first taken first. */
  get held(): readonly Held[] {
    return this.slots.slice(0, this.depth);
  }
}
