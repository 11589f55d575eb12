/** The points where kernels differ in mlx5_core, as strategies that the machine puts in at boot. */
import type { mlx5_interface } from "./dev.ts";
import type { ReloadRules } from "./reload-rules.ts";

/** Parameters of mlx5 that are modelled. */
export type Mlx5ParamName =
  | "flow_steering_mode"
  | "enable_roce"
  | "fdb_large_groups"
  | "esw_port_metadata"
  | "enable_remote_dev_reset"
  | "io_eq_size"
  | "event_eq_size";

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
  /** Milliseconds between two recoveries of a physical and of a virtual function. */
  readonly fw_reporter_grace_period: { readonly pf: number; readonly vf: number };
  /** The devlink parameters, in the order in which they are registered. */
  readonly params: readonly Mlx5ParamName[];
  /** Who steers flows at the start: software from v5.17 on. */
  readonly steering_mode: "dmfs" | "smfs";
  /** Whether enable_roce is refused for multiport slaves and LAG members (from v5.12 and 5.10.20 on). */
  readonly roce_of_slaves_is_fixed: boolean;
  /** PCI driver first up to v5.19: devices that are there at load get their netdev from mlx5e's registration, not from probe. */
  readonly init_order: readonly ModuleInitStep[];
}
