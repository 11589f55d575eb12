/** Models RTM_NEWNSID and RTM_GETNSID (net/core/net_namespace.c, v5.10). Both run without rtnl_mutex. */
import { EEXIST, EINVAL, ENOENT, ENOSPC, type Frame } from "../kernel/index.ts";
import {
  Attributes,
  NETNSA_FD,
  NETNSA_NSID,
  NETNSA_PID,
  NETNSA_TARGET_NSID,
  type NetlinkMessage,
  NL_SET_ERR_MSG,
  type netlink_callback,
  type netlink_ext_ack,
  type netlink_request,
  RTGENMSG_LEN,
  RTM_NEWNSID,
  type sk_buff,
} from "../netlink/index.ts";
import { genl_info_net, get_net_ns_by_fd, get_net_ns_by_pid, net_of } from "./net_namespace.ts";
import { put_net } from "./net-state.ts";
import { __peernet2id, alloc_netid, get_net_ns_by_id, peernet2id, rtnl_net_fill, rtnl_net_notifyid } from "./nsid.ts";
import { rtnl_unicast } from "./rtnetlink.ts";
import type { net } from "./structs.ts";

/** The namespace that NETNSA_PID or NETNSA_FD names, with a reference; undefined if neither is there. */
function namedPeer(current: Frame, tb: Attributes): net | number | undefined {
  const pid = tb.u32(NETNSA_PID);
  if (pid !== undefined) return get_net_ns_by_pid(current, pid);
  const fd = tb.u32(NETNSA_FD);
  return fd === undefined ? undefined : get_net_ns_by_fd(current, fd);
}

/** rtnl_net_newid(): gives a namespace the id that user space wants, or (negative) the lowest free one. */
export async function rtnl_net_newid(
  caller: Frame,
  request: netlink_request,
  nlh: NetlinkMessage,
  extack: netlink_ext_ack,
): Promise<number> {
  const current = caller.enter("rtnl_net_newid");
  const net = net_of(request.net);
  const tb = Attributes.parse(nlh.payload, RTGENMSG_LEN);
  if (tb === null) return -EINVAL;
  const nsid = tb.s32(NETNSA_NSID);
  if (nsid === undefined) {
    NL_SET_ERR_MSG(extack, "nsid is missing");
    return -EINVAL;
  }
  const peer = namedPeer(current, tb);
  if (peer === undefined || typeof peer === "number") {
    NL_SET_ERR_MSG(extack, peer === undefined ? "Peer netns reference is missing" : "Peer netns reference is invalid");
    return peer ?? -EINVAL;
  }
  const err = assign(current, net, peer, nsid, extack, request.portid);
  put_net(current, peer);
  return err;
}

function assign(current: Frame, net: net, peer: net, nsid: number, extack: netlink_ext_ack, portid: number): number {
  if (__peernet2id(current, net, peer) >= 0) {
    NL_SET_ERR_MSG(extack, "Peer netns already has a nsid assigned");
    return -EEXIST;
  }
  const id = alloc_netid(current, net, peer, nsid);
  if (id === -ENOSPC) {
    NL_SET_ERR_MSG(extack, "The specified nsid is already used");
    return -EEXIST;
  }
  rtnl_net_notifyid(current, net, RTM_NEWNSID, id, portid);
  return 0;
}

/** rtnl_net_getid(): the id of a namespace named by process, descriptor or (seen from another one) by id. */
export async function rtnl_net_getid(
  caller: Frame,
  request: netlink_request,
  nlh: NetlinkMessage,
  extack: netlink_ext_ack,
): Promise<number> {
  const current = caller.enter("rtnl_net_getid");
  const net = net_of(request.net);
  const tb = Attributes.parse(nlh.payload, RTGENMSG_LEN);
  if (tb === null) return -EINVAL;
  const byId = tb.s32(NETNSA_NSID);
  const peer = namedPeer(current, tb) ?? (byId === undefined ? undefined : (get_net_ns_by_id(current, net, byId) ?? -ENOENT));
  if (peer === undefined || typeof peer === "number") {
    NL_SET_ERR_MSG(extack, peer === undefined ? "Peer netns reference is missing" : "Peer netns reference is invalid");
    return peer ?? -EINVAL;
  }
  const err = answer(current, request, nlh, tb, net, peer, extack);
  put_net(current, peer);
  return err;
}

function answer(
  current: Frame,
  request: netlink_request,
  nlh: NetlinkMessage,
  tb: Attributes,
  net: net,
  peer: net,
  extack: netlink_ext_ack,
): number {
  const target = tb.s32(NETNSA_TARGET_NSID);
  if (target === undefined) return rtnl_unicast(current, request, nlh, RTM_NEWNSID, rtnl_net_fill(peernet2id(current, net, peer)));
  const other = get_net_ns_by_id(current, net, target);
  if (other === null) {
    NL_SET_ERR_MSG(extack, "Target netns reference is invalid");
    return -EINVAL;
  }
  const payload = rtnl_net_fill(peernet2id(current, other, peer), peernet2id(current, net, peer));
  put_net(current, other);
  return rtnl_unicast(current, request, nlh, RTM_NEWNSID, payload);
}

/** rtnl_net_dumpid(): all ids of the namespace, or of the one that NETNSA_TARGET_NSID names, in order. */
export async function rtnl_net_dumpid(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("rtnl_net_dumpid");
  const net = genl_info_net(cb);
  const target = Attributes.parse(cb.nlh.payload, RTGENMSG_LEN)?.s32(NETNSA_TARGET_NSID);
  const other = target === undefined ? null : get_net_ns_by_id(current, net, target);
  if (target !== undefined && other === null) {
    NL_SET_ERR_MSG(cb.extack, "Invalid target network namespace id");
    return -EINVAL;
  }
  const seenFrom = other ?? net;
  current.reads(seenFrom.netns_ids);
  const ids = [...seenFrom.netns_ids].sort(([a], [b]) => a - b);
  for (const [id, peer] of ids.slice(cb.args[0])) {
    const payload = rtnl_net_fill(id, other === null ? undefined : peernet2id(current, net, peer));
    if (!skb.nlmsg_put(RTM_NEWNSID, payload)) break;
    cb.args[0]++;
  }
  if (other !== null) put_net(current, other);
  return skb.len;
}
