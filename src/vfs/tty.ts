/**
 * Models a terminal in canonical mode as a program sees it (drivers/tty/n_tty.c n_tty_read and n_tty_write): a read waits for
 * a line and gives at most that line. Who types is outside of the machine.
 * Left out: the line discipline itself (the host edits lines), ioctls, job control (SIGTTIN, SIGTTOU), hang-up.
 */
import { EAGAIN, type Frame, type Kernel, signal_pending, type Task, wait_once } from "../kernel/index.ts";
import { dentry, file, type file_operations, type file_system_type, inode, O_RDWR, S_IFCHR, super_block } from "./fs.ts";
import { kern_mount } from "./mount.ts";
import { POLLIN, POLLOUT, poll_queue_head, poll_wait } from "./select.ts";
import { get_anon_bdev } from "./super.ts";

const tty_fs_type: file_system_type = { name: "ttyfs", magic: 0 };
const EMPTY = new Uint8Array(0);

export interface TerminalOptions {
  /** What is written to standard output and to standard error. */
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (bytes: Uint8Array) => void;
  /** A task begins to wait for a line. */
  readonly waiting: () => void;
}

export class Terminal {
  /** The task that waits for a line. */
  reader: Task | null = null;
  /** One reference for each of the descriptors 0, 1 and 2. */
  readonly files: readonly [file, file, file];
  private readonly read_wait = new poll_queue_head("n_tty_read", { kind: "pipe" });
  /** Lines that nobody has read; an empty one is the end of the file, for one read. */
  private readonly lines: Uint8Array[] = [];
  private readonly options: TerminalOptions;

  constructor(kernel: Kernel, options: TerminalOptions) {
    this.options = options;
    const sb = new super_block(kernel, tty_fs_type, get_anon_bdev(kernel));
    const open = (write: (bytes: Uint8Array) => void): file => {
      const fops = this.operations(write);
      const entry = new dentry("console", null, new inode(sb, S_IFCHR | 0o600, {}, fops));
      return new file({ mnt: kern_mount(kernel, entry, "console"), dentry: entry }, fops, O_RDWR);
    };
    this.files = [open(options.stdout), open(options.stdout), open(options.stderr)];
  }

  /** A line was typed; empty for Ctrl-D. Call while no task runs. */
  input(line: Uint8Array): void {
    this.lines.push(line);
    this.read_wait.wake_up();
  }

  /** Forgets what was typed and not read, as Ctrl-C does. */
  flush(): void {
    this.lines.length = 0;
  }

  private operations(write: (bytes: Uint8Array) => void): file_operations {
    return {
      seekable: false,
      tty: true,
      read: (current, opened, count) => this.read(current.enter("tty_read"), opened, count),
      write: (current, opened, bytes) => {
        current.writes(opened.f_inode);
        write(bytes);
        return bytes.length;
      },
      poll: (current, _opened, table) => {
        current.reads(this);
        poll_wait(this.read_wait, table);
        return POLLOUT | (this.lines.length > 0 ? POLLIN : 0);
      },
    };
  }

  private async read(current: Frame, opened: file, count: number): Promise<Uint8Array | number> {
    for (;;) {
      current.writes(this);
      const line = this.lines.shift();
      if (line !== undefined) {
        if (line.length > count) this.lines.unshift(line.subarray(count));
        return line.length === 0 ? EMPTY : line.subarray(0, count);
      }
      if (opened.nonblocking) return -EAGAIN;
      const error = await this.wait(current.enter("n_tty_read"));
      if (error !== 0) return error;
    }
  }

  private async wait(current: Frame): Promise<number> {
    const { task } = current;
    if (!signal_pending(task)) {
      this.reader = task;
      this.options.waiting();
    }
    const error = await wait_once(current, this.read_wait, "TASK_INTERRUPTIBLE");
    if (this.reader === task) this.reader = null;
    return error;
  }
}
