/**
 * Models rtnl_fill_ifinfo() and rtmsg_ifinfo() (net/core/rtnetlink.c, v5.10): a link as a netlink message, and the
 * notifications to RTNLGRP_LINK. Left out: statistics, XDP, IFLA_AF_SPEC, details of virtual functions.
 */
import type { Frame } from "../kernel/index.ts";
import {
  AF_UNSPEC,
  AttributeWriter,
  encodeMessage,
  IF_OPER_DOWN,
  IFINFOMSG_LEN,
  IFLA_ADDRESS,
  IFLA_BROADCAST,
  IFLA_CARRIER,
  IFLA_CARRIER_CHANGES,
  IFLA_CARRIER_DOWN_COUNT,
  IFLA_CARRIER_UP_COUNT,
  IFLA_GROUP,
  IFLA_GSO_MAX_SEGS,
  IFLA_GSO_MAX_SIZE,
  IFLA_IFALIAS,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_INFO_SLAVE_KIND,
  IFLA_LINK,
  IFLA_LINK_NETNSID,
  IFLA_LINKINFO,
  IFLA_LINKMODE,
  IFLA_MASTER,
  IFLA_MAX_MTU,
  IFLA_MIN_MTU,
  IFLA_MTU,
  IFLA_NEW_IFINDEX,
  IFLA_NEW_NETNSID,
  IFLA_NUM_RX_QUEUES,
  IFLA_NUM_TX_QUEUES,
  IFLA_NUM_VF,
  IFLA_OPERSTATE,
  IFLA_PHYS_PORT_NAME,
  IFLA_PROMISCUITY,
  IFLA_PROTO_DOWN,
  IFLA_QDISC,
  IFLA_TARGET_NETNSID,
  IFLA_TXQLEN,
  IFLA_VFINFO_LIST,
  NETLINK_ROUTE,
  netlink_broadcast,
  RTNLGRP_LINK,
  viewOf,
} from "../netlink/index.ts";
import { dev_net } from "./alloc.ts";
import { dev_get_flags, dev_get_iflink } from "./link-state.ts";
import { peernet2id_alloc } from "./nsid.ts";
import type { net, net_device } from "./structs.ts";

export interface IfinfoOptions {
  /** Which flags have changed (ifi_change). */
  readonly change?: number;
  /** The namespace of the reader; the device's own if absent. */
  readonly src_net?: net;
  /** Virtual functions are wanted (RTEXT_FILTER_VF). */
  readonly vfs?: boolean;
  readonly tgt_netnsid?: number;
  /** Where a device that leaves its namespace will be found. */
  readonly new_nsid?: number;
  readonly new_ifindex?: number;
}

/** struct ifinfomsg of a message about `dev`. */
export function ifinfoHeader(dev: net_device, family: number, change = 0): Uint8Array {
  const bytes = new Uint8Array(IFINFOMSG_LEN);
  bytes[0] = family;
  const view = viewOf(bytes);
  view.setUint16(2, dev.type, true);
  view.setInt32(4, dev.ifindex, true);
  view.setUint32(8, dev_get_flags(dev), true);
  view.setUint32(12, change >>> 0, true);
  return bytes;
}

