/**
 * Models the questions and settings of core/vport.c that RoCE needs. RoCE on a vport is counted: the IB device and the
 * multiport master both want it. One lock for all devices, as in the kernel.
 */
import { type Frame, mutex, mutex_lock, mutex_unlock, staticData } from "../kernel/index.ts";
import { mlx5_cmd_exec } from "./cmd.ts";
import type { mlx5_core_dev } from "./driver.ts";

const statics = staticData((kernel) => ({ mlx5_roce_en_lock: new mutex(kernel, "mlx5_roce_en_lock") }));

/** Takes mlx5_roce_en_lock. 0 or a negative errno. */
export async function mlx5_nic_vport_enable_roce(caller: Frame, mdev: mlx5_core_dev): Promise<number> {
  const current = caller.enter("mlx5_nic_vport_enable_roce");
  const { mlx5_roce_en_lock } = statics(current.kernel);
  await mutex_lock(current, mlx5_roce_en_lock);
  if (mdev.roce_en === 0) await mlx5_cmd_exec(current, "MODIFY_NIC_VPORT_CONTEXT");
  mdev.roce_en++;
  mutex_unlock(current, mlx5_roce_en_lock);
  return 0;
}

/** Takes mlx5_roce_en_lock. */
export async function mlx5_nic_vport_disable_roce(caller: Frame, mdev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_nic_vport_disable_roce");
  const { mlx5_roce_en_lock } = statics(current.kernel);
  await mutex_lock(current, mlx5_roce_en_lock);
  mdev.roce_en--;
  if (mdev.roce_en === 0) await mlx5_cmd_exec(current, "MODIFY_NIC_VPORT_CONTEXT");
  mutex_unlock(current, mlx5_roce_en_lock);
}

/** mlx5_query_nic_vport_system_image_guid(): equal for functions that may share one IB device. */
export async function mlx5_query_nic_vport_system_image_guid(caller: Frame, mdev: mlx5_core_dev): Promise<bigint> {
  await mlx5_cmd_exec(caller.enter("mlx5_query_nic_vport_system_image_guid"), "QUERY_NIC_VPORT_CONTEXT");
  return mdev.firmware.ids.sys_image_guid;
}

/** mlx5_nic_vport_affiliate_multiport(): the slave's port now belongs to the master. 0 or a negative errno. */
export async function mlx5_nic_vport_affiliate_multiport(caller: Frame): Promise<number> {
  return mlx5_cmd_exec(caller.enter("mlx5_nic_vport_affiliate_multiport"), "MODIFY_NIC_VPORT_CONTEXT");
}

export async function mlx5_nic_vport_unaffiliate_multiport(caller: Frame): Promise<number> {
  return mlx5_cmd_exec(caller.enter("mlx5_nic_vport_unaffiliate_multiport"), "MODIFY_NIC_VPORT_CONTEXT");
}
