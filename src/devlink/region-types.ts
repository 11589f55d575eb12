/** Models struct devlink_region and its snapshots (include/net/devlink.h, net/core/devlink.c) as data. */
import type { Frame, mutex } from "../kernel/index.ts";
import type { netlink_ext_ack } from "../netlink/index.ts";
import type { devlink } from "./types.ts";

export interface devlink_region_ops<P = unknown> {
  readonly name: string;
  /** The region's bytes as they are now, or a negative errno. */
  snapshot?(current: Frame, devlink: devlink<P>, extack: netlink_ext_ack | null): Promise<Uint8Array | number>;
}

export interface devlink_snapshot {
  readonly id: number;
  readonly data: Uint8Array;
}

export interface devlink_region {
  readonly devlink: devlink;
  readonly ops: devlink_region_ops;
  readonly size: number;
  readonly max_snapshots: number;
  /** Guards snapshot_list, from v6.0 on. */
  readonly snapshot_lock: mutex;
  readonly snapshot_list: devlink_snapshot[];
}
