/** The points where kernels differ in mlx5_core, as strategies that the machine puts in at boot. */
import type { mlx5_interface } from "./dev.ts";
import type { ReloadRules } from "./reload-rules.ts";

/** What module init registers, in order; module exit goes backwards. */
export type ModuleInitStep = "mlx5_core_driver" | "mlx5e_interface";

export interface Mlx5Strategies {
  /** The Ethernet interface: keeps its netdev over a reload (detachNetdev) or makes a new one (recreateNetdev). */
  readonly netdev_on_reload: mlx5_interface;
  /** Which devices may be reloaded when. */
  readonly reload_rules: ReloadRules;
  /** The eswitch's mode without virtual functions: MLX5_ESWITCH_NONE up to v5.17, MLX5_ESWITCH_LEGACY later. */
  readonly eswitch_mode_at_rest: number;
  /** Interfaces that are removed and added again when the eswitch enters or leaves offloads mode, by protocol, in order. */
  readonly reloaded_by_eswitch: readonly number[];
  /** PCI driver first up to v5.19: devices that are there at load get their netdev from mlx5e's registration, not from probe. */
  readonly init_order: readonly ModuleInitStep[];
}
