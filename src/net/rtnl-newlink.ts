/**
 * Models RTM_NEWLINK, RTM_SETLINK and RTM_DELLINK (net/core/rtnetlink.c, v5.10). Run under rtnl_mutex; a missing kind of
 * link is asked for as module `rtnl-link-KIND`, without it.
 * Left out: changes by IFLA_GROUP, changelink, link properties.
 */
import { EEXIST, EINVAL, ENODEV, EOPNOTSUPP, type Frame, request_module } from "../kernel/index.ts";
import {
  type Attributes,
  IFLA_ADDRESS,
  IFLA_GROUP,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_LINK_NETNSID,
  IFLA_LINKINFO,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_TXQLEN,
  type NetlinkMessage,
  NL_SET_ERR_MSG,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  type netlink_ext_ack,
  type netlink_request,
} from "../netlink/index.ts";
import { alloc_netdev, dev_net_set, free_netdev } from "./alloc.ts";
import { dev_change_net_namespace } from "./change_net_namespace.ts";
import { register_netdevice, unregister_netdevice_many, unregister_netdevice_queue } from "./dev.ts";
import { __dev_change_flags, __dev_notify_flags } from "./dev-config.ts";
import { net_of } from "./net_namespace.ts";
import { put_net } from "./net-state.ts";
import { get_net_ns_by_id } from "./nsid.ts";
import { __rtnl_unlock, rtnl_lock } from "./rtnl.ts";
import { type ifinfomsg, namedDevice, parseIfinfo } from "./rtnl-getlink.ts";
import { rtnl_link_ops_get } from "./rtnl-link-ops.ts";
import { do_setlink, rtnl_link_get_net } from "./rtnl-setlink.ts";
import type { net, net_device, rtnl_link_ops } from "./structs.ts";
import { do_set_master } from "./upper.ts";

const ALL_FLAGS = 0xffff_ffff;

/** What a request to make a link says. */
interface NewLink {
  readonly ifm: ifinfomsg;
  readonly tb: Attributes;
  readonly data: Attributes | null;
  readonly src_net: net;
  readonly extack: netlink_ext_ack;
}

export async function rtnl_newlink(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("rtnl_newlink");
  const parsed = parseIfinfo(nlh.payload);
  if (parsed === null) return -EINVAL;
  return __rtnl_newlink(current, nlh.flags, { ...parsed, src_net: net_of(request.net), extack });
}

async function __rtnl_newlink(caller: Frame, flags: number, link: Omit<NewLink, "data">): Promise<number> {
  const current = caller.enter("__rtnl_newlink");
  const { ifm, tb, src_net, extack } = link;
  const info = tb.nested(IFLA_LINKINFO);
  const kind = info?.string(IFLA_INFO_KIND) ?? "";
  const data = info?.nested(IFLA_INFO_DATA) ?? null;
  for (let asked = false; ; asked = true) {
    const ops = kind === "" ? null : rtnl_link_ops_get(current, kind);
    const refused = ops?.validate?.(tb, data, extack) ?? 0;
    if (refused < 0) return refused;
    const dev = namedDevice(current, src_net, ifm, tb) ?? null;
    if (dev !== null) return changeExisting(current, flags, dev, ops, kind, link);
    if ((flags & NLM_F_CREATE) === 0) return ifm.index === 0 && tb.has(IFLA_GROUP) ? -EOPNOTSUPP : -ENODEV;
    if (ops !== null) return createLink(current, ops, { ...link, data });
    if (asked || kind === "") {
      NL_SET_ERR_MSG(extack, "Unknown device type");
      return -EOPNOTSUPP;
    }
    __rtnl_unlock(current);
    await request_module(current, `rtnl-link-${kind}`);
    await rtnl_lock(current);
  }
}

async function changeExisting(
  current: Frame,
  flags: number,
  dev: net_device,
  ops: rtnl_link_ops | null,
  kind: string,
  link: Omit<NewLink, "data">,
): Promise<number> {
  if ((flags & NLM_F_EXCL) !== 0) return -EEXIST;
  if ((flags & NLM_F_REPLACE) !== 0) return -EOPNOTSUPP;
  if (kind !== "" && (ops === null || ops !== dev.rtnl_link_ops)) return -EOPNOTSUPP;
  return do_setlink(current, dev, link.ifm, link.tb, link.extack);
}

/** The tail of __rtnl_newlink(): makes the device where IFLA_LINK_NETNSID says, or where it shall go. */
async function createLink(current: Frame, ops: rtnl_link_ops, link: NewLink): Promise<number> {
  const { tb, src_net, extack } = link;
  const dest_net = rtnl_link_get_net(current, src_net, tb);
  if (typeof dest_net === "number") return dest_net;
  const nsid = tb.s32(IFLA_LINK_NETNSID);
  const link_net = nsid === undefined ? null : get_net_ns_by_id(current, dest_net, nsid);
  let err: number;
  if (nsid !== undefined && link_net === null) {
    NL_SET_ERR_MSG(extack, "Unknown network namespace id");
    err = -EINVAL;
  } else {
    err = await createIn(current, ops, link, dest_net, link_net);
  }
  if (link_net !== null) put_net(current, link_net);
  put_net(current, dest_net);
  return err;
}

