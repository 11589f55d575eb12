/**
 * Models struct ib_device, ib_core_device and the operations a driver fills in (include/rdma/ib_verbs.h), as data, and the
 * file-scope variables of core/device.c with their locks.
 * Left out of the operations: everything that moves data (what queue pairs, memory regions and completion queues are for, user contexts).
 */
import type { device, device_attribute } from "../../base/index.ts";
import { alloc_workqueue, complete, completion, type Frame, type Kernel, mutex, rw_semaphore, staticData } from "../../kernel/index.ts";
import { init_net, type net, type net_device } from "../../net/index.ts";
import type { ib_client } from "./client.ts";
import type { ib_event_handler } from "./event.ts";
import type { GidType, ib_gid_table } from "./gid-table.ts";
import type { rdma_dev_net } from "./netns.ts";
import { type rdma_restrack_entry, rdma_restrack_root } from "./restrack.ts";

/** enum ib_port_state, enum ib_port_phys_state: the values that occur here. */
export const IB_PORT_DOWN = 1;
export const IB_PORT_ACTIVE = 4;
export const IB_PORT_PHYS_STATE_POLLING = 2;
export const IB_PORT_PHYS_STATE_DISABLED = 3;
export const IB_PORT_PHYS_STATE_LINK_UP = 5;

/** What a port speaks (core_cap_flags of struct ib_port_immutable); raw packets alone when RoCE is disabled. */
export type PortProtocol = "ib" | "roce" | "raw_packet";

/** enum ib_port_speed */
export const IB_SPEED_SDR = 1;
export const IB_SPEED_DDR = 2;
export const IB_SPEED_QDR = 4;
export const IB_SPEED_FDR10 = 8;
export const IB_SPEED_EDR = 32;

/** How fast a port is: lanes, and the speed of each. */
export interface LinkRate {
  readonly active_width: number;
  /** IB_SPEED_* */
  readonly active_speed: number;
}

/** struct ib_port_attr */
export interface ib_port_attr extends LinkRate {
  readonly state: number;
  readonly phys_state: number;
  readonly gid_tbl_len: number;
  readonly pkey_tbl_len: number;
  readonly port_cap_flags: number;
  readonly lid: number;
  readonly sm_lid: number;
  readonly lmc: number;
  readonly subnet_prefix: bigint;
}

/** Which driver made a device (enum rdma_driver_id, include/uapi/rdma/ib_user_ioctl_verbs.h). */
export const RDMA_DRIVER_MLX5 = 1;
export const RDMA_DRIVER_RXE = 12;

/** Bits of device_cap_flags that ib_core itself asks for: user space may delete the device; it has a key for all memory. */
export const IB_DEVICE_ALLOW_USER_UNREG = 1n << 37n;
export const IB_DEVICE_LOCAL_DMA_LKEY = 1n << 15n;

/** struct ib_device_ops. All are called without locks of ib_core unless it is said, and without rtnl_mutex. */
export interface ib_device_ops {
  readonly driver_id: number;
  /** Version of what the driver and its library in user space say to each other. */
  readonly uverbs_abi_ver: number;
  /** Port numbers count from 1. May take rtnl_mutex: a driver may ask the port's netdev for its speed. */
  query_port(current: Frame, dev: ib_device, port_num: number): Promise<ib_port_attr>;
  port_protocol(dev: ib_device, port_num: number): PortProtocol;
  /** The port's netdev with a reference that the caller drops, or null. RoCE ports only. */
  get_netdev?(current: Frame, dev: ib_device, port_num: number): net_device | null;
  get_dev_fw_str?(dev: ib_device): string;
  /** The device has just become visible; called with devices_rwsem held for read. 0 or a negative errno. */
  enable_driver?(current: Frame, dev: ib_device): Promise<number>;
  /** The device frees itself when it has been unregistered: it can be unregistered from anywhere. */
  dealloc_driver?(current: Frame, dev: ib_device): void;
  /** What the driver makes along with a special queue pair (IB_QPT_*); it goes with that. */
  create_qp?(current: Frame, dev: ib_device, qp_type: number): readonly rdma_restrack_entry[];
  /** Names of the hardware counters of a port, and their values in that order (struct rdma_hw_stats). */
  readonly hw_counters?: readonly string[];
  get_hw_stats?(current: Frame, dev: ib_device, port_num: number): Promise<readonly bigint[]>;
  /** Ours: the port's netdev and whether the port works, for a look from outside while nothing runs. */
  look(port_num: number): { readonly netdev: net_device | null; readonly active: boolean };
  /** True if user contexts can be taken from a device that leaves its namespace. */
  readonly disassociate_ucontext?: boolean;
}

/** What one network namespace sees of a device: the device itself in its own, a compatibility device elsewhere. */
export interface ib_core_device {
  readonly dev: device;
  rdma_net: net;
}

