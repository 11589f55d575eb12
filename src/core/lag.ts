/**
 * Models what other parts ask of core/lag.c: whether two functions of one card act as one (LAG).
 * Left out: what makes a LAG. It needs a bond over both netdevs, and bonding is not modelled; mlx5_activate_lag() is the
 * door through which it would come. The netdev notifier that real LAG code registers in init_net is left out with it.
 */
import type { Frame } from "../kernel/index.ts";
import type { mlx5_core_dev } from "./driver.ts";

/** struct mlx5_lag: shared by the functions of one card. */
export interface mlx5_lag {
  readonly pf: readonly mlx5_core_dev[];
}

/** mlx5_activate_lag(): from now on the two functions are one. */
export function mlx5_activate_lag(caller: Frame, pf: readonly mlx5_core_dev[]): void {
  const current = caller.enter("mlx5_activate_lag");
  const ldev: mlx5_lag = { pf };
  for (const dev of pf) {
    current.writes(dev);
    dev.ldev = ldev;
  }
}

/** mlx5_deactivate_lag() */
export function mlx5_deactivate_lag(caller: Frame, dev: mlx5_core_dev): void {
  const current = caller.enter("mlx5_deactivate_lag");
  for (const member of dev.ldev?.pf ?? []) {
    current.writes(member);
    member.ldev = null;
  }
}

export function mlx5_lag_is_active(dev: mlx5_core_dev): boolean {
  return dev.ldev !== null;
}
