/** The members of an archive, one after the other, read as they are asked for. */
import type { Fd } from "../../../syscall/index.ts";
import { decode } from "../../lib/index.ts";
import { Blocks } from "../pieces.ts";
import type { Utility } from "../utility.ts";
import { BLOCK, type Member, parseHeader, parsePax } from "./format.ts";

/** What is wrong with an archive. */
export class NotAnArchive extends Error {}

export class ArchiveReader {
  private readonly blocks: Blocks;
  /** Bytes of the current member that nobody has taken, with what fills them up. */
  private left = 0;
  private first = true;
  /** Blocks that have been read. */
  private read = 0;
  private readonly util: Utility;

  constructor(util: Utility, fd: Fd, unreadable: (errno: number) => Promise<never>) {
    this.util = util;
    let given = false;
    const next = async (): Promise<Fd | null> => {
      if (given) return null;
      given = true;
      return fd;
    };
    this.blocks = new Blocks(util.process, { next, unreadable }, Number.POSITIVE_INFINITY);
  }

  /** The next member; null at the end. */
  async next(): Promise<Member | null> {
    let own: Partial<Member> = {};
    for (;;) {
      await this.blocks.skip(this.left);
      this.left = 0;
      const block = await this.blocks.take(BLOCK);
      this.read++;
      if (block.length === 0 && !this.first) return null;
      const header = block.length < BLOCK ? "broken" : parseHeader(block);
      if (header === "broken") throw new NotAnArchive();
      this.first = false;
      if (header === "end") return await this.end();
      this.read += Math.ceil(header.size / BLOCK);
      this.left = Math.ceil(header.size / BLOCK) * BLOCK;
      if (!("extra" in header)) return { ...header, ...own };
      own = { ...own, ...(await this.extra(header.extra, header.size)) };
    }
  }

  /** An archive ends with two empty blocks. */
  private async end(): Promise<null> {
    const second = await this.blocks.take(BLOCK);
    if (second.length < BLOCK || parseHeader(second) !== "end") await this.util.say(`A lone zero block at ${this.read}`);
    return null;
  }

  /** What stands before a member about its name and the like. */
  private async extra(flag: string, size: number): Promise<Partial<Member>> {
    const bytes = await this.content(size);
    if (flag === "L") return { name: decode(bytes).split("\0")[0] ?? "" };
    if (flag === "K") return { target: decode(bytes).split("\0")[0] ?? "" };
    if (flag === "g") return {};
    const [path, target] = [parsePax(bytes).get("path"), parsePax(bytes).get("linkpath")];
    return { ...(path === undefined ? {} : { name: path }), ...(target === undefined ? {} : { target }) };
  }

  /** The content of the current member. */
  async content(size: number): Promise<Uint8Array> {
    const bytes = await this.blocks.take(size);
    this.left -= bytes.length;
    return bytes;
  }
}
