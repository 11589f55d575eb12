/**
 * What a device's flags and states say together (net/core/dev.c dev_get_flags, include/linux/netdevice.h): no side
 * effects, read by messages and notifications.
 */
import {
  IF_OPER_DORMANT,
  IF_OPER_DOWN,
  IF_OPER_LOWERLAYERDOWN,
  IF_OPER_UNKNOWN,
  IF_OPER_UP,
  IFF_DORMANT,
  IFF_LOWER_UP,
  IFF_RUNNING,
} from "../netlink/index.ts";
import type { net_device } from "./structs.ts";

export function netif_running(dev: net_device): boolean {
  return dev.running;
}

export function netif_carrier_ok(dev: net_device): boolean {
  return dev.carrier;
}

export function netif_device_present(dev: net_device): boolean {
  return dev.present;
}

/** netif_oper_up(): its state is up or, as for devices without one, unknown. */
export function netif_oper_up(dev: net_device): boolean {
  return dev.operstate === IF_OPER_UP || dev.operstate === IF_OPER_UNKNOWN;
}

/** dev_get_flags(): the flags as user space sees them: with RUNNING and LOWER_UP worked out. */
export function dev_get_flags(dev: net_device): number {
  let flags = dev.flags & ~(IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT);
  if (netif_running(dev)) {
    if (netif_oper_up(dev)) flags |= IFF_RUNNING;
    if (netif_carrier_ok(dev)) flags |= IFF_LOWER_UP;
    if (dev.operstate === IF_OPER_DORMANT) flags |= IFF_DORMANT;
  }
  return flags;
}

/** dev_get_iflink(): the index of the link below or of the other end; its own if there is none. */
export function dev_get_iflink(dev: net_device): number {
  return dev.netdev_ops.ndo_get_iflink?.(dev) ?? dev.ifindex;
}

/** default_operstate() of net/core/link_watch.c */
export function default_operstate(dev: net_device): number {
  if (netif_carrier_ok(dev)) return IF_OPER_UP;
  return dev.ifindex === dev_get_iflink(dev) ? IF_OPER_DOWN : IF_OPER_LOWERLAYERDOWN;
}
