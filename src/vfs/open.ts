/**
 * Models open(2) and truncation (fs/open.c, the end of fs/namei.c path_openat).
 * Left out: O_TMPFILE, O_PATH, O_DIRECT, leases.
 */
import {
  andThen,
  EACCES,
  EBADF,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOTDIR,
  ENXIO,
  EROFS,
  type Frame,
  type Soon,
} from "../kernel/index.ts";
import { fd_install, fget, fput } from "./fdtable.ts";
import {
  type dentry,
  file,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_TRUNC,
  type path,
  S_IFLNK,
  S_IFREG,
  S_IFSOCK,
} from "./fs.ts";
import { current_fs } from "./fs-struct.ts";
import { fsnotify_modify, fsnotify_name, IN_CREATE } from "./inotify.ts";
import { follow_down, mntput } from "./mount.ts";
import { filename_parentat, lookup_dentry, path_lookup } from "./namei.ts";

/** do_sys_open(): a descriptor or a negative errno. */
export function do_sys_open(caller: Frame, name: string, flags: number, mode: number): Soon<number> {
  const current = caller.enter("do_sys_openat2");
  const opened = do_filp_open(current, name, flags, mode);
  return opened instanceof Promise ? opened.then((file) => install(current, file, flags)) : install(current, opened, flags);
}

function install(current: Frame, opened: file | number, flags: number): Soon<number> {
  if (typeof opened === "number") return opened;
  const fd = fd_install(current, opened, (flags & O_CLOEXEC) !== 0);
  return fd < 0 ? andThen(fput(current, opened), () => fd) : fd;
}

/** do_filp_open(): an open file with one reference, in no table yet. */
export function do_filp_open(caller: Frame, name: string, flags: number, mode: number): Soon<file | number> {
  const current = caller.enter("do_filp_open");
  const at =
    (flags & O_CREAT) === 0 ? path_lookup(current, name, { follow: (flags & O_NOFOLLOW) === 0 }) : open_create(current, name, flags, mode);
  return typeof at === "number" ? at : vfs_open(current, at, flags);
}

/** vfs_open(): opens what is at a place. */
export function vfs_open(current: Frame, at: path, flags: number): Soon<file | number> {
  const node = at.dentry.d_inode;
  const refused = may_open(at, flags);
  if (refused !== 0) return refused;
  if ((flags & O_TRUNC) !== 0 && node.type === S_IFREG) {
    const error = node.i_op.truncate?.(current, node, 0) ?? 0;
    fsnotify_modify(current, node);
    if (error !== 0) return error;
  }
  const opened = new file(at, node.i_fop, flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC));
  const error = node.i_fop.open?.(current, node, opened) ?? 0;
  return error === 0 ? opened : andThen(error, (reason) => (reason === 0 ? opened : andThen(mntput(current, at.mnt), () => reason)));
}

/** ksys_ftruncate(): -EINVAL for what cannot be cut or is not open for writing. */
export function do_sys_ftruncate(caller: Frame, fd: number, size: number): number {
  const current = caller.enter("do_sys_ftruncate");
  const file = fget(current, fd);
  if (file === null) return -EBADF;
  const { i_op, type } = file.f_inode;
  if (size < 0 || type !== S_IFREG || !file.writable) return -EINVAL;
  const error = i_op.truncate?.(current, file.f_inode, size) ?? -EINVAL;
  if (error === 0) fsnotify_modify(current, file.f_inode);
  return error;
}

/** may_open(): what does not depend on the file system. */
function may_open({ mnt, dentry }: path, flags: number): number {
  const writing = (flags & O_ACCMODE) !== O_RDONLY || (flags & O_TRUNC) !== 0;
  const { type, isDirectory } = dentry.d_inode;
  if (type === S_IFLNK) return -ELOOP;
  if (type === S_IFSOCK) return -ENXIO;
  if (isDirectory && (writing || (flags & O_CREAT) !== 0)) return -EISDIR;
  if ((flags & O_DIRECTORY) !== 0 && !isDirectory) return -ENOTDIR;
  if (writing && mnt.mnt_flags.readonly && type === S_IFREG) return -EROFS;
  return 0;
}

/** The O_CREAT side of open_last_lookups(): finds or makes the file; a link at the end is followed to where it points. */
function open_create(current: Frame, name: string, flags: number, mode: number): path | number {
  const found = filename_parentat(current, name);
  if (typeof found === "number") return found;
  if (found.special || found.slash) return -EISDIR;
  const { mnt, dentry: dir } = found.parent;
  const exclusive = (flags & O_EXCL) !== 0;
  const child = lookup_dentry(current, dir, found.name);
  if (child === null) {
    const made = create(current, found.parent, found.name, mode);
    return typeof made === "number" ? made : { mnt, dentry: made };
  }
  if (exclusive) return -EEXIST;
  const at = follow_down(current, { mnt, dentry: child });
  if (at.dentry.d_inode.type !== S_IFLNK || (flags & O_NOFOLLOW) !== 0) return at;
  const through = path_lookup(current, name);
  if (through !== -ENOENT) return through;
  const target = at.dentry.d_inode.i_op.get_link?.(current, at.dentry);
  if (typeof target !== "string") return -ENOENT;
  return open_create(current, target.startsWith("/") ? target : `${name.replace(/[^/]*$/, "")}${target}`, flags, mode);
}

function create(current: Frame, dir: path, name: string, mode: number): dentry | number {
  if (dir.mnt.mnt_flags.readonly) return -EROFS;
  const { mknod } = dir.dentry.d_inode.i_op;
  if (mknod === undefined) return -EACCES;
  const made = mknod(current, dir.dentry, name, S_IFREG | (mode & 0o7777 & ~current_fs(current).umask));
  if (typeof made !== "number") fsnotify_name(current, dir.dentry.d_inode, IN_CREATE, name, false);
  return made;
}
