/** The lines that sed reads: those of all files in a row, one read ahead, so that the last one is known as such. */
import { strerror } from "../../../kernel/index.ts";
import { S_IFDIR, S_IFMT } from "../../../syscall/index.ts";
import { decode, joinBytes } from "../../lib/index.ts";
import { closeOperand, openOperand, readSome } from "../input.ts";
import { quoteIfNeeded } from "../quote.ts";
import type { Utility } from "../utility.ts";

export interface Line {
  readonly text: string;
  /** False for a last line without a newline. */
  readonly ended: boolean;
  /** The file it is from. */
  readonly file: string;
}

const EXIT_PANIC = 4;

const EMPTY = new Uint8Array(0);

export class LineInput {
  private readonly util: Utility;
  private readonly files: string[];
  private readonly separator: number;
  private fd: number | null = null;
  private file = "-";
  private lines: Line[] = [];
  private rest: Uint8Array = EMPTY;
  private ahead: Line | null | undefined = undefined;

  constructor(util: Utility, files: readonly string[], separator: number) {
    this.util = util;
    this.files = [...files];
    this.separator = separator;
  }

  /** The next line, or null behind the last. */
  async next(): Promise<Line | null> {
    const line = this.ahead === undefined ? await this.fetch() : this.ahead;
    this.ahead = undefined;
    return line;
  }

  async isLast(): Promise<boolean> {
    if (this.ahead === undefined) this.ahead = await this.fetch();
    return this.ahead === null;
  }

  private async fetch(): Promise<Line | null> {
    while (this.lines.length === 0) {
      if (this.fd === null && !(await this.open())) return null;
      if (this.fd !== null) await this.fill(this.fd);
    }
    return this.lines.pop() ?? null;
  }

  private async open(): Promise<boolean> {
    for (let file = this.files.shift(); file !== undefined; file = this.files.shift()) {
      const fd = await openOperand(this.util, file);
      this.file = file;
      if (fd < 0) {
        await this.util.fail(`can't read ${quoteIfNeeded(file)}: ${strerror(fd)}`, 2);
        continue;
      }
      const stat = await this.util.process.fstat(fd);
      if (typeof stat === "number" || (stat.mode & S_IFMT) !== S_IFDIR) {
        this.fd = fd;
        return true;
      }
      return await this.util.die(`read error on ${file}: Is a directory`, EXIT_PANIC);
    }
    return false;
  }

  private async fill(fd: number): Promise<void> {
    const piece = await readSome(this.util.process, fd);
    if (typeof piece === "number") {
      return await this.util.die(`read error on ${this.file}: ${strerror(piece)}`, EXIT_PANIC);
    }
    if (piece.length === 0) return await this.endFile(fd);
    const bytes = joinBytes([this.rest, piece]);
    const last = bytes.lastIndexOf(this.separator);
    this.rest = bytes.subarray(last + 1);
    if (last < 0) return;
    const texts = decode(bytes.subarray(0, last)).split(String.fromCharCode(this.separator));
    this.lines = texts.reverse().map((text) => ({ text, ended: true, file: this.file }));
  }

  private async endFile(fd: number): Promise<void> {
    await closeOperand(this.util, fd);
    this.fd = null;
    if (this.rest.length > 0) this.lines = [{ text: decode(this.rest), ended: false, file: this.file }];
    this.rest = EMPTY;
  }
}
