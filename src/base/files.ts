/** The sysfs files of a device: its own, its bus's, and `uevent`. */
import type { Frame } from "../kernel/index.ts";
import { type kernfs_node, sysfs_create_file } from "../vfs/index.ts";
import type { device, device_attribute } from "./device.ts";
import { kobject_uevent, ueventText } from "./uevent.ts";

export function addFiles(current: Frame, dir: kernfs_node, files: readonly device_attribute[]): void {
  for (const file of files) sysfs_create_file(current, dir, file);
}

/** device_add_attrs() and bus_add_device(): the files that a device has from its birth on. */
export function device_add_attrs(current: Frame, dev: device, kobj: kernfs_node): void {
  const uevent: device_attribute = {
    name: "uevent",
    mode: 0o644,
    show: () => ueventText(dev),
    // Writing asks for the event again; the kernel reads the action's name, and takes "add" for what it does not know.
    store: async (writer, buf) => {
      kobject_uevent(writer, dev, "add");
      return buf.length;
    },
  };
  addFiles(current, kobj, [uevent, ...dev.attributes, ...(dev.bus?.dev_attrs?.(dev) ?? [])]);
}