async function createIn(current: Frame, ops: rtnl_link_ops, link: NewLink, dest_net: net, link_net: net | null): Promise<number> {
  const { ifm, tb, data, src_net, extack } = link;
  const ifname = tb.string(IFLA_IFNAME) ?? "";
  const dev = rtnl_create_link(current, link_net ?? dest_net, ifname === "" ? `${ops.kind}%d` : ifname, ops, tb);
  dev.ifindex = ifm.index;
  const err =
    ops.newlink === undefined
      ? await register_netdevice(current, dev)
      : await ops.newlink(current, link_net ?? src_net, dev, tb, data, extack);
  if (err < 0) {
    if (dev.reg_state === "NETREG_UNINITIALIZED") free_netdev(current, dev);
    return err;
  }
  const configured = await rtnl_configure_link(current, dev, ifm);
  const moved =
    configured === 0 && link_net !== null
      ? await dev_change_net_namespace(current, dev, dest_net, ifname === "" ? null : ifname)
      : configured;
  const master = tb.u32(IFLA_MASTER);
  const failed = moved === 0 && master !== undefined ? await do_set_master(current, dev, master, extack) : moved;
  if (failed < 0) {
    const list_kill: net_device[] = [];
    if (ops.dellink !== undefined) ops.dellink(current, dev, list_kill);
    else unregister_netdevice_queue(current, dev, list_kill);
    await unregister_netdevice_many(current, list_kill);
  }
  return failed;
}

/** rtnl_create_link(): a device of the kind with what the request says of it, not registered yet. */
export function rtnl_create_link(caller: Frame, net: net, ifname: string, ops: rtnl_link_ops, tb: Attributes): net_device {
  const current = caller.enter("rtnl_create_link");
  const dev = alloc_netdev(current, ifname, ops.setup);
  dev_net_set(current, dev, net);
  dev.rtnl_link_ops = ops;
  dev.rtnl_link_initialized = false;
  dev.mtu = tb.u32(IFLA_MTU) ?? dev.mtu;
  dev.dev_addr = tb.bytes(IFLA_ADDRESS)?.slice() ?? dev.dev_addr;
  dev.tx_queue_len = tb.u32(IFLA_TXQLEN) ?? dev.tx_queue_len;
  dev.group = tb.u32(IFLA_GROUP) ?? dev.group;
  return dev;
}

/** rtnl_configure_link(): flags of the request, then the first message about the link. */
export async function rtnl_configure_link(caller: Frame, dev: net_device, ifm: ifinfomsg | null): Promise<number> {
  const current = caller.enter("rtnl_configure_link");
  const old = dev.flags;
  if (ifm !== null && (ifm.flags !== 0 || ifm.change !== 0)) {
    const wanted = ifm.change === 0 ? ifm.flags : (ifm.flags & ifm.change) | (dev.flags & ~ifm.change);
    const err = await __dev_change_flags(current, dev, wanted, null);
    if (err < 0) return err;
  }
  dev.rtnl_link_initialized = true;
  await __dev_notify_flags(current, dev, old, ALL_FLAGS);
  return 0;
}

/** rtnl_setlink(): only changes a link that exists. */
export async function rtnl_setlink(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("rtnl_setlink");
  const parsed = parseIfinfo(nlh.payload);
  if (parsed === null) return -EINVAL;
  const dev = namedDevice(current, net_of(request.net), parsed.ifm, parsed.tb);
  if (dev === undefined) return -EINVAL;
  return dev === null ? -ENODEV : do_setlink(current, dev, parsed.ifm, parsed.tb, extack);
}

/** rtnl_dellink(): -EOPNOTSUPP for a device that software did not make, such as `lo` or one of hardware. */
export async function rtnl_dellink(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("rtnl_dellink");
  const parsed = parseIfinfo(nlh.payload);
  if (parsed === null) return -EINVAL;
  const dev = namedDevice(current, net_of(request.net), parsed.ifm, parsed.tb);
  if (dev === undefined) return parsed.tb.has(IFLA_GROUP) ? -EOPNOTSUPP : -EINVAL;
  if (dev === null) return -ENODEV;
  const dellink = dev.rtnl_link_ops?.dellink;
  if (dellink === undefined) return -EOPNOTSUPP;
  const list_kill: net_device[] = [];
  dellink(current, dev, list_kill);
  await unregister_netdevice_many(current, list_kill);
  return 0;
}
