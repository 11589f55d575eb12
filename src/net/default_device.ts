/**
 * Models default_device_ops (net/core/dev.c, v5.10): what becomes of the devices of a dying namespace. Hardware goes home
 * to init_net; links that software made are deleted, with their other ends.
 */
import { EmulatorBug, type Frame, pr_emerg, wait_event, warn } from "../kernel/index.ts";
import { dev_change_net_namespace } from "./change_net_namespace.ts";
import { netdev_unregistering_wq, unregister_netdevice_many, unregister_netdevice_queue } from "./dev.ts";
import { __dev_get_by_name, for_each_netdev } from "./dev-lookup.ts";
import { init_net } from "./net-state.ts";
import { NETIF_F_NETNS_LOCAL } from "./netdevice.ts";
import { __rtnl_unlock, rtnl_lock, rtnl_unlock } from "./rtnl.ts";
import type { net, net_device, pernet_operations } from "./structs.ts";

async function default_device_exit(caller: Frame, net: net): Promise<void> {
  const current = caller.enter("default_device_exit");
  const home = init_net(current.kernel);
  await rtnl_lock(current);
  for (const dev of for_each_netdev(current, net)) {
    if ((dev.features & NETIF_F_NETNS_LOCAL) !== 0 || dev.rtnl_link_ops !== null) continue;
    const byIndex = `dev${dev.ifindex}`;
    const fallback = __dev_get_by_name(current, home, byIndex) === null ? byIndex : "dev%d";
    const err = await dev_change_net_namespace(current, dev, home, fallback);
    if (err === 0) continue;
    pr_emerg(current.kernel, `default_device_exit: failed to move ${dev.name} to init_net: ${err}`);
    warn(current, "bug", "kernel BUG at net/core/dev.c: default_device_exit");
  }
  await rtnl_unlock(current);
}

/** rtnl_lock_unregistering(): takes rtnl_mutex at a time when no device of the namespaces is being unregistered. */
async function rtnl_lock_unregistering(caller: Frame, nets: readonly net[]): Promise<void> {
  const current = caller.enter("rtnl_lock_unregistering");
  const quiet = (): boolean => nets.every((net) => net.dev_unreg_count === 0);
  for (;;) {
    await rtnl_lock(current);
    if (quiet()) return;
    __rtnl_unlock(current);
    await wait_event(current, netdev_unregistering_wq(current.kernel), quiet);
  }
}

async function default_device_exit_batch(caller: Frame, nets: readonly net[]): Promise<void> {
  const current = caller.enter("default_device_exit_batch");
  await rtnl_lock_unregistering(current, nets);
  const dev_kill_list: net_device[] = [];
  for (const net of nets) {
    for (const dev of [...for_each_netdev(current, net)].reverse()) {
      const dellink = dev.rtnl_link_ops?.dellink;
      if (dellink !== undefined) dellink(current, dev, dev_kill_list);
      else unregister_netdevice_queue(current, dev, dev_kill_list);
    }
  }
  await unregister_netdevice_many(current, dev_kill_list);
  await rtnl_unlock(current);
  for (const net of nets) if (net.dev_base_head.length > 0) throw new EmulatorBug(`${net.name} still has devices`);
}

export const default_device_ops: pernet_operations = {
  name: "default_device_ops",
  exit: default_device_exit,
  exit_batch: default_device_exit_batch,
};
