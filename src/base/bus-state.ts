/** What the kernel keeps of each registered bus (struct subsys_private of drivers/base/base.h). */
import { EmulatorBug, type Frame, type Kernel, staticData } from "../kernel/index.ts";
import type { kernfs_node } from "../vfs/index.ts";
import type { bus_type, device, device_driver } from "./device.ts";

/** struct subsys_private */
export interface BusState {
  readonly devices: device[];
  readonly drivers: device_driver[];
  readonly dir: kernfs_node;
  /** /sys/bus/NAME/devices */
  readonly devices_kset: kernfs_node;
  readonly driverDirs: Map<device_driver, kernfs_node>;
  /** drivers_autoprobe */
  autoprobe: boolean;
}

const buses = staticData(() => new Map<bus_type, BusState>());

export function busState(kernel: Kernel, bus: bus_type): BusState {
  const state = buses(kernel).get(bus);
  if (state === undefined) throw new EmulatorBug(`bus ${bus.name} is not registered`);
  return state;
}

export function addBus(kernel: Kernel, bus: bus_type, state: BusState): void {
  buses(kernel).set(bus, state);
}

export function removeBus(kernel: Kernel, bus: bus_type): void {
  buses(kernel).delete(bus);
}

/** bus_for_each_dev(): a copy of the list, in order of registration. */
export function bus_for_each_dev(current: Frame, bus: bus_type): readonly device[] {
  const { devices } = busState(current.kernel, bus);
  current.reads(devices);
  return [...devices];
}

/** The driver's directory in sysfs, for the links to its devices. */
export function driverDir(kernel: Kernel, drv: device_driver): kernfs_node | null {
  return busState(kernel, drv.bus).driverDirs.get(drv) ?? null;
}
