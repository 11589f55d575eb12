/**
 * Models core/sysfs.c and the device attributes of core/device.c: /sys/class/infiniband/<device>, once for each namespace
 * that sees the device. Left out: counters, partition keys, rates, the writable node_desc.
 */
import { dev_get_drvdata, type device, type device_attribute, type device_class } from "../../base/index.ts";
import { EINVAL, type Frame } from "../../kernel/index.ts";
import { type kernfs_node, sysfs_create_dir, sysfs_create_file } from "../../vfs/index.ts";
import {
  IB_PORT_ACTIVE,
  IB_PORT_DOWN,
  IB_PORT_PHYS_STATE_DISABLED,
  IB_PORT_PHYS_STATE_LINK_UP,
  type ib_core_device,
  type ib_device,
  type ib_port_attr,
} from "./device.ts";
import { ports } from "./gid-cache.ts";
import { type GidEntry, ZERO_GID } from "./gid-table.ts";

/** The class; a device is seen in the namespace of its core device only. */
export const ib_class: device_class = {
  name: "infiniband",
  uevent: (dev) => ({ NAME: dev.name }),
  namespace: (dev) => (dev_get_drvdata(dev) as ib_core_device).rdma_net,
};

/** GUID as sysfs and rdma write it: 0c42:a103:0000:0040. */
export function guidText(guid: bigint): string {
  return (guid.toString(16).padStart(16, "0").match(/.{4}/g) ?? []).join(":");
}

/** The files of the device itself. */
export function ibDeviceAttributes(ibdev: ib_device): readonly device_attribute[] {
  const file = (name: string, show: () => string): device_attribute => ({ name, mode: 0o444, show: () => `${show()}\n` });
  return [
    file("node_type", () => "1: CA"),
    file("node_guid", () => guidText(ibdev.node_guid)),
    file("sys_image_guid", () => guidText(ibdev.sys_image_guid)),
    file("fw_ver", () => ibdev.ops.get_dev_fw_str?.(ibdev) ?? ""),
  ];
}

/** ib_setup_port_attrs(): ports/N below a core device that has been added. Goes with the device's directory. */
export function ib_setup_port_attrs(caller: Frame, ibdev: ib_device, dev: device): void {
  const current = caller.enter("ib_setup_port_attrs");
  if (dev.kobj === null) return;
  const dir = mkdir(current, dev.kobj, "ports");
  for (const port of ports(ibdev)) add_port(current, ibdev, mkdir(current, dir, String(port)), port);
}

const STATES: Readonly<Record<number, string>> = { [IB_PORT_DOWN]: "DOWN", [IB_PORT_ACTIVE]: "ACTIVE" };
const PHYS_STATES: Readonly<Record<number, string>> = { [IB_PORT_PHYS_STATE_DISABLED]: "Disabled", [IB_PORT_PHYS_STATE_LINK_UP]: "LinkUp" };

function add_port(caller: Frame, ibdev: ib_device, dir: kernfs_node, port: number): void {
  const current = caller.enter("add_port");
  const query = (reader: Frame): ib_port_attr => ibdev.ops.query_port(reader.enter("ib_query_port"), ibdev, port);
  const file = (name: string, show: (reader: Frame) => string): void => {
    sysfs_create_file(current, dir, { name, mode: 0o444, show: (reader) => `${show(reader)}\n` });
  };
  file("state", (reader) => named(query(reader).state, STATES));
  file("phys_state", (reader) => named(query(reader).phys_state, PHYS_STATES));
  file("lid", (reader) => `0x${query(reader).lid.toString(16)}`);
  file("sm_lid", (reader) => `0x${query(reader).sm_lid.toString(16)}`);
  file("cap_mask", (reader) => `0x${query(reader).port_cap_flags.toString(16).padStart(8, "0")}`);
  file("link_layer", () => (ibdev.ops.port_protocol(ibdev, port) === "ib" ? "InfiniBand" : "Ethernet"));
  addGids(current, ibdev, dir, port);
}

function addGids(current: Frame, ibdev: ib_device, dir: kernfs_node, port: number): void {
  const gids = mkdir(current, dir, "gids");
  const attrs = mkdir(current, dir, "gid_attrs");
  const ndevs = mkdir(current, attrs, "ndevs");
  const types = mkdir(current, attrs, "types");
  const table = ibdev.gid_tables[port - 1];
  for (let index = 0; index < (table?.entries.length ?? 0); index++) {
    const name = String(index);
    const entry = (reader: Frame): GidEntry | null => {
      if (table !== undefined) reader.reads(table);
      return table?.entries[index] ?? null;
    };
    sysfs_create_file(current, gids, { name, mode: 0o444, show: (reader) => `${entry(reader)?.gid ?? ZERO_GID}\n` });
    sysfs_create_file(current, ndevs, { name, mode: 0o444, show: (reader) => lineOrError(entry(reader)?.ndev?.name) });
    sysfs_create_file(current, types, { name, mode: 0o444, show: (reader) => lineOrError(entry(reader)?.type) });
  }
}

function lineOrError(text: string | undefined): string | number {
  return text === undefined ? -EINVAL : `${text}\n`;
}

function named(state: number, names: Readonly<Record<number, string>>): string {
  return `${state}: ${names[state] ?? "UNKNOWN"}`;
}

function mkdir(current: Frame, parent: kernfs_node, name: string): kernfs_node {
  const dir = sysfs_create_dir(current, parent, name);
  return typeof dir === "number" ? parent : dir;
}
