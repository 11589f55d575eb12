/** Runs the code of bc(1) programs. Variables and arrays are global; a function's own hide them while it runs. */

import { RandomNumbers } from "../random-numbers.ts";
import type { BcFunction, Binary, Builtin, Instruction, Operation, Parameter, Place } from "./code.ts";
import { arctangent, bessel, cosine, exponential, logarithm, sine } from "./mathlib.ts";
import * as numbers from "./number.ts";
import { isZero, type Num, ONE, ZERO } from "./number.ts";
import { format, type Printer } from "./output.ts";

/** What the machine asks of the world. */
export interface World {
  /** Writes out what was printed, then the message. */
  warn(message: string): Promise<void>;
  /** Called now and then: output is written, others may run. */
  breathe(): Promise<void>;
  /** The next word of standard input that a `read()` takes. */
  readWord(): Promise<string>;
}

/** Functions called each other without end. */
export class TooDeep extends Error {}

/** `halt` was reached. */
export class Halt extends Error {}

/** The rest of what was typed is not run. */
class RuntimeError extends Error {}

interface Frame {
  readonly name: string;
  readonly code: readonly Instruction[];
  next: number;
  /** What the function's own variables hide. */
  readonly hidden: readonly (() => void)[];
}

type Value = Num | { readonly array: string };

const MAX_SUBSCRIPT = 16_777_215n;
const MAX_BASE = 2_147_483_647;
const MAX_INPUT_BASE = 36;
/** Calls within calls. */
export const MAX_DEPTH = 100_000;
/** Instructions between two breaths. */
const BREATH = 200;

const LIBRARY: ReadonlyMap<string, (args: readonly Num[], scale: number) => Num> = new Map([
  ["e", ([x = ZERO], scale) => exponential(x, scale)],
  ["l", ([x = ZERO], scale) => logarithm(x, scale)],
  ["s", ([x = ZERO], scale) => sine(x, scale)],
  ["c", ([x = ZERO], scale) => cosine(x, scale)],
  ["a", ([x = ZERO], scale) => arctangent(x, scale)],
  ["j", ([n = ZERO, x = ZERO], scale) => bessel(n, x, scale)],
] satisfies [string, (args: readonly Num[], scale: number) => Num][]);

const LIBRARY_SCALE = 20;

export class Machine {
  private readonly world: World;
  private readonly printer: Printer;
  private readonly functions = new Map<string, BcFunction>();
  private readonly library: boolean;
  private readonly variables = new Map<string, Num>();
  private readonly arrays = new Map<string, Map<number, Num>>();
  private readonly random = new RandomNumbers();
  private inputBase = 10;
  private outputBase = 10;
  private scale: number;
  private stack: Value[] = [];
  private frames: Frame[] = [];

  constructor(world: World, printer: Printer, library: boolean) {
    this.world = world;
    this.printer = printer;
    this.library = library;
    this.scale = library ? LIBRARY_SCALE : 0;
    this.variables.set("history", numbers.fromInteger(-1));
  }

  define(definition: BcFunction): void {
    this.functions.set(definition.name, definition);
  }

  returnsNothing(name: string): boolean {
    return this.functions.get(name)?.returnsNothing ?? false;
  }

  /** Runs statements; after a mistake the rest of them is left out. */
  async run(code: readonly Instruction[]): Promise<void> {
    this.frames = [{ name: "(main)", code, next: 0, hidden: [] }];
    try {
      for (let count = 1; ; count++) {
        const frame = this.frames.at(-1);
        const instruction = frame?.code[frame.next];
        if (frame === undefined || instruction === undefined) break;
        frame.next += 1;
        const doing = this.execute(frame, instruction);
        if (doing !== undefined) await doing;
        if (count % BREATH === 0) await this.world.breathe();
      }
    } catch (thrown) {
      if (!(thrown instanceof RuntimeError)) throw thrown;
    }
    while (this.frames.length > 0) this.leave();
    this.stack = [];
  }

