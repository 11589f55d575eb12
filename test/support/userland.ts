/** A small user space for tests: boots vfs, net and system calls without devices, and runs one program as the first task. */
import { type Frame, Kernel, type KernelOptions, type SchedulingPolicy, spawnTask, type Task } from "../../src/kernel/index.ts";
import { net_ns_init } from "../../src/net/index.ts";
import { installProgram, type Process, type Program, startInit, startScript, syscall_init } from "../../src/syscall/index.ts";
import { openSink, vfs_init } from "../../src/vfs/index.ts";
import { runKernel } from "./kernel.ts";
import { jqWasm } from "./wasm.ts";

export interface UserlandOptions extends KernelOptions {
  readonly policy?: SchedulingPolicy;
  /** Path of the first program, if it is not to be `main`. */
  readonly path?: string;
  /** Programs by absolute path. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** Descriptor 1 is a terminal. */
  readonly terminal?: boolean;
  /** More of boot, after the namespaces are up. */
  readonly boot?: (current: Frame) => Promise<void>;
}

export interface UserlandRun {
  readonly kernel: Kernel;
  readonly script: Task;
  readonly init: Task;
  /** What the script wrote to descriptors 1 and 2. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `main` as the program of the first task, to the end of everything that can run. */
export async function runUserland(main: Program, options: UserlandOptions = {}): Promise<UserlandRun> {
  const kernel = new Kernel(options);
  kernel.reservePids(100);
  spawnTask(kernel, { comm: "swapper", parent: null, kthread: true, body: (current) => boot(current, main, options) });
  await runKernel(kernel);
  const init = startInit(kernel);
  await runKernel(kernel);
  if (options.policy !== undefined) kernel.sched.setPolicy(options.policy);
  let stdout = "";
  let stderr = "";
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const script = startScript(init, {
    path: options.path ?? "/usr/bin/main",
    argv: ["main"],
    stdout: openSink(
      kernel,
      "stdout",
      (bytes) => {
        stdout += decode(bytes);
      },
      { tty: options.terminal ?? false },
    ),
    stderr: openSink(kernel, "stderr", (bytes) => {
      stderr += decode(bytes);
    }),
  });
  await runKernel(kernel);
  return { kernel, script, init, stdout, stderr };
}

async function boot(current: Frame, main: Program, options: UserlandOptions): Promise<void> {
  vfs_init(current);
  await net_ns_init(current);
  syscall_init(current, { wasm: jqWasm });
  installProgram(current, "/usr/bin/main", main);
  for (const [path, program] of Object.entries(options.programs ?? {})) installProgram(current, path, program);
  await options.boot?.(current);
}

const text = new TextEncoder();

/** Writes a line to standard output. */
export async function say(process: Process, line: string): Promise<void> {
  await process.write(1, text.encode(`${line}\n`));
}

/** The whole content of a file, or a negative errno. */
export async function readFile(process: Process, path: string): Promise<string | number> {
  const fd = await process.open(path, 0);
  if (fd < 0) return fd;
  const content = await readAll(process, fd);
  await process.close(fd);
  return content;
}

/** All that a descriptor gives until its end, or a negative errno. */
export async function readAll(process: Process, fd: number): Promise<string | number> {
  let content = "";
  for (;;) {
    const bytes = await process.read(fd, 4096);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) return content;
    content += new TextDecoder().decode(bytes);
  }
}

/** Creates a file with a content. */
export async function writeFile(process: Process, path: string, content: string, mode = 0o644): Promise<number> {
  const fd = await process.open(path, 1 | 0o100 | 0o1000, mode);
  if (fd < 0) return fd;
  const count = await process.write(fd, text.encode(content));
  await process.close(fd);
  return count;
}

/** The status of a program that only makes one call. */
export async function zeroAfter(call: Promise<unknown>): Promise<number> {
  await call;
  return 0;
}
