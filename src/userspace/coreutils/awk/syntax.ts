/** The syntax tree of an awk program. */

export type Expr =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "regex"; readonly source: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "field"; readonly index: Expr }
  | { readonly kind: "element"; readonly array: string; readonly subscripts: readonly Expr[] }
  | { readonly kind: "in"; readonly array: string; readonly subscripts: readonly Expr[] }
  | { readonly kind: "assign"; readonly target: Target; readonly operator: string; readonly value: Expr }
  | { readonly kind: "step"; readonly target: Target; readonly by: 1 | -1; readonly prefix: boolean }
  | { readonly kind: "unary"; readonly operator: "+" | "-" | "!"; readonly operand: Expr }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "concat"; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "match"; readonly negated: boolean; readonly text: Expr; readonly pattern: Expr }
  | { readonly kind: "and" | "or"; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "choice"; readonly condition: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: "builtin"; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: "getline"; readonly from: "main" | "file" | "command"; readonly source: Expr | null; readonly target: Target | null }
  | { readonly kind: "group"; readonly inner: Expr }
  | { readonly kind: "list"; readonly items: readonly Expr[] };

/** What can be assigned to. */
export type Target = Extract<Expr, { kind: "name" | "field" | "element" }>;

export type Stmt =
  | { readonly kind: "expr"; readonly expr: Expr }
  | { readonly kind: "print"; readonly format: boolean; readonly args: readonly Expr[]; readonly to: Redirect | null }
  | { readonly kind: "if"; readonly condition: Expr; readonly yes: Stmt; readonly no: Stmt | null }
  | { readonly kind: "while"; readonly condition: Expr; readonly body: Stmt; readonly first: boolean }
  | { readonly kind: "for"; readonly init: Stmt | null; readonly condition: Expr | null; readonly step: Stmt | null; readonly body: Stmt }
  | { readonly kind: "forin"; readonly variable: Target; readonly array: string; readonly body: Stmt }
  | { readonly kind: "block"; readonly body: readonly Stmt[] }
  | { readonly kind: "next" | "nextfile" | "break" | "continue" }
  | { readonly kind: "exit" | "return"; readonly value: Expr | null }
  | { readonly kind: "delete"; readonly array: string; readonly subscripts: readonly Expr[] | null };

export interface Redirect {
  readonly kind: ">" | ">>" | "|";
  readonly target: Expr;
}

export interface Rule {
  readonly pattern: { readonly kind: "BEGIN" | "END" | "always" } | { readonly kind: "expr"; readonly expr: Expr } | RangePattern;
  /** null: print the record. */
  readonly body: Stmt | null;
}

export interface RangePattern {
  readonly kind: "range";
  readonly from: Expr;
  readonly to: Expr;
}

export interface AwkFunction {
  readonly name: string;
  readonly params: readonly string[];
  readonly body: Stmt;
}

export interface AwkProgram {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
}

/** What is wrong with a program, as awk says it behind its name. */
export class AwkError extends Error {
  /** One line for each thing that is wrong. */
  readonly complaints: readonly string[];

  constructor(...complaints: readonly string[]) {
    super(complaints.join("\n"));
    this.complaints = complaints;
  }
}

/** What goes wrong while a program runs: awk says also which record it had. */
export class AwkRunError extends Error {}
