/**
 * Models the life of an IB device (core/device.c): ib_register_device(), ib_unregister_device(), ib_dealloc_device(), the
 * move to another namespace and renaming. Registration makes a device visible under devices_rwsem for write and tells the
 * clients under the same semaphore for read; its end is fenced by the device's unregistration_lock and waits until nobody
 * holds a reference.
 * Left out: rdma cgroups, counters, security (LSM) hooks, completion queue pools.
 */
import { device_add, device_del, device_rename, kobject_uevent } from "../../base/index.ts";
import {
  down_read,
  down_write,
  downgrade_write,
  EEXIST,
  ENFILE,
  ENODEV,
  type Frame,
  mutex_lock,
  mutex_unlock,
  queue_work,
  up_read,
  up_write,
  WARN_ON,
  wait_for_completion,
  work_struct,
} from "../../kernel/index.ts";
import { type net, net_eq } from "../../net/index.ts";
import { ib_cache_cleanup_one, ib_cache_setup_one } from "./cache.ts";
import { add_client_context, remove_client_context } from "./client.ts";
import { add_compat_devs, rdma_init_coredev, remove_compat_devs, rename_compat_devs } from "./compat.ts";
import { type IbDeviceAttributes, ib_device, type ib_device_ops, ib_device_put, statics } from "./device.ts";
import { free_netdevs } from "./netdev.ts";
import { ib_setup_port_attrs } from "./sysfs.ts";

/** ib_alloc_device(): a device in init_net that nobody knows yet. */
export function ib_alloc_device(caller: Frame, ops: ib_device_ops, attrs: IbDeviceAttributes): ib_device {
  const current = caller.enter("_ib_alloc_device");
  return new ib_device(current.kernel, ops, (self, net) => rdma_init_coredev(current, self, net), attrs);
}

/** ib_dealloc_device(): the name and the index become free. Takes devices_rwsem for write. */
export async function ib_dealloc_device(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("ib_dealloc_device");
  const { devices_rwsem, devices } = statics(current.kernel);
  dev.ops.dealloc_driver?.(current, dev);
  free_netdevs(current, dev);
  await down_write(current, devices_rwsem);
  if (devices.get(dev.index) === dev) devices.delete(dev.index);
  up_write(current, devices_rwsem);
}

/** ib_register_device(): `name` may hold one %d for the lowest free number. -ENFILE if the name is taken. */
export async function ib_register_device(caller: Frame, dev: ib_device, name: string): Promise<number> {
  const current = caller.enter("ib_register_device");
  const error = await assign_name(current, dev, name);
  if (error !== 0) return error;
  await ib_cache_setup_one(current, dev);
  const ret = await device_add(current, dev.coredev.dev);
  if (ret !== 0) {
    await ib_cache_cleanup_one(current, dev);
    return ret;
  }
  ib_setup_port_attrs(current, dev, dev.coredev.dev);
  const enabled = await enable_device_and_get(current, dev);
  if (enabled === 0) kobject_uevent(current, dev.coredev.dev, "add");
  ib_device_put(current, dev);
  if (enabled !== 0) {
    await __ib_unregister_device(current, dev);
    return enabled;
  }
  tell(current, "ib_register_device", dev);
  return 0;
}

/** ib_unregister_device(): when it returns nobody uses the device any more. Takes unregistration_lock. */
export async function ib_unregister_device(caller: Frame, dev: ib_device): Promise<void> {
  await __ib_unregister_device(caller.enter("ib_unregister_device"), dev);
}

/** ib_unregister_device_and_put(): for who has a reference, which is dropped, and is not the driver. */
export async function ib_unregister_device_and_put(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("ib_unregister_device_and_put");
  ib_device_put(current, dev);
  await __ib_unregister_device(current, dev);
}

/** ib_unregister_device_queued(): for where nobody may wait, such as under rtnl_mutex; a work item does it. */
export function ib_unregister_device_queued(caller: Frame, dev: ib_device): void {
  const current = caller.enter("ib_unregister_device_queued");
  WARN_ON(current, dev.ops.dealloc_driver === undefined, `WARNING: ${dev.name} cannot be unregistered from a work item`);
  const work = new work_struct("ib_unregister_work", (worker) => __ib_unregister_device(worker.enter("ib_unregister_work"), dev));
  queue_work(current, statics(current.kernel).unregistration_wq, work);
}

/** ib_unregister_driver(): unregisters every device of a driver. Takes devices_rwsem for read, not across the removal. */
export async function ib_unregister_driver(caller: Frame, driver_id: number): Promise<void> {
  const current = caller.enter("ib_unregister_driver");
  const { devices_rwsem, devices } = statics(current.kernel);
  await down_read(current, devices_rwsem);
  for (const dev of [...devices.values()]) {
    if (dev.ops.driver_id !== driver_id) continue;
    up_read(current, devices_rwsem);
    await __ib_unregister_device(current, dev);
    await down_read(current, devices_rwsem);
  }
  up_read(current, devices_rwsem);
}

