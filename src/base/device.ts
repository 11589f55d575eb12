/**
 * Models struct device, bus_type, device_driver and class of drivers/base (include/linux/device.h), as data. What binds
 * them is in bus.ts and dd.ts, what user space sees of them in attributes.ts.
 * Left out: reference counts (the machine's garbage collector frees), deferred and asynchronous probing, power management.
 */
import { type Frame, type Kernel, lockdep_set_novalidate_class, type module, mutex, mutex_lock, mutex_unlock } from "../kernel/index.ts";
import type { Attribute, kernfs_node } from "../vfs/index.ts";

/** A file of a device, driver or bus in sysfs; its handlers run in the task that reads or writes. */
export type device_attribute = Attribute;

export interface bus_type {
  readonly name: string;
  match(dev: device, drv: device_driver): boolean;
  /** Called with the device lock held. Without it the driver's own probe is called. */
  probe?(current: Frame, dev: device): Promise<number>;
  remove?(current: Frame, dev: device): Promise<void>;
  /** Adds to the lines of the `uevent` file. */
  uevent?(dev: device): Readonly<Record<string, string>>;
  /** Files of every device on this bus. */
  readonly dev_attrs?: (dev: device) => readonly device_attribute[];
  /** Files of the bus itself, such as netdevsim's new_device. */
  readonly bus_attrs?: readonly device_attribute[];
}

export interface device_driver {
  readonly name: string;
  readonly bus: bus_type;
  /** The module that it comes from, if it comes from one. */
  readonly owner?: module;
  /** Files of its own beside bind, unbind and uevent (struct attribute_group **groups). */
  readonly drv_attrs?: readonly device_attribute[];
  /** 0 or a negative errno. Called with the device lock held, if the bus has no probe of its own. */
  probe?(current: Frame, dev: device): Promise<number>;
  remove?(current: Frame, dev: device): Promise<void>;
}

/** struct class: /sys/class/NAME holds a link to each of its devices. */
export interface device_class {
  readonly name: string;
  /** Adds to the lines of the `uevent` file. */
  uevent?(dev: device): Readonly<Record<string, string>>;
  /** The namespace in which alone the device's directory is seen; without it, it is seen everywhere. */
  namespace?(dev: device): object;
}

export interface DeviceOptions {
  readonly parent?: device | null;
  readonly bus?: bus_type | null;
  readonly class?: device_class | null;
  readonly attributes?: readonly device_attribute[];
}

export class device {
  name: string;
  readonly parent: device | null;
  readonly bus: bus_type | null;
  readonly class: device_class | null;
  readonly attributes: readonly device_attribute[];
  /** The device lock: held around probe and remove, and by whoever must keep the driver bound. */
  readonly mutex: mutex;
  driver: device_driver | null = null;
  driver_data: unknown = null;
  /** Its directory below /sys/devices; null until device_add(). */
  kobj: kernfs_node | null = null;
  /** @internal the tag under which kobj is seen, where its class has namespaces */
  ns: object | null = null;
  /** device_add() has been called, device_del() has not. */
  registered = false;

  constructor(kernel: Kernel, name: string, options: DeviceOptions = {}) {
    this.name = name;
    this.parent = options.parent ?? null;
    this.bus = options.bus ?? null;
    this.class = options.class ?? null;
    this.attributes = options.attributes ?? [];
    this.mutex = new mutex(kernel, "&dev->mutex");
    lockdep_set_novalidate_class(this.mutex);
  }
}

export function device_lock(current: Frame, dev: device): Promise<number> {
  return mutex_lock(current, dev.mutex);
}

export function device_unlock(current: Frame, dev: device): void {
  mutex_unlock(current, dev.mutex);
}

export function dev_name(dev: device): string {
  return dev.name;
}

/** dev_driver_string(): the driver's name, else the bus's, else the class's. */
export function dev_driver_string(dev: device): string {
  return dev.driver?.name ?? dev.bus?.name ?? dev.class?.name ?? "";
}

export function dev_get_drvdata(dev: device): unknown {
  return dev.driver_data;
}

export function dev_set_drvdata(dev: device, data: unknown): void {
  dev.driver_data = data;
}
