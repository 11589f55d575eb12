/**
 * Work that a program leaves to the host, through the machine's one door for it: the machine stands still meanwhile, and no
 * virtual time passes. WebAssembly that a program consists of is compiled once per machine.
 */
import { type Frame, type Kernel, staticData, type Task } from "../kernel/index.ts";

/** Programs that are WebAssembly. */
export type WasmName = "jq";

/** Gives the bytes of a program, from wherever the host keeps them. */
export type WasmSource = (name: WasmName) => Promise<Uint8Array>;

const statics = staticData(() => ({ source: null as WasmSource | null, compiled: new Map<WasmName, WebAssembly.Module>() }));

/** Says where WebAssembly programs come from. Without a source there are none. */
export function setWasmSource(kernel: Kernel, source: WasmSource): void {
  statics(kernel).source = source;
}

export function hostCall<T>(task: Task, work: () => Promise<T>): Promise<T> {
  return task.kernel.sched.hostCall(task, work);
}

/** The compiled program, or null if the machine was given no source of such programs. */
export async function wasmModule(current: Frame, name: WasmName): Promise<WebAssembly.Module | null> {
  const own = statics(current.kernel);
  const { source, compiled } = own;
  const known = compiled.get(name);
  if (known !== undefined || source === null) return known ?? null;
  const module = await hostCall(current.task, async () => WebAssembly.compile(await source(name)));
  compiled.set(name, module);
  return module;
}
