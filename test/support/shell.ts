/** Runs shell scripts on a machine without devices: kernel, file tree, namespaces, system calls, the shell and the utilities. */
import type { KernelOptions, SchedulingPolicy } from "../../src/kernel/index.ts";
import type { Program } from "../../src/syscall/index.ts";
import { programs as coreutils } from "../../src/userspace/coreutils/index.ts";
import { programs as shell } from "../../src/userspace/shell/index.ts";
import { runUserland, type UserlandRun, writeFile } from "./userland.ts";

export interface ScriptRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
  readonly run: UserlandRun;
}

export interface ScriptOptions extends KernelOptions {
  /** How bash gets the text: `bash -c TEXT`, `bash /root/script.sh`, or on standard input. */
  readonly by?: "command" | "file" | "stdin";
  /** $1, $2, ... */
  readonly args?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly programs?: Readonly<Record<string, Program>>;
  readonly policy?: SchedulingPolicy;
  /** Descriptor 1 is a terminal. */
  readonly terminal?: boolean;
}

const PROGRAMS: Readonly<Record<string, Program>> = Object.fromEntries(
  [...coreutils, ...shell].map(({ path, program }) => [path, program]),
);

/** Runs a script to the end of everything and returns what it printed. */
export async function runScript(text: string, options: ScriptOptions = {}): Promise<ScriptRun> {
  const { by = "command", args = [], files = {}, programs = {}, ...rest } = options;
  const run = await runUserland(
    async (process) => {
      for (const [path, content] of Object.entries(files)) await writeFile(process, path, content, 0o755);
      if (by !== "command") await writeFile(process, "/root/script.sh", text);
      if (by === "stdin") {
        const fd = await process.open("/root/script.sh", 0);
        await process.dup2(fd, 0);
        await process.close(fd);
      }
      const argv =
        by === "command"
          ? ["bash", "-c", text, ...(args.length > 0 ? ["bash", ...args] : [])]
          : by === "file"
            ? ["bash", "script.sh", ...args]
            : ["bash"];
      return await process.execve("/usr/bin/bash", argv, process.env);
    },
    { ...rest, programs: { ...PROGRAMS, ...programs } },
  );
  const { exitCode, exitSignal } = run.script;
  return { stdout: run.stdout, stderr: run.stderr, status: exitSignal === 0 ? exitCode : 128 + exitSignal, run };
}
