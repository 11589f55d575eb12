/**
 * Models a terminal in canonical mode as a program sees it (drivers/tty/n_tty.c n_tty_read and n_tty_write, tty_io.c): a read
 * waits for a line and gives at most that line. Who types is outside of the machine; whose terminal it is, is decided by the
 * system-call room.
 * Left out: the line discipline itself (the host edits lines), most ioctls, hang-up.
 */
import { EAGAIN, EmulatorBug, ENXIO, type Frame, type Pid, signal_pending, type Task, wait_once } from "../kernel/index.ts";
import { makedev } from "./chardev.ts";
import { file, type file_operations, O_RDWR } from "./fs.ts";
import { devtmpfs_create_node } from "./init.ts";
import { path_lookup } from "./namei.ts";
import { POLLIN, POLLOUT, poll_queue_head, poll_wait } from "./select.ts";

const EMPTY = new Uint8Array(0);
/** A virtual console. */
const NAME = "tty1";
const TTY_MAJOR = 4;
/** /dev/tty: the terminal of the session of whoever opens it. */
const TTYAUX_MAJOR = 5;

export interface TerminalOptions {
  /** What is written to standard output and to standard error. */
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (bytes: Uint8Array) => void;
  /** A task begins to wait for a line. */
  readonly waiting: () => void;
  /** True if it is the terminal of the task's session. */
  readonly isOf: (task: Task, tty: Terminal) => boolean;
  /** job_control(): 0 if the task may read, else what its read gets. */
  readonly job_control: (current: Frame, tty: Terminal) => number;
}

export class Terminal {
  /** tty_devnum(), as /proc/<pid>/stat tells it. */
  readonly device = makedev(TTY_MAJOR, 1);
  /** The session whose terminal it is, and the process group in its foreground. */
  session: Pid | null = null;
  pgrp: Pid | null = null;
  /** The task that waits for a line. */
  reader: Task | null = null;
  private readonly read_wait = new poll_queue_head("n_tty_read", { kind: "pipe" });
  /** Lines that nobody has read; an empty one is the end of the file, for one read. */
  private readonly lines: Uint8Array[] = [];
  private readonly options: TerminalOptions;

  constructor(options: TerminalOptions) {
    this.options = options;
  }

  /** Makes its nodes in /dev and opens it: one reference for each of the descriptors 0, 1 and 2. */
  install(current: Frame): readonly [file, file, file] {
    const { stdout, stderr } = this.options;
    const fops = this.operations(stdout);
    devtmpfs_create_node(current, NAME, TTY_MAJOR, 1, fops, 0o620);
    devtmpfs_create_node(current, "tty", TTYAUX_MAJOR, 0, {
      ...fops,
      open: (opener) => (this.options.isOf(opener.task, this) ? 0 : -ENXIO),
    });
    const at = path_lookup(current, `/dev/${NAME}`);
    if (typeof at === "number") throw new EmulatorBug(`/dev/${NAME} is not there: ${at}`);
    return [new file(at, fops, O_RDWR), new file(at, fops, O_RDWR), new file(at, this.operations(stderr), O_RDWR)];
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
      terminal: this,
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
      const stopped = this.options.job_control(current, this);
      if (stopped !== 0) return stopped;
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
