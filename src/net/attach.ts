/** Models netif_device_attach() and netif_device_detach() (net/core/dev.c): a driver takes its hardware away for a while. */
import type { Frame } from "../kernel/index.ts";
import type { net_device } from "./structs.ts";

/** netif_device_detach(): the device stays registered, but opening it and most settings answer -ENODEV. */
export function netif_device_detach(current: Frame, dev: net_device): void {
  current.writes(dev);
  dev.present = false;
}

/** netif_device_attach() */
export function netif_device_attach(current: Frame, dev: net_device): void {
  current.writes(dev);
  dev.present = true;
}
