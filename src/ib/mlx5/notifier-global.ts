/**
 * Listening as up to v5.9, from 5.10.13 to v6.2: on the global chain (mlx5_add_netdev_notifier() of hw/mlx5/main.c). Both
 * calls take pernet_ops_rwsem for write, so neither may happen where that is held: not from cleanup_net().
 */
import { register_netdevice_notifier, unregister_netdevice_notifier } from "../../net/index.ts";
import { portAt } from "./mlx5_ib.ts";
import { type NetdevNotifier, netdevEventBlock } from "./notifier.ts";

export const globalNotifier: NetdevNotifier = {
  name: "global",

  async add(caller, dev, port_num) {
    const current = caller.enter("mlx5_add_netdev_notifier");
    const { roce } = portAt(dev, port_num);
    const nb = netdevEventBlock(roce);
    roce.nb = nb;
    const err = await register_netdevice_notifier(current, nb);
    if (err !== 0) roce.nb = null;
    return err;
  },

  async remove(caller, dev, port_num) {
    const current = caller.enter("mlx5_remove_netdev_notifier");
    const { roce } = portAt(dev, port_num);
    if (roce.nb === null) return;
    await unregister_netdevice_notifier(current, roce.nb);
    roce.nb = null;
  },
};
