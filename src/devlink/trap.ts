/**
 * Models devlink traps (net/core/devlink.c): what a device does with packets that it cannot forward. Traps belong to groups,
 * groups may have a policer. Left out: the drop monitor, which would get the packets themselves.
 */
import { EEXIST, EINVAL, EOPNOTSUPP, type Frame, synchronize_rcu, WARN_ON } from "../kernel/index.ts";
import {
  type AttributeWriter,
  DEVLINK_ATTR_STATS,
  DEVLINK_ATTR_STATS_RX_BYTES,
  DEVLINK_ATTR_STATS_RX_DROPPED,
  DEVLINK_ATTR_STATS_RX_PACKETS,
  DEVLINK_ATTR_TRAP_ACTION,
  DEVLINK_ATTR_TRAP_GENERIC,
  DEVLINK_ATTR_TRAP_GROUP_NAME,
  DEVLINK_ATTR_TRAP_METADATA,
  DEVLINK_ATTR_TRAP_METADATA_TYPE_FA_COOKIE,
  DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT,
  DEVLINK_ATTR_TRAP_NAME,
  DEVLINK_ATTR_TRAP_POLICER_BURST,
  DEVLINK_ATTR_TRAP_POLICER_ID,
  DEVLINK_ATTR_TRAP_POLICER_RATE,
  DEVLINK_ATTR_TRAP_TYPE,
  DEVLINK_CMD_TRAP_DEL,
  DEVLINK_CMD_TRAP_GROUP_DEL,
  DEVLINK_CMD_TRAP_GROUP_NEW,
  DEVLINK_CMD_TRAP_NEW,
  DEVLINK_CMD_TRAP_POLICER_DEL,
  DEVLINK_CMD_TRAP_POLICER_NEW,
  DEVLINK_TRAP_ACTION_DROP,
} from "../netlink/index.ts";
import { devlink_nl_put_handle, devlinkNotifyMessage } from "./notify.ts";
import { strategiesOf } from "./state.ts";
import type {
  devlink_stats,
  devlink_trap,
  devlink_trap_group,
  devlink_trap_group_item,
  devlink_trap_item,
  devlink_trap_policer,
  devlink_trap_policer_item,
} from "./trap-types.ts";
import type { devlink } from "./types.ts";

/** Registers objects one after the other; after an error those before it are taken back. */
async function registerAll<T>(
  objects: readonly T[],
  register: (object: T) => Promise<number>,
  unregister: (object: T) => Promise<void>,
): Promise<number> {
  for (const [i, object] of objects.entries()) {
    const err = await register(object);
    if (err === 0) continue;
    for (const done of objects.slice(0, i).toReversed()) await unregister(done);
    return err;
  }
  return 0;
}

/** devlink_trap_policers_register(): takes devlink->lock (or is called with it). -EEXIST. */
export async function devlink_trap_policers_register(
  caller: Frame,
  devlink: devlink,
  policers: readonly devlink_trap_policer[],
): Promise<number> {
  const current = caller.enter("devlink_trap_policers_register");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  const err = await registerAll(
    policers,
    (policer) => devlink_trap_policer_register(current, devlink, policer),
    (policer) => devlink_trap_policer_unregister(current, devlink, policer),
  );
  locking.unlockObjects(current, devlink);
  return err;
}

async function devlink_trap_policer_register(current: Frame, devlink: devlink, policer: devlink_trap_policer): Promise<number> {
  if (devlink_trap_policer_item_lookup(devlink, policer.id) !== null) return -EEXIST;
  const item: devlink_trap_policer_item = { policer, rate: policer.init_rate, burst: policer.init_burst };
  current.writes(devlink.trap_policer_list);
  devlink.trap_policer_list.push(item);
  await devlink_trap_policer_notify(current, devlink, item, DEVLINK_CMD_TRAP_POLICER_NEW);
  return 0;
}

