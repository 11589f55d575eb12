/**
 * Models the calls that change directories and attributes (fs/namei.c do_mkdirat ... do_renameat2, fs/open.c, fs/utimes.c).
 * A name on which something is mounted in the caller's mount namespace is busy; mounts on it elsewhere go with it.
 */
import { EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EPERM, EROFS, EXDEV, type Frame } from "../kernel/index.ts";
import { current_time, type dentry, type path, S_IFIFO } from "./fs.ts";
import { current_fs, set_fs_pwd } from "./fs-struct.ts";
import { fsnotify_move, fsnotify_name, IN_CREATE, IN_DELETE } from "./inotify.ts";
import { allMounts, isBelow, namespace_unlock, umount_tree } from "./mount.ts";
import { filename_parentat, lookup_dentry, type ParentLookup, path_lookup } from "./namei.ts";
import { is_local_mountpoint } from "./namespace.ts";

/** do_mkdirat() */
export function do_mkdirat(caller: Frame, name: string, mode: number): number {
  const current = caller.enter("do_mkdirat");
  const made = make(current, name, true, (dir, last) =>
    dir.d_inode.i_op.mkdir?.(current, dir, last, mode & 0o7777 & ~current_fs(current).umask),
  );
  return typeof made === "number" ? made : 0;
}

/** do_mknodat() for a fifo; other kinds are made by open and mkdir. */
export function do_mkfifo(caller: Frame, name: string, mode: number): number {
  const current = caller.enter("do_mknodat");
  const bits = S_IFIFO | (mode & 0o7777 & ~current_fs(current).umask);
  const made = make(current, name, false, (dir, last) => dir.d_inode.i_op.mknod?.(current, dir, last, bits));
  return typeof made === "number" ? made : 0;
}

/** do_symlinkat() */
export function do_symlinkat(caller: Frame, target: string, name: string): number {
  const current = caller.enter("do_symlinkat");
  if (target === "") return -ENOENT;
  const made = make(current, name, false, (dir, last) => dir.d_inode.i_op.symlink?.(current, dir, last, target));
  return typeof made === "number" ? made : 0;
}

/** do_linkat(): a hard link; not across file systems and not to directories. */
export function do_linkat(caller: Frame, from: string, name: string): number {
  const current = caller.enter("do_linkat");
  const source = path_lookup(current, from, { follow: false });
  if (typeof source === "number") return source;
  const node = source.dentry.d_inode;
  const made = make(current, name, false, (dir, last) => {
    if (dir.d_inode.i_sb !== node.i_sb) return -EXDEV;
    return node.isDirectory ? -EPERM : dir.d_inode.i_op.link?.(current, node, dir, last);
  });
  return typeof made === "number" ? made : 0;
}

/** do_unlinkat() */
export async function do_unlinkat(caller: Frame, name: string): Promise<number> {
  const current = caller.enter("do_unlinkat");
  const found = filename_parentat(current, name);
  if (typeof found === "number") return found;
  if (found.special) return -EISDIR;
  const victim = victimOf(current, found);
  if (typeof victim === "number") return victim;
  const node = victim.d_inode;
  if (node.isDirectory) return -EISDIR;
  if (found.slash) return -ENOTDIR;
  const refused = may_delete(current, found.parent, victim);
  if (refused !== 0) return refused;
  current.writes(node);
  const error = found.parent.dentry.d_inode.i_op.unlink?.(current, victim) ?? -EPERM;
  if (error === 0) fsnotify_name(current, found.parent.dentry.d_inode, IN_DELETE, found.name, false);
  if (error === 0) await detach_mounts(current, victim);
  return error;
}

/** do_rmdir() */
export async function do_rmdir(caller: Frame, name: string): Promise<number> {
  const current = caller.enter("do_rmdir");
  const found = filename_parentat(current, name);
  if (typeof found === "number") return found;
  if (found.special) return found.name === "." ? -EINVAL : found.name === ".." ? -ENOTEMPTY : -EBUSY;
  const victim = victimOf(current, found);
  if (typeof victim === "number") return victim;
  if (!victim.d_inode.isDirectory) return -ENOTDIR;
  const refused = may_delete(current, found.parent, victim);
  if (refused !== 0) return refused;
  const error = found.parent.dentry.d_inode.i_op.rmdir?.(current, victim) ?? -EPERM;
  if (error === 0) fsnotify_name(current, found.parent.dentry.d_inode, IN_DELETE, found.name, true);
  if (error === 0) await detach_mounts(current, victim);
  return error;
}

