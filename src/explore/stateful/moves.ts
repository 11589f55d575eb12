/**
 * The steps of the tables: what a task's next step does to the positions and the queues. The rules are those of the mutex
 * and the rw_semaphore of the kernel room: a lock is handed on in the order of the requests, a queued writer keeps readers
 * out, and a reader at the head brings all queued readers in. A mutex is a semaphore that is only asked for write.
 */
import { type Compiled, END, RANK_BITS, READ, RELEASE } from "./op-table.ts";

const RANK_MASK = (1 << RANK_BITS) - 1;

/**
 * One state laid out for stepping, by slot. A queue is kept in its normal form: each writer has a rank of its own, all
 * readers share that of the first of them, since whenever one of them is let in all are.
 */
export class Machine {
  readonly at: Uint16Array;
  /** 0 for a task that does not wait, else its place in the queue of the lock that it asks for. */
  readonly rank: Uint8Array;
  /** By slot, which task stands there; only kept by those who want to know. */
  readonly ids: Uint8Array;
  private readonly code: Compiled;
  /** Masks of the locks that are held for write, held for read, waited for. */
  private writing = 0;
  private reading = 0;
  private queued = 0;
  /** A lock has been handed on: whoever got it may have releases to make at once. */
  private handedOn = false;

  constructor(code: Compiled) {
    this.code = code;
    this.at = Uint16Array.from(code.start);
    this.rank = new Uint8Array(code.tasks);
    this.ids = Uint8Array.from(code.taskOf);
  }

  load(states: Uint16Array, offset: number): void {
    const { at, rank, code } = this;
    let writing = 0;
    let reading = 0;
    let queued = 0;
    for (let slot = 0; slot < at.length; slot++) {
      const packed = states[offset + slot] as number;
      const position = packed >> RANK_BITS;
      at[slot] = position;
      rank[slot] = packed & RANK_MASK;
      writing |= code.writeMask[position] as number;
      reading |= code.readMask[position] as number;
      if ((packed & RANK_MASK) !== 0) queued |= 1 << (code.lock[position] as number);
    }
    this.writing = writing;
    this.reading = reading;
    this.queued = queued;
  }

  store(states: Uint16Array, offset: number): void {
    for (let slot = 0; slot < this.at.length; slot++) {
      states[offset + slot] = ((this.at[slot] as number) << RANK_BITS) | (this.rank[slot] as number);
    }
  }

  enabled(slot: number): boolean {
    return this.rank[slot] === 0 && this.code.kind[this.at[slot] as number] !== END;
  }

  /** The step of the task in `slot`, and after it the releases that nobody can tell from later ones. */
  step(slot: number): void {
    const { code } = this;
    const from = this.at[slot] as number;
    if (code.kind[from] === RELEASE) this.release(slot, code.until[from] as number);
    else if (this.isFree(1 << (code.lock[from] as number), code.kind[from] === READ)) {
      this.take(slot, from);
      this.release(slot, code.behind[from] as number);
    } else this.enqueue(slot);
    this.settle(slot);
    while (this.handedOn) {
      this.handedOn = false;
      for (let other = 0; other < this.at.length; other++) this.settle(other);
    }
  }

  private settle(slot: number): void {
    const { code, at } = this;
    for (let from = at[slot] as number; code.eager[from] === 1 && this.rank[slot] === 0; from = at[slot] as number)
      this.release(slot, code.until[from] as number);
  }

  /** The task in `slot` has the lock that it asks for at `position`. */
  private take(slot: number, position: number): void {
    const bit = 1 << (this.code.lock[position] as number);
    if (this.code.kind[position] === READ) this.reading |= bit;
    else this.writing |= bit;
    this.at[slot] = position + 1;
  }

