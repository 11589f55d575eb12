/**
 * Models devlink regions (net/core/devlink.c): memory of a device of which snapshots are kept, by the driver's decision or on
 * request. Left out: regions of ports.
 */
import { EEXIST, EINVAL, ENOSPC, type Frame, mutex, WARN_ON } from "../kernel/index.ts";
import {
  type AttributeWriter,
  DEVLINK_ATTR_REGION_MAX_SNAPSHOTS,
  DEVLINK_ATTR_REGION_NAME,
  DEVLINK_ATTR_REGION_SIZE,
  DEVLINK_ATTR_REGION_SNAPSHOT,
  DEVLINK_ATTR_REGION_SNAPSHOT_ID,
  DEVLINK_ATTR_REGION_SNAPSHOTS,
  DEVLINK_CMD_REGION_DEL,
  DEVLINK_CMD_REGION_NEW,
} from "../netlink/index.ts";
import { devlink_nl_put_handle, devlinkNotifyMessage } from "./notify.ts";
import type { devlink_region, devlink_region_ops, devlink_snapshot } from "./region-types.ts";
import { strategiesOf } from "./state.ts";
import type { devlink } from "./types.ts";

export function devlink_region_get_by_name(devlink: devlink, name: string): devlink_region | null {
  return devlink.region_list.find((region) => region.ops.name === name) ?? null;
}

export function devlink_region_snapshot_get_by_id(region: devlink_region, id: number): devlink_snapshot | null {
  return region.snapshot_list.find((snapshot) => snapshot.id === id) ?? null;
}

/** devlink_region_create(): takes devlink->lock (or is called with it). -EEXIST if the name is taken. */
export async function devlink_region_create<P>(
  caller: Frame,
  devlink: devlink<P>,
  ops: devlink_region_ops<P>,
  max_snapshots: number,
  size: number,
): Promise<devlink_region | number> {
  const current = caller.enter("devlink_region_create");
  const { locking } = strategiesOf(current.kernel);
  const snapshot_lock = new mutex(current.kernel, "&region->snapshot_lock");
  const region: devlink_region = { devlink, ops, size, max_snapshots, snapshot_lock, snapshot_list: [] };
  await locking.lockObjects(current, devlink);
  current.writes(devlink.region_list);
  const taken = devlink_region_get_by_name(devlink, ops.name) !== null;
  if (!taken) {
    devlink.region_list.push(region);
    await devlink_nl_region_notify(current, region, null, DEVLINK_CMD_REGION_NEW);
  }
  locking.unlockObjects(current, devlink);
  return taken ? -EEXIST : region;
}

/** devlink_region_destroy(): with all its snapshots. Takes devlink->lock (or is called with it). */
export async function devlink_region_destroy(caller: Frame, region: devlink_region): Promise<void> {
  const current = caller.enter("devlink_region_destroy");
  const { devlink } = region;
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  for (const snapshot of [...region.snapshot_list]) devlink_region_snapshot_del(current, region, snapshot);
  current.writes(devlink.region_list);
  const at = devlink.region_list.indexOf(region);
  if (at >= 0) devlink.region_list.splice(at, 1);
  await devlink_nl_region_notify(current, region, null, DEVLINK_CMD_REGION_DEL);
  locking.unlockObjects(current, devlink);
}

/** devlink_region_snapshot_id_get(): the lowest id that no snapshot of the instance uses; put it back when done. */
export async function devlink_region_snapshot_id_get(caller: Frame, devlink: devlink): Promise<number> {
  const current = caller.enter("devlink_region_snapshot_id_get");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockSnapshotIds(current, devlink);
  const id = __devlink_region_snapshot_id_get(current, devlink);
  locking.unlockSnapshotIds(current, devlink);
  return id;
}

export function __devlink_region_snapshot_id_get(current: Frame, devlink: devlink): number {
  current.writes(devlink.snapshot_ids);
  let id = 0;
  while (devlink.snapshot_ids.has(id)) id++;
  devlink.snapshot_ids.set(id, 1);
  return id;
}

/** __devlink_snapshot_id_insert(): user space chose the id. -EEXIST if another region uses it. */
export function __devlink_snapshot_id_insert(current: Frame, devlink: devlink, id: number): number {
  current.writes(devlink.snapshot_ids);
  if (devlink.snapshot_ids.has(id)) return -EEXIST;
  devlink.snapshot_ids.set(id, 0);
  return 0;
}

/** __devlink_snapshot_id_increment(): -EINVAL for an id that was not given out. */
function __devlink_snapshot_id_increment(current: Frame, devlink: devlink, id: number): number {
  current.writes(devlink.snapshot_ids);
  const count = devlink.snapshot_ids.get(id);
  if (WARN_ON(current, count === undefined, `WARNING: snapshot id ${id} was not given out`) || count === undefined) return -EINVAL;
  devlink.snapshot_ids.set(id, count + 1);
  return 0;
}

