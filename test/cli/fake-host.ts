/** A host in memory, for running command lines without a process. */
import { setImmediate } from "node:timers/promises";
import { runCli } from "../../src/cli/cli.ts";
import type { Host } from "../../src/cli/host.ts";
import { jqWasm } from "../support/wasm.ts";

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was written into files. */
  readonly files: Readonly<Record<string, string>>;
}

/** Runs `mlx5-emu` with these arguments; `files` are the host's, `-` among them is standard input. */
export async function mlx5emu(argv: readonly string[], files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Ended> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const created: Record<string, string> = {};
  const bytes = (data: Uint8Array | string): Uint8Array => (typeof data === "string" ? new TextEncoder().encode(data) : data.slice());
  const host: Host = {
    command: "mlx5-emu",
    stdout: (data) => void out.push(bytes(data)),
    stderr: (data) => void err.push(bytes(data)),
    colour: false,
    read: (path, limit) => {
      const file = files[path];
      if (file === undefined) throw hostError(path.endsWith("/") ? "EISDIR" : "ENOENT");
      return bytes(file).subarray(0, limit + 1);
    },
    create: (path) => {
      if (path.startsWith("/readonly/")) throw hostError("EACCES");
      created[path] = "";
      return {
        write: (text) => {
          created[path] += text;
        },
        close: () => {},
      };
    },
    importModule: (url) => import(url) as Promise<object>,
    turn: async () => void (await setImmediate()),
    readTree: (path) => {
      const inside = Object.entries(files).filter(([name]) => name.startsWith(`${path}/`));
      if (inside.length === 0) throw hostError("ENOENT");
      return inside.map(([name, data]) => ({ kind: "file", path: name.slice(path.length + 1), content: bytes(data), executable: true }));
    },
    wasm: jqWasm,
    live: false,
    now: () => 0,
    onInterrupt: () => () => {},
  };
  const status = await runCli(argv, host);
  return { status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), files: created };
}

function hostError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
