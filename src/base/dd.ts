/**
 * Models drivers/base/dd.c: binding devices and drivers. Probe and remove run under the device lock.
 * Left out: deferred and asynchronous probing, and locking the parent (no bus here asks for it). A probe that fails
 * leaves the device without driver and is otherwise only logged, as in kernels before v5.13.
 */
import { ENODEV, ENXIO, type Frame, KERN_WARNING, printk } from "../kernel/index.ts";
import { sysfs_create_link, sysfs_remove_link } from "../vfs/index.ts";
import { bus_for_each_dev, busState, driverDir } from "./bus-state.ts";
import { type device, type device_driver, device_lock, device_unlock } from "./device.ts";
import { kobject_uevent } from "./uevent.ts";

/** device_initial_probe(): offers a new device to the drivers of its bus, until one takes it. Takes the device lock. */
export async function bus_probe_device(caller: Frame, dev: device): Promise<void> {
  const { bus } = dev;
  if (bus === null || !busState(caller.kernel, bus).autoprobe) return;
  const current = caller.enter("bus_probe_device").enter("__device_attach");
  await device_lock(current, dev);
  const frame = current.enter("bus_for_each_drv");
  for (const drv of [...busState(current.kernel, bus).drivers]) {
    if (dev.driver !== null) break;
    if (bus.match(dev, drv)) await driver_probe_device(frame, drv, dev);
  }
  device_unlock(current, dev);
}

/** driver_attach(): offers a new driver every device of its bus that has none. Takes each device lock in turn. */
export async function driver_attach(caller: Frame, drv: device_driver): Promise<void> {
  const current = caller.enter("driver_attach").enter("bus_for_each_dev");
  for (const dev of bus_for_each_dev(current, drv.bus)) {
    if (drv.bus.match(dev, drv)) await device_driver_attach(current.enter("__driver_attach"), drv, dev);
  }
}

/** device_driver_attach(): binds one device, unless it has a driver or is gone. Takes the device lock. */
export async function device_driver_attach(caller: Frame, drv: device_driver, dev: device): Promise<void> {
  const current = caller.enter("device_driver_attach");
  await device_lock(current, dev);
  if (dev.registered && dev.driver === null) await driver_probe_device(current, drv, dev);
  device_unlock(current, dev);
}

/** driver_probe_device(): the caller holds the device lock. */
async function driver_probe_device(caller: Frame, drv: device_driver, dev: device): Promise<void> {
  const current = caller.enter("driver_probe_device").enter("really_probe");
  const { kernel } = current;
  current.writes(dev);
  dev.driver = drv;
  linkDriver(current, drv, dev);
  const ret = dev.bus?.probe !== undefined ? await dev.bus.probe(current, dev) : ((await drv.probe?.(current, dev)) ?? 0);
  if (ret === 0) {
    kobject_uevent(current, dev, "bind");
    return;
  }
  await unlinkDriver(current, drv, dev);
  dev.driver = null;
  dev.driver_data = null;
  if (ret !== -ENODEV && ret !== -ENXIO) printk(kernel, KERN_WARNING, `${drv.name}: probe of ${dev.name} failed with error ${ret}`);
}

/** device_driver_detach(): what `unbind` does. Takes the device lock. */
export async function device_driver_detach(caller: Frame, dev: device): Promise<void> {
  await releaseLocked(caller.enter("device_driver_detach"), dev);
}

/** device_release_driver(): takes the device lock. */
export async function device_release_driver(caller: Frame, dev: device): Promise<void> {
  await releaseLocked(caller.enter("device_release_driver"), dev);
}

/** driver_detach(): from every device that the driver has, the last one first. */
export async function driver_detach(caller: Frame, drv: device_driver): Promise<void> {
  const current = caller.enter("driver_detach");
  for (const dev of bus_for_each_dev(current, drv.bus).toReversed()) if (dev.driver === drv) await releaseLocked(current, dev);
}

async function releaseLocked(current: Frame, dev: device): Promise<void> {
  await device_lock(current, dev);
  await __device_release_driver(current, dev);
  device_unlock(current, dev);
}

async function __device_release_driver(caller: Frame, dev: device): Promise<void> {
  const drv = dev.driver;
  if (drv === null) return;
  const current = caller.enter("__device_release_driver");
  await unlinkDriver(current, drv, dev);
  if (dev.bus?.remove !== undefined) await dev.bus.remove(current, dev);
  else await drv.remove?.(current, dev);
  current.writes(dev);
  dev.driver = null;
  dev.driver_data = null;
  kobject_uevent(current, dev, "unbind");
}

/** driver_sysfs_add(): links from each to the other. */
function linkDriver(current: Frame, drv: device_driver, dev: device): void {
  const dir = driverDir(current.kernel, drv);
  if (dir === null || dev.kobj === null) return;
  sysfs_create_link(current, dir, dev.kobj, dev.name);
  sysfs_create_link(current, dev.kobj, dir, "driver");
}

async function unlinkDriver(current: Frame, drv: device_driver, dev: device): Promise<void> {
  const dir = driverDir(current.kernel, drv);
  if (dir === null || dev.kobj === null) return;
  await sysfs_remove_link(current, dir, dev.name);
  await sysfs_remove_link(current, dev.kobj, "driver");
}
