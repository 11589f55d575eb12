/** The states found so far, each once, in the order in which they were found: the set is the queue of the search as well. */

const FIRST_STATES = 1024;
/** Share of the index that may be full. */
const FULL = 0.5;

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
    this.index = new Int32Array(FIRST_STATES / FULL).fill(-1);
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
    let place = this.hash(offset) & mask;
    for (let known = index[place] as number; known >= 0; known = index[place] as number) {
      let i = 0;
      while (i < width && states[known * width + i] === states[offset + i]) i++;
      if (i === width) return;
      place = (place + 1) & mask;
    }
    index[place] = this.count;
    this.parents[this.count] = parent;
    this.moves[this.count] = move;
    if (++this.count === this.parents.length) this.grow();
  }

  private hash(offset: number): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < this.width; i++) hash = Math.imul(hash ^ (this.states[offset + i] as number), 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    return hash ^ (hash >>> 13);
  }

  private grow(): void {
    const room = this.parents.length * 2;
    this.states = widened(this.states, new Uint16Array(room * this.width));
    this.parents = widened(this.parents, new Int32Array(room));
    this.moves = widened(this.moves, new Uint8Array(room));
    this.index = new Int32Array(room / FULL).fill(-1);
    const mask = this.index.length - 1;
    for (let state = 0; state < this.count; state++) {
      let place = this.hash(state * this.width) & mask;
      while ((this.index[place] as number) >= 0) place = (place + 1) & mask;
      this.index[place] = state;
    }
  }
}

function widened<T extends Uint16Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
