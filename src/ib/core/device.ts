/**
 * Models struct ib_device, ib_core_device and the operations a driver fills in (include/rdma/ib_verbs.h), as data, and the
 * file-scope variables of core/device.c with their locks.
 * Left out of the operations: everything that moves data (queue pairs, memory regions, completion queues, user contexts).
 */
import type { device } from "../../base/index.ts";
import { complete, completion, type Frame, type Kernel, mutex, rw_semaphore, staticData } from "../../kernel/index.ts";
import { init_net, type net, type net_device } from "../../net/index.ts";
import type { ib_client } from "./client.ts";
import type { ib_event_handler } from "./event.ts";
import type { ib_gid_table } from "./gid-table.ts";
import type { rdma_dev_net } from "./netns.ts";

/** enum ib_port_state, enum ib_port_phys_state: the values that occur here. */
export const IB_PORT_DOWN = 1;
export const IB_PORT_ACTIVE = 4;
export const IB_PORT_PHYS_STATE_DISABLED = 3;
export const IB_PORT_PHYS_STATE_LINK_UP = 5;

/** What a port speaks (core_cap_flags of struct ib_port_immutable); raw packets alone when RoCE is disabled. */
export type PortProtocol = "ib" | "roce" | "raw_packet";

/** struct ib_port_attr */
export interface ib_port_attr {
  readonly state: number;
  readonly phys_state: number;
  readonly gid_tbl_len: number;
  readonly port_cap_flags: number;
  readonly lid: number;
  readonly sm_lid: number;
  readonly lmc: number;
  readonly subnet_prefix: bigint;
}

/** struct ib_device_ops. All are called without locks of ib_core unless it is said; none sleeps. */
export interface ib_device_ops {
  /** Port numbers count from 1. */
  query_port(current: Frame, dev: ib_device, port_num: number): ib_port_attr;
  port_protocol(dev: ib_device, port_num: number): PortProtocol;
  /** The port's netdev with a reference that the caller drops, or null. RoCE ports only. */
  get_netdev?(current: Frame, dev: ib_device, port_num: number): net_device | null;
  get_dev_fw_str?(dev: ib_device): string;
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
  /** dma_device: the function below it. */
  readonly parent: device;
  readonly phys_port_cnt: number;
  readonly node_guid: bigint;
  readonly sys_image_guid: bigint;
  readonly device_cap_flags: bigint;
  /** Tracked kernel objects by kind, for `rdma resource`. */
  readonly restrack = new Map<string, number>();
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
  use_cq_dim = true;

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
    this.coredev = makeCoreDevice(this, init_net(kernel));
    this.unreg_completion = new completion("&device->unreg_completion");
    this.unregistration_lock = new mutex(kernel, "&device->unregistration_lock");
    this.client_data_rwsem = new rw_semaphore(kernel, "&device->client_data_rwsem");
    this.compat_devs_mutex = new mutex(kernel, "&device->compat_devs_mutex");
    this.event_handler_rwsem = new rw_semaphore(kernel, "&device->event_handler_rwsem");
  }
}

export interface IbDeviceAttributes {
  readonly parent: device;
  readonly phys_port_cnt: number;
  readonly node_guid: bigint;
  readonly sys_image_guid: bigint;
  readonly device_cap_flags: bigint;
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
