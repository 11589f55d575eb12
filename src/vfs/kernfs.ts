/**
 * Models kernfs (fs/kernfs): the tree behind sysfs; debugfs and the fixed part of procfs are made of it here too. A file's
 * content is what its `show` says when a read begins at offset 0, a write goes to its `store` in the writing task. Who
 * removes a node waits until every running show and store of it has returned (kernfs_drain), which is a wait like others.
 * A directory may tag its children: then a mount shows only those with its own tag (the net namespace, for sysfs).
 * Left out: kernfs_mutex (nothing sleeps with it), binary attributes, mmap, the order of hashes in listings.
 */
import {
  EACCES,
  EINVAL,
  ENODEV,
  type Frame,
  mutex,
  mutex_lock,
  mutex_unlock,
  type Task,
  wait_event,
  wait_queue_head,
} from "../kernel/index.ts";
import {
  type DirectoryEntry,
  dentry,
  type file,
  type file_operations,
  inode,
  type inode_operations,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
  type super_block,
} from "./fs.ts";

/** What stands behind a file. Handlers run in the task that reads or writes, and may sleep. */
export interface AttributeOps {
  /** The whole content, or a negative errno, which read(2) returns. */
  show?(current: Frame): string | number | Promise<string | number>;
  /** Takes what one write(2) wrote. A negative errno is what it returns; anything else counts as "all taken". */
  store?(current: Frame, text: string): number | Promise<number>;
}

export interface Attribute extends AttributeOps {
  readonly name: string;
  /** Permission bits: 0444, 0644, 0200. */
  readonly mode: number;
}

export type Tag = object | null;

/** One directory, file or link. */
export class kernfs_node {
  name: string;
  parent: kernfs_node | null;
  /** Type and permission bits. */
  readonly mode: number;
  /** Tag under which it is visible, in a directory that tags its children. */
  ns: Tag;
  readonly ino: number;
  /** Set for directories. */
  private readonly made: Map<string, kernfs_node> | null;
  private attrs: NodeInit["attrs"];
  /** True if the children of this directory are tagged. */
  readonly tagsChildren: boolean;
  /** Set for links: the node, or a text to walk. */
  readonly target: kernfs_node | string | null;
  readonly ops: AttributeOps;
  readonly root: kernfs_root;
  /** False once removal has begun: no new show or store starts. */
  activated = true;
  // A machine has thousands of nodes, and few of them are ever looked at: what that needs is made then.
  private tasks: Task[] | null = null;
  private queue: wait_queue_head | null = null;
  /** @internal one for each super block that has looked at it */
  entries: WeakMap<super_block, dentry> | null = null;

  constructor(parent: kernfs_node | null, name: string, mode: number, root: kernfs_root, init: NodeInit = {}) {
    this.parent = parent;
    this.name = name;
    this.mode = mode;
    this.root = root;
    this.ino = ++root.lastIno;
    this.ns = init.ns ?? null;
    this.tagsChildren = init.tagsChildren ?? false;
    this.target = init.target ?? null;
    this.ops = init.ops ?? {};
    this.made = (mode & 0o170000) === S_IFDIR ? new Map() : null;
    this.attrs = init.attrs;
  }

  /** @internal set for directories: by name, or by tag and name */
  get children(): Map<string, kernfs_node> | null {
    const { attrs } = this;
    this.attrs = undefined;
    for (const ops of attrs?.() ?? []) kernfs_add(null, this, ops.name, S_IFREG | ops.mode, { ops });
    return this.made;
  }

  /** @internal those of its children that exist already */
  get existing(): Iterable<kernfs_node> {
    return this.made?.values() ?? [];
  }

  /** @internal tasks that run a show or store of it now */
  get users(): Task[] {
    this.tasks ??= [];
    return this.tasks;
  }

  /** @internal true if there are any */
  get used(): boolean {
    return this.tasks !== null && this.tasks.length > 0;
  }

  /** @internal where the remover waits for them */
  get drained(): wait_queue_head {
    this.queue ??= new wait_queue_head(`kn->active ${this.name}`, { kind: "reference", blockers: () => this.users });
    return this.queue;
  }

  get isDirectory(): boolean {
    return this.made !== null;
  }
}

export interface NodeInit {
  readonly ns?: Tag;
  readonly tagsChildren?: boolean;
  readonly target?: kernfs_node | string;
  readonly ops?: AttributeOps;
  /** The files of a directory. They are made when it is first looked into: most never are, and nobody can tell. */
  readonly attrs?: (() => readonly Attribute[]) | undefined;
}

