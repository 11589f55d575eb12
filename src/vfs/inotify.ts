/**
 * Models inotify (fs/notify/inotify, fs/notify/fsnotify.c): names that come to and go from a watched directory, and regular files
 * that are written. Left out: other events of files, IN_MODIFY by the directory, IN_ONESHOT, IN_EXCL_UNLINK, the limit of queued
 * events, watches ending with what they are on.
 */
import { EAGAIN, EBADF, EINTR, EINVAL, type Frame, signal_pending, staticData, wait_once } from "../kernel/index.ts";
import { fd_install, fget, fput } from "./fdtable.ts";
import { dentry, file, type file_operations, type file_system_type, inode, O_CLOEXEC, O_RDONLY, S_IFREG, super_block } from "./fs.ts";
import { kern_mount, type mount } from "./mount.ts";
import { path_lookup } from "./namei.ts";
import { POLLIN, poll_queue_head, poll_wait } from "./select.ts";
import { get_anon_bdev } from "./super.ts";

export const IN_MODIFY = 0x2;
export const IN_MOVED_FROM = 0x40;
export const IN_MOVED_TO = 0x80;
export const IN_CREATE = 0x100;
export const IN_DELETE = 0x200;
const IN_ISDIR = 0x4000_0000;
const WATCHABLE = IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE;

/** sizeof(struct inotify_event): wd s32, mask u32, cookie u32, len u32; the name is padded to a multiple of it. */
const EVENT_LEN = 16;

class inotify_group {
  readonly queue: Uint8Array[] = [];
  readonly wait = new poll_queue_head("inotify_read", { kind: "pipe" });
  next_wd = 1;
}

interface inotify_watch {
  readonly group: inotify_group;
  readonly wd: number;
  mask: number;
}

const anon_fs_type: file_system_type = { name: "anon_inodefs", magic: 0x09041934 };

const statics = staticData((kernel) => ({
  sb: new super_block(kernel, anon_fs_type, get_anon_bdev(kernel)),
  mnt: null as mount | null,
  /** Watches by the directory that they are on. */
  marks: new Map<inode, inotify_watch[]>(),
  cookie: 0,
}));

const inotify_fops: file_operations = {
  seekable: false,
  read: inotify_read,
  poll: (current, file, table) => {
    const group = file.private_data as inotify_group;
    current.reads(group);
    poll_wait(group.wait, table);
    return group.queue.length > 0 ? POLLIN : 0;
  },
  release: (current, file) => {
    const { marks } = statics(current.kernel);
    current.writes(marks);
    for (const [node, watches] of marks) {
      const left = watches.filter((watch) => watch.group !== file.private_data);
      if (left.length === 0) marks.delete(node);
      else marks.set(node, left);
    }
  },
};

/** inotify_init1(2): a descriptor, or -EMFILE. */
export async function do_inotify_init(caller: Frame, flags: number): Promise<number> {
  const current = caller.enter("do_inotify_init");
  const own = statics(current.kernel);
  const node = new inode(own.sb, S_IFREG | 0o600, {}, inotify_fops);
  const entry = new dentry("inotify", null, node);
  own.mnt ??= kern_mount(current.kernel, entry, "anon_inodefs");
  const opened = new file({ mnt: own.mnt, dentry: entry }, inotify_fops, O_RDONLY | flags);
  opened.private_data = new inotify_group();
  const fd = fd_install(current, opened, (flags & O_CLOEXEC) !== 0);
  if (fd < 0) await fput(current, opened);
  return fd;
}

/**
 * inotify_add_watch(2): a watch descriptor; a second call for the same inode changes its mask. -EBADF, -EINVAL for a
 * descriptor that is no inotify or a mask that is not modelled, or what the lookup says.
 */
export function __do_sys_inotify_add_watch(caller: Frame, fd: number, name: string, mask: number): number {
  const current = caller.enter("__do_sys_inotify_add_watch");
  const opened = fget(current, fd);
  if (opened === null) return -EBADF;
  const group = opened.private_data;
  if (!(group instanceof inotify_group) || mask === 0 || (mask & ~WATCHABLE) !== 0) return -EINVAL;
  const at = path_lookup(current, name);
  if (typeof at === "number") return at;
  const node = at.dentry.d_inode;
  if (node.isDirectory && (mask & IN_MODIFY) !== 0) return -EINVAL;
  const { marks } = statics(current.kernel);
  current.writes(marks);
  const watches = marks.get(node) ?? [];
  const known = watches.find((watch) => watch.group === group);
  if (known !== undefined) {
    known.mask = mask;
    return known.wd;
  }
  const watch = { group, wd: group.next_wd++, mask };
  marks.set(node, [...watches, watch]);
  return watch.wd;
}

/** fsnotify_name(): `name` has come to or gone from the directory. Wakes who reads; does not wait. */
export function fsnotify_name(current: Frame, dir: inode, mask: number, name: string, directory: boolean, cookie = 0): void {
  const { marks } = statics(current.kernel);
  current.reads(marks);
  for (const watch of marks.get(dir) ?? []) {
    if ((watch.mask & mask) === 0) continue;
    current.writes(watch.group);
    watch.group.queue.push(encodeEvent(watch.wd, (directory ? mask | IN_ISDIR : mask) >>> 0, cookie, name));
    watch.group.wait.wake_up();
  }
}

/** fsnotify_modify(): a regular file was written or cut. Wakes who reads; does not wait. */
export function fsnotify_modify(current: Frame, node: inode): void {
  if (node.type !== S_IFREG) return;
  const { marks } = statics(current.kernel);
  current.reads(marks);
  if (marks.size > 0) fsnotify_name(current, node, IN_MODIFY, "", false);
}

/** fsnotify_move(): both halves of a rename carry the same cookie. */
export function fsnotify_move(current: Frame, from: inode, to: inode, oldName: string, newName: string, directory: boolean): void {
  const own = statics(current.kernel);
  current.writes(own);
  const cookie = ++own.cookie;
  fsnotify_name(current, from, IN_MOVED_FROM, oldName, directory, cookie);
  fsnotify_name(current, to, IN_MOVED_TO, newName, directory, cookie);
}

function encodeEvent(wd: number, mask: number, cookie: number, name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  const length = name === "" ? 0 : (Math.floor(text.length / EVENT_LEN) + 1) * EVENT_LEN;
  const bytes = new Uint8Array(EVENT_LEN + length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, wd, true);
  view.setUint32(4, mask, true);
  view.setUint32(8, cookie, true);
  view.setUint32(12, length, true);
  bytes.set(text, EVENT_LEN);
  return bytes;
}

/** inotify_read(): whole events, as many as fit. -EINVAL if not even the first does. */
async function inotify_read(caller: Frame, file: file, count: number): Promise<Uint8Array | number> {
  const current = caller.enter("inotify_read");
  const group = file.private_data as inotify_group;
  for (;;) {
    current.writes(group);
    const first = group.queue[0];
    if (first !== undefined) return first.length > count ? -EINVAL : take(group, count);
    if (file.nonblocking) return -EAGAIN;
    const error = signal_pending(current.task) ? -EINTR : await wait_once(current, group.wait, "TASK_INTERRUPTIBLE");
    if (error !== 0) return error;
  }
}

function take(group: inotify_group, count: number): Uint8Array {
  const parts: number[] = [];
  let room = count;
  for (let next = group.queue[0]; next !== undefined && next.length <= room; next = group.queue[0]) {
    parts.push(...next);
    room -= next.length;
    group.queue.shift();
  }
  return Uint8Array.from(parts);
}
