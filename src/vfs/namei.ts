/**
 * Models the walk of path names (fs/namei.c link_path_walk, fs/d_path.c): mounts, "..", symbolic links, trailing slashes.
 * Left out: permission checks (everything runs as root), openat-style starting points.
 */
import { EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, type Frame } from "../kernel/index.ts";
import { type dentry, type path, S_IFLNK } from "./fs.ts";
import { current_fs } from "./fs-struct.ts";
import { follow_down } from "./mount.ts";

/** MAXSYMLINKS: links followed in one walk. */
const MAXSYMLINKS = 40;
const PATH_MAX = 4096;
export const NAME_MAX = 255;

export interface LookupOptions {
  /** False: a symbolic link at the end is the answer (lstat, unlink, O_NOFOLLOW). Default true. */
  readonly follow?: boolean;
}

/** The place where a last component is or would be. */
export interface ParentLookup {
  readonly parent: path;
  /** The last component; "." and ".." and "/" only where `special` is set. */
  readonly name: string;
  readonly special: boolean;
  /** The name ended in a slash: it must be a directory. */
  readonly slash: boolean;
}

interface Walk {
  links: number;
}

/** The place that a path names, or a negative errno. */
export function path_lookup(current: Frame, name: string, options: LookupOptions = {}): path | number {
  const bad = checkName(name);
  if (bad !== 0) return bad;
  return walk(current, start(current, name), name, options.follow ?? true, { links: 0 });
}

/** filename_parentat(): the directory of the last component, which itself need not exist. */
export function filename_parentat(current: Frame, name: string): ParentLookup | number {
  const bad = checkName(name);
  if (bad !== 0) return bad;
  const trimmed = name.replace(/\/+$/, "");
  const cut = trimmed.lastIndexOf("/");
  const last = trimmed.slice(cut + 1);
  if (longerThan(last, NAME_MAX)) return -ENAMETOOLONG;
  const head = cut < 0 ? "" : trimmed.slice(0, cut + 1);
  const from = start(current, name);
  const parent = head === "" ? from : walk(current, from, head, true, { links: 0 });
  if (typeof parent === "number") return parent;
  if (!parent.dentry.d_inode.isDirectory) return -ENOTDIR;
  return { parent, name: last, special: last === "" || last === "." || last === "..", slash: trimmed.length < name.length };
}

/** The child of a directory, mounts on it included; null if there is none. */
export function lookup_one(current: Frame, parent: path, name: string): path | null {
  const child = lookup_dentry(current, parent.dentry, name);
  return child === null ? null : follow_down(current, { mnt: parent.mnt, dentry: child });
}

/** lookup_one_len(): the child of a directory itself, under whatever is mounted on it. */
export function lookup_dentry(current: Frame, dir: dentry, name: string): dentry | null {
  current.reads(dir.d_inode);
  return dir.d_inode.i_op.lookup?.(current, dir, name) ?? null;
}

/** d_path(): the name of a place as the current task sees it. */
export function d_path(current: Frame, where: path): string {
  const { root } = current_fs(current);
  let { mnt, dentry } = where;
  const deleted = dentry.d_unlinked ? " (deleted)" : "";
  let text = "";
  while (!(mnt === root.mnt && dentry === root.dentry)) {
    if (dentry === mnt.mnt_root) {
      if (mnt.mnt_parent === null || mnt.mnt_mountpoint === null) return (text || dentry.d_name || "/") + deleted;
      dentry = mnt.mnt_mountpoint;
      mnt = mnt.mnt_parent;
    } else {
      if (dentry.d_parent === null) return dentry.d_name + text + deleted;
      text = `/${dentry.d_name}${text}`;
      dentry = dentry.d_parent;
    }
  }
  return (text || "/") + deleted;
}

function checkName(name: string): number {
  if (name === "") return -ENOENT;
  return longerThan(name, PATH_MAX - 1) ? -ENAMETOOLONG : 0;
}

/** True for more than so many bytes. Most names are too short for that however they are encoded. */
function longerThan(text: string, bytes: number): boolean {
  return text.length * 4 > bytes && new TextEncoder().encode(text).length > bytes;
}

function start(current: Frame, name: string): path {
  const fs = current_fs(current);
  return name.startsWith("/") ? fs.root : fs.pwd;
}

/** link_path_walk() and its end. */
function walk(current: Frame, from: path, name: string, follow: boolean, state: Walk): path | number {
  let at = from;
  const slash = name.endsWith("/");
  let end = name.length;
  while (end > 0 && name[end - 1] === "/") end--;
  for (let begin = 0; begin < end; ) {
    if (!at.dentry.d_inode.isDirectory) return -ENOTDIR;
    const next = name.indexOf("/", begin);
    const stop = next < 0 ? end : next;
    const part = name.slice(begin, stop);
    begin = stop + 1;
    const step = part === "" || part === "." ? at : walk_component(current, at, part, stop < end || follow || slash, state);
    if (typeof step === "number") return step;
    at = step;
  }
  return slash && !at.dentry.d_inode.isDirectory ? -ENOTDIR : at;
}

/** walk_component(): one step down, or up. `follow`: a link is followed. */
function walk_component(current: Frame, at: path, part: string, follow: boolean, state: Walk): path | number {
  if (part === "..") return follow_dotdot(current, at);
  if (longerThan(part, NAME_MAX)) return -ENAMETOOLONG;
  const next = lookup_one(current, at, part);
  if (next === null) return -ENOENT;
  return next.dentry.d_inode.type === S_IFLNK && follow ? follow_link(current, at, next, state) : next;
}

/** follow_dotdot(): up, out of mounts too, but not above the task's root. */
function follow_dotdot(current: Frame, from: path): path {
  const { root } = current_fs(current);
  let { mnt, dentry } = from;
  for (;;) {
    if (mnt === root.mnt && dentry === root.dentry) break;
    if (dentry !== mnt.mnt_root) {
      dentry = dentry.d_parent ?? dentry;
      break;
    }
    if (mnt.mnt_parent === null || mnt.mnt_mountpoint === null) break;
    dentry = mnt.mnt_mountpoint;
    mnt = mnt.mnt_parent;
  }
  return follow_down(current, { mnt, dentry });
}

/** get_link() and the walk of what it gives. */
function follow_link(current: Frame, dir: path, link: path, state: Walk): path | number {
  if (++state.links > MAXSYMLINKS) return -ELOOP;
  const target = link.dentry.d_inode.i_op.get_link?.(current, link.dentry) ?? -EINVAL;
  if (typeof target !== "string") return target;
  if (target === "") return -ENOENT;
  return walk(current, target.startsWith("/") ? current_fs(current).root : dir, target, true, state);
}
