/**
 * Models mount(2), umount2(2), unshare and setns of mount namespaces (fs/namespace.c).
 * Left out: MS_MOVE, MS_UNBINDABLE, MNT_EXPIRE, mount limits: refused with -EINVAL. Locks: see mount.ts.
 */
import { EBUSY, EINVAL, ENODEV, ENOTDIR, type Frame } from "../kernel/index.ts";
import type { path } from "./fs.ts";
import { current_fs, current_mnt_ns, type fs_struct, set_fs_pwd, set_fs_root, task_fs, task_mnt_ns } from "./fs-struct.ts";
import {
  alloc_mnt_ns,
  alloc_vfsmnt,
  copy_tree,
  follow_down,
  type MountFlags,
  type mnt_namespace,
  type mount,
  mountTree,
  namespace_unlock,
  newPeerGroup,
} from "./mount.ts";
import { d_path, path_lookup } from "./namei.ts";
import { attach_recursive_mnt, makeSlave, propagate_umount } from "./pnode.ts";
import { get_fs_type } from "./super.ts";

export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_REMOUNT = 32;
export const MS_NOATIME = 1024;
export const MS_BIND = 4096;
export const MS_MOVE = 8192;
export const MS_REC = 16384;
export const MS_UNBINDABLE = 1 << 17;
export const MS_PRIVATE = 1 << 18;
export const MS_SLAVE = 1 << 19;
export const MS_SHARED = 1 << 20;

export const MNT_FORCE = 1;
export const MNT_DETACH = 2;
export const MNT_EXPIRE = 4;
export const UMOUNT_NOFOLLOW = 8;

/** do_mount(): 0 or a negative errno. `data` is the option string of the file system. */
export function do_mount(caller: Frame, source: string, target: string, fstype: string, flags: number, data: string): number {
  const current = caller.enter("do_mount");
  const at = path_lookup(current, target);
  if (typeof at === "number") return at;
  if ((flags & (MS_MOVE | MS_UNBINDABLE)) !== 0) return -EINVAL;
  if ((flags & MS_REMOUNT) !== 0) return do_remount(current, at, flags);
  if ((flags & MS_BIND) !== 0) return do_loopback(current, source, at, (flags & MS_REC) !== 0);
  if ((flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE)) !== 0) return do_change_type(current, at, flags);
  return do_new_mount(current, source, at, fstype, flags, data);
}

/** ksys_umount() */
export async function ksys_umount(caller: Frame, target: string, flags: number): Promise<number> {
  const current = caller.enter("ksys_umount");
  if ((flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)) !== 0 || (flags & MNT_EXPIRE) !== 0) return -EINVAL;
  const at = path_lookup(current, target, { follow: (flags & UMOUNT_NOFOLLOW) === 0 });
  if (typeof at === "number") return at;
  const { mnt } = at;
  if (at.dentry !== mnt.mnt_root || mnt.mnt_ns !== current_mnt_ns(current)) return -EINVAL;
  if (mnt.mnt_parent === null) return -EINVAL;
  const lazy = (flags & MNT_DETACH) !== 0;
  if (!lazy && (mnt.mnt_count > 0 || mnt.mnt_mounts.length > 0)) return -EBUSY;
  await namespace_unlock(current, propagate_umount(current, mnt, lazy));
  return 0;
}

/**
 * copy_mnt_ns() with CLONE_NEWNS: a copy of the current task's mounts, peers of the originals where those are shared. Moves
 * `fs` (root and working directory) into the copy. One reference for the caller.
 */
export async function copy_mnt_ns(caller: Frame, fs: fs_struct): Promise<mnt_namespace> {
  const current = caller.enter("copy_mnt_ns");
  const old = current_mnt_ns(current);
  const copies = new Map<mount, mount>();
  const ns = alloc_mnt_ns(current);
  ns.root = copy_tree(current, old.root, old.root.mnt_root, true, copies);
  for (const each of mountTree(ns.root)) {
    each.mnt_ns = ns;
    ns.list.add(each);
  }
  const root = copies.get(fs.root.mnt);
  const pwd = copies.get(fs.pwd.mnt);
  if (root !== undefined) await set_fs_root(current, fs, { mnt: root, dentry: fs.root.dentry });
  if (pwd !== undefined) await set_fs_pwd(current, fs, { mnt: pwd, dentry: fs.pwd.dentry });
  return ns;
}

