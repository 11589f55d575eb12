/** Models ib_device_get_netdev() of core/device.c. */
import type { Frame } from "../../kernel/index.ts";
import { dev_put, type net_device } from "../../net/index.ts";
import type { ib_device } from "./device.ts";

/** The netdev of a port with a reference, or null: none, or one that is being unregistered. */
export function ib_device_get_netdev(caller: Frame, dev: ib_device, port: number): net_device | null {
  const current = caller.enter("ib_device_get_netdev");
  const ndev = dev.ops.get_netdev?.(current, dev, port) ?? null;
  if (ndev === null || ndev.reg_state === "NETREG_REGISTERED") return ndev;
  dev_put(current, ndev);
  return null;
}
