/**
 * Models sysfs (fs/sysfs, lib/kobject.c as far as names go): /sys as a kernfs tree. Directories that tag their children
 * show each mount only what belongs to the mounter's net namespace; what that is, the net room says (`kobj_ns_type_register`).
 * Callers hold whatever their own rules ask; removal may sleep (kernfs_drain).
 */
import { EEXIST, ENOENT, type Frame, type Kernel, staticData, type Task } from "../kernel/index.ts";
import { type file_system_type, S_IFDIR, S_IFREG, super_block } from "./fs.ts";
import {
  type Attribute,
  type KernfsMount,
  kernfs_add,
  kernfs_break_active_protection,
  kernfs_dentry,
  kernfs_find,
  type kernfs_node,
  kernfs_remove,
  kernfs_rename,
  kernfs_root,
  LINK_MODE,
  type Tag,
} from "./kernfs.ts";
import { get_anon_bdev } from "./super.ts";

export const SYSFS_MAGIC = 0x62656572;
const PAGE_SIZE = 4096;

export interface DirectoryOptions {
  /** The tag under which it is visible, where its parent tags its children. */
  readonly ns?: Tag;
  /** True if its own children are tagged (sysfs_enable_ns()). */
  readonly tagsChildren?: boolean;
}

const statics = staticData(() => ({
  root: new kernfs_root(PAGE_SIZE),
  /** grab_current_ns() of the registered type. */
  grab: (_task: Task): Tag => null,
  supers: new Map<Tag, super_block>(),
}));

/** kobj_ns_type_register(): how the tag of a task's view is found. Before this no tagged child can be seen. */
export function kobj_ns_type_register(kernel: Kernel, grab_current_ns: (task: Task) => object): void {
  statics(kernel).grab = grab_current_ns;
}

/** kobj_ns_drop(): a tag is dying; mounts that show it may live on, nobody gets new ones. */
export function sysfs_exit_ns(kernel: Kernel, tag: object): void {
  statics(kernel).supers.delete(tag);
}

/** The directory /sys. */
export function sysfs_root(kernel: Kernel): kernfs_node {
  return statics(kernel).root.node;
}

/** sysfs_create_dir_ns(): -EEXIST if the name is taken. */
export function sysfs_create_dir(current: Frame, parent: kernfs_node, name: string, options: DirectoryOptions = {}): kernfs_node | number {
  return kernfs_add(current, parent, name, S_IFDIR | 0o755, options) ?? -EEXIST;
}

/** The directory `path` below /sys ("bus/pci/drivers"); what is missing of it is made. */
export function sysfs_ensure_dir(current: Frame, path: string): kernfs_node {
  let node = sysfs_root(current.kernel);
  for (const name of path.split("/")) node = kernfs_find(node, name) ?? (kernfs_add(current, node, name, S_IFDIR | 0o755) as kernfs_node);
  return node;
}

/** sysfs_create_file(): 0 or -EEXIST. */
export function sysfs_create_file(current: Frame, dir: kernfs_node, attr: Attribute): number {
  return kernfs_add(current, dir, attr.name, S_IFREG | attr.mode, { ops: attr }) === null ? -EEXIST : 0;
}

/** sysfs_create_group(): a directory of files, which are made when somebody looks. 0 or -EEXIST. */
export function sysfs_create_group(current: Frame, parent: kernfs_node, name: string, attrs: () => readonly Attribute[]): number {
  return kernfs_add(current, parent, name, S_IFDIR | 0o755, { attrs }) === null ? -EEXIST : 0;
}

/** sysfs_create_link(): `ns` where the directory tags its children. 0 or -EEXIST. */
export function sysfs_create_link(current: Frame, dir: kernfs_node, target: kernfs_node, name: string, ns: Tag = null): number {
  return kernfs_add(current, dir, name, LINK_MODE, { target, ns }) === null ? -EEXIST : 0;
}

/** sysfs_remove_file(): waits for running reads and writes of it. */
export function sysfs_remove_file(caller: Frame, dir: kernfs_node, name: string): Promise<void> {
  return removeByName(caller, dir, name, null);
}

/** sysfs_remove_file_self(): called from the file's own store, which is not waited for. */
export async function sysfs_remove_file_self(current: Frame, dir: kernfs_node, name: string): Promise<void> {
  const node = kernfs_find(dir, name);
  if (node === null) return;
  kernfs_break_active_protection(current, node);
  await kernfs_remove(current, node);
}

/** sysfs_remove_link() */
export function sysfs_remove_link(caller: Frame, dir: kernfs_node, name: string, ns: Tag = null): Promise<void> {
  return removeByName(caller, dir, name, ns);
}

/** sysfs_remove_dir(): with all that is in it; waits for running reads and writes. */
export async function sysfs_remove_dir(caller: Frame, dir: kernfs_node): Promise<void> {
  await kernfs_remove(caller.enter("sysfs_remove_dir"), dir);
}

/** sysfs_move_dir_ns(), sysfs_rename_dir_ns(): 0 or -EEXIST. */
export function sysfs_rename_dir(current: Frame, dir: kernfs_node, parent: kernfs_node, name: string, ns: Tag = null): number {
  return kernfs_rename(current, dir, parent, name, ns) ? 0 : -EEXIST;
}

/** sysfs_rename_link_ns(): 0, -ENOENT, -EEXIST. */
export function sysfs_rename_link(current: Frame, dir: kernfs_node, name: string, ns: Tag, newName: string, newNs: Tag): number {
  const node = kernfs_find(dir, name, ns);
  if (node === null) return -ENOENT;
  return kernfs_rename(current, node, dir, newName, newNs) ? 0 : -EEXIST;
}

async function removeByName(caller: Frame, dir: kernfs_node, name: string, ns: Tag): Promise<void> {
  const node = kernfs_find(dir, name, ns);
  if (node !== null) await kernfs_remove(caller.enter("kernfs_remove_by_name_ns"), node);
}

export const sysfs_fs_type: file_system_type = {
  name: "sysfs",
  magic: SYSFS_MAGIC,
  get_tree: (current) => {
    const own = statics(current.kernel);
    const ns = own.grab(current.task);
    const found = own.supers.get(ns);
    if (found !== undefined) return found;
    const sb = new super_block(current.kernel, sysfs_fs_type, get_anon_bdev(current.kernel));
    sb.s_fs_info = { ns } satisfies KernfsMount;
    sb.s_root = kernfs_dentry(sb, own.root.node);
    own.supers.set(ns, sb);
    return sb;
  },
};
