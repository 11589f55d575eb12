/**
 * Models the objects of the virtual file system (include/linux/fs.h, dcache.h, mount.h): super_block, inode, dentry, path,
 * file and the two operation tables. A file system fills the tables; everything above goes through them.
 * Left out: inode locks and namespace_sem (no step here sleeps between its look and its change, so a task cannot be seen
 * half-way), access times, extended attributes, users other than root.
 */
import { type Frame, type Kernel, refcount_t } from "../kernel/index.ts";
import type { mount } from "./mount.ts";
import type { poll_table } from "./select.ts";
import type { Terminal } from "./tty.ts";

export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_ACCMODE = 3;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_CLOEXEC = 0o2000000;

/** A place in the tree: a dentry as seen through one mount. */
export interface path {
  readonly mnt: mount;
  readonly dentry: dentry;
}

/** What a directory lists: a name, the inode number and the S_IFMT bits. Without "." and "..". */
export interface DirectoryEntry {
  readonly name: string;
  readonly ino: number;
  readonly type: number;
}

/** Operations on inodes. None of them sleeps. What a file system leaves out is refused with -EPERM, as the kernel does. */
export interface inode_operations {
  /** The child `name` of a directory, or null. */
  lookup?(current: Frame, dir: dentry, name: string): dentry | null;
  /** The directory's entries in the order in which the file system lists them. */
  readdir?(current: Frame, dir: dentry): readonly DirectoryEntry[];
  /** Creates a regular file, fifo or socket; `mode` has type and permission bits. */
  mknod?(current: Frame, dir: dentry, name: string, mode: number): dentry | number;
  mkdir?(current: Frame, dir: dentry, name: string, mode: number): dentry | number;
  symlink?(current: Frame, dir: dentry, name: string, target: string): dentry | number;
  link?(current: Frame, inode: inode, dir: dentry, name: string): dentry | number;
  unlink?(current: Frame, victim: dentry): number;
  rmdir?(current: Frame, victim: dentry): number;
  /** Moves `victim` to `dir`/`name`; `replaced` has been checked to be of a kind that may give way. */
  rename?(current: Frame, victim: dentry, dir: dentry, name: string, replaced: dentry | null): number;
  /** Where a symbolic link leads: text to walk, or (the links of /proc) a place directly. A negative errno if nowhere. */
  get_link?(current: Frame, link: dentry): string | path | number;
  /** The text of a link whose get_link answers with a place. */
  readlink?(current: Frame, link: dentry): string | number;
  truncate?(current: Frame, inode: inode, size: number): number;
  /** Brings i_size and i_nlink up to date before stat. */
  getattr?(current: Frame, inode: inode): void;
  /** True if permission and time bits may be changed. */
  readonly setattr?: boolean;
}

/** Operations on open files. All but poll may sleep. */
export interface file_operations {
  /** 0 or a negative errno; may set private_data. */
  open?(current: Frame, inode: inode, file: file): number | Promise<number>;
  /** Up to `count` bytes from f_pos on, which it moves; empty at the end. */
  read?(current: Frame, file: file, count: number): Uint8Array | number | Promise<Uint8Array | number>;
  /** Writes at f_pos, which it moves; answers how many bytes were taken. */
  write?(current: Frame, file: file, bytes: Uint8Array): number | Promise<number>;
  /** lseek in the file's own way: the new position or a negative errno. */
  llseek?(current: Frame, file: file, offset: number, whence: number): number;
  /** Which of POLLIN, POLLOUT, POLLERR, POLLHUP hold now. Files without it are always ready. */
  poll?(current: Frame, file: file, table: poll_table): number;
  /** The last reference to the file is gone. */
  release?(current: Frame, file: file): void | Promise<void>;
  /** False: lseek answers -ESPIPE. */
  readonly seekable?: boolean;
  /** True if this is a terminal. */
  readonly tty?: boolean;
  /** The terminal, if it can be that of a session. */
  readonly terminal?: Terminal;
}

