/**
 * Models IPv4 addresses of devices (net/ipv4/devinet.c, v5.10): adding, deleting and listing them, 127.0.0.1 of `lo`, and
 * the chain that tells others. They go when their device leaves its namespace. Left out: routes, lifetimes, promotion of
 * secondary addresses, IPv6 (requests for it are refused with -EOPNOTSUPP).
 */
import {
  blocking_notifier_call_chain,
  blocking_notifier_chain_register,
  blocking_notifier_chain_unregister,
  blocking_notifier_head,
  EADDRNOTAVAIL,
  EEXIST,
  EINVAL,
  ENODEV,
  type Frame,
  NOTIFY_DONE,
  type notifier_block,
  staticData,
} from "../kernel/index.ts";
import {
  AF_INET,
  Attributes,
  AttributeWriter,
  encodeMessage,
  IFA_ADDRESS,
  IFA_BROADCAST,
  IFA_CACHEINFO,
  IFA_F_PERMANENT,
  IFA_F_SECONDARY,
  IFA_FLAGS,
  IFA_LABEL,
  IFA_LOCAL,
  IFADDRMSG_LEN,
  IFF_LOOPBACK,
  NETLINK_ROUTE,
  type NetlinkMessage,
  netlink_broadcast,
  type netlink_callback,
  type netlink_request,
  RT_SCOPE_HOST,
  RTM_DELADDR,
  RTM_NEWADDR,
  RTNLGRP_IPV4_IFADDR,
  type sk_buff,
  viewOf,
} from "../netlink/index.ts";
import { dev_net } from "./alloc.ts";
import { __dev_get_by_index, for_each_netdev } from "./dev-lookup.ts";
import { register_netdevice_notifier } from "./dev-notifier.ts";
import { genl_info_net, net_of } from "./net_namespace.ts";
import { NETDEV_CHANGENAME, NETDEV_DOWN, NETDEV_REGISTER, NETDEV_UNREGISTER, NETDEV_UP } from "./netdevice.ts";
import type { in_ifaddr, net_device, netdev_notifier_block } from "./structs.ts";

const INFINITY_LIFE_TIME = 0xffff_ffff;
const MAX_PREFIXLEN = 32;

const statics = staticData((kernel) => ({ inetaddr_chain: new blocking_notifier_head<in_ifaddr>(kernel, "inetaddr_chain") }));

/** register_inetaddr_notifier(): told NETDEV_UP and NETDEV_DOWN of addresses. No replay. */
export function register_inetaddr_notifier(current: Frame, nb: notifier_block<in_ifaddr>): Promise<number> {
  return blocking_notifier_chain_register(current, statics(current.kernel).inetaddr_chain, nb);
}

export function unregister_inetaddr_notifier(current: Frame, nb: notifier_block<in_ifaddr>): Promise<number> {
  return blocking_notifier_chain_unregister(current, statics(current.kernel).inetaddr_chain, nb);
}

/** in_dev_for_each_ifa_rtnl(): the addresses of a device. Caller holds rtnl_mutex. */
export function in_dev_addresses(current: Frame, dev: net_device): readonly in_ifaddr[] {
  current.reads(dev);
  return dev.ip_ptr?.ifa_list ?? [];
}

const ip_netdev_notifier: netdev_notifier_block = { name: "inetdev_event", priority: 0, notifier_call: inetdev_event };

/** devinet_init() */
export async function devinet_init(caller: Frame): Promise<void> {
  await register_netdevice_notifier(caller.enter("devinet_init"), ip_netdev_notifier);
}

async function inetdev_event(
  caller: Frame,
  _nb: netdev_notifier_block,
  event: number,
  info: { readonly dev: net_device },
): Promise<number> {
  const { dev } = info;
  const current = caller.enter("inetdev_event");
  if (event === NETDEV_REGISTER) dev.ip_ptr = { ifa_list: [] };
  else if (event === NETDEV_UP) await addLoopbackAddress(current, dev);
  else if (event === NETDEV_UNREGISTER) await inetdev_destroy(current, dev);
  else if (event === NETDEV_CHANGENAME) for (const ifa of dev.ip_ptr?.ifa_list ?? []) ifa.ifa_label = dev.name;
  return NOTIFY_DONE;
}

