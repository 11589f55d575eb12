/** A host in memory, for running command lines without a process. */
import { setImmediate } from "node:timers/promises";
import { runCli } from "../../src/cli/cli.ts";
import type { Host } from "../../src/cli/host.ts";
import type { LineSource, TerminalOptions } from "../../src/cli/terminal.ts";
import { jqWasm } from "../support/wasm.ts";

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was written into files. */
  readonly files: Readonly<Record<string, string>>;
}

/** What somebody at a terminal does next: a line, Ctrl-C at a prompt, Ctrl-D, or a look at what Tab offers after a text. */
export type Key = string | { readonly key: "ctrl-c" | "ctrl-d" } | { readonly tab: string };

/** Runs `mlx5-emu` with these arguments; `files` are the host's, `-` among them is standard input; `keys` make it a terminal. */
export async function mlx5emu(
  argv: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
  keys: readonly Key[] | null = null,
): Promise<Ended> {
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
    memoryInUse: () => 0,
    now: () => 0,
    onInterrupt: () => () => {},
    openTerminal: (options) =>
      lineSource(options, keys, new TextDecoder().decode(bytes(files["-"] ?? "")), (text) => void out.push(bytes(text))),
  };
  const status = await runCli(argv, host);
  return { status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), files: created };
}

/** A terminal that shows prompts with what is typed behind them, or the lines of a pipe if there are no keys. */
function lineSource(options: TerminalOptions, keys: readonly Key[] | null, input: string, print: (text: string) => void): LineSource {
  const piped = input.split("\n").slice(0, -1);
  const rest = [...(keys ?? piped)];
  return {
    interactive: keys !== null,
    width: 100,
    close: () => {},
    read: async (prompt) => {
      for (let key = rest.shift(); key !== undefined; key = rest.shift()) {
        if (typeof key === "string") {
          if (keys !== null) print(`${prompt}${key}\n`);
          return { kind: "line", text: key };
        }
        if ("tab" in key) {
          print(`${prompt}${key.tab}<TAB> ${options.complete(key.tab)[0].join("|")}\n`);
          continue;
        }
        print(`${prompt}${key.key === "ctrl-c" ? "^C" : "^D"}\n`);
        return { kind: key.key === "ctrl-c" ? "interrupt" : "end" };
      }
      return { kind: "end" };
    },
  };
}

function hostError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