async function devlink_trap_policer_unregister(current: Frame, devlink: devlink, policer: devlink_trap_policer): Promise<void> {
  const item = devlink_trap_policer_item_lookup(devlink, policer.id);
  if (WARN_ON(current, item === null, `WARNING: trap policer ${policer.id} is not registered`) || item === null) return;
  await devlink_trap_policer_notify(current, devlink, item, DEVLINK_CMD_TRAP_POLICER_DEL);
  current.writes(devlink.trap_policer_list);
  devlink.trap_policer_list.splice(devlink.trap_policer_list.indexOf(item), 1);
}

export async function devlink_trap_policers_unregister(
  caller: Frame,
  devlink: devlink,
  policers: readonly devlink_trap_policer[],
): Promise<void> {
  const current = caller.enter("devlink_trap_policers_unregister");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  for (const policer of policers.toReversed()) await devlink_trap_policer_unregister(current, devlink, policer);
  locking.unlockObjects(current, devlink);
}

/** devlink_trap_groups_register(): after their policers. -EEXIST, -EINVAL for a policer that is not there. */
export async function devlink_trap_groups_register(
  caller: Frame,
  devlink: devlink,
  groups: readonly devlink_trap_group[],
): Promise<number> {
  const current = caller.enter("devlink_trap_groups_register");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  const err = await registerAll(
    groups,
    (group) => devlink_trap_group_register(current, devlink, group),
    (group) => devlink_trap_group_unregister(current, devlink, group),
  );
  locking.unlockObjects(current, devlink);
  return err;
}

async function devlink_trap_group_register(current: Frame, devlink: devlink, group: devlink_trap_group): Promise<number> {
  if (devlink_trap_group_item_lookup(devlink, group.name) !== null) return -EEXIST;
  const policer_item = devlink_trap_policer_item_lookup(devlink, group.init_policer_id);
  if (group.init_policer_id !== 0 && policer_item === null) return -EINVAL;
  const item: devlink_trap_group_item = { group, policer_item, stats: { rx_bytes: 0, rx_packets: 0 } };
  current.writes(devlink.trap_group_list);
  devlink.trap_group_list.push(item);
  await devlink_trap_group_notify(current, devlink, item, DEVLINK_CMD_TRAP_GROUP_NEW);
  return 0;
}

async function devlink_trap_group_unregister(current: Frame, devlink: devlink, group: devlink_trap_group): Promise<void> {
  const item = devlink_trap_group_item_lookup(devlink, group.name);
  if (WARN_ON(current, item === null, `WARNING: trap group ${group.name} is not registered`) || item === null) return;
  await devlink_trap_group_notify(current, devlink, item, DEVLINK_CMD_TRAP_GROUP_DEL);
  current.writes(devlink.trap_group_list);
  devlink.trap_group_list.splice(devlink.trap_group_list.indexOf(item), 1);
}

export async function devlink_trap_groups_unregister(
  caller: Frame,
  devlink: devlink,
  groups: readonly devlink_trap_group[],
): Promise<void> {
  const current = caller.enter("devlink_trap_groups_unregister");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  for (const group of groups.toReversed()) await devlink_trap_group_unregister(current, devlink, group);
  locking.unlockObjects(current, devlink);
}

/** devlink_traps_register(): after their groups. -EINVAL without the driver's operations or the group, -EEXIST. */
export async function devlink_traps_register(caller: Frame, devlink: devlink, traps: readonly devlink_trap[]): Promise<number> {
  const current = caller.enter("devlink_traps_register");
  const { ops } = devlink;
  if (ops.trap_init === undefined || ops.trap_action_set === undefined) return -EINVAL;
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  const err = await registerAll(
    traps,
    (trap) => devlink_trap_register(current, devlink, trap),
    (trap) => devlink_trap_unregister(current, devlink, trap),
  );
  locking.unlockObjects(current, devlink);
  return err;
}

