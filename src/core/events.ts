/**
 * Models the driver's software events (core/events.c, core/lib/mlx5.h, v6.3): a blocking chain on each device through
 * which the Ethernet part tells others which netdev is its uplink. The event is raised in every era; before v6.3 nobody
 * listens.
 * Left out: firmware events (EQEs), the port module and temperature events.
 */
import {
  blocking_notifier_call_chain,
  blocking_notifier_chain_register,
  blocking_notifier_chain_unregister,
  blocking_notifier_head,
  type Frame,
  type Kernel,
  mutex_lock,
  mutex_unlock,
  type notifier_block,
} from "../kernel/index.ts";
import type { net_device } from "../net/index.ts";
import type { mlx5_core_dev } from "./driver.ts";

/** enum mlx5_driver_event */
export const MLX5_DRIVER_EVENT_UPLINK_NETDEV = 2;

export class mlx5_events {
  readonly sw_nh: blocking_notifier_head<net_device | null>;

  constructor(kernel: Kernel) {
    this.sw_nh = new blocking_notifier_head(kernel, "&events->sw_nh");
  }
}

export type mlx5_driver_notifier = notifier_block<net_device | null>;

export function mlx5_blocking_notifier_register(caller: Frame, dev: mlx5_core_dev, nb: mlx5_driver_notifier): Promise<number> {
  return blocking_notifier_chain_register(caller.enter("mlx5_blocking_notifier_register"), dev.events.sw_nh, nb);
}

export function mlx5_blocking_notifier_unregister(caller: Frame, dev: mlx5_core_dev, nb: mlx5_driver_notifier): Promise<number> {
  return blocking_notifier_chain_unregister(caller.enter("mlx5_blocking_notifier_unregister"), dev.events.sw_nh, nb);
}

function mlx5_blocking_notifier_call_chain(caller: Frame, dev: mlx5_core_dev, event: number, netdev: net_device | null): Promise<number> {
  return blocking_notifier_call_chain(caller.enter("mlx5_blocking_notifier_call_chain"), dev.events.sw_nh, event, netdev);
}

/** mlx5_core_uplink_netdev_set(): tells the listeners of the device's netdev, or with null that it goes. Not under rtnl. */
export async function mlx5_core_uplink_netdev_set(caller: Frame, dev: mlx5_core_dev, netdev: net_device | null): Promise<void> {
  const current = caller.enter("mlx5_core_uplink_netdev_set");
  const { uplink_netdev_lock } = dev.mlx5e_res;
  await mutex_lock(current, uplink_netdev_lock);
  dev.mlx5e_res.uplink_netdev = netdev;
  await mlx5_blocking_notifier_call_chain(current, dev, MLX5_DRIVER_EVENT_UPLINK_NETDEV, netdev);
  mutex_unlock(current, uplink_netdev_lock);
}

/** Repeats the event for a listener that has just come. */
export async function mlx5_core_uplink_netdev_event_replay(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_core_uplink_netdev_event_replay");
  const { uplink_netdev_lock } = dev.mlx5e_res;
  await mutex_lock(current, uplink_netdev_lock);
  await mlx5_blocking_notifier_call_chain(current, dev, MLX5_DRIVER_EVENT_UPLINK_NETDEV, dev.mlx5e_res.uplink_netdev);
  mutex_unlock(current, uplink_netdev_lock);
}
