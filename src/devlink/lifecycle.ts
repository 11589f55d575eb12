/** The two lives of a devlink instance: registered first and reloadable later (up to v5.15), or registered last. */
import { type Frame, mutex_lock, mutex_unlock, WARN_ON, wait_event } from "../kernel/index.ts";
import {
  DEVLINK_CMD_DEL,
  DEVLINK_CMD_NEW,
  DEVLINK_CMD_PARAM_DEL,
  DEVLINK_CMD_PARAM_NEW,
  DEVLINK_CMD_PORT_DEL,
  DEVLINK_CMD_PORT_NEW,
  DEVLINK_CMD_RATE_DEL,
  DEVLINK_CMD_RATE_NEW,
  DEVLINK_CMD_REGION_DEL,
  DEVLINK_CMD_REGION_NEW,
  DEVLINK_CMD_TRAP_DEL,
  DEVLINK_CMD_TRAP_GROUP_DEL,
  DEVLINK_CMD_TRAP_GROUP_NEW,
  DEVLINK_CMD_TRAP_NEW,
  DEVLINK_CMD_TRAP_POLICER_DEL,
  DEVLINK_CMD_TRAP_POLICER_NEW,
} from "../netlink/index.ts";
import { devlink_notify } from "./notify.ts";
import { devlink_param_notify } from "./param.ts";
import { devlink_port_notify } from "./port.ts";
import { devlink_rate_notify } from "./rate.ts";
import { devlink_nl_region_notify } from "./region.ts";
import { devlink_reload_supported } from "./reload.ts";
import { statics } from "./state.ts";
import type { DevlinkLifecycle } from "./strategies.ts";
import { devlink_trap_group_notify, devlink_trap_notify, devlink_trap_policer_notify } from "./trap.ts";
import type { devlink } from "./types.ts";

const nothing = async (): Promise<void> => {};

/** Up to v5.15: under devlink_mutex. */
export const registerFirst: DevlinkLifecycle = {
  async register(caller, devlink) {
    const current = caller.enter("devlink_register");
    const { devlink_mutex } = statics(current.kernel);
    await mutex_lock(current, devlink_mutex);
    addToList(current, devlink);
    await devlink_notify(current, devlink, DEVLINK_CMD_NEW);
    mutex_unlock(current, devlink_mutex);
  },

  async unregister(caller, devlink) {
    const current = caller.enter("devlink_unregister");
    const { devlink_mutex } = statics(current.kernel);
    await mutex_lock(current, devlink_mutex);
    const open = devlink_reload_supported(devlink.ops) && devlink.reload_enabled;
    WARN_ON(current, open, `WARNING: ${devlink.handle} is unregistered while it can be reloaded`);
    await devlink_notify(current, devlink, DEVLINK_CMD_DEL);
    removeFromList(current, devlink);
    mutex_unlock(current, devlink_mutex);
  },

  async setReloadEnabled(current, devlink, enabled) {
    const { devlink_mutex } = statics(current.kernel);
    await mutex_lock(current, devlink_mutex);
    current.writes(devlink);
    devlink.reload_enabled = enabled;
    mutex_unlock(current, devlink_mutex);
  },

  mayReload: (devlink) => devlink.reload_enabled,

  places: {
    probeBegins: (current, devlink) => registerFirst.register(current, devlink),
    async probeDone(caller, devlink, reloadable = true) {
      if (reloadable) await registerFirst.setReloadEnabled(caller.enter("devlink_reload_enable"), devlink, true);
    },
    removeBegins: (caller, devlink) => registerFirst.setReloadEnabled(caller.enter("devlink_reload_disable"), devlink, false),
    removeDone: (current, devlink) => registerFirst.unregister(current, devlink),
  },
};

/**
 * v5.16 to v6.1: without devlink->lock. Unregistering hides the instance from new commands first, then waits for those that
 * have it, whatever they wait for themselves.
 */
export const registerLastCounted: DevlinkLifecycle = {
  async register(caller, devlink) {
    const current = caller.enter("devlink_register");
    addToList(current, devlink);
    await devlink_notify_register(current, devlink);
  },

  async unregister(caller, devlink) {
    const current = caller.enter("devlink_unregister");
    removeFromList(current, devlink);
    await wait_event(current, devlink.comp, () => devlink.users.length === 0);
    await devlink_notify_unregister(current, devlink);
  },

  /** devlink_set_features(DEVLINK_F_RELOAD) */
  async setReloadEnabled(current, devlink, enabled) {
    current.writes(devlink);
    devlink.reload_enabled = enabled;
  },

  mayReload: (devlink) => devlink.reload_enabled,

  places: {
    probeBegins: nothing,
    async probeDone(current, devlink, reloadable = true) {
      await registerLastCounted.setReloadEnabled(current, devlink, reloadable);
      await registerLastCounted.register(current, devlink);
    },
    removeBegins: (current, devlink) => registerLastCounted.unregister(current, devlink),
    removeDone: nothing,
  },
};

