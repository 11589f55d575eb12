/**
 * Models the Ethernet representors of the eswitch (core/en_rep.c, core/esw/devlink_port.c): a netdev and a devlink port for
 * each port of the switch, in the namespace of the devlink instance. Up to v5.11 the uplink has a netdev of its own; later
 * the function's netdev stays and only changes what it does.
 * Left out: what they are for: rules, queues, statistics.
 */
import {
  type devlink_port,
  devlink_port_attrs_set,
  devlink_port_init,
  devlink_port_register,
  devlink_port_type_clear,
  devlink_port_type_eth_set,
  devlink_port_unregister,
} from "../devlink/index.ts";
import type { Frame } from "../kernel/index.ts";
import {
  alloc_etherdev,
  dev_net_set,
  eth_hw_addr_random,
  free_netdev,
  type net_device,
  netif_carrier_off,
  netif_device_attach,
  netif_device_detach,
  netif_running,
  register_netdev,
  rtnl_lock,
  rtnl_unlock,
  unregister_netdev,
} from "../net/index.ts";
import { mlx5_cmd_exec } from "./cmd.ts";
import { type mlx5_core_dev, priv_to_devlink } from "./driver.ts";
import { LINK_SPEED, MAX_MTU, mlx5e_netdev_ops, mlx5e_netdev_ops_rep } from "./en_ops.ts";
import {
  MLX5_VPORT_UPLINK,
  mlx5_eswitch_register_vport_reps,
  mlx5_eswitch_unregister_vport_reps,
  REP_ETH,
  type RepOps,
} from "./eswitch-reps.ts";
import { mlx5_core_uplink_netdev_set } from "./events.ts";
import { mlx5_core_net } from "./net.ts";

/** struct mlx5e_rep_priv */
export class mlx5e_rep_priv {
  readonly netdev: net_device;
  /** Null where the netdev is the function's own, whose port stays. */
  readonly dl_port: devlink_port | null;

  constructor(netdev: net_device, dl_port: devlink_port | null) {
    this.netdev = netdev;
    this.dl_port = dl_port;
  }
}

/** mlx5e_rep_register_vport_reps(): from now on mode changes make netdevs. `nic`: the function's own, if it is to stay. */
export function mlx5e_rep_register_vport_reps(caller: Frame, dev: mlx5_core_dev, nic: net_device | null): void {
  const current = caller.enter("mlx5e_rep_register_vport_reps");
  const ops: RepOps = {
    load: (frame, mdev, vport) =>
      vport === MLX5_VPORT_UPLINK && nic !== null ? mlx5e_vport_uplink_rep_load(frame, nic) : mlx5e_vport_rep_load(frame, mdev, vport),
    unload: (frame, mdev, vport, data) => mlx5e_vport_rep_unload(frame, mdev, vport, data as mlx5e_rep_priv),
  };
  mlx5_eswitch_register_vport_reps(current, dev.eswitch, ops, REP_ETH);
}

export async function mlx5e_rep_unregister_vport_reps(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  await mlx5_eswitch_unregister_vport_reps(caller.enter("mlx5e_rep_unregister_vport_reps"), dev.eswitch, REP_ETH);
}

/** From v5.12 on: mlx5e_netdev_change_profile(). Takes rtnl_mutex. */
async function mlx5e_vport_uplink_rep_load(caller: Frame, nic: net_device): Promise<mlx5e_rep_priv> {
  await changeProfile(caller.enter("mlx5e_vport_uplink_rep_load"), nic);
  return new mlx5e_rep_priv(nic, null);
}

async function changeProfile(caller: Frame, netdev: net_device): Promise<void> {
  const current = caller.enter("mlx5e_netdev_change_profile");
  await rtnl_lock(current);
  if (netif_running(netdev)) await netdev.netdev_ops.ndo_stop?.(current, netdev);
  netif_device_detach(current, netdev);
  await rtnl_unlock(current);
  await mlx5_cmd_exec(current, "CREATE_TIS");
  await rtnl_lock(current);
  if (netif_running(netdev)) await netdev.netdev_ops.ndo_open?.(current, netdev);
  netif_device_attach(current, netdev);
  await rtnl_unlock(current);
}

