/**
 * Models drivers/base/bus.c and driver.c: buses with their devices and drivers, registration of drivers, and the sysfs
 * files that bind and unbind by hand. A write to one of those runs in the writing task and returns the kernel's errno.
 */
import { EBUSY, EINVAL, ENODEV, type Frame } from "../kernel/index.ts";
import { sysfs_ensure_dir, sysfs_remove_dir, sysfs_remove_file } from "../vfs/index.ts";
import { addBus, type BusState, bus_for_each_dev, busState, removeBus } from "./bus-state.ts";
import { device_driver_attach, device_driver_detach, driver_attach, driver_detach } from "./dd.ts";
import type { bus_type, device, device_attribute, device_driver } from "./device.ts";
import { addFiles } from "./files.ts";
import { module_add_driver, module_remove_driver } from "./module.ts";

/** bus_register(): makes /sys/bus/NAME. Once for each bus. */
export function bus_register(caller: Frame, bus: bus_type): number {
  const current = caller.enter("bus_register");
  const dir = sysfs_ensure_dir(current, `bus/${bus.name}`);
  const devices_kset = sysfs_ensure_dir(current, `bus/${bus.name}/devices`);
  sysfs_ensure_dir(current, `bus/${bus.name}/drivers`);
  const state: BusState = { devices: [], drivers: [], dir, devices_kset, driverDirs: new Map(), autoprobe: true };
  addBus(current.kernel, bus, state);
  addFiles(current, dir, [...busFiles(bus, state), ...(bus.bus_attrs ?? [])]);
  return 0;
}

/** bus_unregister(): takes /sys/bus/NAME away. No device and no driver may be left on it. */
export async function bus_unregister(caller: Frame, bus: bus_type): Promise<void> {
  const current = caller.enter("bus_unregister");
  const { dir } = busState(current.kernel, bus);
  removeBus(current.kernel, bus);
  await sysfs_remove_dir(current, dir);
}

function busFiles(bus: bus_type, state: BusState): readonly device_attribute[] {
  return [
    {
      name: "drivers_autoprobe",
      mode: 0o644,
      show: () => `${state.autoprobe ? 1 : 0}\n`,
      store: async (_current, buf) => {
        state.autoprobe = !buf.startsWith("0");
        return buf.length;
      },
    },
    {
      name: "drivers_probe",
      mode: 0o200,
      store: async (caller, buf) => {
        const current = caller.enter("drivers_probe_store");
        const dev = bus_find_device_by_name(current, bus, buf);
        if (dev === null) return -ENODEV;
        for (const drv of state.drivers) if (dev.driver === null && bus.match(dev, drv)) await device_driver_attach(current, drv, dev);
        return dev.driver === null ? -EINVAL : buf.length;
      },
    },
    { name: "uevent", mode: 0o200, store: async (_current, buf) => buf.length },
  ];
}

/** bus_find_device_by_name(): `name` may end in a newline, as what is written to sysfs does (sysfs_streq). */
export function bus_find_device_by_name(current: Frame, bus: bus_type, name: string): device | null {
  const wanted = name.endsWith("\n") ? name.slice(0, -1) : name;
  return bus_for_each_dev(current, bus).find((dev) => dev.name === wanted) ?? null;
}

/** driver_register(): -EBUSY if a driver of that name is on the bus. Probes every device that it matches. */
export async function driver_register(caller: Frame, drv: device_driver): Promise<number> {
  const current = caller.enter("driver_register");
  const state = busState(current.kernel, drv.bus);
  if (state.drivers.some((other) => other.name === drv.name)) return -EBUSY;
  const frame = current.enter("bus_add_driver");
  const dir = sysfs_ensure_dir(frame, `bus/${drv.bus.name}/drivers/${drv.name}`);
  state.driverDirs.set(drv, dir);
  frame.writes(state.drivers);
  state.drivers.push(drv);
  if (state.autoprobe) await driver_attach(frame, drv);
  if (drv.owner !== undefined) module_add_driver(frame, drv.owner, drv, dir);
  addFiles(frame, dir, driverFiles(drv));
  return 0;
}

/** driver_unregister(): releases every device that the driver has. (A tail call: it leaves no frame of its own.) */
export async function driver_unregister(caller: Frame, drv: device_driver): Promise<void> {
  const current = caller.enter("bus_remove_driver");
  const state = busState(current.kernel, drv.bus);
  const at = state.drivers.indexOf(drv);
  const dir = state.driverDirs.get(drv);
  if (at < 0 || dir === undefined) return;
  // remove_bind_files() comes first, and waits for who is writing to one of them.
  for (const { name } of driverFiles(drv)) await sysfs_remove_file(current, dir, name);
  await driver_detach(current, drv);
  if (drv.owner !== undefined) await module_remove_driver(current, drv.owner, drv, dir);
  current.writes(state.drivers);
  state.drivers.splice(state.drivers.indexOf(drv), 1);
  state.driverDirs.delete(drv);
  await sysfs_remove_dir(current, dir);
}

function driverFiles(drv: device_driver): readonly device_attribute[] {
  const { bus } = drv;
  return [
    {
      name: "bind",
      mode: 0o200,
      store: async (caller, buf) => {
        const current = caller.enter("bind_store");
        const dev = bus_find_device_by_name(current, bus, buf);
        if (dev === null || dev.driver !== null || !bus.match(dev, drv)) return -ENODEV;
        await device_driver_attach(current, drv, dev);
        return dev.driver === drv ? buf.length : -ENODEV;
      },
    },
    {
      name: "unbind",
      mode: 0o200,
      store: async (caller, buf) => {
        const current = caller.enter("unbind_store");
        const dev = bus_find_device_by_name(current, bus, buf);
        if (dev === null || dev.driver !== drv) return -ENODEV;
        await device_driver_detach(current, dev);
        return buf.length;
      },
    },
    { name: "uevent", mode: 0o200, store: async (_current, buf) => buf.length },
    ...(drv.drv_attrs ?? []),
  ];
}
