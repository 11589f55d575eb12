/** Models what other parts of the kernel ask through ethtool (net/ethtool/ioctl.c). The ethtool command itself is left out. */
import { EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { ASSERT_RTNL } from "./rtnl.ts";
import type { net_device } from "./structs.ts";

export const SPEED_UNKNOWN = -1;

/** __ethtool_get_link_ksettings(): -EOPNOTSUPP if the driver cannot say. Caller holds rtnl_mutex. */
export function __ethtool_get_link_ksettings(caller: Frame, dev: net_device): { readonly speed: number } | number {
  const current = caller.enter("__ethtool_get_link_ksettings");
  ASSERT_RTNL(current);
  current.reads(dev);
  return dev.ethtool_ops.get_link_ksettings?.(current, dev) ?? -EOPNOTSUPP;
}
