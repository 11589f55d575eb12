/**
 * Models the master of a link (net/core/dev.c netdev_master_upper_dev_link(), net/core/rtnetlink.c do_set_master(), v5.10):
 * one link that another is a port of. All under rtnl_mutex. Left out: other links above and below, their depth, the
 * CHANGEUPPER events.
 */
import { EINVAL, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import type { netlink_ext_ack } from "../netlink/index.ts";
import { dev_hold, dev_net, dev_put } from "./alloc.ts";
import { __dev_get_by_index } from "./dev-lookup.ts";
import type { net_device } from "./structs.ts";

/** netdev_master_upper_dev_link(): `upper` may not go before the port has. */
export function netdev_master_upper_dev_link(current: Frame, dev: net_device, upper: net_device): void {
  current.writes(dev);
  dev_hold(current, upper);
  dev.master = upper;
}

/** netdev_upper_dev_unlink() for a master. */
export function netdev_upper_dev_unlink(current: Frame, dev: net_device): void {
  if (dev.master === null) return;
  current.writes(dev);
  dev_put(current, dev.master);
  dev.master = null;
}

/** do_set_master(): leaves the master it has, then becomes a port of the one at `ifindex`; 0 is none. */
export async function do_set_master(caller: Frame, dev: net_device, ifindex: number, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("do_set_master");
  const { master } = dev;
  if (master !== null) {
    if (master.ifindex === ifindex) return 0;
    const left = (await master.netdev_ops.ndo_del_slave?.(current, master, dev)) ?? -EOPNOTSUPP;
    if (left < 0) return left;
  }
  if (ifindex === 0) return 0;
  const upper = __dev_get_by_index(current, dev_net(dev), ifindex);
  if (upper === null) return -EINVAL;
  return (await upper.netdev_ops.ndo_add_slave?.(current, upper, dev, extack)) ?? -EOPNOTSUPP;
}
