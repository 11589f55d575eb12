/**
 * Models nsfs (fs/nsfs.c, include/linux/ns_common.h): the file that stands for a namespace. A mount of it and an open file
 * of it each hold a reference; so does every task in it, which is its owner's business. `ns_common` is what a namespace of
 * an upper room has to be.
 */
import { type Frame, staticData } from "../kernel/index.ts";
import { fget } from "./fdtable.ts";
import { dentry, type file_operations, type file_system_type, inode, type path, S_IFREG, super_block } from "./fs.ts";
import { kern_mount, type mount } from "./mount.ts";
import { get_anon_bdev } from "./super.ts";

export const NSFS_MAGIC = 0x6e736673;

/** Flags of unshare(2) and setns(2). */
export const CLONE_NEWNS = 0x00020000;
export const CLONE_NEWUTS = 0x04000000;
export const CLONE_NEWUSER = 0x10000000;
export const CLONE_NEWNET = 0x40000000;

export type NamespaceType = "net" | "mnt" | "uts" | "ipc" | "pid" | "user" | "cgroup";

export interface ns_common {
  readonly type: NamespaceType;
  /** The number in `net:[4026531992]`, also the inode's. */
  readonly inum: number;
  get(current: Frame): void;
  /** May be the last reference. */
  put(current: Frame): Promise<void> | void;
}

const nsfs_type: file_system_type = {
  name: "nsfs",
  magic: NSFS_MAGIC,
  pin: (current, root) => namespaceOf(root)?.get(current),
  unpin: (current, root) => namespaceOf(root)?.put(current),
};

const ns_file_operations: file_operations = {
  open: (current, inode) => {
    (inode.i_private as ns_common).get(current);
    return 0;
  },
  release: (current, file) => (file.f_inode.i_private as ns_common).put(current),
};

const statics = staticData((kernel) => {
  const sb = new super_block(kernel, nsfs_type, get_anon_bdev(kernel));
  return { sb, mnt: null as mount | null, stashed: new WeakMap<ns_common, dentry>() };
});

/** ns_get_path(): the file of a namespace, always the same one while the namespace lives. */
export function ns_get_path(current: Frame, ns: ns_common): path {
  const own = statics(current.kernel);
  let entry = own.stashed.get(ns);
  if (entry === undefined) {
    const node = new inode(own.sb, S_IFREG | 0o444, {}, ns_file_operations, ns.inum);
    node.i_private = ns;
    entry = new dentry(ns_text(ns), null, node);
    own.stashed.set(ns, entry);
  }
  own.mnt ??= kern_mount(current.kernel, entry, "nsfs");
  return { mnt: own.mnt, dentry: entry };
}

/** The text of a namespace's link in /proc: `net:[4026531992]`. */
export function ns_text(ns: ns_common): string {
  return `${ns.type}:[${ns.inum}]`;
}

/** The namespace that a dentry of nsfs stands for; null for any other. */
export function namespaceOf(entry: dentry): ns_common | null {
  return entry.d_inode.i_sb.s_type === nsfs_type ? (entry.d_inode.i_private as ns_common) : null;
}

/** The namespace that a descriptor of the current task stands for; null if it is closed or something else. */
export function ns_of_fd(current: Frame, fd: number): ns_common | null {
  const file = fget(current, fd);
  return file === null ? null : namespaceOf(file.f_path.dentry);
}
