/** What the commands of the "devlink" family share: the instance and port they are about, answers, error texts. */
import { EINVAL, EmulatorBug, ENODEV, type Frame } from "../kernel/index.ts";
import { genl_info_net, type net, net_eq } from "../net/index.ts";
import {
  type Attributes,
  AttributeWriter,
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_PORT_INDEX,
  encodeMessage,
  type genl_info,
  genlmsg,
  genlmsg_reply,
  NL_SET_ERR_MSG,
  NLM_F_MULTI,
  NLMSG_DONE,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import type { FillMessage } from "./notify.ts";
import { portByIndex } from "./port.ts";
import { familyOf, statics, strategiesOf } from "./state.ts";
import { devlink, devlink_net, type devlink_port } from "./types.ts";

/** The command is about a port; pre_doit looks it up. */
export const DEVLINK_NL_FLAG_NEED_PORT = 1 << 0;
/** The command is about an instance, or about one of its ports if the request names one that is there. */
export const DEVLINK_NL_FLAG_NEED_DEVLINK_OR_PORT = 1 << 1;
/** pre_doit leaves devlink->lock to the command, where taking it is a matter of choice. */
export const DEVLINK_NL_FLAG_NO_LOCK = 1 << 2;

/** NL_SET_ERR_MSG_MOD(): the module's name goes in front. */
export function NL_SET_ERR_MSG_MOD(current: Frame, extack: netlink_ext_ack | null, msg: string): void {
  NL_SET_ERR_MSG(extack, `${strategiesOf(current.kernel).modname}: ${msg}`);
}

/** devlink_get_from_attrs() for a request. */
export function devlink_get_from_info(current: Frame, info: genl_info): devlink | number {
  return devlink_get_from_attrs(current, info.attrs, genl_info_net(info));
}

/** devlink_get_from_attrs(): by bus and device name among those of a namespace. -EINVAL, -ENODEV. */
export function devlink_get_from_attrs(current: Frame, attrs: Attributes, net: net): devlink | number {
  const busname = attrs.string(DEVLINK_ATTR_BUS_NAME);
  const devname = attrs.string(DEVLINK_ATTR_DEV_NAME);
  if (busname === undefined || devname === undefined) return -EINVAL;
  const { devlink_list } = statics(current.kernel);
  current.reads(devlink_list);
  const handle = `${busname}/${devname}`;
  return devlink_list.find((devlink) => devlink.handle === handle && net_eq(devlink_net(devlink), net)) ?? -ENODEV;
}

/** devlink_port_get_from_attrs(): -EINVAL without an index, -ENODEV for an unknown one. */
export function devlink_port_get_from_info(devlink: devlink, info: genl_info): devlink_port | number {
  const index = info.attrs.u32(DEVLINK_ATTR_PORT_INDEX);
  if (index === undefined) return -EINVAL;
  return portByIndex(devlink, index) ?? -ENODEV;
}

/** The instance that pre_doit locked for this command. */
export function commandDevlink(info: genl_info): devlink {
  const [target] = info.user_ptr;
  if (!(target instanceof devlink)) throw new EmulatorBug("a devlink command runs without its pre_doit");
  return target;
}

/** The port that pre_doit looked up, for commands that ask for one. */
export function commandPort(info: genl_info): devlink_port {
  const port = commandDevlink(info).port_list.find((p) => p === info.user_ptr[1]);
  if (port === undefined) throw new EmulatorBug("a devlink port command runs without its pre_doit");
  return port;
}

/** Answers the request with one message, or returns what `fill` says if that is an error. */
export async function replyFilled(current: Frame, info: genl_info, cmd: number, fill: FillMessage): Promise<number> {
  const msg = new AttributeWriter();
  const err = await fill(msg);
  if (err < 0) return err;
  return replyWith(current, info, cmd, (whole) => whole.header(msg.finish()));
}

/** Answers the request with one message. */
export function replyWith(current: Frame, info: genl_info, cmd: number, fill: (msg: AttributeWriter) => void): number {
  const header = { portid: info.snd_portid, seq: info.snd_seq, flags: 0 };
  return genlmsg_reply(current, genlmsg(current, familyOf(current.kernel), header, cmd, fill), info);
}

/** One part of an answer that has several, which replyDone() ends. */
export function replyPart(current: Frame, info: genl_info, cmd: number, fill: (msg: AttributeWriter) => void): number {
  return genlmsg_reply(current, genlmsg(current, familyOf(current.kernel), partHeader(info), cmd, fill), info);
}

/** NLMSG_DONE, here without an error number. */
export function replyDone(current: Frame, info: genl_info): number {
  return genlmsg_reply(current, encodeMessage({ type: NLMSG_DONE, ...partHeader(info), payload: new Uint8Array(0) }), info);
}

function partHeader(info: genl_info): { readonly portid: number; readonly seq: number; readonly flags: number } {
  return { portid: info.snd_portid, seq: info.snd_seq, flags: NLM_F_MULTI };
}
