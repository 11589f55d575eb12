/** What the expansion of parameters needs of the expansion of words, which itself uses it. */
import type { Word } from "unbash";
import type { Shell } from "../shell.ts";
import type { Builder } from "./builder.ts";
import type { Piece } from "./plan.ts";

/** Work that is not finished yet, or nothing. */
export type Pending = Promise<void> | undefined;

export interface Expander {
  addPieces(shell: Shell, builder: Builder, pieces: readonly Piece[], operand?: boolean): Pending;
  toText(shell: Shell, word: Word): string | Promise<string>;
  toPattern(shell: Shell, word: Word): Promise<string>;
  toPrompt(shell: Shell, text: string): Promise<string>;
  toEscaped(shell: Shell, word: Word, escapeQuoted: (text: string) => string): Promise<string>;
}