async function addLoopbackAddress(current: Frame, dev: net_device): Promise<void> {
  if ((dev.flags & IFF_LOOPBACK) === 0 || dev.ip_ptr === null || dev.ip_ptr.ifa_list.length > 0) return;
  const address = Uint8Array.of(127, 0, 0, 1);
  await inet_insert_ifa(current, {
    ifa_dev: dev,
    ifa_local: address,
    ifa_address: address,
    ifa_broadcast: null,
    ifa_prefixlen: 8,
    ifa_scope: RT_SCOPE_HOST,
    ifa_flags: IFA_F_PERMANENT,
    ifa_label: dev.name,
  });
}

async function inetdev_destroy(caller: Frame, dev: net_device): Promise<void> {
  const { ip_ptr } = dev;
  if (ip_ptr === null) return;
  const current = caller.enter("inetdev_destroy");
  for (const ifa of [...ip_ptr.ifa_list]) await inet_del_ifa(current, ifa);
  dev.ip_ptr = null;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function sameSubnet(a: in_ifaddr, b: in_ifaddr): boolean {
  if (a.ifa_prefixlen !== b.ifa_prefixlen) return false;
  const bits = (address: Uint8Array): number => (a.ifa_prefixlen === 0 ? 0 : viewOf(address).getUint32(0) >>> (32 - a.ifa_prefixlen));
  return bits(a.ifa_address) === bits(b.ifa_address);
}

/** __inet_insert_ifa(): a second address of a subnet is secondary. -EEXIST for the same one, -EINVAL for another scope. */
async function inet_insert_ifa(caller: Frame, ifa: in_ifaddr): Promise<number> {
  const current = caller.enter("__inet_insert_ifa");
  const list = ifa.ifa_dev.ip_ptr?.ifa_list;
  if (list === undefined) return -ENODEV;
  const primary = list.find((other) => (other.ifa_flags & IFA_F_SECONDARY) === 0 && sameSubnet(other, ifa));
  if (list.some((other) => sameSubnet(other, ifa) && equal(other.ifa_local, ifa.ifa_local))) return -EEXIST;
  if (primary !== undefined && primary.ifa_scope !== ifa.ifa_scope) return -EINVAL;
  if (primary !== undefined) ifa.ifa_flags |= IFA_F_SECONDARY;
  current.writes(ifa.ifa_dev);
  list.push(ifa);
  rtmsg_ifa(current, RTM_NEWADDR, ifa);
  await blocking_notifier_call_chain(current, statics(current.kernel).inetaddr_chain, NETDEV_UP, ifa);
  return 0;
}

async function inet_del_ifa(caller: Frame, ifa: in_ifaddr): Promise<void> {
  const current = caller.enter("__inet_del_ifa");
  const list = ifa.ifa_dev.ip_ptr?.ifa_list ?? [];
  current.writes(ifa.ifa_dev);
  list.splice(list.indexOf(ifa), 1);
  rtmsg_ifa(current, RTM_DELADDR, ifa);
  await blocking_notifier_call_chain(current, statics(current.kernel).inetaddr_chain, NETDEV_DOWN, ifa);
}

/** inet_fill_ifaddr(): the payload of a message about an address. */
function inet_fill_ifaddr(ifa: in_ifaddr): Uint8Array {
  const header = new Uint8Array(IFADDRMSG_LEN);
  header.set([AF_INET, ifa.ifa_prefixlen, ifa.ifa_flags & 0xff, ifa.ifa_scope]);
  viewOf(header).setUint32(4, ifa.ifa_dev.ifindex, true);
  const lifetimes = new Uint8Array(16);
  viewOf(lifetimes).setUint32(0, INFINITY_LIFE_TIME, true);
  viewOf(lifetimes).setUint32(4, INFINITY_LIFE_TIME, true);
  const w = new AttributeWriter().header(header).bytes(IFA_ADDRESS, ifa.ifa_address).bytes(IFA_LOCAL, ifa.ifa_local);
  if (ifa.ifa_broadcast !== null) w.bytes(IFA_BROADCAST, ifa.ifa_broadcast);
  return w.string(IFA_LABEL, ifa.ifa_label).u32(IFA_FLAGS, ifa.ifa_flags).bytes(IFA_CACHEINFO, lifetimes).finish();
}

function rtmsg_ifa(caller: Frame, type: number, ifa: in_ifaddr): void {
  const current = caller.enter("rtmsg_ifa");
  const message = encodeMessage({ type, flags: 0, seq: 0, portid: 0, payload: inet_fill_ifaddr(ifa) });
  netlink_broadcast(current, dev_net(ifa.ifa_dev), NETLINK_ROUTE, 0, RTNLGRP_IPV4_IFADDR, message);
}

interface ParsedAddress {
  readonly prefixlen: number;
  readonly flags: number;
  readonly scope: number;
  readonly index: number;
  readonly tb: Attributes;
}

function parseIfaddr(payload: Uint8Array): ParsedAddress | null {
  const tb = payload.length < IFADDRMSG_LEN ? null : Attributes.parse(payload, IFADDRMSG_LEN);
  if (tb === null) return null;
  const [, prefixlen = 0, flags = 0, scope = 0] = payload;
  return { prefixlen, flags: tb.u32(IFA_FLAGS) ?? flags, scope, index: viewOf(payload).getUint32(4, true), tb };
}

/** inet_rtm_newaddr(): caller holds rtnl_mutex. */
export async function inet_rtm_newaddr(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("inet_rtm_newaddr");
  const parsed = parseIfaddr(nlh.payload);
  const local = parsed?.tb.bytes(IFA_LOCAL);
  if (parsed === null || local === undefined || local.length !== 4 || parsed.prefixlen > MAX_PREFIXLEN) return -EINVAL;
  const dev = __dev_get_by_index(current, net_of(request.net), parsed.index);
  if (dev === null) return -ENODEV;
  return inet_insert_ifa(current, {
    ifa_dev: dev,
    ifa_local: local.slice(),
    ifa_address: parsed.tb.bytes(IFA_ADDRESS)?.slice() ?? local.slice(),
    ifa_broadcast: parsed.tb.bytes(IFA_BROADCAST)?.slice() ?? null,
    ifa_prefixlen: parsed.prefixlen,
    ifa_scope: parsed.scope,
    ifa_flags: parsed.flags | IFA_F_PERMANENT,
    ifa_label: parsed.tb.string(IFA_LABEL) ?? dev.name,
  });
}

/** inet_rtm_deladdr(): -EADDRNOTAVAIL if the device has no such address. Caller holds rtnl_mutex. */
export async function inet_rtm_deladdr(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("inet_rtm_deladdr");
  const parsed = parseIfaddr(nlh.payload);
  if (parsed === null) return -EINVAL;
  const dev = __dev_get_by_index(current, net_of(request.net), parsed.index);
  if (dev === null) return -ENODEV;
  const local = parsed.tb.bytes(IFA_LOCAL);
  const address = parsed.tb.bytes(IFA_ADDRESS);
  const label = parsed.tb.string(IFA_LABEL);
  const found = in_dev_addresses(current, dev).find(
    (ifa) =>
      (local === undefined || equal(ifa.ifa_local, local)) &&
      (label === undefined || ifa.ifa_label === label) &&
      (address === undefined || (ifa.ifa_prefixlen === parsed.prefixlen && equal(ifa.ifa_address, address))),
  );
  if (found === undefined) return -EADDRNOTAVAIL;
  await inet_del_ifa(current, found);
  return 0;
}

/** inet_dump_ifaddr(): of all devices, or with strict checking of the one the request names. */
export async function inet_dump_ifaddr(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("inet_dump_ifaddr");
  const only = cb.strict_check ? (parseIfaddr(cb.nlh.payload)?.index ?? 0) : 0;
  const devices = [...for_each_netdev(current, genl_info_net(cb))].sort((a, b) => a.ifindex - b.ifindex);
  const wanted = devices.filter((dev) => only === 0 || dev.ifindex === only).flatMap((dev) => in_dev_addresses(current, dev));
  for (const ifa of wanted.slice(cb.args[0])) {
    if (!skb.nlmsg_put(RTM_NEWADDR, inet_fill_ifaddr(ifa))) break;
    cb.args[0]++;
  }
  return skb.len;
}
