/** Models the stat family, readlink, access, getdents and statfs (fs/stat.c, fs/readdir.c, fs/open.c, fs/statfs.c). */
import { EACCES, EBADF, EINVAL, ENOTDIR, EROFS, type Frame } from "../kernel/index.ts";
import { fget } from "./fdtable.ts";
import { type DirectoryEntry, type path, S_IFLNK } from "./fs.ts";
import { path_lookup } from "./namei.ts";

export interface kstat {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  /** Virtual ns since the epoch. */
  readonly mtime: number;
}

const X_OK = 1;
const W_OK = 2;

/** vfs_statx(): stat, or lstat with `follow` false. */
export function vfs_statx(caller: Frame, name: string, follow: boolean): kstat | number {
  const current = caller.enter("vfs_statx");
  const at = path_lookup(current, name, { follow });
  return typeof at === "number" ? at : vfs_getattr(current, at);
}

/** vfs_fstat() */
export function vfs_fstat(caller: Frame, fd: number): kstat | number {
  const current = caller.enter("vfs_fstat");
  const file = fget(current, fd);
  return file === null ? -EBADF : vfs_getattr(current, file.f_path);
}

function vfs_getattr(current: Frame, { dentry }: path): kstat {
  const node = dentry.d_inode;
  current.reads(node);
  node.i_op.getattr?.(current, node);
  return {
    dev: node.i_sb.s_dev,
    ino: node.i_ino,
    mode: node.i_mode,
    nlink: node.i_nlink,
    uid: 0,
    gid: 0,
    rdev: node.i_rdev,
    size: node.i_size,
    mtime: node.i_mtime,
  };
}

export interface kstatfs {
  /** The magic number of the file system's type. */
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly files: number;
  readonly ffree: number;
}

const PAGE_SIZE = 4096;

/** user_statfs(): what file system a name is on, and its room. */
export function user_statfs(caller: Frame, name: string): kstatfs | number {
  const current = caller.enter("user_statfs");
  const at = path_lookup(current, name);
  if (typeof at === "number") return at;
  const { i_sb } = at.dentry.d_inode;
  const room = i_sb.s_type.statfs?.(i_sb) ?? { blocks: 0, bfree: 0, files: 0, ffree: 0 };
  return { type: i_sb.s_type.magic, bsize: PAGE_SIZE, ...room };
}

/** do_faccessat(): as root: everything but executing what nobody may execute, and writing on a read-only mount. */
export function do_faccessat(caller: Frame, name: string, mode: number): number {
  const current = caller.enter("do_faccessat");
  const at = path_lookup(current, name);
  if (typeof at === "number") return at;
  const node = at.dentry.d_inode;
  if ((mode & X_OK) !== 0 && !node.isDirectory && (node.i_mode & 0o111) === 0) return -EACCES;
  if ((mode & W_OK) !== 0 && at.mnt.mnt_flags.readonly) return -EROFS;
  return 0;
}

/** iterate_dir(): all entries of a directory, without "." and "..". */
export function iterate_dir(caller: Frame, name: string): readonly DirectoryEntry[] | number {
  const current = caller.enter("iterate_dir");
  const at = path_lookup(current, name);
  if (typeof at === "number") return at;
  const node = at.dentry.d_inode;
  current.reads(node);
  return node.i_op.readdir?.(current, at.dentry) ?? -ENOTDIR;
}

/** do_readlinkat() */
export function do_readlinkat(caller: Frame, name: string): string | number {
  const current = caller.enter("do_readlinkat");
  const at = path_lookup(current, name, { follow: false });
  if (typeof at === "number") return at;
  const node = at.dentry.d_inode;
  if (node.type !== S_IFLNK) return -EINVAL;
  if (node.i_op.readlink !== undefined) return node.i_op.readlink(current, at.dentry);
  const target = node.i_op.get_link?.(current, at.dentry) ?? -EINVAL;
  return typeof target === "object" ? -EINVAL : target;
}
