/** random() of bc(1): the numbers of the C library's rand() when no seed is set, the same in every run. */

const WORDS = 31;
const NEAR = 3;
const WARM_UP = 310;
const MULTIPLIER = 16_807;
const MODULUS = 2_147_483_647;

/** An additive feedback generator over 31 words, which a multiplicative one filled from the seed 1. */
export class RandomNumbers {
  private readonly words: number[] = [];

  constructor() {
    for (let i = 0, seed = 1; i < WORDS; i++, seed = (seed * MULTIPLIER) % MODULUS) this.words.push(seed);
    // The generator stands on word 3 when it starts.
    this.words.push(...this.words.splice(0, NEAR));
    for (let i = 0; i < WARM_UP; i++) this.next();
  }

  next(): number {
    const word = ((this.words.shift() ?? 0) + (this.words[WORDS - NEAR - 1] ?? 0)) >>> 0;
    this.words.push(word);
    return word >>> 1;
  }
}
