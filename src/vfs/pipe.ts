/**
 * Models pipes and fifos (fs/pipe.c): 16 buffers of a page each, small writes merged into the last one, writes of up to
 * PIPE_BUF bytes in one piece, end of file without writers, SIGPIPE and -EPIPE without readers.
 * Left out: F_SETPIPE_SZ, splice, the pipe's own mutex (nothing sleeps with it held).
 */
import { EAGAIN, EINTR, ENXIO, EPIPE, type Frame, SIGPIPE, send_sig, signal_pending, staticData, wait_once } from "../kernel/index.ts";
import { close_fd, fd_install, fput } from "./fdtable.ts";
import {
  dentry,
  file,
  type file_operations,
  type file_system_type,
  inode,
  O_CLOEXEC,
  O_RDONLY,
  O_WRONLY,
  S_IFIFO,
  super_block,
} from "./fs.ts";
import { kern_mount, type mount } from "./mount.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, poll_queue_head, poll_wait } from "./select.ts";
import { get_anon_bdev } from "./super.ts";

const PAGE_SIZE = 4096;
/** PIPE_DEF_BUFFERS: a pipe holds at most 64 KiB. */
const PIPE_DEF_BUFFERS = 16;
const PIPEFS_MAGIC = 0x50495045;

interface pipe_buffer {
  readonly page: Uint8Array;
  offset: number;
  len: number;
}

class pipe_inode_info {
  readonly bufs: pipe_buffer[] = [];
  readers = 0;
  writers = 0;
  /** Counted up at each open, so that a fifo's opener sees a partner that has come and gone. */
  r_counter = 0;
  w_counter = 0;
  readonly rd_wait = new poll_queue_head("pipe_read", { kind: "pipe" });
  readonly wr_wait = new poll_queue_head("pipe_write", { kind: "pipe" });

  get full(): boolean {
    return this.bufs.length >= PIPE_DEF_BUFFERS;
  }
}

const pipe_fs_type: file_system_type = { name: "pipefs", magic: PIPEFS_MAGIC };

const statics = staticData((kernel) => ({ sb: new super_block(kernel, pipe_fs_type, get_anon_bdev(kernel)), mnt: null as mount | null }));

/** do_pipe2(): a reading and a writing descriptor, or -EMFILE. */
export async function do_pipe2(caller: Frame, flags: number): Promise<readonly [number, number] | number> {
  const current = caller.enter("do_pipe2");
  const own = statics(current.kernel);
  const node = new inode(own.sb, S_IFIFO | 0o600, {}, fifo_file_operations);
  const entry = new dentry(`pipe:[${node.i_ino}]`, null, node);
  own.mnt ??= kern_mount(current.kernel, new dentry("", null, node), "pipefs");
  const pipe = new pipe_inode_info();
  for (const made of [node, pipe]) current.creates(made);
  node.i_private = pipe;
  pipe.readers = pipe.writers = 1;
  const ends = [O_RDONLY, O_WRONLY].map((mode) => new file({ mnt: own.mnt as mount, dentry: entry }, pipefifo_fops, mode | flags)) as [
    file,
    file,
  ];
  for (const end of ends) end.private_data = pipe;
  const cloexec = (flags & O_CLOEXEC) !== 0;
  const reading = fd_install(current, ends[0], cloexec);
  const writing = reading < 0 ? reading : fd_install(current, ends[1], cloexec);
  if (writing >= 0) return [reading, writing];
  if (reading >= 0) await close_fd(current, reading);
  else await fput(current, ends[0]);
  await fput(current, ends[1]);
  return writing;
}

async function pipe_read(caller: Frame, file: file, count: number): Promise<Uint8Array | number> {
  const current = caller.enter("pipe_read");
  const pipe = file.private_data as pipe_inode_info;
  if (count === 0) return new Uint8Array(0);
  for (;;) {
    current.writes(pipe);
    if (pipe.bufs.length > 0) return take(pipe, count);
    if (pipe.writers === 0) return new Uint8Array(0);
    if (file.nonblocking) return -EAGAIN;
    const error = signal_pending(current.task) ? -EINTR : await wait_once(current, pipe.rd_wait, "TASK_INTERRUPTIBLE");
    if (error !== 0) return error;
  }
}

function take(pipe: pipe_inode_info, count: number): Uint8Array {
  const length = Math.min(
    count,
    pipe.bufs.reduce((sum, buf) => sum + buf.len, 0),
  );
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const buf = pipe.bufs[0] as pipe_buffer;
    const part = Math.min(buf.len, length - at);
    bytes.set(buf.page.subarray(buf.offset, buf.offset + part), at);
    at += part;
    buf.offset += part;
    buf.len -= part;
    if (buf.len === 0) pipe.bufs.shift();
  }
  pipe.wr_wait.wake_up();
  return bytes;
}

