/**
 * Models the character devices of drivers/char/mem.c, and the one that leads out of the machine: a sink hands what is
 * written to it to the host, in order and at once.
 */
import { ENOSPC, type Kernel } from "../kernel/index.ts";
import { dentry, file, type file_operations, type file_system_type, inode, O_RDWR, S_IFCHR, super_block } from "./fs.ts";
import { kern_mount } from "./mount.ts";
import { get_anon_bdev } from "./super.ts";

const EMPTY = new Uint8Array(0);
/** The most that one read of /dev/zero gives. */
const ZERO_READ_MAX = 1024 * 1024;

export function makedev(major: number, minor: number): number {
  return (major << 8) | minor;
}

export const null_fops: file_operations = { read: () => EMPTY, write: (_current, _file, bytes) => bytes.length };

export const zero_fops: file_operations = {
  read: (_current, _file, count) => new Uint8Array(Math.min(count, ZERO_READ_MAX)),
  write: (_current, _file, bytes) => bytes.length,
};

export const full_fops: file_operations = {
  read: (_current, _file, count) => new Uint8Array(Math.min(count, ZERO_READ_MAX)),
  write: () => -ENOSPC,
};

const sink_fs_type: file_system_type = { name: "sinkfs", magic: 0 };

export interface SinkOptions {
  /** isatty() says yes. */
  readonly tty?: boolean;
  /** What a read gives; without it reads are at the end of the file at once. */
  readonly read?: () => Uint8Array;
}

/** An open file that hands what is written to it to `write`. One reference for the caller. */
export function openSink(kernel: Kernel, name: string, write: (bytes: Uint8Array) => void, options: SinkOptions = {}): file {
  const fops: file_operations = {
    seekable: false,
    tty: options.tty ?? false,
    read: () => options.read?.() ?? EMPTY,
    write: (frame, opened, bytes) => {
      // Nobody in the machine can read it, so nobody can tell in which order it was written.
      frame.touches(opened.f_inode, "commute");
      write(bytes);
      return bytes.length;
    },
  };
  const sb = new super_block(kernel, sink_fs_type, get_anon_bdev(kernel));
  const node = new inode(sb, S_IFCHR | 0o600, {}, fops);
  // Whoever runs has not made it: it is there before the first step.
  const [init] = kernel.tasks.values();
  if (init !== undefined) kernel.footprint?.created(init, node);
  const entry = new dentry(name, null, node);
  return new file({ mnt: kern_mount(kernel, entry, name), dentry: entry }, fops, O_RDWR);
}
