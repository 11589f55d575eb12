/**
 * Models namespace ids (net/core/net_namespace.c, v5.10): the numbers by which one namespace knows another. nsid_lock is a
 * spinlock in the kernel; here nothing in between waits. Notifications go to RTNLGRP_NSID.
 */
import { ENOSPC, type Frame } from "../kernel/index.ts";
import {
  AttributeWriter,
  encodeMessage,
  NETLINK_ROUTE,
  NETNSA_CURRENT_NSID,
  NETNSA_NSID,
  NETNSA_NSID_NOT_ASSIGNED,
  netlink_broadcast,
  RTGENMSG_LEN,
  RTM_DELNSID,
  RTM_NEWNSID,
  RTNLGRP_NSID,
} from "../netlink/index.ts";
import { for_each_net, maybe_get_net, put_net } from "./net-state.ts";
import type { net } from "./structs.ts";

/** __peernet2id(): the id of `peer` in `net`, NETNSA_NSID_NOT_ASSIGNED (-1) if it has none. */
export function __peernet2id(current: Frame, net: net, peer: net): number {
  current.reads(net.netns_ids);
  for (const [id, other] of net.netns_ids) if (other === peer) return id;
  return NETNSA_NSID_NOT_ASSIGNED;
}

/** peernet2id(): as __peernet2id(); a dying namespace knows nobody. */
export function peernet2id(current: Frame, net: net, peer: net): number {
  return net.count.is_zero(current) ? NETNSA_NSID_NOT_ASSIGNED : __peernet2id(current, net, peer);
}

/** alloc_netid(): `reqid` or, if that is negative, the lowest free id. -ENOSPC if `reqid` is taken. */
export function alloc_netid(current: Frame, net: net, peer: net, reqid: number): number {
  current.writes(net.netns_ids);
  if (reqid >= 0 && net.netns_ids.has(reqid)) return -ENOSPC;
  let id = Math.max(reqid, 0);
  while (net.netns_ids.has(id)) id++;
  net.netns_ids.set(id, peer);
  return id;
}

/** peernet2id_alloc(): the id of `peer` in `net`, given now if it has none. -1 if either is dying. */
export function peernet2id_alloc(caller: Frame, net: net, peer: net): number {
  const current = caller.enter("peernet2id_alloc");
  if (net.count.is_zero(current)) return NETNSA_NSID_NOT_ASSIGNED;
  const known = __peernet2id(current, net, peer);
  if (known >= 0) return known;
  if (maybe_get_net(current, peer) === null) return NETNSA_NSID_NOT_ASSIGNED;
  const id = alloc_netid(current, net, peer, -1);
  put_net(current, peer);
  rtnl_net_notifyid(current, net, RTM_NEWNSID, id, 0);
  return id;
}

/** get_net_ns_by_id(): with a reference; null if there is no such id or its namespace is dying. */
export function get_net_ns_by_id(current: Frame, net: net, id: number): net | null {
  if (id < 0) return null;
  current.reads(net.netns_ids);
  const peer = net.netns_ids.get(id);
  return peer === undefined ? null : maybe_get_net(current, peer);
}

/** unhash_nsid(): takes a dying namespace out of the tables of the living ones and tells their listeners. */
export function unhash_nsid(caller: Frame, net: net): void {
  const current = caller.enter("unhash_nsid");
  for (const other of for_each_net(current)) {
    const id = __peernet2id(current, other, net);
    if (id < 0) continue;
    current.writes(other.netns_ids);
    other.netns_ids.delete(id);
    rtnl_net_notifyid(current, other, RTM_DELNSID, id, 0);
  }
  net.netns_ids.clear();
}

/** rtnl_net_fill(): the payload of a message about an id. */
export function rtnl_net_fill(nsid: number, current_nsid?: number): Uint8Array {
  const writer = new AttributeWriter().header(new Uint8Array(RTGENMSG_LEN)).s32(NETNSA_NSID, nsid);
  if (current_nsid !== undefined) writer.s32(NETNSA_CURRENT_NSID, current_nsid);
  return writer.finish();
}

/** rtnl_net_notifyid(): tells the listeners in `net` that an id came or went. */
export function rtnl_net_notifyid(current: Frame, net: net, type: number, id: number, portid: number): void {
  const message = encodeMessage({ type, flags: 0, seq: 0, portid, payload: rtnl_net_fill(id) });
  netlink_broadcast(current, net, NETLINK_ROUTE, 0, RTNLGRP_NSID, message);
}
