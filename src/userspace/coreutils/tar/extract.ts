/** tar -x: files from members. */
import { EEXIST, strerror } from "../../../kernel/index.ts";
import { O_CREAT, O_EXCL, O_WRONLY } from "../../../syscall/index.ts";
import { STDOUT, writeAll } from "../../lib/index.ts";
import type { Utility } from "../utility.ts";
import type { Member } from "./format.ts";
import type { ArchiveReader } from "./reader.ts";

const FAILURE = 2;

export class Extractor {
  private readonly util: Utility;
  private readonly reader: ArchiveReader;
  private readonly placeOf: (name: string) => string;
  private readonly strip: number;
  /** Folders get their times and modes at the end, when nothing is put into them any more. */
  private readonly folders: { readonly place: string; readonly member: Member }[] = [];

  /** @param placeOf where a member's name leads */
  constructor(util: Utility, reader: ArchiveReader, placeOf: (name: string) => string) {
    this.util = util;
    this.reader = reader;
    this.placeOf = placeOf;
    this.strip = Number(util.value("strip-components") ?? 0);
  }

  async extract(member: Member): Promise<void> {
    if (this.util.has("O")) {
      if (member.kind !== "file") return;
      await this.util.flush();
      await writeAll(this.util.process, STDOUT, await this.reader.content(member.size));
      return;
    }
    const name = await this.safeName(member.name);
    if (name === null) return;
    const place = this.placeOf(name);
    const error = await this.make(member, place);
    if (error === 0) return;
    const what = member.kind === "file" ? "open" : member.kind === "folder" ? "mkdir" : `create symlink to '${member.target}'`;
    await this.util.fail(`${member.name}: Cannot ${what}: ${strerror(error)}`, FAILURE);
  }

  /** The name below the folder, without leading parts that are not wanted; null if nothing is left. */
  private async safeName(name: string): Promise<string | null> {
    let safe = name;
    if (!this.util.has("P")) safe = safe.replace(/^\/+/, "");
    if (!this.util.has("P") && safe.split("/").includes("..")) {
      await this.util.fail(`${name}: Member name contains '..'`, FAILURE);
      return null;
    }
    const parts = safe.split("/").filter((part) => part !== "");
    if (this.strip === 0) return safe === "" ? null : safe.replace(/\/+$/, "") || "/";
    return parts.slice(this.strip).join("/") || null;
  }

  /** 0 or a negative errno. */
  private async make(member: Member, place: string): Promise<number> {
    const { process } = this.util;
    await this.makeParents(place);
    if (member.kind === "folder") {
      const error = await process.mkdir(place, 0o777);
      this.folders.push({ place, member });
      return error === -EEXIST ? 0 : error;
    }
    if (!this.util.has("k")) await process.unlink(place);
    switch (member.kind) {
      case "symbolic link":
        return await process.symlink(member.target, place);
      case "hard link":
        return await process.link(this.placeOf((await this.safeName(member.target)) ?? ""), place);
      case "pipe":
        return await process.mkfifo(place, member.mode);
      default:
        return await this.makeFile(member, place);
    }
  }

  private async makeFile(member: Member, place: string): Promise<number> {
    const { process } = this.util;
    const fd = await process.open(place, O_WRONLY | O_CREAT | O_EXCL, 0o600);
    if (fd < 0) return fd;
    const error = await writeAll(process, fd, await this.reader.content(member.size));
    await process.close(fd);
    await process.chmod(place, member.mode);
    if (!this.util.has("m")) await process.utimens(place, member.mtime * 1e9);
    return error < 0 ? error : 0;
  }

  private async makeParents(place: string): Promise<void> {
    for (let slash = place.indexOf("/", 1); slash >= 0; slash = place.indexOf("/", slash + 1)) {
      await this.util.process.mkdir(place.slice(0, slash), 0o777);
    }
  }

  async finish(): Promise<void> {
    for (const { place, member } of this.folders.toReversed()) {
      await this.util.process.chmod(place, member.mode);
      if (!this.util.has("m")) await this.util.process.utimens(place, member.mtime * 1e9);
    }
  }
}
