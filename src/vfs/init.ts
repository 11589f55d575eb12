/**
 * Brings the file tree up (fs/dcache.c vfs_caches_init, init/do_mounts.c, drivers/base/devtmpfs.c) and mounts what the
 * recorded machines have at their start: /proc, /sys, /dev, tmpfs on /run and /tmp, debugfs.
 */
import { EmulatorBug, ENOENT, type Frame, staticData } from "../kernel/index.ts";
import { do_mkdirat, do_symlinkat } from "./change.ts";
import { full_fops, makedev, null_fops, zero_fops } from "./chardev.ts";
import { debugfs_fs_type } from "./debugfs.ts";
import { type dentry, type file_operations, type file_system_type, type path, S_IFCHR, S_IFREG, type super_block } from "./fs.ts";
import { fs_struct, setInitFs } from "./fs-struct.ts";
import { kmsg_fops } from "./kmsg.ts";
import { alloc_mnt_ns, alloc_vfsmnt, NO_MOUNT_FLAGS } from "./mount.ts";
import { filename_parentat } from "./namei.ts";
import { do_mount, MS_NODEV, MS_NOEXEC, MS_NOSUID } from "./namespace.ts";
import { proc_fs_type } from "./proc.ts";
import { proc_root_init } from "./proc-base.ts";
import { shmem_fill_super, shmem_fs_type, shmem_mknod, shmem_statfs } from "./shmem.ts";
import { register_filesystem } from "./super.ts";
import { sysfs_ensure_dir, sysfs_fs_type } from "./sysfs.ts";

/** The directories of a root file system, in order. */
const DIRECTORIES = [
  "dev",
  "etc",
  "home",
  "lib",
  "lib/firmware",
  "mnt",
  "opt",
  "proc",
  "root",
  "run",
  "srv",
  "sys",
  "tmp",
  "usr",
  "usr/bin",
  "usr/lib",
  "usr/sbin",
  "var",
  "var/lib",
  "var/log",
  "var/tmp",
];
const LINKS: readonly (readonly [string, string])[] = [
  ["usr/bin", "/bin"],
  ["usr/sbin", "/sbin"],
  ["/run", "/var/run"],
  ["/run/lock", "/var/lock"],
];
/** What udev makes in /dev. */
const DEVICE_LINKS: readonly (readonly [string, string])[] = [
  ["/proc/self/fd", "/dev/fd"],
  ["/proc/self/fd/0", "/dev/stdin"],
  ["/proc/self/fd/1", "/dev/stdout"],
  ["/proc/self/fd/2", "/dev/stderr"],
];
const DEVICES: readonly (readonly [string, number, file_operations])[] = [
  ["null", 3, null_fops],
  ["zero", 5, zero_fops],
  ["full", 7, full_fops],
  ["kmsg", 11, kmsg_fops],
];
const MEM_MAJOR = 1;

const devtmpfs = staticData(() => ({ sb: null as super_block | null }));

/** The one devtmpfs: every mount shows the same tree. */
const dev_fs_type: file_system_type = {
  name: "devtmpfs",
  magic: shmem_fs_type.magic,
  get_tree: (current) => devtmpfs_super(current),
  statfs: (sb) => shmem_statfs(sb),
};

/** vfs_init(): the root file system and its mount namespace, for boot and for kernel threads. Once for each kernel. */
export function vfs_init(current: Frame): void {
  const { kernel } = current;
  for (const type of [sysfs_fs_type, shmem_fs_type, dev_fs_type, proc_fs_type, debugfs_fs_type]) register_filesystem(kernel, type);
  const ns = alloc_mnt_ns(current);
  const root = alloc_vfsmnt(current, shmem_fill_super(current, shmem_fs_type, 0o755).s_root, "rootfs", NO_MOUNT_FLAGS);
  root.mnt_ns = ns;
  ns.root = root;
  ns.list.add(root);
  const top: path = { mnt: root, dentry: root.mnt_root };
  setInitFs(kernel, new fs_struct(top, top));
  for (const name of DIRECTORIES) expect(do_mkdirat(current, `/${name}`, 0o755), name);
  for (const [target, name] of LINKS) expect(do_symlinkat(current, target, name), name);
  proc_root_init(kernel);
  sysfs_ensure_dir(current, "kernel/debug");
}

/** The mounts that a start script makes; `udev` says whether the links are there that it makes in /dev. Call when every room is up: a mount of sysfs shows the caller's net namespace. */
export function mountInitial(current: Frame, udev = true): void {
  const strict = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  expect(do_mount(current, "proc", "/proc", "proc", strict, ""), "/proc");
  expect(do_mount(current, "sysfs", "/sys", "sysfs", strict, ""), "/sys");
  expect(do_mount(current, "devtmpfs", "/dev", "devtmpfs", MS_NOSUID, ""), "/dev");
  expect(do_mount(current, "run", "/run", "tmpfs", 0, ""), "/run");
  expect(do_mount(current, "tmp", "/tmp", "tmpfs", 0, ""), "/tmp");
  expect(do_mount(current, "debugfs", "/sys/kernel/debug", "debugfs", 0, ""), "/sys/kernel/debug");
  expect(do_mkdirat(current, "/run/lock", 0o755), "/run/lock");
  for (const [target, name] of udev ? DEVICE_LINKS : []) expect(do_symlinkat(current, target, name), name);
}

/** Makes a device node in /dev. */
export function devtmpfs_create_node(
  current: Frame,
  name: string,
  major: number,
  minor: number,
  fops: file_operations,
  mode = 0o666,
): void {
  const made = shmem_mknod(current, devtmpfs_super(current).s_root, name, S_IFCHR | mode, fops);
  if (typeof made === "number") throw new EmulatorBug(`/dev/${name} exists already`);
  made.d_inode.i_rdev = makedev(major, minor);
}

/** Writes a file at once, for the contents that a machine starts with. Directories on the way are made. */
export function installFile(current: Frame, name: string, content: Uint8Array | string, mode = 0o644): dentry {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let found = filename_parentat(current, name);
  if (found === -ENOENT) {
    const parts = name.split("/").slice(1, -1);
    for (let i = 1; i <= parts.length; i++) do_mkdirat(current, `/${parts.slice(0, i).join("/")}`, 0o755);
    found = filename_parentat(current, name);
  }
  if (typeof found === "number") throw new EmulatorBug(`cannot install ${name}: ${found}`);
  const made = found.parent.dentry.d_inode.i_op.mknod?.(current, found.parent.dentry, found.name, S_IFREG | mode);
  if (typeof made !== "object") throw new EmulatorBug(`cannot install ${name}: ${made}`);
  const opened = { data: bytes };
  made.d_inode.i_private = opened;
  made.d_inode.i_size = bytes.length;
  return made;
}

function devtmpfs_super(current: Frame): super_block {
  const own = devtmpfs(current.kernel);
  if (own.sb === null) {
    own.sb = shmem_fill_super(current, dev_fs_type, 0o755);
    for (const [name, minor, fops] of DEVICES) devtmpfs_create_node(current, name, MEM_MAJOR, minor, fops);
  }
  return own.sb;
}

function expect(error: number, what: string): void {
  if (error !== 0) throw new EmulatorBug(`cannot set up ${what}: ${error}`);
}
