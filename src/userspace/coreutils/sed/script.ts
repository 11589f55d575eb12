/** The commands of a sed script. */

/** A regular expression of a script; an empty one is the last that was used. */
export type SedRegex = RegExp | "last";

export type Address =
  | { readonly kind: "line"; readonly line: number }
  | { readonly kind: "last" }
  | { readonly kind: "regex"; readonly regex: SedRegex }
  | { readonly kind: "step"; readonly first: number; readonly step: number }
  /** As a second address: so many lines more, or up to the next multiple. */
  | { readonly kind: "more"; readonly count: number }
  | { readonly kind: "multiple"; readonly of: number };

/** A piece of the replacement of `s`: text, a group (0 is the whole match), or a change of case. */
export type ReplacementPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "group"; readonly group: number }
  | { readonly kind: "case"; readonly mode: "L" | "U" | "l" | "u" | "E" };

export interface Substitution {
  readonly regex: SedRegex;
  readonly replacement: readonly ReplacementPart[];
  readonly global: boolean;
  /** Which match is the first to be replaced. */
  readonly number: number;
  /** What comes out is run as a command, and becomes what that prints. */
  readonly evaluate: boolean;
  readonly print: boolean;
  readonly file: string | null;
}

export type Action =
  | { readonly name: "{"; end: number }
  | { readonly name: "}" | "=" | "d" | "D" | "F" | "g" | "G" | "h" | "H" | "n" | "N" | "p" | "P" | "x" | "z" }
  | { readonly name: "a" | "c" | "i"; readonly text: string }
  | { readonly name: "b" | "t" | "T"; readonly label: string; target: number }
  | { readonly name: "e"; readonly command: string }
  | { readonly name: "l"; readonly width: number | null }
  | { readonly name: "q" | "Q"; readonly status: number }
  | { readonly name: "r" | "R" | "w" | "W"; readonly file: string }
  | { readonly name: "s"; readonly substitution: Substitution }
  | { readonly name: "y"; readonly map: ReadonlyMap<string, string> };

export interface Command {
  readonly from: Address | null;
  readonly to: Address | null;
  readonly negated: boolean;
  readonly action: Action;
}

/** What is wrong with a script, as sed says it behind its name. */
export class SedError extends Error {
  /** What sed ends with. */
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
