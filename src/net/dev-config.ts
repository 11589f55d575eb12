/**
 * Models opening, closing and configuring devices (net/core/dev.c, v5.10): their order of notifier events and messages.
 * Left out: promiscuous and multicast lists, netpoll.
 */
import { EADDRNOTAVAIL, EINVAL, ENODEV, EOPNOTSUPP, type Frame, notifier_to_errno } from "../kernel/index.ts";
import {
  IFF_ALLMULTI,
  IFF_DEBUG,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_PROMISC,
  IFF_RUNNING,
  IFF_UP,
  NL_SET_ERR_MSG,
  type netlink_ext_ack,
  RTM_NEWLINK,
} from "../netlink/index.ts";
import { call_netdevice_notifiers } from "./dev-notifier.ts";
import { rtmsg_ifinfo } from "./ifinfo.ts";
import { netif_device_present } from "./link-state.ts";
import {
  NETDEV_CHANGE,
  NETDEV_CHANGEADDR,
  NETDEV_CHANGEMTU,
  NETDEV_DOWN,
  NETDEV_GOING_DOWN,
  NETDEV_PRE_CHANGEADDR,
  NETDEV_PRE_UP,
  NETDEV_PRECHANGEMTU,
  NETDEV_UP,
} from "./netdevice.ts";
import { ASSERT_RTNL } from "./rtnl.ts";
import { dev_activate } from "./sch_generic.ts";
import type { net_device } from "./structs.ts";

/** dev_open(): caller holds rtnl_mutex. -ENODEV if the device is not present, else what a notifier or the driver says. */
export async function dev_open(caller: Frame, dev: net_device, extack: netlink_ext_ack | null = null): Promise<number> {
  if ((dev.flags & IFF_UP) !== 0) return 0;
  const current = caller.enter("dev_open");
  const ret = await __dev_open(current, dev, extack);
  if (ret < 0) return ret;
  rtmsg_ifinfo(current, RTM_NEWLINK, dev, IFF_UP | IFF_RUNNING);
  await call_netdevice_notifiers(current, NETDEV_UP, dev);
  return ret;
}

async function __dev_open(caller: Frame, dev: net_device, extack: netlink_ext_ack | null): Promise<number> {
  const current = caller.enter("__dev_open");
  ASSERT_RTNL(current);
  if (!netif_device_present(dev)) return -ENODEV;
  const refused = notifier_to_errno(await call_netdevice_notifiers(current, NETDEV_PRE_UP, dev, extack));
  if (refused !== 0) return refused;
  current.writes(dev);
  dev.running = true;
  const ret = (await dev.netdev_ops.ndo_open?.(current, dev)) ?? 0;
  if (ret !== 0) {
    dev.running = false;
    return ret;
  }
  dev.flags |= IFF_UP;
  dev_activate(current, dev);
  return 0;
}

/** dev_close(): caller holds rtnl_mutex. */
export async function dev_close(caller: Frame, dev: net_device): Promise<void> {
  await dev_close_many(caller, [dev]);
}

/** dev_close_many(): GOING_DOWN for all, then the drivers, then messages and DOWN for all. Caller holds rtnl_mutex. */
export async function dev_close_many(caller: Frame, devices: readonly net_device[]): Promise<void> {
  const up = devices.filter((dev) => (dev.flags & IFF_UP) !== 0);
  if (up.length === 0) return;
  const current = caller.enter("dev_close_many");
  await __dev_close_many(current, up);
  for (const dev of up) {
    rtmsg_ifinfo(current, RTM_NEWLINK, dev, IFF_UP | IFF_RUNNING);
    await call_netdevice_notifiers(current, NETDEV_DOWN, dev);
  }
}

async function __dev_close_many(caller: Frame, devices: readonly net_device[]): Promise<void> {
  const current = caller.enter("__dev_close_many");
  ASSERT_RTNL(current);
  for (const dev of devices) {
    await call_netdevice_notifiers(current, NETDEV_GOING_DOWN, dev);
    current.writes(dev);
    dev.running = false;
  }
  for (const dev of devices) {
    await dev.netdev_ops.ndo_stop?.(current, dev);
    dev.flags &= ~IFF_UP;
  }
}

/** Flags that user space may change besides IFF_UP. */
const USER_FLAGS = IFF_DEBUG | IFF_NOARP | IFF_MULTICAST | IFF_PROMISC | IFF_ALLMULTI;

/** __dev_change_flags(): the change itself, up or down last. Caller holds rtnl_mutex. */
export async function __dev_change_flags(caller: Frame, dev: net_device, flags: number, extack: netlink_ext_ack | null): Promise<number> {
  const current = caller.enter("__dev_change_flags");
  const old = dev.flags;
  current.writes(dev);
  dev.flags = (flags & USER_FLAGS) | (dev.flags & ~USER_FLAGS);
  if (((old ^ flags) & IFF_UP) === 0) return 0;
  if ((old & IFF_UP) === 0) return __dev_open(current, dev, extack);
  await __dev_close_many(current, [dev]);
  return 0;
}

