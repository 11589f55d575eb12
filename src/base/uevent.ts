/**
 * Models kobject_uevent() (lib/kobject_uevent.c) as an event of the kernel's stream, and the text of a device's `uevent`
 * file. Left out: the NETLINK_KOBJECT_UEVENT socket; no udev runs here.
 */
import type { Frame } from "../kernel/index.ts";
import type { device } from "./device.ts";

export type KobjectAction = "add" | "remove" | "change" | "move" | "bind" | "unbind";

export function kobject_uevent(current: Frame, dev: device, action: KobjectAction): void {
  const { events } = current.kernel;
  if (!events.wants.subsystem) return;
  const subsystem = dev.bus?.name ?? dev.class?.name ?? "";
  events.emit({ type: "subsystem", room: "base", name: "uevent", frame: current, data: { action, device: dev.name, subsystem } });
}

/** The lines of the `uevent` file: the driver, and what the bus or class adds. */
export function ueventText(dev: device): string {
  const driver = dev.driver === null ? {} : { DRIVER: dev.driver.name };
  const variables = { ...driver, ...dev.bus?.uevent?.(dev), ...dev.class?.uevent?.(dev) };
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