  /** Takes back what the innermost function's own variables hid. */
  private leave(): void {
    for (const restore of this.frames.pop()?.hidden ?? []) restore();
  }

  private async fail(frame: Frame, address: number, message: string): Promise<never> {
    await this.world.warn(`Runtime error (func=${frame.name}, adr=${address}): ${message}`);
    throw new RuntimeError();
  }

  private async warn(frame: Frame, address: number, message: string): Promise<void> {
    await this.world.warn(`Runtime warning (func=${frame.name}, adr=${address}): ${message}`);
  }

  private push(value: Value): void {
    this.stack.push(value);
  }

  private pop(): Num {
    const value = this.stack.pop();
    return value === undefined || "array" in value ? ZERO : value;
  }

  /** Does one instruction; a promise if it must wait. */
  private execute(frame: Frame, { operation, address }: Instruction): Promise<void> | undefined {
    switch (operation.op) {
      case "constant":
        this.push(this.constant(operation.text));
        return;
      case "binary":
        return this.binary(frame, address + 1, operation.operator);
      case "load":
      case "loadKeeping":
      case "store":
      case "increment":
      case "decrement":
        return this.access(frame, address, operation.op, operation.place);
      case "jump":
      case "ifZero":
      case "ifNotZero":
        if (operation.op === "jump" || isZero(this.pop()) === (operation.op === "ifZero")) frame.next = operation.label.index;
        return;
      case "call":
        return this.call(frame, address + 2, operation);
      case "builtin":
        return this.builtin(frame, address + 2, operation.name);
      case "array":
        this.push({ array: operation.name });
        return;
      case "text":
        this.printer.write(operation.escapes ? withEscapes(operation.text) : operation.text);
        return;
      default:
        return this.simple(operation.op);
    }
  }

  private simple(op: "negate" | "not" | "duplicate" | "swap" | "pop" | "return" | "halt" | "writeLine" | "write"): undefined {
    if (op === "halt") throw new Halt();
    if (op === "return") {
      this.leave();
      return;
    }
    const top = this.pop();
    if (op === "negate") this.push(numbers.negate(top));
    else if (op === "not") this.push(isZero(top) ? ONE : ZERO);
    else if (op === "duplicate") this.stack.push(top, top);
    else if (op === "swap") this.stack.splice(-1, 0, top);
    else if (op !== "pop") {
      this.printer.write(format(top, this.outputBase) + (op === "writeLine" ? "\n" : ""));
      this.variables.set("last", top);
    }
  }

  /** A number as it stands in the program, in the base that is set now. A digit too many counts as the highest, but alone as itself. */
  private constant(text: string): Num {
    if (this.inputBase === 10 && /^[0-9.]*$/.test(text)) {
      const [whole = "", fraction = ""] = text.split(".");
      return { value: BigInt(`0${whole}${fraction}`), scale: fraction.length };
    }
    const [whole = "", fraction = ""] = text.split(".");
    const most = whole.length + fraction.length === 1 ? MAX_INPUT_BASE : this.inputBase - 1;
    const digits = Array.from(whole + fraction, (char) => BigInt(Math.min(Number.parseInt(char, MAX_INPUT_BASE), most)));
    const base = BigInt(this.inputBase);
    const value = digits.reduce((sum, digit) => sum * base + digit, 0n);
    const unit = { value: base ** BigInt(fraction.length), scale: 0 };
    return numbers.divide({ value, scale: 0 }, unit, fraction.length);
  }

  private async binary(frame: Frame, address: number, operator: Binary): Promise<void> {
    const right = this.pop();
    const left = this.pop();
    if (isZero(right) && operator === "/") await this.fail(frame, address, "Divide by zero");
    if (isZero(right) && operator === "%") await this.fail(frame, address, "Modulo by zero");
    if (operator === "^") this.push(await this.power(frame, address, left, right));
    else this.push(calculate(left, operator, right, this.scale));
  }