/** __dev_notify_flags(): the message, then UP, DOWN or CHANGE. Caller holds rtnl_mutex. */
export async function __dev_notify_flags(caller: Frame, dev: net_device, old: number, gchanges: number): Promise<void> {
  const current = caller.enter("__dev_notify_flags");
  const changes = dev.flags ^ old;
  if (gchanges !== 0) rtmsg_ifinfo(current, RTM_NEWLINK, dev, gchanges);
  if ((changes & IFF_UP) !== 0) {
    await call_netdevice_notifiers(current, (dev.flags & IFF_UP) !== 0 ? NETDEV_UP : NETDEV_DOWN, dev);
  }
  if ((dev.flags & IFF_UP) !== 0 && (changes & ~(IFF_UP | IFF_PROMISC | IFF_ALLMULTI)) !== 0) {
    await call_netdevice_notifiers(current, NETDEV_CHANGE, dev);
  }
}

/** dev_change_flags(): caller holds rtnl_mutex. Errors as dev_open(). */
export async function dev_change_flags(caller: Frame, dev: net_device, flags: number, extack: netlink_ext_ack | null): Promise<number> {
  const current = caller.enter("dev_change_flags");
  const old = dev.flags;
  const ret = await __dev_change_flags(current, dev, flags, extack);
  if (ret < 0) return ret;
  await __dev_notify_flags(current, dev, old, old ^ dev.flags);
  return 0;
}

/** dev_set_mtu(): caller holds rtnl_mutex. -EINVAL out of range, -ENODEV if not present; a notifier may refuse. */
export async function dev_set_mtu(caller: Frame, dev: net_device, mtu: number, extack: netlink_ext_ack | null = null): Promise<number> {
  const current = caller.enter("dev_set_mtu_ext");
  if (mtu === dev.mtu) return 0;
  if (mtu < dev.min_mtu) {
    NL_SET_ERR_MSG(extack, "mtu less than device minimum");
    return -EINVAL;
  }
  if (dev.max_mtu > 0 && mtu > dev.max_mtu) {
    NL_SET_ERR_MSG(extack, "mtu greater than device maximum");
    return -EINVAL;
  }
  if (!netif_device_present(dev)) return -ENODEV;
  const refused = notifier_to_errno(await call_netdevice_notifiers(current, NETDEV_PRECHANGEMTU, dev, extack));
  if (refused !== 0) return refused;
  const old = dev.mtu;
  const err = await changeMtu(current, dev, mtu);
  if (err !== 0) return err;
  const vetoed = notifier_to_errno(await call_netdevice_notifiers(current, NETDEV_CHANGEMTU, dev));
  if (vetoed === 0) return 0;
  await changeMtu(current, dev, old);
  await call_netdevice_notifiers(current, NETDEV_CHANGEMTU, dev);
  return vetoed;
}

async function changeMtu(current: Frame, dev: net_device, mtu: number): Promise<number> {
  const { ndo_change_mtu } = dev.netdev_ops;
  if (ndo_change_mtu !== undefined) return ndo_change_mtu(current, dev, mtu);
  current.writes(dev);
  dev.mtu = mtu;
  return 0;
}

/** dev_set_mac_address(): caller holds rtnl_mutex. -EOPNOTSUPP, -ENODEV, -EINVAL for a wrong length, -EADDRNOTAVAIL. */
export async function dev_set_mac_address(
  caller: Frame,
  dev: net_device,
  address: Uint8Array,
  extack: netlink_ext_ack | null = null,
): Promise<number> {
  const current = caller.enter("dev_set_mac_address");
  const { ndo_set_mac_address } = dev.netdev_ops;
  if (ndo_set_mac_address === undefined) return -EOPNOTSUPP;
  if (address.length !== dev.dev_addr.length) return -EINVAL;
  if (!netif_device_present(dev)) return -ENODEV;
  const refused = notifier_to_errno(await call_netdevice_notifiers(current, NETDEV_PRE_CHANGEADDR, dev, extack));
  if (refused !== 0) return refused;
  const err = ndo_set_mac_address(current, dev, address);
  if (err !== 0) return err;
  await call_netdevice_notifiers(current, NETDEV_CHANGEADDR, dev);
  return 0;
}

/** is_valid_ether_addr(): neither multicast nor all zero. */
export function is_valid_ether_addr(address: Uint8Array): boolean {
  return ((address[0] ?? 1) & 1) === 0 && address.some((byte) => byte !== 0);
}

/** eth_mac_addr(): ndo_set_mac_address of simple Ethernet devices; any time. */
export function eth_mac_addr(current: Frame, dev: net_device, address: Uint8Array): number {
  if (!is_valid_ether_addr(address)) return -EADDRNOTAVAIL;
  current.writes(dev);
  dev.dev_addr = address.slice();
  return 0;
}
