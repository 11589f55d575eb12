/**
 * Models alloc_netdev(), free_netdev(), dev_hold() and dev_put() (net/core/dev.c), ether_setup() (net/ethernet/eth.c) and
 * eth_hw_addr_random(): here a function of a counter, so that every run sees the same addresses.
 */
import { device, type device_attribute } from "../base/index.ts";
import { EmulatorBug, type Frame, staticData } from "../kernel/index.ts";
import { ARPHRD_ETHER, IFF_BROADCAST, IFF_MULTICAST } from "../netlink/index.ts";
import { init_net } from "./net-state.ts";
import { net_class, net_class_attributes } from "./net-sysfs.ts";
import { DEFAULT_TX_QUEUE_LEN, ETH_ALEN, ETH_DATA_LEN, ETH_MIN_MTU } from "./netdevice.ts";
import { type net, net_device } from "./structs.ts";

const statics = staticData(() => ({ addresses: 0 }));

export interface NetdevOptions {
  /** The device of the bus (SET_NETDEV_DEV). */
  readonly parent?: device | null;
  /** The driver's data: netdev_priv(). */
  readonly priv?: unknown;
  readonly num_tx_queues?: number;
  readonly num_rx_queues?: number;
}

/** alloc_netdev(): a device in init_net, unregistered; `%d` in the name is filled in at registration. */
export function alloc_netdev(
  current: Frame,
  name: string,
  setup: (current: Frame, dev: net_device) => void,
  options: NetdevOptions = {},
): net_device {
  const { kernel } = current;
  const attributes: device_attribute[] = [];
  const kobject = new device(kernel, name, { parent: options.parent ?? null, class: net_class, attributes });
  const dev = new net_device(name, init_net(kernel), kobject);
  kobject.driver_data = dev;
  attributes.push(...net_class_attributes(dev));
  dev.priv = options.priv ?? null;
  dev.num_tx_queues = options.num_tx_queues ?? 1;
  dev.num_rx_queues = options.num_rx_queues ?? 1;
  dev.real_num_tx_queues = dev.num_tx_queues;
  dev.real_num_rx_queues = dev.num_rx_queues;
  setup(current, dev);
  return dev;
}

/** alloc_etherdev(): as alloc_netdev() with `eth%d` and ether_setup(). */
export function alloc_etherdev(current: Frame, options: NetdevOptions = {}): net_device {
  return alloc_netdev(current, "eth%d", ether_setup, options);
}

/** free_netdev(): the device must not be registered any more. */
export function free_netdev(_current: Frame, dev: net_device): void {
  if (dev.reg_state === "NETREG_UNREGISTERING") {
    dev.needs_free_netdev = true;
    return;
  }
  if (dev.reg_state === "NETREG_REGISTERED") throw new EmulatorBug(`free_netdev(${dev.name}) while it is registered`);
  dev.reg_state = "NETREG_RELEASED";
}

/** netdev_priv() */
export function netdev_priv<T>(dev: net_device): T {
  return dev.priv as T;
}

export function ether_setup(_current: Frame, dev: net_device): void {
  dev.type = ARPHRD_ETHER;
  dev.mtu = ETH_DATA_LEN;
  dev.min_mtu = ETH_MIN_MTU;
  dev.max_mtu = ETH_DATA_LEN;
  dev.tx_queue_len = DEFAULT_TX_QUEUE_LEN;
  dev.flags = IFF_BROADCAST | IFF_MULTICAST;
  dev.dev_addr = new Uint8Array(ETH_ALEN);
  dev.broadcast = new Uint8Array(ETH_ALEN).fill(0xff);
}

/** eth_hw_addr_random(): a locally administered unicast address. */
export function eth_hw_addr_random(current: Frame, dev: net_device): void {
  const own = statics(current.kernel);
  current.writes(own);
  const seed = ++own.addresses;
  const address = new Uint8Array(ETH_ALEN);
  let hash = seed;
  for (let i = 0; i < ETH_ALEN; i++) {
    hash = Math.imul(hash ^ (hash >>> 15) ^ (i + 1), 0x2c1b3c6d) ^ 0x5bd1e995;
    address[i] = (hash >>> 16) & 0xff;
  }
  address[0] = ((address[0] ?? 0) & 0xfe) | 0x02;
  dev.dev_addr = address;
}

export function dev_net(dev: net_device): net {
  return dev.nd_net;
}

/** dev_net_set(): before registration only; afterwards dev_change_net_namespace(). */
export function dev_net_set(current: Frame, dev: net_device, net: net): void {
  current.writes(dev);
  dev.nd_net = net;
}

/** dev_hold(): keeps the device from being freed; unregistering waits for dev_put(). */
export function dev_hold(current: Frame, dev: net_device): void {
  current.writes(dev);
  dev.refcnt++;
}

/** dev_put() */
export function dev_put(current: Frame, dev: net_device): void {
  if (dev.refcnt === 0) throw new EmulatorBug(`dev_put(${dev.name}) without dev_hold()`);
  current.writes(dev);
  dev.refcnt--;
  if (dev.refcnt === 0) dev.released.wake_up();
}
