/** A host in memory, for running command lines without a process. */
import { setImmediate } from "node:timers/promises";
import { runCli } from "../../src/cli/cli.ts";
import { exploreShard } from "../../src/cli/explore.ts";
import type { Host } from "../../src/cli/host.ts";
import type { LineSource, TerminalOptions, Typed } from "../../src/cli/terminal.ts";
import { jqWasm } from "../support/wasm.ts";

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was written into files. */
  readonly files: Readonly<Record<string, string>>;
}

/** What somebody at a terminal does next: a line, Ctrl-C, Ctrl-Z, Ctrl-D, one of them while the machine works, or a look at what Tab offers after a text. */
export type Key = string | { readonly key: "^C" | "^D" | "^Z" } | { readonly meanwhile: "^C" | "^Z" } | { readonly tab: string };

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
  let terminal: ScriptedTerminal | null = null;
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
    turn: async () => {
      await setImmediate();
      terminal?.meanwhile();
    },
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
    startWorkers: async (threads) => ({
      threads,
      // One after the other in this thread, each with what a copy would have kept.
      run: async (job, shared) => await exploreShard(host, structuredClone(job) as never, shared, { current: null }),
      end: () => {},
    }),
    openTerminal: (options) => {
      const input = new TextDecoder().decode(bytes(files["-"] ?? ""));
      terminal = new ScriptedTerminal(options, keys, input, (text) => void out.push(bytes(text)));
      return terminal;
    },
  };
  const status = await runCli(argv, host);
  return { status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), files: created };
}

/** A terminal that shows prompts with what is typed behind them, or the lines of a pipe if there are no keys. */
class ScriptedTerminal implements LineSource {
  readonly interactive: boolean;
  readonly width = 100;
  private readonly rest: Key[];
  private readonly options: TerminalOptions;
  private readonly print: (text: string) => void;

  constructor(options: TerminalOptions, keys: readonly Key[] | null, input: string, print: (text: string) => void) {
    this.options = options;
    this.print = print;
    this.interactive = keys !== null;
    this.rest = [...(keys ?? input.split("\n").slice(0, -1))];
  }

  meanwhile(): void {
    const [key] = this.rest;
    if (typeof key !== "object" || !("meanwhile" in key)) return;
    this.rest.shift();
    this.print(key.meanwhile === "^Z" ? "^Z" : "^C\n");
    this.options.pressed(key.meanwhile);
  }

  async read(prompt: string): Promise<Typed> {
    for (let key = this.rest.shift(); key !== undefined; key = this.rest.shift()) {
      if (typeof key === "string") {
        if (this.interactive) this.print(`${prompt}${key}\n`);
        return { kind: "line", text: key };
      }
      if ("meanwhile" in key) throw new Error("the machine rests, nothing is done meanwhile");
      if ("tab" in key) {
        this.print(`${prompt}${key.tab}<TAB> ${this.options.complete(key.tab)[0].join("|")}\n`);
        continue;
      }
      this.print(`${prompt}${key.key}${key.key === "^Z" ? "" : "\n"}`);
      return key.key === "^D" ? { kind: "end" } : { kind: "key", key: key.key };
    }
    return { kind: "end" };
  }

  close(): void {}
}

function hostError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
