/**
 * Models the commands that change a port, and those about the parameters of ports (net/core/devlink.c).
 * Left out: adding and removing ports (no driver here can), splits that succeed, state of sub-functions.
 */
import { EINVAL, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { ETH_ALEN } from "../net/index.ts";
import {
  Attributes,
  DEVLINK_ATTR_PORT_FUNCTION,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_PORT_SPLIT_COUNT,
  DEVLINK_ATTR_PORT_TYPE,
  DEVLINK_CMD_PORT_DEL,
  DEVLINK_CMD_PORT_NEW,
  DEVLINK_CMD_PORT_PARAM_GET,
  DEVLINK_CMD_PORT_PARAM_SET,
  DEVLINK_CMD_PORT_SET,
  DEVLINK_CMD_PORT_SPLIT,
  DEVLINK_CMD_PORT_UNSPLIT,
  DEVLINK_PORT_FN_ATTR_STATE,
  DEVLINK_PORT_FN_STATE_ACTIVE,
  DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR,
  DEVLINK_PORT_TYPE_ETH,
  GENL_ADMIN_PERM,
  type genl_info,
  type genl_ops,
  type netlink_callback,
  type sk_buff,
} from "../netlink/index.ts";
import {
  commandDevlink,
  commandPort,
  DEVLINK_NL_FLAG_NEED_PORT,
  DEVLINK_NL_FLAG_NO_LOCK,
  devlink_port_get_from_info,
  NL_SET_ERR_MSG_MOD,
} from "./command.ts";
import { devlink_port_notify } from "./port.ts";
import { strategiesOf } from "./state.ts";
import type { devlink_port } from "./types.ts";

/** MAX_ADDR_LEN */
const MAX_ADDR_LEN = 32;

export const port_nl_ops: readonly genl_ops[] = [
  { cmd: DEVLINK_CMD_PORT_SET, doit: devlink_nl_cmd_port_set_doit, flags: GENL_ADMIN_PERM, internal_flags: DEVLINK_NL_FLAG_NEED_PORT },
  { cmd: DEVLINK_CMD_PORT_SPLIT, doit: devlink_nl_cmd_port_split_doit, flags: GENL_ADMIN_PERM, internal_flags: DEVLINK_NL_FLAG_NO_LOCK },
  {
    cmd: DEVLINK_CMD_PORT_UNSPLIT,
    doit: devlink_nl_cmd_port_unsplit_doit,
    flags: GENL_ADMIN_PERM,
    internal_flags: DEVLINK_NL_FLAG_NO_LOCK,
  },
  {
    cmd: DEVLINK_CMD_PORT_PARAM_GET,
    doit: devlink_nl_cmd_port_param_get_doit,
    dumpit: devlink_nl_cmd_port_param_get_dumpit,
    internal_flags: DEVLINK_NL_FLAG_NEED_PORT,
  },
  {
    cmd: DEVLINK_CMD_PORT_PARAM_SET,
    doit: devlink_nl_cmd_port_param_get_doit,
    flags: GENL_ADMIN_PERM,
    internal_flags: DEVLINK_NL_FLAG_NEED_PORT,
  },
];

/** From v5.12 on: ports that user space makes. */
export const port_new_nl_ops: readonly genl_ops[] = [
  { cmd: DEVLINK_CMD_PORT_NEW, doit: portsCannotBeMade, flags: GENL_ADMIN_PERM },
  { cmd: DEVLINK_CMD_PORT_DEL, doit: portsCannotBeMade, flags: GENL_ADMIN_PERM },
];

/** No driver here has port_new and port_del. */
async function portsCannotBeMade(): Promise<number> {
  return -EOPNOTSUPP;
}

async function devlink_nl_cmd_port_set_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_port_set_doit");
  const port = commandPort(info);
  const type = info.attrs.u16(DEVLINK_ATTR_PORT_TYPE);
  if (type !== undefined) {
    const err = (await commandDevlink(info).ops.port_type_set?.(current, port, type)) ?? -EOPNOTSUPP;
    if (err !== 0) return err;
  }
  const fn = info.attrs.bytes(DEVLINK_ATTR_PORT_FUNCTION);
  return fn === undefined ? 0 : devlink_port_function_set(current, port, fn, info);
}

