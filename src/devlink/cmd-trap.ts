/** Models DEVLINK_CMD_TRAP_GET, _SET and those of groups and policers (net/core/devlink.c). */
import { EINVAL, ENOENT, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import {
  DEVLINK_ATTR_TRAP_ACTION,
  DEVLINK_ATTR_TRAP_GROUP_NAME,
  DEVLINK_ATTR_TRAP_NAME,
  DEVLINK_ATTR_TRAP_POLICER_BURST,
  DEVLINK_ATTR_TRAP_POLICER_ID,
  DEVLINK_ATTR_TRAP_POLICER_RATE,
  DEVLINK_CMD_TRAP_GET,
  DEVLINK_CMD_TRAP_GROUP_GET,
  DEVLINK_CMD_TRAP_GROUP_NEW,
  DEVLINK_CMD_TRAP_GROUP_SET,
  DEVLINK_CMD_TRAP_NEW,
  DEVLINK_CMD_TRAP_POLICER_GET,
  DEVLINK_CMD_TRAP_POLICER_NEW,
  DEVLINK_CMD_TRAP_POLICER_SET,
  DEVLINK_CMD_TRAP_SET,
  DEVLINK_TRAP_ACTION_MIRROR,
  DEVLINK_TRAP_TYPE_DROP,
  GENL_ADMIN_PERM,
  type genl_info,
  type genl_ops,
  type netlink_callback,
  type netlink_ext_ack,
  type sk_buff,
} from "../netlink/index.ts";
import { dumpEach } from "./cmd-get.ts";
import { commandDevlink, NL_SET_ERR_MSG_MOD, replyFilled } from "./command.ts";
import type { FillMessage } from "./notify.ts";
import {
  devlink_nl_trap_fill,
  devlink_nl_trap_group_fill,
  devlink_nl_trap_policer_fill,
  devlink_trap_group_item_lookup,
  devlink_trap_item_lookup,
  devlink_trap_policer_item_lookup,
} from "./trap.ts";
import type { devlink_trap_group_item, devlink_trap_item, devlink_trap_policer_item } from "./trap-types.ts";
import type { devlink } from "./types.ts";

function refuse(current: Frame, info: genl_info, text: string, errno: number): number {
  NL_SET_ERR_MSG_MOD(current, info.extack, text);
  return -errno;
}

/** The trap that the request names, or a negative errno. */
function trapOf(current: Frame, devlink: devlink, info: genl_info): devlink_trap_item | number {
  if (devlink.trap_list.length === 0) return -EOPNOTSUPP;
  const name = info.attrs.string(DEVLINK_ATTR_TRAP_NAME);
  const item = name === undefined ? null : devlink_trap_item_lookup(devlink, name);
  return item ?? refuse(current, info, "Device did not register this trap", ENOENT);
}

function groupOf(current: Frame, devlink: devlink, info: genl_info): devlink_trap_group_item | number {
  if (devlink.trap_group_list.length === 0) return -EOPNOTSUPP;
  const name = info.attrs.string(DEVLINK_ATTR_TRAP_GROUP_NAME);
  const item = name === undefined ? null : devlink_trap_group_item_lookup(devlink, name);
  return item ?? refuse(current, info, "Device did not register this trap group", ENOENT);
}

function policerOf(current: Frame, devlink: devlink, info: genl_info): devlink_trap_policer_item | number {
  if (devlink.trap_policer_list.length === 0) return -EOPNOTSUPP;
  const id = info.attrs.u32(DEVLINK_ATTR_TRAP_POLICER_ID);
  const item = id === undefined ? null : devlink_trap_policer_item_lookup(devlink, id);
  return item ?? refuse(current, info, "Device did not register this trap policer", ENOENT);
}

async function devlink_nl_cmd_trap_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_trap_get_doit");
  const devlink = commandDevlink(info);
  const item = trapOf(current, devlink, info);
  if (typeof item === "number") return item;
  return replyFilled(current, info, DEVLINK_CMD_TRAP_NEW, (msg) => devlink_nl_trap_fill(current, msg, devlink, item));
}

