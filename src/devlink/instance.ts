/** Models the life of an instance for its driver: devlink_alloc() to devlink_free() (net/core/devlink.c). */
import type { device } from "../base/index.ts";
import { debug_check_no_locks_freed, type Frame, type Kernel, mutex_trylock, WARN_ON } from "../kernel/index.ts";
import { init_net } from "../net/index.ts";
import { statics, strategiesOf } from "./state.ts";
import type { DriverPlaces } from "./strategies.ts";
import { devlink, type devlink_ops } from "./types.ts";

/**
 * devlink_alloc(): a new instance in init_net, not registered and not reloadable. `priv` is what devlink_priv() gives.
 * Takes nothing. devlink_net_set() may change the namespace until it is registered.
 */
export function devlink_alloc<P>(caller: Frame, ops: devlink_ops<P>, dev: device, priv: P): devlink<P> {
  const current = caller.enter("devlink_alloc");
  const made = new devlink(current.kernel, ops, dev, priv, init_net(current.kernel));
  strategiesOf(current.kernel).locking.initLock(made);
  return made;
}

/** devlink_free(): everything that belongs to the instance must be gone; what is not is reported. */
export function devlink_free(caller: Frame, devlink: devlink): void {
  const current = caller.enter("devlink_free");
  const left = devlink.port_list.length + devlink.param_list.length + devlink.reporter_list.length + devlink.resource_list.length;
  WARN_ON(current, left > 0, `WARNING: ${devlink.handle} is freed with ${left} ports, parameters, reporters or resources`);
  WARN_ON(current, devlink.registered, `WARNING: ${devlink.handle} is freed while it is registered`);
  debug_check_no_locks_freed(current, devlink.lock, devlink.reporters_lock);
}

/** devlink_register(): makes the instance visible and tells listeners. Takes devlink_mutex, or devlink->lock. */
export function devlink_register(caller: Frame, devlink: devlink): Promise<void> {
  return strategiesOf(caller.kernel).lifecycle.register(caller, devlink);
}

/** devlink_unregister(): takes it out of sight again. Takes devlink_mutex, or devlink->lock. */
export function devlink_unregister(caller: Frame, devlink: devlink): Promise<void> {
  return strategiesOf(caller.kernel).lifecycle.unregister(caller, devlink);
}

/** devlink_reload_enable(): from now on the instance can be reloaded. Takes devlink_mutex; later kernels take nothing. */
export function devlink_reload_enable(caller: Frame, devlink: devlink): Promise<void> {
  return strategiesOf(caller.kernel).lifecycle.setReloadEnabled(caller.enter("devlink_reload_enable"), devlink, true);
}

/** devlink_reload_disable(): the first thing a driver does when it goes; waits until no reload runs. */
export function devlink_reload_disable(caller: Frame, devlink: devlink): Promise<void> {
  return strategiesOf(caller.kernel).lifecycle.setReloadEnabled(caller.enter("devlink_reload_disable"), devlink, false);
}

/**
 * The four places in a driver where it shows and hides its instance, whatever the era does there: for drivers that do not
 * choose these places themselves.
 */
export function devlinkPlaces(kernel: Kernel): DriverPlaces {
  return strategiesOf(kernel).lifecycle.places;
}

/** Whether a driver frames the messages about its flash itself (devlink_flash_update_begin_notify() and _end_notify()). */
export function devlinkDriverFramesFlash(kernel: Kernel): boolean {
  return strategiesOf(kernel).flash.driver_frames;
}

/** devl_lock(): a driver holds it around loading in probe and unloading in remove. No-op in kernels that have it not. */
export function devl_lock(current: Frame, devlink: devlink): Promise<void> {
  return strategiesOf(current.kernel).locking.devl_lock(current, devlink);
}

/** devl_trylock(): from v6.0 on. False if it is held. */
export function devl_trylock(current: Frame, devlink: devlink): boolean {
  return mutex_trylock(current.enter("devl_trylock"), devlink.lock);
}

export function devl_unlock(current: Frame, devlink: devlink): void {
  strategiesOf(current.kernel).locking.devl_unlock(current, devlink);
}

/** devlink_is_reload_failed(): the last reload_up failed; such a driver has nothing to take down. */
export function devlink_is_reload_failed(devlink: devlink): boolean {
  return devlink.reload_failed;
}

/**
 * Whether devlink_net() cannot change under the caller: the instance cannot be reloaded (not visible yet or any more, or
 * reloads are disabled), or the caller is the reload itself, or it holds the lock under which alone reloads run.
 */
export function devlinkNetIsStable(current: Frame, devlink: devlink): boolean {
  const { lifecycle, locking } = strategiesOf(current.kernel);
  if (devlink.reload !== null) return devlink.reload.frame.task === current.task;
  return !devlink.registered || !lifecycle.mayReload(devlink) || locking.excludesReload(current, devlink);
}

/** All registered instances, in order: for a look at the final state. */
export function devlinkInstances(kernel: Kernel): readonly devlink[] {
  return statics(kernel).devlink_list;
}
