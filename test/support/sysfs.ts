/** Reads and writes sysfs files as a task does, without a mount: the handler runs in the task, errors are negative. */
import type { Frame } from "../../src/kernel/index.ts";
import { kernfs_find, type kernfs_node, sysfs_root } from "../../src/vfs/index.ts";

/** The node at a path below /sys, following links; null if there is none. */
export function sysfsNode(current: Frame, path: string): kernfs_node | null {
  let node: kernfs_node | null = sysfs_root(current.kernel);
  for (const name of path.split("/")) {
    node = node === null ? null : kernfs_find(node, name);
    if (node?.target !== null && typeof node?.target === "object") node = node.target;
  }
  return node;
}

export async function sysfsRead(current: Frame, path: string): Promise<string | number> {
  const node = sysfsNode(current, path);
  if (node?.ops.show === undefined) throw new Error(`${path} cannot be read`);
  return node.ops.show(current);
}

export async function sysfsWrite(current: Frame, path: string, text: string): Promise<number> {
  const node = sysfsNode(current, path);
  if (node?.ops.store === undefined) throw new Error(`${path} cannot be written`);
  return node.ops.store(current, text);
}

/** Names in a directory, sorted as `ls` does. */
export function sysfsList(current: Frame, path: string): string[] {
  const children = sysfsNode(current, path)?.children;
  if (children === null || children === undefined) throw new Error(`${path} is no directory`);
  return [...children.values()].map((child) => child.name).sort();
}
