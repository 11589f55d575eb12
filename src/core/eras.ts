/** What mlx5_core was in the kernels that the machine can be: data only, each a bundle of strategies. */
import { MLX5_INTERFACE_PROTOCOL_ETH, MLX5_INTERFACE_PROTOCOL_IB } from "./dev.ts";
import { detachNetdev, detachNetdevByMode, recreateNetdev } from "./en_main.ts";
import { MLX5_ESWITCH_LEGACY, MLX5_ESWITCH_NONE } from "./eswitch.ts";
import { anyReload, reloadRulesOf5_10_20, reloadRulesOf5_16 } from "./reload-rules.ts";
import type { Mlx5Strategies, ModuleInitStep } from "./strategies.ts";

const pciFirst: readonly ModuleInitStep[] = ["mlx5_core_driver", "mlx5e_interface"];
const ethernetFirst: readonly ModuleInitStep[] = ["mlx5e_interface", "mlx5_core_driver"];

const early = {
  netdev_on_reload: detachNetdevByMode,
  eswitch_mode_at_rest: MLX5_ESWITCH_NONE,
  reloaded_by_eswitch: [MLX5_INTERFACE_PROTOCOL_ETH, MLX5_INTERFACE_PROTOCOL_IB],
  init_order: pciFirst,
} as const;

const late = {
  reload_rules: reloadRulesOf5_16,
  eswitch_mode_at_rest: MLX5_ESWITCH_LEGACY,
  reloaded_by_eswitch: [MLX5_INTERFACE_PROTOCOL_IB],
  init_order: ethernetFirst,
} as const;

export const MLX5_ERAS = {
  "v5.9": { ...early, reload_rules: anyReload },
  "v5.10": { ...early, reload_rules: anyReload },
  "v5.10.223": { ...early, reload_rules: reloadRulesOf5_10_20 },
  /** 6.1.176 has the re-creation of the netdev from v6.4. */
  "v6.1": { ...late, netdev_on_reload: recreateNetdev },
  "v6.3": { ...late, netdev_on_reload: detachNetdev },
} as const satisfies Readonly<Record<string, Mlx5Strategies>>;