export function __devlink_snapshot_id_decrement(current: Frame, devlink: devlink, id: number): void {
  current.writes(devlink.snapshot_ids);
  const count = devlink.snapshot_ids.get(id);
  if (count === undefined) return;
  if (count > 1) devlink.snapshot_ids.set(id, count - 1);
  else devlink.snapshot_ids.delete(id);
}

/** devlink_region_snapshot_id_put() */
export async function devlink_region_snapshot_id_put(caller: Frame, devlink: devlink, id: number): Promise<void> {
  const current = caller.enter("devlink_region_snapshot_id_put");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockSnapshotIds(current, devlink);
  __devlink_snapshot_id_decrement(current, devlink, id);
  locking.unlockSnapshotIds(current, devlink);
}

/** devlink_region_snapshot_create(): the driver's snapshot. -ENOSPC if there are as many as can be, -EEXIST if the id is used. */
export async function devlink_region_snapshot_create(caller: Frame, region: devlink_region, data: Uint8Array, id: number): Promise<number> {
  const current = caller.enter("devlink_region_snapshot_create");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockSnapshots(current, region, false);
  const err = await __devlink_region_snapshot_create(current, region, data, id);
  locking.unlockSnapshots(current, region, false);
  return err;
}

export async function __devlink_region_snapshot_create(
  caller: Frame,
  region: devlink_region,
  data: Uint8Array,
  id: number,
): Promise<number> {
  const current = caller.enter("__devlink_region_snapshot_create");
  current.writes(region);
  if (region.snapshot_list.length >= region.max_snapshots) return -ENOSPC;
  if (devlink_region_snapshot_get_by_id(region, id) !== null) return -EEXIST;
  const err = __devlink_snapshot_id_increment(current, region.devlink, id);
  if (err !== 0) return err;
  const snapshot: devlink_snapshot = { id, data };
  region.snapshot_list.push(snapshot);
  await devlink_nl_region_notify(current, region, snapshot, DEVLINK_CMD_REGION_NEW);
  return 0;
}

/** devlink_region_snapshot_del() */
export function devlink_region_snapshot_del(current: Frame, region: devlink_region, snapshot: devlink_snapshot): void {
  current.writes(region);
  region.snapshot_list.splice(region.snapshot_list.indexOf(snapshot), 1);
  __devlink_snapshot_id_decrement(current, region.devlink, snapshot.id);
}

/** devlink_nl_region_notify_build(): names one snapshot, or the region's size. */
export function devlink_nl_region_notify_build(msg: AttributeWriter, region: devlink_region, snapshot: devlink_snapshot | null): number {
  devlink_nl_put_handle(msg, region.devlink);
  msg.string(DEVLINK_ATTR_REGION_NAME, region.ops.name);
  if (snapshot === null) msg.u64(DEVLINK_ATTR_REGION_SIZE, BigInt(region.size));
  else msg.u32(DEVLINK_ATTR_REGION_SNAPSHOT_ID, snapshot.id);
  return 0;
}

/** devlink_nl_region_notify(): nothing while the instance is not registered. */
export async function devlink_nl_region_notify(
  caller: Frame,
  region: devlink_region,
  snapshot: devlink_snapshot | null,
  cmd: number,
): Promise<void> {
  if (!region.devlink.registered) return;
  const current = caller.enter("devlink_nl_region_notify");
  await devlinkNotifyMessage(current, region.devlink, cmd, (msg) => devlink_nl_region_notify_build(msg, region, snapshot));
}

/** devlink_nl_region_fill(): the region with the ids of its snapshots. */
export function devlink_nl_region_fill(current: Frame, msg: AttributeWriter, region: devlink_region): number {
  current.reads(region);
  devlink_nl_put_handle(msg, region.devlink);
  msg.string(DEVLINK_ATTR_REGION_NAME, region.ops.name).u64(DEVLINK_ATTR_REGION_SIZE, BigInt(region.size));
  if (strategiesOf(current.kernel).commands.region_max_snapshots) msg.u32(DEVLINK_ATTR_REGION_MAX_SNAPSHOTS, region.max_snapshots);
  msg.nest(DEVLINK_ATTR_REGION_SNAPSHOTS, (list) => {
    for (const { id } of region.snapshot_list)
      list.nest(DEVLINK_ATTR_REGION_SNAPSHOT, (nest) => nest.u32(DEVLINK_ATTR_REGION_SNAPSHOT_ID, id));
  });
  return 0;
}