/** One tree, and how its files look. */
export class kernfs_root {
  /** @internal */
  lastIno = 0;
  /** What stat says of a file's size: a page for sysfs. */
  readonly fileSize: number;
  readonly node: kernfs_node;
  private readonly tags = new WeakMap<object, number>();
  private lastTag = 0;

  constructor(fileSize: number, mode = 0o755) {
    this.fileSize = fileSize;
    this.node = new kernfs_node(null, "", S_IFDIR | mode, this);
  }

  /** @internal the key of a child in its directory */
  key(dir: kernfs_node, name: string, ns: Tag): string {
    if (!dir.tagsChildren || ns === null) return name;
    let tag = this.tags.get(ns);
    if (tag === undefined) {
      tag = ++this.lastTag;
      this.tags.set(ns, tag);
    }
    return `${tag}/${name}`;
  }
}

/** What a mount of such a tree keeps: the tag of what it shows. */
export interface KernfsMount {
  readonly ns: Tag;
}

/** kernfs_find_and_get_ns() */
export function kernfs_find(dir: kernfs_node, name: string, ns: Tag = null): kernfs_node | null {
  return dir.children?.get(dir.root.key(dir, name, ns)) ?? null;
}

/** kernfs_add_one(): null if the name is taken. */
export function kernfs_add(current: Frame | null, dir: kernfs_node, name: string, mode: number, init: NodeInit = {}): kernfs_node | null {
  const key = dir.root.key(dir, name, init.ns ?? null);
  if (dir.children === null || dir.children.has(key)) return null;
  current?.writes(dir);
  const node = new kernfs_node(dir, name, mode, dir.root, init);
  dir.children.set(key, node);
  return node;
}

/** kernfs_remove(): takes a node and all below it out of the tree, then waits for those who use them. */
export async function kernfs_remove(caller: Frame, node: kernfs_node): Promise<void> {
  const current = caller.enter("kernfs_remove").enter("__kernfs_remove");
  const { parent } = node;
  if (parent === null || !node.activated) return;
  current.writes(parent);
  const gone = subtree(node);
  for (const each of gone) each.activated = false;
  parent.children?.delete(parent.root.key(parent, node.name, node.ns));
  for (const each of gone) if (each.used) await wait_event(current, each.drained, () => !each.used);
}

/** kernfs_break_active_protection(): the running store of a node steps out, so that it may remove its own node. */
export function kernfs_break_active_protection(current: Frame, node: kernfs_node): void {
  putActive(current, node);
}

/** kernfs_rename_ns() */
export function kernfs_rename(current: Frame, node: kernfs_node, parent: kernfs_node, name: string, ns: Tag): boolean {
  const old = node.parent;
  const key = parent.root.key(parent, name, ns);
  if (old === null || parent.children === null || (parent.children.has(key) && parent.children.get(key) !== node)) return false;
  current.writes(old);
  current.writes(parent);
  old.children?.delete(old.root.key(old, node.name, node.ns));
  node.parent = parent;
  node.name = name;
  node.ns = ns;
  parent.children.set(key, node);
  for (const each of subtree(node)) each.entries = null;
  return true;
}

/** The node's path from the root of its tree, without a leading slash. */
export function kernfs_path(node: kernfs_node): string {
  const { parent } = node;
  if (parent === null) return "";
  const above = kernfs_path(parent);
  return above === "" ? node.name : `${above}/${node.name}`;
}

/** The dentry under which a super block shows a node. */
export function kernfs_dentry(sb: super_block, node: kernfs_node, operations: inode_operations = kernfs_iops): dentry {
  node.entries ??= new WeakMap();
  let entry = node.entries.get(sb);
  if (entry === undefined) {
    const parent = node.parent === null ? null : kernfs_dentry(sb, node.parent);
    const made = new inode(sb, node.mode, operations, node.isDirectory ? {} : kernfs_file_fops, node.ino);
    made.i_private = node;
    made.i_size = (node.mode & 0o170000) === S_IFREG ? node.root.fileSize : 0;
    entry = new dentry(node.name, parent, made);
    node.entries.set(sb, entry);
  }
  return entry;
}

/** The nodes below a node, and last the node itself. */
function subtree(node: kernfs_node, found: kernfs_node[] = []): readonly kernfs_node[] {
  for (const child of node.existing) subtree(child, found);
  found.push(node);
  return found;
}

function nodeOf(entry: dentry): kernfs_node {
  return entry.d_inode.i_private as kernfs_node;
}

function tagOf(sb: super_block): Tag {
  return (sb.s_fs_info as KernfsMount | null)?.ns ?? null;
}