/** devlink_port_function_set(): the address first, the state last, then listeners are told. */
async function devlink_port_function_set(caller: Frame, port: devlink_port, fn: Uint8Array, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_port_function_set");
  const { extack } = info;
  const devlink = commandDevlink(info);
  const { ops } = devlink;
  const tb = Attributes.parse(fn);
  const refuse = (text: string, errno: number): number => {
    NL_SET_ERR_MSG_MOD(current, extack, text);
    return -errno;
  };
  const hw_addr = tb?.bytes(DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR);
  const state = tb?.u8(DEVLINK_PORT_FN_ATTR_STATE);
  const { port_function_state } = strategiesOf(current.kernel).commands;
  if (tb === null || (state !== undefined && (!port_function_state || state > DEVLINK_PORT_FN_STATE_ACTIVE)))
    return refuse("Fail to parse port function attributes", EINVAL);
  let err = 0;
  if (hw_addr !== undefined) {
    const wrong = wrongAddress(port, hw_addr);
    if (wrong !== null) return refuse(wrong, EINVAL);
    if (ops.port_function_hw_addr_set === undefined) return refuse("Port doesn't support function attributes", EOPNOTSUPP);
    err = await ops.port_function_hw_addr_set(current, devlink, port, hw_addr, extack);
    if (err !== 0) return err;
  }
  if (state !== undefined) {
    if (ops.port_fn_state_set === undefined) return refuse("Function does not support state setting", EOPNOTSUPP);
    err = await ops.port_fn_state_set(current, devlink, port, state, extack);
  }
  if (err === 0) await devlink_port_notify(current, port, DEVLINK_CMD_PORT_NEW);
  return err;
}

function wrongAddress(port: devlink_port, hw_addr: Uint8Array): string | null {
  if (hw_addr.length > MAX_ADDR_LEN) return "Port function hardware address too long";
  if (port.type.type !== DEVLINK_PORT_TYPE_ETH) return null;
  if (hw_addr.length !== ETH_ALEN) return "Address must be 6 bytes for Ethernet device";
  const unicast = ((hw_addr[0] ?? 0) & 1) === 0 && hw_addr.some((byte) => byte !== 0);
  return unicast ? null : "Non-unicast hardware address unsupported";
}

async function devlink_nl_cmd_port_split_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_port_split_doit");
  const devlink = commandDevlink(info);
  const { split_asks_driver_first } = strategiesOf(current.kernel).commands;
  const { port_split } = devlink.ops;
  const index = info.attrs.u32(DEVLINK_ATTR_PORT_INDEX);
  const count = info.attrs.u32(DEVLINK_ATTR_PORT_SPLIT_COUNT);
  if (split_asks_driver_first && port_split === undefined) return -EOPNOTSUPP;
  if (index === undefined || count === undefined) return -EINVAL;
  const port = devlink_port_get_from_info(devlink, info);
  if (typeof port === "number") return -EINVAL;
  if (port.attrs?.flavour !== "physical" || port.attrs.splittable !== true) {
    NL_SET_ERR_MSG_MOD(current, info.extack, "Port cannot be split");
    return -EINVAL;
  }
  return (await port_split?.(current, devlink, index, count, info.extack)) ?? -EOPNOTSUPP;
}

async function devlink_nl_cmd_port_unsplit_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_port_unsplit_doit");
  const index = info.attrs.u32(DEVLINK_ATTR_PORT_INDEX);
  const devlink = commandDevlink(info);
  if (devlink.ops.port_unsplit === undefined) return -EOPNOTSUPP;
  return index === undefined ? -EINVAL : devlink.ops.port_unsplit(current, devlink, index, info.extack);
}

/** A port has no parameters here, so every name is unknown; also when one is to be set. */
async function devlink_nl_cmd_port_param_get_doit(): Promise<number> {
  return -EINVAL;
}

async function devlink_nl_cmd_port_param_get_dumpit(_caller: Frame, skb: sk_buff, _cb: netlink_callback): Promise<number> {
  return skb.len;
}
