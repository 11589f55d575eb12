/** Models the structures of drivers/net/netdevsim/netdevsim.h: a device on the bus, its devlink side, and its ports. */
import type { device } from "../base/index.ts";
import type { devlink, devlink_health_reporter, devlink_port, devlink_region } from "../devlink/index.ts";
import { type Kernel, mutex } from "../kernel/index.ts";
import type { net, net_device } from "../net/index.ts";
import { DEVLINK_ESWITCH_MODE_LEGACY } from "../netlink/index.ts";
import type { kernfs_node } from "../vfs/index.ts";
import type { nsim_fib_data } from "./fib.ts";
import type { NsimRate } from "./rate-values.ts";
import type { NetdevsimStrategies } from "./strategies.ts";
import type { nsim_trap_data } from "./trap.ts";

export const DRV_NAME = "netdevsim";

/** How many virtual functions a device can have, until the knob max_vfs says otherwise. */
const NSIM_BUS_DEV_MAX_VFS = 4;

/** The index of a virtual function's port is its number and this. */
export const NSIM_DEV_VF_PORT_INDEX_BASE = 128;

/** MAX_PHYS_ITEM_ID_LEN: bytes of a switch's id. */
export const SWITCH_ID_LEN = 32;

/** struct nsim_bus_dev: what a write to new_device makes. */
export class nsim_bus_dev {
  readonly dev: device;
  readonly id: number;
  readonly port_count: number;
  readonly num_queues: number;
  /** The writer's namespace: where the instance begins. */
  readonly initial_net: net;
  /** Keeps reloads from running beside a change of ports, up to v5.15. */
  readonly nsim_bus_reload_lock: mutex;
  num_vfs = 0;
  max_vfs = NSIM_BUS_DEV_MAX_VFS;
  /** Its probe has returned: ports may be added. */
  init = false;

  constructor(kernel: Kernel, dev: device, options: { id: number; port_count: number; num_queues: number; initial_net: net }) {
    this.dev = dev;
    this.id = options.id;
    this.port_count = options.port_count;
    this.num_queues = options.num_queues;
    this.initial_net = options.initial_net;
    this.nsim_bus_reload_lock = new mutex(kernel, "&nsim_bus_dev->nsim_bus_reload_lock");
  }
}

/** enum nsim_dev_port_type: a port of the device itself, or of one of its virtual functions. */
export type PortKind = "PF" | "VF";

export interface nsim_dev_port {
  readonly kind: PortKind;
  readonly port_index: number;
  readonly devlink_port: devlink_port;
  readonly netdev: net_device;
  readonly ddir: kernfs_node;
  /** What the port's function may send. */
  readonly rate: NsimRate;
}

/** struct nsim_dev_health */
export interface nsim_dev_health {
  readonly empty_reporter: devlink_health_reporter;
  readonly dummy_reporter: devlink_health_reporter;
  readonly ddir: kernfs_node;
  readonly knobs: HealthKnobs;
}

export interface HealthKnobs {
  /** Bytes of the binary that the dummy reporter shows. */
  binary_len: number;
  /** The dummy reporter cannot recover. */
  fail_recover: boolean;
  /** What was said of the last error that was recovered from. */
  recovered_break_msg: string | null;
}

/** struct nsim_dev: the devlink side of a device. */
export class nsim_dev {
  readonly nsim_bus_dev: nsim_bus_dev;
  readonly strategies: NetdevsimStrategies;
  /** The last one that was added stands first. */
  readonly port_list: nsim_dev_port[] = [];
  /** Guards port_list, up to v5.15. */
  readonly port_list_lock: mutex;
  /** The same for all ports of the device. */
  readonly switch_id: Uint8Array;
  devlink: devlink<nsim_dev> | null = null;
  health: nsim_dev_health | null = null;
  fib_data: nsim_fib_data | null = null;
  dummy_region: devlink_region | null = null;
  trap_data: nsim_trap_data | null = null;
  esw_mode: number = DEVLINK_ESWITCH_MODE_LEGACY;
  /** The device's directory in debugfs, and what stands in it only while the device is up. */
  ddir: kernfs_node | null = null;
  ports_ddir: kernfs_node | null = null;
  nodes_ddir: kernfs_node | null = null;
  take_snapshot: kernfs_node | null = null;
  readonly upFiles: kernfs_node[] = [];
  max_macs = 32;
  test1 = true;
  /** Knobs in debugfs: refuse to be taken down; fail to come up. */
  dont_allow_reload = false;
  fail_reload = false;
  /** Flashing tells of its progress; the sections that may be overwritten. */
  fw_update_status = true;
  fw_update_overwrite_mask = 0;
  /** Operations on traps that fail. */
  fail_trap_group_set = false;
  fail_trap_policer_set = false;
  fail_trap_policer_counter_get = false;
  fail_trap_drop_counter_get = false;

  constructor(kernel: Kernel, bus_dev: nsim_bus_dev, strategies: NetdevsimStrategies, switch_id: Uint8Array) {
    this.nsim_bus_dev = bus_dev;
    this.strategies = strategies;
    this.switch_id = switch_id;
    this.port_list_lock = new mutex(kernel, "&nsim_dev->port_list_lock");
  }
}
