/** Models struct devlink_rate (include/net/devlink.h, from v5.14 on) as data: limits of what a function may send. */
import type { Frame } from "../kernel/index.ts";
import type { netlink_ext_ack } from "../netlink/index.ts";
import type { devlink, devlink_port } from "./types.ts";

interface RateObject {
  readonly devlink: devlink;
  /** Bytes a second; 0: none. */
  tx_share: bigint;
  tx_max: bigint;
  parent: devlink_rate_node | null;
  /** The driver's. */
  priv: unknown;
}

/** The function behind one port. */
export interface devlink_rate_leaf extends RateObject {
  readonly type: "leaf";
  readonly devlink_port: devlink_port;
}

/** Several leaves or nodes together. */
export interface devlink_rate_node extends RateObject {
  readonly type: "node";
  readonly name: string;
  /** Itself, and each that it is the parent of. */
  refcnt: number;
}

export type devlink_rate = devlink_rate_leaf | devlink_rate_node;

type SetRate = (current: Frame, rate: devlink_rate, value: bigint, extack: netlink_ext_ack | null) => Promise<number>;
type SetParent = (current: Frame, rate: devlink_rate, parent: devlink_rate_node | null, extack: netlink_ext_ack | null) => Promise<number>;

/** The operations of a driver that can limit. 0 or a negative errno each. */
export interface RateOps<P> {
  readonly rate_leaf_tx_share_set?: SetRate;
  readonly rate_leaf_tx_max_set?: SetRate;
  readonly rate_node_tx_share_set?: SetRate;
  readonly rate_node_tx_max_set?: SetRate;
  /** Sets `node.priv`. */
  rate_node_new?(current: Frame, devlink: devlink<P>, node: devlink_rate_node, extack: netlink_ext_ack | null): Promise<number>;
  rate_node_del?(current: Frame, devlink: devlink<P>, node: devlink_rate_node, extack: netlink_ext_ack | null): Promise<number>;
  readonly rate_leaf_parent_set?: SetParent;
  readonly rate_node_parent_set?: SetParent;
}
