/** The states found so far, each once, in the order in which they were found: the set is the queue of the search as well. */

const FIRST_STATES = 1024;
/** Share of the index that may be full. */
const FULL = 0.5;
/** The bits of an entry of the index that are the hash's; the others are the state's number plus one, 0 if there is none. */
const TAG = ~0x03ff_ffff;
/** States that the index can tell apart. */
export const MAX_STATES = 0x03ff_0000;

export class StateSet {
  count = 0;
  states: Uint16Array;
  /** By state: the one it was reached from, and the slot that made the step. */
  parents: Int32Array;
  moves: Uint8Array;
  private index: Int32Array;
  private readonly width: number;

  constructor(width: number) {
    this.width = width;
    this.states = new Uint16Array(FIRST_STATES * width);
    this.parents = new Int32Array(FIRST_STATES);
    this.moves = new Uint8Array(FIRST_STATES);
    this.index = new Int32Array(FIRST_STATES / FULL);
  }

  get bytes(): number {
    return this.states.byteLength + this.parents.byteLength + this.moves.byteLength + this.index.byteLength;
  }

  /** Where the next candidate is to be written. */
  get nextOffset(): number {
    return this.count * this.width;
  }

  /** Takes the candidate written at `nextOffset` in, unless it is known. */
  add(parent: number, move: number): void {
    const { states, width, index } = this;
    const offset = this.nextOffset;
    const mask = index.length - 1;
    const hash = this.hash(offset);
    const tag = hash & TAG;
    let place = hash & mask;
    for (let entry = index[place] as number; entry !== 0; entry = index[place] as number) {
      // Most entries of other states differ in the tag already: their states need not be fetched from memory.
      if ((entry & TAG) === tag) {
        const known = ((entry & ~TAG) - 1) * width;
        let i = 0;
        while (i < width && states[known + i] === states[offset + i]) i++;
        if (i === width) return;
      }
      place = (place + 1) & mask;
    }
    this.parents[this.count] = parent;
    this.moves[this.count] = move;
    index[place] = tag | ++this.count;
    if (this.count === this.parents.length) this.grow();
  }

  private hash(offset: number): number {
    const { states, width } = this;
    let hash = 0x811c9dc5;
    for (let i = 0; i < width; i++) hash = Math.imul(hash ^ (states[offset + i] as number), 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    return hash ^ (hash >>> 13);
  }

  private grow(): void {
    const room = this.parents.length * 2;
    this.states = widened(this.states, new Uint16Array(room * this.width));
    this.parents = widened(this.parents, new Int32Array(room));
    this.moves = widened(this.moves, new Uint8Array(room));
    const index = new Int32Array(room / FULL);
    const mask = index.length - 1;
    for (let state = 0; state < this.count; state++) {
      const hash = this.hash(state * this.width);
      let place = hash & mask;
      while (index[place] !== 0) place = (place + 1) & mask;
      index[place] = (hash & TAG) | (state + 1);
    }
    this.index = index;
  }
}

function widened<T extends Uint16Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
