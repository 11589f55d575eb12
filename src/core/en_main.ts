/**
 * Models the Ethernet interface of mlx5 (core/en_main.c, core/en/devlink.c): the netdev of a function and its devlink port.
 * Two tables of the same functions: up to v6.3 a reload only detaches the netdev, which stays registered in the namespace
 * it is in; later (and in 6.1.176) it is removed and made anew in the namespace of the devlink instance.
 * The carrier comes with open and goes with close; the kernel's work item that asks the firmware between is left out.
 * Representors are in en_rep.ts. Left out: queues and traffic, LAG, DCB, the 5.10 set of ethtool.
 */
import {
  type devlink_health_reporter,
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
  netif_carrier_ok,
  netif_device_attach,
  netif_device_detach,
  netif_device_present,
  netif_running,
  register_netdev,
  rtnl_lock,
  rtnl_unlock,
  unregister_netdev,
} from "../net/index.ts";
import { mlx5_cmd_exec } from "./cmd.ts";
import { MLX5_INTERFACE_PROTOCOL_ETH, type mlx5_interface } from "./dev.ts";
import { type mlx5_core_dev, mlx5_core_is_pf, priv_to_devlink } from "./driver.ts";
import { mlx5e_health_create_reporters, mlx5e_health_destroy_reporters } from "./en_health.ts";
import { LINK_SPEED, MAX_MTU, mlx5e_netdev_ops } from "./en_ops.ts";
import {
  mlx5_esw_vport_to_devlink_port_index,
  mlx5e_rep_register_vport_reps,
  mlx5e_rep_unregister_vport_reps,
  pciFunction,
} from "./en_rep.ts";
import { is_mdev_switchdev_mode, MLX5_ESWITCH_MANAGER } from "./eswitch.ts";
import { MLX5_VPORT_UPLINK } from "./eswitch-reps.ts";
import { mlx5_core_uplink_netdev_set } from "./events.ts";
import { MLX5_CAP_PORT_TYPE_ETH } from "./firmware.ts";
import { mlx5_core_net } from "./net.ts";

/** What the interface keeps for one device. */
export class mlx5e_priv {
  readonly mdev: mlx5_core_dev;
  readonly dl_port: devlink_port = devlink_port_init();
  netdev!: net_device;
  reporters: readonly devlink_health_reporter[] = [];

  constructor(mdev: mlx5_core_dev) {
    this.mdev = mdev;
  }
}

/** mlx5e_create_netdev(): unregistered, with its devlink port. */
async function mlx5e_create_netdev(caller: Frame, mdev: mlx5_core_dev): Promise<mlx5e_priv | null> {
  const current = caller.enter("mlx5e_create_netdev");
  const priv = new mlx5e_priv(mdev);
  const netdev = alloc_etherdev(current, { parent: mdev.device, priv });
  netdev.netdev_ops = mlx5e_netdev_ops;
  netdev.ethtool_ops = { get_link: netif_carrier_ok, get_link_ksettings: () => ({ speed: LINK_SPEED }) };
  const mac = mdev.firmware.vport_mac();
  if (mac.some((byte) => byte !== 0)) netdev.dev_addr = mac;
  else eth_hw_addr_random(current, netdev);
  netdev.max_mtu = MAX_MTU;
  netif_carrier_off(current, netdev);
  priv.netdev = netdev;
  const err = await mlx5e_devlink_port_register(current, priv);
  if (err === 0) {
    priv.reporters = await mlx5e_health_create_reporters(current, mdev, priv.dl_port, netdev);
    return priv;
  }
  free_netdev(current, netdev);
  return null;
}

async function mlx5e_devlink_port_register(caller: Frame, priv: mlx5e_priv): Promise<number> {
  const current = caller.enter("mlx5e_devlink_port_register");
  const { mdev, dl_port } = priv;
  const physical = mlx5_core_is_pf(mdev);
  const attrs = physical
    ? ({ flavour: "physical", port_number: pciFunction(mdev) } as const)
    : ({ flavour: "virtual", port_number: 0 } as const);
  devlink_port_attrs_set(current, dl_port, attrs);
  const index = mlx5_esw_vport_to_devlink_port_index(mdev, physical ? MLX5_VPORT_UPLINK : 0);
  return devlink_port_register(current, priv_to_devlink(mdev), dl_port, index);
}

async function mlx5e_destroy_netdev(caller: Frame, priv: mlx5e_priv): Promise<void> {
  const current = caller.enter("mlx5e_destroy_netdev");
  await mlx5e_health_destroy_reporters(current, priv.reporters);
  await devlink_port_unregister(current, priv.dl_port);
  free_netdev(current, priv.netdev);
}

/** mlx5e_add(): the netdev of a new device, in the devlink instance's namespace. Null for an InfiniBand port. */
async function mlx5e_add(caller: Frame, mdev: mlx5_core_dev): Promise<mlx5e_priv | null> {
  const current = caller.enter("mlx5e_add");
  if (mdev.firmware.caps.port_type !== MLX5_CAP_PORT_TYPE_ETH) return null;
  const priv = await mlx5e_create_netdev(current, mdev);
  if (priv === null) return null;
  dev_net_set(current, priv.netdev, mlx5_core_net(current, mdev));
  await mlx5e_attach(current, mdev, priv);
  const err = await register_netdev(current, priv.netdev);
  if (err !== 0) {
    await mlx5e_detach(current, mdev, priv);
    await mlx5e_destroy_netdev(current, priv);
    return null;
  }
  await devlink_port_type_eth_set(current, priv.dl_port, priv.netdev);
  await mlx5_core_uplink_netdev_set(current, mdev, priv.netdev);
  return priv;
}

