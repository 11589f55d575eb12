/**
 * Listening as in v5.9.5 and v5.10: on the chain of the devlink instance's namespace. That takes rtnl_mutex only. It is
 * deaf to a netdev in another namespace, and right only while mlx5_core_net() answers the same for both calls.
 */
import { mlx5_core_net } from "../../core/index.ts";
import { register_netdevice_notifier_net, unregister_netdevice_notifier_net } from "../../net/index.ts";
import { portAt } from "./mlx5_ib.ts";
import { type NetdevNotifier, netdevEventBlock } from "./notifier.ts";

export const netNotifier: NetdevNotifier = {
  name: "net",

  async add(caller, dev, port_num) {
    const current = caller.enter("mlx5_add_netdev_notifier");
    const { roce } = portAt(dev, port_num);
    const nb = netdevEventBlock(roce);
    roce.nb = nb;
    const err = await register_netdevice_notifier_net(current, mlx5_core_net(current, dev.mdev), nb);
    if (err !== 0) roce.nb = null;
    return err;
  },

  async remove(caller, dev, port_num) {
    const current = caller.enter("mlx5_remove_netdev_notifier");
    const { roce } = portAt(dev, port_num);
    if (roce.nb === null) return;
    await unregister_netdevice_notifier_net(current, mlx5_core_net(current, dev.mdev), roce.nb);
    roce.nb = null;
  },
};
