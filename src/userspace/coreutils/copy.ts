/** Copying files and trees, for cp(1), and for mv(1) between file systems. Left out: devices, attributes other than mode and time. */
import { EEXIST, strerror } from "../../kernel/index.ts";
import {
  type Fd,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  type Stat,
} from "../../syscall/index.ts";
import { writeAll } from "../lib/index.ts";
import { readSome } from "./input.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { type Asker, type Backups, backupNote } from "./replace.ts";
import { clear, isSameFile, joinPath } from "./targets.ts";
import type { Utility } from "./utility.ts";

export interface CopyOptions {
  readonly recursive: boolean;
  /** Which links are followed. */
  readonly follow: "all" | "operands" | "none";
  readonly keepMode: boolean;
  readonly keepTime: boolean;
  /** Names of one file become names of one file. */
  readonly keepLinks: boolean;
  /** Links instead of copies. */
  readonly make: "copies" | "hard links" | "symbolic links";
  /** Only what is newer than what is there. */
  readonly update: boolean;
  readonly overwrite: "always" | "never" | "ask";
  readonly force: boolean;
  readonly removeFirst: boolean;
  readonly withoutData: boolean;
  readonly verbose: boolean;
  readonly backups: Backups;
  readonly asker: Asker;
}

export class Copier {
  private readonly util: Utility;
  private readonly options: CopyOptions;
  /** Where files with several names were copied to. */
  private readonly copied = new Map<string, string>();

  constructor(util: Utility, options: CopyOptions) {
    this.util = util;
    this.options = options;
  }

  /** Whether all went well. What did not was told. @param named whether the source is an operand */
  async copy(source: string, target: string, named = true): Promise<boolean> {
    const { util, options } = this;
    const { process } = util;
    const follow = options.follow === "all" || (options.follow === "operands" && named);
    const stat = await (follow ? process.stat(source) : process.lstat(source));
    if (typeof stat === "number") return await this.failed(`cannot stat ${quote(source)}: ${strerror(stat)}`);
    const type = stat.mode & S_IFMT;
    if (type === S_IFDIR) {
      if (!options.recursive) return await this.failed(`-r not specified; omitting directory ${quote(source)}`);
      return await this.folder(source, target, stat, named);
    }
    const backup = await this.makeRoom(source, target, stat);
    if (typeof backup === "boolean") return backup;
    const done = await this.make(source, target, stat);
    if (done && options.verbose) await util.out(`${quote(source)} -> ${quote(target)}${backupNote(backup.name)}\n`);
    return done;
  }

  private async failed(message: string): Promise<false> {
    await this.util.fail(message);
    return false;
  }

  /** Looks at what is at the target. An answer is the end: nothing is to be done (true), or it went wrong. */
  private async makeRoom(source: string, target: string, stat: Stat): Promise<boolean | { readonly name: string | null }> {
    const { util, options } = this;
    const there = await util.process.lstat(target);
    if (typeof there === "number") return { name: null };
    const behind = await util.process.stat(target);
    if (options.overwrite === "never") return true;
    if (options.update && there.mtime >= stat.mtime) return true;
    const replacesLink = options.removeFirst && (there.mode & S_IFMT) === S_IFLNK;
    if (!replacesLink && (stat.mode & S_IFMT) !== S_IFLNK && (await isSameFile(util, source, target))) {
      if (options.make === "hard links" && there.ino === stat.ino) return true;
      return await this.failed(`${quote(source)} and ${quote(target)} are the same file`);
    }
    if (typeof behind !== "number" && (behind.mode & S_IFMT) === S_IFDIR)
      return await this.failed(`cannot overwrite directory ${quote(target)} with non-directory`);
    if (options.overwrite === "ask" && !(await options.asker.yes(`overwrite ${quote(target)}`))) return true;
    const name = await options.backups.keep(target);
    if (name === null && options.removeFirst) await clear(util, target);
    else if (name === null && typeof behind === "number" && this.writesThrough(stat))
      return await this.failed(`not writing through dangling symlink ${quote(target)}`);
    return { name };
  }

  private writesThrough({ mode }: Stat): boolean {
    return (mode & S_IFMT) !== S_IFLNK && this.options.make === "copies";
  }

  private async make(source: string, target: string, stat: Stat): Promise<boolean> {
    const { options } = this;
    if (options.make === "symbolic links") return await this.symbolicLink(source, target);
    if (options.make === "hard links") return await this.hardLink(source, target);
    const key = `${stat.dev}:${stat.ino}`;
    const earlier = options.keepLinks && stat.nlink > 1 ? this.copied.get(key) : undefined;
    if (earlier !== undefined) return await this.hardLink(earlier, target);
    this.copied.set(key, target);
    switch (stat.mode & S_IFMT) {
      case S_IFLNK:
        return await this.link(source, target);
      case S_IFIFO:
        return options.recursive ? await this.fifo(target, stat) : await this.file(source, target, stat);
      default:
        return await this.file(source, target, stat);
    }
  }