async function mlx5e_remove(caller: Frame, mdev: mlx5_core_dev, priv: mlx5e_priv): Promise<void> {
  const current = caller.enter("mlx5e_remove");
  await mlx5_core_uplink_netdev_set(current, mdev, null);
  await devlink_port_type_clear(current, priv.dl_port);
  await unregister_netdev(current, priv.netdev);
  await mlx5e_detach(current, mdev, priv);
  await mlx5e_destroy_netdev(current, priv);
}

/**
 * What the interface is for a device in offloads mode up to v5.11: no netdev of its own, only the representors, which come
 * and go with the mode.
 */
const REPRESENTORS = Symbol("representors");
type EthContext = mlx5e_priv | typeof REPRESENTORS;

/** mlx5e_add() up to v5.11 */
async function addByMode(caller: Frame, mdev: mlx5_core_dev): Promise<EthContext | null> {
  if (!is_mdev_switchdev_mode(mdev)) return mlx5e_add(caller, mdev);
  mlx5e_rep_register_vport_reps(caller.enter("mlx5e_add"), mdev, null);
  return REPRESENTORS;
}

/** mlx5e_remove() up to v5.11 */
function removeByContext(caller: Frame, mdev: mlx5_core_dev, context: EthContext): Promise<void> {
  if (context !== REPRESENTORS) return mlx5e_remove(caller, mdev, context);
  return mlx5e_rep_unregister_vport_reps(caller.enter("mlx5e_remove"), mdev);
}

/** Later kernels: the netdev is always there, and the representors beside it. */
async function addWithReps(caller: Frame, mdev: mlx5_core_dev): Promise<mlx5e_priv | null> {
  const priv = await mlx5e_add(caller, mdev);
  if (priv !== null && MLX5_ESWITCH_MANAGER(mdev)) mlx5e_rep_register_vport_reps(caller.enter("mlx5e_rep_probe"), mdev, priv.netdev);
  return priv;
}

async function removeWithReps(caller: Frame, mdev: mlx5_core_dev, priv: mlx5e_priv): Promise<void> {
  if (MLX5_ESWITCH_MANAGER(mdev)) await mlx5e_rep_unregister_vport_reps(caller.enter("mlx5e_rep_remove"), mdev);
  await mlx5e_remove(caller, mdev, priv);
}

/** mlx5e_attach(): gives the netdev its hardware back and opens it if it was open. Takes rtnl_mutex. */
async function mlx5e_attach(caller: Frame, _mdev: mlx5_core_dev, priv: mlx5e_priv): Promise<number> {
  const current = caller.enter("mlx5e_attach");
  const { netdev } = priv;
  if (netif_device_present(netdev)) return 0;
  const err = await mlx5_cmd_exec(current.enter("mlx5e_create_mdev_resources"), "ALLOC_PD");
  if (err !== 0) return err;
  if (netdev.reg_state === "NETREG_REGISTERED") await mlx5e_nic_enable(current, netdev);
  return 0;
}

async function mlx5e_nic_enable(caller: Frame, netdev: net_device): Promise<void> {
  const current = caller.enter("mlx5e_nic_enable");
  await rtnl_lock(current);
  if (netif_running(netdev)) await netdev.netdev_ops.ndo_open?.(current, netdev);
  netif_device_attach(current, netdev);
  await rtnl_unlock(current);
}

/** mlx5e_detach(): takes the hardware away. The netdev stays up for user space, but not present. Takes rtnl_mutex. */
async function mlx5e_detach(caller: Frame, _mdev: mlx5_core_dev, priv: mlx5e_priv): Promise<void> {
  const current = caller.enter("mlx5e_detach");
  if (!netif_device_present(priv.netdev)) return;
  await mlx5e_nic_disable(current, priv.netdev);
  await mlx5_cmd_exec(current.enter("mlx5e_destroy_mdev_resources"), "DEALLOC_PD");
}

async function mlx5e_nic_disable(caller: Frame, netdev: net_device): Promise<void> {
  const current = caller.enter("mlx5e_nic_disable");
  await rtnl_lock(current);
  if (netif_running(netdev)) await netdev.netdev_ops.ndo_stop?.(current, netdev);
  netif_device_detach(current, netdev);
  await rtnl_unlock(current);
}

/** Up to v5.11: the netdev survives a reload, where it is; in offloads mode there is none. */
export const detachNetdevByMode: mlx5_interface<EthContext> = {
  protocol: MLX5_INTERFACE_PROTOCOL_ETH,
  add: addByMode,
  remove: removeByContext,
  attach: async (current, mdev, context) => (context === REPRESENTORS ? 0 : mlx5e_attach(current, mdev, context)),
  detach: async (current, mdev, context) => (context === REPRESENTORS ? undefined : mlx5e_detach(current, mdev, context)),
};

/** Later, up to v6.3: the netdev survives a reload, where it is, and a change of the mode. */
export const detachNetdev: mlx5_interface<mlx5e_priv> = {
  protocol: MLX5_INTERFACE_PROTOCOL_ETH,
  add: addWithReps,
  remove: removeWithReps,
  attach: mlx5e_attach,
  detach: mlx5e_detach,
};

/** A reload makes a new netdev, in the namespace the instance is in then. */
export const recreateNetdev: mlx5_interface<mlx5e_priv> = {
  protocol: MLX5_INTERFACE_PROTOCOL_ETH,
  add: addWithReps,
  remove: removeWithReps,
};
