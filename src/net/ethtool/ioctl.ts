/**
 * Models net/ethtool/ioctl.c (v5.10) for who drives a device (ETHTOOL_GDRVINFO) and for __ethtool_get_link_ksettings(), which
 * others ask. Left out: every other command of the ioctl.
 */
import { ENODEV, EOPNOTSUPP, type Frame } from "../../kernel/index.ts";
import { __dev_get_by_name } from "../dev-lookup.ts";
import { ASSERT_RTNL } from "../rtnl.ts";
import type { net, net_device } from "../structs.ts";
import type { ethtool_drvinfo } from "./structs.ts";

export const SPEED_UNKNOWN = -1;

/** __ethtool_get_link_ksettings(): -EOPNOTSUPP if the driver cannot say. Caller holds rtnl_mutex. */
export function __ethtool_get_link_ksettings(caller: Frame, dev: net_device): { readonly speed: number } | number {
  const current = caller.enter("__ethtool_get_link_ksettings");
  ASSERT_RTNL(current);
  current.reads(dev);
  return dev.ethtool_ops.get_link_ksettings?.(current, dev) ?? -EOPNOTSUPP;
}

/** ethtool_get_drvinfo(): what the driver says, else what the driver core knows. -ENODEV, -EOPNOTSUPP. */
export function ethtool_get_drvinfo(caller: Frame, net: net, name: string): ethtool_drvinfo | number {
  const current = caller.enter("ethtool_get_drvinfo");
  const dev = __dev_get_by_name(current, net, name);
  if (dev === null) return -ENODEV;
  current.reads(dev);
  const { parent } = dev.dev;
  const info = dev.ethtool_ops.get_drvinfo?.(dev);
  if (info === undefined && (parent === null || parent.driver === null)) return -EOPNOTSUPP;
  return {
    driver: info?.driver ?? parent?.driver?.name ?? "",
    version: info?.version ?? current.kernel.release,
    fw_version: info?.fw_version ?? "",
    bus_info: info?.bus_info ?? (parent?.driver == null ? "" : parent.name),
  };
}
