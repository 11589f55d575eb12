/**
 * Models netif_set_real_num_queues() (net/core/dev.c): how many of its queues a device uses. Left out: the directories of
 * queues in sysfs, and classes of traffic.
 */
import { EINVAL, type Frame } from "../kernel/index.ts";
import { ASSERT_RTNL } from "./rtnl.ts";
import { mq_change_real_num_tx } from "./sch_mq.ts";
import type { net_device } from "./structs.ts";

/** netif_set_real_num_queues(): both kinds or none. -EINVAL for none, or more than there are. Caller holds rtnl_mutex. */
export function netif_set_real_num_queues(caller: Frame, dev: net_device, txq: number, rxq: number): number {
  const current = caller.enter("netif_set_real_num_queues");
  ASSERT_RTNL(current);
  if (txq < 1 || txq > dev.num_tx_queues || rxq < 1 || rxq > dev.num_rx_queues) return -EINVAL;
  current.writes(dev);
  mq_change_real_num_tx(dev, txq);
  dev.real_num_tx_queues = txq;
  dev.real_num_rx_queues = rxq;
  return 0;
}