/** From v6.2 on: under devlink->lock. */
export const registerLast: DevlinkLifecycle = {
  async register(caller, devlink) {
    const current = caller.enter("devlink_register");
    await mutex_lock(current, devlink.lock);
    addToList(current, devlink);
    await devlink_notify_register(current, devlink);
    mutex_unlock(current, devlink.lock);
  },

  async unregister(caller, devlink) {
    const current = caller.enter("devlink_unregister");
    await mutex_lock(current, devlink.lock);
    await devlink_notify_unregister(current, devlink);
    removeFromList(current, devlink);
    mutex_unlock(current, devlink.lock);
  },

  /** devlink_set_features(DEVLINK_F_RELOAD): before registration, so without a lock. */
  async setReloadEnabled(current, devlink, enabled) {
    current.writes(devlink);
    devlink.reload_enabled = enabled;
  },

  mayReload: (devlink) => devlink.reload_enabled,

  places: {
    probeBegins: nothing,
    async probeDone(current, devlink, reloadable = true) {
      await registerLast.setReloadEnabled(current, devlink, reloadable);
      await registerLast.register(current, devlink);
    },
    removeBegins: (current, devlink) => registerLast.unregister(current, devlink),
    removeDone: nothing,
  },
};

function addToList(current: Frame, devlink: devlink): void {
  const { devlink_list } = statics(current.kernel);
  current.writes(devlink_list);
  devlink_list.push(devlink);
  devlink.registered = true;
}

function removeFromList(current: Frame, devlink: devlink): void {
  const { devlink_list } = statics(current.kernel);
  current.writes(devlink_list);
  const at = devlink_list.indexOf(devlink);
  if (at >= 0) devlink_list.splice(at, 1);
  devlink.registered = false;
}

/** devlink_notify_register(): the instance and everything on it, where registration comes last. */
async function devlink_notify_register(caller: Frame, devlink: devlink): Promise<void> {
  const current = caller.enter("devlink_notify_register");
  await devlink_notify(current, devlink, DEVLINK_CMD_NEW);
  for (const port of devlink.port_list) await devlink_port_notify(current, port, DEVLINK_CMD_PORT_NEW);
  for (const item of devlink.trap_policer_list) await devlink_trap_policer_notify(current, devlink, item, DEVLINK_CMD_TRAP_POLICER_NEW);
  for (const item of devlink.trap_group_list) await devlink_trap_group_notify(current, devlink, item, DEVLINK_CMD_TRAP_GROUP_NEW);
  for (const item of devlink.trap_list) await devlink_trap_notify(current, devlink, item, DEVLINK_CMD_TRAP_NEW);
  for (const rate of devlink.rate_list) await devlink_rate_notify(current, rate, DEVLINK_CMD_RATE_NEW);
  for (const region of devlink.region_list) await devlink_nl_region_notify(current, region, null, DEVLINK_CMD_REGION_NEW);
  for (const item of devlink.param_list) await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_NEW);
}

/** devlink_notify_unregister(): the same backwards. */
async function devlink_notify_unregister(caller: Frame, devlink: devlink): Promise<void> {
  const current = caller.enter("devlink_notify_unregister");
  for (const item of devlink.param_list.toReversed()) await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_DEL);
  for (const region of devlink.region_list.toReversed()) await devlink_nl_region_notify(current, region, null, DEVLINK_CMD_REGION_DEL);
  for (const rate of devlink.rate_list.toReversed()) await devlink_rate_notify(current, rate, DEVLINK_CMD_RATE_DEL);
  for (const item of devlink.trap_list.toReversed()) await devlink_trap_notify(current, devlink, item, DEVLINK_CMD_TRAP_DEL);
  for (const item of devlink.trap_group_list.toReversed())
    await devlink_trap_group_notify(current, devlink, item, DEVLINK_CMD_TRAP_GROUP_DEL);
  for (const item of devlink.trap_policer_list.toReversed())
    await devlink_trap_policer_notify(current, devlink, item, DEVLINK_CMD_TRAP_POLICER_DEL);
  for (const port of devlink.port_list.toReversed()) await devlink_port_notify(current, port, DEVLINK_CMD_PORT_DEL);
  await devlink_notify(current, devlink, DEVLINK_CMD_DEL);
}