/** A relative link text from a link to its target, as sysfs gives them. */
function relativePath(from: kernfs_node, to: kernfs_node): string {
  const up = kernfs_path(from).split("/").slice(0, -1);
  const down = kernfs_path(to).split("/");
  let same = 0;
  while (same < up.length && same < down.length - 1 && up[same] === down[same]) same++;
  return [...Array<string>(up.length - same).fill(".."), ...down.slice(same)].join("/");
}

/** Operations on the nodes of such a tree; procfs puts its own in front for its root. */
export const kernfs_iops: inode_operations = {
  setattr: true,
  lookup: (current, dir, name) => {
    const parent = nodeOf(dir);
    current.reads(parent);
    const child = kernfs_find(parent, name, parent.tagsChildren ? tagOf(dir.d_inode.i_sb) : null);
    return child === null ? null : kernfs_dentry(dir.d_inode.i_sb, child);
  },
  readdir: (current, dir) => {
    const parent = nodeOf(dir);
    current.reads(parent);
    const tag = tagOf(dir.d_inode.i_sb);
    const entries: DirectoryEntry[] = [];
    for (const child of parent.children?.values() ?? []) {
      if (!parent.tagsChildren || child.ns === tag) entries.push({ name: child.name, ino: child.ino, type: child.mode & 0o170000 });
    }
    return entries;
  },
  get_link: (_current, link) => {
    const node = nodeOf(link);
    return typeof node.target === "string" ? node.target : node.target === null ? -EINVAL : relativePath(node, node.target);
  },
  truncate: () => 0,
  getattr: (_current, made) => {
    const { children } = made.i_private as kernfs_node;
    if (children === null) return;
    made.i_nlink = 2;
    for (const child of children.values()) if (child.isDirectory) made.i_nlink++;
  },
};

/** struct kernfs_open_file */
interface kernfs_open_file {
  readonly mutex: mutex;
  content: Uint8Array | null;
}

const kernfs_file_fops: file_operations = {
  open: (current, made, file) => {
    const { ops } = made.i_private as kernfs_node;
    if (file.writable && ops.store === undefined) return -EACCES;
    if (file.readable && ops.show === undefined) return -EACCES;
    file.private_data = { mutex: new mutex(current.kernel, "&of->mutex"), content: null } satisfies kernfs_open_file;
    return 0;
  },
  read: kernfs_fop_read_iter,
  write: kernfs_fop_write_iter,
};

async function kernfs_fop_read_iter(caller: Frame, file: file, count: number): Promise<Uint8Array | number> {
  const current = caller.enter("kernfs_fop_read_iter").enter("seq_read_iter");
  const of = file.private_data as kernfs_open_file;
  if (file.f_pos === 0 || of.content === null) {
    const node = nodeOf(file.f_path.dentry);
    const text = await guarded(current, of, node, async () => (await node.ops.show?.(current)) ?? -EINVAL);
    if (typeof text === "number") return text;
    of.content = new TextEncoder().encode(text);
  }
  const bytes = of.content.slice(file.f_pos, file.f_pos + count);
  file.f_pos += bytes.length;
  return bytes;
}

async function kernfs_fop_write_iter(caller: Frame, file: file, bytes: Uint8Array): Promise<number> {
  const current = caller.enter("kernfs_fop_write_iter");
  const of = file.private_data as kernfs_open_file;
  const node = nodeOf(file.f_path.dentry);
  const result = await guarded(
    current,
    of,
    node,
    async () => (await node.ops.store?.(current, new TextDecoder().decode(bytes))) ?? -EINVAL,
  );
  if (result < 0) return result;
  file.f_pos += bytes.length;
  return bytes.length;
}

/** Runs a handler under the open file's mutex and with an active reference of the node. -ENODEV once it is removed. */
async function guarded<T>(current: Frame, of: kernfs_open_file, node: kernfs_node, run: () => Promise<T>): Promise<T | number> {
  await mutex_lock(current, of.mutex);
  current.reads(node);
  if (!node.activated) {
    mutex_unlock(current, of.mutex);
    return -ENODEV;
  }
  node.users.push(current.task);
  const result = await run();
  putActive(current, node);
  mutex_unlock(current, of.mutex);
  return result;
}

function putActive(current: Frame, node: kernfs_node): void {
  const at = node.users.indexOf(current.task);
  if (at < 0) return;
  node.users.splice(at, 1);
  if (!node.used) node.drained.wake_up();
}

/** A link's mode. */
export const LINK_MODE = S_IFLNK | 0o777;