/** rtnl_fill_ifinfo(): the payload of a message about `dev`, attributes in the kernel's order. */
export function rtnl_fill_ifinfo(caller: Frame, dev: net_device, options: IfinfoOptions = {}): Uint8Array {
  const current = caller.enter("rtnl_fill_ifinfo");
  current.reads(dev);
  const w = new AttributeWriter().header(ifinfoHeader(dev, AF_UNSPEC, options.change));
  if (options.tgt_netnsid !== undefined) w.s32(IFLA_TARGET_NETNSID, options.tgt_netnsid);
  w.string(IFLA_IFNAME, dev.name)
    .u32(IFLA_TXQLEN, dev.tx_queue_len)
    .u8(IFLA_OPERSTATE, dev.running ? dev.operstate : IF_OPER_DOWN);
  w.u8(IFLA_LINKMODE, dev.link_mode).u32(IFLA_MTU, dev.mtu).u32(IFLA_MIN_MTU, dev.min_mtu).u32(IFLA_MAX_MTU, dev.max_mtu);
  w.u32(IFLA_GROUP, dev.group).u32(IFLA_PROMISCUITY, 0).u32(IFLA_NUM_TX_QUEUES, dev.num_tx_queues);
  w.u32(IFLA_GSO_MAX_SEGS, dev.gso_max_segs).u32(IFLA_GSO_MAX_SIZE, dev.gso_max_size).u32(IFLA_NUM_RX_QUEUES, dev.num_rx_queues);
  const iflink = dev_get_iflink(dev);
  if (iflink !== dev.ifindex) w.u32(IFLA_LINK, iflink);
  if (dev.master !== null) w.u32(IFLA_MASTER, dev.master.ifindex);
  w.u8(IFLA_CARRIER, dev.carrier ? 1 : 0).string(IFLA_QDISC, dev.qdisc.kind);
  if (dev.ifalias !== "") w.string(IFLA_IFALIAS, dev.ifalias);
  w.u32(IFLA_CARRIER_CHANGES, dev.carrier_up_count + dev.carrier_down_count);
  w.u32(IFLA_CARRIER_UP_COUNT, dev.carrier_up_count).u32(IFLA_CARRIER_DOWN_COUNT, dev.carrier_down_count).u8(IFLA_PROTO_DOWN, 0);
  if (dev.dev_addr.length > 0) w.bytes(IFLA_ADDRESS, dev.dev_addr).bytes(IFLA_BROADCAST, dev.broadcast);
  const port = dev.netdev_ops.ndo_get_phys_port_name?.(dev) ?? null;
  if (port !== null) w.string(IFLA_PHYS_PORT_NAME, port);
  const vfs = dev.netdev_ops.ndo_num_vf?.(dev);
  if (vfs !== undefined && options.vfs === true) w.u32(IFLA_NUM_VF, vfs).nest(IFLA_VFINFO_LIST, () => {});
  fillLink(current, w, dev, options);
  return w.finish();
}

/** Kind of the link, the namespace of its other end, and where it goes. */
function fillLink(current: Frame, w: AttributeWriter, dev: net_device, options: IfinfoOptions): void {
  const ops = dev.rtnl_link_ops;
  const slaveKind = dev.master?.rtnl_link_ops?.kind;
  if (ops !== null || slaveKind !== undefined)
    w.nest(IFLA_LINKINFO, (info) => {
      if (ops !== null) info.string(IFLA_INFO_KIND, ops.kind);
      const { fill_info } = ops ?? {};
      if (fill_info !== undefined) info.nest(IFLA_INFO_DATA, (data) => fill_info(data, dev));
      if (slaveKind !== undefined) info.string(IFLA_INFO_SLAVE_KIND, slaveKind);
    });
  const link_net = ops?.get_link_net?.(dev);
  if (link_net !== undefined && link_net !== dev_net(dev)) {
    w.s32(IFLA_LINK_NETNSID, peernet2id_alloc(current, options.src_net ?? dev_net(dev), link_net));
  }
  if (options.new_nsid !== undefined) w.s32(IFLA_NEW_NETNSID, options.new_nsid);
  if (options.new_ifindex !== undefined && options.new_ifindex !== 0) w.s32(IFLA_NEW_IFINDEX, options.new_ifindex);
}

/**
 * rtmsg_ifinfo(): tells the listeners of the device's namespace; nothing about a device that is not registered. Caller
 * holds rtnl_mutex.
 */
export function rtmsg_ifinfo(caller: Frame, type: number, dev: net_device, change: number): void {
  if (dev.reg_state !== "NETREG_REGISTERED") return;
  rtmsg_ifinfo_send(caller.enter("rtmsg_ifinfo"), dev, rtmsg_ifinfo_build_skb(caller, type, dev, { change }));
}

/** rtmsg_ifinfo_build_skb(): the message as it would be sent now. */
export function rtmsg_ifinfo_build_skb(current: Frame, type: number, dev: net_device, options: IfinfoOptions): Uint8Array {
  return encodeMessage({ type, flags: 0, seq: 0, portid: 0, payload: rtnl_fill_ifinfo(current, dev, options) });
}

/** rtmsg_ifinfo_send() */
export function rtmsg_ifinfo_send(current: Frame, dev: net_device, message: Uint8Array): void {
  netlink_broadcast(current, dev_net(dev), NETLINK_ROUTE, 0, RTNLGRP_LINK, message);
}
