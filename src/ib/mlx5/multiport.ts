/**
 * Models multiport RoCE of hw/mlx5/main.c: one IB device (the master's) with a port for each of several functions. A slave
 * function has no IB device; it is bound to a port of its master's, or waits in a list until the master comes. Everything
 * runs under mlx5_ib_multiport_mutex, also the (un)registration of a port's netdev notifier: in the global way
 * pernet_ops_rwsem nests inside it.
 * Left out: congestion debugfs, events of the slave's firmware.
 */

import { dev_err } from "../../base/index.ts";
import {
  type mlx5_core_dev,
  mlx5_core_is_mp_master,
  mlx5_core_native_port_num,
  mlx5_nic_vport_affiliate_multiport,
  mlx5_nic_vport_disable_roce,
  mlx5_nic_vport_enable_roce,
  mlx5_nic_vport_unaffiliate_multiport,
  mlx5_query_nic_vport_system_image_guid,
} from "../../core/index.ts";
import { type Frame, mutex_lock, mutex_unlock, wait_for_completion } from "../../kernel/index.ts";
import { IB_PORT_DOWN } from "../core/device.ts";
import { rdma_roce_rescan_device } from "../core/roce-gid-mgmt.ts";
import { type mlx5_ib_dev, mlx5_ib_multiport_info, portAt, statics } from "./mlx5_ib.ts";
import { notifierOf } from "./notifier.ts";

/** mlx5_ib_bind_slave_port(): true if the slave now serves its port. Caller holds mlx5_ib_multiport_mutex. */
async function mlx5_ib_bind_slave_port(caller: Frame, ibdev: mlx5_ib_dev, mpi: mlx5_ib_multiport_info): Promise<boolean> {
  const current = caller.enter("mlx5_ib_bind_slave_port");
  const port_num = mlx5_core_native_port_num(mpi.mdev) - 1;
  const port = portAt(ibdev, port_num);
  current.writes(port);
  if (port.mp.mpi !== null) return false;
  port.mp.mpi = mpi;
  mpi.ibdev = ibdev;
  let err = await mlx5_nic_vport_affiliate_multiport(current);
  if (err === 0) {
    err = await notifierOf(current).add(current, ibdev, port_num);
    if (err !== 0) dev_err(current.kernel, mpi.mdev.device, `failed adding netdev notifier for port ${port_num + 1}`);
  }
  if (err === 0) return true;
  await mlx5_ib_unbind_slave_port(current, ibdev, mpi);
  return false;
}

/** mlx5_ib_unbind_slave_port(): the port has no function any more. Waits for those who look at it. Lock as above. */
async function mlx5_ib_unbind_slave_port(caller: Frame, ibdev: mlx5_ib_dev, mpi: mlx5_ib_multiport_info): Promise<void> {
  const current = caller.enter("mlx5_ib_unbind_slave_port");
  const port_num = mlx5_core_native_port_num(mpi.mdev) - 1;
  const port = portAt(ibdev, port_num);
  if (mpi.ibdev === null) return;
  current.writes(port);
  mpi.ibdev = null;
  await notifierOf(current).remove(current, ibdev, port_num);
  if (mpi.mdev_refcnt > 0) {
    mpi.unaffiliate = true;
    for (let users = mpi.mdev_refcnt; users > 0; users--) await wait_for_completion(current, mpi.unref_comp);
    mpi.unaffiliate = false;
  }
  port.mp.mpi = null;
  await mlx5_nic_vport_unaffiliate_multiport(current);
  port.roce.last_port_state = IB_PORT_DOWN;
}

