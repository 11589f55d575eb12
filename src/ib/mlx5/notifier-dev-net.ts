/**
 * Listening as from v6.3 on: the port learns from mlx5_core which netdev is the device's uplink and registers a notifier
 * that follows that netdev through namespaces (mlx5_mdev_netdev_track() of hw/mlx5/main.c). Takes rtnl_mutex only, and no
 * namespace needs to be known. As in the kernel, a multiport slave's port follows the master's uplink, and finds its own
 * netdev as long as both are in one namespace.
 */
import {
  MLX5_DRIVER_EVENT_UPLINK_NETDEV,
  mlx5_blocking_notifier_register,
  mlx5_blocking_notifier_unregister,
  mlx5_core_uplink_netdev_event_replay,
  type mlx5_driver_notifier,
} from "../../core/index.ts";
import { type Frame, NOTIFY_DONE, NOTIFY_OK, WARN_ON } from "../../kernel/index.ts";
import { type net_device, register_netdevice_notifier_dev_net, unregister_netdevice_notifier_dev_net } from "../../net/index.ts";
import { type mlx5_roce, portAt } from "./mlx5_ib.ts";
import { type NetdevNotifier, netdevEventBlock } from "./notifier.ts";

export const devNetNotifier: NetdevNotifier = {
  name: "dev_net",

  async add(caller, dev, port_num) {
    const current = caller.enter("mlx5_mdev_netdev_track");
    const { roce } = portAt(dev, port_num);
    const mdev_nb = mdevNotifier(roce);
    roce.mdev_nb = mdev_nb;
    await mlx5_blocking_notifier_register(current, dev.mdev, mdev_nb);
    await mlx5_core_uplink_netdev_event_replay(current, dev.mdev);
    return 0;
  },

  async remove(caller, dev, port_num) {
    const current = caller.enter("mlx5_mdev_netdev_untrack");
    const { roce } = portAt(dev, port_num);
    if (roce.mdev_nb === null) return;
    await mlx5_blocking_notifier_unregister(current, dev.mdev, roce.mdev_nb);
    roce.mdev_nb = null;
    await mlx5_netdev_notifier_unregister(current, roce);
  },
};

function mdevNotifier(roce: mlx5_roce): mlx5_driver_notifier {
  return {
    name: "mlx5e_mdev_notifier_event",
    priority: 0,
    async notifier_call(caller, _nb, event, netdev) {
      const current = caller.enter("mlx5e_mdev_notifier_event");
      if (event !== MLX5_DRIVER_EVENT_UPLINK_NETDEV) return NOTIFY_DONE;
      if (netdev !== null) await mlx5_netdev_notifier_register(current, roce, netdev);
      else await mlx5_netdev_notifier_unregister(current, roce);
      return NOTIFY_OK;
    },
  };
}

async function mlx5_netdev_notifier_register(caller: Frame, roce: mlx5_roce, netdev: net_device): Promise<void> {
  if (roce.tracking_netdev !== null) return;
  const current = caller.enter("mlx5_netdev_notifier_register");
  const nb = netdevEventBlock(roce);
  roce.tracking_netdev = netdev;
  roce.nb = nb;
  const err = await register_netdevice_notifier_dev_net(current, netdev, nb, roce.nn);
  WARN_ON(current, err !== 0, "WARNING: mlx5_netdev_notifier_register");
}

async function mlx5_netdev_notifier_unregister(caller: Frame, roce: mlx5_roce): Promise<void> {
  if (roce.tracking_netdev === null || roce.nb === null) return;
  const current = caller.enter("mlx5_netdev_notifier_unregister");
  await unregister_netdevice_notifier_dev_net(current, roce.tracking_netdev, roce.nb, roce.nn);
  roce.tracking_netdev = null;
  roce.nb = null;
}
