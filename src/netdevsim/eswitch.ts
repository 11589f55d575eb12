/**
 * Models netdevsim's eswitch (drivers/net/netdevsim/dev.c, from v5.14 on): in mode switchdev each virtual function has a
 * port, in mode legacy none has. Up to v5.13 virtual functions are a number and nothing else.
 */
import { dev_get_drvdata } from "../base/index.ts";
import { devl_lock, devl_rate_nodes_destroy, devl_unlock, type devlink, devlink_priv } from "../devlink/index.ts";
import { EBUSY, EINVAL, ENOENT, ENOMEM, type Frame, pr_err } from "../kernel/index.ts";
import { rtnl_lock, rtnl_unlock } from "../net/index.ts";
import { DEVLINK_ESWITCH_MODE_LEGACY, DEVLINK_ESWITCH_MODE_SWITCHDEV, NL_SET_ERR_MSG, type netlink_ext_ack } from "../netlink/index.ts";
import { DRV_NAME, type nsim_bus_dev, nsim_dev } from "./nsim.ts";
import { __nsim_dev_port_add, __nsim_dev_port_del } from "./port.ts";

/** So many virtual functions' settings do not fit into what kcalloc() gives. */
const MOST_VFS = 0x10_0000;

/** nsim_bus_dev_set_vfs(): takes rtnl_mutex. */
async function nsim_bus_dev_set_vfs(current: Frame, bus_dev: nsim_bus_dev, num_vfs: number): Promise<void> {
  await rtnl_lock(current);
  current.writes(bus_dev);
  bus_dev.num_vfs = num_vfs;
  await rtnl_unlock(current);
}

export async function nsim_esw_legacy_enable(caller: Frame, nsim: nsim_dev): Promise<number> {
  const current = caller.enter("nsim_esw_legacy_enable");
  if (nsim.devlink !== null) await devl_rate_nodes_destroy(current, nsim.devlink);
  for (const port of [...nsim.port_list]) if (port.kind === "VF") await __nsim_dev_port_del(current, nsim, port);
  current.writes(nsim);
  nsim.esw_mode = DEVLINK_ESWITCH_MODE_LEGACY;
  return 0;
}

async function nsim_esw_switchdev_enable(
  caller: Frame,
  nsim: nsim_dev,
  devlink: devlink<nsim_dev>,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("nsim_esw_switchdev_enable");
  for (let vf = 0; vf < nsim.nsim_bus_dev.num_vfs; vf++) {
    const err = await __nsim_dev_port_add(current, nsim, devlink, "VF", vf);
    if (err === 0) continue;
    NL_SET_ERR_MSG(extack, `${DRV_NAME}: Failed to initialize VFs' netdevsim ports`);
    pr_err(current.kernel, `Failed to initialize VF id=${vf}. ${err}.`);
    for (const port of [...nsim.port_list]) if (port.kind === "VF") await __nsim_dev_port_del(current, nsim, port);
    return err;
  }
  current.writes(nsim);
  nsim.esw_mode = DEVLINK_ESWITCH_MODE_SWITCHDEV;
  return 0;
}

/** nsim_devlink_eswitch_mode_set(): -EINVAL for a mode that is not one. */
export async function nsim_devlink_eswitch_mode_set(
  caller: Frame,
  devlink: devlink<nsim_dev>,
  mode: number,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("nsim_devlink_eswitch_mode_set");
  const nsim = devlink_priv(devlink);
  if (mode === nsim.esw_mode) return 0;
  if (mode === DEVLINK_ESWITCH_MODE_LEGACY) return nsim_esw_legacy_enable(current, nsim);
  if (mode === DEVLINK_ESWITCH_MODE_SWITCHDEV) return nsim_esw_switchdev_enable(current, nsim, devlink, extack);
  return -EINVAL;
}

/** The part of nsim_dev_reload_destroy() about virtual functions: there are none afterwards. */
export async function nsim_vfs_gone(current: Frame, nsim: nsim_dev): Promise<void> {
  if (nsim.nsim_bus_dev.num_vfs === 0) return;
  await nsim_bus_dev_set_vfs(current, nsim.nsim_bus_dev, 0);
  if (nsim.esw_mode === DEVLINK_ESWITCH_MODE_SWITCHDEV) await nsim_esw_legacy_enable(current, nsim);
}

/** Up to v5.13, nsim_bus_dev_numvfs_store(): a number, guarded by rtnl_mutex. -EBUSY from one number to another. */
export async function vfsAreANumber(current: Frame, bus_dev: nsim_bus_dev, num_vfs: number): Promise<number> {
  await rtnl_lock(current);
  current.writes(bus_dev);
  const same = bus_dev.num_vfs === num_vfs;
  let err = 0;
  if (!same && bus_dev.num_vfs > 0 && num_vfs > 0) err = -EBUSY;
  else if (!same && num_vfs > MOST_VFS) err = -ENOMEM;
  else bus_dev.num_vfs = num_vfs;
  await rtnl_unlock(current);
  return err;
}

/** Later, nsim_drv_configure_vfs(): under the instance's lock; in mode switchdev the ports come and go at once. */
export async function vfsHavePorts(caller: Frame, bus_dev: nsim_bus_dev, num_vfs: number): Promise<number> {
  const nsim = dev_get_drvdata(bus_dev.dev);
  if (!(nsim instanceof nsim_dev) || nsim.devlink === null) return -ENOENT;
  const current = caller.enter("nsim_drv_configure_vfs");
  const { devlink } = nsim;
  await devl_lock(current, devlink);
  const err = await configure(current, nsim, devlink, num_vfs);
  devl_unlock(current, devlink);
  return err;
}

async function configure(current: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>, num_vfs: number): Promise<number> {
  const { nsim_bus_dev: bus_dev } = nsim;
  current.reads(bus_dev);
  if (bus_dev.num_vfs === num_vfs) return 0;
  if (bus_dev.num_vfs > 0 && num_vfs > 0) return -EBUSY;
  if (bus_dev.max_vfs < num_vfs) return -ENOMEM;
  await nsim_bus_dev_set_vfs(current, bus_dev, num_vfs);
  if (nsim.esw_mode !== DEVLINK_ESWITCH_MODE_SWITCHDEV) return 0;
  if (num_vfs === 0) {
    await nsim_esw_legacy_enable(current, nsim);
    return 0;
  }
  const err = await nsim_esw_switchdev_enable(current, nsim, devlink, null);
  if (err !== 0) await nsim_bus_dev_set_vfs(current, bus_dev, 0);
  return err;
}
