/** Input in the pieces in which it arrives, for programs that keep no more of it than they need: text, and blocks of bytes. */
import type { Fd, Process } from "../../syscall/index.ts";
import { decode, joinBytes, STDIN } from "../lib/index.ts";
import { openOperand, readSome } from "./input.ts";
import type { Utility } from "./utility.ts";

const CHUNK = 65_536;

/** How many bytes at the end may be the beginning of a character. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Makes text of bytes that come in pieces; a character that comes in two is kept until it is whole. */
export class TextPieces {
  private rest: Uint8Array = new Uint8Array(0);

  take(piece: Uint8Array): string {
    const bytes = this.rest.length === 0 ? piece : joinBytes([this.rest, piece]);
    const end = bytes.length - unfinished(bytes);
    this.rest = bytes.subarray(end);
    return decode(bytes.subarray(0, end));
  }

  /** What is left behind the last piece. */
  end(): string {
    const text = decode(this.rest);
    this.rest = new Uint8Array(0);
    return text;
  }
}

/** Where the bytes of several files come from. */
interface Supply {
  /** The next file, null behind the last one. */
  readonly next: () => Promise<Fd | null>;
  /** Complains that the file that is open cannot be read. */
  readonly unreadable: (errno: number) => Promise<void>;
}

/** The bytes of files in a row, in blocks; no more than `most` of them are read. */
export class Blocks {
  private readonly process: Process;
  private readonly supply: Supply;
  private left: number;
  private fd: Fd | null = null;
  private rest: Uint8Array = new Uint8Array(0);
  /** Whether there was a file that could be opened. */
  openedAny = false;

  constructor(process: Process, supply: Supply, most: number) {
    this.process = process;
    this.supply = supply;
    this.left = most;
  }

  /** The next `size` bytes; fewer at the end of all files. */
  async take(size: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let missing = size; missing > 0; ) {
      if (this.rest.length === 0 && !(await this.fill())) break;
      const part = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    return joinBytes(parts);
  }

  /** Passes over `count` bytes. How many there were. */
  async skip(count: number): Promise<number> {
    let skipped = 0;
    while (skipped < count) {
      const { length } = await this.take(Math.min(CHUNK, count - skipped));
      if (length === 0) break;
      skipped += length;
    }
    return skipped;
  }

  /** Makes sure that a file is open, if there is one. */
  async open(): Promise<void> {
    this.fd ??= await this.supply.next();
    this.openedAny ||= this.fd !== null;
  }

  private async fill(): Promise<boolean> {
    while (this.left > 0) {
      await this.open();
      if (this.fd === null) return false;
      const bytes = await readSome(this.process, this.fd, Math.min(this.left, CHUNK));
      if (typeof bytes === "number") await this.supply.unreadable(bytes);
      if (typeof bytes !== "number" && bytes.length > 0) {
        this.rest = bytes;
        this.left -= bytes.length;
        return true;
      }
      if (this.fd !== STDIN) await this.process.close(this.fd);
      this.fd = null;
    }
    return false;
  }
}

/** What a utility says of an operand that cannot be opened, or not be read. */
interface Complaints {
  readonly unopened: (operand: string, errno: number) => Promise<void>;
  readonly unreadable: (operand: string, errno: number) => Promise<void>;
}

/** The bytes of a utility's operands in a row. */
export function blocksOfOperands(util: Utility, { unopened, unreadable }: Complaints, most: number): Blocks {
  const left = util.operands.length === 0 ? ["-"] : [...util.operands];
  let current = "-";
  const next = async (): Promise<Fd | null> => {
    for (let operand = left.shift(); operand !== undefined; operand = left.shift()) {
      current = operand;
      const fd = await openOperand(util, operand);
      if (fd >= 0) return fd;
      await unopened(operand, fd);
    }
    return null;
  };
  return new Blocks(util.process, { next, unreadable: (errno) => unreadable(current, errno) }, most);
}

/** Whether two blocks hold the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
