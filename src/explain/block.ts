/** Several lines of a log that belong together. Foreign lines between them are left out. */
export interface Block {
  /** A line that begins no other block. */
  accept(text: string): void;
  /** True if a line that looks like the beginning of a block belongs to this one. */
  continues(text: string): boolean;
  /** No more lines come. */
  end(): void;
}