  private release(slot: number, until: number): void {
    const { code, at } = this;
    for (let from = at[slot] as number; from < until; from++) {
      at[slot] = from + 1;
      const lock = code.lock[from] as number;
      const bit = 1 << lock;
      this.writing &= ~bit;
      if ((this.reading & bit) !== 0 && !this.isRead(bit)) this.reading &= ~bit;
      if ((this.queued & bit) !== 0 && (this.reading & bit) === 0) this.grant(lock);
    }
  }

  private isRead(bit: number): boolean {
    const { code, at } = this;
    for (let slot = 0; slot < at.length; slot++) if (((code.readMask[at[slot] as number] as number) & bit) !== 0) return true;
    return false;
  }

  /** True if nobody waits and nobody holds it, or nobody but readers if it is asked for read. */
  private isFree(bit: number, read: boolean): boolean {
    return ((this.queued | this.writing) & bit) === 0 && (read || (this.reading & bit) === 0);
  }

  private enqueue(slot: number): void {
    const { code, at, rank } = this;
    const lock = code.lock[at[slot] as number] as number;
    const read = code.kind[at[slot] as number] === READ;
    this.queued |= 1 << lock;
    let last = 0;
    for (let other = 0; other < at.length; other++) {
      const position = at[other] as number;
      const place = rank[other] as number;
      if (place === 0 || code.lock[position] !== lock) continue;
      if (read && code.kind[position] === READ) {
        rank[slot] = place;
        return;
      }
      if (place > last) last = place;
    }
    rank[slot] = last + 1;
  }

  /** Hands the lock, which has become free, to the head of its queue. */
  private grant(lock: number): void {
    const { code, at, rank } = this;
    let left = 0;
    for (let slot = 0; slot < at.length; slot++) {
      const position = at[slot] as number;
      const place = rank[slot] as number;
      if (place === 0 || code.lock[position] !== lock) continue;
      rank[slot] = place - 1;
      if (place === 1) this.take(slot, position);
      else left = 1 << lock;
    }
    this.queued = (this.queued & ~(1 << lock)) | left;
    this.handedOn = true;
  }

  /** Sorts the tasks of each kind: which of two equal tasks is where makes no difference. */
  sort(): void {
    const { at, rank, ids, code } = this;
    for (let slot = 1; slot < at.length; slot++) {
      const kind = code.lastOfKind[slot];
      for (let low = slot; low > 0 && code.lastOfKind[low - 1] === kind && this.key(low - 1) > this.key(low); low--) {
        swap(at, low);
        swap(rank, low);
        swap(ids, low);
      }
    }
  }

  private key(slot: number): number {
    return ((this.at[slot] as number) << RANK_BITS) | (this.rank[slot] as number);
  }

  /** Requests made so far: the same however the state was reached. */
  requests(): number {
    let sum = 0;
    for (let slot = 0; slot < this.at.length; slot++) {
      sum += (this.code.requests[this.at[slot] as number] as number) + (this.rank[slot] === 0 ? 0 : 1);
    }
    return sum;
  }

  /** A slot whose task holds `lock`, or -1. */
  holder(lock: number, preferred: readonly boolean[]): number {
    const { code, at } = this;
    let found = -1;
    for (let slot = 0; slot < at.length; slot++) {
      const position = at[slot] as number;
      if ((((code.writeMask[position] as number) | (code.readMask[position] as number)) & (1 << lock)) === 0) continue;
      if (preferred[slot] === true) return slot;
      if (found < 0 || (!this.enabled(found) && this.enabled(slot))) found = slot;
    }
    return found;
  }

  /** True if the task in `slot` waits for a lock that it holds itself: it never gets it. */
  waitsForItself(slot: number): boolean {
    const { code } = this;
    const position = this.at[slot] as number;
    const held = (code.writeMask[position] as number) | (code.readMask[position] as number);
    return (held & (1 << (code.lock[position] as number))) !== 0;
  }
}

function swap(array: Uint8Array | Uint16Array, low: number): void {
  const kept = array[low] as number;
  array[low] = array[low - 1] as number;
  array[low - 1] = kept;
}
