/**
 * Models struct mount and struct mnt_namespace (fs/mount.h, fs/namespace.c): the mounts of each namespace as a tree, their
 * references, copying and taking apart of trees. System calls on mounts are in namespace.ts, propagation is in pnode.ts.
 * Left out: namespace_sem and mount_lock (nothing sleeps between look and change), mount limits, user namespaces.
 */
import { type Frame, type Kernel, refcount_t, type Soon, staticData } from "../kernel/index.ts";
import type { dentry, path, super_block } from "./fs.ts";
import type { ns_common } from "./nsfs.ts";
import { proc_alloc_inum } from "./super.ts";

/** mount(2) flags that stay with the mount. */
export interface MountFlags {
  readonly readonly: boolean;
  readonly nosuid: boolean;
  readonly nodev: boolean;
  readonly noexec: boolean;
  readonly relatime: boolean;
}

export const NO_MOUNT_FLAGS: MountFlags = { readonly: false, nosuid: false, nodev: false, noexec: false, relatime: false };

/** Mounts that are shared with each other: what is mounted or unmounted on one of them happens on all. */
export class peer_group {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

export class mount {
  readonly mnt_id: number;
  readonly mnt_sb: super_block;
  readonly mnt_root: dentry;
  readonly mnt_devname: string;
  mnt_flags: MountFlags;
  mnt_parent: mount | null = null;
  mnt_mountpoint: dentry | null = null;
  /** Null for mounts of the kernel itself and for those that have been unmounted. */
  mnt_ns: mnt_namespace | null = null;
  /** Children in order; of several at one mountpoint the last is on top. */
  readonly mnt_mounts: mount[] = [];
  /** Set if shared. */
  mnt_group: peer_group | null = null;
  /** Set if a slave: receives what happens in that group. */
  mnt_master: peer_group | null = null;
  /** Open files and working directories on it, which outlive a lazy unmount. */
  mnt_count = 0;
  /** @internal the file system has been told of it and will be told of its end */
  pinned = false;

  constructor(id: number, sb: super_block, root: dentry, devname: string, flags: MountFlags) {
    this.mnt_id = id;
    this.mnt_sb = sb;
    this.mnt_root = root;
    this.mnt_devname = devname;
    this.mnt_flags = flags;
  }
}

export class mnt_namespace implements ns_common {
  readonly type = "mnt";
  readonly inum: number;
  /** Set once, when the namespace gets its tree. */
  root!: mount;
  /** All its mounts in the order in which /proc/mounts shows them. */
  readonly list = new Set<mount>();
  private readonly count = new refcount_t("mnt_namespace");

  constructor(inum: number) {
    this.inum = inum;
  }

  get(current: Frame): void {
    this.count.inc(current);
  }

