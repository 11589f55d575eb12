/** Models the structures of drivers/net/netdevsim/netdevsim.h: a device on the bus, its devlink side, and its ports. */
import type { device } from "../base/index.ts";
import type { devlink, devlink_port } from "../devlink/index.ts";
import { type Kernel, mutex } from "../kernel/index.ts";
import type { net, net_device } from "../net/index.ts";
import type { kernfs_node } from "../vfs/index.ts";

export const DRV_NAME = "netdevsim";

/** struct nsim_bus_dev: what a write to new_device makes. */
export interface nsim_bus_dev {
  readonly dev: device;
  readonly id: number;
  readonly port_count: number;
  /** The writer's namespace: where the instance begins. */
  readonly initial_net: net;
}

export interface nsim_dev_port {
  readonly devlink_port: devlink_port;
  readonly netdev: net_device;
}

/** struct nsim_dev: the devlink side of a device. */
export class nsim_dev {
  readonly nsim_bus_dev: nsim_bus_dev;
  readonly port_list: nsim_dev_port[] = [];
  /** Guards port_list. */
  readonly port_list_lock: mutex;
  devlink: devlink<nsim_dev> | null = null;
  /** The device's directory in debugfs. */
  ddir: kernfs_node | null = null;
  max_macs = 32;
  test1 = true;
  /** Knobs in debugfs: refuse to be taken down; fail to come up. */
  dont_allow_reload = false;
  fail_reload = false;

  constructor(kernel: Kernel, bus_dev: nsim_bus_dev) {
    this.nsim_bus_dev = bus_dev;
    this.port_list_lock = new mutex(kernel, "&nsim_dev->port_list_lock");
  }
}
