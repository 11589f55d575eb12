/**
 * Models IPv6 addresses (net/ipv6/addrconf.c, v5.10): a device that comes up gets its link-local address from its hardware
 * address, `lo` gets ::1; each address is tentative until duplicate address detection is over; all go when the device goes
 * down. Runs under rtnl_mutex, the detection in a work item that takes it.
 * Left out: router solicitations and what they bring, temporary addresses, lifetimes, optimistic addresses, sysctls.
 */
import {
  delayed_work,
  EADDRNOTAVAIL,
  EEXIST,
  ENODEV,
  type Frame,
  NOTIFY_DONE,
  pr_info,
  queue_delayed_work,
  system_wq,
} from "../../kernel/index.ts";
import {
  AF_INET6,
  ARPHRD_ETHER,
  ARPHRD_INFINIBAND,
  ARPHRD_LOOPBACK,
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  IFA_F_PERMANENT,
  IFA_F_TENTATIVE,
  IFF_LOOPBACK,
  IFF_NOARP,
  IFF_UP,
  NLM_F_CREATE,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTM_DELADDR,
  RTM_NEWADDR,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTPROT_KERNEL,
} from "../../netlink/index.ts";
import { dev_net } from "../alloc.ts";
import { register_netdevice_notifier } from "../dev-notifier.ts";
import { netif_carrier_ok, netif_oper_up } from "../link-state.ts";
import { NETDEV_CHANGE, NETDEV_CHANGEMTU, NETDEV_DOWN, NETDEV_REGISTER, NETDEV_UNREGISTER, NETDEV_UP } from "../netdevice.ts";
import { rtnl_lock, rtnl_unlock } from "../rtnl.ts";
import type { inet6_dev, inet6_ifaddr, net_device, netdev_notifier_block } from "../structs.ts";
import { inet6_ifa_notify } from "./addrconf-netlink.ts";
import { type fib_route, prefixOf, sameBytes, samePrefix } from "./fib.ts";
import { fib_flush_routes, fib_insert, fib_remove } from "./fib-frontend.ts";

const IPV6_MIN_MTU = 1280;
/** IP6_RT_PRIO_ADDRCONF */
const IP6_RT_PRIO_ADDRCONF = 256;
/** The kernel waits a random part of a second before the first probe; here always half. */
const DAD_DELAY_NS = 500e6;
/** RETRANS_TIME: how long an answer to the one probe may take. */
const RETRANS_TIME_NS = 1000e6;

const LOOPBACK = new Uint8Array(16).fill(1, 15);
const MULTICAST = new Uint8Array(16).fill(0xff, 0, 1);

/** The IPv6 addresses of a device. Caller holds rtnl_mutex. */
export function ipv6_addresses(current: Frame, dev: net_device): readonly inet6_ifaddr[] {
  current.reads(dev);
  return dev.ip6_ptr?.addr_list ?? [];
}

const ipv6_dev_notf: netdev_notifier_block = { name: "addrconf_notify", priority: 0, notifier_call: addrconf_notify };

/** addrconf_init() */
export async function addrconf_init(caller: Frame): Promise<void> {
  await register_netdevice_notifier(caller.enter("addrconf_init"), ipv6_dev_notf);
}

async function addrconf_notify(
  caller: Frame,
  _nb: netdev_notifier_block,
  event: number,
  info: { readonly dev: net_device },
): Promise<number> {
  const { dev } = info;
  const current = caller.enter("addrconf_notify");
  if (event === NETDEV_REGISTER) {
    if (dev.mtu >= IPV6_MIN_MTU) ipv6_add_dev(current, dev);
  } else if (event === NETDEV_UP || event === NETDEV_CHANGE) await becomeReady(current, dev, event);
  else if (event === NETDEV_CHANGEMTU) {
    if (dev.mtu < IPV6_MIN_MTU) await addrconf_ifdown(current, dev, true);
    else if (dev.ip6_ptr === null && (dev.flags & IFF_UP) !== 0) await becomeReady(current, dev, NETDEV_UP);
  } else if (event === NETDEV_DOWN) await addrconf_ifdown(current, dev, false);
  else if (event === NETDEV_UNREGISTER) await addrconf_ifdown(current, dev, true);
  return NOTIFY_DONE;
}

function ipv6_add_dev(current: Frame, dev: net_device): inet6_dev {
  current.writes(dev);
  dev.ip6_ptr = { addr_list: [], ready: false };
  return dev.ip6_ptr;
}

