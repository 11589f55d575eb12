/**
 * Models how core/cache.c changes the GID tables of a RoCE port: an entry for each RoCE version, and an IB event for each
 * change.
 */
import type { Frame } from "../../kernel/index.ts";
import type { net_device } from "../../net/index.ts";
import type { ib_device } from "./device.ts";
import { IB_EVENT_GID_CHANGE, ib_dispatch_event } from "./event.ts";
import { __ib_cache_gid_add, del_gids, type Gid, make_default_gid } from "./gid-table.ts";

/** ib_cache_gid_set_default_gid(): the GIDs that follow from the netdev's MAC, one for each RoCE version. */
export async function ib_cache_gid_set_default_gid(caller: Frame, dev: ib_device, port: number, ndev: net_device): Promise<void> {
  const current = caller.enter("ib_cache_gid_set_default_gid");
  for (const type of dev.roce_versions) await add(current, dev, port, { gid: make_default_gid(ndev.dev_addr), type, ndev }, true);
}

/** ib_cache_gid_add() for each RoCE version: a GID that an address of the netdev gives. */
export async function ib_cache_gid_add(caller: Frame, dev: ib_device, port: number, gid: Gid, ndev: net_device): Promise<void> {
  const current = caller.enter("ib_cache_gid_add");
  for (const type of dev.roce_versions) await add(current, dev, port, { gid, type, ndev }, false);
}

/** ib_cache_gid_del() for each RoCE version. */
export async function ib_cache_gid_del(caller: Frame, dev: ib_device, port: number, gid: Gid, ndev: net_device): Promise<void> {
  await del(caller, "ib_cache_gid_del", dev, port, (entry) => entry.gid === gid && entry.ndev === ndev);
}

/** ib_cache_gid_del_all_netdev_gids() */
export async function ib_cache_gid_del_all_netdev_gids(caller: Frame, dev: ib_device, port: number, ndev: net_device): Promise<void> {
  await del(caller, "ib_cache_gid_del_all_netdev_gids", dev, port, (entry) => entry.ndev === ndev);
}

/** Port numbers of a device. */
export function ports(dev: ib_device): number[] {
  return Array.from({ length: dev.phys_port_cnt }, (_, i) => i + 1);
}

export function rdma_protocol_roce(dev: ib_device, port: number): boolean {
  return dev.ops.port_protocol(dev, port) === "roce";
}

async function add(
  current: Frame,
  dev: ib_device,
  port: number,
  entry: Parameters<typeof __ib_cache_gid_add>[2],
  isDefault: boolean,
): Promise<void> {
  const table = dev.gid_tables[port - 1];
  if (table === undefined) return;
  if ((await __ib_cache_gid_add(current, table, entry, isDefault)) === true) dispatch_gid_change_event(current, dev, port);
}

async function del(current: Frame, name: string, dev: ib_device, port: number, match: Parameters<typeof del_gids>[3]): Promise<void> {
  const table = dev.gid_tables[port - 1];
  if (table === undefined) return;
  if (await del_gids(current, name, table, match)) dispatch_gid_change_event(current, dev, port);
}

function dispatch_gid_change_event(current: Frame, device: ib_device, port_num: number): void {
  ib_dispatch_event(current, { device, event: IB_EVENT_GID_CHANGE, port_num });
}
