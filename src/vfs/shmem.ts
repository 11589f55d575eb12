/**
 * Models tmpfs (mm/shmem.c, fs/libfs.c): directories whose children hang on their dentries, files whose bytes are an array.
 * Newest entries are listed first and a directory's size is 20 bytes per entry, as on a kernel.
 * Left out: swapping, extended attributes, mount options except mode and size.
 */
import { EEXIST, EFBIG, ENOSPC, ENOTEMPTY, type Frame, SIGXFSZ, send_sig } from "../kernel/index.ts";
import {
  current_time,
  type DirectoryEntry,
  dentry,
  type file,
  type file_operations,
  type file_system_type,
  inode,
  type inode_operations,
  O_APPEND,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  super_block,
} from "./fs.ts";
import { fifo_file_operations } from "./pipe.ts";
import { task_rlimit } from "./rlimit.ts";
import { get_anon_bdev } from "./super.ts";

export const TMPFS_MAGIC = 0x01021994;

/** Bytes of all files of one tmpfs together: half of a small machine's memory. */
const TMPFS_MAX_BYTES = 256 * 1024 * 1024;
/** Inodes of one tmpfs. */
const TMPFS_MAX_INODES = 131_072;
/** BOGO_DIRENT_SIZE: what one entry adds to a directory's size. */
const BOGO_DIRENT_SIZE = 20;

const PAGE_SIZE = 4096;

const EMPTY = new Uint8Array(0);

/** Space used of one tmpfs. */
interface Usage {
  bytes: number;
  inodes: number;
}

/** A file's bytes: `data` may be longer than the file. */
interface Content {
  data: Uint8Array;
}

/** tmpfs as user space mounts it; each mount is a file system of its own. */
export const shmem_fs_type: file_system_type = {
  name: "tmpfs",
  magic: TMPFS_MAGIC,
  get_tree: (current, _source, data) => shmem_fill_super(current, shmem_fs_type, modeOption(data)),
  statfs: (sb) => shmem_statfs(sb),
};

/** shmem_statfs() */
export function shmem_statfs(sb: super_block): { blocks: number; bfree: number; files: number; ffree: number } {
  const { bytes, inodes } = sb.s_fs_info as Usage;
  const pages = (size: number): number => Math.ceil(size / PAGE_SIZE);
  return {
    blocks: pages(TMPFS_MAX_BYTES),
    bfree: pages(TMPFS_MAX_BYTES) - pages(bytes),
    files: TMPFS_MAX_INODES,
    ffree: TMPFS_MAX_INODES - inodes,
  };
}

/** A new tmpfs whose root directory has the permission bits `mode`. */
export function shmem_fill_super(current: Frame, type: file_system_type, mode = 0o1777): super_block {
  const { kernel } = current;
  const sb = new super_block(kernel, type, get_anon_bdev(kernel));
  sb.s_fs_info = { bytes: 0, inodes: 0 } satisfies Usage;
  if (mode !== 0o1777) sb.s_options = `,mode=${mode.toString(8)}`;
  sb.s_root = new dentry("", null, newDirectory(sb, mode), new Map());
  current.creates(sb.s_root.d_inode);
  return sb;
}

/** shmem_mknod(): a new entry of a directory in memory; `mode` has the type. -EEXIST, -ENOSPC. */
export function shmem_mknod(current: Frame, dir: dentry, name: string, mode: number, fop?: file_operations): dentry | number {
  if (dir.d_children?.has(name)) return -EEXIST;
  const sb = dir.d_inode.i_sb;
  const usage = sb.s_fs_info as Usage;
  if (usage.inodes >= TMPFS_MAX_INODES) return -ENOSPC;
  usage.inodes++;
  const isDirectory = (mode & 0o170000) === S_IFDIR;
  const node = isDirectory ? newDirectory(sb, mode & 0o7777) : new inode(sb, mode, shmem_inode_operations, fop ?? operationsOf(mode));
  current.creates(node);
  if (!isDirectory) node.i_private = { data: EMPTY } satisfies Content;
  return d_add(current, dir, new dentry(name, dir, node, isDirectory ? new Map() : null));
}

function newDirectory(sb: super_block, mode: number): inode {
  const node = new inode(sb, S_IFDIR | mode, shmem_dir_inode_operations, {});
  node.i_nlink = 2;
  node.i_size = 2 * BOGO_DIRENT_SIZE;
  return node;
}

function operationsOf(mode: number): file_operations {
  return (mode & 0o170000) === S_IFIFO ? fifo_file_operations : shmem_file_operations;
}

function d_add(current: Frame, dir: dentry, entry: dentry): dentry {
  const node = dir.d_inode;
  current.creates(entry);
  current.writes(node);
  dir.d_children?.set(entry.d_name, entry);
  node.i_size += BOGO_DIRENT_SIZE;
  if (entry.d_inode.isDirectory) node.i_nlink++;
  node.i_mtime = current_time(current.kernel);
  return entry;
}

function d_remove(current: Frame, entry: dentry): void {
  const dir = entry.d_parent as dentry;
  const node = dir.d_inode;
  current.writes(node);
  dir.d_children?.delete(entry.d_name);
  node.i_size -= BOGO_DIRENT_SIZE;
  if (entry.d_inode.isDirectory) node.i_nlink--;
  node.i_mtime = current_time(current.kernel);
}