async function devlink_nl_cmd_trap_group_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_trap_group_get_doit");
  const devlink = commandDevlink(info);
  const item = groupOf(current, devlink, info);
  if (typeof item === "number") return item;
  return replyFilled(current, info, DEVLINK_CMD_TRAP_GROUP_NEW, (msg) => devlink_nl_trap_group_fill(current, msg, devlink, item));
}

async function devlink_nl_cmd_trap_policer_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_trap_policer_get_doit");
  const devlink = commandDevlink(info);
  const item = policerOf(current, devlink, info);
  if (typeof item === "number") return item;
  return replyFilled(current, info, DEVLINK_CMD_TRAP_POLICER_NEW, (msg) => devlink_nl_trap_policer_fill(current, msg, devlink, item));
}

/** A dump of all items of one kind. */
function dumpOf<T>(
  name: string,
  cmd: number,
  listOf: (devlink: devlink) => readonly T[],
  fill: (current: Frame, msg: Parameters<FillMessage>[0], devlink: devlink, item: T) => number,
): NonNullable<genl_ops["dumpit"]> {
  return (caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> => {
    const current = caller.enter(name);
    return dumpEach(current, skb, cb, cmd, true, (devlink) =>
      listOf(devlink).map(
        (item): FillMessage =>
          (msg) =>
            fill(current, msg, devlink, item),
      ),
    );
  };
}

/** The action that the request asks for; undefined: none, null: one that is not. */
function actionIn(info: genl_info): number | undefined | null {
  const action = info.attrs.u8(DEVLINK_ATTR_TRAP_ACTION);
  return action === undefined || action <= DEVLINK_TRAP_ACTION_MIRROR ? action : null;
}

/** __devlink_trap_action_set(): what is no drop keeps its action, with a word about it. */
async function __devlink_trap_action_set(
  caller: Frame,
  devlink: devlink,
  item: devlink_trap_item,
  action: number,
  extack: netlink_ext_ack,
): Promise<number> {
  const current = caller.enter("__devlink_trap_action_set");
  if (item.action !== action && item.trap.type !== DEVLINK_TRAP_TYPE_DROP) {
    NL_SET_ERR_MSG_MOD(current, extack, "Cannot change action of non-drop traps. Skipping");
    return 0;
  }
  const err = (await devlink.ops.trap_action_set?.(current, devlink, item.trap, action, extack)) ?? -EOPNOTSUPP;
  if (err !== 0) return err;
  current.writes(item);
  item.action = action;
  return 0;
}

async function devlink_nl_cmd_trap_set_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_trap_set_doit");
  const devlink = commandDevlink(info);
  const item = trapOf(current, devlink, info);
  if (typeof item === "number") return item;
  const action = actionIn(info);
  if (action === undefined) return 0;
  if (action === null) return refuse(current, info, "Invalid trap action", EINVAL);
  return __devlink_trap_action_set(current, devlink, item, action, info.extack);
}

/** devlink_nl_cmd_trap_group_set_doit(): the action of all its traps, then the policer. */
async function devlink_nl_cmd_trap_group_set_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_trap_group_set_doit");
  const devlink = commandDevlink(info);
  const item = groupOf(current, devlink, info);
  if (typeof item === "number") return item;
  const action = actionIn(info);
  if (action === null) return refuse(current, info, "Invalid trap action", EINVAL);
  if (action !== undefined) {
    for (const trap_item of devlink.trap_list.filter(({ group_item }) => group_item === item)) {
      const err = await __devlink_trap_action_set(current, devlink, trap_item, action, info.extack);
      if (err !== 0) return err;
    }
  }
  const err = await devlink_trap_group_set(current, devlink, item, info);
  if (err !== 0 && action !== undefined)
    NL_SET_ERR_MSG_MOD(current, info.extack, "Trap group set failed, but some changes were committed already");
  return err;
}

