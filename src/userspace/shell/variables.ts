/**
 * Variables with their attributes and scopes. Scoping is dynamic: a function's locals are seen by what it calls. Some names
 * are dynamic: their value is worked out when they are read (LINENO, RANDOM), unless a script has unset them.
 */
import { AssociativeArray, IndexedArray } from "./arrays.ts";
import { Scope, type SeenVariable, type Value, Variable } from "./scope.ts";
import { ExpansionError } from "./unwind.ts";

export { type Scope, type SeenVariable, type Value, Variable } from "./scope.ts";

/** A variable whose value the shell works out. */
export interface DynamicVariable {
  /** "i" or "r" or both, as `declare -p` shows them. One with an r is refused a new value. */
  readonly letters?: string;
  read(): Value | undefined;
  /** What an assignment does; nothing if it is ignored. */
  write?(value: string): void;
  /** The same for an element. */
  writeElement?(key: string, value: string): void;
}

/** All dynamic variables of a shell. */
export interface SpecialVariables {
  readonly names: readonly string[];
  /** The variable of that name, undefined if there is none. */
  make(name: string): DynamicVariable | undefined;
}

/** The locals of a running function, or the prefix assignments of a running command, which take no locals. */
interface Layer {
  readonly scope: Scope;
  readonly temporary: boolean;
}

/** How deep one name may refer to another. */
const MAX_NAMEREFS = 8;

export class Variables {
  readonly global: Scope;
  /** Innermost last. */
  private readonly inner: Layer[];
  /** The dynamic ones that were asked for; null: unset. Of a shell's twins most never ask. */
  private readonly asked = new Map<string, DynamicVariable | null>();
  private hidden = false;
  private special: SpecialVariables = { names: [], make: () => undefined };

  constructor(global: Scope = new Scope(), inner: Layer[] = []) {
    this.global = global;
    this.inner = inner;
  }

  /** A copy for a forked shell. Dynamic variables belong to a shell and are defined anew by it. */
  copy(): Variables {
    return new Variables(
      this.global.fork(),
      this.inner.map(({ scope, temporary }) => ({ scope: scope.fork(), temporary })),
    );
  }

  define(special: SpecialVariables): void {
    this.special = special;
  }

  dynamicNames(): readonly string[] {
    return this.special.names.filter((name) => this.asked.get(name) !== null);
  }

  private dynamic(name: string): DynamicVariable | undefined {
    let variable = this.asked.get(name);
    if (variable === undefined) {
      variable = this.special.make(name);
      if (variable !== undefined) this.asked.set(name, variable);
    }
    return variable ?? undefined;
  }

  /** The attributes of a dynamic variable. */
  dynamicLetters(name: string): string {
    return this.dynamic(name)?.letters ?? "";
  }

  /** Gives an element of an array that the shell keeps itself a value. False if the array is none of those. */
  setDynamicElement(name: string, key: string, value: string): boolean {
    const dynamic = this.find(name) === undefined ? this.dynamic(name) : undefined;
    dynamic?.writeElement?.(key, value);
    return dynamic?.writeElement !== undefined;
  }

  pushScope(temporary: boolean): Scope {
    const scope = new Scope();
    this.inner.push({ scope, temporary });
    return scope;
  }

  popScope(): void {
    this.inner.pop();
  }

  /** The variable that `name` means here, itself: namerefs are not followed, but a local one to its own name means the global variable. */
  find(name: string): SeenVariable | undefined {
    for (let i = this.inner.length - 1; i >= 0; i--) {
      const variable = (this.inner[i] as Layer).scope.get(name);
      if (variable !== undefined && !(variable.nameref && variable.value === name)) return variable;
    }
    return this.global.get(name);
  }

  /** The same variable, to be changed. */
  changeable(name: string): Variable | undefined {
    for (let i = this.inner.length - 1; i >= 0; i--) {
      const variable = (this.inner[i] as Layer).scope.changeable(name);
      if (variable !== undefined && !(variable.nameref && variable.value === name)) return variable;
    }
    return this.global.changeable(name);
  }

  /** The name that `name` means after following namerefs; may carry a subscript. */
  resolve(name: string): string {
    let target = name;
    for (let depth = 0; depth < MAX_NAMEREFS; depth++) {
      const variable = this.find(target);
      if (variable?.nameref !== true || typeof variable.value !== "string" || variable.value === "") return target;
      if (variable.value === target) return target;
      target = variable.value;
    }
    throw new ExpansionError(`warning: ${name}: circular name reference`);
  }

  /** The value of a variable, undefined if it has none. */
  value(name: string): Value | undefined {
    const variable = this.find(name);
    if (variable === undefined) return this.dynamic(name)?.read();
    if (variable.nameref) {
      const target = this.resolve(name);
      if (target !== name) return this.referenced(target);
    }
    return variable.value;
  }

