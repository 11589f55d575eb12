/**
 * devlink's locking up to v5.19: every command, dump, registration and the death of every namespace takes the global
 * devlink_mutex; devlink->lock nests inside it for the commands that touch ports, parameters and the like.
 */
import { mutex_lock, mutex_unlock } from "../kernel/index.ts";
import { net_eq } from "../net/index.ts";
import { statics } from "./state.ts";
import type { DevlinkLocking } from "./strategies.ts";
import { devlink_net } from "./types.ts";

export const globalLocking: DevlinkLocking = {
  name: "devlink_mutex",
  parallel_ops: false,
  port_fill_takes_rtnl: true,
  unregister_waits: false,

  initLock() {},

  async lockForCommand(current, find, own_lock) {
    const { devlink_mutex } = statics(current.kernel);
    await mutex_lock(current, devlink_mutex);
    const devlink = find();
    if (typeof devlink === "number") {
      mutex_unlock(current, devlink_mutex);
      return devlink;
    }
    if (own_lock) await mutex_lock(current, devlink.lock);
    return devlink;
  },

  unlockAfterCommand(current, devlink, own_lock) {
    if (own_lock) mutex_unlock(current, devlink.lock);
    mutex_unlock(current, statics(current.kernel).devlink_mutex);
  },

  async forEachInDump(current, net, own_lock, visit) {
    const { devlink_mutex, devlink_list } = statics(current.kernel);
    await mutex_lock(current, devlink_mutex);
    current.reads(devlink_list);
    for (const devlink of devlink_list) {
      if (!net_eq(devlink_net(devlink), net)) continue;
      if (own_lock) await mutex_lock(current, devlink.lock);
      const more = await visit(current, devlink);
      if (own_lock) mutex_unlock(current, devlink.lock);
      if (!more) break;
    }
    mutex_unlock(current, devlink_mutex);
  },

  async lockObjects(current, devlink) {
    await mutex_lock(current, devlink.lock);
  },

  unlockObjects(current, devlink) {
    mutex_unlock(current, devlink.lock);
  },

  async lockSnapshots(current, region, in_command) {
    if (!in_command) await mutex_lock(current, region.devlink.lock);
  },

  unlockSnapshots(current, region, in_command) {
    if (!in_command) mutex_unlock(current, region.devlink.lock);
  },

  async lockSnapshotIds(current, devlink) {
    await mutex_lock(current, devlink.lock);
  },

  unlockSnapshotIds(current, devlink) {
    mutex_unlock(current, devlink.lock);
  },

  async devl_lock() {},

  devl_unlock() {},

  excludesReload: (current) => statics(current.kernel).devlink_mutex.owner === current.task,

  async forEachInDyingNet(current, net, reload) {
    const { devlink_mutex, devlink_list } = statics(current.kernel);
    await mutex_lock(current, devlink_mutex);
    current.reads(devlink_list);
    for (const devlink of devlink_list) if (net_eq(devlink_net(devlink), net)) await reload(current, devlink);
    mutex_unlock(current, devlink_mutex);
  },
};
