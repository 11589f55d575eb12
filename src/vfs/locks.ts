/**
 * Models flock(2) (fs/locks.c): whole-file locks that belong to the open file description.
 * Left out: byte-range locks of fcntl.
 */
import { EAGAIN, EBADF, EINVAL, type Frame, staticData, wait_once, wait_queue_head } from "../kernel/index.ts";
import { fget } from "./fdtable.ts";
import type { file, inode } from "./fs.ts";

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;

interface FileLocks {
  exclusive: file | null;
  readonly shared: Set<file>;
  readonly wait: wait_queue_head;
}

const statics = staticData(() => ({ locks: new Map<inode, FileLocks>() }));

/** flock(): 0; -EAGAIN with LOCK_NB if it would wait; -EINTR; -EBADF, -EINVAL. */
export async function __do_sys_flock(caller: Frame, fd: number, operation: number): Promise<number> {
  const current = caller.enter("__do_sys_flock");
  const file = fget(current, fd);
  if (file === null) return -EBADF;
  const kind = operation & ~LOCK_NB;
  if (kind === LOCK_UN) {
    releaseLocks(current, file);
    return 0;
  }
  if (kind !== LOCK_SH && kind !== LOCK_EX) return -EINVAL;
  return flock_lock(current, file, kind === LOCK_EX, (operation & LOCK_NB) !== 0);
}

/** Drops what an open file description holds; its last close does so too. */
export function releaseLocks(current: Frame, file: file): void {
  const { locks } = statics(current.kernel);
  const held = locks.get(file.f_inode);
  if (held === undefined) return;
  current.writes(held);
  if (held.exclusive === file) held.exclusive = null;
  held.shared.delete(file);
  if (held.exclusive === null && held.shared.size === 0 && held.wait.empty) locks.delete(file.f_inode);
  held.wait.wake_up();
}

async function flock_lock(caller: Frame, file: file, exclusive: boolean, nonblocking: boolean): Promise<number> {
  const current = caller.enter("flock_lock_inode_wait");
  const { locks } = statics(current.kernel);
  const held = locks.get(file.f_inode) ?? { exclusive: null, shared: new Set(), wait: new wait_queue_head("flock") };
  locks.set(file.f_inode, held);
  releaseOwn(held, file);
  for (;;) {
    current.writes(held);
    if (held.exclusive === null && (!exclusive || held.shared.size === 0)) break;
    if (nonblocking) return -EAGAIN;
    const error = await wait_once(current, held.wait, "TASK_INTERRUPTIBLE");
    if (error !== 0) return error;
  }
  if (exclusive) held.exclusive = file;
  else held.shared.add(file);
  locks.set(file.f_inode, held);
  return 0;
}

/** Asking for another kind of lock gives up the one held before, as flock(2) warns. */
function releaseOwn(held: FileLocks, file: file): void {
  const had = held.exclusive === file || held.shared.has(file);
  if (held.exclusive === file) held.exclusive = null;
  held.shared.delete(file);
  if (had) held.wait.wake_up();
}
