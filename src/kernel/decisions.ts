/** The answers of a run's policy. Kept in pieces: a list that grows as one is copied each time, and a run may take millions. */

const PIECE = 16_384;

export class DecisionList {
  private readonly full: number[][] = [];
  private piece: number[] = [];

  push(answer: number): void {
    if (this.piece.length === PIECE) {
      this.full.push(this.piece);
      this.piece = [];
    }
    this.piece.push(answer);
  }

  clear(): void {
    this.full.length = 0;
    this.piece = [];
  }

  toArray(): number[] {
    return this.full.length === 0 ? this.piece.slice() : [...this.full, this.piece].flat();
  }
}
