/**
 * Models struct files_struct and the life of struct file (fs/file.c, fs/file_table.c): descriptors, their references,
 * close-on-exec, the copies that fork makes.
 * Left out: the delay of the last fput to the return to user space: the file is released at once.
 */
import { andThen, EBADF, EINVAL, EMFILE, type Frame, type Soon, taskSlot } from "../kernel/index.ts";
import type { file } from "./fs.ts";
import { releaseLocks } from "./locks.ts";
import { mntput } from "./mount.ts";
import { task_rlimit } from "./rlimit.ts";

interface Descriptor {
  readonly file: file;
  close_on_exec: boolean;
}

export class files_struct {
  /** @internal by descriptor number */
  readonly fd: (Descriptor | undefined)[] = [];
}

/** The open files of a task. Kernel threads have none. */
export const task_files = taskSlot<files_struct>();

/** fget(): the file behind a descriptor of the current task, or null. Takes no reference of its own. */
export function fget(current: Frame, fd: number): file | null {
  return task_files.get(current.task)?.fd[fd]?.file ?? null;
}

/** Takes another reference of an open file. */
export function get_file(current: Frame, file: file): file {
  file.f_count.inc(current);
  return file;
}

/** fput(): lets go of a file; the last one releases it. */
export function fput(current: Frame, file: file): Soon<void> {
  if (!file.f_count.dec_and_test(current)) return;
  const frame = current.enter("__fput");
  releaseLocks(frame, file);
  const released = file.f_op.release?.(frame, file);
  return released instanceof Promise ? released.then(() => mntput(frame, file.f_path.mnt)) : mntput(frame, file.f_path.mnt);
}

/**
 * fd_install() behind get_unused_fd_flags(): gives the file (and the caller's reference of it) the lowest free descriptor
 * not below `least`. -EMFILE if there is none; the reference stays the caller's then.
 */
export function fd_install(current: Frame, file: file, cloexec: boolean, least = 0): number {
  const files = filesOf(current);
  let fd = least;
  while (files.fd[fd] !== undefined) fd++;
  if (fd >= task_rlimit(current.task, "RLIMIT_NOFILE").rlim_cur) return -EMFILE;
  files.fd[fd] = { file, close_on_exec: cloexec };
  return fd;
}

/** close_fd(): -EBADF if it is not open. */
export function close_fd(current: Frame, fd: number): Soon<number> {
  const files = filesOf(current);
  const entry = files.fd[fd];
  if (entry === undefined) return -EBADF;
  files.fd[fd] = undefined;
  const closed = fput(current, entry.file);
  return closed instanceof Promise ? closed.then(() => 0) : 0;
}

/** ksys_dup3(): `to` becomes another descriptor of what `from` is. The same two: nothing happens. */
export function ksys_dup3(caller: Frame, from: number, to: number, cloexec: boolean): Soon<number> {
  const current = caller.enter("ksys_dup3");
  const files = filesOf(current);
  const source = files.fd[from];
  if (source === undefined || to < 0 || to >= task_rlimit(current.task, "RLIMIT_NOFILE").rlim_cur) return -EBADF;
  if (from === to) return to;
  const old = files.fd[to];
  files.fd[to] = { file: get_file(current, source.file), close_on_exec: cloexec };
  const closed = old === undefined ? undefined : fput(current, old.file);
  return closed instanceof Promise ? closed.then(() => to) : to;
}

/** f_dupfd(): fcntl(F_DUPFD) and dup. -EINVAL if no descriptor may be that high. */
export function f_dupfd(current: Frame, from: number, least: number, cloexec: boolean): Soon<number> {
  const file = fget(current, from);
  if (file === null) return -EBADF;
  if (least >= task_rlimit(current.task, "RLIMIT_NOFILE").rlim_cur) return -EINVAL;
  const fd = fd_install(current, get_file(current, file), cloexec, least);
  return fd < 0 ? andThen(fput(current, file), () => fd) : fd;
}

/** set_close_on_exec() */
export function set_close_on_exec(current: Frame, fd: number, on: boolean): number {
  const entry = filesOf(current).fd[fd];
  if (entry === undefined) return -EBADF;
  entry.close_on_exec = on;
  return 0;
}

/** dup_fd(): the table that a forked child gets. */
export function dup_fd(current: Frame, files: files_struct): files_struct {
  const copy = new files_struct();
  for (let fd = 0; fd < files.fd.length; fd++) {
    const entry = files.fd[fd];
    if (entry !== undefined) copy.fd[fd] = { file: get_file(current, entry.file), close_on_exec: entry.close_on_exec };
  }
  return copy;
}

/** do_close_on_exec() */
export function do_close_on_exec(caller: Frame): Soon<void> {
  const current = caller.enter("do_close_on_exec");
  return closeFrom(current, filesOf(current), 0, true);
}

/** exit_files(): closes everything the current task has open. */
export function exit_files(caller: Frame): Soon<void> {
  const current = caller.enter("exit_files");
  const files = task_files.get(current.task);
  if (files === undefined) return;
  return andThen(closeFrom(current, files, 0, false), () => task_files.set(current.task, undefined));
}

/** The open descriptors of a table in order, for /proc. */
export function openDescriptors(files: files_struct): readonly { fd: number; file: file }[] {
  return files.fd.flatMap((entry, fd) => (entry === undefined ? [] : [{ fd, file: entry.file }]));
}

/** Closes what is open from descriptor `first` on, or of that only what is close-on-exec. */
function closeFrom(current: Frame, files: files_struct, first: number, onExec: boolean): Soon<void> {
  for (let fd = first; fd < files.fd.length; fd++) {
    const entry = files.fd[fd];
    if (entry === undefined || (onExec && !entry.close_on_exec)) continue;
    files.fd[fd] = undefined;
    const closed = fput(current, entry.file);
    if (closed instanceof Promise) return closed.then(() => closeFrom(current, files, fd + 1, onExec));
  }
}

function filesOf(current: Frame): files_struct {
  const { task } = current;
  const files = task_files.get(task) ?? new files_struct();
  task_files.set(task, files);
  return files;
}
