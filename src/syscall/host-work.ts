/**
 * Work that a program leaves to the host, through the machine's one door for it: the machine stands still meanwhile, and no
 * virtual time passes. WebAssembly that a program consists of is compiled once per machine, and the program may keep an
 * instance of it for its next run.
 */
import { type Frame, type Kernel, staticData, type Task } from "../kernel/index.ts";

/** Programs that are WebAssembly. */
export type WasmName = "jq";

/** Gives the bytes of a program, from wherever the host keeps them. */
export type WasmSource = (name: WasmName) => Promise<Uint8Array>;

/** A compiled program of one machine. */
export interface WasmProgram {
  readonly module: WebAssembly.Module;
  /** What a run has left for the next one, of a class that only the program knows. Nothing that a user did may be in it. */
  kept: object | null;
  /** Rounds that a run of it may take. */
  readonly rounds: number;
}

const statics = staticData(() => ({ source: null as WasmSource | null, compiled: new Map<WasmName, WasmProgram>() }));

/** Says where WebAssembly programs come from. Without a source there are none. */
export function setWasmSource(kernel: Kernel, source: WasmSource): void {
  statics(kernel).source = source;
}

export function hostCall<T>(task: Task, work: () => Promise<T>): Promise<T> {
  return task.kernel.sched.hostCall(task, work);
}

/** A program has used up its rounds: the whole run ends at that limit. */
export function outOfRounds(current: Frame): void {
  const { sched, limits } = current.kernel;
  sched.stop({ limit: "programRounds", value: limits.programRounds });
}

/** The compiled program, or null if the machine was given no source of such programs. `prepare` may change its code before. */
export async function wasmProgram(current: Frame, name: WasmName, prepare: (code: Uint8Array) => Uint8Array): Promise<WasmProgram | null> {
  const own = statics(current.kernel);
  const { source, compiled } = own;
  const known = compiled.get(name);
  if (known !== undefined || source === null) return known ?? null;
  const module = await hostCall(current.task, async () => WebAssembly.compile(prepare(await source(name))));
  const program = { module, kept: null, rounds: current.kernel.limits.programRounds };
  compiled.set(name, program);
  return program;
}
