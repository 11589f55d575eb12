/**
 * Models procfs (fs/proc): a fixed part, made of kernfs nodes, and a directory for each task, made when it is looked at.
 * Upper rooms add to both: `proc_create`, `proc_symlink` for the fixed part, `proc_pid_entry`,
 * `proc_pid_link`, `proc_ns_entry` for the tasks'.
 * Left out: hidepid, /proc/<pid>/task, pid namespaces.
 */
import { EINVAL, ENOENT, type Frame, find_task_by_pid, type Kernel, staticData, type Task } from "../kernel/index.ts";
import {
  type DirectoryEntry,
  dentry,
  type file_operations,
  type file_system_type,
  inode,
  type inode_operations,
  type path,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
  super_block,
} from "./fs.ts";
import {
  type AttributeOps,
  kernfs_add,
  kernfs_dentry,
  kernfs_find,
  kernfs_iops,
  type kernfs_node,
  kernfs_remove,
  kernfs_root,
  LINK_MODE,
} from "./kernfs.ts";
import { type ns_common, ns_get_path, ns_text } from "./nsfs.ts";
import { get_anon_bdev } from "./super.ts";

const PROC_SUPER_MAGIC = 0x9fa0;
/** Inode numbers of tasks' directories begin above those of the fixed part. */
const PID_INO_BASE = 1 << 24;
const PID_INO_STEP = 1 << 10;

export interface ProcOps {
  /** Permission bits; 0444, or 0644 with a write handler, if left out. */
  readonly mode?: number;
  show?(current: Frame): string | number | Promise<string | number>;
  /** What a write gives: a negative errno, or anything else for "all taken". */
  write?(current: Frame, text: string): number | Promise<number>;
}

export interface ProcPidOps {
  readonly mode?: number;
  show?(current: Frame, task: Task): string | number | Promise<string | number>;
  write?(current: Frame, task: Task, text: string): number | Promise<number>;
}

/** A directory of a task whose entries are links made when they are looked at: /proc/<pid>/fd. */
export interface ProcPidDirectory {
  list(current: Frame, task: Task): readonly string[];
  link(current: Frame, task: Task, name: string): ProcLink | null;
}

/** A link of /proc: the text that readlink gives, and where it leads (a place, or a text to walk). */
export interface ProcLink {
  readonly text: string;
  readonly target: path | string;
}

type PidEntry =
  | { readonly kind: "file"; readonly ops: ProcPidOps }
  | { readonly kind: "link"; link(current: Frame, task: Task): ProcLink | number }
  | { readonly kind: "links"; readonly directory: ProcPidDirectory }
  | { readonly kind: "dir"; readonly entries: Map<string, PidEntry> };

const statics = staticData(() => {
  const root = new kernfs_root(0, 0o555);
  const pid = new Map<string, PidEntry>();
  return { root, pid, sb: null as super_block | null };
});

/** proc_create(): a file of the fixed part; directories on the way ("sys/kernel") are made. False if the name is taken. */
export function proc_create(kernel: Kernel, name: string, ops: ProcOps): boolean {
  const { dir, last } = parentOf(kernel, name);
  const mode = ops.mode ?? (ops.write === undefined ? 0o444 : 0o644);
  return kernfs_add(null, dir, last, S_IFREG | mode, { ops: attributeOf(ops) }) !== null;
}

/** proc_symlink() */
export function proc_symlink(kernel: Kernel, name: string, target: string): void {
  const { dir, last } = parentOf(kernel, name);
  kernfs_add(null, dir, last, LINK_MODE, { target });
}

/** remove_proc_entry(): with all below it; waits for running reads and writes. */
export async function remove_proc_entry(caller: Frame, name: string): Promise<void> {
  const { dir, last } = parentOf(caller.kernel, name);
  const node = kernfs_find(dir, last);
  if (node !== null) await kernfs_remove(caller.enter("remove_proc_entry"), node);
}

/** Adds a file to every task's directory. `name` may lie below others: "net/dev". */
export function proc_pid_entry(kernel: Kernel, name: string, ops: ProcPidOps): void {
  addPidEntry(kernel, name, { kind: "file", ops });
}

