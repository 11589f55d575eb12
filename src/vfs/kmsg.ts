/**
 * Models /dev/kmsg (kernel/printk/printk.c devkmsg_open, devkmsg_read, devkmsg_llseek, devkmsg_poll, devkmsg_write): the log
 * record by record, and a place to write into it.
 * Left out: facilities but the kernel's, dictionaries, rate limits for writers.
 */
import { EAGAIN, EINVAL, EPIPE, ESPIPE, type Frame, KERN_WARNING, printk, staticData, wait_once } from "../kernel/index.ts";
import type { file, file_operations } from "./fs.ts";
import { SEEK_DATA, SEEK_END, SEEK_SET } from "./read-write.ts";
import { POLLERR, POLLIN, poll_queue_head, poll_wait } from "./select.ts";

/** struct devkmsg_user: the number of the record that the next read gives. */
interface devkmsg_user {
  seq: number;
}

const log_wait = staticData((kernel) => {
  const queue = new poll_queue_head("devkmsg_read");
  kernel.log.woken = () => queue.wake_up();
  return queue;
});

/** A read gives one record, "level,sequence,microseconds,-;text", and waits for the next where there is none. */
export const kmsg_fops: file_operations = {
  seekable: false,
  open: ({ kernel }, _inode, file) => {
    const user: devkmsg_user = { seq: kernel.log.firstSeq };
    file.private_data = user;
    log_wait(kernel);
    return 0;
  },
  read: (current, file, count) => devkmsg_read(current.enter("devkmsg_read"), file, count),
  llseek: ({ kernel }, file, offset, whence) => {
    const user = file.private_data as devkmsg_user;
    if (offset !== 0) return -ESPIPE;
    if (whence === SEEK_SET) user.seq = kernel.log.firstSeq;
    else if (whence === SEEK_DATA) user.seq = kernel.log.clearSeq;
    else if (whence === SEEK_END) user.seq = kernel.log.nextSeq;
    else return -EINVAL;
    return 0;
  },
  poll: ({ kernel }, file, table) => {
    const { seq } = file.private_data as devkmsg_user;
    poll_wait(log_wait(kernel), table);
    if (seq < kernel.log.firstSeq) return POLLIN | POLLERR;
    return seq < kernel.log.nextSeq ? POLLIN : 0;
  },
  write: (current, _file, bytes) => {
    const text = new TextDecoder().decode(bytes).replace(/\n$/, "");
    const level = /^<(\d+)>/.exec(text);
    printk(current.kernel, level?.[1] === undefined ? KERN_WARNING : Number(level[1]) & 7, text.slice(level?.[0].length ?? 0));
    return bytes.length;
  },
};

/** -EPIPE once where records have been lost, -EINVAL for a buffer that the record does not fit into, -EAGAIN, -EINTR. */
async function devkmsg_read(current: Frame, file: file, count: number): Promise<Uint8Array | number> {
  const { log } = current.kernel;
  const user = file.private_data as devkmsg_user;
  for (;;) {
    current.reads(log);
    if (user.seq < log.firstSeq) {
      user.seq = log.firstSeq;
      return -EPIPE;
    }
    const line = log.at(user.seq);
    if (line !== undefined) {
      const bytes = new TextEncoder().encode(`${line.level},${user.seq},${Math.floor(line.time / 1000)},-;${line.text}\n`);
      if (bytes.length > count) return -EINVAL;
      user.seq++;
      return bytes;
    }
    if (file.nonblocking) return -EAGAIN;
    const error = await wait_once(current, log_wait(current.kernel), "TASK_INTERRUPTIBLE");
    if (error !== 0) return error;
  }
}
