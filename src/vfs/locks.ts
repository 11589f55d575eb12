/**
 * Models flock(2) (fs/locks.c): whole-file locks that belong to the open file description.
 * Left out: byte-range locks of fcntl.
 */
import { EAGAIN, EINTR, type Frame, signal_pending, staticData, wait_once, wait_queue_head } from "../kernel/index.ts";
import type { file, inode } from "./fs.ts";

interface FileLocks {
  exclusive: file | null;
  readonly shared: Set<file>;
  readonly wait: wait_queue_head;
}

const statics = staticData(() => ({ locks: new Map<inode, FileLocks>() }));

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

/** flock_lock_inode_wait(): 0, -EAGAIN if it may not wait, -EINTR. */
export async function flock_lock(caller: Frame, file: file, exclusive: boolean, nonblocking: boolean): Promise<number> {
  const current = caller.enter("flock_lock_inode_wait");
  const { locks } = statics(current.kernel);
  const held = locks.get(file.f_inode) ?? { exclusive: null, shared: new Set(), wait: new wait_queue_head("flock") };
  locks.set(file.f_inode, held);
  releaseOwn(held, file);
  for (;;) {
    current.writes(held);
    if (held.exclusive === null && (!exclusive || held.shared.size === 0)) break;
    if (nonblocking) return -EAGAIN;
    const error = signal_pending(current.task) ? -EINTR : await wait_once(current, held.wait, "TASK_INTERRUPTIBLE");
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
