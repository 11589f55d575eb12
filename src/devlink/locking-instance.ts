/**
 * devlink's locking from v6.0 on: no global lock. A command finds its instance without one, takes a reference and
 * devlink->lock; reload holds that lock all the way, also for a dying namespace. From v6.2 on a command then looks again
 * whether the instance is still registered; before, unregistering waits for every reference instead.
 */
import { ENODEV, type Frame, lock_class_key, lockdep_set_class, mutex_lock, mutex_unlock, WARN_ON } from "../kernel/index.ts";
import { net_eq } from "../net/index.ts";
import { statics } from "./state.ts";
import type { DevlinkLocking } from "./strategies.ts";
import { type devlink, devlink_net } from "./types.ts";

/** devlink_try_get() */
function devlink_get(current: Frame, devlink: devlink): void {
  current.writes(devlink.users);
  devlink.users.push(current.task);
}

/** devlink_put() */
function devlink_put(current: Frame, devlink: devlink): void {
  current.writes(devlink.users);
  devlink.users.splice(devlink.users.indexOf(current.task), 1);
  if (devlink.users.length === 0) devlink.comp.wake_up();
}

export const instanceLocking: DevlinkLocking = {
  name: "instance",
  parallel_ops: true,
  port_fill_takes_rtnl: false,
  unregister_waits: false,

  initLock(devlink) {
    lockdep_set_class(devlink.lock, new lock_class_key("&devlink->lock_key"));
  },

  async lockForCommand(current, find, _own_lock) {
    const devlink = find();
    if (typeof devlink === "number") return devlink;
    devlink_get(current, devlink);
    await mutex_lock(current, devlink.lock);
    if (this.unregister_waits || (devlink.registered && find() === devlink)) return devlink;
    mutex_unlock(current, devlink.lock);
    devlink_put(current, devlink);
    return -ENODEV;
  },

  unlockAfterCommand(current, devlink, _own_lock) {
    mutex_unlock(current, devlink.lock);
    devlink_put(current, devlink);
  },

  async forEachInDump(current, net, _own_lock, visit) {
    const { devlink_list } = statics(current.kernel);
    current.reads(devlink_list);
    for (const devlink of [...devlink_list]) {
      if (!net_eq(devlink_net(devlink), net)) continue;
      devlink_get(current, devlink);
      await mutex_lock(current, devlink.lock);
      const more = devlink.registered ? await visit(current, devlink) : true;
      mutex_unlock(current, devlink.lock);
      devlink_put(current, devlink);
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
      devlink_get(current, devlink);
      await mutex_lock(current, devlink.lock);
      if (devlink.registered) await reload(current, devlink);
      mutex_unlock(current, devlink.lock);
      devlink_put(current, devlink);
    }
  },
};

/** v6.0 and v6.1 */
export const countedInstanceLocking: DevlinkLocking = { ...instanceLocking, unregister_waits: true };
