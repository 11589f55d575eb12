/** What mlx5_core was in the kernels that the machine can be: data only, each a bundle of strategies. */
import { MLX5_INTERFACE_PROTOCOL_ETH, MLX5_INTERFACE_PROTOCOL_IB } from "./dev.ts";
import { detachNetdev, detachNetdevByMode, recreateNetdev } from "./en_main.ts";
import { MLX5_ESWITCH_LEGACY, MLX5_ESWITCH_NONE } from "./eswitch.ts";
import { anyReload, reloadRulesOf5_10_20, reloadRulesOf5_16 } from "./reload-rules.ts";
import type { Mlx5Strategies, ModuleInitStep } from "./strategies.ts";

const pciFirst: readonly ModuleInitStep[] = ["mlx5_core_driver", "mlx5e_interface"];
const ethernetFirst: readonly ModuleInitStep[] = ["mlx5e_interface", "mlx5_core_driver"];

const firstParams = ["flow_steering_mode", "enable_roce", "fdb_large_groups"] as const;
const laterParams = [...firstParams, "esw_port_metadata", "enable_remote_dev_reset", "io_eq_size", "event_eq_size"] as const;

const early = {
  fw_reporter_grace_period: { pf: 1_200_000, vf: 1_200_000 },
  params: [...firstParams, "enable_remote_dev_reset"],
  steering_mode: "dmfs",
  roce_of_slaves_is_fixed: false,
  netdev_on_reload: detachNetdevByMode,
  eswitch_mode_at_rest: MLX5_ESWITCH_NONE,
  reloaded_by_eswitch: [MLX5_INTERFACE_PROTOCOL_ETH, MLX5_INTERFACE_PROTOCOL_IB],
  init_order: pciFirst,
} as const;

const late = {
  fw_reporter_grace_period: { pf: 60_000, vf: 30_000 },
  params: laterParams,
  steering_mode: "smfs",
  roce_of_slaves_is_fixed: true,
  reload_rules: reloadRulesOf5_16,
  eswitch_mode_at_rest: MLX5_ESWITCH_LEGACY,
  reloaded_by_eswitch: [MLX5_INTERFACE_PROTOCOL_IB],
  init_order: ethernetFirst,
} as const;

export const MLX5_ERAS = {
  "v5.9": { ...early, params: firstParams, reload_rules: anyReload },
  "v5.10": { ...early, reload_rules: anyReload },
  "v5.10.223": { ...early, roce_of_slaves_is_fixed: true, reload_rules: reloadRulesOf5_10_20 },
  /** 6.1.176 has the re-creation of the netdev from v6.4. */
  "v6.1": { ...late, netdev_on_reload: recreateNetdev },
  "v6.3": { ...late, netdev_on_reload: detachNetdev },
} as const satisfies Readonly<Record<string, Mlx5Strategies>>;