async function devlink_trap_register(current: Frame, devlink: devlink, trap: devlink_trap): Promise<number> {
  if (devlink_trap_item_lookup(devlink, trap.name) !== null) return -EEXIST;
  const group_item = devlink.trap_group_list.find(({ group }) => group.id === trap.init_group_id);
  if (WARN_ON(current, group_item === undefined, `WARNING: trap ${trap.name} is in no group`) || group_item === undefined) return -EINVAL;
  const item: devlink_trap_item = { trap, group_item, action: trap.init_action, stats: { rx_bytes: 0, rx_packets: 0 } };
  const err = devlink.ops.trap_init?.(current, devlink, trap, item) ?? -EOPNOTSUPP;
  if (err !== 0) return err;
  current.writes(devlink.trap_list);
  devlink.trap_list.push(item);
  await devlink_trap_notify(current, devlink, item, DEVLINK_CMD_TRAP_NEW);
  return 0;
}

async function devlink_trap_unregister(current: Frame, devlink: devlink, trap: devlink_trap): Promise<void> {
  const item = devlink_trap_item_lookup(devlink, trap.name);
  if (WARN_ON(current, item === null, `WARNING: trap ${trap.name} is not registered`) || item === null) return;
  await devlink_trap_notify(current, devlink, item, DEVLINK_CMD_TRAP_DEL);
  devlink.ops.trap_fini?.(current, devlink, trap);
  current.writes(devlink.trap_list);
  devlink.trap_list.splice(devlink.trap_list.indexOf(item), 1);
}

/** devlink_traps_unregister(): first all are made to drop, and a grace period later no packet is on its way any more. */
export async function devlink_traps_unregister(caller: Frame, devlink: devlink, traps: readonly devlink_trap[]): Promise<void> {
  const current = caller.enter("devlink_traps_unregister");
  const { locking } = strategiesOf(current.kernel);
  await locking.lockObjects(current, devlink);
  for (const trap of traps.toReversed()) await devlink_trap_disable(current, devlink, trap);
  await synchronize_rcu(current);
  for (const trap of traps.toReversed()) await devlink_trap_unregister(current, devlink, trap);
  locking.unlockObjects(current, devlink);
}

async function devlink_trap_disable(current: Frame, devlink: devlink, trap: devlink_trap): Promise<void> {
  const item = devlink_trap_item_lookup(devlink, trap.name);
  if (item === null) return;
  await devlink.ops.trap_action_set?.(current, devlink, trap, DEVLINK_TRAP_ACTION_DROP, null);
  current.writes(item);
  item.action = DEVLINK_TRAP_ACTION_DROP;
}

/** devlink_trap_report(): the driver hands over a packet of `length` bytes. */
export function devlink_trap_report(current: Frame, item: devlink_trap_item, length: number): void {
  for (const stats of [item.stats, item.group_item.stats]) {
    current.writes(stats);
    stats.rx_bytes += length;
    stats.rx_packets++;
  }
}

export function devlink_trap_item_lookup(devlink: devlink, name: string): devlink_trap_item | null {
  return devlink.trap_list.find(({ trap }) => trap.name === name) ?? null;
}

export function devlink_trap_group_item_lookup(devlink: devlink, name: string): devlink_trap_group_item | null {
  return devlink.trap_group_list.find(({ group }) => group.name === name) ?? null;
}

export function devlink_trap_policer_item_lookup(devlink: devlink, id: number): devlink_trap_policer_item | null {
  return devlink.trap_policer_list.find(({ policer }) => policer.id === id) ?? null;
}

/** devlink_trap_notify(): nothing while the instance is not registered; also the next two. */
export async function devlink_trap_notify(caller: Frame, devlink: devlink, item: devlink_trap_item, cmd: number): Promise<void> {
  if (!devlink.registered) return;
  const current = caller.enter("devlink_trap_notify");
  await devlinkNotifyMessage(current, devlink, cmd, (msg) => devlink_nl_trap_fill(current, msg, devlink, item));
}

export async function devlink_trap_group_notify(
  caller: Frame,
  devlink: devlink,
  item: devlink_trap_group_item,
  cmd: number,
): Promise<void> {
  if (!devlink.registered) return;
  const current = caller.enter("devlink_trap_group_notify");
  await devlinkNotifyMessage(current, devlink, cmd, (msg) => devlink_nl_trap_group_fill(current, msg, devlink, item));
}

