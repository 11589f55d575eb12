/**
 * Models device_add(), device_del() and device_rename() (drivers/base/core.c): a device's place in sysfs, on its bus and in
 * its class. Left out: device links, firmware nodes, /dev entries.
 */
import { EEXIST, EINVAL, type Frame } from "../kernel/index.ts";
import {
  kernfs_find,
  type kernfs_node,
  sysfs_create_dir,
  sysfs_create_link,
  sysfs_ensure_dir,
  sysfs_remove_dir,
  sysfs_remove_link,
  sysfs_rename_dir,
  sysfs_rename_link,
} from "../vfs/index.ts";
import { busState } from "./bus-state.ts";
import { bus_probe_device, device_release_driver } from "./dd.ts";
import type { device, device_class } from "./device.ts";
import { device_add_attrs } from "./files.ts";
import { module_init } from "./module.ts";
import { kobject_uevent } from "./uevent.ts";

/** driver_init(): the directories that everything else goes into. Once, at boot, after sysfs. */
export function base_init(caller: Frame): void {
  const current = caller.enter("driver_init");
  for (const name of ["devices", "bus", "class"]) sysfs_ensure_dir(current, name);
  module_init(current);
}

/** device_register(): the same as device_add() here, where nothing has to be initialised first. */
export function device_register(current: Frame, dev: device): Promise<number> {
  return device_add(current, dev);
}

/**
 * device_add(): puts the device into sysfs, onto its bus, and offers it to the bus's drivers (taking the device lock).
 * -EEXIST if the name is taken there, -EINVAL if it is empty.
 */
export async function device_add(caller: Frame, dev: device): Promise<number> {
  const current = caller.enter("device_add");
  if (dev.name === "") return -EINVAL;
  dev.ns = dev.class?.namespace?.(dev) ?? null;
  const kobj = sysfs_create_dir(current, parentDir(current, dev), dev.name, { ...(dev.ns === null ? {} : { ns: dev.ns }) });
  if (typeof kobj === "number") return -EEXIST;
  dev.kobj = kobj;
  dev.registered = true;
  device_add_attrs(current, dev, kobj);
  addLinks(current, dev, kobj);
  if (dev.bus !== null) {
    const { devices } = busState(current.kernel, dev.bus);
    current.writes(devices);
    devices.push(dev);
  }
  kobject_uevent(current, dev, "add");
  await bus_probe_device(current, dev);
  return 0;
}

/** device_unregister(): the same as device_del() here, where nothing has to be freed. */
export function device_unregister(caller: Frame, dev: device): Promise<void> {
  return device_del(caller.enter("device_unregister"), dev);
}

/** device_del(): takes its driver away (under the device lock) and then the device out of everything it was in. */
export async function device_del(caller: Frame, dev: device): Promise<void> {
  const { kobj } = dev;
  if (!dev.registered || kobj === null) return;
  const current = caller.enter("device_del");
  dev.registered = false;
  if (dev.class !== null) await sysfs_remove_link(current, classDir(current, dev.class), dev.name, dev.ns);
  if (dev.bus !== null) await bus_remove_device(current, dev);
  kobject_uevent(current, dev, "remove");
  await sysfs_remove_dir(current, kobj);
  dev.kobj = null;
}

async function bus_remove_device(caller: Frame, dev: device): Promise<void> {
  if (dev.bus === null) return;
  const current = caller.enter("bus_remove_device");
  const { devices, devices_kset } = busState(current.kernel, dev.bus);
  await sysfs_remove_link(current, devices_kset, dev.name);
  current.writes(devices);
  devices.splice(devices.indexOf(dev), 1);
  await device_release_driver(current, dev);
}

/**
 * device_rename(): a new name, and the namespace its class says now: called also when only that has changed.
 * -EEXIST if the name is taken there; then nothing has changed.
 */
export function device_rename(caller: Frame, dev: device, new_name: string): number {
  const { kobj } = dev;
  const ns = dev.class?.namespace?.(dev) ?? null;
  if (kobj !== null && kobj.parent !== null) {
    const current = caller.enter("device_rename");
    const moved = sysfs_rename_dir(current, kobj, kobj.parent, new_name, ns);
    if (moved !== 0) return moved;
    if (dev.class !== null) sysfs_rename_link(current, classDir(current, dev.class), dev.name, dev.ns, new_name, ns);
  }
  dev.name = new_name;
  dev.ns = ns;
  return 0;
}

/** get_device_parent(): a device of a class lies in a directory of the class's name below its parent. */
function parentDir(current: Frame, dev: device): kernfs_node {
  const above = dev.parent?.kobj ?? null;
  const cls = dev.class;
  if (cls === null) return above ?? sysfs_ensure_dir(current, "devices");
  return namespacedDir(current, above ?? sysfs_ensure_dir(current, "devices/virtual"), cls);
}

function classDir(current: Frame, cls: device_class): kernfs_node {
  return namespacedDir(current, sysfs_ensure_dir(current, "class"), cls);
}

/** A directory of a class's devices, made at first use. */
function namespacedDir(current: Frame, parent: kernfs_node, cls: device_class): kernfs_node {
  const found = kernfs_find(parent, cls.name);
  if (found !== null) return found;
  const made = sysfs_create_dir(current, parent, cls.name, { tagsChildren: cls.namespace !== undefined });
  return typeof made === "number" ? parent : made;
}

/** The links `subsystem` and `device`, and those to the device from its class or bus. */
function addLinks(current: Frame, dev: device, kobj: kernfs_node): void {
  const above = dev.parent?.kobj ?? null;
  if (dev.class !== null) {
    const dir = classDir(current, dev.class);
    sysfs_create_link(current, kobj, dir, "subsystem");
    if (above !== null) sysfs_create_link(current, kobj, above, "device");
    sysfs_create_link(current, dir, kobj, dev.name, dev.ns);
  }
  if (dev.bus !== null) {
    const { dir, devices_kset } = busState(current.kernel, dev.bus);
    sysfs_create_link(current, kobj, dir, "subsystem");
    sysfs_create_link(current, devices_kset, kobj, dev.name);
  }
}
