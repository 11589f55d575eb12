/**
 * Models registering and unregistering devices (net/core/dev.c, v5.10): events and messages in their order, and the wait
 * for the last reference after rtnl_mutex has been released. Left out: adjacent devices, XDP, features.
 */
import {
  EBUSY,
  EINTR,
  EIO,
  EmulatorBug,
  type Frame,
  notifier_to_errno,
  pr_emerg,
  rcu_barrier,
  staticData,
  synchronize_rcu,
  wait_event,
  wait_queue_head,
} from "../kernel/index.ts";
import { RTM_DELLINK, RTM_NEWLINK } from "../netlink/index.ts";
import { dev_hold, dev_net, dev_put, free_netdev } from "./alloc.ts";
import { dev_close_many } from "./dev-config.ts";
import { __dev_get_by_index, dev_new_index, list_netdevice, unlist_netdevice } from "./dev-lookup.ts";
import { dev_get_valid_name } from "./dev-name.ts";
import { call_netdevice_notifiers } from "./dev-notifier.ts";
import { rtmsg_ifinfo, rtmsg_ifinfo_build_skb, rtmsg_ifinfo_send } from "./ifinfo.ts";
import { linkwatch_forget_dev, linkwatch_init_dev } from "./link_watch.ts";
import { netdev_register_kobject, netdev_unregister_kobject } from "./net-sysfs.ts";
import { NETDEV_POST_INIT, NETDEV_REGISTER, NETDEV_UNREGISTER } from "./netdevice.ts";
import { __rtnl_unlock, ASSERT_RTNL, net_set_todo, rtnl_lock, rtnl_lock_killable, rtnl_unlock } from "./rtnl.ts";
import { dev_shutdown } from "./sch_generic.ts";
import type { net_device } from "./structs.ts";

/** How long netdev_wait_allrefs() waits between two complaints, ns. */
const WAIT_REFS_WARN_NS = 10e9;

const ALL_FLAGS = 0xffff_ffff;

/** Wakes who waits for the last device of a dying namespace. */
export const netdev_unregistering_wq = staticData(() => new wait_queue_head("netdev_unregistering_wq"));

/** synchronize_net(): nobody uses what was taken off a list any more. */
export async function synchronize_net(caller: Frame): Promise<void> {
  await synchronize_rcu(caller.enter("synchronize_net"));
}

/**
 * register_netdevice(): caller holds rtnl_mutex. -EINVAL or -EEXIST for the name, -EBUSY for the index, or what the driver
 * or a notifier says (POST_INIT may refuse; after a refusal of REGISTER the device is unregistered again).
 */
export async function register_netdevice(caller: Frame, dev: net_device): Promise<number> {
  const current = caller.enter("register_netdevice");
  ASSERT_RTNL(current);
  const net = dev_net(dev);
  if (net.freed) throw new EmulatorBug(`${dev.name} is registered in ${net.name}, which is freed`);
  const name = dev_get_valid_name(current, net, dev, dev.name);
  if (typeof name === "number") return name;
  dev.name = name;
  const init = (await dev.netdev_ops.ndo_init?.(current, dev)) ?? 0;
  if (init !== 0) return init > 0 ? -EIO : init;
  let ret = 0;
  if (dev.ifindex === 0) dev.ifindex = dev_new_index(current, net);
  else if (__dev_get_by_index(current, net, dev.ifindex) !== null) ret = -EBUSY;
  if (ret === 0) ret = notifier_to_errno(await call_netdevice_notifiers(current, NETDEV_POST_INIT, dev));
  if (ret === 0) ret = await netdev_register_kobject(current, dev);
  if (ret !== 0) {
    dev.netdev_ops.ndo_uninit?.(current, dev);
    return ret;
  }
  current.writes(dev);
  dev.reg_state = "NETREG_REGISTERED";
  dev.present = true;
  linkwatch_init_dev(current, dev);
  dev_hold(current, dev);
  list_netdevice(current, dev);
  ret = notifier_to_errno(await call_netdevice_notifiers(current, NETDEV_REGISTER, dev));
  if (ret !== 0) {
    await rcu_barrier(current);
    dev.needs_free_netdev = false;
    await unregister_netdevice(current, dev);
    return ret;
  }
  if (isAnnounced(dev)) rtmsg_ifinfo(current, RTM_NEWLINK, dev, ALL_FLAGS);
  return 0;
}

/** A link made by user space is not announced before it is configured. */
function isAnnounced(dev: net_device): boolean {
  return dev.rtnl_link_ops === null || dev.rtnl_link_initialized;
}

