/**
 * Models poll(2) (fs/select.c): a wait for any of several files. The wait queue of a file that can be polled is a
 * `poll_queue_head`, which wakes the pollers beside its own sleepers.
 */
import { type Frame, wait_once, wait_queue_head } from "../kernel/index.ts";
import { fget } from "./fdtable.ts";

export const POLLIN = 0x001;
export const POLLOUT = 0x004;
export const POLLERR = 0x008;
export const POLLHUP = 0x010;
export const POLLNVAL = 0x020;

/** A wait queue on which poll can wait too, together with others. */
export class poll_queue_head extends wait_queue_head {
  /** @internal the pollers' own queues */
  readonly pollers = new Set<wait_queue_head>();

  override wake_up(): void {
    super.wake_up();
    for (const poller of this.pollers) poller.wake_up();
  }
}

/** What one poll call has registered on: see poll_wait. */
export class poll_table {
  readonly wait = new wait_queue_head("do_poll");
  /** @internal */
  readonly queues = new Set<poll_queue_head>();
}

/** poll_wait(): called by a file's poll operation for each queue that can change its answer. */
export function poll_wait(queue: poll_queue_head, table: poll_table): void {
  table.queues.add(queue);
  queue.pollers.add(table.wait);
}

export interface pollfd {
  readonly fd: number;
  readonly events: number;
}

/** One answer of poll: the descriptor and which of its events hold (POLLERR, POLLHUP and POLLNVAL always count). */
export interface PollResult {
  readonly fd: number;
  readonly revents: number;
}

/**
 * do_sys_poll(): waits until one of the files is ready, `deadline` (virtual ns since boot, null for never) has come, or a
 * signal. The ready ones in order; none after the time is over; -EINTR.
 */
export async function do_sys_poll(caller: Frame, fds: readonly pollfd[], deadline: number | null): Promise<readonly PollResult[] | number> {
  const current = caller.enter("do_sys_poll");
  const { kernel } = current;
  const table = new poll_table();
  const timer = deadline === null ? null : kernel.startTimer(deadline - kernel.clock.now, () => table.wait.wake_up());
  try {
    for (;;) {
      const ready = pollAll(current, fds, table);
      if (ready.length > 0 || (deadline !== null && kernel.clock.now >= deadline)) return ready;
      const error = await wait_once(current, table.wait, "TASK_INTERRUPTIBLE");
      if (error !== 0) return error;
    }
  } finally {
    if (timer !== null) kernel.clock.cancel(timer);
    for (const queue of table.queues) queue.pollers.delete(table.wait);
  }
}

function pollAll(current: Frame, fds: readonly pollfd[], table: poll_table): PollResult[] {
  const ready: PollResult[] = [];
  for (const { fd, events } of fds) {
    if (fd < 0) continue;
    const file = fget(current, fd);
    const mask = file === null ? POLLNVAL : file.f_op.poll === undefined ? POLLIN | POLLOUT : file.f_op.poll(current, file, table);
    const revents = mask & (events | POLLERR | POLLHUP | POLLNVAL);
    if (revents !== 0) ready.push({ fd, revents });
  }
  return ready;
}