  /** put_mnt_ns(): the last reference takes all mounts apart, without telling others. */
  put(current: Frame): Soon<void> {
    if (!this.count.dec_and_test(current)) return;
    const frame = current.enter("put_mnt_ns");
    statics(frame.kernel).namespaces.delete(this);
    return namespace_unlock(frame, umount_tree(frame, this.root));
  }
}

const statics = staticData(() => ({ namespaces: new Set<mnt_namespace>(), nextId: 1, nextGroup: 1 }));

/** Every mount of every namespace. */
export function* allMounts(current: Frame): Iterable<mount> {
  for (const ns of statics(current.kernel).namespaces) yield* ns.list;
}

/** A new mount of `root`, attached nowhere yet. */
export function alloc_vfsmnt(current: Frame, root: dentry, devname: string, flags: MountFlags): mount {
  const mnt = new mount(statics(current.kernel).nextId++, root.d_inode.i_sb, root, devname, flags);
  current.creates(mnt);
  mnt.mnt_sb.s_type.pin?.(current, root);
  mnt.pinned = true;
  return mnt;
}

/** kern_mount(): a mount of the kernel itself, in no namespace and for ever. */
export function kern_mount(kernel: Kernel, root: dentry, devname: string): mount {
  return new mount(statics(kernel).nextId++, root.d_inode.i_sb, root, devname, NO_MOUNT_FLAGS);
}

export function newPeerGroup(current: Frame): peer_group {
  return new peer_group(statics(current.kernel).nextGroup++);
}

/** create_mnt_ns(): a namespace without a tree yet, with one reference. */
export function alloc_mnt_ns(current: Frame): mnt_namespace {
  const ns = new mnt_namespace(proc_alloc_inum(current.kernel));
  current.writes(statics(current.kernel));
  statics(current.kernel).namespaces.add(ns);
  return ns;
}

/** lookup_mnt(): the mount on top of a place, or null. */
export function lookup_mnt(current: Frame, where: path): mount | null {
  current.reads(where.mnt);
  if (!where.dentry.d_mounted) return null;
  return where.mnt.mnt_mounts.findLast((child) => child.mnt_mountpoint === where.dentry) ?? null;
}

/** The place seen at `where`: the root of the topmost mount there, or itself. */
export function follow_down(current: Frame, where: path): path {
  let at = where;
  for (let top = lookup_mnt(current, at); top !== null; top = lookup_mnt(current, at)) at = { mnt: top, dentry: top.mnt_root };
  return at;
}

/** The mount and all below it, parents first. */
export function* mountTree(top: mount): Iterable<mount> {
  yield top;
  for (const child of top.mnt_mounts) yield* mountTree(child);
}

/** attach_mnt(): puts a tree of mounts at a place and into that place's namespace. */
export function attach_mnt(current: Frame, tree: mount, where: path): void {
  const { mnt } = where;
  current.writes(mnt);
  tree.mnt_parent = mnt;
  tree.mnt_mountpoint = where.dentry;
  where.dentry.d_mounted = true;
  mnt.mnt_mounts.push(tree);
  for (const each of mountTree(tree)) {
    each.mnt_ns = mnt.mnt_ns;
    mnt.mnt_ns?.list.add(each);
  }
}

/**
 * copy_tree(): a copy of `top`, and of all below it if `recursive`. A copy of a shared mount is its peer, a copy of a slave
 * a slave of the same group. `map` receives the copy of each.
 */
export function copy_tree(current: Frame, top: mount, root: dentry, recursive: boolean, map?: Map<mount, mount>): mount {
  current.reads(top);
  const copy = alloc_vfsmnt(current, root, top.mnt_devname, top.mnt_flags);
  copy.mnt_group = top.mnt_group;
  copy.mnt_master = top.mnt_master;
  map?.set(top, copy);
  if (!recursive) return copy;
  for (const child of top.mnt_mounts) {
    const point = child.mnt_mountpoint as dentry;
    if (!isBelow(point, root)) continue;
    const below = copy_tree(current, child, child.mnt_root, true, map);
    below.mnt_parent = copy;
    below.mnt_mountpoint = point;
    copy.mnt_mounts.push(below);
  }
  return copy;
}

/** is_subdir(): `entry` is `ancestor` or below it in the same tree. */
export function isBelow(entry: dentry, ancestor: dentry): boolean {
  for (let d: dentry | null = entry; d !== null; d = d.d_parent) if (d === ancestor) return true;
  return false;
}

/** umount_tree(): takes a tree out of its namespace. What it held is let go by namespace_unlock(). */
export function umount_tree(current: Frame, top: mount): mount[] {
  const gone = [...mountTree(top)];
  const parent = top.mnt_parent;
  if (parent !== null) {
    current.writes(parent);
    parent.mnt_mounts.splice(parent.mnt_mounts.indexOf(top), 1);
  }
  for (const each of gone) {
    each.mnt_ns?.list.delete(each);
    each.mnt_ns = null;
    each.mnt_group = null;
    each.mnt_master = null;
  }
  top.mnt_parent = null;
  top.mnt_mountpoint = null;
  return gone;
}

/** namespace_unlock(): lets go of unmounted mounts; a bind mount of a namespace drops its reference here. */
export async function namespace_unlock(current: Frame, gone: readonly mount[]): Promise<void> {
  for (const each of gone) if (each.mnt_count === 0) await cleanup_mnt(current, each);
}

/** mntput(): a file or working directory lets go of its mount. */
export function mntput(current: Frame, mnt: mount): Soon<void> {
  mnt.mnt_count--;
  if (mnt.mnt_count === 0 && mnt.mnt_ns === null) return cleanup_mnt(current, mnt);
}

function cleanup_mnt(current: Frame, mnt: mount): Soon<void> {
  if (!mnt.pinned) return;
  mnt.pinned = false;
  return mnt.mnt_sb.s_type.unpin?.(current.enter("cleanup_mnt"), mnt.mnt_root);
}
