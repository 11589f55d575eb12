/**
 * Models core/sriov.c (v5.10): virtual functions of a physical one. The switch gets their ports before the functions appear
 * on the bus, and loses them after they are gone. A reload takes the ports away and brings them back; the functions stay.
 * Called from sriov_numvfs, so under the device lock.
 */
import { dev_warn } from "../base/index.ts";
import { devl_lock, devl_unlock } from "../devlink/index.ts";
import type { Frame } from "../kernel/index.ts";
import { type pci_dev, pci_disable_sriov, pci_enable_sriov, pci_get_drvdata, pci_num_vf } from "../pci/index.ts";
import { mlx5_cmd_exec } from "./cmd.ts";
import { type mlx5_core_dev, priv_to_devlink } from "./driver.ts";
import { MLX5_ESWITCH_MANAGER, mlx5_eswitch_disable, mlx5_eswitch_enable } from "./eswitch.ts";

/** mlx5_core_sriov_configure(): the number of virtual functions that there are then, or a negative errno. */
export async function mlx5_core_sriov_configure(caller: Frame, pdev: pci_dev, num_vfs: number): Promise<number> {
  const current = caller.enter("mlx5_core_sriov_configure");
  const dev = pci_get_drvdata(pdev) as mlx5_core_dev;
  if (num_vfs === 0) {
    await mlx5_sriov_disable(current, dev);
    return 0;
  }
  const err = await mlx5_sriov_enable(current, dev, num_vfs);
  return err === 0 ? num_vfs : err;
}

async function mlx5_sriov_enable(caller: Frame, dev: mlx5_core_dev, num_vfs: number): Promise<number> {
  const current = caller.enter("mlx5_sriov_enable");
  const devlink = priv_to_devlink(dev);
  await devl_lock(current, devlink);
  let err = await mlx5_device_enable_sriov(current, dev, num_vfs);
  devl_unlock(current, devlink);
  if (err !== 0) {
    dev_warn(current.kernel, dev.device, `mlx5_device_enable_sriov failed : ${err}`);
    return err;
  }
  err = await pci_enable_sriov(current, dev.pdev, num_vfs);
  if (err === 0) return 0;
  dev_warn(current.kernel, dev.device, `pci_enable_sriov failed : ${err}`);
  await devl_lock(current, devlink);
  await mlx5_device_disable_sriov(current, dev, false);
  devl_unlock(current, devlink);
  return err;
}

/** mlx5_sriov_disable(): also the first thing that the driver does when it leaves the function. */
export async function mlx5_sriov_disable(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  if (pci_num_vf(dev.pdev) === 0) return;
  const current = caller.enter("mlx5_sriov_disable");
  const devlink = priv_to_devlink(dev);
  await pci_disable_sriov(current, dev.pdev);
  await devl_lock(current, devlink);
  await mlx5_device_disable_sriov(current, dev, false);
  devl_unlock(current, devlink);
}

/** mlx5_sriov_attach(): at load, for functions that are there already. */
export async function mlx5_sriov_attach(caller: Frame, dev: mlx5_core_dev): Promise<number> {
  const num_vfs = pci_num_vf(dev.pdev);
  if (num_vfs === 0) return 0;
  return mlx5_device_enable_sriov(caller.enter("mlx5_sriov_attach"), dev, num_vfs);
}

/** mlx5_sriov_detach(): at unload. */
export async function mlx5_sriov_detach(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  await mlx5_device_disable_sriov(caller.enter("mlx5_sriov_detach"), dev, true);
}

async function mlx5_device_enable_sriov(caller: Frame, dev: mlx5_core_dev, num_vfs: number): Promise<number> {
  const current = caller.enter("mlx5_device_enable_sriov");
  if (MLX5_ESWITCH_MANAGER(dev)) {
    const err = await mlx5_eswitch_enable(current, dev.eswitch, num_vfs);
    if (err !== 0) return err;
  }
  for (let vf = 0; vf < num_vfs; vf++) await mlx5_cmd_exec(current.enter("mlx5_core_enable_hca"), "ENABLE_HCA");
  return 0;
}

async function mlx5_device_disable_sriov(caller: Frame, dev: mlx5_core_dev, unload: boolean): Promise<void> {
  const current = caller.enter("mlx5_device_disable_sriov");
  for (let vf = 0; vf < dev.eswitch.num_vfs; vf++) await mlx5_cmd_exec(current.enter("mlx5_core_disable_hca"), "DISABLE_HCA");
  await mlx5_eswitch_disable(current, dev.eswitch, unload);
}
