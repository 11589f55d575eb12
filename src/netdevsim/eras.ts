/** What netdevsim was in the kernels that the machine can be: data only, each a bundle of strategies. */
import {
  DEVLINK_SUPPORT_FLASH_UPDATE_COMPONENT,
  DEVLINK_SUPPORT_FLASH_UPDATE_OVERWRITE_MASK,
  devl_lock,
  devl_trylock,
  devl_unlock,
  devlink_info_version_running_put_ext,
  devlink_info_version_stored_put_ext,
  devlink_reload_disable,
  devlink_reload_enable,
} from "../devlink/index.ts";
import { EBUSY, mutex_lock, mutex_unlock, NOTIFY_BAD, notifier_from_errno } from "../kernel/index.ts";
import { arraysOfAllKinds, arraysWithoutBegin } from "./arrays.ts";
import { vfsAreANumber, vfsHavePorts } from "./eswitch.ts";
import { allSettings, pauseOnly, withoutEthtool } from "./ethtool.ts";
import type { NetdevsimStrategies } from "./strategies.ts";

/** Up to v5.11: reloads are switched off meanwhile. */
const early: NetdevsimStrategies = {
  new_device: { fields: 2, usage: '"id port_count" (uint uint)' },
  async changePorts(current, bus_dev, nsim, change) {
    if (nsim.devlink === null) return -EBUSY;
    await mutex_lock(current, bus_dev.nsim_bus_reload_lock);
    await devlink_reload_disable(current, nsim.devlink);
    const err = await change(current);
    await devlink_reload_enable(current, nsim.devlink);
    mutex_unlock(current, bus_dev.nsim_bus_reload_lock);
    return err;
  },
  port_list_lock: true,
  async withPortsForReport(current, nsim, _devlink, report) {
    await mutex_lock(current, nsim.port_list_lock);
    const delay = await report(current);
    mutex_unlock(current, nsim.port_list_lock);
    return delay;
  },
  configureVfs: vfsAreANumber,
  putVersions() {},
  eswitch: false,
  supported_flash_update_params: DEVLINK_SUPPORT_FLASH_UPDATE_COMPONENT | DEVLINK_SUPPORT_FLASH_UPDATE_OVERWRITE_MASK,
  nexthops: false,
  fib: { countReplaced: false, refusal: notifier_from_errno },
  putArrays: arraysOfAllKinds,
  ethtool: pauseOnly,
  late_debugfs: false,
};

/** From v6.0 on: everything under the instance's lock. */
const late: NetdevsimStrategies = {
  new_device: { fields: 3, usage: '"id port_count num_queues" (uint uint unit)' },
  async changePorts(current, _bus_dev, nsim, change) {
    if (nsim.devlink === null) return -EBUSY;
    await devl_lock(current, nsim.devlink);
    const err = await change(current);
    devl_unlock(current, nsim.devlink);
    return err;
  },
  port_list_lock: false,
  /** A removal holds the lock and waits for the report to end, so the report does not wait for the lock. */
  async withPortsForReport(current, _nsim, devlink, report) {
    if (!devl_trylock(current, devlink)) return 1;
    const delay = await report(current);
    devl_unlock(current, devlink);
    return delay;
  },
  configureVfs: vfsHavePorts,
  putVersions(req) {
    devlink_info_version_stored_put_ext(req, "fw.mgmt", "10.20.30");
    devlink_info_version_running_put_ext(req, "fw.mgmt", "10.20.30");
  },
  eswitch: true,
  supported_flash_update_params: DEVLINK_SUPPORT_FLASH_UPDATE_OVERWRITE_MASK,
  nexthops: true,
  fib: { countReplaced: true, refusal: () => NOTIFY_BAD },
  putArrays: arraysWithoutBegin,
  ethtool: allSettings,
  late_debugfs: true,
};

export const NETDEVSIM_ERAS = {
  "v5.9": { ...early, ethtool: withoutEthtool },
  "v5.10": early,
  "v5.10.223": early,
  "v6.1": late,
  "v6.3": late,
} as const satisfies Readonly<Record<string, NetdevsimStrategies>>;