async function pipe_write(caller: Frame, file: file, bytes: Uint8Array): Promise<number> {
  const current = caller.enter("pipe_write");
  const pipe = file.private_data as pipe_inode_info;
  let done = 0;
  for (;;) {
    current.writes(pipe);
    if (pipe.readers === 0) {
      if (done === 0) send_sig(current.kernel, SIGPIPE, current.task);
      return done > 0 ? done : -EPIPE;
    }
    done += put(pipe, bytes.subarray(done));
    if (done === bytes.length) return done;
    if (file.nonblocking) return done > 0 ? done : -EAGAIN;
    const error = signal_pending(current.task) ? -EINTR : await wait_once(current, pipe.wr_wait, "TASK_INTERRUPTIBLE");
    if (error !== 0) return done > 0 ? done : error;
  }
}

/** Puts in what fits: into the last page if all odd bytes fit there, then page by page. */
function put(pipe: pipe_inode_info, bytes: Uint8Array): number {
  let at = 0;
  const odd = bytes.length % PAGE_SIZE;
  const last = pipe.bufs.at(-1);
  if (odd > 0 && last !== undefined && last.offset + last.len + odd <= PAGE_SIZE) {
    last.page.set(bytes.subarray(0, odd), last.offset + last.len);
    last.len += odd;
    at = odd;
  }
  while (at < bytes.length && !pipe.full) {
    const len = Math.min(PAGE_SIZE, bytes.length - at);
    const page = new Uint8Array(PAGE_SIZE);
    page.set(bytes.subarray(at, at + len));
    pipe.bufs.push({ page, offset: 0, len });
    at += len;
  }
  if (at > 0) pipe.rd_wait.wake_up();
  return at;
}

/** fifo_open(): waits for the other side, unless nonblocking. */
async function fifo_open(caller: Frame, node: inode, file: file): Promise<number> {
  const current = caller.enter("fifo_open");
  const pipe = node.i_private instanceof pipe_inode_info ? node.i_private : new pipe_inode_info();
  // Who opens it first makes the pipe.
  current.writes(node);
  node.i_private = pipe;
  file.private_data = pipe;
  if (file.writable && !file.readable && file.nonblocking && pipe.readers === 0) return -ENXIO;
  current.writes(pipe);
  if (file.readable) {
    pipe.readers++;
    pipe.r_counter++;
    pipe.wr_wait.wake_up();
  }
  if (file.writable) {
    pipe.writers++;
    pipe.w_counter++;
    pipe.rd_wait.wake_up();
  }
  // An anonymous pipe is opened again through /proc/<pid>/fd: nobody waits for the other side.
  const anonymous = node.i_sb === statics(current.kernel).sb;
  if (anonymous || file.nonblocking || (file.readable && file.writable)) return 0;
  const { w_counter, r_counter } = pipe;
  const met = (): boolean =>
    file.readable ? pipe.writers > 0 || pipe.w_counter !== w_counter : pipe.readers > 0 || pipe.r_counter !== r_counter;
  while (!met()) {
    const error = await wait_once(current, file.readable ? pipe.rd_wait : pipe.wr_wait, "TASK_INTERRUPTIBLE");
    if (error === 0) continue;
    pipe_release(current, file);
    return error;
  }
  return 0;
}

function pipe_release(current: Frame, file: file): void {
  const pipe = file.private_data as pipe_inode_info;
  current.writes(pipe);
  if (file.readable) pipe.readers--;
  if (file.writable) pipe.writers--;
  if (pipe.readers === 0 && pipe.writers === 0) pipe.bufs.length = 0;
  pipe.rd_wait.wake_up();
  pipe.wr_wait.wake_up();
}

const pipefifo_fops: file_operations = {
  seekable: false,
  read: pipe_read,
  write: pipe_write,
  release: pipe_release,
  poll: (current, file, table) => {
    const pipe = file.private_data as pipe_inode_info;
    current.reads(pipe);
    let mask = 0;
    if (file.readable) {
      poll_wait(pipe.rd_wait, table);
      if (pipe.bufs.length > 0) mask |= POLLIN;
      if (pipe.writers === 0) mask |= POLLHUP;
    }
    if (file.writable) {
      poll_wait(pipe.wr_wait, table);
      if (!pipe.full) mask |= POLLOUT;
      if (pipe.readers === 0) mask |= POLLERR;
    }
    return mask;
  },
};

/** The operations of a named pipe in a directory. */
export const fifo_file_operations: file_operations = { ...pipefifo_fops, open: fifo_open };
