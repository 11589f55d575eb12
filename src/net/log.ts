/** Models netdev_info() and its kin (net/core/dev.c __netdev_printk): log lines that name the device and its driver. */
import { dev_driver_string, dev_name } from "../base/index.ts";
import { type Frame, KERN_INFO, KERN_WARNING, printk } from "../kernel/index.ts";
import type { net_device } from "./structs.ts";

function prefix(dev: net_device): string {
  const state = dev.reg_state === "NETREG_REGISTERED" ? "" : ` (${dev.reg_state.replace("NETREG_", "").toLowerCase()})`;
  const { parent } = dev.dev;
  return parent === null ? `${dev.name}${state}` : `${dev_driver_string(parent)} ${dev_name(parent)} ${dev.name}${state}`;
}

export function netdev_info(current: Frame, dev: net_device, text: string): void {
  printk(current.kernel, KERN_INFO, `${prefix(dev)}: ${text}`);
}

export function netdev_warn(current: Frame, dev: net_device, text: string): void {
  printk(current.kernel, KERN_WARNING, `${prefix(dev)}: ${text}`);
}
