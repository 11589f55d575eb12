/**
 * What the command needs of the host: its descriptors, files and a turn of its event loop. Descriptors are written
 * synchronously, so that the script's output and ours keep their order; a reader that has gone (EPIPE) is no error.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
  writeSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { setImmediate } from "node:timers/promises";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import type { FolderEntry } from "../machine.ts";
import { type LineSource, openTerminal, type TerminalOptions } from "./terminal.ts";
import { UserError } from "./user-error.ts";
import type { Workers } from "./workers.ts";

/** A file that is written line by line. */
export interface Sink {
  write(text: string): void;
  close(): void;
}

export interface Host {
  /** What a user types for this program. */
  readonly command: string;
  stdout(data: Uint8Array | string): void;
  stderr(data: Uint8Array | string): void;
  /** True if standard error shows colours. */
  readonly colour: boolean;
  /** A file's bytes, or those of standard input for `-`, at most `limit` + 1 of them. Throws the host's error. */
  read(path: string, limit: number): Uint8Array;
  /** Creates or empties a file. @throws the host's error */
  create(path: string): Sink;
  /** What an ECMAScript or TypeScript module at a file URL exports. Throws the host's error. */
  importModule(url: string): Promise<object>;
  /** Lets the host's event loop turn once. */
  turn(): Promise<void>;
  /** Everything below a folder, sorted; null if it is more than the limits allow. @throws the host's error */
  readTree(path: string, limits: { readonly files: number; readonly bytes: number }): FolderEntry[] | null;
  /** The bytes of a program that is WebAssembly. */
  wasm(name: "jq"): Promise<Uint8Array>;
  /** True if standard error is a terminal, on which a line can be drawn over. */
  readonly live: boolean;
  /** Bytes that this process has in the host's memory. */
  memoryInUse(): number;
  /** The host's time, ms. */
  now(): number;
  /** Calls `stop` when the user interrupts (Ctrl-C) instead of ending the program. @returns what undoes that */
  onInterrupt(stop: () => void): () => void;
  /** Threads that explore shards. */
  startWorkers(count: number): Promise<Workers>;
  /** Standard input and output as a terminal, or standard input's lines where it is none. */
  openTerminal(options: TerminalOptions): LineSource;
}

const READ_CHUNK = 64 * 1024;
const WRITE_CHUNK = 64 * 1024;

/** How long to wait for a reader that is behind, ms. */
const PATIENCE_MS = 5;

/**
 * A regular expression that goes back too often is run by V8's engine without backtracking instead, so that no script can keep
 * the host busy for ever. It does not know back references and the flags i and u.
 */
function boundRegularExpressions(): void {
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
}

/** @param command what a user types for this program: `npm start --` from a checkout. */
export function nodeHost(command = "mlx5-emu"): Host {
  boundRegularExpressions();
  const { env } = process;
  const { write, flush } = descriptors();
  return {
    command,
    stdout: (data) => write(1, data),
    stderr: (data) => write(2, data),
    colour: isatty(2) && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb",
    read,
    create,
    importModule,
    turn: async () => {
      flush();
      await setImmediate();
    },
    readTree,
    wasm: async (name) => new Uint8Array(readFileSync(wasmFile(name))),
    live: isatty(2),
    memoryInUse: () => process.memoryUsage.rss(),
    now: () => performance.now(),
    onInterrupt: (stop) => {
      process.once("SIGINT", stop);
      return () => void process.removeListener("SIGINT", stop);
    },
    startWorkers: async (count) => (await import("./workers.ts")).startWorkers(workerEntry(), count),
    openTerminal,
  };
}

function readTree(root: string, limits: { readonly files: number; readonly bytes: number }): FolderEntry[] | null {
  const found: FolderEntry[] = [];
  let bytes = 0;
  const names = readdirSync(root, { withFileTypes: true, recursive: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { entry, full: path, path: relative(root, path) };
  });
  if (names.length > limits.files) return null;
  for (const { entry, full, path } of names.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (entry.isDirectory()) found.push({ kind: "directory", path });
    else if (entry.isSymbolicLink()) found.push({ kind: "link", path, target: readlinkSync(full) });
    else if (entry.isFile()) {
      bytes += statSync(full).size;
      if (bytes > limits.bytes) return null;
      found.push({ kind: "file", path, content: new Uint8Array(readFileSync(full)), executable: (statSync(full).mode & 0o111) !== 0 });
    }
  }
  return found;
}

