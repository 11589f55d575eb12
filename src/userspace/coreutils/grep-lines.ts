/** The lines of one file as grep(1) sees them: their numbers, their offsets, and whether the file is a binary one. */
import type { Fd, Process } from "../../syscall/index.ts";
import { decode, encode, joinBytes } from "../lib/index.ts";
import { readSome } from "./input.ts";

export interface Line {
  readonly number: number;
  readonly text: string;
  /** Bytes before it. */
  readonly offset: number;
}

const NUL = 0;

/** How many bytes a text has. */
export function byteLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return encode(text).length;
  return text.length;
}

export class LineSource {
  private readonly process: Process;
  private readonly fd: Fd;
  private readonly end: string;
  private readonly mayBeBinary: boolean;
  private readonly offsets: boolean;
  /** Last line first. */
  private lines: string[] = [];
  private rest: Uint8Array = new Uint8Array(0);
  private ended = false;
  private unfinished = false;
  private number = 0;
  private offset = 0;
  /** A NUL byte was found: from there on NUL ends lines too, and none of them is shown. */
  binary = false;

  /**
   * @param end what ends a line
   * @param mayBeBinary whether NUL bytes make the file a binary one
   * @param offsets whether anybody asks for offsets
   */
  constructor(process: Process, fd: Fd, { end, mayBeBinary, offsets }: { end: string; mayBeBinary: boolean; offsets: boolean }) {
    this.process = process;
    this.fd = fd;
    this.end = end;
    this.mayBeBinary = mayBeBinary;
    this.offsets = offsets;
  }

  /** Whether the line that was read last is the file's last and nothing ends it. */
  get endsUnfinished(): boolean {
    return this.unfinished && this.lines.length === 0;
  }

  /** The next line, null at the end, or a negative errno. */
  async next(): Promise<Line | null | number> {
    while (this.lines.length === 0) {
      if (this.ended) return null;
      const piece = await readSome(this.process, this.fd);
      if (typeof piece === "number") return piece;
      this.take(piece);
    }
    const text = this.lines.pop() ?? "";
    const line = { number: ++this.number, text, offset: this.offset };
    if (this.offsets) this.offset += byteLength(text) + 1;
    return line;
  }

  private take(piece: Uint8Array): void {
    this.binary ||= this.mayBeBinary && piece.includes(NUL);
    const bytes = this.rest.length === 0 ? piece : joinBytes([this.rest, piece]);
    if (piece.length === 0) {
      this.ended = true;
      this.unfinished = bytes.length > 0;
      if (this.unfinished) this.lines = this.split(decode(bytes));
      return;
    }
    const last = bytes.lastIndexOf(this.end.charCodeAt(0));
    if (last >= 0) this.lines = this.split(decode(bytes.subarray(0, last)));
    this.rest = bytes.subarray(last + 1);
  }

  private split(text: string): string[] {
    return (this.binary ? text.replaceAll("\0", "\n") : text).split(this.end).reverse();
  }
}