  private async power(frame: Frame, address: number, base: Num, exponent: Num): Promise<Num> {
    if (exponent.scale > 0) await this.warn(frame, address, "non-zero scale in exponent");
    const times = numbers.integerPart(exponent);
    if (times > MAX_BASE || times < -MAX_BASE) return await this.fail(frame, address, "exponent too large in raise");
    if (isZero(base) && times < 0n) return await this.fail(frame, address, "divide by zero");
    return numbers.raise(base, times, this.scale);
  }

  private async builtin(frame: Frame, address: number, name: Builtin): Promise<void> {
    if (name === "random") return this.push(numbers.fromInteger(this.random.next()));
    if (name === "read") {
      const word = await this.world.readWord();
      return this.push(word.startsWith("-") ? numbers.negate(this.constant(word.slice(1))) : this.constant(word));
    }
    const num = this.pop();
    if (name === "length") this.push(numbers.fromInteger(numbers.lengthOf(num)));
    else if (name === "scale") this.push(numbers.fromInteger(num.scale));
    else if (num.value < 0n) await this.fail(frame, address, "Square root of a negative number");
    else this.push(numbers.squareRoot(num, this.scale));
  }

  private async access(
    frame: Frame,
    address: number,
    op: "load" | "loadKeeping" | "store" | "increment" | "decrement",
    place: Place,
  ): Promise<void> {
    const stored = op === "store" ? this.pop() : null;
    const where = address + (op === "loadKeeping" ? 3 : 2);
    const subscript = place.element ? await this.subscript(frame, where, place.name) : null;
    const old = this.fetch(place.name, subscript);
    if (op === "load" || op === "loadKeeping") {
      if (op === "loadKeeping") this.push(numbers.fromInteger(subscript ?? 0));
      this.push(old);
      return;
    }
    const value = stored ?? numbers.add(old, numbers.fromInteger(op === "increment" ? 1 : -1));
    if (subscript === null) await this.assign(frame, where, place.name, value);
    else this.arrayOf(place.name).set(subscript, value);
    if (stored !== null) this.push(stored);
  }

  private async subscript(frame: Frame, address: number, name: string): Promise<number> {
    const subscript = numbers.integerPart(this.pop());
    if (subscript < 0n || subscript > MAX_SUBSCRIPT) await this.fail(frame, address, `Array ${name} subscript out of bounds.`);
    return Number(subscript);
  }

  private arrayOf(name: string): Map<number, Num> {
    const array = this.arrays.get(name) ?? new Map<number, Num>();
    this.arrays.set(name, array);
    return array;
  }

  private fetch(name: string, subscript: number | null): Num {
    if (subscript !== null) return this.arrays.get(name)?.get(subscript) ?? ZERO;
    if (name === "ibase") return numbers.fromInteger(this.inputBase);
    if (name === "obase") return numbers.fromInteger(this.outputBase);
    if (name === "scale") return numbers.fromInteger(this.scale);
    return this.variables.get(name) ?? ZERO;
  }

  private async assign(frame: Frame, address: number, name: string, value: Num): Promise<void> {
    const limits = { ibase: [2, MAX_INPUT_BASE], obase: [2, MAX_BASE], scale: [0, MAX_BASE] };
    if (name !== "ibase" && name !== "obase" && name !== "scale") {
      this.variables.set(name, value);
      return;
    }
    const [least = 0, most = 0] = limits[name];
    const wanted = numbers.integerPart(value);
    const set = wanted < BigInt(least) ? least : wanted > BigInt(most) ? most : Number(wanted);
    if (name === "ibase") this.inputBase = set;
    else if (name === "obase") this.outputBase = set;
    else this.scale = set;
    if (wanted > BigInt(most)) await this.warn(frame, address, `${name} too large, set to ${most}`);
    else if (wanted < BigInt(least))
      await this.warn(frame, address, name === "scale" ? "negative scale, set to 0" : `${name} too small, set to ${least}`);
  }