export async function devlink_trap_policer_notify(
  caller: Frame,
  devlink: devlink,
  item: devlink_trap_policer_item,
  cmd: number,
): Promise<void> {
  if (!devlink.registered) return;
  const current = caller.enter("devlink_trap_policer_notify");
  await devlinkNotifyMessage(current, devlink, cmd, (msg) => devlink_nl_trap_policer_fill(current, msg, devlink, item));
}

/** devlink_nl_trap_fill(): the driver's error if it cannot count what the device dropped. */
export function devlink_nl_trap_fill(current: Frame, msg: AttributeWriter, devlink: devlink, item: devlink_trap_item): number {
  current.reads(item);
  const { trap } = item;
  const asked = strategiesOf(current.kernel).commands.trap_drop_counters;
  const dropped = asked ? devlink.ops.trap_drop_counter_get?.(current, devlink, trap) : undefined;
  if (typeof dropped === "object") return dropped.errno;
  devlink_nl_put_handle(msg, devlink);
  msg.string(DEVLINK_ATTR_TRAP_GROUP_NAME, item.group_item.group.name).string(DEVLINK_ATTR_TRAP_NAME, trap.name);
  msg.u8(DEVLINK_ATTR_TRAP_TYPE, trap.type);
  if (trap.generic) msg.flag(DEVLINK_ATTR_TRAP_GENERIC);
  msg.u8(DEVLINK_ATTR_TRAP_ACTION, item.action);
  msg.nest(DEVLINK_ATTR_TRAP_METADATA, (nest) => {
    for (const type of [DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT, DEVLINK_ATTR_TRAP_METADATA_TYPE_FA_COOKIE])
      if ((trap.metadata_cap & (1 << type)) !== 0) nest.flag(type);
  });
  putStats(current, msg, item.stats, dropped);
  return 0;
}

function putStats(current: Frame, msg: AttributeWriter, stats: devlink_stats, dropped?: bigint): void {
  current.reads(stats);
  msg.nest(DEVLINK_ATTR_STATS, (nest) => {
    if (dropped !== undefined) nest.u64(DEVLINK_ATTR_STATS_RX_DROPPED, dropped);
    nest.u64(DEVLINK_ATTR_STATS_RX_PACKETS, BigInt(stats.rx_packets)).u64(DEVLINK_ATTR_STATS_RX_BYTES, BigInt(stats.rx_bytes));
  });
}

export function devlink_nl_trap_group_fill(current: Frame, msg: AttributeWriter, devlink: devlink, item: devlink_trap_group_item): number {
  current.reads(item);
  devlink_nl_put_handle(msg, devlink);
  msg.string(DEVLINK_ATTR_TRAP_GROUP_NAME, item.group.name);
  if (item.group.generic) msg.flag(DEVLINK_ATTR_TRAP_GENERIC);
  if (item.policer_item !== null) msg.u32(DEVLINK_ATTR_TRAP_POLICER_ID, item.policer_item.policer.id);
  putStats(current, msg, item.stats);
  return 0;
}

/** devlink_nl_trap_policer_fill(): the driver's error if it cannot count. */
export function devlink_nl_trap_policer_fill(
  current: Frame,
  msg: AttributeWriter,
  devlink: devlink,
  item: devlink_trap_policer_item,
): number {
  current.reads(item);
  const dropped = devlink.ops.trap_policer_counter_get?.(current, devlink, item.policer);
  if (typeof dropped === "object") return dropped.errno;
  devlink_nl_put_handle(msg, devlink);
  msg.u32(DEVLINK_ATTR_TRAP_POLICER_ID, item.policer.id);
  msg.u64(DEVLINK_ATTR_TRAP_POLICER_RATE, item.rate).u64(DEVLINK_ATTR_TRAP_POLICER_BURST, item.burst);
  if (dropped !== undefined) msg.nest(DEVLINK_ATTR_STATS, (nest) => nest.u64(DEVLINK_ATTR_STATS_RX_DROPPED, dropped));
  return 0;
}
