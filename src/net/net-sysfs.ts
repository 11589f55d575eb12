/**
 * Models the directories of net devices in sysfs (net/core/net-sysfs.c): /sys/class/net, seen by each mount as its own
 * namespace has it. Left out: writing to the files, queues, statistics, and files that fail while a device is down.
 */
import type { device, device_attribute, device_class } from "../base/index.ts";
import { device_add, device_del } from "../base/index.ts";
import { EmulatorBug, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { IF_OPER_DOWN } from "../netlink/index.ts";
import { dev_get_iflink } from "./link-state.ts";
import { net_device } from "./structs.ts";

function to_net_dev(dev: device): net_device {
  if (dev.driver_data instanceof net_device) return dev.driver_data;
  throw new EmulatorBug(`${dev.name} is no net device`);
}

export const net_class: device_class = {
  name: "net",
  namespace: (dev) => to_net_dev(dev).nd_net,
  uevent: (dev) => ({ INTERFACE: to_net_dev(dev).name, IFINDEX: String(to_net_dev(dev).ifindex) }),
};

const operstates = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];

/** An address as `%pM` prints it. */
export function formatAddress(address: Uint8Array): string {
  return [...address].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** The files of a device (net_class_groups). */
export function net_class_attributes(dev: net_device): device_attribute[] {
  const file = (name: string, text: () => string | number | null): device_attribute => ({
    name,
    mode: 0o444,
    show: (current) => {
      current.reads(dev);
      const value = text();
      return value === null ? -EOPNOTSUPP : `${value}\n`;
    },
  });
  return [
    file("type", () => dev.type),
    file("address", () => formatAddress(dev.dev_addr)),
    file("broadcast", () => formatAddress(dev.broadcast)),
    file("addr_len", () => dev.dev_addr.length),
    file("ifindex", () => dev.ifindex),
    file("iflink", () => dev_get_iflink(dev)),
    file("ifalias", () => dev.ifalias),
    file("mtu", () => dev.mtu),
    file("flags", () => `0x${dev.flags.toString(16)}`),
    file("tx_queue_len", () => dev.tx_queue_len),
    file("netdev_group", () => dev.group),
    file("operstate", () => operstates[dev.running ? dev.operstate : IF_OPER_DOWN] ?? "unknown"),
    file("carrier_changes", () => dev.carrier_up_count + dev.carrier_down_count),
    file("phys_port_name", () => dev.netdev_ops.ndo_get_phys_port_name?.(dev) ?? null),
    file("phys_switch_id", () => {
      const id = dev.netdev_ops.ndo_get_port_parent_id?.(dev) ?? null;
      return id === null ? null : [...id].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }),
  ];
}

/** netdev_register_kobject() */
export async function netdev_register_kobject(caller: Frame, dev: net_device): Promise<number> {
  const current = caller.enter("netdev_register_kobject");
  dev.dev.name = dev.name;
  return device_add(current, dev.dev);
}

/** netdev_unregister_kobject(): waits for running reads of its files. */
export async function netdev_unregister_kobject(caller: Frame, dev: net_device): Promise<void> {
  await device_del(caller.enter("netdev_unregister_kobject"), dev.dev);
}
