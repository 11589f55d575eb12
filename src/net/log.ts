/** Models netdev_info() (net/core/dev.c __netdev_printk): log lines that name the device and its driver. */
import { dev_driver_string, dev_name } from "../base/index.ts";
import { type Frame, pr_info } from "../kernel/index.ts";
import type { net_device } from "./structs.ts";

function prefix(dev: net_device): string {
  const state = dev.reg_state === "NETREG_REGISTERED" ? "" : ` (${dev.reg_state.replace("NETREG_", "").toLowerCase()})`;
  const { parent } = dev.dev;
  return parent === null ? `${dev.name}${state}` : `${dev_driver_string(parent)} ${dev_name(parent)} ${dev.name}${state}`;
}

export function netdev_info(current: Frame, dev: net_device, text: string): void {
  pr_info(current.kernel, `${prefix(dev)}: ${text}`);
}
