/**
 * Models the commands that look: DEVLINK_CMD_GET, PORT_GET, INFO_GET, PARAM_GET, ESWITCH_GET for one
 * object, and the dumps of all of them (net/core/devlink.c).
 */
import { EINVAL, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { net_of } from "../net/index.ts";
import {
  AttributeWriter,
  DEVLINK_ATTR_ESWITCH_ENCAP_MODE,
  DEVLINK_ATTR_ESWITCH_INLINE_MODE,
  DEVLINK_ATTR_ESWITCH_MODE,
  DEVLINK_ATTR_PARAM_NAME,
  DEVLINK_CMD_ESWITCH_GET,
  DEVLINK_CMD_INFO_GET,
  DEVLINK_CMD_NEW,
  DEVLINK_CMD_PARAM_GET,
  DEVLINK_CMD_PORT_NEW,
  type genl_info,
  genlmsg_dump_put,
  type netlink_callback,
  type netlink_ext_ack,
  type sk_buff,
} from "../netlink/index.ts";
import { commandDevlink, commandPort, replyFilled } from "./command.ts";
import { devlink_nl_fill, devlink_nl_put_handle, type FillMessage } from "./notify.ts";
import { devlink_nl_param_fill, paramItem } from "./param.ts";
import { devlink_nl_port_fill } from "./port.ts";
import { familyOf, strategiesOf } from "./state.ts";
import type { devlink } from "./types.ts";

export async function devlink_nl_cmd_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_get_doit");
  return replyFilled(current, info, DEVLINK_CMD_NEW, (msg) => devlink_nl_fill(current, msg, commandDevlink(info)));
}

export async function devlink_nl_cmd_port_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_port_get_doit");
  return replyFilled(current, info, DEVLINK_CMD_PORT_NEW, (msg) => devlink_nl_port_fill(current, msg, commandPort(info)));
}

/** -EOPNOTSUPP if the driver tells nothing about itself. */
export async function devlink_nl_cmd_info_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_info_get_doit");
  return replyFilled(current, info, DEVLINK_CMD_INFO_GET, (msg) => devlink_nl_info_fill(current, msg, commandDevlink(info), info.extack));
}

/** -EINVAL for a name that is missing or unknown. */
export async function devlink_nl_cmd_param_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_param_get_doit");
  const devlink = commandDevlink(info);
  const name = info.attrs.string(DEVLINK_ATTR_PARAM_NAME);
  const item = paramItem(devlink, (param) => param.name === name);
  if (item === null) return -EINVAL;
  return replyFilled(current, info, DEVLINK_CMD_PARAM_GET, (msg) => devlink_nl_param_fill(current, msg, devlink, item));
}

/** A driver without any of the operations answers with its handle alone. */
export async function devlink_nl_cmd_eswitch_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_eswitch_get_doit");
  const devlink = commandDevlink(info);
  return replyFilled(current, info, DEVLINK_CMD_ESWITCH_GET, (msg) => devlink_nl_eswitch_fill(current, msg, devlink));
}

async function devlink_nl_eswitch_fill(caller: Frame, msg: AttributeWriter, devlink: devlink): Promise<number> {
  const current = caller.enter("devlink_nl_eswitch_fill");
  const { ops } = devlink;
  devlink_nl_put_handle(msg, devlink);
  const mode = (await ops.eswitch_mode_get?.(current, devlink)) ?? null;
  if (mode !== null && mode < 0) return mode;
  if (mode !== null) msg.u16(DEVLINK_ATTR_ESWITCH_MODE, mode);
  const inline_mode = (await ops.eswitch_inline_mode_get?.(current, devlink)) ?? null;
  if (inline_mode !== null && inline_mode < 0) return inline_mode;
  if (inline_mode !== null) msg.u8(DEVLINK_ATTR_ESWITCH_INLINE_MODE, inline_mode);
  const encap_mode = (await ops.eswitch_encap_mode_get?.(current, devlink)) ?? null;
  if (encap_mode !== null && encap_mode < 0) return encap_mode;
  if (encap_mode !== null) msg.u8(DEVLINK_ATTR_ESWITCH_ENCAP_MODE, encap_mode);
  return 0;
}

async function devlink_nl_info_fill(
  caller: Frame,
  msg: AttributeWriter,
  devlink: devlink,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("devlink_nl_info_fill");
  if (devlink.ops.info_get === undefined) return -EOPNOTSUPP;
  devlink_nl_put_handle(msg, devlink);
  return devlink.ops.info_get(current, devlink, { msg }, extack);
}

export function devlink_nl_cmd_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_get_dumpit");
  return dumpEach(current, skb, cb, DEVLINK_CMD_NEW, false, (devlink) => [(msg) => devlink_nl_fill(current, msg, devlink)]);
}

export function devlink_nl_cmd_port_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_port_get_dumpit");
  return dumpEach(current, skb, cb, DEVLINK_CMD_PORT_NEW, true, (devlink) =>
    devlink.port_list.map(
      (port): FillMessage =>
        (msg) =>
          devlink_nl_port_fill(current, msg, port),
    ),
  );
}

export function devlink_nl_cmd_info_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_info_get_dumpit");
  return dumpEach(current, skb, cb, DEVLINK_CMD_INFO_GET, true, (devlink) => [
    (msg) => devlink_nl_info_fill(current, msg, devlink, cb.extack),
  ]);
}

export function devlink_nl_cmd_param_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_param_get_dumpit");
  return dumpEach(current, skb, cb, DEVLINK_CMD_PARAM_GET, true, (devlink) =>
    devlink.param_list.map(
      (item): FillMessage =>
        (msg) =>
          devlink_nl_param_fill(current, msg, devlink, item),
    ),
  );
}

/**
 * One datagram of a dump: the messages of all instances in the socket's namespace, from number cb.args[0] on. What a
 * driver does not support is skipped, another error ends the dump.
 */
export async function dumpEach(
  current: Frame,
  skb: sk_buff,
  cb: netlink_callback,
  cmd: number,
  own_lock: boolean,
  messagesOf: (devlink: devlink) => readonly FillMessage[],
): Promise<number> {
  const family = familyOf(current.kernel);
  const [start] = cb.args;
  let idx = 0;
  let failed = 0;
  await strategiesOf(current.kernel).locking.forEachInDump(current, net_of(cb.net), own_lock, async (_frame, devlink) => {
    for (const fill of messagesOf(devlink)) {
      if (idx >= start) {
        const msg = new AttributeWriter();
        const err = await fill(msg);
        if (err < 0 && err !== -EOPNOTSUPP) failed = err;
        if (failed !== 0) return false;
        if (err === 0 && !genlmsg_dump_put(current, skb, family, cmd, (whole) => whole.header(msg.finish()))) return false;
      }
      idx++;
    }
    return true;
  });
  cb.args[0] = idx;
  return failed !== 0 ? failed : skb.len;
}
