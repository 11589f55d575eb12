/** Models packet traps, their groups and policers (include/net/devlink.h, net/core/devlink.c) as data. */
import type { Frame } from "../kernel/index.ts";
import type { netlink_ext_ack } from "../netlink/index.ts";
import type { devlink } from "./types.ts";

/** struct devlink_trap: constant, the driver's. */
export interface devlink_trap {
  readonly id: number;
  readonly name: string;
  /** DEVLINK_TRAP_TYPE_*: only the action of one of type drop can be changed. */
  readonly type: number;
  readonly init_action: number;
  /** One that all drivers share. */
  readonly generic: boolean;
  readonly init_group_id: number;
  /** Bits of 1 << DEVLINK_ATTR_TRAP_METADATA_TYPE_*: what is known of a trapped packet. */
  readonly metadata_cap: number;
}

export interface devlink_trap_group {
  readonly id: number;
  readonly name: string;
  readonly generic: boolean;
  /** 0: none. */
  readonly init_policer_id: number;
}

/** Packets a second, and packets at once. */
export interface devlink_trap_policer {
  readonly id: number;
  readonly init_rate: bigint;
  readonly init_burst: bigint;
  readonly min_rate: bigint;
  readonly max_rate: bigint;
  readonly min_burst: bigint;
  readonly max_burst: bigint;
}

/** struct devlink_stats: what was reported to the core. */
export interface devlink_stats {
  rx_bytes: number;
  rx_packets: number;
}

export interface devlink_trap_policer_item {
  readonly policer: devlink_trap_policer;
  rate: bigint;
  burst: bigint;
}

export interface devlink_trap_group_item {
  readonly group: devlink_trap_group;
  policer_item: devlink_trap_policer_item | null;
  readonly stats: devlink_stats;
}

export interface devlink_trap_item {
  readonly trap: devlink_trap;
  readonly group_item: devlink_trap_group_item;
  action: number;
  readonly stats: devlink_stats;
}

/** The operations of a driver that has traps. 0 or a negative errno each; counters answer with a value or an errno. */
export interface TrapOps<P> {
  trap_init?(current: Frame, devlink: devlink<P>, trap: devlink_trap, trap_ctx: devlink_trap_item): number;
  trap_fini?(current: Frame, devlink: devlink<P>, trap: devlink_trap): void;
  trap_action_set?(
    current: Frame,
    devlink: devlink<P>,
    trap: devlink_trap,
    action: number,
    extack: netlink_ext_ack | null,
  ): Promise<number>;
  trap_group_set?(
    current: Frame,
    devlink: devlink<P>,
    group: devlink_trap_group,
    policer: devlink_trap_policer | null,
    extack: netlink_ext_ack | null,
  ): Promise<number>;
  trap_policer_set?(
    current: Frame,
    devlink: devlink<P>,
    policer: devlink_trap_policer,
    rate: bigint,
    burst: bigint,
    extack: netlink_ext_ack | null,
  ): Promise<number>;
  trap_policer_counter_get?(current: Frame, devlink: devlink<P>, policer: devlink_trap_policer): bigint | { readonly errno: number };
  /** Packets that the device dropped; only kernels from v5.14 on ask. */
  trap_drop_counter_get?(current: Frame, devlink: devlink<P>, trap: devlink_trap): bigint | { readonly errno: number };
}
