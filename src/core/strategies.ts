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
  /** PCI driver first up to v5.19: devices that are there at load get their netdev from mlx5e's registration, not from probe. */
  readonly init_order: readonly ModuleInitStep[];
}
