/**
 * Models how ib_core knows which netdev stands behind a port (core/device.c): a driver is asked (get_netdev), or has named
 * it once (ib_device_set_netdev).
 */
import type { Frame } from "../../kernel/index.ts";
import { dev_hold, dev_put, type net_device } from "../../net/index.ts";
import { type ib_device, ib_device_try_get, statics } from "./device.ts";

/** ib_device_set_netdev(): from now on the device holds a reference on the port's netdev; null lets it go. */
export function ib_device_set_netdev(caller: Frame, dev: ib_device, ndev: net_device | null, port: number): number {
  const current = caller.enter("ib_device_set_netdev");
  const old = dev.port_netdevs.get(port) ?? null;
  if (old === ndev) return 0;
  current.writes(dev.port_netdevs);
  if (ndev === null) dev.port_netdevs.delete(port);
  else {
    dev_hold(current, ndev);
    dev.port_netdevs.set(port, ndev);
  }
  if (old !== null) dev_put(current, old);
  return 0;
}

/** free_netdevs(): lets all netdevs of the device go. */
export function free_netdevs(caller: Frame, dev: ib_device): void {
  const current = caller.enter("free_netdevs");
  for (const port of [...dev.port_netdevs.keys()]) ib_device_set_netdev(current, dev, null, port);
}

/** ib_device_get_netdev(): the netdev of a port with a reference, or null: none, or one that is being unregistered. */
export function ib_device_get_netdev(caller: Frame, dev: ib_device, port: number): net_device | null {
  const current = caller.enter("ib_device_get_netdev");
  const ndev = dev.ops.get_netdev === undefined ? namedNetdev(current, dev, port) : dev.ops.get_netdev(current, dev, port);
  if (ndev === null || ndev.reg_state === "NETREG_REGISTERED") return ndev;
  dev_put(current, ndev);
  return null;
}

function namedNetdev(current: Frame, dev: ib_device, port: number): net_device | null {
  current.reads(dev.port_netdevs);
  const ndev = dev.port_netdevs.get(port) ?? null;
  if (ndev !== null) dev_hold(current, ndev);
  return ndev;
}

/** ib_device_get_by_netdev(): the registered device that a driver has put on a netdev, with a reference. Takes no lock. */
export function ib_device_get_by_netdev(caller: Frame, ndev: net_device, driver_id: number): ib_device | null {
  const current = caller.enter("ib_device_get_by_netdev");
  for (const dev of statics(current.kernel).devices.values()) {
    if (dev.ops.driver_id !== driver_id) continue;
    current.reads(dev.port_netdevs);
    if ([...dev.port_netdevs.values()].includes(ndev) && ib_device_try_get(current, dev)) return dev;
  }
  return null;
}
