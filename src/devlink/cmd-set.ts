/** Models the commands that change something beside a reload: DEVLINK_CMD_PARAM_SET and ESWITCH_SET (net/core/devlink.c). */
import { EINVAL, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import {
  DEVLINK_ATTR_ESWITCH_ENCAP_MODE,
  DEVLINK_ATTR_ESWITCH_INLINE_MODE,
  DEVLINK_ATTR_ESWITCH_MODE,
  DEVLINK_ATTR_PARAM_NAME,
  DEVLINK_ATTR_PARAM_TYPE,
  DEVLINK_ATTR_PARAM_VALUE_CMODE,
  DEVLINK_ATTR_PARAM_VALUE_DATA,
  DEVLINK_CMD_PARAM_NEW,
  DEVLINK_PARAM_CMODE_DRIVERINIT,
  type genl_info,
} from "../netlink/index.ts";
import { commandDevlink } from "./command.ts";
import { cmodeIsSupported, devlink_param_notify, PARAM_NLA_TYPE, paramItem } from "./param.ts";
import { devlink_rate_nodes_check } from "./rate.ts";
import type { DevlinkParamValue, devlink_param } from "./types.ts";

/** -EINVAL for a name, type or value that is missing or wrong, -EOPNOTSUPP for a mode that the parameter has not. */
export async function devlink_nl_cmd_param_set_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_param_set_doit");
  const devlink = commandDevlink(info);
  const { attrs, extack } = info;
  const name = attrs.string(DEVLINK_ATTR_PARAM_NAME);
  const item = paramItem(devlink, (param) => param.name === name);
  if (item === null) return -EINVAL;
  const { param } = item;
  if (attrs.u8(DEVLINK_ATTR_PARAM_TYPE) !== PARAM_NLA_TYPE[param.type]) return -EINVAL;
  const value = readValue(param, info);
  if (value === null) return -EINVAL;
  const invalid = param.validate?.(current, devlink, value, extack) ?? 0;
  if (invalid !== 0) return invalid;
  const cmode = attrs.u8(DEVLINK_ATTR_PARAM_VALUE_CMODE);
  if (cmode === undefined) return -EINVAL;
  if (!cmodeIsSupported(param, cmode)) return -EOPNOTSUPP;
  current.writes(item);
  if (cmode === DEVLINK_PARAM_CMODE_DRIVERINIT) {
    item.driverinit_value = value;
  } else {
    if (param.set === undefined) return -EOPNOTSUPP;
    const err = await param.set(current, devlink, cmode, value);
    if (err !== 0) return err;
  }
  await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_NEW);
  return 0;
}

/** The value as the parameter's type has it; null if it does not fit. A bool is a flag that is there or not. */
function readValue(param: devlink_param, info: genl_info): DevlinkParamValue | null {
  const data = info.attrs.bytes(DEVLINK_ATTR_PARAM_VALUE_DATA);
  if (param.type === "bool") return data === undefined ? false : data.length === 0 ? true : null;
  if (data === undefined) return null;
  if (param.type === "u8") return data.length === 1 ? (info.attrs.u8(DEVLINK_ATTR_PARAM_VALUE_DATA) ?? null) : null;
  if (param.type === "u16") return data.length === 2 ? (info.attrs.u16(DEVLINK_ATTR_PARAM_VALUE_DATA) ?? null) : null;
  if (param.type === "u32") return data.length === 4 ? (info.attrs.u32(DEVLINK_ATTR_PARAM_VALUE_DATA) ?? null) : null;
  return data.includes(0) ? (info.attrs.string(DEVLINK_ATTR_PARAM_VALUE_DATA) ?? null) : null;
}

/** Sets the modes that the request names, in order, until one fails. -EOPNOTSUPP for what the driver cannot. */
export async function devlink_nl_cmd_eswitch_set_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_eswitch_set_doit");
  const devlink = commandDevlink(info);
  const { ops } = devlink;
  const { attrs, extack } = info;
  const mode = attrs.u16(DEVLINK_ATTR_ESWITCH_MODE);
  if (mode !== undefined) {
    const nodes = ops.eswitch_mode_set === undefined ? 0 : devlink_rate_nodes_check(current, devlink, extack);
    if (nodes !== 0) return nodes;
    const err = (await ops.eswitch_mode_set?.(current, devlink, mode, extack)) ?? -EOPNOTSUPP;
    if (err !== 0) return err;
  }
  const inline_mode = attrs.u8(DEVLINK_ATTR_ESWITCH_INLINE_MODE);
  if (inline_mode !== undefined) {
    const err = (await ops.eswitch_inline_mode_set?.(current, devlink, inline_mode, extack)) ?? -EOPNOTSUPP;
    if (err !== 0) return err;
  }
  const encap_mode = attrs.u8(DEVLINK_ATTR_ESWITCH_ENCAP_MODE);
  if (encap_mode === undefined) return 0;
  return (await ops.eswitch_encap_mode_set?.(current, devlink, encap_mode, extack)) ?? -EOPNOTSUPP;
}
