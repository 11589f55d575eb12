/**
 * Models compatibility devices (core/device.c): in shared mode every namespace sees every IB device, and sysfs shows it
 * there through a device of its own, one for each pair of IB device and namespace.
 */
import { dev_set_drvdata, device, device_add, device_del, device_rename } from "../../base/index.ts";
import { down_read, down_write, EBUSY, type Frame, mutex_lock, mutex_unlock, up_read, up_write } from "../../kernel/index.ts";
import { type net, net_eq } from "../../net/index.ts";
import { type ib_core_device, type ib_device, statics } from "./device.ts";
import type { rdma_dev_net } from "./netns.ts";
import { ib_class, ib_setup_port_attrs, ibDeviceAttributes } from "./sysfs.ts";

/** rdma_init_coredev(): what stands for a device in one namespace; not in sysfs yet. */
export function rdma_init_coredev(current: Frame, ibdev: ib_device, rdma_net: net): ib_core_device {
  const dev = new device(current.kernel, ibdev.name, { parent: ibdev.parent, class: ib_class, attributes: ibDeviceAttributes(ibdev) });
  const coredev: ib_core_device = { dev, rdma_net };
  dev_set_drvdata(dev, coredev);
  return coredev;
}

/** rdma_dev_access_netns(): whether a namespace may use the device: every one in shared mode, else its own only. */
export function rdma_dev_access_netns(current: Frame, dev: ib_device, net: net): boolean {
  return statics(current.kernel).ib_devices_shared_netns || net_eq(dev.coredev.rdma_net, net);
}

/** Adds the device to one namespace. Caller holds devices_rwsem and rdma_nets_rwsem for read. Takes compat_devs_mutex. */
export async function add_one_compat_dev(caller: Frame, dev: ib_device, rnet: rdma_dev_net): Promise<number> {
  const current = caller.enter("add_one_compat_dev");
  if (!statics(current.kernel).ib_devices_shared_netns) return 0;
  if (net_eq(rnet.net, dev.coredev.rdma_net)) return 0;
  await mutex_lock(current, dev.compat_devs_mutex);
  let ret = 0;
  if (!dev.compat_devs.has(rnet.id)) {
    const cdev = rdma_init_coredev(current, dev, rnet.net);
    ret = await device_add(current, cdev.dev);
    if (ret === 0) {
      ib_setup_port_attrs(current, dev, cdev.dev);
      dev.compat_devs.set(rnet.id, cdev);
    }
  }
  mutex_unlock(current, dev.compat_devs_mutex);
  return ret;
}

/** Removes the device from one namespace. Takes compat_devs_mutex. */
export async function remove_one_compat_dev(caller: Frame, dev: ib_device, id: number): Promise<void> {
  const current = caller.enter("remove_one_compat_dev");
  await mutex_lock(current, dev.compat_devs_mutex);
  const cdev = dev.compat_devs.get(id);
  dev.compat_devs.delete(id);
  mutex_unlock(current, dev.compat_devs_mutex);
  if (cdev !== undefined) await device_del(current, cdev.dev);
}

/** Adds the device to all namespaces. Caller holds devices_rwsem for read. Takes rdma_nets_rwsem for read. */
export async function add_compat_devs(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("add_compat_devs");
  const { rdma_nets_rwsem, rdma_nets } = statics(current.kernel);
  await down_read(current, rdma_nets_rwsem);
  for (const rnet of rdma_nets.values()) {
    if (rnet !== null && (await add_one_compat_dev(current, dev, rnet)) !== 0) break;
  }
  up_read(current, rdma_nets_rwsem);
}

export async function remove_compat_devs(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("remove_compat_devs");
  for (const id of [...dev.compat_devs.keys()]) await remove_one_compat_dev(current, dev, id);
}

/** Takes compat_devs_mutex; the caller has given the device its new name. */
export async function rename_compat_devs(caller: Frame, dev: ib_device): Promise<void> {
  const current = caller.enter("rename_compat_devs");
  await mutex_lock(current, dev.compat_devs_mutex);
  for (const cdev of dev.compat_devs.values()) device_rename(current, cdev.dev, dev.name);
  mutex_unlock(current, dev.compat_devs_mutex);
}

/** rdma_compatdev_set(): shared or exclusive mode. -EBUSY while any other namespace than the first exists. */
export async function rdma_compatdev_set(caller: Frame, shared: boolean): Promise<number> {
  const current = caller.enter("rdma_compatdev_set");
  const s = statics(current.kernel);
  await down_write(current, s.rdma_nets_rwsem);
  if (s.ib_devices_shared_netns === shared) {
    up_write(current, s.rdma_nets_rwsem);
    return 0;
  }
  const busy = [...s.rdma_nets.values()].some((rnet) => rnet !== null);
  if (!busy) s.ib_devices_shared_netns = shared;
  up_write(current, s.rdma_nets_rwsem);
  if (busy) return -EBUSY;
  await down_read(current, s.devices_rwsem);
  for (const dev of s.devices.values()) {
    if (!dev.registered) continue;
    if (shared) await add_compat_devs(current, dev);
    else await remove_compat_devs(current, dev);
  }
  up_read(current, s.devices_rwsem);
  return 0;
}
