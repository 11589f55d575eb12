/**
 * Models the part of core/eswitch{,_offloads}.c that answers questions about the embedded switch and its lock.
 * Only legacy mode is modelled; a change to switchdev is refused with -EOPNOTSUPP, as on a card without an eswitch manager.
 */

import { down_write, EOPNOTSUPP, type Frame, type Kernel, rw_semaphore, up_write } from "../kernel/index.ts";
import { DEVLINK_ESWITCH_ENCAP_MODE_NONE, DEVLINK_ESWITCH_INLINE_MODE_NONE, DEVLINK_ESWITCH_MODE_LEGACY } from "../netlink/index.ts";
import type { mlx5_core_dev } from "./driver.ts";
import { MLX5_CAP_PORT_TYPE_ETH } from "./firmware.ts";

export interface mlx5_eswitch {
  /** Written by mode changes and by unload, which waits for them. */
  readonly mode_lock: rw_semaphore;
  /** DEVLINK_ESWITCH_MODE_* */
  readonly mode: number;
}

export function newEswitch(kernel: Kernel): mlx5_eswitch {
  return { mode_lock: new rw_semaphore(kernel, "&esw->mode_lock"), mode: DEVLINK_ESWITCH_MODE_LEGACY };
}

/** mlx5_eswitch_disable(): at unload. Takes mode_lock for write. */
export async function mlx5_eswitch_disable(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_eswitch_disable");
  await down_write(current, dev.eswitch.mode_lock);
  current.writes(dev.eswitch);
  up_write(current, dev.eswitch.mode_lock);
}

/** The mode, or -EOPNOTSUPP on an InfiniBand port. Takes mode_lock for write, as the kernel does for a look. */
export function mlx5_devlink_eswitch_mode_get(caller: Frame, dev: mlx5_core_dev): Promise<number> {
  return look(caller.enter("mlx5_devlink_eswitch_mode_get"), dev, dev.eswitch.mode);
}

export function mlx5_devlink_eswitch_inline_mode_get(caller: Frame, dev: mlx5_core_dev): Promise<number> {
  return look(caller.enter("mlx5_devlink_eswitch_inline_mode_get"), dev, DEVLINK_ESWITCH_INLINE_MODE_NONE);
}

export function mlx5_devlink_eswitch_encap_mode_get(caller: Frame, dev: mlx5_core_dev): Promise<number> {
  return look(caller.enter("mlx5_devlink_eswitch_encap_mode_get"), dev, DEVLINK_ESWITCH_ENCAP_MODE_NONE);
}

async function look(current: Frame, dev: mlx5_core_dev, mode: number): Promise<number> {
  if (dev.firmware.caps.port_type !== MLX5_CAP_PORT_TYPE_ETH) return -EOPNOTSUPP;
  await down_write(current, dev.eswitch.mode_lock);
  current.reads(dev.eswitch);
  up_write(current, dev.eswitch.mode_lock);
  return mode;
}
