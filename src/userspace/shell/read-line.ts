/**
 * Reads a line and not a byte more, because what follows belongs to whoever reads next: byte by byte from a pipe, and from a
 * file a block from which the rest is given back by seeking.
 */
import { EINTR } from "../../kernel/index.ts";
import type { Fd, Process } from "../../syscall/index.ts";
import { decode, joinBytes } from "../lib/index.ts";

const BLOCK = 4096;
const SEEK_CUR = 1;

export interface LineRead {
  readonly text: string;
  /** False if the end of the file came before the delimiter. */
  readonly complete: boolean;
}

export interface LineOptions {
  /** The byte that ends the line. */
  readonly delimiter: number;
  /** Read at most so many characters. */
  readonly limit: number | null;
  /** A signal with a handler came: what to do before the reading goes on. Without it the line ends with -EINTR. */
  readonly interrupted?: () => Promise<void>;
}

/** The line without its delimiter, or a negative errno: -EINTR if a signal with a handler came. */
export async function readLine(process: Process, fd: Fd, options: LineOptions): Promise<LineRead | number> {
  const seekable = (await process.lseek(fd, 0, SEEK_CUR)) >= 0;
  const pieces: Uint8Array[] = [];
  const count: CharacterCount = { characters: 0, missing: 0 };
  const done = (complete: boolean): LineRead => ({ text: decode(joinBytes(pieces)), complete });
  for (;;) {
    const room = options.limit === null ? BLOCK : options.limit - count.characters + count.missing;
    if (room <= 0) return done(true);
    const piece = await process.read(fd, seekable ? Math.min(BLOCK, room) : 1);
    if (piece === -EINTR && options.interrupted !== undefined) {
      await options.interrupted();
      continue;
    }
    if (typeof piece === "number") return piece === -EINTR || pieces.length === 0 ? piece : done(false);
    if (piece.length === 0) return done(false);
    const end = piece.indexOf(options.delimiter);
    if (end < 0) {
      pieces.push(piece);
      if (options.limit !== null) addTo(count, piece);
      continue;
    }
    pieces.push(piece.subarray(0, end));
    if (end + 1 < piece.length) await process.lseek(fd, end + 1 - piece.length, SEEK_CUR);
    return done(true);
  }
}

/** Characters that have begun, and bytes that the last of them lacks. */
interface CharacterCount {
  characters: number;
  missing: number;
}

function addTo(count: CharacterCount, piece: Uint8Array): void {
  for (const byte of piece) {
    if (count.missing > 0 && (byte & 0xc0) === 0x80) {
      count.missing--;
      continue;
    }
    count.characters++;
    count.missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
  }
}