/** The file that a thread of its own begins with: this program again, which sees that it is no main thread. */
function workerEntry(): string {
  const here = fileURLToPath(import.meta.url);
  const built = join(dirname(here), "mlx5-emu.js");
  return existsSync(built) ? built : join(dirname(here), "thread.mjs");
}

/** Beside the built program, or in the package that a checkout has installed. */
function wasmFile(name: string): string {
  const program = realpathSync(process.argv[1] ?? ".");
  const beside = join(dirname(program), `${name}.wasm`);
  return existsSync(beside) ? beside : createRequire(program).resolve(`${name}-wasm/${name}.wasm`);
}

interface Descriptors {
  write(fd: number, data: Uint8Array | string): void;
  /** Writes what has been kept back. */
  flush(): void;
}

/**
 * What goes to a terminal is written at once. What goes to a file or pipe is kept until the host's turn, much has come together
 * or the other descriptor is written to, so that the order stays as it was.
 */
function descriptors(): Descriptors {
  const encoder = new TextEncoder();
  const gone = new Set<number>();
  const terminals = new Set([1, 2].filter((fd) => isatty(fd)));
  const pending = { fd: 1, bytes: new Uint8Array(WRITE_CHUNK), size: 0 };
  const out = (fd: number, bytes: Uint8Array): void => {
    if (gone.has(fd)) return;
    try {
      writeAll(fd, bytes);
    } catch (error) {
      if (errorCode(error) !== "EPIPE") throw error;
      gone.add(fd);
    }
  };
  const flush = (): void => {
    const { size } = pending;
    pending.size = 0;
    if (size > 0) out(pending.fd, pending.bytes.subarray(0, size));
  };
  process.on("exit", flush);
  return {
    flush,
    write(fd, data) {
      const bytes = typeof data === "string" ? encoder.encode(data) : data;
      if (pending.fd !== fd || pending.size + bytes.length > WRITE_CHUNK) flush();
      if (bytes.length > WRITE_CHUNK || terminals.has(fd)) {
        flush();
        out(fd, bytes);
        return;
      }
      pending.fd = fd;
      pending.bytes.set(bytes, pending.size);
      pending.size += bytes.length;
    },
  };
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (errorCode(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE_MS);
    }
  }
}

function read(path: string, limit: number): Uint8Array {
  const fd = path === "-" ? 0 : openSync(path, "r");
  const parts: Uint8Array[] = [];
  try {
    for (let size = 0; size <= limit; ) {
      const chunk = new Uint8Array(READ_CHUNK);
      const count = readSome(fd, chunk);
      if (count === 0) break;
      parts.push(chunk.subarray(0, count));
      size += count;
    }
  } finally {
    if (fd !== 0) closeSync(fd);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function readSome(fd: number, chunk: Uint8Array): number {
  for (;;) {
    try {
      return readSync(fd, chunk);
    } catch (error) {
      if (errorCode(error) === "EOF") return 0;
      if (errorCode(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE_MS);
    }
  }
}

function create(path: string): Sink {
  const fd = openSync(path, "w");
  const encoder = new TextEncoder();
  let pending = "";
  const flush = (): void => {
    try {
      writeAll(fd, encoder.encode(pending));
    } catch (error) {
      throw new UserError(`cannot write ${path}: ${reasonOf(error)}`);
    }
    pending = "";
  };
  return {
    write: (text) => {
      pending += text;
      if (pending.length >= WRITE_CHUNK) flush();
    },
    close: () => {
      flush();
      closeSync(fd);
    },
  };
}

/** Through tsx, so that the file may be TypeScript, with whatever Node this is; its require() works in the bundle too. */
async function importModule(url: string): Promise<object> {
  const { require: load } = await import("tsx/cjs/api");
  const path = fileURLToPath(url);
  return load(path, path) as object;
}

export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** What was wrong with a file, in words: `No such file or directory`. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  switch (code) {
    case "ENOENT":
      return "No such file or directory";
    case "EACCES":
    case "EPERM":
      return "Permission denied";
    case "EISDIR":
      return "Is a directory";
    case "ENOTDIR":
      return "Not a directory";
    case "ENOSPC":
      return "No space left on device";
    case null:
      throw error;
    default:
      return code;
  }
}
