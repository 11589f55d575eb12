/** Models devlink rates (net/core/devlink.c, from v5.14 on): limits for the function behind a port, and nodes over several. */
import { EBUSY, EEXIST, EINVAL, ENODEV, EOPNOTSUPP, type Frame, WARN_ON } from "../kernel/index.ts";
import {
  type Attributes,
  type AttributeWriter,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_RATE_NODE_NAME,
  DEVLINK_ATTR_RATE_PARENT_NODE_NAME,
  DEVLINK_ATTR_RATE_TX_MAX,
  DEVLINK_ATTR_RATE_TX_SHARE,
  DEVLINK_ATTR_RATE_TYPE,
  DEVLINK_CMD_RATE_DEL,
  DEVLINK_CMD_RATE_NEW,
  DEVLINK_RATE_TYPE_LEAF,
  DEVLINK_RATE_TYPE_NODE,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import { NL_SET_ERR_MSG_MOD } from "./command.ts";
import { devlink_nl_put_handle, devlinkNotifyMessage } from "./notify.ts";
import type { devlink_rate, devlink_rate_leaf, devlink_rate_node, RateOps } from "./rate-types.ts";
import type { devlink, devlink_port } from "./types.ts";

/** devl_rate_leaf_create(): for a registered port. The caller holds devlink->lock. -EBUSY if it has one. */
export async function devl_rate_leaf_create(caller: Frame, devlink_port: devlink_port, priv: unknown): Promise<number> {
  const current = caller.enter("devl_rate_leaf_create");
  const devlink = devlink_port.registered?.devlink;
  if (devlink === undefined) return -EINVAL;
  if (WARN_ON(current, leafOf(devlink, devlink_port) !== null, `WARNING: a port of ${devlink.handle} has two rates`)) return -EBUSY;
  const leaf: devlink_rate_leaf = { type: "leaf", devlink, devlink_port, tx_share: 0n, tx_max: 0n, parent: null, priv };
  current.writes(devlink.rate_list);
  devlink.rate_list.push(leaf);
  await devlink_rate_notify(current, leaf, DEVLINK_CMD_RATE_NEW);
  return 0;
}

/** devl_rate_leaf_destroy(): before the port goes. Nothing if it has none. */
export async function devl_rate_leaf_destroy(caller: Frame, devlink_port: devlink_port): Promise<void> {
  const current = caller.enter("devl_rate_leaf_destroy");
  const devlink = devlink_port.registered?.devlink;
  const leaf = devlink === undefined ? null : leafOf(devlink, devlink_port);
  if (devlink === undefined || leaf === null) return;
  await devlink_rate_notify(current, leaf, DEVLINK_CMD_RATE_DEL);
  if (leaf.parent !== null) leaf.parent.refcnt--;
  remove(current, devlink, leaf);
}

/** devl_rate_nodes_destroy(): before the driver leaves the mode that has them; nobody is told. */
export async function devl_rate_nodes_destroy(caller: Frame, devlink: devlink): Promise<void> {
  const current = caller.enter("devl_rate_nodes_destroy");
  for (const rate of devlink.rate_list) {
    if (rate.parent === null) continue;
    rate.parent.refcnt--;
    rate.parent = null;
    await parentSetter(devlink.ops, rate)?.(current, rate, null, null);
  }
  for (const rate of [...devlink.rate_list]) {
    if (rate.type !== "node") continue;
    await devlink.ops.rate_node_del?.(current, devlink, rate, null);
    remove(current, devlink, rate);
  }
}

function remove(current: Frame, devlink: devlink, rate: devlink_rate): void {
  current.writes(devlink.rate_list);
  devlink.rate_list.splice(devlink.rate_list.indexOf(rate), 1);
}

function parentSetter(ops: RateOps<unknown>, rate: devlink_rate): RateOps<unknown>["rate_leaf_parent_set"] {
  return rate.type === "leaf" ? ops.rate_leaf_parent_set : ops.rate_node_parent_set;
}

export function leafOf(devlink: devlink, port: devlink_port): devlink_rate_leaf | null {
  return devlink.rate_list.find((rate): rate is devlink_rate_leaf => rate.type === "leaf" && rate.devlink_port === port) ?? null;
}

/** devlink_rate_node_get_by_name(): null if there is none. */
export function devlink_rate_node_get_by_name(devlink: devlink, name: string): devlink_rate_node | null {
  return devlink.rate_list.find((rate): rate is devlink_rate_node => rate.type === "node" && rate.name === name) ?? null;
}

/** devlink_rate_nodes_check(): the eswitch keeps its mode while there are nodes. */
export function devlink_rate_nodes_check(current: Frame, devlink: devlink, extack: netlink_ext_ack | null): number {
  current.reads(devlink.rate_list);
  if (!devlink.rate_list.some((rate) => rate.type === "node")) return 0;
  NL_SET_ERR_MSG_MOD(current, extack, "Rate node(s) exists.");
  return -EBUSY;
}

/** devlink_rate_set_ops_supported(): whether the driver can set all that the request sets. */
export function devlink_rate_set_ops_supported(
  current: Frame,
  ops: RateOps<unknown>,
  attrs: Attributes,
  type: devlink_rate["type"],
  extack: netlink_ext_ack,
): boolean {
  const leaf = type === "leaf";
  const checks = [
    [DEVLINK_ATTR_RATE_TX_SHARE, leaf ? ops.rate_leaf_tx_share_set : ops.rate_node_tx_share_set, "TX share"],
    [DEVLINK_ATTR_RATE_TX_MAX, leaf ? ops.rate_leaf_tx_max_set : ops.rate_node_tx_max_set, "TX max"],
    [DEVLINK_ATTR_RATE_PARENT_NODE_NAME, leaf ? ops.rate_leaf_parent_set : ops.rate_node_parent_set, "Parent"],
  ] as const;
  const missing = checks.find(([attr, op]) => attrs.has(attr) && op === undefined);
  if (missing === undefined) return true;
  NL_SET_ERR_MSG_MOD(current, extack, `${missing[2]} set isn't supported for the ${leaf ? "leafs" : "nodes"}`);
  return false;
}

/** devlink_nl_rate_set(): the share, the maximum, the parent; ends at the first that the driver refuses. */
export async function devlink_nl_rate_set(caller: Frame, rate: devlink_rate, attrs: Attributes, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("devlink_nl_rate_set");
  const { ops } = rate.devlink;
  const leaf = rate.type === "leaf";
  current.writes(rate);
  const share = attrs.u64(DEVLINK_ATTR_RATE_TX_SHARE);
  if (share !== undefined) {
    const set = leaf ? ops.rate_leaf_tx_share_set : ops.rate_node_tx_share_set;
    const err = (await set?.(current, rate, share, extack)) ?? -EOPNOTSUPP;
    if (err !== 0) return err;
    rate.tx_share = share;
  }
  const max = attrs.u64(DEVLINK_ATTR_RATE_TX_MAX);
  if (max !== undefined) {
    const set = leaf ? ops.rate_leaf_tx_max_set : ops.rate_node_tx_max_set;
    const err = (await set?.(current, rate, max, extack)) ?? -EOPNOTSUPP;
    if (err !== 0) return err;
    rate.tx_max = max;
  }
  const parent = attrs.string(DEVLINK_ATTR_RATE_PARENT_NODE_NAME);
  return parent === undefined ? 0 : devlink_nl_rate_parent_node_set(current, rate, parent, extack);
}

/** devlink_nl_rate_parent_node_set(): an empty name is none. */
async function devlink_nl_rate_parent_node_set(caller: Frame, rate: devlink_rate, name: string, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("devlink_nl_rate_parent_node_set");
  const set = parentSetter(rate.devlink.ops, rate);
  const refuse = (text: string, errno: number): number => {
    NL_SET_ERR_MSG_MOD(current, extack, text);
    return -errno;
  };
  if (name === "" && rate.parent === null) return 0;
  const parent = name === "" ? null : devlink_rate_node_get_by_name(rate.devlink, name);
  if (name !== "" && parent === null) return -ENODEV;
  if (parent === rate) return refuse("Parent to self is not allowed", EINVAL);
  if (rate.type === "node" && parent !== null && isBelow(parent, rate)) return refuse("Node is already a parent of parent node.", EEXIST);
  const err = (await set?.(current, rate, parent, extack)) ?? -EOPNOTSUPP;
  if (err !== 0) return err;
  if (rate.parent !== null) rate.parent.refcnt--;
  if (parent !== null) parent.refcnt++;
  rate.parent = parent;
  return 0;
}

/** devlink_rate_is_parent_node(): whether `above` is above `node`. */
function isBelow(node: devlink_rate_node, above: devlink_rate_node): boolean {
  for (let parent = node.parent; parent !== null; parent = parent.parent) if (parent === above) return true;
  return false;
}

/** devlink_rate_notify(): nothing while the instance is not registered. */
export async function devlink_rate_notify(caller: Frame, rate: devlink_rate, cmd: number): Promise<void> {
  if (!rate.devlink.registered) return;
  const current = caller.enter("devlink_rate_notify");
  await devlinkNotifyMessage(current, rate.devlink, cmd, (msg) => devlink_nl_rate_fill(current, msg, rate));
}

export function devlink_nl_rate_fill(current: Frame, msg: AttributeWriter, rate: devlink_rate): number {
  current.reads(rate);
  devlink_nl_put_handle(msg, rate.devlink);
  msg.u16(DEVLINK_ATTR_RATE_TYPE, rate.type === "leaf" ? DEVLINK_RATE_TYPE_LEAF : DEVLINK_RATE_TYPE_NODE);
  if (rate.type === "leaf") msg.u32(DEVLINK_ATTR_PORT_INDEX, rate.devlink_port.registered?.index ?? 0);
  else msg.string(DEVLINK_ATTR_RATE_NODE_NAME, rate.name);
  msg.u64(DEVLINK_ATTR_RATE_TX_SHARE, rate.tx_share).u64(DEVLINK_ATTR_RATE_TX_MAX, rate.tx_max);
  if (rate.parent !== null) msg.string(DEVLINK_ATTR_RATE_PARENT_NODE_NAME, rate.parent.name);
  return 0;
}
