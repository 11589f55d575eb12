/**
 * jq itself, as WebAssembly, instantiated with the loader of jq-wasm. Instantiating costs several times what a run does, so an
 * instance is used again. It consists of its memory, which each run finds as instantiating left it, and of a stack pointer,
 * which the loader restores. jq's constructors read the environment, so they are called in each run.
 * An instance is given up when a run did not come to jq's own end, or needed much memory.
 */
import type { Jq } from "jq-wasm";
import type { WasmProgram } from "../../syscall/index.ts";
import { type Import, JqHost, type JqLimit, type JqResult, type JqWorld, type Memory, systemCall } from "./jq-wasm.ts";
import { FUEL, withFuel } from "./wasm-fuel.ts";
import { beginWithPages } from "./wasm-memory.ts";

type Imports = Readonly<Record<string, Record<string, Import>>>;

type Export = (...args: number[]) => unknown;

/** Bytes of a pointer, and how many parameters main() has: the only export with so many. */
const [POINTER, MAIN_LENGTH] = [4, 2];

/**
 * Pages of memory (64 KiB) that jq begins with: its data and its stack take 23, a short run 30. It is built to begin with 256,
 * and each run has to find them empty.
 */
const FIRST_PAGES = 32;

/** Memory of an instance that is kept for the next run, at most, bytes. */
const KEPT_MEMORY = 16 * 1024 * 1024;

const NO_MEMORY: Memory = { buffer: new ArrayBuffer(0) };
const NO_WORLD: JqWorld = { args: [], env: new Map(), stdin: new Uint8Array(0), files: new Map(), now: 0, isatty: () => false };

class JqInstance {
  private memory = NO_MEMORY;
  /** The memory of a new instance, without the zeros at its end. */
  private image = new Uint8Array(0);
  private host = new JqHost(NO_WORLD, NO_MEMORY);
  /** What the loader calls as soon as it has an instance: the constructors. */
  private readonly constructors: (() => unknown)[] = [];
  private started = false;
  /** Rounds that are left. */
  private fuel: { value: number } = { value: 0 };
  private jq: Jq | null = null;

  async start(module: WebAssembly.Module): Promise<void> {
    const { loadJq } = await import("jq-wasm");
    this.jq = await loadJq({
      instantiateWasm: (imports, done) => {
        done({ exports: this.instantiate(module, imports as Imports) }, module);
        return undefined;
      },
    });
    this.started = true;
  }

  private instantiate(module: WebAssembly.Module, imports: Imports): Readonly<Record<string, unknown>> {
    const { exports } = new WebAssembly.Instance(module, this.wrapped(imports));
    this.memory = Object.values(exports).find((value): value is Memory => value instanceof WebAssembly.Memory) ?? NO_MEMORY;
    this.fuel = exports[FUEL] instanceof WebAssembly.Global ? exports[FUEL] : this.fuel;
    this.host = new JqHost(NO_WORLD, this.memory);
    this.image = withoutZeros(this.memory);
    return Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, this.noted(value)]));
  }

  private wrapped(imports: Imports): Imports {
    const one = (table: Record<string, Import>): Record<string, Import> =>
      Object.fromEntries(Object.entries(table).map(([key, value]) => [key, systemCall(value.name, value, () => this.host)]));
    return Object.fromEntries(Object.entries(imports).map(([name, table]) => [name, one(table)]));
  }

  /** An export that notes, until the loader is ready, that it was called; later main() is called with our arguments. */
  private noted(value: unknown): unknown {
    if (typeof value !== "function") return value;
    const call = value as Export;
    return (...args: number[]): unknown => {
      if (!this.started) this.constructors.push(() => call(...args));
      return this.started && call.length === MAIN_LENGTH ? call(...this.ownArguments(args)) : call(...args);
    };
  }

  /**
   * argc and argv without what the loader adds: it calls `jq -M ARGUMENTS... QUERY /dev/stdin`, and the query here is empty.
   * What is left ends with a null pointer, and jq reads descriptor 0 if it names no file.
   */
  private ownArguments([argc = 0, argv = 0]: readonly number[]): [number, number] {
    const view = new DataView(this.memory.buffer);
    const left = argc - 3;
    const begin = argv + POINTER;
    view.setUint32(begin, view.getUint32(argv, true), true);
    view.setUint32(begin + left * POINTER, 0, true);
    return [left, begin];
  }

  run(world: JqWorld, rounds: number): JqResult {
    const { jq, memory, image } = this;
    if (jq === null) throw new Error("jq runs before it has started");
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(image);
    bytes.fill(0, image.length);
    const host = new JqHost(world, memory);
    this.host = host;
    this.fuel.value = rounds;
    for (const construct of this.constructors) construct();
    const status = this.callMain(jq, world.args, host);
    this.host = new JqHost(NO_WORLD, memory);
    return { output: host.output, status: status ?? 0, exceeded: status === null ? this.exceeded(host) : null };
  }

  /** The status, null if a limit ended it. */
  private callMain(jq: Jq, args: readonly string[], host: JqHost): number | null {
    try {
      return jq.raw("", "", ["-M", ...args]).exitCode;
    } catch (thrown) {
      if (host.tooMuch || host.tooLarge || this.fuel.value === 0) return null;
      throw thrown;
    }
  }

  private exceeded(host: JqHost): JqLimit {
    return host.tooMuch ? "output" : host.tooLarge ? "memory" : "rounds";
  }

  /** True if it has grown too large to be kept: memory never gets smaller again. */
  get large(): boolean {
    return this.memory.buffer.byteLength > KEPT_MEMORY;
  }
}

/** A copy up to the last word that is not zero. */
function withoutZeros({ buffer }: Memory): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(buffer);
  let end = words.length;
  while (end > 0 && words[end - 1] === 0) end--;
  return new Uint8Array(buffer.slice(0, end * words.BYTES_PER_ELEMENT));
}

/** jq's code as it is compiled: it begins with little memory, and its interpreters burn fuel. */
export function prepared(code: Uint8Array): Uint8Array {
  return withFuel(beginWithPages(code, FIRST_PAGES));
}

/** Runs jq once. Work of the host: its promises are not the machine's. */
export async function runJq(program: WasmProgram, world: JqWorld): Promise<JqResult> {
  const { kept, module } = program;
  const instance = kept instanceof JqInstance ? kept : new JqInstance();
  program.kept = null;
  if (instance !== kept) await instance.start(module);
  const result = instance.run(world, program.rounds);
  if (result.exceeded === null && !instance.large) program.kept = instance;
  return result;
}