/** register_netdev(): as register_netdevice(), taking rtnl_mutex. -EINTR if the task is killed while it waits for it. */
export async function register_netdev(caller: Frame, dev: net_device): Promise<number> {
  const current = caller.enter("register_netdev");
  if ((await rtnl_lock_killable(current)) !== 0) return -EINTR;
  const err = await register_netdevice(current, dev);
  await rtnl_unlock(current);
  return err;
}

/** unregister_netdevice_queue(): onto a list for unregister_netdevice_many(). */
export function unregister_netdevice_queue(_current: Frame, dev: net_device, head: net_device[]): void {
  if (!head.includes(dev)) head.push(dev);
}

/** unregister_netdevice(): caller holds rtnl_mutex. */
export async function unregister_netdevice(caller: Frame, dev: net_device): Promise<void> {
  await unregister_netdevice_many(caller, [dev]);
}

/** unregister_netdev(): as unregister_netdevice(), taking rtnl_mutex; returns when nobody refers to the device any more. */
export async function unregister_netdev(caller: Frame, dev: net_device): Promise<void> {
  const current = caller.enter("unregister_netdev");
  await rtnl_lock(current);
  await unregister_netdevice(current, dev);
  await rtnl_unlock(current);
}

/**
 * unregister_netdevice_many(): closes and unlists the devices, sends UNREGISTER and RTM_DELLINK for each. What is left
 * happens at rtnl_unlock(). Caller holds rtnl_mutex.
 */
export async function unregister_netdevice_many(caller: Frame, head: readonly net_device[]): Promise<void> {
  const devices = head.filter((dev) => dev.reg_state !== "NETREG_UNINITIALIZED");
  if (devices.length === 0) return;
  const current = caller.enter("unregister_netdevice_many");
  ASSERT_RTNL(current);
  for (const dev of devices) {
    if (dev.reg_state !== "NETREG_REGISTERED") throw new EmulatorBug(`${dev.name} is unregistered twice`);
    dev.dismantle = true;
  }
  await dev_close_many(current, devices);
  for (const dev of devices) {
    unlist_netdevice(current, dev);
    dev.reg_state = "NETREG_UNREGISTERING";
  }
  await synchronize_net(current);
  for (const dev of devices) await dismantle(current, dev);
  await synchronize_net(current);
  for (const dev of devices) {
    dev_put(current, dev);
    dev_net(dev).dev_unreg_count++;
    net_set_todo(current, (frame) => finish(frame, dev));
  }
}

async function dismantle(current: Frame, dev: net_device): Promise<void> {
  dev_shutdown(current, dev);
  await call_netdevice_notifiers(current, NETDEV_UNREGISTER, dev);
  const message = isAnnounced(dev) ? rtmsg_ifinfo_build_skb(current, RTM_DELLINK, dev, { change: ALL_FLAGS }) : null;
  dev.netdev_ops.ndo_uninit?.(current, dev);
  if (message !== null) rtmsg_ifinfo_send(current, dev, message);
  await netdev_unregister_kobject(current, dev);
}

/** What netdev_run_todo() does for one device: waits for the last reference and lets go. */
async function finish(current: Frame, dev: net_device): Promise<void> {
  dev.reg_state = "NETREG_UNREGISTERED";
  await netdev_wait_allrefs(current, dev);
  const net = dev_net(dev);
  current.writes(net);
  net.dev_unreg_count--;
  if (net.dev_unreg_count === 0) netdev_unregistering_wq(current.kernel).wake_up();
  if (dev.needs_free_netdev) free_netdev(current, dev);
}

/**
 * netdev_wait_allrefs(): until nobody holds the device. The kernel looks again every 250 ms and repeats UNREGISTER every
 * second; here dev_put() ends the wait and the log gets a line every 10 s, as there.
 */
async function netdev_wait_allrefs(caller: Frame, dev: net_device): Promise<void> {
  const current = caller.enter("netdev_wait_allrefs");
  const { kernel } = current;
  if (dev.linkwatch_pending) {
    await rtnl_lock(current);
    await linkwatch_forget_dev(current, dev);
    __rtnl_unlock(current);
  }
  if (dev.refcnt === 0) return;
  const complain = (): void => {
    pr_emerg(kernel, `unregister_netdevice: waiting for ${dev.name} to become free. Usage count = ${dev.refcnt}`);
    timer = kernel.startTimer(WAIT_REFS_WARN_NS, complain, true);
  };
  let timer = kernel.startTimer(WAIT_REFS_WARN_NS, complain, true);
  await wait_event(current, dev.released, () => dev.refcnt === 0);
  kernel.clock.cancel(timer);
}
