/**
 * Models what the requests of ethtool's netlink family have in common (net/ethtool/netlink.c, v6.1): the header that names a
 * device, the default way of a question, and how a change is made. Left out: dumps, notifications, attribute policies.
 */
import { EINVAL, ENODEV, type Frame } from "../../kernel/index.ts";
import {
  Attributes,
  type AttributeWriter,
  ETHTOOL_A_HEADER,
  ETHTOOL_A_HEADER_DEV_INDEX,
  ETHTOOL_A_HEADER_DEV_NAME,
  ETHTOOL_A_HEADER_FLAGS,
  type genl_info,
  genlmsg,
  genlmsg_reply,
  NL_SET_ERR_MSG,
  NL_SET_ERR_MSG_ATTR,
} from "../../netlink/index.ts";
import { dev_hold, dev_put } from "../alloc.ts";
import { __dev_get_by_index, __dev_get_by_name } from "../dev-lookup.ts";
import { netif_device_present } from "../link-state.ts";
import { net_of } from "../net_namespace.ts";
import { rtnl_lock, rtnl_unlock } from "../rtnl.ts";
import type { ethtool_ops, net_device } from "../structs.ts";

/** struct ethnl_req_info: what the header says. */
export interface ethnl_req_info {
  readonly dev: net_device;
  /** ETHTOOL_FLAG_* */
  readonly flags: number;
}

/** struct ethnl_request_ops: a question about a device. */
export interface ethnl_request_ops<Data> {
  readonly request_cmd: number;
  readonly reply_cmd: number;
  /** Asks the driver, with rtnl_mutex held. A negative errno ends it. */
  readonly prepare_data: (current: Frame, req: ethnl_req_info) => Data | number;
  readonly fill_reply: (w: AttributeWriter, req: ethnl_req_info, data: Data) => void;
}

/** A change of a device's settings. */
export interface ethnl_set_ops {
  readonly request_cmd: number;
  /** The kernel's function, such as `ethnl_set_pause`. */
  readonly name: string;
  /** Looks at what the driver has, before rtnl_mutex is taken. 0 or a negative errno. */
  readonly validate: (ops: ethtool_ops, info: genl_info) => number;
  /** With rtnl_mutex held. 0 or a negative errno. */
  readonly set: (current: Frame, dev: net_device, info: genl_info) => number;
}

/** ethnl_parse_header_dev_get(): the device that a request names, with a reference. -EINVAL, -ENODEV. */
export function ethnl_parse_header_dev_get(current: Frame, info: genl_info): ethnl_req_info | number {
  const { attrs, nlhdr, extack } = info;
  const bytes = attrs.bytes(ETHTOOL_A_HEADER);
  const header = bytes === undefined ? null : Attributes.parse(bytes);
  if (header === null) {
    NL_SET_ERR_MSG(extack, "request header missing");
    return -EINVAL;
  }
  const net = net_of(info.net);
  const index = header.u32(ETHTOOL_A_HEADER_DEV_INDEX);
  const name = header.string(ETHTOOL_A_HEADER_DEV_NAME);
  if (index === undefined && name === undefined) {
    NL_SET_ERR_MSG_ATTR(extack, nlhdr, bytes, "neither ifindex nor name specified");
    return -EINVAL;
  }
  const dev = index === undefined ? __dev_get_by_name(current, net, name ?? "") : __dev_get_by_index(current, net, index);
  if (dev === null) {
    const [attribute, key] = index === undefined ? [ETHTOOL_A_HEADER_DEV_NAME, "name"] : [ETHTOOL_A_HEADER_DEV_INDEX, "ifindex"];
    NL_SET_ERR_MSG_ATTR(extack, nlhdr, header.bytes(attribute), `no device matches ${key}`);
    return -ENODEV;
  }
  if (index !== undefined && name !== undefined && dev.name !== name) {
    NL_SET_ERR_MSG_ATTR(extack, nlhdr, bytes, "ifindex and name do not match");
    return -ENODEV;
  }
  dev_hold(current, dev);
  return { dev, flags: header.u32(ETHTOOL_A_HEADER_FLAGS) ?? 0 };
}

/** ethnl_ops_begin(): whether the driver can be asked. 0 or -ENODEV. */
export function ethnl_ops_begin(current: Frame, dev: net_device): number {
  current.reads(dev);
  return netif_device_present(dev) && dev.reg_state !== "NETREG_UNREGISTERING" ? 0 : -ENODEV;
}

/** ethnl_default_doit(): takes rtnl_mutex for what the driver is asked, and answers. */
export async function ethnl_default_doit<Data>(caller: Frame, info: genl_info, ops: ethnl_request_ops<Data>): Promise<number> {
  const current = caller.enter("ethnl_default_doit");
  const req = ethnl_parse_header_dev_get(current, info);
  if (typeof req === "number") return req;
  await rtnl_lock(current);
  const data = ops.prepare_data(current, req);
  await rtnl_unlock(current);
  const err =
    typeof data === "number"
      ? data
      : ethnl_reply(current, info, ops.reply_cmd, (w) => {
          ethnl_fill_reply_header(w, req.dev);
          ops.fill_reply(w, req, data);
        });
  dev_put(current, req.dev);
  return err;
}

/** ethnl_reply_init() and what follows it: sends one message to who asked. */
export function ethnl_reply(current: Frame, info: genl_info, cmd: number, fill: (w: AttributeWriter) => void): number {
  const header = { portid: info.snd_portid, seq: info.snd_seq, flags: 0 };
  return genlmsg_reply(current, genlmsg(current, info.family, header, cmd, fill), info);
}

function ethnl_fill_reply_header(w: AttributeWriter, dev: net_device): void {
  const fill = (header: AttributeWriter) =>
    void header.u32(ETHTOOL_A_HEADER_DEV_INDEX, dev.ifindex).string(ETHTOOL_A_HEADER_DEV_NAME, dev.name);
  w.nest(ETHTOOL_A_HEADER, fill, true);
}

/** ethnl_set_rings() and its like. From v6.3 on they have one function in common, ethnl_default_set_doit(), which does the same. */
export async function ethnl_set_doit(caller: Frame, info: genl_info, ops: ethnl_set_ops): Promise<number> {
  const current = caller.enter(ops.name);
  const req = ethnl_parse_header_dev_get(current, info);
  if (typeof req === "number") return req;
  const { dev } = req;
  let err = ops.validate(dev.ethtool_ops, info);
  if (err === 0) {
    await rtnl_lock(current);
    err = ethnl_ops_begin(current, dev);
    if (err === 0) err = ops.set(current, dev, info);
    await rtnl_unlock(current);
  }
  dev_put(current, dev);
  return err;
}

/** ethnl_update_u32() and its like: the value of an attribute, or the old one; remembers whether anything changed. */
export class Update {
  /** Something is other than it was: only then is the driver told. */
  mod = false;
  private readonly attrs: Attributes;

  constructor(attrs: Attributes) {
    this.attrs = attrs;
  }

  u32(old: number, type: number): number {
    return this.take(old, this.attrs.u32(type));
  }

  u8(old: number, type: number): number {
    return this.take(old, this.attrs.u8(type));
  }

  bool(old: boolean, type: number): boolean {
    const value = this.attrs.u8(type);
    return this.take(old, value === undefined ? undefined : value !== 0);
  }

  private take<T>(old: T, value: T | undefined): T {
    if (value === undefined || value === old) return old;
    this.mod = true;
    return value;
  }
}
