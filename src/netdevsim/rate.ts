/**
 * Models netdevsim's rates (drivers/net/netdevsim/dev.c, from v5.14 on): a leaf for each virtual function's port, and nodes,
 * whose values stand in debugfs.
 */
import { type devlink, type devlink_ops, devlink_priv, type devlink_rate, type devlink_rate_node } from "../devlink/index.ts";
import { EINVAL, EOPNOTSUPP, type Frame, pr_err } from "../kernel/index.ts";
import { DEVLINK_ESWITCH_MODE_SWITCHDEV, NL_SET_ERR_MSG, type netlink_ext_ack } from "../netlink/index.ts";
import { debugfs_create_dir, debugfs_create_file, debugfs_remove, type kernfs_node } from "../vfs/index.ts";
import { DRV_NAME, type nsim_dev } from "./nsim.ts";
import { NsimRate } from "./rate-values.ts";

/** Mbit/s, and as many bytes a second. */
const NSIM_LINK_SPEED_MAX = 5000n;
const NSIM_LINK_SPEED_UNIT = 125_000n;

function rateOf(rate: devlink_rate): NsimRate | null {
  return rate.priv instanceof NsimRate ? rate.priv : null;
}

function refuse(extack: netlink_ext_ack | null, text: string, errno: number): number {
  NL_SET_ERR_MSG(extack, `${DRV_NAME}: ${text}`);
  return -errno;
}

/** nsim_rate_bytes_to_units(): whole Mbit/s, or -EINVAL. */
function nsim_rate_bytes_to_units(current: Frame, name: string, rate: bigint, extack: netlink_ext_ack | null): bigint | number {
  const units = rate / NSIM_LINK_SPEED_UNIT;
  if (rate % NSIM_LINK_SPEED_UNIT !== 0n) {
    pr_err(current.kernel, `${name} rate value ${rate}Bps not in link speed units of 1Mbps.`);
    return refuse(extack, "TX rate value not in link speed units of 1Mbps.", EINVAL);
  }
  if (units > NSIM_LINK_SPEED_MAX) {
    pr_err(current.kernel, `${name} rate value ${units}Mbps exceed link maximum speed ${NSIM_LINK_SPEED_MAX}Mbps.`);
    return refuse(extack, `TX rate value exceed link maximum speed ${NSIM_LINK_SPEED_MAX}Mbps.`, EINVAL);
  }
  return units;
}

function setter(func: string, key: "tx_share" | "tx_max"): NonNullable<devlink_ops["rate_leaf_tx_share_set"]> {
  return async (caller, rate, value, extack) => {
    const current = caller.enter(func);
    const own = rateOf(rate);
    const units = nsim_rate_bytes_to_units(current, key, value, extack);
    if (typeof units === "number") return units;
    if (own === null) return -EINVAL;
    current.writes(own);
    own[key] = units;
    return 0;
  };
}

async function nsim_rate_parent_set(current: Frame, rate: devlink_rate, parent: devlink_rate_node | null): Promise<number> {
  const own = rateOf(rate);
  if (own === null) return -EINVAL;
  current.writes(own);
  own.parent_name = parent?.name ?? null;
  return 0;
}

/** The three files of a leaf or a node. */
export function nsim_rate_debugfs_init(current: Frame, own: NsimRate, dir: kernfs_node): void {
  const file = (name: string, show: () => string): void => void debugfs_create_file(current, name, 0o400, dir, { show });
  file("tx_share", () => `${own.tx_share}\n`);
  file("tx_max", () => `${own.tx_max}\n`);
  file("rate_parent", () => `${own.parent_name ?? ""}\n`);
}

async function nsim_rate_node_new(
  caller: Frame,
  devlink: devlink<nsim_dev>,
  node: devlink_rate_node,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("nsim_rate_node_new");
  const nsim = devlink_priv(devlink);
  current.reads(nsim);
  if (nsim.esw_mode !== DEVLINK_ESWITCH_MODE_SWITCHDEV) return refuse(extack, "Node creation allowed only in switchdev mode.", EOPNOTSUPP);
  const own = new NsimRate();
  if (nsim.nodes_ddir !== null) {
    own.ddir = debugfs_create_dir(current, node.name, nsim.nodes_ddir);
    nsim_rate_debugfs_init(current, own, own.ddir);
  }
  node.priv = own;
  return 0;
}

async function nsim_rate_node_del(caller: Frame, _devlink: devlink<nsim_dev>, node: devlink_rate_node): Promise<number> {
  const current = caller.enter("nsim_rate_node_del");
  const own = rateOf(node);
  if (own?.ddir) await debugfs_remove(current, own.ddir);
  return 0;
}

/** The operations of nsim_dev_devlink_ops that are about rates. */
export const nsim_rate_ops = {
  rate_leaf_tx_share_set: setter("nsim_leaf_tx_share_set", "tx_share"),
  rate_leaf_tx_max_set: setter("nsim_leaf_tx_max_set", "tx_max"),
  rate_node_tx_share_set: setter("nsim_node_tx_share_set", "tx_share"),
  rate_node_tx_max_set: setter("nsim_node_tx_max_set", "tx_max"),
  rate_node_new: nsim_rate_node_new,
  rate_node_del: nsim_rate_node_del,
  rate_leaf_parent_set: (caller, rate, parent) => nsim_rate_parent_set(caller.enter("nsim_rate_leaf_parent_set"), rate, parent),
  rate_node_parent_set: (caller, rate, parent) => nsim_rate_parent_set(caller.enter("nsim_rate_node_parent_set"), rate, parent),
} as const satisfies Partial<devlink_ops<nsim_dev>>;
