/**
 * jq(1): the real one as WebAssembly, with limits of its own on what it writes, its memory and the rounds of its interpreter. It reads its whole input before it begins; with -n only if its program names `input`.
 * Left out: the search for modules (-L, import).
 */
import { EIO, EPIPE, strerror } from "../../kernel/index.ts";
import { O_RDONLY, type Process, type Program } from "../../syscall/index.ts";
import { complain, readToEnd, STDIN, writeAll } from "../lib/index.ts";
import { prepared, runJq } from "./jq-instance.ts";
import type { JqLimit, JqResult } from "./jq-wasm.ts";

const JQ_ERROR_SYSTEM = 2;

/** Options that take that many words behind them; the last of them is a file if marked so. */
const TAKES: ReadonlyMap<string, { readonly words: number; readonly file: boolean }> = new Map([
  ["--arg", { words: 2, file: false }],
  ["--argjson", { words: 2, file: false }],
  ["--slurpfile", { words: 2, file: true }],
  ["--rawfile", { words: 2, file: true }],
  ["--argfile", { words: 2, file: true }],
  ["--indent", { words: 1, file: false }],
  ["-L", { words: 1, file: false }],
]);

/** What the command line asks for, as far as it is needed before jq itself reads it. */
interface Request {
  /** Files that jq will open, in order. */
  readonly files: readonly string[];
  readonly readsStdin: boolean;
}

function scan(args: readonly string[]): Request {
  const files: string[] = [];
  const operands: string[] = [];
  const given = { nullInput: false, fromFile: false, positional: false };
  let ended = false;
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? "";
    if (ended || !word.startsWith("-") || word === "-") {
      // Behind --args, only the program itself is no argument of it.
      if (!given.positional || operands.length === 0) operands.push(word);
      continue;
    }
    ended = word === "--";
    noteOption(word, given);
    const takes = TAKES.get(word);
    if (takes?.file === true) files.push(args[i + takes.words] ?? "");
    i += takes?.words ?? 0;
  }
  const inputs = operands.slice(1);
  if (given.fromFile && operands[0] !== undefined) files.push(operands[0]);
  const wantsInput = !given.nullInput || given.fromFile || /\binputs?\b/.test(operands[0] ?? "");
  return { files: [...files, ...inputs], readsStdin: inputs.length === 0 && wantsInput };
}

function noteOption(word: string, given: { nullInput: boolean; fromFile: boolean; positional: boolean }): void {
  const letters = /^-[a-zA-Z]+$/.test(word) ? word : "";
  if (letters.includes("n") || word === "--null-input") given.nullInput = true;
  if (letters.includes("f") || word === "--from-file") given.fromFile = true;
  if (word === "--args" || word === "--jsonargs") given.positional = true;
}

async function readFile(process: Process, path: string): Promise<Uint8Array | number> {
  const fd = await process.open(path, O_RDONLY);
  if (fd < 0) return fd;
  const bytes = await readToEnd(process, fd);
  await process.close(fd);
  return bytes;
}

export const jq: Program = async (process) => {
  const args = process.argv.slice(1);
  const request = scan(args);
  const files = new Map<string, Uint8Array | number>();
  for (const path of request.files) if (!files.has(path)) files.set(path, await readFile(process, path));
  const stdin = request.readsStdin ? await readToEnd(process, STDIN) : new Uint8Array(0);
  if (typeof stdin === "number") {
    await complain(process, `jq: error: could not read <stdin>: ${strerror(stdin)}\n`);
    return JQ_ERROR_SYSTEM;
  }
  const program = await process.wasmProgram("jq", prepared);
  if (program === null) {
    await complain(process, "jq: no WebAssembly module of jq was given to this machine\n");
    return JQ_ERROR_SYSTEM;
  }
  const isatty = (fd: number): boolean => process.isatty(fd);
  const now = process.clockRealtime() / 1e6;
  const result = await process.hostCall(() => runJq(program, { args, env: process.env, stdin, files, now, isatty }));
  return await deliver(process, result);
};

/** How the end at a limit is told. */
const EXCEEDED: Readonly<Record<Exclude<JqLimit, "rounds">, string>> = {
  output: `writing output failed: ${strerror(-EIO)} (limit of this emulator: 16 MiB of output)`,
  memory: "cannot allocate memory (limit of this emulator: 256 MiB of memory)",
};

/** Writes what jq wrote, in its order. */
async function deliver(process: Process, { output, status, exceeded }: JqResult): Promise<number> {
  for (const { fd, bytes } of output) {
    const error = await writeAll(process, fd, bytes);
    if (error >= 0) continue;
    if (error !== -EPIPE) await complain(process, `jq: error: writing output failed: ${strerror(error)}\n`);
    return JQ_ERROR_SYSTEM;
  }
  if (exceeded === null) return status;
  if (exceeded === "rounds") {
    await process.outOfRounds();
    return JQ_ERROR_SYSTEM;
  }
  await complain(process, `jq: error: ${EXCEEDED[exceeded]}\n`);
  return JQ_ERROR_SYSTEM;
}