export class ib_device {
  readonly ops: ib_device_ops;
  /** dma_device: the function below it; a device of software on a virtual netdev has none. */
  readonly parent: device | null;
  readonly phys_port_cnt: number;
  readonly node_guid: bigint;
  readonly sys_image_guid: bigint;
  readonly device_cap_flags: bigint;
  readonly node_desc: string;
  readonly sysfs_attrs: readonly device_attribute[];
  /** The RoCE versions that its ports speak, in the order of their GIDs. */
  readonly roce_versions: readonly GidType[];
  /** Tracked objects, for `rdma resource`. */
  readonly restrack = new rdma_restrack_root();
  /** Netdevs that the driver has named (ib_device_set_netdev), by port number. */
  readonly port_netdevs = new Map<number, net_device>();
  name = "";
  index = -1;
  readonly coredev: ib_core_device;
  /** DEVICE_REGISTERED: seen by everybody. Guarded by devices_rwsem. */
  registered = false;
  refcount = 0;
  readonly unreg_completion: completion;
  readonly unregistration_lock: mutex;
  /** Contexts of clients by client id; `registered` once the client's add has worked. Guarded by client_data_rwsem. */
  readonly client_data = new Map<number, { data: unknown; registered: boolean }>();
  readonly client_data_rwsem: rw_semaphore;
  readonly compat_devs = new Map<number, ib_core_device>();
  readonly compat_devs_mutex: mutex;
  readonly event_handlers: ib_event_handler[] = [];
  readonly event_handler_rwsem: rw_semaphore;
  /** GID tables by port number less one; empty before ib_cache_setup_one(). */
  gid_tables: ib_gid_table[] = [];
  /** Sizes of the tables of partition keys, likewise. */
  pkey_tbl_len: readonly number[] = [];
  use_cq_dim: boolean;

  /** @param makeCoreDevice makes what stands for it in its namespace. */
  constructor(
    kernel: Kernel,
    ops: ib_device_ops,
    makeCoreDevice: (self: ib_device, net: net) => ib_core_device,
    attrs: IbDeviceAttributes,
  ) {
    this.ops = ops;
    this.parent = attrs.parent;
    this.phys_port_cnt = attrs.phys_port_cnt;
    this.node_guid = attrs.node_guid;
    this.sys_image_guid = attrs.sys_image_guid;
    this.device_cap_flags = attrs.device_cap_flags;
    this.node_desc = attrs.node_desc;
    this.sysfs_attrs = attrs.sysfs_attrs;
    this.roce_versions = attrs.roce_versions;
    this.use_cq_dim = attrs.use_cq_dim;
    this.coredev = makeCoreDevice(this, init_net(kernel));
    this.unreg_completion = new completion("&device->unreg_completion");
    this.unregistration_lock = new mutex(kernel, "&device->unregistration_lock");
    this.client_data_rwsem = new rw_semaphore(kernel, "&device->client_data_rwsem");
    this.compat_devs_mutex = new mutex(kernel, "&device->compat_devs_mutex");
    this.event_handler_rwsem = new rw_semaphore(kernel, "&device->event_handler_rwsem");
  }
}

export interface IbDeviceAttributes {
  readonly parent: device | null;
  readonly phys_port_cnt: number;
  readonly node_guid: bigint;
  readonly sys_image_guid: bigint;
  readonly device_cap_flags: bigint;
  readonly node_desc: string;
  readonly roce_versions: readonly GidType[];
  /** Completion queues moderate their interrupts by what they see. */
  readonly use_cq_dim: boolean;
  /** The driver's own files in sysfs (rdma_set_device_sysfs_group). */
  readonly sysfs_attrs: readonly device_attribute[];
}

/** File-scope variables of core/device.c. The three semaphores nest in the order in which they stand here. */
export const statics = staticData((kernel) => ({
  /** Guards `devices`, names and the registered mark. */
  devices_rwsem: new rw_semaphore(kernel, "devices_rwsem"),
  devices: new Map<number, ib_device>(),
  /** Where xa_alloc_cyclic() goes on. */
  next_index: 0,
  clients_rwsem: new rw_semaphore(kernel, "clients_rwsem"),
  clients: new Map<number, ib_client>(),
  highest_client_id: 0,
  /** Guards `rdma_nets` and the sharing mode. */
  rdma_nets_rwsem: new rw_semaphore(kernel, "rdma_nets_rwsem"),
  /** Every namespace but the first, by an id that is not used again before it has left. Null while it leaves. */
  rdma_nets: new Map<number, rdma_dev_net | null>(),
  ib_devices_shared_netns: true,
  /** system_unbound_wq, for devices that are unregistered from where nobody may wait. */
  unregistration_wq: alloc_workqueue("events_unbound"),
}));

/** ib_device_try_get(): a reference on a device that is still registered. */
export function ib_device_try_get(current: Frame, dev: ib_device): boolean {
  current.writes(dev);
  if (dev.refcount === 0) return false;
  dev.refcount++;
  return true;
}

/** ib_device_put(): drops a reference; the last one lets the unregistering task go on. */
export function ib_device_put(current: Frame, dev: ib_device): void {
  current.writes(dev);
  if (--dev.refcount === 0) complete(current, dev.unreg_completion);
}