/** mlx5_ib_init_multiport_master(): takes in the slaves that wait. No-op for a function that is no master. */
export async function mlx5_ib_init_multiport_master(caller: Frame, dev: mlx5_ib_dev): Promise<number> {
  if (!mlx5_core_is_mp_master(dev.mdev)) return 0;
  const current = caller.enter("mlx5_ib_init_multiport_master");
  const s = statics(current.kernel);
  dev.sys_image_guid = await mlx5_query_nic_vport_system_image_guid(current, dev.mdev);
  const err = await mlx5_nic_vport_enable_roce(current, dev.mdev);
  if (err !== 0) return err;
  await mutex_lock(current, s.mlx5_ib_multiport_mutex);
  const own = portAt(dev, mlx5_core_native_port_num(dev.mdev) - 1);
  own.mp.mpi = new mlx5_ib_multiport_info(dev.mdev, dev.sys_image_guid, true);
  own.mp.mpi.ibdev = dev;
  for (const mpi of [...s.mlx5_ib_unaffiliated_port_list]) {
    if (mpi.sys_image_guid !== dev.sys_image_guid) continue;
    if (await mlx5_ib_bind_slave_port(current, dev, mpi)) forget(s.mlx5_ib_unaffiliated_port_list, mpi);
  }
  current.writes(s.mlx5_ib_dev_list);
  s.mlx5_ib_dev_list.push(dev);
  mutex_unlock(current, s.mlx5_ib_multiport_mutex);
  return 0;
}

/** mlx5_ib_cleanup_multiport_master(): the slaves wait again. */
export async function mlx5_ib_cleanup_multiport_master(caller: Frame, dev: mlx5_ib_dev): Promise<void> {
  if (!mlx5_core_is_mp_master(dev.mdev)) return;
  const current = caller.enter("mlx5_ib_cleanup_multiport_master");
  const s = statics(current.kernel);
  await mutex_lock(current, s.mlx5_ib_multiport_mutex);
  for (const { mp } of dev.port) {
    const { mpi } = mp;
    if (mpi === null) continue;
    if (mpi.is_master) {
      mp.mpi = null;
    } else {
      await mlx5_ib_unbind_slave_port(current, dev, mpi);
      s.mlx5_ib_unaffiliated_port_list.push(mpi);
    }
  }
  current.writes(s.mlx5_ib_dev_list);
  forget(s.mlx5_ib_dev_list, dev);
  mutex_unlock(current, s.mlx5_ib_multiport_mutex);
  await mlx5_nic_vport_disable_roce(current, dev.mdev);
}

/** mlx5_ib_add_slave_port(): binds a slave function to its master's IB device, if that is there. */
export async function mlx5_ib_add_slave_port(caller: Frame, mdev: mlx5_core_dev): Promise<mlx5_ib_multiport_info> {
  const current = caller.enter("mlx5_ib_add_slave_port");
  const s = statics(current.kernel);
  const mpi = new mlx5_ib_multiport_info(mdev, await mlx5_query_nic_vport_system_image_guid(current, mdev), false);
  await mutex_lock(current, s.mlx5_ib_multiport_mutex);
  let bound = false;
  for (const dev of s.mlx5_ib_dev_list) {
    if (dev.sys_image_guid === mpi.sys_image_guid) bound = await mlx5_ib_bind_slave_port(current, dev, mpi);
    if (!bound) continue;
    await rdma_roce_rescan_device(current, dev.ib_dev);
    break;
  }
  if (!bound) {
    current.writes(s.mlx5_ib_unaffiliated_port_list);
    s.mlx5_ib_unaffiliated_port_list.push(mpi);
  }
  mutex_unlock(current, s.mlx5_ib_multiport_mutex);
  return mpi;
}

/** The slave's half of mlx5_ib_remove(); `caller` is its frame. */
export async function removeSlavePort(current: Frame, mpi: mlx5_ib_multiport_info): Promise<void> {
  const s = statics(current.kernel);
  await mutex_lock(current, s.mlx5_ib_multiport_mutex);
  if (mpi.ibdev !== null) await mlx5_ib_unbind_slave_port(current, mpi.ibdev, mpi);
  forget(s.mlx5_ib_unaffiliated_port_list, mpi);
  mutex_unlock(current, s.mlx5_ib_multiport_mutex);
}

function forget<T>(list: T[], element: T): void {
  const at = list.indexOf(element);
  if (at >= 0) list.splice(at, 1);
}