  private referenced(target: string): Value | undefined {
    const bracket = target.indexOf("[");
    if (bracket < 0) return this.value(target);
    const array = this.value(target.slice(0, bracket));
    const key = target.slice(bracket + 1, -1);
    if (key === "@" || key === "*") return array;
    if (array instanceof IndexedArray) return array.get(Number(key));
    return array instanceof AssociativeArray ? array.get(key) : undefined;
  }

  /** The value as a string: of an array its element 0. */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === "string") return value;
    return value instanceof IndexedArray ? value.get(0) : value.get("0");
  }

  /** The variable to assign to, created in the global scope if there is none. Throws if it is read-only. */
  writable(name: string): Variable {
    const variable = this.changeable(name);
    // What is assigned to an array that the shell keeps itself is lost.
    if (variable === undefined && typeof this.dynamic(name)?.read() === "object") return new Variable(this.dynamic(name)?.read());
    if (variable === undefined) return create(this.global, name);
    if (variable.readonly) throw new ExpansionError(`${name}: readonly variable`);
    return variable;
  }

  /** Makes a new variable in a scope. */
  declareIn(scope: Scope, name: string, value: string): Variable {
    const variable = new Variable(value);
    scope.set(name, variable);
    return variable;
  }

  /** Assigns text as it is; attributes that change it are the caller's business. */
  setText(name: string, text: string): void {
    const target = this.resolve(name);
    const dynamic = this.dynamic(target);
    if (dynamic !== undefined && this.find(target) === undefined) {
      if (dynamic.letters?.includes("r") === true) throw new ExpansionError(`${target}: readonly variable`);
      dynamic.write?.(text);
      return;
    }
    const variable = this.writable(target);
    const { value } = variable;
    if (value instanceof IndexedArray) value.set(0, text);
    else if (value instanceof AssociativeArray) value.set("0", text);
    else variable.value = text;
  }

  /** Makes `name` a variable of the running function (global outside of one). */
  local(name: string): Variable {
    const scope = this.functionScope() ?? this.global;
    return scope.changeable(name) ?? create(scope, name);
  }

  /** The global variable of that name, created if there is none. */
  inGlobal(name: string): Variable {
    return this.global.changeable(name) ?? create(this.global, name);
  }

  /** The variable of the running function, if it has one of that name. */
  ownLocal(name: string): SeenVariable | undefined {
    return this.functionScope()?.get(name);
  }

  /** Names of the running function's variables, sorted. */
  localNames(): readonly string[] {
    return [...(this.functionScope()?.names() ?? [])].sort();
  }

  private functionScope(): Scope | undefined {
    return this.inner.findLast(({ temporary }) => !temporary)?.scope;
  }

  private innermostFirst(): readonly Scope[] {
    return [this.global, ...this.inner.map(({ scope }) => scope)].reverse();
  }

  /** Removes the innermost variable of that name; a local of the running function stays, without a value, unless it is to go `wholly`. Throws if it is read-only. */
  unset(name: string, wholly = false): void {
    if (this.find(name) === undefined && this.dynamicLetters(name).includes("r"))
      throw new ExpansionError(`${name}: cannot unset: readonly variable`);
    this.asked.set(name, null);
    for (const scope of this.innermostFirst()) {
      const variable = scope.get(name);
      if (variable === undefined) continue;
      if (variable.readonly) throw new ExpansionError(`${name}: cannot unset: readonly variable`);
      if (scope === this.functionScope() && !wholly) scope.set(name, new Variable());
      else scope.delete(name);
      return;
    }
  }

  /** Names with a value or attributes, sorted. */
  names(): string[] {
    const names = new Set<string>([...this.global.names(), ...this.dynamicNames()]);
    for (const { scope } of this.inner) for (const name of scope.names()) names.add(name);
    return [...names].sort();
  }

  /** exec -c: what is executed next finds an empty environment. */
  hideEnvironment(): void {
    this.hidden = true;
  }

  /** What a program that is executed now finds in its environment. */
  environment(): Map<string, string> {
    if (this.hidden) return new Map();
    const environment = new Map<string, string>();
    const add = (variable: SeenVariable, name: string): void => {
      if (variable.exported && typeof variable.value === "string") environment.set(name, variable.value);
    };
    if (this.inner.length === 0) this.global.forEach(add);
    else this.visible().forEach(add);
    return environment;
  }

  /** What each name means here. */
  private visible(): ReadonlyMap<string, SeenVariable> {
    const seen = new Map<string, SeenVariable>();
    const add = (variable: SeenVariable, name: string): void => {
      seen.set(name, variable);
    };
    this.global.forEach(add);
    for (const { scope } of this.inner) scope.forEach(add);
    return seen;
  }
}

function create(scope: Scope, name: string): Variable {
  const variable = new Variable();
  scope.set(name, variable);
  return variable;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isName(text: string): boolean {
  return NAME.test(text);
}
