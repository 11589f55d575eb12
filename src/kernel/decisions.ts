/**
 * The answers of a run's policy. Many runs take a few dozen, one may take millions: the first ones stand in an ordinary
 * list, the others as bytes in pieces outside of the host's heap, where no collection of garbage copies them around.
 */

const FIRST = 64;
const PIECE = 8192;
/** Stands for an answer that does not fit into a byte. */
const LARGE = 255;

export class DecisionList {
  private readonly first: number[] = new Array<number>(FIRST);
  private count = 0;
  private readonly pieces: Uint8Array[] = [];
  private piece: Uint8Array | null = null;
  private used = PIECE;
  /** Answers that do not fit, in order. */
  private readonly large: number[] = [];

  push(answer: number): void {
    if (this.count < FIRST) this.first[this.count++] = answer;
    else this.pushMore(answer);
  }

  private pushMore(answer: number): void {
    let { piece } = this;
    if (piece === null || this.used === PIECE) {
      piece = new Uint8Array(PIECE);
      this.piece = piece;
      this.pieces.push(piece);
      this.used = 0;
    }
    if (answer >= LARGE) this.large.push(answer);
    piece[this.used++] = answer < LARGE ? answer : LARGE;
  }

  clear(): void {
    this.count = 0;
    this.pieces.length = 0;
    this.piece = null;
    this.large.length = 0;
  }

  toArray(): number[] {
    const all = this.first.slice(0, this.count);
    let large = 0;
    for (const piece of this.pieces) {
      const length = piece === this.piece ? this.used : PIECE;
      for (let i = 0; i < length; i++) {
        const answer = piece[i] as number;
        all.push(answer === LARGE ? (this.large[large++] as number) : answer);
      }
    }
    return all;
  }
}
