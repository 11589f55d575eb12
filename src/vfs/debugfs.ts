/**
 * Models debugfs (fs/debugfs): directories and files under /sys/kernel/debug, made of the same nodes as sysfs.
 * Left out: lockdown, mount options.
 */
import { type Frame, kstrtobool, kstrtoull, staticData } from "../kernel/index.ts";
import { type file_system_type, S_IFDIR, S_IFLNK, S_IFREG, super_block } from "./fs.ts";
import { type AttributeOps, kernfs_add, kernfs_dentry, kernfs_find, type kernfs_node, kernfs_remove, kernfs_root } from "./kernfs.ts";
import { get_anon_bdev } from "./super.ts";

const DEBUGFS_MAGIC = 0x64626720;

const statics = staticData(() => ({ root: new kernfs_root(0, 0o700), sb: null as super_block | null }));

/** debugfs_create_dir(): below `parent`, or below the root for null. An existing directory of that name is given back. */
export function debugfs_create_dir(current: Frame, name: string, parent: kernfs_node | null): kernfs_node {
  const dir = parent ?? statics(current.kernel).root.node;
  return kernfs_find(dir, name) ?? (kernfs_add(current, dir, name, S_IFDIR | 0o755) as kernfs_node);
}

/** debugfs_create_file() */
export function debugfs_create_file(
  current: Frame,
  name: string,
  mode: number,
  parent: kernfs_node | null,
  ops: AttributeOps,
): kernfs_node | null {
  return kernfs_add(current, parent ?? statics(current.kernel).root.node, name, S_IFREG | mode, { ops });
}

/** debugfs_create_bool(): Y or N. What is no truth value is passed over in silence. */
export function debugfs_create_bool<K extends string>(
  current: Frame,
  name: string,
  mode: number,
  parent: kernfs_node,
  object: Record<K, boolean>,
  key: K,
): void {
  debugfs_create_file(current, name, mode, parent, {
    show: (reader) => {
      reader.reads(object);
      return object[key] ? "Y\n" : "N\n";
    },
    store: (writer, text) => {
      const value = kstrtobool(text);
      writer.writes(object);
      if (value !== null) object[key] = value;
      return text.length;
    },
  });
}

/** debugfs_create_u32(), and _u16() with 16 `bits`: a number in decimal; written as C reads it, cut to its size. -EINVAL, -ERANGE. */
export function debugfs_create_u32<K extends string>(
  current: Frame,
  name: string,
  mode: number,
  parent: kernfs_node,
  object: Record<K, number>,
  key: K,
  bits: 16 | 32 = 32,
): void {
  debugfs_create_file(current, name, mode, parent, {
    show: (reader) => {
      reader.reads(object);
      return `${object[key]}\n`;
    },
    store: (writer, text) => {
      const value = kstrtoull(text, 0);
      if (typeof value === "number") return value;
      writer.writes(object);
      object[key] = Number(BigInt.asUintN(bits, value));
      return text.length;
    },
  });
}

/** debugfs_create_symlink(): `target` is a text to walk. */
export function debugfs_create_symlink(current: Frame, name: string, parent: kernfs_node, target: string): void {
  kernfs_add(current, parent, name, S_IFLNK | 0o777, { target });
}

/** debugfs_remove(): with all that is below; waits for running reads and writes. */
export async function debugfs_remove(caller: Frame, node: kernfs_node): Promise<void> {
  await kernfs_remove(caller.enter("debugfs_remove"), node);
}

export const debugfs_fs_type: file_system_type = {
  name: "debugfs",
  magic: DEBUGFS_MAGIC,
  get_tree: (current) => {
    const own = statics(current.kernel);
    if (own.sb === null) {
      own.sb = new super_block(current.kernel, debugfs_fs_type, get_anon_bdev(current.kernel));
      own.sb.s_root = kernfs_dentry(own.sb, own.root.node);
    }
    return own.sb;
  },
};
