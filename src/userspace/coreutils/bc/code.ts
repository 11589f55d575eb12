/**
 * The code that bc(1) makes of a program and runs. GNU bc's messages tell addresses in its byte code, so each instruction knows
 * how many bytes it has there.
 */

export type Binary = "+" | "-" | "*" | "/" | "%" | "^" | "==" | "!=" | "<" | "<=" | ">" | ">=";

/** A variable, or an array whose subscript lies on the stack. */
export interface Place {
  readonly name: string;
  readonly element: boolean;
}

export type Builtin = "length" | "scale" | "sqrt" | "read" | "random";

export type Operation =
  | { readonly op: "constant"; readonly text: string }
  | { readonly op: "load" | "store" | "increment" | "decrement"; readonly place: Place }
  /** Loads an element and leaves its subscript on the stack. */
  | { readonly op: "loadKeeping"; readonly place: Place }
  | { readonly op: "binary"; readonly operator: Binary }
  | { readonly op: "negate" | "not" | "duplicate" | "swap" | "pop" | "return" | "halt" }
  | { readonly op: "jump" | "ifZero" | "ifNotZero"; readonly label: Label }
  /** The value of an expression on a line of its own, or as an item of `print`. */
  | { readonly op: "writeLine" | "write" }
  | { readonly op: "text"; readonly text: string; readonly escapes: boolean }
  | { readonly op: "array"; readonly name: string }
  | { readonly op: "call"; readonly name: string; readonly args: readonly ("scalar" | "array")[] }
  | { readonly op: "builtin"; readonly name: Builtin };

/** Where a jump goes; known when the code there is made. */
export interface Label {
  index: number;
}

export interface Instruction {
  readonly operation: Operation;
  /** Its address in bytes. */
  readonly address: number;
}

export interface Parameter {
  readonly name: string;
  readonly kind: "scalar" | "array" | "reference";
}

export interface BcFunction {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly autos: readonly Parameter[];
  readonly returnsNothing: boolean;
  readonly code: readonly Instruction[];
}

/** Code in the making. */
export class CodeBuffer {
  readonly instructions: Instruction[] = [];
  private size = 0;

  add(operation: Operation): void {
    this.instructions.push({ operation, address: this.size });
    this.size += bytesOf(operation);
  }

  mark(label: Label): void {
    label.index = this.instructions.length;
  }
}

export function newLabel(): Label {
  return { index: 0 };
}

const JUMP_BYTES = 3;

function bytesOf(operation: Operation): number {
  switch (operation.op) {
    case "constant":
      return operation.text === "0" || operation.text === "1" ? 1 : operation.text.length + 2;
    case "load":
    case "store":
    case "increment":
    case "decrement":
    case "builtin":
      return 2;
    case "loadKeeping":
    case "array":
      return 3;
    case "jump":
    case "ifZero":
    case "ifNotZero":
      return JUMP_BYTES;
    case "text":
      return operation.text.length + 2;
    case "call":
      return operation.args.length + 3;
    default:
      return 1;
  }
}