  private async folder(source: string, target: string, stat: Stat, named: boolean): Promise<boolean> {
    const { util, options } = this;
    const { process } = util;
    if (named && (await isInside(util, source, target)))
      return await this.failed(`cannot copy a directory, ${quote(source)}, into itself, ${quote(target)}`);
    const there = await process.stat(target);
    if (typeof there !== "number" && (there.mode & S_IFMT) !== S_IFDIR)
      return await this.failed(`cannot overwrite non-directory ${quote(target)} with directory ${quote(source)}`);
    const entries = await process.readdir(source);
    if (typeof entries === "number") return await this.failed(`cannot access ${quote(source)}: ${strerror(entries)}`);
    if (typeof there === "number") {
      const error = await process.mkdir(target, stat.mode & 0o7777);
      if (error < 0) return await this.failed(`cannot create directory ${quote(target)}: ${strerror(error)}`);
      if (options.verbose) await util.out(`${quote(source)} -> ${quote(target)}\n`);
    }
    let well = true;
    for (const { name } of entries) well = (await this.copy(joinPath(source, name), joinPath(target, name), false)) && well;
    await this.keepAttributes(target, stat);
    return well;
  }

  private async symbolicLink(source: string, target: string): Promise<boolean> {
    if (!source.startsWith("/") && target.includes("/") && !target.startsWith("./"))
      return await this.failed(`${quoteIfNeeded(target)}: can make relative symbolic links only in current directory`);
    const error = await this.created(target, () => this.util.process.symlink(source, target));
    if (error < 0) return await this.failed(`cannot create symbolic link ${quote(target)} to ${quote(source)}: ${strerror(error)}`);
    return true;
  }

  private async hardLink(source: string, target: string): Promise<boolean> {
    const error = await this.created(target, () => this.util.process.link(source, target));
    if (error < 0) return await this.failed(`cannot create hard link ${quote(target)} to ${quote(source)}: ${strerror(error)}`);
    return true;
  }

  /** Tries again without what is there, if that may go. */
  private async created(target: string, create: () => Promise<number>): Promise<number> {
    const error = await create();
    if (error !== -EEXIST || !(this.options.force || this.options.keepLinks)) return error;
    return (await clear(this.util, target)) === 0 ? await create() : error;
  }

  private async link(source: string, target: string): Promise<boolean> {
    const { process } = this.util;
    const text = await process.readlink(source);
    if (typeof text === "number") return await this.failed(`cannot read symbolic link ${quote(source)}: ${strerror(text)}`);
    await clear(this.util, target);
    const error = await process.symlink(text, target);
    if (error < 0) return await this.failed(`cannot create symbolic link ${quote(target)}: ${strerror(error)}`);
    return true;
  }

  private async fifo(target: string, stat: Stat): Promise<boolean> {
    const error = await this.created(target, () => this.util.process.mkfifo(target, stat.mode & 0o777));
    if (error < 0) return await this.failed(`cannot create fifo ${quote(target)}: ${strerror(error)}`);
    await this.keepAttributes(target, stat);
    return true;
  }

  private async file(source: string, target: string, stat: Stat): Promise<boolean> {
    const { util, options } = this;
    const { process } = util;
    const from = await process.open(source, O_RDONLY);
    if (from < 0) return await this.failed(`cannot open ${quote(source)} for reading: ${strerror(from)}`);
    const truncate = options.withoutData ? 0 : O_TRUNC;
    const mode = stat.mode & 0o777;
    let to = await process.open(target, O_WRONLY | O_CREAT | truncate, mode);
    if (to < 0 && options.force && (await clear(util, target)) === 0) to = await process.open(target, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (to < 0) {
      await process.close(from);
      return await this.failed(`cannot create regular file ${quote(target)}: ${strerror(to)}`);
    }
    const well = options.withoutData || (await this.pump(from, to, source, target));
    await process.close(from);
    await process.close(to);
    await this.keepAttributes(target, stat);
    return well;
  }

  private async pump(from: Fd, to: Fd, source: string, target: string): Promise<boolean> {
    for (;;) {
      const bytes = await readSome(this.util.process, from);
      if (typeof bytes === "number") return await this.failed(`error reading ${quote(source)}: ${strerror(bytes)}`);
      if (bytes.length === 0) return true;
      const error = await writeAll(this.util.process, to, bytes);
      if (error < 0) return await this.failed(`error writing ${quote(target)}: ${strerror(error)}`);
    }
  }

  private async keepAttributes(target: string, stat: Stat): Promise<void> {
    if (this.options.keepMode) await this.util.process.chmod(target, stat.mode & 0o7777);
    if (this.options.keepTime) await this.util.process.utimens(target, stat.mtime);
  }
}

/** Whether one of the directories above `target` is `source`. */
async function isInside(util: Utility, source: string, target: string): Promise<boolean> {
  for (let above = parent(target); ; above = parent(above)) {
    if (await isSameFile(util, source, above)) return true;
    if (above === "/" || above === ".") return false;
  }
}

export function parent(path: string): string {
  const cut = path.replace(/\/+$/, "").replace(/\/*[^/]*$/, "");
  return cut === "" ? (path.startsWith("/") ? "/" : ".") : cut;
}