/** Adds a link to every task's directory. A negative errno where the task has nothing to link to. */
export function proc_pid_link(kernel: Kernel, name: string, link: (current: Frame, task: Task) => ProcLink | number): void {
  addPidEntry(kernel, name, { kind: "link", link });
}

/** Adds a directory of links to every task's directory. */
export function proc_pid_links(kernel: Kernel, name: string, directory: ProcPidDirectory): void {
  addPidEntry(kernel, name, { kind: "links", directory });
}

/** Adds /proc/<pid>/ns/<type>; `find` answers null for a task that has left its namespaces. */
export function proc_ns_entry(kernel: Kernel, type: string, find: (task: Task) => ns_common | null): void {
  proc_pid_link(kernel, `ns/${type}`, (current, task) => {
    const ns = find(task);
    return ns === null ? -ENOENT : { text: ns_text(ns), target: ns_get_path(current, ns) };
  });
}

export const proc_fs_type: file_system_type = {
  name: "proc",
  magic: PROC_SUPER_MAGIC,
  get_tree: (current) => {
    const own = statics(current.kernel);
    if (own.sb === null) {
      own.sb = new super_block(current.kernel, proc_fs_type, get_anon_bdev(current.kernel));
      own.sb.s_root = kernfs_dentry(own.sb, own.root.node, proc_root_iops);
    }
    return own.sb;
  },
};

function attributeOf(ops: ProcOps): AttributeOps {
  return { ...(ops.show && { show: ops.show }), ...(ops.write && { store: ops.write }) };
}

function parentOf(kernel: Kernel, name: string): { dir: kernfs_node; last: string } {
  const parts = name.split("/");
  const last = parts.pop() as string;
  let dir = statics(kernel).root.node;
  for (const part of parts) dir = kernfs_find(dir, part) ?? (kernfs_add(null, dir, part, S_IFDIR | 0o555) as kernfs_node);
  return { dir, last };
}

function addPidEntry(kernel: Kernel, name: string, entry: PidEntry): void {
  const parts = name.split("/");
  const last = parts.pop() as string;
  let entries = statics(kernel).pid;
  for (const part of parts) {
    const found = entries.get(part);
    const dir = found?.kind === "dir" ? found : { kind: "dir" as const, entries: new Map<string, PidEntry>() };
    entries.set(part, dir);
    entries = dir.entries;
  }
  entries.set(last, entry);
}

/** What stands behind an inode of a task's directory. */
interface PidInode {
  readonly task: Task;
  readonly entry: PidEntry;
}

const proc_root_iops: inode_operations = {
  ...kernfs_iops,
  lookup: (current, dir, name) => {
    const fixed = kernfs_iops.lookup?.(current, dir, name) ?? null;
    if (fixed !== null) return fixed;
    if (name === "self") return selfLink(current, dir);
    const task = /^[1-9]\d{0,9}$/.test(name) ? findTask(current, Number(name)) : null;
    const { pid } = statics(current.kernel);
    return task === null ? null : pidDentry(dir, name, task, { kind: "dir", entries: pid }, task.pid * PID_INO_STEP + PID_INO_BASE);
  },
  readdir: (current, dir) => {
    const fixed = kernfs_iops.readdir?.(current, dir) ?? [];
    current.reads(current.kernel.tasks);
    const pids = [...current.kernel.tasks.values()]
      .filter((task) => task.alive || task.state === "EXIT_ZOMBIE")
      .sort((a, b) => a.pid - b.pid);
    const entries: DirectoryEntry[] = [...fixed, { name: "self", ino: PID_INO_BASE - 1, type: S_IFLNK }];
    for (const task of pids) entries.push({ name: String(task.pid), ino: task.pid * PID_INO_STEP + PID_INO_BASE, type: S_IFDIR });
    return entries;
  },
};

function findTask(current: Frame, pid: number): Task | null {
  return find_task_by_pid(current, pid) ?? null;
}

function selfLink(current: Frame, dir: dentry): dentry {
  const node = new inode(dir.d_inode.i_sb, LINK_MODE, { get_link: () => String(current.task.pid) }, {}, PID_INO_BASE - 1);
  return new dentry("self", dir, node);
}