/** do_renameat2() without flags. */
export async function do_renameat2(caller: Frame, from: string, to: string): Promise<number> {
  const current = caller.enter("do_renameat2");
  const source = filename_parentat(current, from);
  if (typeof source === "number") return source;
  const target = filename_parentat(current, to);
  if (typeof target === "number") return target;
  if (source.parent.mnt !== target.parent.mnt) return -EXDEV;
  if (source.special || target.special) return -EBUSY;
  const victim = victimOf(current, source);
  if (typeof victim === "number") return victim;
  const replaced = lookup_dentry(current, target.parent.dentry, target.name);
  if (replaced?.d_inode === victim.d_inode) return 0;
  const refused = mayRename(current, source, target, victim, replaced);
  if (refused !== 0) return refused;
  const [from_dir, to_dir] = [source.parent.dentry.d_inode, target.parent.dentry.d_inode];
  const error = from_dir.i_op.rename?.(current, victim, target.parent.dentry, target.name, replaced) ?? -EPERM;
  if (error === 0) fsnotify_move(current, from_dir, to_dir, source.name, target.name, victim.d_inode.isDirectory);
  if (error === 0 && replaced !== null) await detach_mounts(current, replaced);
  return error;
}

/** do_fchmodat() */
export function do_fchmodat(caller: Frame, name: string, mode: number): number {
  const current = caller.enter("do_fchmodat");
  return notify_change(current, name, (at) => {
    at.d_inode.i_mode = (at.d_inode.i_mode & ~0o7777) | (mode & 0o7777);
  });
}

/** do_utimes(): null means now. */
export function do_utimes(caller: Frame, name: string, mtime: number | null): number {
  const current = caller.enter("do_utimes");
  return notify_change(current, name, (at) => {
    at.d_inode.i_mtime = mtime ?? current_time(current.kernel);
  });
}

/** chdir(2) */
export async function __do_sys_chdir(caller: Frame, name: string): Promise<number> {
  const current = caller.enter("__do_sys_chdir");
  const at = path_lookup(current, name);
  if (typeof at === "number") return at;
  if (!at.dentry.d_inode.isDirectory) return -ENOTDIR;
  await set_fs_pwd(current, current_fs(current), at);
  return 0;
}

/** filename_create(): the checks before something new gets a name. */
function make(
  current: Frame,
  name: string,
  directory: boolean,
  create: (dir: dentry, last: string) => dentry | number | undefined,
): dentry | number {
  const found = filename_parentat(current, name);
  if (typeof found === "number") return found;
  if (found.special || lookup_dentry(current, found.parent.dentry, found.name) !== null) return -EEXIST;
  if (found.slash && !directory) return -ENOENT;
  if (found.parent.mnt.mnt_flags.readonly) return -EROFS;
  const made = create(found.parent.dentry, found.name) ?? -EPERM;
  if (typeof made !== "number") fsnotify_name(current, found.parent.dentry.d_inode, IN_CREATE, found.name, directory);
  return made;
}

function victimOf(current: Frame, found: ParentLookup): dentry | number {
  return lookup_dentry(current, found.parent.dentry, found.name) ?? -ENOENT;
}

function may_delete(current: Frame, parent: path, victim: dentry): number {
  if (parent.mnt.mnt_flags.readonly) return -EROFS;
  return is_local_mountpoint(current, { mnt: parent.mnt, dentry: victim }) ? -EBUSY : 0;
}

function mayRename(current: Frame, source: ParentLookup, target: ParentLookup, victim: dentry, replaced: dentry | null): number {
  const { isDirectory } = victim.d_inode;
  if (isDirectory && isBelow(target.parent.dentry, victim)) return -EINVAL;
  if (replaced !== null && isBelow(source.parent.dentry, replaced)) return -ENOTEMPTY;
  if ((source.slash || target.slash) && !isDirectory) return -ENOTDIR;
  if (replaced !== null && isDirectory !== replaced.d_inode.isDirectory) return isDirectory ? -ENOTDIR : -EISDIR;
  const refused = may_delete(current, source.parent, victim);
  return refused !== 0 || replaced === null ? refused : may_delete(current, target.parent, replaced);
}

/** __detach_mounts(): the name is gone, so whatever other namespaces have mounted on it goes too. */
async function detach_mounts(current: Frame, victim: dentry): Promise<void> {
  const gone = [...allMounts(current)].filter((each) => each.mnt_mountpoint === victim);
  for (const each of gone) if (each.mnt_ns !== null) await namespace_unlock(current, umount_tree(current, each));
}

function notify_change(current: Frame, name: string, change: (at: dentry) => void): number {
  const at = path_lookup(current, name);
  if (typeof at === "number") return at;
  if (at.mnt.mnt_flags.readonly) return -EROFS;
  const node = at.dentry.d_inode;
  if (node.i_op.setattr !== true) return -EPERM;
  current.writes(node);
  change(at.dentry);
  return 0;
}
