/** Models RTM_GETLINK (net/core/rtnetlink.c, v5.10): one link, or all of a namespace. Runs under rtnl_mutex. */
import { EINVAL, ENODEV, type Frame } from "../kernel/index.ts";
import {
  Attributes,
  IFINFOMSG_LEN,
  IFLA_EXT_MASK,
  IFLA_IFNAME,
  IFLA_INFO_KIND,
  IFLA_LINKINFO,
  IFLA_TARGET_NETNSID,
  type NetlinkMessage,
  NL_SET_ERR_MSG,
  type netlink_callback,
  type netlink_ext_ack,
  type netlink_request,
  RTEXT_FILTER_VF,
  RTM_NEWLINK,
  type sk_buff,
  viewOf,
} from "../netlink/index.ts";
import { __dev_get_by_index, __dev_get_by_name, for_each_netdev } from "./dev-lookup.ts";
import { rtnl_fill_ifinfo } from "./ifinfo.ts";
import { genl_info_net, net_of } from "./net_namespace.ts";
import { put_net } from "./net-state.ts";
import { get_net_ns_by_id } from "./nsid.ts";
import { rtnl_unicast } from "./rtnetlink.ts";
import type { net, net_device } from "./structs.ts";

/** Buckets of dev_index_head: a dump goes through them in order (NETDEV_HASHENTRIES). */
const NETDEV_HASHENTRIES = 256;

/** struct ifinfomsg of a request. */
export interface ifinfomsg {
  readonly index: number;
  readonly flags: number;
  readonly change: number;
}

/** Parses struct ifinfomsg and what follows it; null if it is too short or malformed. */
export function parseIfinfo(payload: Uint8Array): { ifm: ifinfomsg; tb: Attributes } | null {
  if (payload.length < IFINFOMSG_LEN) return null;
  const view = viewOf(payload);
  const tb = Attributes.parse(payload, IFINFOMSG_LEN);
  if (tb === null) return null;
  return { tb, ifm: { index: view.getInt32(4, true), flags: view.getUint32(8, true), change: view.getUint32(12, true) } };
}

/** The device that a request names by index or name; undefined if it names none. */
export function namedDevice(current: Frame, net: net, ifm: ifinfomsg, tb: Attributes): net_device | null | undefined {
  if (ifm.index > 0) return __dev_get_by_index(current, net, ifm.index);
  const name = tb.string(IFLA_IFNAME);
  return name === undefined ? undefined : __dev_get_by_name(current, net, name);
}

/** rtnl_getlink() */
export async function rtnl_getlink(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("rtnl_getlink");
  const parsed = parseIfinfo(nlh.payload);
  if (parsed === null) {
    NL_SET_ERR_MSG(extack, "Invalid header for get link");
    return -EINVAL;
  }
  const { ifm, tb } = parsed;
  const src_net = net_of(request.net);
  const netnsid = tb.s32(IFLA_TARGET_NETNSID);
  const tgt_net = netnsid === undefined ? src_net : get_net_ns_by_id(current, src_net, netnsid);
  if (tgt_net === null) return -EINVAL;
  const err = getlink(current, request, nlh, { ifm, tb, src_net, tgt_net, netnsid });
  if (netnsid !== undefined) put_net(current, tgt_net);
  return err;
}

interface GetlinkTarget {
  readonly ifm: ifinfomsg;
  readonly tb: Attributes;
  readonly src_net: net;
  readonly tgt_net: net;
  readonly netnsid: number | undefined;
}

function getlink(current: Frame, request: netlink_request, nlh: NetlinkMessage, target: GetlinkTarget): number {
  const { ifm, tb, src_net, tgt_net, netnsid } = target;
  const dev = namedDevice(current, tgt_net, ifm, tb);
  if (dev === undefined) return -EINVAL;
  if (dev === null) return -ENODEV;
  const vfs = ((tb.u32(IFLA_EXT_MASK) ?? 0) & RTEXT_FILTER_VF) !== 0;
  const options = { src_net, vfs, ...(netnsid === undefined ? {} : { tgt_netnsid: netnsid }) };
  return rtnl_unicast(current, request, nlh, RTM_NEWLINK, rtnl_fill_ifinfo(current, dev, options));
}

/** rtnl_dump_ifinfo(): by index, as the buckets of its hash table lie. */
export async function rtnl_dump_ifinfo(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("rtnl_dump_ifinfo");
  const src_net = genl_info_net(cb);
  const tb = parseIfinfo(cb.nlh.payload)?.tb;
  const netnsid = tb?.s32(IFLA_TARGET_NETNSID);
  const tgt_net = netnsid === undefined ? src_net : get_net_ns_by_id(current, src_net, netnsid);
  if (tgt_net === null) {
    NL_SET_ERR_MSG(cb.extack, "invalid target network namespace id");
    return -EINVAL;
  }
  cb.seq = tgt_net.dev_base_seq;
  const vfs = ((tb?.u32(IFLA_EXT_MASK) ?? 0) & RTEXT_FILTER_VF) !== 0;
  const bucket = (dev: net_device): number => dev.ifindex % NETDEV_HASHENTRIES;
  const devices = [...for_each_netdev(current, tgt_net)].reverse().sort((a, b) => bucket(a) - bucket(b));
  for (const dev of devices.slice(cb.args[0])) {
    if (tb === undefined || !link_dump_filtered(dev, tb)) {
      const options = { src_net, vfs, ...(netnsid === undefined ? {} : { tgt_netnsid: netnsid }) };
      if (!skb.nlmsg_put(RTM_NEWLINK, rtnl_fill_ifinfo(current, dev, options))) break;
    }
    cb.args[0]++;
  }
  if (netnsid !== undefined) put_net(current, tgt_net);
  return skb.len;
}

/** link_dump_filtered(): left out because another kind was asked for. */
function link_dump_filtered(dev: net_device, tb: Attributes): boolean {
  const kind = tb.nested(IFLA_LINKINFO)?.string(IFLA_INFO_KIND);
  return kind !== undefined && dev.rtnl_link_ops?.kind !== kind;
}
