/** The variables of an awk program: cells that hold a value or an array; parameters share the arrays they are given. */
import { AwkArray } from "./array.ts";
import { AwkError } from "./syntax.ts";
import type { Value } from "./value.ts";

export class Cell {
  value: Value = undefined;
  private array: AwkArray | null = null;
  /** The caller's variable that an argument came from; becomes an array with it. */
  private readonly origin: Cell | null;

  constructor(origin: Cell | null = null) {
    this.origin = origin;
  }

  get isArray(): boolean {
    return this.array !== null || this.origin?.isArray === true;
  }

  get untyped(): boolean {
    return this.value === undefined && !this.isArray;
  }

  /** The array in this cell; one that has no value yet becomes one. */
  elements(): AwkArray {
    if (this.array === null) this.array = this.origin === null ? new AwkArray() : this.origin.elements();
    return this.array;
  }
}

export class Variables {
  private readonly globals = new Map<string, Cell>();
  private readonly frames: ReadonlyMap<string, Cell>[] = [];

  cell(name: string): Cell {
    const local = this.frames.at(-1)?.get(name);
    return local ?? this.global(name);
  }

  global(name: string): Cell {
    let cell = this.globals.get(name);
    if (cell === undefined) {
      cell = new Cell();
      this.globals.set(name, cell);
    }
    return cell;
  }

  push(frame: ReadonlyMap<string, Cell>, limit: number): void {
    if (this.frames.length >= limit) throw new AwkError(`function call nesting too deep (limit of this emulator: ${limit})`);
    this.frames.push(frame);
  }

  pop(): void {
    this.frames.pop();
  }
}
