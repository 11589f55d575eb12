/**
 * Models mlx5_ib_{get,put}_native_port_mdev() of hw/mlx5/main.c: which function serves a port, kept from being unbound
 * while somebody looks at it. The kernel's mpi_lock is a spinlock; nothing here waits.
 */
import { type mlx5_core_dev, mlx5_core_mp_enabled } from "../../core/index.ts";
import { complete, type Frame } from "../../kernel/index.ts";
import { type mlx5_ib_dev, portAt } from "./mlx5_ib.ts";

/** The function behind a port (from 1), or null if none is bound. To be put back if it is not null. */
export function mlx5_ib_get_native_port_mdev(current: Frame, dev: mlx5_ib_dev, ib_port_num: number): mlx5_core_dev | null {
  if (!mlx5_core_mp_enabled(dev.mdev)) return dev.mdev;
  const { mpi } = portAt(dev, ib_port_num - 1).mp;
  if (mpi === null || mpi.unaffiliate) return null;
  // The master lives as long as the IB device, a slave only as long as it is referenced.
  current.writes(mpi);
  if (!mpi.is_master) mpi.mdev_refcnt++;
  return mpi.mdev;
}

export function mlx5_ib_put_native_port_mdev(current: Frame, dev: mlx5_ib_dev, ib_port_num: number): void {
  if (!mlx5_core_mp_enabled(dev.mdev)) return;
  const { mpi } = portAt(dev, ib_port_num - 1).mp;
  if (mpi === null || mpi.is_master) return;
  current.writes(mpi);
  mpi.mdev_refcnt--;
  if (mpi.unaffiliate) complete(current, mpi.unref_comp);
}
