/** The expression of find, as a tree. */

export type Test =
  | { readonly kind: "name"; readonly pattern: RegExp; readonly whole: boolean }
  | { readonly kind: "link"; readonly pattern: RegExp }
  | { readonly kind: "type"; readonly types: string }
  | { readonly kind: "size"; readonly compare: Comparison; readonly unit: number }
  | { readonly kind: "age"; readonly compare: Comparison; readonly unit: number; readonly from: number | null }
  | { readonly kind: "same"; readonly dev: number; readonly ino: number }
  | { readonly kind: "owner"; readonly who: "user" | "group"; readonly compare: Comparison }
  | { readonly kind: "access"; readonly mode: number }
  | { readonly kind: "other type"; readonly types: string }
  | { readonly kind: "file system"; readonly name: string }
  | { readonly kind: "links" | "inode"; readonly compare: Comparison }
  | { readonly kind: "newer"; readonly than: number }
  | { readonly kind: "perm"; readonly how: "all" | "any" | "exact"; readonly bits: number }
  | { readonly kind: "empty" | "true" | "false" };

/** `+N`, `-N`, `N` */
export interface Comparison {
  readonly sign: "+" | "-" | "";
  readonly value: number;
}

export type Action =
  | { readonly kind: "print"; readonly end: "\n" | "\0"; readonly file: number | null }
  | { readonly kind: "printf"; readonly format: string; readonly file: number | null }
  | { readonly kind: "ls" }
  | { readonly kind: "delete" | "prune" | "quit" }
  | {
      readonly kind: "exec";
      readonly words: readonly string[];
      readonly batch: boolean;
      readonly inFolder: boolean;
      /** -ok and -okdir */
      readonly asks: boolean;
      readonly pending: string[];
    };

export type Node =
  | Test
  | Action
  | { readonly kind: "and" | "or" | "comma"; readonly left: Node; readonly right: Node }
  | { readonly kind: "not"; readonly inner: Node };

export interface Expression {
  readonly root: Node;
  readonly minDepth: number;
  readonly maxDepth: number;
  /** A directory's content before the directory. */
  readonly depthFirst: boolean;
  readonly oneFileSystem: boolean;
  /** -follow */
  readonly follow: boolean;
  readonly execs: readonly Extract<Action, { kind: "exec" }>[];
}

/** What is wrong with the command line. */
export class FindError extends Error {}
