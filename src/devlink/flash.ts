/**
 * Models DEVLINK_CMD_FLASH_UPDATE (net/core/devlink.c) and how a driver tells of its progress: who loads the file, checks
 * the component and frames the notifications is a matter of the era.
 */
import { request_firmware } from "../base/index.ts";
import { EINVAL, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import {
  AttributeWriter,
  DEVLINK_ATTR_FLASH_UPDATE_COMPONENT,
  DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME,
  DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK,
  DEVLINK_ATTR_FLASH_UPDATE_STATUS_DONE,
  DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG,
  DEVLINK_ATTR_FLASH_UPDATE_STATUS_TIMEOUT,
  DEVLINK_ATTR_FLASH_UPDATE_STATUS_TOTAL,
  DEVLINK_CMD_FLASH_UPDATE,
  DEVLINK_CMD_FLASH_UPDATE_END,
  DEVLINK_CMD_FLASH_UPDATE_STATUS,
  GENL_ADMIN_PERM,
  type genl_info,
  type genl_ops,
  NL_SET_ERR_MSG,
  type netlink_ext_ack,
  viewOf,
} from "../netlink/index.ts";
import { commandDevlink } from "./command.ts";
import { devlink_nl_put_handle, devlinkNotifyMessage } from "./notify.ts";
import { strategiesOf } from "./state.ts";
import type { FlashProtocol } from "./strategies.ts";
import {
  DEVLINK_SUPPORT_FLASH_UPDATE_COMPONENT,
  DEVLINK_SUPPORT_FLASH_UPDATE_OVERWRITE_MASK,
  type devlink,
  type devlink_flash_update_params,
} from "./types.ts";

export const flash_nl_ops: readonly genl_ops[] = [
  { cmd: DEVLINK_CMD_FLASH_UPDATE, doit: devlink_nl_cmd_flash_update, flags: GENL_ADMIN_PERM },
];

/** NL_SET_ERR_MSG_ATTR(): no module's name in front. */
function refuse(extack: netlink_ext_ack, text: string, errno: number): number {
  NL_SET_ERR_MSG(extack, text);
  return -errno;
}

/** -EOPNOTSUPP for a driver or an attribute without support, -EINVAL without a file's name, or the driver's error. */
async function devlink_nl_cmd_flash_update(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_flash_update");
  const devlink = commandDevlink(info);
  const { attrs, extack } = info;
  const { flash } = strategiesOf(current.kernel);
  if (devlink.ops.flash_update === undefined) return -EOPNOTSUPP;
  const file_name = attrs.string(DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME);
  if (file_name === undefined) return -EINVAL;
  const component = attrs.string(DEVLINK_ATTR_FLASH_UPDATE_COMPONENT) ?? null;
  const refused = component === null ? 0 : await flash.checkComponent(current, devlink, component, extack);
  if (refused !== 0) return refused;
  const sections = attrs.bytes(DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK);
  const supported = devlink.ops.supported_flash_update_params ?? 0;
  if (sections !== undefined && (supported & DEVLINK_SUPPORT_FLASH_UPDATE_OVERWRITE_MASK) === 0)
    return refuse(extack, "overwrite settings are not supported by this device", EOPNOTSUPP);
  const overwrite_mask = sections === undefined ? 0 : maskOf(sections);
  if (overwrite_mask === null) return -EINVAL;
  return flash.update(current, devlink, { file_name, fw: null, component, overwrite_mask }, extack);
}

/** The bits of a struct nla_bitfield32 that are both set and selected; null if it is too short. */
function maskOf(bitfield: Uint8Array): number | null {
  if (bitfield.length !== 8) return null;
  return (viewOf(bitfield).getUint32(0, true) & viewOf(bitfield).getUint32(4, true)) >>> 0;
}

async function flash_update(
  current: Frame,
  devlink: devlink,
  params: devlink_flash_update_params,
  extack: netlink_ext_ack,
): Promise<number> {
  return (await devlink.ops.flash_update?.(current, devlink, params, extack)) ?? -EOPNOTSUPP;
}

/** v5.10: the driver says whether it knows components, loads the file itself, and frames its messages. */
export const driverLoadsFlash: FlashProtocol = {
  driver_frames: true,
  async checkComponent(_current, devlink, _component, extack) {
    const supported = devlink.ops.supported_flash_update_params ?? 0;
    if ((supported & DEVLINK_SUPPORT_FLASH_UPDATE_COMPONENT) !== 0) return 0;
    return refuse(extack, "component update is not supported by this device", EOPNOTSUPP);
  },
  update: flash_update,
};

/** From v5.19 on: components are those that the driver's info names, the core loads the file and frames the messages. */
export const coreLoadsFlash: FlashProtocol = {
  driver_frames: false,
  async checkComponent(caller, devlink, component, extack) {
    const current = caller.enter("devlink_flash_component_get");
    const known: string[] = [];
    const { info_get } = devlink.ops;
    if (info_get === undefined) return refuse(extack, "component update is not supported by this device", EOPNOTSUPP);
    const err = await info_get(current, devlink, { msg: new AttributeWriter(), component: (name) => known.push(name) }, extack);
    if (err !== 0) return err;
    return known.includes(component) ? 0 : refuse(extack, "selected component is not supported by this device", EINVAL);
  },
  async update(current, devlink, params, extack) {
    const fw = request_firmware(current, params.file_name, devlink.dev);
    if (typeof fw === "number") {
      NL_SET_ERR_MSG(extack, "failed to locate the requested firmware file");
      return fw;
    }
    await devlink_flash_update_begin_notify(current, devlink);
    const ret = await flash_update(current, devlink, { ...params, fw }, extack);
    await devlink_flash_update_end_notify(current, devlink);
    return ret;
  },
};

/** What a notification says: all of it is optional but the numbers, of which 0 means unknown. */
interface Status {
  readonly msg: string | null;
  readonly component: string | null;
  readonly done: number;
  readonly total: number;
  /** Seconds. */
  readonly timeout: number;
}

/** devlink_flash_update_begin_notify(): drivers of v5.10 call it themselves. */
export function devlink_flash_update_begin_notify(current: Frame, devlink: devlink): Promise<void> {
  return __devlink_flash_update_notify(current, devlink, DEVLINK_CMD_FLASH_UPDATE, null);
}

export function devlink_flash_update_end_notify(current: Frame, devlink: devlink): Promise<void> {
  return __devlink_flash_update_notify(current, devlink, DEVLINK_CMD_FLASH_UPDATE_END, null);
}

/** devlink_flash_update_status_notify(): `done` of `total` bytes. */
export function devlink_flash_update_status_notify(
  current: Frame,
  devlink: devlink,
  msg: string,
  component: string | null,
  done: number,
  total: number,
): Promise<void> {
  return __devlink_flash_update_notify(current, devlink, DEVLINK_CMD_FLASH_UPDATE_STATUS, { msg, component, done, total, timeout: 0 });
}

/** devlink_flash_update_timeout_notify(): this step may take `timeout` seconds. */
export function devlink_flash_update_timeout_notify(
  current: Frame,
  devlink: devlink,
  msg: string,
  component: string | null,
  timeout: number,
): Promise<void> {
  return __devlink_flash_update_notify(current, devlink, DEVLINK_CMD_FLASH_UPDATE_STATUS, { msg, component, done: 0, total: 0, timeout });
}

async function __devlink_flash_update_notify(caller: Frame, devlink: devlink, cmd: number, status: Status | null): Promise<void> {
  const current = caller.enter("__devlink_flash_update_notify");
  await devlinkNotifyMessage(current, devlink, cmd, (msg) => {
    devlink_nl_put_handle(msg, devlink);
    if (status === null) return 0;
    if (status.msg !== null) msg.string(DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG, status.msg);
    if (status.component !== null) msg.string(DEVLINK_ATTR_FLASH_UPDATE_COMPONENT, status.component);
    msg.u64(DEVLINK_ATTR_FLASH_UPDATE_STATUS_DONE, BigInt(status.done)).u64(DEVLINK_ATTR_FLASH_UPDATE_STATUS_TOTAL, BigInt(status.total));
    msg.u64(DEVLINK_ATTR_FLASH_UPDATE_STATUS_TIMEOUT, BigInt(status.timeout));
    return 0;
  });
}
