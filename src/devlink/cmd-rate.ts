/** Models DEVLINK_CMD_RATE_GET, _SET, _NEW and _DEL (net/core/devlink.c, from v5.14 on). */
import { EBUSY, EEXIST, EINVAL, ENODEV, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import {
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_RATE_NODE_NAME,
  DEVLINK_CMD_RATE_DEL,
  DEVLINK_CMD_RATE_GET,
  DEVLINK_CMD_RATE_NEW,
  DEVLINK_CMD_RATE_SET,
  GENL_ADMIN_PERM,
  type genl_info,
  type genl_ops,
  type netlink_callback,
  type sk_buff,
} from "../netlink/index.ts";
import { dumpEach } from "./cmd-get.ts";
import { commandDevlink, devlink_port_get_from_info, NL_SET_ERR_MSG_MOD, replyFilled } from "./command.ts";
import type { FillMessage } from "./notify.ts";
import {
  devlink_nl_rate_fill,
  devlink_nl_rate_set,
  devlink_rate_node_get_by_name,
  devlink_rate_notify,
  devlink_rate_set_ops_supported,
  leafOf,
} from "./rate.ts";
import type { devlink_rate, devlink_rate_node } from "./rate-types.ts";

/** devlink_rate_get_from_info(): the leaf of a port, or a node by name. -EINVAL without either, -ENODEV. */
function rateOf(info: genl_info): devlink_rate | number {
  const devlink = commandDevlink(info);
  if (!info.attrs.has(DEVLINK_ATTR_PORT_INDEX)) return nodeOf(info);
  const port = devlink_port_get_from_info(devlink, info);
  return typeof port === "number" ? port : (leafOf(devlink, port) ?? -ENODEV);
}

/** devlink_rate_node_get_from_info(): a name that is empty or a number cannot be one. */
function nodeOf(info: genl_info): devlink_rate_node | number {
  const name = info.attrs.string(DEVLINK_ATTR_RATE_NODE_NAME);
  if (name === undefined || /^\d*$/.test(name)) return -EINVAL;
  return devlink_rate_node_get_by_name(commandDevlink(info), name) ?? -ENODEV;
}

async function devlink_nl_cmd_rate_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_rate_get_doit");
  const rate = rateOf(info);
  if (typeof rate === "number") return rate;
  return replyFilled(current, info, DEVLINK_CMD_RATE_NEW, (msg) => devlink_nl_rate_fill(current, msg, rate));
}

function devlink_nl_cmd_rate_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_rate_get_dumpit");
  return dumpEach(current, skb, cb, DEVLINK_CMD_RATE_NEW, true, (devlink) =>
    devlink.rate_list.map(
      (rate): FillMessage =>
        (msg) =>
          devlink_nl_rate_fill(current, msg, rate),
    ),
  );
}

async function devlink_nl_cmd_rate_set_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_rate_set_doit");
  const rate = rateOf(info);
  if (typeof rate === "number") return rate;
  const { ops } = rate.devlink;
  if (!devlink_rate_set_ops_supported(current, ops, info.attrs, rate.type, info.extack)) return -EOPNOTSUPP;
  const err = await devlink_nl_rate_set(current, rate, info.attrs, info.extack);
  if (err === 0) await devlink_rate_notify(current, rate, DEVLINK_CMD_RATE_NEW);
  return err;
}

async function devlink_nl_cmd_rate_new_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_rate_new_doit");
  const devlink = commandDevlink(info);
  const { ops } = devlink;
  if (ops.rate_node_new === undefined || ops.rate_node_del === undefined) {
    NL_SET_ERR_MSG_MOD(current, info.extack, "Rate nodes aren't supported");
    return -EOPNOTSUPP;
  }
  if (!devlink_rate_set_ops_supported(current, ops, info.attrs, "node", info.extack)) return -EOPNOTSUPP;
  const found = nodeOf(info);
  if (typeof found !== "number") return -EEXIST;
  if (found === -EINVAL) return found;
  const name = info.attrs.string(DEVLINK_ATTR_RATE_NODE_NAME) ?? "";
  const node: devlink_rate_node = { type: "node", devlink, name, tx_share: 0n, tx_max: 0n, parent: null, priv: null, refcnt: 1 };
  let err = await ops.rate_node_new(current, devlink, node, info.extack);
  if (err !== 0) return err;
  err = await devlink_nl_rate_set(current, node, info.attrs, info.extack);
  if (err !== 0) {
    await ops.rate_node_del(current, devlink, node, info.extack);
    return err;
  }
  current.writes(devlink.rate_list);
  devlink.rate_list.unshift(node);
  await devlink_rate_notify(current, node, DEVLINK_CMD_RATE_NEW);
  return 0;
}

async function devlink_nl_cmd_rate_del_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_rate_del_doit");
  const node = nodeOf(info);
  if (typeof node === "number") return node;
  const { devlink } = node;
  current.writes(node);
  if (node.refcnt > 1) {
    NL_SET_ERR_MSG_MOD(current, info.extack, "Node has children. Cannot delete node.");
    return -EBUSY;
  }
  await devlink_rate_notify(current, node, DEVLINK_CMD_RATE_DEL);
  const err = (await devlink.ops.rate_node_del?.(current, devlink, node, info.extack)) ?? -EOPNOTSUPP;
  if (node.parent !== null) node.parent.refcnt--;
  current.writes(devlink.rate_list);
  devlink.rate_list.splice(devlink.rate_list.indexOf(node), 1);
  return err;
}

/** Commands of kernels from v5.14 on. */
export const rate_nl_ops: readonly genl_ops[] = [
  { cmd: DEVLINK_CMD_RATE_GET, doit: devlink_nl_cmd_rate_get_doit, dumpit: devlink_nl_cmd_rate_get_dumpit },
  { cmd: DEVLINK_CMD_RATE_SET, doit: devlink_nl_cmd_rate_set_doit, flags: GENL_ADMIN_PERM },
  { cmd: DEVLINK_CMD_RATE_NEW, doit: devlink_nl_cmd_rate_new_doit, flags: GENL_ADMIN_PERM },
  { cmd: DEVLINK_CMD_RATE_DEL, doit: devlink_nl_cmd_rate_del_doit, flags: GENL_ADMIN_PERM },
];
