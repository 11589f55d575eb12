/**
 * Models struct mlx5_core_dev and the small inline questions of include/linux/mlx5/driver.h. What the hardware would
 * answer is in firmware.ts.
 */
import { dev_name, type device } from "../base/index.ts";
import { type devlink, type devlink_health_reporter, type devlink_param, devlink_param_driverinit_value_get } from "../devlink/index.ts";
import { EmulatorBug, type Kernel, mutex } from "../kernel/index.ts";
import type { net_device } from "../net/index.ts";
import type { pci_dev } from "../pci/index.ts";
import type { mlx5_device_context } from "./dev.ts";
import { mlx5_eswitch } from "./eswitch.ts";
import { mlx5_events } from "./events.ts";
import { Mlx5Firmware } from "./firmware.ts";
import type { mlx5_lag } from "./lag.ts";
import type { Mlx5Strategies } from "./strategies.ts";

/** The driver's name, as lspci and devlink show it. */
export const KBUILD_MODNAME = "mlx5_core";

/** Bit of intf_state: the function is loaded. */
export const MLX5_INTERFACE_STATE_UP = 1 << 0;

/** Parameter ids: the generic one (include/net/devlink.h) and the driver's own (core/devlink.h). */
export const DEVLINK_PARAM_GENERIC_ID_ENABLE_ROCE = 9;

export class mlx5_core_dev {
  readonly pdev: pci_dev;
  readonly device: device;
  readonly firmware: Mlx5Firmware;
  readonly strategies: Mlx5Strategies;
  /** Guards intf_state: held through all of mlx5_load_one() and mlx5_unload_one(). */
  readonly intf_state_mutex: mutex;
  intf_state = 0;
  /** What each interface driver made for this device, in the order in which they were added. Guarded by mlx5_intf_mutex. */
  ctx_list: mlx5_device_context[] = [];
  readonly events: mlx5_events;
  readonly eswitch: mlx5_eswitch;
  ldev: mlx5_lag | null = null;
  /** How many users want RoCE on the vport. Guarded by mlx5_roce_en_lock. */
  roce_en = 0;
  /** The health reporters of the device. */
  health_reporters: readonly devlink_health_reporter[] = [];
  /** MLX5_FLOW_STEERING_MODE_SMFS: the driver itself steers flows. */
  steering_mode: "dmfs" | "smfs";
  /** Other hosts may reset the card. */
  remote_dev_reset = true;
  /** Ports of the switch are told apart by metadata. */
  esw_port_metadata = true;
  /** The devlink parameters that were registered for it. */
  params: readonly devlink_param[] = [];
  readonly mlx5e_res: { readonly uplink_netdev_lock: mutex; uplink_netdev: net_device | null };
  /** @internal set by mlx5_devlink_alloc(), which makes both. */
  devlink!: devlink<mlx5_core_dev>;

  constructor(kernel: Kernel, pdev: pci_dev, strategies: Mlx5Strategies) {
    this.pdev = pdev;
    this.device = pdev.dev;
    if (!(pdev.hardware instanceof Mlx5Firmware)) throw new EmulatorBug(`there is no mlx5 firmware behind ${pdev.address}`);
    this.firmware = pdev.hardware;
    this.strategies = strategies;
    this.steering_mode = strategies.steering_mode;
    this.intf_state_mutex = new mutex(kernel, "&dev->intf_state_mutex");
    this.events = new mlx5_events(kernel);
    this.eswitch = new mlx5_eswitch(kernel, this);
    this.mlx5e_res = { uplink_netdev_lock: new mutex(kernel, "&dev->mlx5e_res.uplink_netdev_lock"), uplink_netdev: null };
  }

  get name(): string {
    return dev_name(this.device);
  }
}

export function priv_to_devlink(dev: mlx5_core_dev): devlink<mlx5_core_dev> {
  return dev.devlink;
}

/** A physical function, not a virtual one. */
export function mlx5_core_is_pf(dev: mlx5_core_dev): boolean {
  return dev.pdev.physfn === null;
}

/** The port of the IB device that this function serves, from 1. */
export function mlx5_core_native_port_num(dev: mlx5_core_dev): number {
  return dev.firmware.caps.native_port_num;
}

export function mlx5_core_is_mp_slave(dev: mlx5_core_dev): boolean {
  const { affiliate_nic_vport_criteria, num_vhca_ports } = dev.firmware.caps;
  return affiliate_nic_vport_criteria && num_vhca_ports <= 1;
}

export function mlx5_core_is_mp_master(dev: mlx5_core_dev): boolean {
  return dev.firmware.caps.num_vhca_ports > 1;
}

export function mlx5_core_mp_enabled(dev: mlx5_core_dev): boolean {
  return mlx5_core_is_mp_slave(dev) || mlx5_core_is_mp_master(dev);
}

/** The value of `enable_roce` that the next or last load uses. */
export function mlx5_is_roce_enabled(dev: mlx5_core_dev): boolean {
  const got = devlink_param_driverinit_value_get(priv_to_devlink(dev), DEVLINK_PARAM_GENERIC_ID_ENABLE_ROCE);
  return "value" in got ? got.value === true : true;
}
