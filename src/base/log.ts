/** Models dev_printk() (drivers/base/core.c): a driver's messages, with driver and device in front. */
import { KERN_ERR, KERN_INFO, KERN_WARNING, type Kernel, printk } from "../kernel/index.ts";
import { dev_driver_string, type device } from "./device.ts";

export function dev_err(kernel: Kernel, dev: device, text: string): void {
  dev_printk(kernel, KERN_ERR, dev, text);
}

export function dev_warn(kernel: Kernel, dev: device, text: string): void {
  dev_printk(kernel, KERN_WARNING, dev, text);
}

export function dev_info(kernel: Kernel, dev: device, text: string): void {
  dev_printk(kernel, KERN_INFO, dev, text);
}

function dev_printk(kernel: Kernel, level: number, dev: device, text: string): void {
  printk(kernel, level, `${dev_driver_string(dev)} ${dev.name}: ${text}`);
}
