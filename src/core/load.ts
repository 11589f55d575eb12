/**
 * Models mlx5_load_one() and mlx5_unload_one() of core/main.c (v5.10; later kernels call them mlx5_load_one_devl_locked()):
 * they bring a function up and down, all of it under the device's intf_state_mutex. At probe the devlink instance is
 * registered inside, at a reload the interfaces are detached and attached.
 * Left out: health work, recovery, steering.
 */
import { dev_warn } from "../base/index.ts";
import { type Frame, mutex_lock, mutex_unlock } from "../kernel/index.ts";
import { mlx5_cmd_exec } from "./cmd.ts";
import { mlx5_attach_device, mlx5_detach_device, mlx5_register_device, mlx5_unregister_device } from "./dev.ts";
import { mlx5_devlink_register, mlx5_devlink_unregister } from "./devlink-params.ts";
import { MLX5_INTERFACE_STATE_UP, type mlx5_core_dev, priv_to_devlink } from "./driver.ts";
import { mlx5_sriov_attach, mlx5_sriov_detach } from "./sriov.ts";

/** mlx5_load_one(): `boot` at probe, else after a reload. 0 or a negative errno. Takes intf_state_mutex. */
export async function mlx5_load_one(caller: Frame, dev: mlx5_core_dev, boot: boolean): Promise<number> {
  const current = caller.enter("mlx5_load_one");
  await mutex_lock(current, dev.intf_state_mutex);
  const err = await load(current, dev, boot);
  mutex_unlock(current, dev.intf_state_mutex);
  return err;
}

async function load(current: Frame, dev: mlx5_core_dev, boot: boolean): Promise<number> {
  if ((dev.intf_state & MLX5_INTERFACE_STATE_UP) !== 0) {
    dev_warn(current.kernel, dev.device, "mlx5_load_one: interface is up, NOP");
    return 0;
  }
  await mlx5_function_setup(current);
  await mlx5_load(current, dev);
  current.writes(dev);
  dev.intf_state |= MLX5_INTERFACE_STATE_UP;
  if (!boot) {
    await mlx5_attach_device(current, dev);
    return 0;
  }
  const err = await mlx5_devlink_register(current, priv_to_devlink(dev));
  if (err === 0) return mlx5_register_device(current, dev);
  dev.intf_state &= ~MLX5_INTERFACE_STATE_UP;
  await mlx5_unload(current, dev);
  await mlx5_function_teardown(current);
  return err;
}

/** mlx5_unload_one(): `cleanup` when the driver leaves the device, else before a reload. Takes intf_state_mutex. */
export async function mlx5_unload_one(caller: Frame, dev: mlx5_core_dev, cleanup: boolean): Promise<void> {
  const current = caller.enter("mlx5_unload_one");
  await mutex_lock(current, dev.intf_state_mutex);
  if (cleanup) {
    await mlx5_unregister_device(current, dev);
    await mlx5_devlink_unregister(current, priv_to_devlink(dev));
  } else {
    await mlx5_detach_device(current, dev);
  }
  if ((dev.intf_state & MLX5_INTERFACE_STATE_UP) === 0) {
    dev_warn(current.kernel, dev.device, "mlx5_unload_one: interface is down, NOP");
  } else {
    current.writes(dev);
    dev.intf_state &= ~MLX5_INTERFACE_STATE_UP;
    await mlx5_unload(current, dev);
    await mlx5_function_teardown(current);
  }
  mutex_unlock(current, dev.intf_state_mutex);
}

async function mlx5_function_setup(caller: Frame): Promise<void> {
  const current = caller.enter("mlx5_function_setup");
  await mlx5_cmd_exec(current, "ENABLE_HCA");
  await mlx5_cmd_exec(current, "MANAGE_PAGES");
  await mlx5_cmd_exec(current, "INIT_HCA");
}

async function mlx5_function_teardown(caller: Frame): Promise<void> {
  const current = caller.enter("mlx5_function_teardown");
  await mlx5_cmd_exec(current, "TEARDOWN_HCA");
  await mlx5_cmd_exec(current, "MANAGE_PAGES");
  await mlx5_cmd_exec(current, "DISABLE_HCA");
}

async function mlx5_load(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_load");
  await mlx5_cmd_exec(current.enter("mlx5_eq_table_create"), "CREATE_EQ");
  await mlx5_sriov_attach(current, dev);
}

async function mlx5_unload(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_unload");
  await mlx5_sriov_detach(current, dev);
  await mlx5_cmd_exec(current.enter("mlx5_eq_table_destroy"), "DESTROY_EQ");
}
