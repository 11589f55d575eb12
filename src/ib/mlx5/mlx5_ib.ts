/**
 * Models the structures of hw/mlx5/mlx5_ib.h (v5.10): the driver's view of an IB device, its ports, what RoCE keeps for
 * each, and the functions that lend their port to a multiport master.
 */
import { MLX5_CAP_PORT_TYPE_ETH, type mlx5_core_dev, type mlx5_driver_notifier } from "../../core/index.ts";
import { completion, EmulatorBug, mutex, staticData } from "../../kernel/index.ts";
import type { net_device, netdev_net_notifier, netdev_notifier_block } from "../../net/index.ts";
import { IB_PORT_DOWN, type ib_device } from "../core/device.ts";
import type { ib_cq, ib_pd } from "../core/restrack.ts";
import type { NetdevNotifier } from "./notifier.ts";
import type { mlx5_ib_profile } from "./stages.ts";

/** What RoCE keeps for one port. */
export class mlx5_roce {
  readonly dev: mlx5_ib_dev;
  /** The port's number in the IB device, from 1. */
  readonly native_port_num: number;
  /** The port's netdev, without a reference: UNREGISTER clears it. The kernel's netdev_lock around it is a spinlock. */
  netdev: net_device | null = null;
  /** The registered notifier; null is the kernel's `nb.notifier_call == NULL`. */
  nb: netdev_notifier_block | null = null;
  readonly nn: netdev_net_notifier = { nb: null };
  /** Listener for the uplink netdev, and the netdev that `nb` follows (v6.3). */
  mdev_nb: mlx5_driver_notifier | null = null;
  tracking_netdev: net_device | null = null;
  last_port_state = IB_PORT_DOWN;
  /** The memory has been given back: a notifier that is still called is a use after free. */
  freed = false;

  constructor(dev: mlx5_ib_dev, native_port_num: number) {
    this.dev = dev;
    this.native_port_num = native_port_num;
  }
}

/** struct mlx5_ib_multiport_info: a function that serves one port of a multiport IB device, or waits to. */
export class mlx5_ib_multiport_info {
  readonly mdev: mlx5_core_dev;
  readonly is_master: boolean;
  readonly sys_image_guid: bigint;
  /** The IB device it is bound to. */
  ibdev: mlx5_ib_dev | null = null;
  mdev_refcnt = 0;
  /** It is being unbound: no new references. */
  unaffiliate = false;
  readonly unref_comp = new completion("&mpi->unref_comp");

  constructor(mdev: mlx5_core_dev, sys_image_guid: bigint, is_master: boolean) {
    this.mdev = mdev;
    this.sys_image_guid = sys_image_guid;
    this.is_master = is_master;
  }
}

export interface mlx5_ib_port {
  readonly roce: mlx5_roce;
  readonly mp: { mpi: mlx5_ib_multiport_info | null };
}

export class mlx5_ib_dev {
  readonly mdev: mlx5_core_dev;
  readonly num_ports: number;
  readonly profile: mlx5_ib_profile;
  readonly port: mlx5_ib_port[];
  /** Its ports stand for those of the eswitch. */
  readonly is_rep: boolean;
  /** @internal set right after both are made. */
  ib_dev!: ib_device;
  sys_image_guid = 0n;
  /** Its own objects for registering memory. */
  umrc: { readonly pd: ib_pd; readonly cq: ib_cq } | null = null;
  /** mlx5_enable_eth() has been done. */
  eth_enabled = false;
  /** The device works: port events are passed on. */
  ib_active = false;

  constructor(mdev: mlx5_core_dev, num_ports: number, profile: mlx5_ib_profile, is_rep: boolean) {
    this.mdev = mdev;
    this.is_rep = is_rep;
    this.num_ports = num_ports;
    this.profile = profile;
    this.port = Array.from({ length: num_ports }, (_, i) => ({ roce: new mlx5_roce(this, i + 1), mp: { mpi: null } }));
  }
}

interface Statics {
  /** Guards the two lists, and binding and unbinding of ports; held across (un)registration of their netdev notifiers. */
  readonly mlx5_ib_multiport_mutex: mutex;
  /** Multiport masters. */
  readonly mlx5_ib_dev_list: mlx5_ib_dev[];
  /** Slaves without a master. */
  readonly mlx5_ib_unaffiliated_port_list: mlx5_ib_multiport_info[];
  notifier: NetdevNotifier | null;
}

/** File-scope variables of hw/mlx5/main.c, and the notifier strategy that the machine put in. */
export const statics = staticData(
  (kernel): Statics => ({
    mlx5_ib_multiport_mutex: new mutex(kernel, "mlx5_ib_multiport_mutex"),
    mlx5_ib_dev_list: [],
    mlx5_ib_unaffiliated_port_list: [],
    notifier: null,
  }),
);

/** The port with index `port_num` (from 0). */
export function portAt(dev: mlx5_ib_dev, port_num: number): mlx5_ib_port {
  const port = dev.port[port_num];
  if (port === undefined) throw new EmulatorBug(`${dev.mdev.name} has no port ${port_num + 1}`);
  return port;
}

/** mlx5_ib_port_link_layer() == IB_LINK_LAYER_ETHERNET */
export function isEthernet(mdev: mlx5_core_dev): boolean {
  return mdev.firmware.caps.port_type === MLX5_CAP_PORT_TYPE_ETH;
}