/** Fenced by unregistration_lock: whoever comes second finds it done. */
async function __ib_unregister_device(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("__ib_unregister_device");
  await mutex_lock(current, dev.unregistration_lock);
  if (dev.refcount !== 0) {
    await disable_device(current, dev);
    free_netdevs(current, dev);
    await device_del(current, dev.coredev.dev);
    await ib_cache_cleanup_one(current, dev);
    tell(current, "ib_unregister_device", dev);
    if (dev.ops.dealloc_driver !== undefined) await ib_dealloc_device(current, dev);
  }
  mutex_unlock(current, dev.unregistration_lock);
}

/** Takes devices_rwsem for write. */
async function assign_name(caller: Frame, dev: ib_device, pattern: string): Promise<number> {
  const current = caller.enter("assign_name");
  const s = statics(current.kernel);
  await down_write(current, s.devices_rwsem);
  const taken = new Set([...s.devices.values()].map((other) => other.name));
  const name = pattern.includes("%d") ? alloc_name(pattern, taken) : pattern;
  if (taken.has(name)) {
    up_write(current, s.devices_rwsem);
    return -ENFILE;
  }
  dev.name = name;
  dev.coredev.dev.name = name;
  dev.index = s.next_index++;
  s.devices.set(dev.index, dev);
  up_write(current, s.devices_rwsem);
  return 0;
}

/** The pattern with the lowest number that is free. */
function alloc_name(pattern: string, taken: ReadonlySet<string>): string {
  for (let i = 0; ; i++) {
    const name = pattern.replace("%d", String(i));
    if (!taken.has(name)) return name;
  }
}

/** Makes the device visible, adds the clients and the compatibility devices. Returns with a reference held, also on error. */
async function enable_device_and_get(caller: Frame, dev: ib_device): Promise<number> {
  const current = caller.enter("enable_device_and_get");
  const s = statics(current.kernel);
  dev.refcount = 2;
  await down_write(current, s.devices_rwsem);
  dev.registered = true;
  // From here on nobody can hide the device again before the clients know it.
  downgrade_write(current, s.devices_rwsem);
  const ret = (await dev.ops.enable_driver?.(current, dev)) ?? 0;
  if (ret === 0) {
    await down_read(current, s.clients_rwsem);
    for (const client of [...s.clients.values()]) if (client.registered) await add_client_context(current, dev, client);
    up_read(current, s.clients_rwsem);
    await add_compat_devs(current, dev);
  }
  up_read(current, s.devices_rwsem);
  return ret;
}

/** Hides the device, removes the clients (last one first), waits for references, removes the compatibility devices. */
async function disable_device(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("disable_device");
  const s = statics(current.kernel);
  await down_write(current, s.devices_rwsem);
  dev.registered = false;
  up_write(current, s.devices_rwsem);
  await down_read(current, s.clients_rwsem);
  let cid = s.highest_client_id;
  up_read(current, s.clients_rwsem);
  while (cid > 0) await remove_client_context(current, dev, --cid);
  ib_device_put(current, dev);
  await wait_for_completion(current, dev.unreg_completion);
  await remove_compat_devs(current, dev);
}

/** rdma_dev_change_netns(): takes the device out of `cur_net` and into `net`. -ENODEV if it is not there any more. */
export async function rdma_dev_change_netns(caller: Frame, dev: ib_device, cur_net: net, net: net): Promise<number> {
  const current = caller.enter("rdma_dev_change_netns");
  const { devices_rwsem } = statics(current.kernel);
  await mutex_lock(current, dev.unregistration_lock);
  if (dev.refcount === 0 || !net_eq(cur_net, dev.coredev.rdma_net)) {
    mutex_unlock(current, dev.unregistration_lock);
    return -ENODEV;
  }
  kobject_uevent(current, dev.coredev.dev, "remove");
  await disable_device(current, dev);
  current.writes(dev);
  dev.coredev.rdma_net = net;
  await down_read(current, devices_rwsem);
  device_rename(current, dev.coredev.dev, dev.name);
  up_read(current, devices_rwsem);
  await enable_device_and_get(current, dev);
  kobject_uevent(current, dev.coredev.dev, "add");
  ib_device_put(current, dev);
  mutex_unlock(current, dev.unregistration_lock);
  return 0;
}

/** ib_device_rename(): -EEXIST if another device has the name. Clients are told. */
export async function ib_device_rename(caller: Frame, dev: ib_device, name: string): Promise<number> {
  const current = caller.enter("ib_device_rename");
  const s = statics(current.kernel);
  await down_write(current, s.devices_rwsem);
  if (name === dev.name) {
    up_write(current, s.devices_rwsem);
    return 0;
  }
  if ([...s.devices.values()].some((other) => other.name === name)) {
    up_write(current, s.devices_rwsem);
    return -EEXIST;
  }
  device_rename(current, dev.coredev.dev, name);
  dev.name = name;
  await rename_compat_devs(current, dev);
  downgrade_write(current, s.devices_rwsem);
  await down_read(current, dev.client_data_rwsem);
  for (const [id, entry] of dev.client_data) if (entry.registered) s.clients.get(id)?.ops.rename?.(current, dev, entry.data);
  up_read(current, dev.client_data_rwsem);
  up_read(current, s.devices_rwsem);
  return 0;
}

function tell(current: Frame, name: string, dev: ib_device): void {
  const { events } = current.kernel;
  if (events.wants.subsystem)
    events.emit({ type: "subsystem", room: "ib", name, frame: current, data: { device: dev.name, index: dev.index } });
}
