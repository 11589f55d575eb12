/** tar -c: members from files. */
import { strerror } from "../../../kernel/index.ts";
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, type Stat } from "../../../syscall/index.ts";
import { joinBytes } from "../../lib/index.ts";
import { readBytes } from "../input.ts";
import { joinPath } from "../targets.ts";
import type { Utility } from "../utility.ts";
import { BLOCK, filledUp, headerOf, type Member, RECORD } from "./format.ts";

/** What decides how files become members. */
export interface Creating {
  /** Writes a piece of the archive. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Tells of a member, for -v. */
  readonly tell: (member: Member) => Promise<void>;
  readonly excluded: (name: string) => boolean;
  /** `dev:ino` of the archive itself. */
  readonly archive: string;
  /** Seconds since the epoch for all members, or null for each its own. */
  readonly mtime: number | null;
  readonly absolute: boolean;
  readonly recurse: boolean;
  readonly follow: boolean;
  readonly byName: boolean;
}

const KINDS: ReadonlyMap<number, "file" | "folder" | "symbolic link" | "pipe"> = new Map([
  [S_IFREG, "file"],
  [S_IFDIR, "folder"],
  [S_IFLNK, "symbolic link"],
  [S_IFIFO, "pipe"],
]);

export class Creator {
  private readonly util: Utility;
  private readonly how: Creating;
  private written = 0;
  /** Files with several names, by the first of them. */
  private readonly names = new Map<string, string>();
  private readonly told = new Set<string>();

  constructor(util: Utility, how: Creating) {
    this.util = util;
    this.how = how;
  }

  /** Adds what is below `folder` at `path`; both as they are given. */
  async add(path: string, folder: string): Promise<void> {
    const place = path.startsWith("/") || folder === "" ? path : joinPath(folder, path);
    const { process } = this.util;
    const stat = await (this.how.follow ? process.stat(place) : process.lstat(place));
    if (typeof stat === "number") return await this.util.fail(`${path}: Cannot stat: ${strerror(stat)}`);
    if (this.how.excluded(path)) return;
    const kind = KINDS.get(stat.mode & S_IFMT);
    if (kind === undefined) return await this.util.say(`${path}: socket ignored`);
    const identity = `${stat.dev}:${stat.ino}`;
    if (identity === this.how.archive) return await this.util.say(`${path}: file is the archive; not dumped`);
    const name = (await this.memberName(path)) + (kind === "folder" && !path.endsWith("/") ? "/" : "");
    const first = kind === "folder" ? undefined : this.names.get(identity);
    if (first !== undefined) return await this.put({ ...this.plain(name, stat), kind: "hard link", target: first });
    if (kind !== "folder") this.names.set(identity, name);
    const member = { ...this.plain(name, stat), kind };
    if (kind === "file") return await this.addFile(member, path, place);
    const target = kind === "symbolic link" ? await process.readlink(place) : "";
    await this.put({ ...member, target: typeof target === "number" ? "" : target });
    if (kind === "folder" && this.how.recurse) await this.addFolder(path, place, folder);
  }

  private plain(name: string, stat: Stat): Omit<Member, "kind"> {
    return { name, mode: stat.mode & 0o7777, size: 0, mtime: this.how.mtime ?? Math.floor(stat.mtime / 1e9), target: "" };
  }

  private async addFile(member: Member, path: string, place: string): Promise<void> {
    const bytes = await readBytes(this.util.process, place);
    if (typeof bytes === "number") return await this.util.fail(`${path}: Cannot open: ${strerror(bytes)}`);
    await this.put({ ...member, size: bytes.length });
    await this.write(filledUp(bytes, BLOCK));
  }

  private async addFolder(path: string, place: string, folder: string): Promise<void> {
    const entries = await this.util.process.readdir(place);
    if (typeof entries === "number") return await this.util.fail(`${path}: Cannot open: ${strerror(entries)}`);
    const names = entries.map(({ name }) => name);
    for (const name of this.how.byName ? names.sort() : names) await this.add(joinPath(path, name), folder);
  }

  private async put(member: Member): Promise<void> {
    await this.how.tell(member);
    await this.write(headerOf(member));
  }

  /** A name without what would lead out of the folder it is extracted to. */
  private async memberName(path: string): Promise<string> {
    if (this.how.absolute) return path;
    const prefix = /^(?:.*\/)?\.\.(?:\/|$)|^\/+/.exec(path)?.[0] ?? "";
    if (prefix !== "" && !this.told.has(prefix)) {
      this.told.add(prefix);
      await this.util.say(`Removing leading \`${prefix}' from member names`);
    }
    return path.slice(prefix.length) || ".";
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.written += bytes.length;
    await this.how.write(bytes);
  }

  /** Two empty blocks, and what is missing to a whole record. */
  async end(): Promise<void> {
    const size = Math.ceil((this.written + 2 * BLOCK) / RECORD) * RECORD;
    await this.write(joinBytes([new Uint8Array(size - this.written)]));
  }
}
