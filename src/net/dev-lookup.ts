/** Models the list of devices of a namespace (net/core/dev.c): lookup by name and index, insertion, interface indices. */
import type { Frame } from "../kernel/index.ts";
import { dev_hold, dev_net } from "./alloc.ts";
import type { net, net_device } from "./structs.ts";

/** for_each_netdev(): in order of registration. The caller holds rtnl_mutex. */
export function for_each_netdev(current: Frame, net: net): readonly net_device[] {
  current.reads(net.dev_base_head);
  return [...net.dev_base_head];
}

export function __dev_get_by_name(current: Frame, net: net, name: string): net_device | null {
  current.reads(net.dev_base_head);
  return net.dev_base_head.find((dev) => dev.name === name) ?? null;
}

/** dev_get_by_name(): with a reference; takes no lock (the kernel's is RCU). */
export function dev_get_by_name(current: Frame, net: net, name: string): net_device | null {
  const dev = __dev_get_by_name(current, net, name);
  if (dev !== null) dev_hold(current, dev);
  return dev;
}

export function __dev_get_by_index(current: Frame, net: net, ifindex: number): net_device | null {
  current.reads(net.dev_base_head);
  return net.dev_base_head.find((dev) => dev.ifindex === ifindex) ?? null;
}

/** dev_new_index(): the next interface index of the namespace that no device has. */
export function dev_new_index(current: Frame, net: net): number {
  current.writes(net);
  do net.ifindex++;
  while (__dev_get_by_index(current, net, net.ifindex) !== null);
  return net.ifindex;
}

/** list_netdevice(): at the end of its namespace's list. Caller holds rtnl_mutex. */
export function list_netdevice(current: Frame, dev: net_device): void {
  const net = dev_net(dev);
  current.writes(net.dev_base_head);
  net.dev_base_head.push(dev);
  net.dev_base_seq++;
}

/** unlist_netdevice(): out of its namespace's list. Caller holds rtnl_mutex. */
export function unlist_netdevice(current: Frame, dev: net_device): void {
  const net = dev_net(dev);
  current.writes(net.dev_base_head);
  net.dev_base_head.splice(net.dev_base_head.indexOf(dev), 1);
  net.dev_base_seq++;
}
