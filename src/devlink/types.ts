/**
 * Models struct devlink, devlink_ops, and what hangs off an instance: ports, parameters, resources, health reporters
 * (include/net/devlink.h), as data. They refer to each other, so they stand in one file; those of regions, traps and rates
 * stand beside it.
 * Left out of the ops: shared buffers, selftests.
 */
import type { device, firmware } from "../base/index.ts";
import { type Frame, type Kernel, mutex, type Task, wait_queue_head } from "../kernel/index.ts";
import type { net, net_device } from "../net/index.ts";
import {
  type AttributeWriter,
  type DEVLINK_PORT_TYPE_ETH,
  type DEVLINK_PORT_TYPE_IB,
  type DEVLINK_PORT_TYPE_NOTSET,
  DEVLINK_RELOAD_ACTION_MAX,
  DEVLINK_RELOAD_LIMIT_MAX,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import type { devlink_fmsg } from "./fmsg.ts";

import type { devlink_rate, RateOps } from "./rate-types.ts";
import type { devlink_region } from "./region-types.ts";
import type { devlink_trap_group_item, devlink_trap_item, devlink_trap_policer_item, TrapOps } from "./trap-types.ts";

/** A `u32 *` that a callback fills. */
export interface U32Ref {
  value: number;
}

/** Where a reload of the instance stands; `devlink_net` may be read freely in the two middle ones only by the reloading task. */
export type ReloadPhase = "idle" | "reload_down" | "reload_up";

/** The answer being written. */
export interface devlink_info_req {
  readonly msg: AttributeWriter;
  /** Told of each version that is a component of the flash. */
  readonly component?: (name: string) => void;
}

/** struct devlink_port_attrs: what the port is, set before it is registered. */
export type DevlinkPortAttrs = { readonly switch_id?: Uint8Array } & (
  | { readonly flavour: "physical"; readonly port_number: number; readonly splittable?: boolean }
  /** The only port of a virtual function. */
  | { readonly flavour: "virtual"; readonly port_number: number }
  | { readonly flavour: "pci_pf"; readonly pf: number }
  | { readonly flavour: "pci_vf"; readonly pf: number; readonly vf: number }
);

/** What stands behind a port. */
export type PortType =
  | { readonly type: typeof DEVLINK_PORT_TYPE_NOTSET }
  | { readonly type: typeof DEVLINK_PORT_TYPE_ETH; readonly netdev: net_device }
  | { readonly type: typeof DEVLINK_PORT_TYPE_IB; readonly ibdev: { readonly name: string } };

export interface devlink_port {
  attrs: DevlinkPortAttrs | null;
  type: PortType;
  /** Null while it is not registered. */
  registered: { readonly devlink: devlink; readonly index: number; readonly reporters_lock: mutex } | null;
  /** Guarded by reporters_lock. */
  readonly reporter_list: devlink_health_reporter[];
}

/** A value of type bool is a boolean, of type string a string, of the others a number. */
export type DevlinkParamValue = boolean | number | string;

export type DevlinkParamType = "u8" | "u16" | "u32" | "string" | "bool";

export interface devlink_param {
  readonly id: number;
  readonly name: string;
  readonly type: DevlinkParamType;
  /** One of the names that all drivers share, not the driver's own. */
  readonly generic: boolean;
  /** Bits of 1 << DEVLINK_PARAM_CMODE_*. */
  readonly supported_cmodes: number;
  /** The value now, or a negative errno wrapped by `errno`. */
  get?(current: Frame, devlink: devlink, cmode: number): Promise<{ readonly value: DevlinkParamValue } | { readonly errno: number }>;
  set?(current: Frame, devlink: devlink, cmode: number, value: DevlinkParamValue): Promise<number>;
  /** Whether the device takes the value. Called for every mode. */
  validate?(current: Frame, devlink: devlink, value: DevlinkParamValue, extack: netlink_ext_ack | null): number;
}

/** struct devlink_param_item: a registered parameter. */
export interface devlink_param_item {
  readonly param: devlink_param;
  driverinit_value: DevlinkParamValue | null;
  /** The driver is ready to be asked for the values of the other modes. */
  published: boolean;
}

/** What a driver can do about an error of one kind. All run in the caller's task and may sleep. */
export interface devlink_health_reporter_ops {
  readonly name: string;
  /** `priv_ctx` is what the driver told of the error, null if user space asks. 0 or a negative errno; also the others. */
  recover?(current: Frame, reporter: devlink_health_reporter, priv_ctx: unknown, extack: netlink_ext_ack | null): Promise<number>;
  dump?(
    current: Frame,
    reporter: devlink_health_reporter,
    fmsg: devlink_fmsg,
    priv_ctx: unknown,
    extack: netlink_ext_ack | null,
  ): Promise<number>;
  diagnose?(current: Frame, reporter: devlink_health_reporter, fmsg: devlink_fmsg, extack: netlink_ext_ack | null): Promise<number>;
  test?(current: Frame, reporter: devlink_health_reporter, extack: netlink_ext_ack | null): Promise<number>;
}

export interface devlink_health_reporter {
  readonly ops: devlink_health_reporter_ops;
  readonly devlink: devlink;
  /** Null for a reporter of the whole device. */
  readonly devlink_port: devlink_port | null;
  /** Guards dump_fmsg. */
  readonly dump_lock: mutex;
  dump_fmsg: devlink_fmsg | null;
  /** When dump_fmsg was made: ms since boot, ns since the epoch. */
  dump_ts: number;
  dump_real_ts: bigint;
  /** Milliseconds between two automatic recoveries. */
  graceful_period: bigint;
  auto_recover: boolean;
  auto_dump: boolean;
  health_state: number;
  error_count: number;
  recovery_count: number;
  /** ns since boot. */
  last_recovery_ts: number;
}

/** struct devlink_resource_size_params; the unit is always DEVLINK_RESOURCE_UNIT_ENTRY. */
export interface devlink_resource_size_params {
  readonly size_min: bigint;
  readonly size_max: bigint;
  readonly size_granularity: bigint;
}

export interface devlink_resource {
  readonly name: string;
  readonly id: bigint;
  /** What the driver works with, and what it is to work with after its next reload. */
  size: bigint;
  size_new: bigint;
  /** The sizes of the resources below are not larger in sum. */
  size_valid: boolean;
  readonly parent: devlink_resource | null;
  readonly size_params: devlink_resource_size_params;
  readonly resource_list: devlink_resource[];
  occ_get: (() => bigint) | null;
}

/** struct devlink_flash_update_params */
export interface devlink_flash_update_params {
  readonly file_name: string;
  /** What the core has loaded of that name; null in kernels where the driver does it. */
  readonly fw: firmware | null;
  /** The part of the flash that is to be written; null for all of it. */
  readonly component: string | null;
  /** Bits of 1 << DEVLINK_FLASH_OVERWRITE_*_BIT. */
  readonly overwrite_mask: number;
}

/** What of an update the driver takes. */
export const DEVLINK_SUPPORT_FLASH_UPDATE_COMPONENT = 1 << 0;
export const DEVLINK_SUPPORT_FLASH_UPDATE_OVERWRITE_MASK = 1 << 1;

/** How many actions and limits of a reload there are, the unspecified ones included. */
export const ACTIONS = DEVLINK_RELOAD_ACTION_MAX + 1;
export const LIMITS = DEVLINK_RELOAD_LIMIT_MAX + 1;

/** Counters by limit * ACTIONS + action: reloads by this host, and by another one that shares the device (never here). */
export interface ReloadStats {
  readonly reload_stats: number[];
  readonly remote_reload_stats: number[];
}

/**
 * What a driver implements. `P` is its private data (devlink_priv). A missing operation is answered with -EOPNOTSUPP.
 * All are called with whatever locks the era's commands hold; see strategies.ts.
 */
export interface devlink_ops<P = unknown> extends TrapOps<P>, RateOps<P> {
  /** Bits of 1 << DEVLINK_RELOAD_ACTION_*; 0 or absent: no reload. */
  readonly reload_actions?: number;
  /** Bits of 1 << DEVLINK_RELOAD_LIMIT_*. */
  readonly reload_limits?: number;
  /** Takes the driver down. 0 or a negative errno; then the reload ends here and nothing has changed. */
  reload_down?(
    current: Frame,
    devlink: devlink<P>,
    netns_change: boolean,
    action: number,
    limit: number,
    extack: netlink_ext_ack | null,
  ): Promise<number>;
  /** Brings it up again, in devlink_net(devlink). Sets the bits of what it did in `actions_performed`. */
  reload_up?(
    current: Frame,
    devlink: devlink<P>,
    action: number,
    limit: number,
    actions_performed: U32Ref,
    extack: netlink_ext_ack | null,
  ): Promise<number>;
  /** Bits of DEVLINK_SUPPORT_FLASH_UPDATE_*. */
  readonly supported_flash_update_params?: number;
  flash_update?(current: Frame, devlink: devlink<P>, params: devlink_flash_update_params, extack: netlink_ext_ack | null): Promise<number>;
  port_type_set?(current: Frame, port: devlink_port, port_type: number): Promise<number>;
  port_split?(current: Frame, devlink: devlink<P>, port_index: number, count: number, extack: netlink_ext_ack | null): Promise<number>;
  port_unsplit?(current: Frame, devlink: devlink<P>, port_index: number, extack: netlink_ext_ack | null): Promise<number>;
  /** The address of the function behind a port; -EOPNOTSUPP for a port that has none. */
  port_function_hw_addr_get?(current: Frame, devlink: devlink<P>, port: devlink_port): Uint8Array | number;
  port_function_hw_addr_set?(
    current: Frame,
    devlink: devlink<P>,
    port: devlink_port,
    hw_addr: Uint8Array,
    extack: netlink_ext_ack | null,
  ): Promise<number>;
  port_fn_state_set?(
    current: Frame,
    devlink: devlink<P>,
    port: devlink_port,
    state: number,
    extack: netlink_ext_ack | null,
  ): Promise<number>;
  info_get?(current: Frame, devlink: devlink<P>, req: devlink_info_req, extack: netlink_ext_ack | null): Promise<number>;
  /** The mode (DEVLINK_ESWITCH_MODE_*), or a negative errno. The other two likewise. */
  eswitch_mode_get?(current: Frame, devlink: devlink<P>): Promise<number>;
  eswitch_mode_set?(current: Frame, devlink: devlink<P>, mode: number, extack: netlink_ext_ack | null): Promise<number>;
  eswitch_inline_mode_get?(current: Frame, devlink: devlink<P>): Promise<number>;
  eswitch_inline_mode_set?(current: Frame, devlink: devlink<P>, mode: number, extack: netlink_ext_ack | null): Promise<number>;
  eswitch_encap_mode_get?(current: Frame, devlink: devlink<P>): Promise<number>;
  eswitch_encap_mode_set?(current: Frame, devlink: devlink<P>, mode: number, extack: netlink_ext_ack | null): Promise<number>;
}

export class devlink<P = unknown> {
  readonly ops: devlink_ops<P>;
  readonly dev: device;
  /** The driver's private data. */
  readonly priv: P;
  /** Guards ports, parameters and resources; from v6.0 on it is held through every command and reload. */
  readonly lock: mutex;
  /** Guards the list of health reporters. */
  readonly reporters_lock: mutex;
  readonly port_list: devlink_port[] = [];
  readonly param_list: devlink_param_item[] = [];
  readonly reporter_list: devlink_health_reporter[] = [];
  readonly resource_list: devlink_resource[] = [];
  readonly region_list: devlink_region[] = [];
  /** How many snapshots use an id. */
  readonly snapshot_ids = new Map<number, number>();
  readonly trap_list: devlink_trap_item[] = [];
  readonly trap_group_list: devlink_trap_group_item[] = [];
  readonly trap_policer_list: devlink_trap_policer_item[] = [];
  readonly rate_list: devlink_rate[] = [];
  readonly stats: ReloadStats = {
    reload_stats: new Array<number>(ACTIONS * LIMITS).fill(0),
    remote_reload_stats: new Array<number>(ACTIONS * LIMITS).fill(0),
  };
  /** The namespace. A bare pointer: an instance holds no reference on it. */
  _net: net;
  /** Tasks that hold a reference (devlink_try_get): from v6.0 on each command, until it is done. */
  readonly users: Task[] = [];
  /** `comp`: completed when the last reference is put. */
  readonly comp: wait_queue_head;
  /** On the list of instances, seen by commands. */
  registered = false;
  /** The driver allows reloads: now (up to v5.15), or at all (later: DEVLINK_F_RELOAD). */
  reload_enabled = false;
  /** The last reload_up failed. */
  reload_failed = false;
  /** Ours: which half of a reload runs, and in which task; for those who check the rule of devlink_net(). */
  reload: { readonly phase: Exclude<ReloadPhase, "idle">; readonly frame: Frame } | null = null;

  constructor(kernel: Kernel, ops: devlink_ops<P>, dev: device, priv: P, initial_net: net) {
    this.ops = ops;
    this.dev = dev;
    this.priv = priv;
    this._net = initial_net;
    this.lock = new mutex(kernel, "&devlink->lock");
    this.reporters_lock = new mutex(kernel, "&devlink->reporters_lock");
    this.comp = new wait_queue_head("&devlink->comp", { kind: "reference", blockers: () => this.users });
  }

  /** `pci/0000:00:08.0`, as user space names it. */
  get handle(): string {
    return `${this.dev.bus?.name ?? ""}/${this.dev.name}`;
  }
}

/** devlink_net(): a plain read of a pointer that only a lock or a disabled reload keeps from changing. */
export function devlink_net(devlink: devlink): net {
  return devlink._net;
}

/** devlink_net_set(): before registration only; the namespace a new instance starts in. */
export function devlink_net_set(devlink: devlink, net: net): void {
  devlink._net = net;
}

export function devlink_priv<P>(devlink: devlink<P>): P {
  return devlink.priv;
}