/** mntns_install(): setns() to a mount namespace: root and working directory become its root. */
export async function mntns_install(caller: Frame, ns: mnt_namespace): Promise<void> {
  const current = caller.enter("mntns_install");
  const old = task_mnt_ns.get(current.task);
  ns.get(current);
  task_mnt_ns.set(current.task, ns);
  const root = follow_down(current, { mnt: ns.root, dentry: ns.root.mnt_root });
  const fs = task_fs.get(current.task) ?? current_fs(current);
  await set_fs_pwd(current, fs, root);
  await set_fs_root(current, fs, root);
  await old?.put(current);
}

/** True if something is mounted on a dentry in the current task's mount namespace (is_local_mountpoint()). */
export function is_local_mountpoint(current: Frame, where: path): boolean {
  for (const each of current_mnt_ns(current).list) if (each.mnt_mountpoint === where.dentry) return true;
  return false;
}

/** The lines of /proc/mounts: device, mountpoint, type, options. */
export function mountLines(current: Frame): string {
  const { root } = current_fs(current);
  let text = "";
  for (const mnt of current_mnt_ns(current).list) {
    const where = mnt === root.mnt ? "/" : d_path(current, { mnt, dentry: mnt.mnt_root });
    text += `${mangle(mnt.mnt_devname)} ${mangle(where)} ${mnt.mnt_sb.s_type.name} ${mountOptions(mnt)} 0 0\n`;
  }
  return text;
}

function mangle(text: string): string {
  return text.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function mountOptions(mnt: mount): string {
  const { readonly: ro, nosuid, nodev, noexec, relatime } = mnt.mnt_flags;
  const words = [ro ? "ro" : "rw", nosuid ? "nosuid" : "", nodev ? "nodev" : "", noexec ? "noexec" : "", relatime ? "relatime" : ""];
  return words.filter((word) => word !== "").join(",") + mnt.mnt_sb.s_options;
}

function flagsOf(flags: number): MountFlags {
  return {
    readonly: (flags & MS_RDONLY) !== 0,
    nosuid: (flags & MS_NOSUID) !== 0,
    nodev: (flags & MS_NODEV) !== 0,
    noexec: (flags & MS_NOEXEC) !== 0,
    relatime: (flags & MS_NOATIME) === 0,
  };
}

function do_new_mount(caller: Frame, source: string, at: path, fstype: string, flags: number, data: string): number {
  const current = caller.enter("do_new_mount");
  const type = get_fs_type(current.kernel, fstype);
  if (type?.get_tree === undefined) return -ENODEV;
  const sb = type.get_tree(current, source, data);
  if (typeof sb === "number") return sb;
  if (at.dentry === sb.s_root && at.dentry === at.mnt.mnt_root) return -EBUSY;
  if (!at.dentry.d_inode.isDirectory) return -ENOTDIR;
  const mnt = alloc_vfsmnt(current, sb.s_root, source === "" ? "none" : source, flagsOf(flags));
  attach_recursive_mnt(current, mnt, at.mnt, at.dentry);
  return 0;
}

/** do_loopback(): a bind mount; a file goes on a file, a directory on a directory. */
function do_loopback(caller: Frame, source: string, at: path, recursive: boolean): number {
  const current = caller.enter("do_loopback");
  if (source === "") return -EINVAL;
  const from = path_lookup(current, source);
  if (typeof from === "number") return from;
  if (from.dentry.d_inode.isDirectory !== at.dentry.d_inode.isDirectory) return -ENOTDIR;
  const tree = copy_tree(current, from.mnt, from.dentry, recursive);
  attach_recursive_mnt(current, tree, at.mnt, at.dentry);
  return 0;
}

function do_remount(current: Frame, at: path, flags: number): number {
  if (at.dentry !== at.mnt.mnt_root) return -EINVAL;
  current.writes(at.mnt);
  at.mnt.mnt_flags = flagsOf(flags);
  return 0;
}

/** do_change_type(): shared, slave or private; with MS_REC everything below too. Only at a mount's root. */
function do_change_type(caller: Frame, at: path, flags: number): number {
  const current = caller.enter("do_change_type");
  const kinds = [MS_SHARED, MS_PRIVATE, MS_SLAVE].filter((kind) => (flags & kind) !== 0);
  if (at.dentry !== at.mnt.mnt_root || kinds.length !== 1) return -EINVAL;
  for (const mnt of (flags & MS_REC) !== 0 ? mountTree(at.mnt) : [at.mnt]) {
    current.writes(mnt);
    if (kinds[0] === MS_SHARED) mnt.mnt_group ??= newPeerGroup(current);
    else if (kinds[0] === MS_SLAVE) makeSlave(mnt);
    else mnt.mnt_group = mnt.mnt_master = null;
  }
  return 0;
}
