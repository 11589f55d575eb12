/**
 * Models the directories of net devices in sysfs (net/core/net-sysfs.c): /sys/class/net, seen by each mount as its own
 * namespace has it. What their files do that takes rtnl_mutex is in net-sysfs-store.ts. Left out: queues, and files of single drivers.
 */
import type { device, device_attribute, device_class } from "../base/index.ts";
import { device_add, device_del } from "../base/index.ts";
import { EmulatorBug, EOPNOTSUPP, type Frame, type Kernel, staticData } from "../kernel/index.ts";
import { IF_OPER_DOWN } from "../netlink/index.ts";
import { sysfs_create_dir, sysfs_create_file } from "../vfs/index.ts";
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

/** What a file does under rtnl_mutex: reading it, writing to it. */
export interface NetdevFile {
  /** The text without its line end, or a negative errno. */
  readonly show?: (current: Frame, dev: net_device) => Promise<string | number>;
  /** 0 or a negative errno. */
  readonly store?: (current: Frame, dev: net_device, text: string) => Promise<number>;
}

const statics = staticData(() => ({ files: {} as Readonly<Record<string, NetdevFile>> }));

/** Setting a device is above this file: net_init() says what the files of that kind do. */
export function setNetdevFiles(kernel: Kernel, files: Readonly<Record<string, NetdevFile>>): void {
  statics(kernel).files = files;
}

/** Files that take a value, and those that are read under rtnl_mutex. */
const WRITABLE = ["carrier", "mtu", "flags", "tx_queue_len", "ifalias", "netdev_group", "proto_down", "gro_flush_timeout"];
const LOCKED = ["carrier", "speed", "duplex", "dormant"];

/** statistics/*: there are no packets. */
const STATISTICS = [
  "collisions",
  "multicast",
  "rx_bytes",
  "rx_compressed",
  "rx_crc_errors",
  "rx_dropped",
  "rx_errors",
  "rx_fifo_errors",
  "rx_frame_errors",
  "rx_length_errors",
  "rx_missed_errors",
  "rx_nohandler",
  "rx_over_errors",
  "rx_packets",
  "tx_aborted_errors",
  "tx_bytes",
  "tx_carrier_errors",
  "tx_compressed",
  "tx_dropped",
  "tx_errors",
  "tx_fifo_errors",
  "tx_heartbeat_errors",
  "tx_packets",
  "tx_window_errors",
];

async function locked(current: Frame, dev: net_device, name: string): Promise<string | number> {
  const text = await statics(current.kernel).files[name]?.show?.(current, dev);
  return typeof text === "string" ? `${text}\n` : (text ?? -EOPNOTSUPP);
}

/** netdev_store(): answers how much was taken. */
async function store(current: Frame, dev: net_device, name: string, text: string): Promise<number> {
  const err = (await statics(current.kernel).files[name]?.store?.(current, dev, text)) ?? -EOPNOTSUPP;
  return err < 0 ? err : text.length;
}

/** The files of a device (net_class_groups). */
export function net_class_attributes(dev: net_device): device_attribute[] {
  const file = (name: string, text: () => string | number | null): device_attribute => ({
    name,
    mode: WRITABLE.includes(name) ? 0o644 : 0o444,
    ...(WRITABLE.includes(name) ? { store: (current: Frame, buf: string) => store(current, dev, name, buf) } : {}),
    show: (current) => {
      if (LOCKED.includes(name)) return locked(current, dev, name);
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
    file("carrier", () => null),
    file("speed", () => null),
    file("duplex", () => null),
    file("dormant", () => null),
    file("dev_id", () => "0x0"),
    file("dev_port", () => 0),
    file("link_mode", () => dev.link_mode),
    file("proto_down", () => 0),
    file("gro_flush_timeout", () => 0),
    file("carrier_up_count", () => dev.carrier_up_count),
    file("carrier_down_count", () => dev.carrier_down_count),
    file("phys_port_id", () => null),
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
  const err = await device_add(current, dev.dev);
  if (err === 0) addStatistics(current, dev);
  return err;
}

/** netstat_group */
function addStatistics(current: Frame, dev: net_device): void {
  const dir = dev.dev.kobj === null ? null : sysfs_create_dir(current, dev.dev.kobj, "statistics");
  if (dir === null || typeof dir === "number") return;
  for (const name of STATISTICS) sysfs_create_file(current, dir, { name, mode: 0o444, show: () => "0\n" });
}

/** netdev_unregister_kobject(): waits for running reads of its files. */
export async function netdev_unregister_kobject(caller: Frame, dev: net_device): Promise<void> {
  await device_del(caller.enter("netdev_unregister_kobject"), dev.dev);
}
