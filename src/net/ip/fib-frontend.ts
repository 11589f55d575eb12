/**
 * Models the side of IPv4 routing that follows addresses and devices (net/ipv4/fib_frontend.c, v5.10): the routes that an
 * address brings, and what is flushed when a device goes down. Runs under rtnl_mutex.
 * Left out: the routing cache, metrics of addresses, multipath rebalancing.
 */
import { type Frame, NOTIFY_DONE, type notifier_block, staticData } from "../../kernel/index.ts";
import {
  AF_INET,
  IFA_F_NOPREFIXROUTE,
  IFA_F_SECONDARY,
  IFF_LOOPBACK,
  IFF_UP,
  NLM_F_CREATE,
  type netlink_ext_ack,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTM_DELROUTE,
  RTM_NEWROUTE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_UNICAST,
  RTPROT_KERNEL,
} from "../../netlink/index.ts";
import { dev_net } from "../alloc.ts";
import { register_netdevice_notifier } from "../dev-notifier.ts";
import { in_dev_addresses, register_inetaddr_notifier } from "../devinet.ts";
import { NETDEV_DOWN, NETDEV_UNREGISTER, NETDEV_UP } from "../netdevice.ts";
import { register_pernet_subsys } from "../pernet.ts";
import type { in_ifaddr, net, net_device, netdev_notifier_block } from "../structs.ts";
import { type FibMatch, fib_flush, fib_net_id, type fib_route, fib_table_delete, fib_table_insert, prefixOf, sameBytes } from "./fib.ts";
import { rtmsg_fib } from "./fib-netlink.ts";
import { call_fib_notifiers, FIB_EVENT_ENTRY_DEL, FIB_EVENT_ENTRY_REPLACE, fib_notifier_net_id } from "./fib-notifier.ts";
import { fib_rules_net_id } from "./fib-rules.ts";

/** What differs between kernels: whether the network's own address is a broadcast address (until v5.17). */
export interface FibStrategies {
  readonly broadcastNetworkAddress: boolean;
}

const statics = staticData(() => ({ strategies: { broadcastNetworkAddress: true } as FibStrategies }));

/** ip_fib_init(): the tables of every namespace and the notifiers that fill them. */
export async function ip_fib_init(caller: Frame, strategies: FibStrategies): Promise<void> {
  const current = caller.enter("ip_fib_init");
  statics(current.kernel).strategies = strategies;
  await register_pernet_subsys(current, { name: "fib_notifier_net_ops", id: fib_notifier_net_id });
  await register_pernet_subsys(current, { name: "fib_rules_net_ops", id: fib_rules_net_id });
  await register_pernet_subsys(current, { name: "fib_net_ops", id: fib_net_id });
  await register_netdevice_notifier(current, fib_netdev_notifier);
  await register_inetaddr_notifier(current, fib_inetaddr_notifier);
}

const fib_netdev_notifier: netdev_notifier_block = {
  name: "fib_netdev_event",
  priority: 0,
  notifier_call: async (caller, _nb, event, { dev }) => {
    if (dev.ip_ptr === null && event !== NETDEV_UNREGISTER) return NOTIFY_DONE;
    const current = caller.enter("fib_netdev_event");
    if (event === NETDEV_UP) for (const ifa of in_dev_addresses(current, dev)) await fib_add_ifaddr(current, ifa);
    else if (event === NETDEV_DOWN) await fib_disable_ip(current, dev, false);
    else if (event === NETDEV_UNREGISTER) await fib_disable_ip(current, dev, true);
    return NOTIFY_DONE;
  },
};

const fib_inetaddr_notifier: notifier_block<in_ifaddr> = {
  name: "fib_inetaddr_event",
  priority: 0,
  notifier_call: async (caller, _nb, event, ifa) => {
    const current = caller.enter("fib_inetaddr_event");
    if (event === NETDEV_UP) await fib_add_ifaddr(current, ifa);
    else await fib_del_ifaddr(current, ifa);
    return NOTIFY_DONE;
  },
};

/** A route that an address brings, as fib_magic() makes it. */
function magicRoute(type: number, dst: Uint8Array, dst_len: number, ifa: in_ifaddr): fib_route {
  return {
    family: AF_INET,
    table: type === RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL,
    dst,
    dst_len,
    tos: 0,
    type,
    scope: type === RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK,
    protocol: RTPROT_KERNEL,
    priority: 0,
    prefsrc: ifa.ifa_local,
    gateway: null,
    dev: ifa.ifa_dev,
    nh_flags: 0,
    trap: false,
  };
}

function magicMatch(route: fib_route, ifa: in_ifaddr): FibMatch {
  const { table, dst, dst_len, type, protocol } = route;
  return { table, dst, dst_len, type, protocol, prefsrc: ifa.ifa_local, dev: ifa.ifa_dev };
}

