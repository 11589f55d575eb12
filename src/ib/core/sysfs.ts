/**
 * Models core/sysfs.c and the device attributes of core/device.c: /sys/class/infiniband/<device>, once for each namespace
 * that sees the device. Left out: traffic counters (`counters`), changing node_desc.
 */
import { dev_get_drvdata, type device, type device_attribute, type device_class } from "../../base/index.ts";
import { EINVAL, type Frame } from "../../kernel/index.ts";
import { type Attribute, type kernfs_node, sysfs_create_dir, sysfs_create_file, sysfs_create_group } from "../../vfs/index.ts";
import {
  IB_PORT_ACTIVE,
  IB_PORT_DOWN,
  IB_PORT_PHYS_STATE_DISABLED,
  IB_PORT_PHYS_STATE_LINK_UP,
  IB_PORT_PHYS_STATE_POLLING,
  IB_SPEED_DDR,
  IB_SPEED_EDR,
  IB_SPEED_FDR10,
  IB_SPEED_QDR,
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

/** RDMA_HW_STATS_DEFAULT_LIFESPAN, milliseconds. */
const HW_STATS_LIFESPAN = 10;

/** The first key of a table is the default one, the others are not used. */
const DEFAULT_PKEY = "0xffff\n";
const UNUSED_PKEY = "0x0000\n";

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
    file("node_desc", () => ibdev.node_desc),
    ...ibdev.sysfs_attrs,
  ];
}

/** ib_setup_port_attrs(): ports/N below a core device that has been added. Goes with the device's directory. */
export function ib_setup_port_attrs(caller: Frame, ibdev: ib_device, dev: device): void {
  const current = caller.enter("ib_setup_port_attrs");
  if (dev.kobj === null) return;
  const dir = mkdir(current, dev.kobj, "ports");
  for (const port of ports(ibdev)) add_port(current, ibdev, mkdir(current, dir, String(port)), port);
}

/** What rate_show() prints for a lane: its name, and tenths of a gigabit per second. */
const LANES: Readonly<Record<number, readonly [string, number]>> = {
  [IB_SPEED_DDR]: [" DDR", 50],
  [IB_SPEED_QDR]: [" QDR", 100],
  [IB_SPEED_FDR10]: [" FDR10", 100],
  [IB_SPEED_EDR]: [" EDR", 250],
};

function rateText({ active_width, active_speed }: ib_port_attr): string {
  const [name, lane] = LANES[active_speed] ?? [" SDR", 25];
  const rate = lane * active_width;
  return `${Math.floor(rate / 10)}${rate % 10 === 0 ? "" : ".5"} Gb/sec (${active_width}X${name})`;
}

const STATES: Readonly<Record<number, string>> = { [IB_PORT_DOWN]: "DOWN", [IB_PORT_ACTIVE]: "ACTIVE" };
const PHYS_STATES: Readonly<Record<number, string>> = {
  [IB_PORT_PHYS_STATE_POLLING]: "Polling",
  [IB_PORT_PHYS_STATE_DISABLED]: "Disabled",
  [IB_PORT_PHYS_STATE_LINK_UP]: "LinkUp",
};

function add_port(caller: Frame, ibdev: ib_device, dir: kernfs_node, port: number): void {
  const current = caller.enter("add_port");
  const file = (name: string, text: (attr: ib_port_attr) => string): void => {
    const show = async (reader: Frame): Promise<string> =>
      `${text(await ibdev.ops.query_port(reader.enter(`${name}_show`).enter("ib_query_port"), ibdev, port))}\n`;
    sysfs_create_file(current, dir, { name, mode: 0o444, show });
  };
  file("state", (attr) => named(attr.state, STATES));
  file("lid", (attr) => `0x${attr.lid.toString(16)}`);
  file("lid_mask_count", (attr) => String(attr.lmc));
  file("sm_lid", (attr) => `0x${attr.sm_lid.toString(16)}`);
  file("sm_sl", () => "0");
  file("cap_mask", (attr) => `0x${attr.port_cap_flags.toString(16).padStart(8, "0")}`);
  file("rate", rateText);
  file("phys_state", (attr) => named(attr.phys_state, PHYS_STATES));
  const layer = ibdev.ops.port_protocol(ibdev, port) === "ib" ? "InfiniBand" : "Ethernet";
  sysfs_create_file(current, dir, { name: "link_layer", mode: 0o444, show: () => `${layer}\n` });
  addGids(current, ibdev, dir, port);
  const pkeys = ibdev.pkey_tbl_len[port - 1] ?? 0;
  sysfs_create_group(current, dir, "pkeys", () => table(pkeys, (index) => () => (index === 0 ? DEFAULT_PKEY : UNUSED_PKEY)));
  addCounters(current, ibdev, dir, port);
}

/** One file for each entry of a table. */
function table(length: number, show: (index: number) => NonNullable<Attribute["show"]>): readonly Attribute[] {
  return Array.from({ length }, (_, index) => ({ name: String(index), mode: 0o444, show: show(index) }));
}

/** setup_hw_stats(): a file for each hardware counter, and how long a value is kept. */
function addCounters(current: Frame, ibdev: ib_device, dir: kernfs_node, port: number): void {
  const { hw_counters, get_hw_stats } = ibdev.ops;
  if (hw_counters === undefined || get_hw_stats === undefined) return;
  const counter = (name: string, i: number): Attribute => ({
    name,
    mode: 0o444,
    show: async (reader) => `${(await get_hw_stats(reader.enter("show_hw_stats"), ibdev, port))[i] ?? 0n}\n`,
  });
  const lifespan = { name: "lifespan", mode: 0o444, show: () => `${HW_STATS_LIFESPAN}\n` };
  sysfs_create_group(current, dir, "hw_counters", () => [...hw_counters.map(counter), lifespan]);
}

function addGids(current: Frame, ibdev: ib_device, dir: kernfs_node, port: number): void {
  const gids = ibdev.gid_tables[port - 1];
  const files = (text: (entry: GidEntry | null) => string | number) => () =>
    table(gids?.entries.length ?? 0, (index) => (reader) => {
      if (gids !== undefined) reader.reads(gids);
      return text(gids?.entries[index] ?? null);
    });
  sysfs_create_group(
    current,
    dir,
    "gids",
    files((entry) => `${entry?.gid ?? ZERO_GID}\n`),
  );
  const attrs = mkdir(current, dir, "gid_attrs");
  sysfs_create_group(
    current,
    attrs,
    "ndevs",
    files((entry) => lineOrError(entry?.ndev?.name)),
  );
  sysfs_create_group(
    current,
    attrs,
    "types",
    files((entry) => lineOrError(entry?.type)),
  );
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
