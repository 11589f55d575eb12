/** The numbers of the C library's random(), for programs whose own they are: bc's rand() and awk's. */

const WORDS = 31;
const NEAR = 3;
const WARM_UP = 310;
const MULTIPLIER = 16_807;
const MODULUS = 2_147_483_647;

/** The largest number that `next` gives. */
export const RAND_MAX = 2_147_483_647;

/** An additive feedback generator over 31 words, which a multiplicative one filled from the seed. */
export class RandomNumbers {
  private readonly words: number[] = [];

  /** @param seed as srandom(3) takes it, a 32-bit number; 0 means 1 */
  constructor(seed = 1) {
    // The words are signed: what the remainder leaves below zero goes up by the modulus.
    let word = seed === 0 ? 1 : seed | 0;
    for (let i = 0; i < WORDS; i++) {
      this.words.push(word >>> 0);
      word = (word * MULTIPLIER) % MODULUS;
      if (word < 0) word += MODULUS;
    }
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