/** All routes of an address, in the order of fib_add_ifaddr(). Only the first if its device is down. */
function routesOf(current: Frame, ifa: in_ifaddr): fib_route[] {
  const { ifa_dev: dev, ifa_prefixlen: length, ifa_broadcast: broadcast } = ifa;
  const routes = [magicRoute(RTN_LOCAL, ifa.ifa_local, 32, ifa)];
  if ((dev.flags & IFF_UP) === 0) return routes;
  if (broadcast !== null && !broadcast.every((byte) => byte === 0xff)) routes.push(magicRoute(RTN_BROADCAST, broadcast, 32, ifa));
  const prefix = prefixOf(ifa.ifa_address, length);
  if (prefix[0] === 0 || (ifa.ifa_flags & IFA_F_SECONDARY) !== 0 || (length === 32 && sameBytes(prefix, ifa.ifa_local))) return routes;
  const type = (dev.flags & IFF_LOOPBACK) !== 0 ? RTN_LOCAL : RTN_UNICAST;
  if ((ifa.ifa_flags & IFA_F_NOPREFIXROUTE) === 0) routes.push(magicRoute(type, prefix, length, ifa));
  if (length >= 31) return routes;
  if (statics(current.kernel).strategies.broadcastNetworkAddress) routes.push(magicRoute(RTN_BROADCAST, prefix, 32, ifa));
  const last = prefix.map((byte, i) => byte | (0xff >> Math.max(0, Math.min(8, length - 8 * i))));
  routes.push(magicRoute(RTN_BROADCAST, last, 32, ifa));
  return routes;
}

async function fib_add_ifaddr(caller: Frame, ifa: in_ifaddr): Promise<void> {
  const current = caller.enter("fib_add_ifaddr");
  for (const route of routesOf(current, ifa)) await fib_insert(current, dev_net(ifa.ifa_dev), route, NLM_F_CREATE, null);
}

/** fib_del_ifaddr(): its routes go, but for those that another address of the device brings too; and what it was the source of. */
async function fib_del_ifaddr(caller: Frame, ifa: in_ifaddr): Promise<void> {
  const current = caller.enter("fib_del_ifaddr");
  const net = dev_net(ifa.ifa_dev);
  const others = in_dev_addresses(current, ifa.ifa_dev);
  const kept = others.flatMap((other) => routesOf(current, other));
  for (const route of routesOf(current, ifa)) {
    const same = (other: fib_route): boolean =>
      sameBytes(other.dst, route.dst) && other.dst_len === route.dst_len && other.type === route.type;
    if (!kept.some(same)) await fib_remove(current, net, AF_INET, magicMatch(route, ifa));
  }
  if (!others.some((other) => sameBytes(other.ifa_local, ifa.ifa_local))) {
    await fib_flush_routes(current, net, AF_INET, (route) => route.protocol !== RTPROT_KERNEL && sameBytes(route.prefsrc, ifa.ifa_local));
  }
  if (others.length === 0) await fib_disable_ip(current, ifa.ifa_dev, true);
}

/** fib_disable_ip(): the device's routes go; its own addresses stay reachable unless `force`. */
async function fib_disable_ip(caller: Frame, dev: net_device, force: boolean): Promise<void> {
  const current = caller.enter("fib_disable_ip");
  await fib_flush_routes(current, dev_net(dev), AF_INET, (route) => route.dev === dev && (force || route.scope !== RT_SCOPE_HOST));
}

/** Takes all routes that `dead` says, and tells those who mirror routes and the listeners. */
export async function fib_flush_routes(current: Frame, net: net, family: number, dead: (route: fib_route) => boolean): Promise<void> {
  const frame = current.enter("fib_flush");
  for (const route of fib_flush(frame, net, family, dead)) await departed(frame, net, route);
}

async function departed(current: Frame, net: net, route: fib_route): Promise<void> {
  await call_fib_notifiers(current, net, FIB_EVENT_ENTRY_DEL, { family: route.family, extack: null, route });
  rtmsg_fib(current, RTM_DELROUTE, net, route);
}

/**
 * Inserts a route, asks those who mirror routes, and tells the listeners. Errors as fib_table_insert(), or what a driver
 * says, which takes the route out again.
 */
export async function fib_insert(
  current: Frame,
  net: net,
  route: fib_route,
  nlflags: number,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const done = fib_table_insert(current, net, route, nlflags);
  if (done.error !== 0) return done.error;
  const err = await call_fib_notifiers(current, net, FIB_EVENT_ENTRY_REPLACE, { family: route.family, extack, route });
  if (err !== 0) {
    fib_flush(current, net, route.family, (other) => other === route);
    return err;
  }
  rtmsg_fib(current, RTM_NEWROUTE, net, route);
  return 0;
}

/** Deletes the first route that fits; -ESRCH if none does. */
export async function fib_remove(current: Frame, net: net, family: number, match: FibMatch): Promise<number> {
  const gone = fib_table_delete(current, net, family, match);
  if (typeof gone === "number") return gone;
  await departed(current, net, gone);
  return 0;
}
