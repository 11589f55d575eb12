/** Models read(2), write(2) and lseek(2) (fs/read_write.c) on the descriptors of the current task. */
import { EBADF, EINVAL, EISDIR, ESPIPE, type Frame, type Soon } from "../kernel/index.ts";
import { fget, fput, get_file } from "./fdtable.ts";
import type { file } from "./fs.ts";
import { fsnotify_modify } from "./inotify.ts";

export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;
/** To the next data; /dev/kmsg gives it a meaning of its own. */
export const SEEK_DATA = 3;

/** MAX_RW_COUNT: the most that one call moves. */
const MAX_RW_COUNT = 0x7ffff000;

/** ksys_read(): the bytes, empty at the end of the file, or a negative errno. */
export function ksys_read(caller: Frame, fd: number, count: number): Soon<Uint8Array | number> {
  const current = caller.enter("ksys_read");
  const file = fget(current, fd);
  if (file === null || !file.readable) return -EBADF;
  if (file.f_inode.isDirectory) return -EISDIR;
  if (file.f_op.read === undefined || count < 0) return -EINVAL;
  get_file(current, file);
  const result = file.f_op.read(current.enter("vfs_read"), file, Math.min(count, MAX_RW_COUNT));
  return result instanceof Promise ? result.then((read) => letGo(current, file, read)) : letGo(current, file, result);
}

/** ksys_write(): how many bytes were taken, or a negative errno. */
export function ksys_write(caller: Frame, fd: number, bytes: Uint8Array): Soon<number> {
  const current = caller.enter("ksys_write");
  const file = fget(current, fd);
  if (file === null || !file.writable) return -EBADF;
  if (file.f_op.write === undefined) return -EINVAL;
  get_file(current, file);
  const result = file.f_op.write(current.enter("vfs_write").enter("new_sync_write"), file, bytes);
  return result instanceof Promise ? result.then((count) => written(current, file, count)) : written(current, file, result);
}

function written(current: Frame, file: file, count: number): Soon<number> {
  if (count > 0) fsnotify_modify(current, file.f_inode);
  return letGo(current, file, count);
}

/** Gives the reference back that the call has held, and answers what it has found. */
function letGo<T>(current: Frame, file: file, result: T): Soon<T> {
  const closed = fput(current, file);
  return closed instanceof Promise ? closed.then(() => result) : result;
}

/** ksys_lseek(): the new position. -ESPIPE for pipes, sockets and the like. */
export function ksys_lseek(caller: Frame, fd: number, offset: number, whence: number): number {
  const current = caller.enter("ksys_lseek");
  const file = fget(current, fd);
  if (file === null) return -EBADF;
  if (file.f_op.llseek !== undefined) return file.f_op.llseek(current, file, offset, whence);
  if (file.f_op.seekable === false) return -ESPIPE;
  const base = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? file.f_pos : whence === SEEK_END ? endOf(current, file) : Number.NaN;
  const position = base + offset;
  if (!Number.isSafeInteger(position) || position < 0) return -EINVAL;
  current.writes(file);
  file.f_pos = position;
  return position;
}

function endOf(current: Frame, file: file): number {
  current.reads(file.f_inode);
  return file.f_inode.i_size;
}