/** NETDEV_UP and NETDEV_CHANGE: a device that has a link by now is configured, once. */
async function becomeReady(current: Frame, dev: net_device, event: number): Promise<void> {
  if (dev.ip6_ptr === null && (dev.mtu < IPV6_MIN_MTU || (dev.flags & IFF_UP) === 0)) return;
  const idev = dev.ip6_ptr ?? ipv6_add_dev(current, dev);
  if ((dev.flags & IFF_UP) === 0 || idev.ready) return;
  if (!addrconf_link_ready(dev)) return;
  if (event === NETDEV_CHANGE) pr_info(current.kernel, `IPv6: ADDRCONF(NETDEV_CHANGE): ${dev.name}: link becomes ready`);
  idev.ready = true;
  if (dev.type === ARPHRD_LOOPBACK) await init_loopback(current, dev);
  else if (dev.type === ARPHRD_ETHER || dev.type === ARPHRD_INFINIBAND) await addrconf_dev_config(current, dev);
  for (const ifp of [...ipv6_addresses(current, dev)]) if ((ifp.flags & IFA_F_TENTATIVE) !== 0) await addrconf_dad_start(current, ifp);
}

function addrconf_link_ready(dev: net_device): boolean {
  return netif_oper_up(dev) && netif_carrier_ok(dev) && dev.qdisc.kind !== "noop";
}

async function init_loopback(caller: Frame, dev: net_device): Promise<void> {
  const current = caller.enter("init_loopback");
  await ipv6_add_addr(current, { idev: dev, addr: LOOPBACK, prefix_len: 128, flags: IFA_F_PERMANENT, prefixRoute: false });
}

async function addrconf_dev_config(caller: Frame, dev: net_device): Promise<void> {
  const current = caller.enter("addrconf_dev_config");
  await insertRoute(current, dev, {
    table: RT_TABLE_LOCAL,
    dst: MULTICAST,
    dst_len: 8,
    type: RTN_MULTICAST,
    priority: IP6_RT_PRIO_ADDRCONF,
  });
  const addr = ipv6_generate_eui64(dev);
  if (addr !== null) await ipv6_add_addr(current, { idev: dev, addr, prefix_len: 64, flags: IFA_F_PERMANENT });
}

/** addrconf_ifid_eui48() behind fe80::/64: the hardware address with ff:fe in its middle and the universal bit turned over. */
function ipv6_generate_eui64(dev: net_device): Uint8Array | null {
  const mac = dev.dev_addr;
  const address = new Uint8Array(16);
  address.set([0xfe, 0x80]);
  if (mac.length === 20) {
    address.set(mac.subarray(12), 8);
    address[8] = (address[8] ?? 0) | 2;
    return address;
  }
  if (mac.length !== 6) return null;
  address.set(mac.subarray(0, 3), 8);
  address.set([0xff, 0xfe], 11);
  address.set(mac.subarray(3), 13);
  address[8] = (address[8] ?? 0) ^ 2;
  return address;
}

