/** Canonical names of files, as readlink(1) and realpath(1) make them (gnulib canonicalize_filename_mode). */
import { ELOOP, ENOENT, ENOTDIR } from "../../kernel/index.ts";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../syscall/index.ts";
import type { Utility } from "./utility.ts";

/** Links followed by one after the other before it is taken for a circle. */
const MAX_LINKS = 40;

/** Names without links, "." and "..". What may be missing: nothing (e), the last part (f), anything (m). */
export async function canonical(util: Utility, path: string, mode: string): Promise<string | number> {
  if (path === "") return -ENOENT;
  const parts = (path.startsWith("/") ? path : `${util.process.getcwd()}/${path}`).split("/").filter((part) => part !== "");
  let done = "";
  for (let links = 0; parts.length > 0; ) {
    const part = parts.shift() ?? "";
    if (part === "." || part === "..") {
      done = part === "." ? done : done.replace(/\/[^/]*$/, "");
      continue;
    }
    const target = await lookAt(util, `${done}/${part}`, mode, parts.length === 0);
    if (typeof target === "number") return target;
    if (target === null) {
      done = `${done}/${part}`;
      continue;
    }
    if (++links > MAX_LINKS) return -ELOOP;
    if (target.startsWith("/")) done = "";
    parts.unshift(...target.split("/").filter((piece) => piece !== ""));
  }
  return done === "" ? "/" : done;
}

/** Where a link points to, null if it is none (or may be missing), a negative errno if the path cannot go on here. */
async function lookAt(util: Utility, path: string, mode: string, isLast: boolean): Promise<string | null | number> {
  const stat = await util.process.lstat(path);
  if (typeof stat === "number") return mode === "m" || (mode === "f" && isLast && stat === -ENOENT) ? null : stat;
  const type = stat.mode & S_IFMT;
  if (type === S_IFLNK) return await util.process.readlink(path);
  return isLast || type === S_IFDIR || mode === "m" ? null : -ENOTDIR;
}
