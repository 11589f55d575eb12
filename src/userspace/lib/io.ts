/** Reading and writing whole things over system calls that do parts of them. */
import { EINTR } from "../../kernel/index.ts";
import type { Fd, Process } from "../../syscall/index.ts";
import { decode, encode, joinBytes } from "./text.ts";

export const STDIN: Fd = 0;
export const STDOUT: Fd = 1;
const STDERR: Fd = 2;

const CHUNK = 65_536;
const NEWLINE = 10;
const DONE = Promise.resolve(0);

/** Writes all of `bytes`. 0 or a negative errno. */
export function writeAll(process: Process, fd: Fd, bytes: Uint8Array): Promise<number> {
  if (bytes.length === 0) return DONE;
  return process.write(fd, bytes).then((count) => {
    if (count === bytes.length) return 0;
    if (count === -EINTR) return writeAll(process, fd, bytes);
    return count < 0 ? count : writeAll(process, fd, bytes.subarray(count));
  });
}

/** Writes text to standard output. 0 or a negative errno. */
export function print(process: Process, text: string): Promise<number> {
  return writeAll(process, STDOUT, encode(text));
}

/** Writes text to standard error. 0 or a negative errno. */
export function complain(process: Process, text: string): Promise<number> {
  return writeAll(process, STDERR, encode(text));
}

/** Reads to the end of the file, or a negative errno; `tooMuch.errno` beyond `tooMuch.limit` bytes. */
export async function readToEnd(
  process: Process,
  fd: Fd,
  tooMuch: { readonly limit: number; readonly errno: number } | null = null,
): Promise<Uint8Array | number> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const piece = await process.read(fd, CHUNK);
    if (piece === -EINTR) continue;
    if (typeof piece === "number") return piece;
    if (piece.length === 0) return joinBytes(pieces);
    size += piece.length;
    if (tooMuch !== null && size > tooMuch.limit) return tooMuch.errno;
    pieces.push(piece);
  }
}

/** Lines of a descriptor that nobody else reads from. */
export class LineReader {
  private readonly process: Process;
  private readonly fd: Fd;
  /** Last line first. */
  private lines: string[] = [];
  private rest: Uint8Array = new Uint8Array(0);
  private ended = false;
  private unfinished = false;

  constructor(process: Process, fd: Fd) {
    this.process = process;
    this.fd = fd;
  }

  /** Whether the line that was read last is the file's last and has no newline. */
  get endsUnfinished(): boolean {
    return this.unfinished && this.lines.length === 0;
  }

  /** The next line without its newline, null at the end, or a negative errno. */
  async next(): Promise<string | null | number> {
    while (this.lines.length === 0) {
      if (this.ended) return null;
      const piece = await this.process.read(this.fd, CHUNK);
      if (piece === -EINTR) continue;
      if (typeof piece === "number") return piece;
      this.take(piece);
    }
    return this.lines.pop() ?? null;
  }

  private take(piece: Uint8Array): void {
    const bytes = joinBytes([this.rest, piece]);
    if (piece.length === 0) {
      this.ended = true;
      if (bytes.length > 0) {
        this.lines.push(decode(bytes));
        this.unfinished = true;
      }
      this.rest = new Uint8Array(0);
      return;
    }
    const last = bytes.lastIndexOf(NEWLINE);
    if (last >= 0) this.lines = decode(bytes.subarray(0, last)).split("\n").reverse();
    this.rest = bytes.subarray(last + 1);
  }
}
