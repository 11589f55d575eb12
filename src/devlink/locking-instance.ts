/**
 * devlink's locking from v6.0 on: no global lock. A command finds its instance without one, takes devlink->lock and
 * looks again whether the instance is still registered; reload holds that lock all the way, also for a dying namespace.
 */
import { ENODEV, mutex_lock, mutex_unlock, WARN_ON } from "../kernel/index.ts";
import { net_eq } from "../net/index.ts";
import { statics } from "./state.ts";
import type { DevlinkLocking } from "./strategies.ts";
import { devlink_net } from "./types.ts";

export const instanceLocking: DevlinkLocking = {
  name: "instance",
  parallel_ops: true,
  port_fill_takes_rtnl: false,

  async lockForCommand(current, find, _own_lock) {
    const devlink = find();
    if (typeof devlink === "number") return devlink;
    await mutex_lock(current, devlink.lock);
    if (devlink.registered && find() === devlink) return devlink;
    mutex_unlock(current, devlink.lock);
    return -ENODEV;
  },

  unlockAfterCommand(current, devlink, _own_lock) {
    mutex_unlock(current, devlink.lock);
  },

  async forEachInDump(current, net, _own_lock, visit) {
    const { devlink_list } = statics(current.kernel);
    current.reads(devlink_list);
    for (const devlink of [...devlink_list]) {
      if (!net_eq(devlink_net(devlink), net)) continue;
      await mutex_lock(current, devlink.lock);
      const more = devlink.registered ? await visit(current, devlink) : true;
      mutex_unlock(current, devlink.lock);
      if (!more) break;
    }
  },

  async lockObjects(current, devlink) {
    WARN_ON(current, devlink.lock.owner !== current.task, `WARNING: devlink->lock of ${devlink.handle} is not held (lockdep_assert_held)`);
  },

  unlockObjects() {},

  async lockSnapshots(current, region) {
    await mutex_lock(current, region.snapshot_lock);
  },

  unlockSnapshots(current, region) {
    mutex_unlock(current, region.snapshot_lock);
  },

  async lockSnapshotIds() {},

  unlockSnapshotIds() {},

  async devl_lock(current, devlink) {
    await mutex_lock(current, devlink.lock);
  },

  devl_unlock(current, devlink) {
    mutex_unlock(current, devlink.lock);
  },

  excludesReload: (current, devlink) => devlink.lock.owner === current.task,

  async forEachInDyingNet(current, net, reload) {
    const { devlink_list } = statics(current.kernel);
    current.reads(devlink_list);
    for (const devlink of [...devlink_list]) {
      if (!net_eq(devlink_net(devlink), net)) continue;
      await mutex_lock(current, devlink.lock);
      if (devlink.registered) await reload(current, devlink);
      mutex_unlock(current, devlink.lock);
    }
  },
};