  private async call(frame: Frame, address: number, { name, args }: Extract<Operation, { op: "call" }>): Promise<void> {
    const definition = this.functions.get(name);
    if (definition === undefined) return await this.callLibrary(frame, address, name, args.length);
    await this.checkArguments(frame, address, definition.parameters, args);
    if (this.frames.length >= MAX_DEPTH) throw new TooDeep();
    const values = this.stack.splice(this.stack.length - args.length);
    const hidden = definition.parameters.map((parameter, i) => this.bind(parameter, values[i] ?? ZERO));
    hidden.push(...definition.autos.map((auto) => this.bind(auto, auto.kind === "scalar" ? ZERO : { array: "" })));
    this.frames.push({ name, code: definition.code, next: 0, hidden: hidden.reverse() });
  }

  private async callLibrary(frame: Frame, address: number, name: string, count: number): Promise<void> {
    const computed = this.library ? LIBRARY.get(name) : undefined;
    if (computed === undefined) return await this.fail(frame, address, `Function ${name} not defined.`);
    const wanted = name === "j" ? 2 : 1;
    if (count !== wanted) return await this.fail(frame, address + Math.min(count, wanted) + 1, "Parameter number mismatch");
    const args = Array.from({ length: count }, () => this.pop()).reverse();
    this.push(computed(args, this.scale));
  }

  /** Compares what is handed over with what is wanted, from the last to the first, as they lie on the stack. */
  private async checkArguments(frame: Frame, address: number, wanted: readonly Parameter[], given: readonly string[]): Promise<void> {
    const last = [...wanted].reverse();
    for (const [i, kind] of [...given].reverse().entries()) {
      const parameter = last[i];
      if (parameter === undefined) await this.fail(frame, address + i + 1, "Parameter number mismatch");
      else if ((parameter.kind === "scalar") !== (kind === "scalar")) {
        await this.world.warn(
          `Runtime error (func=${frame.name}, adr=${address + i + 1}): Parameter type mismatch parameter ${parameter.name}.`,
        );
        await this.fail(frame, address + i + 2, "Parameter number mismatch");
      }
    }
    if (given.length < wanted.length) await this.fail(frame, address + given.length + 1, "Parameter number mismatch");
  }

  /** Makes a name the function's own. Returns what undoes it. */
  private bind({ name, kind }: Parameter, value: Value): () => void {
    if (kind === "scalar") {
      const old = this.variables.get(name);
      this.variables.set(name, "array" in value ? ZERO : value);
      return () => {
        if (old === undefined) this.variables.delete(name);
        else this.variables.set(name, old);
      };
    }
    const old = this.arrayOf(name);
    const given = "array" in value && value.array !== "" ? this.arrayOf(value.array) : new Map<number, Num>();
    this.arrays.set(name, kind === "reference" ? given : new Map(given));
    return () => this.arrays.set(name, old);
  }
}

function calculate(left: Num, operator: Exclude<Binary, "^">, right: Num, scale: number): Num {
  switch (operator) {
    case "+":
      return numbers.add(left, right);
    case "-":
      return numbers.subtract(left, right);
    case "*":
      return numbers.multiply(left, right, scale);
    case "/":
      return numbers.divide(left, right, scale);
    case "%":
      return numbers.modulo(left, right, scale);
    default:
      return relation(numbers.compare(left, right), operator) ? ONE : ZERO;
  }
}

function relation(order: number, operator: "==" | "!=" | "<" | "<=" | ">" | ">="): boolean {
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", q: '"', r: "\r", t: "\t", "\\": "\\" };

function withEscapes(text: string): string {
  return text.replace(/\\(.)/gs, (_all, char: string) => ESCAPES[char] ?? "");
}
