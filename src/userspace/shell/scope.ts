/**
 * The variables of one scope. A forked shell has a copy of its own, but most end as another program and never look at it: what
 * both have is shared as long as neither changes it.
 */
import type { AssociativeArray, IndexedArray } from "./arrays.ts";

export type Value = string | IndexedArray | AssociativeArray;

/** A variable as it is read: it may belong to several shells. */
export interface SeenVariable {
  readonly value: Value | undefined;
  readonly exported: boolean;
  readonly readonly: boolean;
  readonly integer: boolean;
  readonly nameref: boolean;
  readonly traced: boolean;
  readonly letterCase: "lower" | "upper" | "capital" | null;
}

export class Variable implements SeenVariable {
  value: Value | undefined;
  exported = false;
  readonly = false;
  integer = false;
  nameref = false;
  traced = false;
  letterCase: "lower" | "upper" | "capital" | null = null;

  constructor(value?: Value) {
    this.value = value;
  }

  copy(): Variable {
    const copy = new Variable();
    copy.become(this);
    return copy;
  }

  /** Takes the value and the attributes of another one. */
  become({ value, exported, readonly, integer, nameref, traced, letterCase }: SeenVariable): void {
    this.value = typeof value === "object" ? value.copy() : value;
    this.exported = exported;
    this.readonly = readonly;
    this.integer = integer;
    this.nameref = nameref;
    this.traced = traced;
    this.letterCase = letterCase;
  }
}

/** So many own variables are copied at a fork; more become part of what is shared. */
const MOST_COPIED = 8;

export class Scope {
  /** Never changed: forked shells have it too. */
  private shared: ReadonlyMap<string, Variable> | null;
  /** What this shell has made or changed itself. */
  private own: Map<string, Variable>;

  constructor(shared: ReadonlyMap<string, Variable> | null = null, own: Map<string, Variable> = new Map()) {
    this.shared = shared;
    this.own = own;
  }

  /** A copy for a forked shell. */
  fork(): Scope {
    if (this.own.size > MOST_COPIED) {
      this.shared = this.merged();
      this.own = new Map();
    }
    const own = new Map<string, Variable>();
    this.own.forEach((variable, name) => {
      own.set(name, variable.copy());
    });
    return new Scope(this.shared, own);
  }

  get(name: string): SeenVariable | undefined {
    return this.own.get(name) ?? this.shared?.get(name);
  }

  /** The variable, to be changed. */
  changeable(name: string): Variable | undefined {
    const own = this.own.get(name);
    if (own !== undefined) return own;
    const variable = this.shared?.get(name)?.copy();
    if (variable !== undefined) this.own.set(name, variable);
    return variable;
  }

  set(name: string, variable: Variable): void {
    this.own.set(name, variable);
  }

  delete(name: string): void {
    if (this.shared?.has(name) === true) {
      this.own = this.copied();
      this.shared = null;
    }
    this.own.delete(name);
  }

  clear(): void {
    this.shared = null;
    this.own.clear();
  }

  names(): Iterable<string> {
    return this.shared === null ? this.own.keys() : this.merged().keys();
  }

  /** Each variable, in the order in which they were made. */
  forEach(visit: (variable: SeenVariable, name: string) => void): void {
    const { own, shared } = this;
    shared?.forEach((variable, name) => {
      visit(own.get(name) ?? variable, name);
    });
    own.forEach((variable, name) => {
      if (shared?.has(name) !== true) visit(variable, name);
    });
  }

  private merged(): Map<string, Variable> {
    const all = new Map(this.shared ?? []);
    this.own.forEach((variable, name) => {
      all.set(name, variable);
    });
    return all;
  }

  private copied(): Map<string, Variable> {
    const all = new Map<string, Variable>();
    this.shared?.forEach((variable, name) => {
      all.set(name, this.own.get(name) ?? variable.copy());
    });
    this.own.forEach((variable, name) => {
      all.set(name, variable);
    });
    return all;
  }
}