/** devlink_trap_group_set(): binds a policer; 0 unbinds. */
async function devlink_trap_group_set(caller: Frame, devlink: devlink, item: devlink_trap_group_item, info: genl_info): Promise<number> {
  const id = info.attrs.u32(DEVLINK_ATTR_TRAP_POLICER_ID);
  if (id === undefined) return 0;
  const current = caller.enter("devlink_trap_group_set");
  const { ops } = devlink;
  if (ops.trap_group_set === undefined) return -EOPNOTSUPP;
  const policer_item = devlink_trap_policer_item_lookup(devlink, id);
  if (id !== 0 && policer_item === null) return refuse(current, info, "Device did not register this trap policer", ENOENT);
  const err = await ops.trap_group_set(current, devlink, item.group, policer_item?.policer ?? null, info.extack);
  if (err !== 0) return err;
  current.writes(item);
  item.policer_item = policer_item;
  return 0;
}

/** devlink_nl_cmd_trap_policer_set_doit(): within the policer's limits. */
async function devlink_nl_cmd_trap_policer_set_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_trap_policer_set_doit");
  const devlink = commandDevlink(info);
  const item = policerOf(current, devlink, info);
  if (typeof item === "number") return item;
  if (devlink.ops.trap_policer_set === undefined) return -EOPNOTSUPP;
  const { policer } = item;
  const rate = info.attrs.u64(DEVLINK_ATTR_TRAP_POLICER_RATE) ?? item.rate;
  const burst = info.attrs.u64(DEVLINK_ATTR_TRAP_POLICER_BURST) ?? item.burst;
  if (rate < policer.min_rate) return refuse(current, info, "Policer rate lower than limit", EINVAL);
  if (rate > policer.max_rate) return refuse(current, info, "Policer rate higher than limit", EINVAL);
  if (burst < policer.min_burst) return refuse(current, info, "Policer burst size lower than limit", EINVAL);
  if (burst > policer.max_burst) return refuse(current, info, "Policer burst size higher than limit", EINVAL);
  const err = await devlink.ops.trap_policer_set(current, devlink, policer, rate, burst, info.extack);
  if (err !== 0) return err;
  current.writes(item);
  item.rate = rate;
  item.burst = burst;
  return 0;
}

export const trap_nl_ops: readonly genl_ops[] = [
  {
    cmd: DEVLINK_CMD_TRAP_GET,
    doit: devlink_nl_cmd_trap_get_doit,
    dumpit: dumpOf("devlink_nl_cmd_trap_get_dumpit", DEVLINK_CMD_TRAP_NEW, (devlink) => devlink.trap_list, devlink_nl_trap_fill),
  },
  { cmd: DEVLINK_CMD_TRAP_SET, doit: devlink_nl_cmd_trap_set_doit, flags: GENL_ADMIN_PERM },
  {
    cmd: DEVLINK_CMD_TRAP_GROUP_GET,
    doit: devlink_nl_cmd_trap_group_get_doit,
    dumpit: dumpOf(
      "devlink_nl_cmd_trap_group_get_dumpit",
      DEVLINK_CMD_TRAP_GROUP_NEW,
      (devlink) => devlink.trap_group_list,
      devlink_nl_trap_group_fill,
    ),
  },
  { cmd: DEVLINK_CMD_TRAP_GROUP_SET, doit: devlink_nl_cmd_trap_group_set_doit, flags: GENL_ADMIN_PERM },
  {
    cmd: DEVLINK_CMD_TRAP_POLICER_GET,
    doit: devlink_nl_cmd_trap_policer_get_doit,
    dumpit: dumpOf(
      "devlink_nl_cmd_trap_policer_get_dumpit",
      DEVLINK_CMD_TRAP_POLICER_NEW,
      (devlink) => devlink.trap_policer_list,
      devlink_nl_trap_policer_fill,
    ),
  },
  { cmd: DEVLINK_CMD_TRAP_POLICER_SET, doit: devlink_nl_cmd_trap_policer_set_doit, flags: GENL_ADMIN_PERM },
];
