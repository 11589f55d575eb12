/**
 * Models what queueing disciplines show of themselves (net/sched/sch_generic.c): the name that `ip link` prints. It is
 * given when a device is first opened and taken when the device leaves its namespace.
 */
import type { Frame } from "../kernel/index.ts";
import { IFF_NO_QUEUE } from "./netdevice.ts";
import type { net_device } from "./structs.ts";

/** dev_activate(): the default discipline, unless there is one already. */
export function dev_activate(current: Frame, dev: net_device): void {
  if (dev.qdisc !== "noop") return;
  current.writes(dev);
  if ((dev.priv_flags & IFF_NO_QUEUE) !== 0 || dev.tx_queue_len === 0) dev.qdisc = "noqueue";
  else dev.qdisc = dev.num_tx_queues > 1 ? "mq" : "pfifo_fast";
}

/** dev_shutdown(): nothing can be sent any more. */
export function dev_shutdown(current: Frame, dev: net_device): void {
  current.writes(dev);
  dev.qdisc = "noop";
}