/** Takes a name away; with the last one the file counts for nothing any more, though who has it open may go on. */
function drop(current: Frame, entry: dentry): void {
  d_remove(current, entry);
  entry.d_unlinked = true;
  const node = entry.d_inode;
  node.i_nlink -= node.isDirectory ? 2 : 1;
  if (node.i_nlink > 0) return;
  const usage = node.i_sb.s_fs_info as Usage;
  usage.inodes--;
  if (node.type === S_IFREG) usage.bytes -= (node.i_private as Content).data.length;
}

const shmem_dir_inode_operations: inode_operations = {
  setattr: true,
  // What is looked for is ordered against all changes of the directory: lookup_dentry() says so for every file system.
  lookup: (_current, dir, name) => dir.d_children?.get(name) ?? null,
  readdir: (current, dir) => {
    current.reads(dir.d_inode);
    return [...(dir.d_children?.values() ?? [])].reverse().map(entryOf);
  },
  mknod: (current, dir, name, mode) => shmem_mknod(current, dir, name, mode),
  mkdir: (current, dir, name, mode) => shmem_mknod(current, dir, name, S_IFDIR | mode),
  symlink: (current, dir, name, target) => {
    const made = shmem_mknod(current, dir, name, S_IFLNK | 0o777);
    if (typeof made === "number") return made;
    made.d_inode.i_private = target;
    made.d_inode.i_size = new TextEncoder().encode(target).length;
    return made;
  },
  link: (current, node, dir, name) => {
    node.i_nlink++;
    return d_add(current, dir, new dentry(name, dir, node));
  },
  unlink: (current, victim) => {
    drop(current, victim);
    return 0;
  },
  rmdir: (current, victim) => {
    if ((victim.d_children?.size ?? 0) > 0) return -ENOTEMPTY;
    drop(current, victim);
    return 0;
  },
  rename: (current, victim, dir, name, replaced) => {
    if (replaced !== null && (replaced.d_children?.size ?? 0) > 0) return -ENOTEMPTY;
    if (replaced !== null) drop(current, replaced);
    d_remove(current, victim);
    victim.d_name = name;
    victim.d_parent = dir;
    d_add(current, dir, victim);
    return 0;
  },
};

function entryOf(entry: dentry): DirectoryEntry {
  return { name: entry.d_name, ino: entry.d_inode.i_ino, type: entry.d_inode.type };
}

const shmem_inode_operations: inode_operations = {
  setattr: true,
  get_link: (_current, link) => link.d_inode.i_private as string,
  truncate: (current, node, size) => {
    current.writes(node);
    const content = node.i_private as Content;
    if (size > node.i_size && size > sizeLimit(current)) return tooLarge(current);
    const error = resize(node, content, size);
    if (error !== 0) return error;
    if (size < node.i_size) content.data.fill(0, size, node.i_size);
    node.i_size = size;
    node.i_mtime = current_time(current.kernel);
    return 0;
  },
};

const shmem_file_operations: file_operations = {
  read: (current, file, count) => {
    const node = file.f_inode;
    current.reads(node);
    const bytes = (node.i_private as Content).data.slice(file.f_pos, Math.max(file.f_pos, Math.min(node.i_size, file.f_pos + count)));
    file.f_pos += bytes.length;
    return bytes;
  },
  write: (current, file, bytes) => shmem_write(current, file, bytes),
};

/** RLIMIT_FSIZE of the current task. */
function sizeLimit(current: Frame): number {
  return task_rlimit(current.task, "RLIMIT_FSIZE").rlim_cur;
}

function tooLarge(current: Frame): number {
  send_sig(current.kernel, SIGXFSZ, current.task);
  return -EFBIG;
}

/** generic_file_write_iter(): as much as RLIMIT_FSIZE leaves room for (generic_write_check_limits()). */
function shmem_write(current: Frame, file: file, all: Uint8Array): number {
  const node = file.f_inode;
  current.writes(node);
  if ((file.f_flags & O_APPEND) !== 0) file.f_pos = node.i_size;
  const content = node.i_private as Content;
  const room = sizeLimit(current) - file.f_pos;
  if (room <= 0 && all.length > 0) return tooLarge(current);
  const bytes = all.length > room ? all.subarray(0, room) : all;
  const end = file.f_pos + bytes.length;
  const error = end > node.i_size ? resize(node, content, end) : 0;
  if (error !== 0) return error;
  if (file.f_pos > node.i_size) content.data.fill(0, node.i_size, file.f_pos);
  content.data.set(bytes, file.f_pos);
  file.f_pos = end;
  if (end > node.i_size) node.i_size = end;
  node.i_mtime = current_time(current.kernel);
  return bytes.length;
}

/** Makes room for `size` bytes, doubling, within the limit of the file system; gives all back at size 0. */
function resize(node: inode, content: Content, size: number): number {
  const usage = node.i_nlink > 0 ? (node.i_sb.s_fs_info as Usage) : { bytes: 0, inodes: 0 };
  if (size > TMPFS_MAX_BYTES) return -EFBIG;
  if (size > 0 && size <= content.data.length) return 0;
  const capacity = size === 0 ? 0 : Math.max(size, 2 * content.data.length);
  const more = capacity - content.data.length;
  if (usage.bytes + more > TMPFS_MAX_BYTES) return -ENOSPC;
  usage.bytes += more;
  if (size === 0) {
    content.data = EMPTY;
    node.i_size = 0;
    return 0;
  }
  const grown = new Uint8Array(capacity);
  grown.set(content.data.subarray(0, node.i_size));
  content.data = grown;
  return 0;
}

function modeOption(data: string): number {
  const match = /(?:^|,)mode=([0-7]+)(?:,|$)/.exec(data);
  return match?.[1] === undefined ? 0o1777 : Number.parseInt(match[1], 8);
}
