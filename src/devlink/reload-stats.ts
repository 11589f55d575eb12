/**
 * Models the reload statistics of net/core/devlink.c (from v5.10 on): how often which action was performed with which
 * limit, by this host ("local") or as seen from another one that shares the device ("remote", always 0 here).
 */
import {
  type AttributeWriter,
  DEVLINK_ATTR_DEV_STATS,
  DEVLINK_ATTR_RELOAD_ACTION,
  DEVLINK_ATTR_RELOAD_ACTION_INFO,
  DEVLINK_ATTR_RELOAD_ACTION_STATS,
  DEVLINK_ATTR_RELOAD_STATS,
  DEVLINK_ATTR_RELOAD_STATS_ENTRY,
  DEVLINK_ATTR_RELOAD_STATS_LIMIT,
  DEVLINK_ATTR_RELOAD_STATS_VALUE,
  DEVLINK_ATTR_REMOTE_RELOAD_STATS,
  DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
  DEVLINK_RELOAD_ACTION_UNSPEC,
  DEVLINK_RELOAD_LIMIT_NO_RESET,
  DEVLINK_RELOAD_LIMIT_UNSPEC,
} from "../netlink/index.ts";
import { ACTIONS, type devlink, type devlink_ops, LIMITS, type ReloadStats } from "./types.ts";

export function devlink_reload_action_is_supported(ops: devlink_ops, action: number): boolean {
  return ((ops.reload_actions ?? 0) & (1 << action)) !== 0;
}

export function devlink_reload_limit_is_supported(ops: devlink_ops, limit: number): boolean {
  return ((ops.reload_limits ?? 0) & (1 << limit)) !== 0;
}

/** A driver cannot be initialised anew without a reset of it. */
export function devlink_reload_combination_is_invalid(action: number, limit: number): boolean {
  return action === DEVLINK_RELOAD_ACTION_DRIVER_REINIT && limit === DEVLINK_RELOAD_LIMIT_NO_RESET;
}

/** Counts one reload: every action in the bit mask that the driver performed. */
export function countReload(stats: ReloadStats, limit: number, actions_performed: number): void {
  for (let action = 0; action < ACTIONS; action++) {
    if ((actions_performed & (1 << action)) === 0) continue;
    const at = limit * ACTIONS + action;
    stats.reload_stats[at] = (stats.reload_stats[at] ?? 0) + 1;
  }
}

/** DEVLINK_ATTR_DEV_STATS with both halves. */
export function devlink_dev_stats_put(msg: AttributeWriter, devlink: devlink): void {
  msg.nest(
    DEVLINK_ATTR_DEV_STATS,
    (stats) => {
      stats.nest(DEVLINK_ATTR_RELOAD_STATS, (half) => devlink_reload_stats_put(half, devlink, false), true);
      stats.nest(DEVLINK_ATTR_REMOTE_RELOAD_STATS, (half) => devlink_reload_stats_put(half, devlink, true), true);
    },
    true,
  );
}

/** Local counters only for what the driver supports; remote ones for everything that is possible. */
function devlink_reload_stats_put(msg: AttributeWriter, devlink: devlink, is_remote: boolean): void {
  const values = is_remote ? devlink.stats.remote_reload_stats : devlink.stats.reload_stats;
  for (let action = DEVLINK_RELOAD_ACTION_UNSPEC + 1; action < ACTIONS; action++) {
    if (!is_remote && !devlink_reload_action_is_supported(devlink.ops, action)) continue;
    const limits = range(LIMITS).filter(
      (limit) =>
        !devlink_reload_combination_is_invalid(action, limit) &&
        (is_remote || limit === DEVLINK_RELOAD_LIMIT_UNSPEC || devlink_reload_limit_is_supported(devlink.ops, limit)),
    );
    msg.nest(DEVLINK_ATTR_RELOAD_ACTION_INFO, (info) => putAction(info, values, action, limits), true);
  }
}

function putAction(msg: AttributeWriter, values: readonly number[], action: number, limits: readonly number[]): void {
  msg.u8(DEVLINK_ATTR_RELOAD_ACTION, action);
  const entries = (stats: AttributeWriter): void => {
    for (const limit of limits) {
      const entry = (w: AttributeWriter): void => {
        w.u8(DEVLINK_ATTR_RELOAD_STATS_LIMIT, limit).u32(DEVLINK_ATTR_RELOAD_STATS_VALUE, values[limit * ACTIONS + action] ?? 0);
      };
      stats.nest(DEVLINK_ATTR_RELOAD_STATS_ENTRY, entry, true);
    }
  };
  msg.nest(DEVLINK_ATTR_RELOAD_ACTION_STATS, entries, true);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
