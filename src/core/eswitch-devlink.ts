/**
 * Models the devlink operations of the eswitch (core/eswitch_offloads.c, v5.10): the mode, and what goes with it. All take
 * mode_lock for write, also those that only look.
 */
import { down_write, EINVAL, EOPNOTSUPP, EPERM, type Frame, up_write } from "../kernel/index.ts";
import {
  DEVLINK_ESWITCH_ENCAP_MODE_BASIC,
  DEVLINK_ESWITCH_INLINE_MODE_NONE,
  DEVLINK_ESWITCH_MODE_LEGACY,
  DEVLINK_ESWITCH_MODE_SWITCHDEV,
  NL_SET_ERR_MSG,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import { KBUILD_MODNAME, type mlx5_core_dev } from "./driver.ts";
import {
  MLX5_ESWITCH_LEGACY,
  MLX5_ESWITCH_MANAGER,
  MLX5_ESWITCH_NONE,
  MLX5_ESWITCH_OFFLOADS,
  mlx5_eswitch_disable_locked,
  mlx5_eswitch_enable_locked,
} from "./eswitch.ts";
import { MLX5_CAP_PORT_TYPE_ETH } from "./firmware.ts";

/** mlx5_devlink_eswitch_get(): 0 if the function has a switch to command. */
function checkSwitch(dev: mlx5_core_dev): number {
  if (dev.firmware.caps.port_type !== MLX5_CAP_PORT_TYPE_ETH) return -EOPNOTSUPP;
  return MLX5_ESWITCH_MANAGER(dev) ? 0 : -EPERM;
}

/** Runs `body` under mode_lock. -EOPNOTSUPP if the switch is in no mode and `inMode` asks for one. */
async function locked(current: Frame, dev: mlx5_core_dev, inMode: boolean, body: () => number | Promise<number>): Promise<number> {
  const err = checkSwitch(dev);
  if (err !== 0) return err;
  await down_write(current, dev.eswitch.mode_lock);
  current.reads(dev.eswitch);
  const ret = inMode && dev.eswitch.mode === MLX5_ESWITCH_NONE ? -EOPNOTSUPP : await body();
  up_write(current, dev.eswitch.mode_lock);
  return ret;
}

/** The mode, -EOPNOTSUPP on an InfiniBand port and where the switch is in none, -EPERM on a virtual function. */
export function mlx5_devlink_eswitch_mode_get(caller: Frame, dev: mlx5_core_dev): Promise<number> {
  const current = caller.enter("mlx5_devlink_eswitch_mode_get");
  return locked(current, dev, true, () =>
    dev.eswitch.mode === MLX5_ESWITCH_OFFLOADS ? DEVLINK_ESWITCH_MODE_SWITCHDEV : DEVLINK_ESWITCH_MODE_LEGACY,
  );
}

export function mlx5_devlink_eswitch_mode_set(caller: Frame, dev: mlx5_core_dev, mode: number): Promise<number> {
  const current = caller.enter("mlx5_devlink_eswitch_mode_set");
  return locked(current, dev, false, async () => {
    const wanted = mode === DEVLINK_ESWITCH_MODE_SWITCHDEV ? MLX5_ESWITCH_OFFLOADS : MLX5_ESWITCH_LEGACY;
    if (mode !== DEVLINK_ESWITCH_MODE_SWITCHDEV && mode !== DEVLINK_ESWITCH_MODE_LEGACY) return -EINVAL;
    const esw = dev.eswitch;
    if (esw.mode === wanted) return 0;
    const frame = current.enter(wanted === MLX5_ESWITCH_OFFLOADS ? "esw_offloads_start" : "esw_offloads_stop");
    const { num_vfs } = esw;
    await mlx5_eswitch_disable_locked(frame, esw);
    return mlx5_eswitch_enable_locked(frame, esw, wanted, num_vfs);
  });
}

/** This card needs no headers in its work requests. */
export function mlx5_devlink_eswitch_inline_mode_get(caller: Frame, dev: mlx5_core_dev): Promise<number> {
  const current = caller.enter("mlx5_devlink_eswitch_inline_mode_get");
  return locked(current, dev, true, () => DEVLINK_ESWITCH_INLINE_MODE_NONE);
}

export function mlx5_devlink_eswitch_inline_mode_set(
  caller: Frame,
  dev: mlx5_core_dev,
  mode: number,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("mlx5_devlink_eswitch_inline_mode_set");
  return locked(current, dev, true, () => {
    if (mode === DEVLINK_ESWITCH_INLINE_MODE_NONE) return 0;
    NL_SET_ERR_MSG(extack, `${KBUILD_MODNAME}: Inline mode can't be set`);
    return -EOPNOTSUPP;
  });
}

export function mlx5_devlink_eswitch_encap_mode_get(caller: Frame, dev: mlx5_core_dev): Promise<number> {
  const current = caller.enter("mlx5_devlink_eswitch_encap_mode_get");
  return locked(current, dev, true, () => dev.eswitch.offloads.encap);
}

/** In offloads mode the tables are made anew for it. */
export function mlx5_devlink_eswitch_encap_mode_set(caller: Frame, dev: mlx5_core_dev, encap: number): Promise<number> {
  const current = caller.enter("mlx5_devlink_eswitch_encap_mode_set");
  return locked(current, dev, true, () => {
    if (encap > DEVLINK_ESWITCH_ENCAP_MODE_BASIC) return -EOPNOTSUPP;
    current.writes(dev.eswitch);
    dev.eswitch.offloads.encap = encap;
    return 0;
  });
}
