/** Models drivers/net/netdevsim/netdev.c: the Ethernet device of a port. Left out: VFs, tc, bpf, ipsec, udp tunnels. */
import { type devlink_port, devlink_port_phys_port_name } from "../devlink/index.ts";
import type { Frame } from "../kernel/index.ts";
import {
  alloc_netdev,
  dev_net_set,
  eth_hw_addr_random,
  ether_setup,
  free_netdev,
  type net,
  type net_device,
  register_netdevice,
  rtnl_lock,
  rtnl_unlock,
  unregister_netdevice,
} from "../net/index.ts";
import { IFF_MULTICAST, IFF_NOARP } from "../netlink/index.ts";
import type { kernfs_node } from "../vfs/index.ts";
import type { nsim_dev, PortKind } from "./nsim.ts";

/**
 * nsim_create(): a registered netdev `eth%d` in `net`, or a negative errno. Takes rtnl_mutex. Only that of the device itself
 * knows of virtual functions. `ddir` is the directory of the port in debugfs.
 */
export async function nsim_create(
  caller: Frame,
  nsim: nsim_dev,
  port: devlink_port,
  kind: PortKind,
  net: net,
  ddir: kernfs_node,
): Promise<net_device | number> {
  const current = caller.enter("nsim_create");
  const { nsim_bus_dev: bus_dev } = nsim;
  const queues = { num_tx_queues: bus_dev.num_queues, num_rx_queues: bus_dev.num_queues };
  const dev = alloc_netdev(current, "eth%d", nsim_setup, { parent: bus_dev.dev, ...queues });
  dev.netdev_ops = {
    ndo_get_phys_port_name: () => devlink_port_phys_port_name(port),
    ndo_get_port_parent_id: () => nsim.switch_id,
    ...(kind === "PF" ? { ndo_num_vf: () => bus_dev.num_vfs } : {}),
  };
  dev_net_set(current, dev, net);
  nsim.strategies.ethtool(current.enter("nsim_ethtool_init"), dev, ddir);
  await rtnl_lock(current);
  const err = await register_netdevice(current, dev);
  await rtnl_unlock(current);
  if (err === 0) return dev;
  free_netdev(current, dev);
  return err;
}

/** nsim_destroy(): takes rtnl_mutex. */
export async function nsim_destroy(caller: Frame, dev: net_device): Promise<void> {
  const current = caller.enter("nsim_destroy");
  await rtnl_lock(current);
  await unregister_netdevice(current, dev);
  await rtnl_unlock(current);
  free_netdev(current, dev);
}

function nsim_setup(current: Frame, dev: net_device): void {
  ether_setup(current, dev);
  eth_hw_addr_random(current, dev);
  dev.flags = (dev.flags | IFF_NOARP) & ~IFF_MULTICAST;
}
