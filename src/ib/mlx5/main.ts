/**
 * Models mlx5_ib_add(), mlx5_ib_remove() and the module's init and exit (hw/mlx5/main.c, v5.10). As interface of mlx5_core
 * it has no attach and detach: a reload removes the IB device and adds a new one. All of it runs under mlx5_intf_mutex.
 * Representors are in ib_rep.ts. Left out: LAG, everything that moves data.
 */
import {
  is_mdev_switchdev_mode,
  MLX5_INTERFACE_PROTOCOL_IB,
  type mlx5_core_dev,
  mlx5_core_is_mp_slave,
  type mlx5_interface,
  mlx5_is_roce_enabled,
  mlx5_register_interface,
  mlx5_unregister_interface,
} from "../../core/index.ts";
import { type Frame, type LoadableModule, warn } from "../../kernel/index.ts";
import { GID_TYPES } from "../core/gid-table.ts";
import { ib_alloc_device, ib_dealloc_device } from "../core/registration.ts";
import { mlx5_ib_register_vport_reps, mlx5_ib_unregister_vport_reps } from "./ib_rep.ts";
import { isEthernet, mlx5_ib_dev, mlx5_ib_multiport_info, statics } from "./mlx5_ib.ts";
import { mlx5_ib_add_slave_port, removeSlavePort } from "./multiport.ts";
import type { NetdevNotifier } from "./notifier.ts";
import { deviceOps, MLX5_CAP_FLAGS, mlx5ClassAttributes, NODE_DESC } from "./ops.ts";
import { type mlx5_ib_profile, pf_profile, raw_eth_profile } from "./stages.ts";

export interface Mlx5IbOptions {
  readonly notifier: NetdevNotifier;
}

/** In offloads mode: the IB devices come and go with the eswitch's representors. */
const REPRESENTORS = Symbol("representors");

/** What the interface makes: an IB device, or a port lent to another function's. */
type Context = mlx5_ib_dev | mlx5_ib_multiport_info | typeof REPRESENTORS;

const mlx5_ib_interface: mlx5_interface<Context> = {
  protocol: MLX5_INTERFACE_PROTOCOL_IB,
  add: mlx5_ib_add,
  remove: mlx5_ib_remove,
};

/** mlx5_ib_init(): module load. Adds an IB device for every loaded function. Takes mlx5_intf_mutex. */
export async function mlx5_ib_init(caller: Frame, options: Mlx5IbOptions): Promise<number> {
  const current = caller.enter("mlx5_ib_init");
  statics(current.kernel).notifier = options.notifier;
  return mlx5_register_interface(current, mlx5_ib_interface);
}

/** mlx5_ib_cleanup(): module unload. */
export async function mlx5_ib_cleanup(caller: Frame): Promise<void> {
  await mlx5_unregister_interface(caller.enter("mlx5_ib_cleanup"), mlx5_ib_interface);
}

export function mlx5IbModule(options: Mlx5IbOptions): LoadableModule {
  return {
    name: "mlx5_ib",
    depends: ["mlx5_core", "ib_uverbs", "ib_core"],
    size: 397_312,
    init: (current) => mlx5_ib_init(current, options),
    exit: mlx5_ib_cleanup,
  };
}

async function mlx5_ib_add(caller: Frame, mdev: mlx5_core_dev): Promise<Context | null> {
  const current = caller.enter("mlx5_ib_add");
  const ethernet = isEthernet(mdev);
  if (is_mdev_switchdev_mode(mdev)) {
    mlx5_ib_register_vport_reps(current, mdev, {
      make: (frame, dev, num_ports) => makeDevice(frame, dev, num_ports, raw_eth_profile, true),
      unmake: (frame, dev) => __mlx5_ib_remove(frame, dev, dev.profile.length),
    });
    return REPRESENTORS;
  }
  if (mlx5_core_is_mp_slave(mdev) && ethernet) return mlx5_ib_add_slave_port(current, mdev);
  const { num_ports, num_vhca_ports } = mdev.firmware.caps;
  const profile = ethernet && !mlx5_is_roce_enabled(mdev) ? raw_eth_profile : pf_profile;
  return makeDevice(current, mdev, Math.max(num_ports, num_vhca_ports), profile, false);
}

/** A new IB device, all of its stages done; null if one failed. `is_rep`: its ports stand for those of the eswitch. */
function makeDevice(
  current: Frame,
  mdev: mlx5_core_dev,
  num_ports: number,
  profile: mlx5_ib_profile,
  is_rep: boolean,
): Promise<mlx5_ib_dev | null> {
  const dev = new mlx5_ib_dev(mdev, num_ports, profile, is_rep);
  dev.ib_dev = ib_alloc_device(current, deviceOps(dev), {
    parent: mdev.device,
    phys_port_cnt: dev.num_ports,
    node_guid: mdev.firmware.ids.node_guid,
    sys_image_guid: mdev.firmware.ids.sys_image_guid,
    device_cap_flags: MLX5_CAP_FLAGS,
    node_desc: NODE_DESC,
    roce_versions: GID_TYPES,
    use_cq_dim: true,
    sysfs_attrs: mlx5ClassAttributes(mdev),
  });
  return __mlx5_ib_add(current, dev, profile);
}

/** Runs the stages; if one fails, those before it are cleaned up and there is no IB device. */
async function __mlx5_ib_add(caller: Frame, dev: mlx5_ib_dev, profile: mlx5_ib_profile): Promise<mlx5_ib_dev | null> {
  const current = caller.enter("__mlx5_ib_add");
  for (const [i, stage] of profile.entries()) {
    const err = (await stage.init?.(current, dev)) ?? 0;
    if (err === 0) continue;
    await __mlx5_ib_remove(current, dev, i);
    return null;
  }
  dev.ib_active = true;
  return dev;
}

async function mlx5_ib_remove(caller: Frame, mdev: mlx5_core_dev, context: Context): Promise<void> {
  const current = caller.enter("mlx5_ib_remove");
  if (context === REPRESENTORS) await mlx5_ib_unregister_vport_reps(current, mdev);
  else if (context instanceof mlx5_ib_multiport_info) await removeSlavePort(current, context);
  else await __mlx5_ib_remove(current, context, context.profile.length);
}

/** Cleans up the first `stage` stages, the last of them first, and frees the device. */
async function __mlx5_ib_remove(caller: Frame, dev: mlx5_ib_dev, stage: number): Promise<void> {
  const current = caller.enter("__mlx5_ib_remove");
  dev.ib_active = false;
  for (const done of dev.profile.slice(0, stage).reverse()) await done.cleanup?.(current, dev);
  for (const { roce } of dev.port) {
    roce.freed = true;
    if (roce.nb !== null) warn(current, "bug", `a port of ${dev.mdev.name} is freed while its netdev notifier is registered`);
  }
  await ib_dealloc_device(current, dev.ib_dev);
}
