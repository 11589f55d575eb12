/** Models struct fs_struct (fs/fs_struct.c): a task's root, working directory and umask; and its mount namespace. */
import { andThen, EmulatorBug, type Frame, type Kernel, type Soon, staticData, taskSlot } from "../kernel/index.ts";
import type { path } from "./fs.ts";
import { type mnt_namespace, mntput } from "./mount.ts";

export class fs_struct {
  umask = 0o022;
  /** @internal change with set_fs_pwd and set_fs_root */
  root: path;
  /** @internal */
  pwd: path;

  constructor(root: path, pwd: path) {
    this.root = root;
    this.pwd = pwd;
    root.mnt.mnt_count++;
    pwd.mnt.mnt_count++;
  }
}

/** Working directory and umask of a task. */
export const task_fs = taskSlot<fs_struct>();
/** The mount namespace of a task; each task holds a reference. */
export const task_mnt_ns = taskSlot<mnt_namespace>();

const statics = staticData(() => ({ init_fs: null as fs_struct | null }));

/** The tree that kernel threads and boot see; set once by vfs_init(). */
export function setInitFs(kernel: Kernel, fs: fs_struct): void {
  statics(kernel).init_fs = fs;
}

/** current->fs; kernel threads share init's. */
export function current_fs(current: Frame): fs_struct {
  const fs = task_fs.get(current.task) ?? statics(current.kernel).init_fs;
  if (fs === null) throw new EmulatorBug("a path is looked up before vfs_init()");
  return fs;
}

/** current->nsproxy->mnt_ns */
export function current_mnt_ns(current: Frame): mnt_namespace {
  const ns = task_mnt_ns.get(current.task) ?? current_fs(current).root.mnt.mnt_ns;
  if (ns === null) throw new EmulatorBug("the current task has no mount namespace");
  return ns;
}

/** The mount namespace that the machine booted with. */
export function initMntNs(kernel: Kernel): mnt_namespace {
  const ns = statics(kernel).init_fs?.root.mnt.mnt_ns ?? null;
  if (ns === null) throw new EmulatorBug("the machine has no mount namespace before vfs_init()");
  return ns;
}

/** set_fs_pwd() */
export async function set_fs_pwd(current: Frame, fs: fs_struct, to: path): Promise<void> {
  const old = fs.pwd;
  to.mnt.mnt_count++;
  fs.pwd = to;
  await mntput(current, old.mnt);
}

/** set_fs_root() */
export async function set_fs_root(current: Frame, fs: fs_struct, to: path): Promise<void> {
  const old = fs.root;
  to.mnt.mnt_count++;
  fs.root = to;
  await mntput(current, old.mnt);
}

/** copy_fs_struct(): what a forked child gets. */
export function copy_fs_struct(fs: fs_struct): fs_struct {
  const copy = new fs_struct(fs.root, fs.pwd);
  copy.umask = fs.umask;
  return copy;
}

/** exit_fs() */
export function exit_fs(caller: Frame): Soon<void> {
  const fs = task_fs.get(caller.task);
  if (fs === undefined) return;
  const current = caller.enter("exit_fs");
  task_fs.set(current.task, undefined);
  return andThen(mntput(current, fs.root.mnt), () => mntput(current, fs.pwd.mnt));
}