function pidDentry(dir: dentry, name: string, task: Task, entry: PidEntry, ino: number): dentry {
  const node = new inode(dir.d_inode.i_sb, modeOf(entry), pidInodeOperations(entry), pid_file_fops, ino);
  node.i_private = { task, entry } satisfies PidInode;
  if (node.isDirectory) node.i_nlink = 2;
  return new dentry(name, dir, node);
}

function modeOf(entry: PidEntry): number {
  if (entry.kind === "file") return S_IFREG | (entry.ops.mode ?? (entry.ops.write === undefined ? 0o444 : 0o644));
  return entry.kind === "link" ? LINK_MODE : S_IFDIR | (entry.kind === "links" ? 0o500 : 0o555);
}

function behind(entry: dentry): PidInode {
  return entry.d_inode.i_private as PidInode;
}

function pidInodeOperations(entry: PidEntry): inode_operations {
  if (entry.kind === "dir") return pid_dir_iops;
  return entry.kind === "links" ? pid_links_iops : pid_link_iops;
}

const pid_dir_iops: inode_operations = {
  lookup: (_current, dir, name) => {
    const { task, entry } = behind(dir);
    if (entry.kind !== "dir" || task.state === "EXIT_DEAD") return null;
    const child = entry.entries.get(name);
    return child === undefined ? null : pidDentry(dir, name, task, child, inoOf(dir, entry.entries, name));
  },
  readdir: (_current, dir) => {
    const { task, entry } = behind(dir);
    if (entry.kind !== "dir" || task.state === "EXIT_DEAD") return [];
    return [...entry.entries].map(([name, child]) => ({ name, ino: inoOf(dir, entry.entries, name), type: modeOf(child) & 0o170000 }));
  },
};

function inoOf(dir: dentry, entries: Map<string, PidEntry>, name: string): number {
  return dir.d_inode.i_ino + 1 + [...entries.keys()].indexOf(name);
}

const pid_links_iops: inode_operations = {
  lookup: (current, dir, name) => {
    const { task, entry } = behind(dir);
    if (entry.kind !== "links" || entry.directory.link(current, task, name) === null) return null;
    const link = (frame: Frame): ProcLink | number => entry.directory.link(frame, task, name) ?? -ENOENT;
    return pidDentry(dir, name, task, { kind: "link", link }, dir.d_inode.i_ino + 1);
  },
  readdir: (current, dir) => {
    const { task, entry } = behind(dir);
    if (entry.kind !== "links") return [];
    return entry.directory.list(current, task).map((name) => ({ name, ino: dir.d_inode.i_ino + 1, type: S_IFLNK }));
  },
};

const pid_link_iops: inode_operations = {
  get_link: (current, link) => {
    const found = resolve(current, link);
    return typeof found === "number" ? found : found.target;
  },
  readlink: (current, link) => {
    const found = resolve(current, link);
    return typeof found === "number" ? found : found.text;
  },
};

function resolve(current: Frame, link: dentry): ProcLink | number {
  const { task, entry } = behind(link);
  return entry.kind === "link" ? entry.link(current, task) : -ENOENT;
}

const pid_file_fops: file_operations = {
  read: async (current, file, count) => {
    const { task, entry } = behind(file.f_path.dentry);
    if (file.f_pos === 0 || file.private_data === null) {
      const text = entry.kind === "file" ? await entry.ops.show?.(current, task) : undefined;
      if (text === undefined) return -EINVAL;
      if (typeof text === "number") return text;
      file.private_data = new TextEncoder().encode(text);
    }
    const bytes = (file.private_data as Uint8Array).slice(file.f_pos, file.f_pos + count);
    file.f_pos += bytes.length;
    return bytes;
  },
  write: async (current, file, bytes) => {
    const { task, entry } = behind(file.f_path.dentry);
    const result = entry.kind === "file" ? await entry.ops.write?.(current, task, new TextDecoder().decode(bytes)) : undefined;
    if (result === undefined) return -EINVAL;
    return result < 0 ? result : bytes.length;
  },
};
