/** Which mlx5 devices may be reloaded: every one up to v5.10; since v5.12 and 5.10.20 no LAG members and no multiport slaves. */
import { EOPNOTSUPP } from "../kernel/index.ts";
import { NL_SET_ERR_MSG, type netlink_ext_ack } from "../netlink/index.ts";
import { pci_num_vf } from "../pci/index.ts";
import { KBUILD_MODNAME, type mlx5_core_dev, mlx5_core_is_mp_slave } from "./driver.ts";
import { mlx5_lag_is_active } from "./lag.ts";

export interface ReloadRules {
  /** Asked by probe: whether reloads are allowed at all on this device. */
  allowed(dev: mlx5_core_dev): boolean;
  /** Asked by reload_down: 0 or a negative errno, with a message in `extack`. */
  check(dev: mlx5_core_dev, extack: netlink_ext_ack | null): number;
}

export const anyReload: ReloadRules = {
  allowed: () => true,
  check: () => 0,
};

export const reloadRulesOf5_10_20: ReloadRules = {
  allowed: (dev) => !mlx5_core_is_mp_slave(dev),
  check(dev, extack) {
    if (!mlx5_lag_is_active(dev)) return 0;
    NL_SET_ERR_MSG(extack, `${KBUILD_MODNAME}: reload is unsupported in Lag mode`);
    return -EOPNOTSUPP;
  },
};

/**
 * From v5.16 on every registered instance can be asked: a slave refuses when it is. A function with virtual ones reloads, but
 * says that this is no good idea.
 */
export const reloadRulesOf5_16: ReloadRules = {
  allowed: () => true,
  check(dev, extack) {
    const err = mlx5_core_is_mp_slave(dev) ? -EOPNOTSUPP : reloadRulesOf5_10_20.check(dev, extack);
    if (err === 0 && pci_num_vf(dev.pdev) > 0) NL_SET_ERR_MSG(extack, `${KBUILD_MODNAME}: reload while VFs are present is unfavorable`);
    return err;
  },
};