/** ipv6_addr_scope() as rtnetlink says it. */
function scopeOf(addr: Uint8Array): number {
  if (sameBytes(addr, LOOPBACK)) return RT_SCOPE_HOST;
  return addr[0] === 0xfe && ((addr[1] ?? 0) & 0xc0) === 0x80 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

/**
 * ipv6_add_addr() and what follows it: the route of its network, then duplicate address detection. -EEXIST if the device
 * has it, -EADDRNOTAVAIL for an address that no device can have.
 */
export async function ipv6_add_addr(
  caller: Frame,
  cfg: Pick<inet6_ifaddr, "idev" | "addr" | "prefix_len" | "flags"> & { readonly rt_priority?: number; readonly prefixRoute?: boolean },
): Promise<number> {
  const current = caller.enter("ipv6_add_addr");
  const { idev: dev, addr, prefix_len } = cfg;
  const isMulticast = addr[0] === 0xff;
  if (isMulticast || addr.every((byte) => byte === 0)) return -EADDRNOTAVAIL;
  if (sameBytes(addr, LOOPBACK) && (dev.flags & IFF_LOOPBACK) === 0) return -EADDRNOTAVAIL;
  const list = dev.ip6_ptr?.addr_list;
  if (list === undefined) return -ENODEV;
  if (list.some((ifp) => sameBytes(ifp.addr, addr))) return -EEXIST;
  const scope = scopeOf(addr);
  const ifp: inet6_ifaddr = {
    idev: dev,
    addr,
    prefix_len,
    scope,
    flags: cfg.flags | IFA_F_TENTATIVE,
    rt_priority: cfg.rt_priority ?? 0,
    dead: false,
  };
  current.writes(dev);
  const at = list.findIndex((other) => other.scope >= scope);
  list.splice(at < 0 ? list.length : at, 0, ifp);
  if (cfg.prefixRoute !== false && (ifp.flags & IFA_F_NOPREFIXROUTE) === 0) await addrconf_prefix_route(current, ifp);
  await addrconf_dad_start(current, ifp);
  return 0;
}

async function addrconf_prefix_route(current: Frame, ifp: inet6_ifaddr): Promise<void> {
  const priority = ifp.rt_priority === 0 ? IP6_RT_PRIO_ADDRCONF : ifp.rt_priority;
  const dst = prefixOf(ifp.addr, ifp.prefix_len);
  await insertRoute(current, ifp.idev, { table: RT_TABLE_MAIN, dst, dst_len: ifp.prefix_len, type: RTN_UNICAST, priority });
}

type RouteShape = Pick<fib_route, "table" | "dst" | "dst_len" | "type" | "priority">;

function insertRoute(current: Frame, dev: net_device, shape: RouteShape): Promise<number> {
  const route: fib_route = {
    ...{ family: AF_INET6, tos: 0, scope: RT_SCOPE_UNIVERSE, protocol: RTPROT_KERNEL, prefsrc: null, gateway: null, dev, nh_flags: 0 },
    trap: false,
    ...shape,
  };
  return fib_insert(current, dev_net(dev), route, NLM_F_CREATE, null);
}

/** addrconf_dad_start(): without neighbours, or if it is not wanted, there is nothing to detect; a device without link waits for it. */
async function addrconf_dad_start(caller: Frame, ifp: inet6_ifaddr): Promise<void> {
  const current = caller.enter("addrconf_dad_start");
  const { idev: dev } = ifp;
  if ((dev.flags & (IFF_NOARP | IFF_LOOPBACK)) !== 0 || (ifp.flags & IFA_F_NODAD) !== 0) return await addrconf_dad_completed(current, ifp);
  inet6_ifa_notify(current, RTM_NEWADDR, ifp);
  if (dev.ip6_ptr?.ready !== true) return;
  const work = new delayed_work("addrconf_dad_work", (frame) => addrconf_dad_work(frame, ifp));
  queue_delayed_work(current, system_wq(current.kernel), work, DAD_DELAY_NS + RETRANS_TIME_NS);
}

/** addrconf_dad_work(): nobody has answered, as no packets flow here. */
async function addrconf_dad_work(caller: Frame, ifp: inet6_ifaddr): Promise<void> {
  const current = caller.enter("addrconf_dad_work");
  await rtnl_lock(current);
  if (!ifp.dead && (ifp.flags & IFA_F_TENTATIVE) !== 0) await addrconf_dad_completed(current, ifp);
  await rtnl_unlock(current);
}

/** addrconf_dad_completed(): from now on the address is in use: it gets its host route. */
async function addrconf_dad_completed(caller: Frame, ifp: inet6_ifaddr): Promise<void> {
  const current = caller.enter("addrconf_dad_completed");
  current.writes(ifp.idev);
  ifp.flags &= ~IFA_F_TENTATIVE;
  await insertRoute(current, ifp.idev, { table: RT_TABLE_LOCAL, dst: ifp.addr, dst_len: 128, type: RTN_LOCAL, priority: 0 });
  inet6_ifa_notify(current, RTM_NEWADDR, ifp);
}

/** ipv6_del_addr(): with its host route, and the route of its network unless another address of the device needs it. */
export async function ipv6_del_addr(caller: Frame, ifp: inet6_ifaddr): Promise<void> {
  const current = caller.enter("ipv6_del_addr");
  const { idev: dev } = ifp;
  const list = dev.ip6_ptr?.addr_list ?? [];
  const net = dev_net(dev);
  current.writes(dev);
  ifp.dead = true;
  list.splice(list.indexOf(ifp), 1);
  await fib_remove(current, net, AF_INET6, { table: RT_TABLE_LOCAL, dst: ifp.addr, dst_len: 128, dev, type: RTN_LOCAL });
  inet6_ifa_notify(current, RTM_DELADDR, ifp);
  const shared = list.some((other) => other.prefix_len === ifp.prefix_len && samePrefix(other.addr, ifp.addr, ifp.prefix_len));
  if (shared || (ifp.flags & IFA_F_NOPREFIXROUTE) !== 0) return;
  const match = { table: RT_TABLE_MAIN, dst: prefixOf(ifp.addr, ifp.prefix_len), dst_len: ifp.prefix_len, dev, protocol: RTPROT_KERNEL };
  await fib_remove(current, net, AF_INET6, match);
}

/** addrconf_ifdown(): the device's routes and addresses go; with `unregister` its IPv6 side too. */
async function addrconf_ifdown(caller: Frame, dev: net_device, unregister: boolean): Promise<void> {
  const current = caller.enter("addrconf_ifdown");
  await rt6_disable_ip(current, dev);
  const { ip6_ptr } = dev;
  if (ip6_ptr === null) return;
  for (const ifp of [...ip6_ptr.addr_list]) {
    current.writes(dev);
    ifp.dead = true;
    ip6_ptr.addr_list.splice(ip6_ptr.addr_list.indexOf(ifp), 1);
    inet6_ifa_notify(current, RTM_DELADDR, ifp);
  }
  ip6_ptr.ready = false;
  if (unregister) dev.ip6_ptr = null;
}

async function rt6_disable_ip(caller: Frame, dev: net_device): Promise<void> {
  const current = caller.enter("rt6_disable_ip");
  await fib_flush_routes(current, dev_net(dev), AF_INET6, (route) => route.dev === dev);
}