async function mlx5e_vport_rep_load(caller: Frame, dev: mlx5_core_dev, vport: number): Promise<mlx5e_rep_priv | null> {
  const current = caller.enter("mlx5e_vport_rep_load");
  const uplink = vport === MLX5_VPORT_UPLINK;
  const dl_port = devlink_port_init();
  const netdev = alloc_etherdev(current, { parent: dev.device });
  const name = uplink ? `p${pciFunction(dev)}` : `pf${pciFunction(dev)}vf${vport - 1}`;
  netdev.netdev_ops = {
    ...(uplink ? mlx5e_netdev_ops : mlx5e_netdev_ops_rep),
    ndo_get_phys_port_name: () => name,
    ndo_get_port_parent_id: () => dev.firmware.ids.switch_id,
  };
  netdev.ethtool_ops = { get_link_ksettings: () => ({ speed: LINK_SPEED }) };
  netdev.max_mtu = MAX_MTU;
  if (uplink) netdev.dev_addr = dev.firmware.ids.mac.slice();
  else eth_hw_addr_random(current, netdev);
  netif_carrier_off(current, netdev);
  dev_net_set(current, netdev, mlx5_core_net(current, dev));
  await mlx5_cmd_exec(current.enter("mlx5e_attach_netdev"), "CREATE_TIS");
  if ((await registerPort(current, dev, dl_port, vport)) !== 0) {
    free_netdev(current, netdev);
    return null;
  }
  if ((await register_netdev(current, netdev)) !== 0) {
    await devlink_port_unregister(current, dl_port);
    free_netdev(current, netdev);
    return null;
  }
  await devlink_port_type_eth_set(current, dl_port, netdev);
  if (uplink) await mlx5_core_uplink_netdev_set(current, dev, netdev);
  return new mlx5e_rep_priv(netdev, dl_port);
}

async function mlx5e_vport_rep_unload(caller: Frame, dev: mlx5_core_dev, vport: number, rpriv: mlx5e_rep_priv): Promise<void> {
  const current = caller.enter("mlx5e_vport_rep_unload");
  const { netdev, dl_port } = rpriv;
  if (dl_port === null) return changeProfile(current, netdev);
  if (vport === MLX5_VPORT_UPLINK) await mlx5_core_uplink_netdev_set(current, dev, null);
  await devlink_port_type_clear(current, dl_port);
  await unregister_netdev(current, netdev);
  await devlink_port_unregister(current, dl_port);
  await mlx5_cmd_exec(current.enter("mlx5e_detach_netdev"), "DESTROY_TIS");
  free_netdev(current, netdev);
}

function registerPort(caller: Frame, dev: mlx5_core_dev, dl_port: devlink_port, vport: number): Promise<number> {
  const current = caller.enter("mlx5_esw_offloads_devlink_port_register");
  const { switch_id } = dev.firmware.ids;
  const pf = pciFunction(dev);
  if (vport === MLX5_VPORT_UPLINK) devlink_port_attrs_set(current, dl_port, { flavour: "physical", port_number: pf, switch_id });
  else devlink_port_attrs_set(current, dl_port, { flavour: "pci_vf", pf, vf: vport - 1, switch_id });
  return devlink_port_register(current, priv_to_devlink(dev), dl_port, mlx5_esw_vport_to_devlink_port_index(dev, vport));
}

/** The index of the devlink port that stands for a port of the switch. */
export function mlx5_esw_vport_to_devlink_port_index(dev: mlx5_core_dev, vport: number): number {
  return dev.firmware.caps.vhca_id * 0x10000 + vport;
}

/** PCI_FUNC() */
export function pciFunction(dev: mlx5_core_dev): number {
  return Number(dev.pdev.address.at(-1));
}
