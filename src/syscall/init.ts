/** Brings the system-call layer up: what tasks do when they end, and what /proc says of them. */
import type { Frame } from "../kernel/index.ts";
import { exit_files, exit_fs } from "../vfs/index.ts";
import { setWasmSource, type WasmSource } from "./host-work.ts";
import { exit_task_namespaces } from "./nsproxy.ts";
import { proc_task_init } from "./proc.ts";
import { seedRandom } from "./random.ts";
import { umh_init } from "./umh.ts";

export interface SyscallOptions {
  /** Seed of the random numbers that programs get. */
  readonly seed?: number;
  /** Where programs that are WebAssembly come from. */
  readonly wasm?: WasmSource;
}

/** Call once at boot, after vfs_init() and net_ns_init(), before the first user task. */
export function syscall_init(current: Frame, options: SyscallOptions = {}): void {
  const { kernel } = current;
  if (options.seed !== undefined) seedRandom(kernel, options.seed);
  if (options.wasm !== undefined) setWasmSource(kernel, options.wasm);
  proc_task_init(kernel);
  umh_init(kernel);
  kernel.exitHooks.push(exit_files, exit_fs, exit_task_namespaces);
}
