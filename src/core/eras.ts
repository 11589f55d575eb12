/** What mlx5_core was in the kernels that the machine can be: data only, each a bundle of strategies. */
import { detachNetdev, recreateNetdev } from "./en_main.ts";
import { anyReload, reloadRulesOf5_10_20, reloadRulesOf5_16 } from "./reload-rules.ts";
import type { Mlx5Strategies, ModuleInitStep } from "./strategies.ts";

const pciFirst: readonly ModuleInitStep[] = ["mlx5_core_driver", "mlx5e_interface"];
const ethernetFirst: readonly ModuleInitStep[] = ["mlx5e_interface", "mlx5_core_driver"];

export const MLX5_ERAS = {
  "v5.9": { netdev_on_reload: detachNetdev, reload_rules: anyReload, init_order: pciFirst },
  "v5.10": { netdev_on_reload: detachNetdev, reload_rules: anyReload, init_order: pciFirst },
  "v5.10.223": { netdev_on_reload: detachNetdev, reload_rules: reloadRulesOf5_10_20, init_order: pciFirst },
  /** 6.1.176 has the re-creation of the netdev from v6.4. */
  "v6.1": { netdev_on_reload: recreateNetdev, reload_rules: reloadRulesOf5_16, init_order: ethernetFirst },
  "v6.3": { netdev_on_reload: detachNetdev, reload_rules: reloadRulesOf5_16, init_order: ethernetFirst },
} as const satisfies Readonly<Record<string, Mlx5Strategies>>;