export interface file_system_type {
  readonly name: string;
  /** statfs f_type. */
  readonly magic: number;
  /** Makes or finds the super block for mount(2); absent if user space cannot mount it. `data` is the option string. */
  get_tree?(current: Frame, source: string, data: string): super_block | number;
  /** Its room, in blocks of a page and in inodes; without it there is none to tell of. */
  statfs?(sb: super_block): { readonly blocks: number; readonly bfree: number; readonly files: number; readonly ffree: number };
  /** A mount of `root` begins: nsfs takes a reference of the namespace. */
  pin?(current: Frame, root: dentry): void;
  /** That mount has ended and nothing uses it any more. */
  unpin?(current: Frame, root: dentry): void | Promise<void>;
}

export class super_block {
  readonly kernel: Kernel;
  readonly s_type: file_system_type;
  readonly s_dev: number;
  /** Options as /proc/mounts shows them after rw and relatime: ",mode=755". */
  s_options = "";
  s_root!: dentry;
  /** What the file system keeps for itself. */
  s_fs_info: unknown = null;
  private lastIno = 0;

  constructor(kernel: Kernel, type: file_system_type, dev: number) {
    this.kernel = kernel;
    this.s_type = type;
    this.s_dev = dev;
  }

  allocateIno(): number {
    return ++this.lastIno;
  }
}

export class inode {
  readonly i_sb: super_block;
  readonly i_ino: number;
  i_mode: number;
  i_nlink = 1;
  i_rdev = 0;
  i_size = 0;
  /** Virtual ns since the epoch. */
  i_mtime: number;
  readonly i_op: inode_operations;
  readonly i_fop: file_operations;
  /** What the file system keeps for this inode: bytes of a file, text of a link, a kernfs_node. */
  i_private: unknown = null;

  constructor(sb: super_block, mode: number, op: inode_operations, fop: file_operations, ino = sb.allocateIno()) {
    this.i_sb = sb;
    this.i_ino = ino;
    this.i_mode = mode;
    this.i_op = op;
    this.i_fop = fop;
    this.i_mtime = current_time(sb.kernel);
  }

  get type(): number {
    return this.i_mode & S_IFMT;
  }

  get isDirectory(): boolean {
    return this.type === S_IFDIR;
  }
}

/** A name in a directory. Trees that live in memory keep their children here. */
export class dentry {
  d_name: string;
  d_parent: dentry | null;
  readonly d_inode: inode;
  /** Children in order of creation; null for anything but a directory of a tree in memory. */
  readonly d_children: Map<string, dentry> | null;
  /** The name is gone; the inode lives on while it is open. */
  d_unlinked = false;
  /** Something is or was mounted here (DCACHE_MOUNTED): only then a walk has to look for mounts. */
  d_mounted = false;

  constructor(name: string, parent: dentry | null, inode: inode, children: Map<string, dentry> | null = null) {
    this.d_name = name;
    this.d_parent = parent;
    this.d_inode = inode;
    this.d_children = children;
  }
}

/** An open file description: shared by descriptors that dup and fork made. */
export class file {
  readonly f_path: path;
  readonly f_op: file_operations;
  f_flags: number;
  f_pos = 0;
  readonly f_count = new refcount_t("file");
  private_data: unknown = null;

  constructor(path: path, op: file_operations, flags: number) {
    this.f_path = path;
    this.f_op = op;
    this.f_flags = flags;
    path.mnt.mnt_count++;
  }

  get f_inode(): inode {
    return this.f_path.dentry.d_inode;
  }

  get readable(): boolean {
    return (this.f_flags & O_ACCMODE) !== O_WRONLY;
  }

  get writable(): boolean {
    return (this.f_flags & O_ACCMODE) !== O_RDONLY;
  }

  get nonblocking(): boolean {
    return (this.f_flags & O_NONBLOCK) !== 0;
  }
}

/** current_time(): virtual ns since the epoch. */
export function current_time(kernel: Kernel): number {
  return kernel.clock.bootEpochNs + kernel.clock.now;
}
