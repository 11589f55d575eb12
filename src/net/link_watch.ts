/**
 * Models carrier changes (net/sched/sch_generic.c) and linkwatch (net/core/link_watch.c): a driver says at any time that
 * the carrier came or went; a work item takes rtnl_mutex and draws the conclusions. Left out: the delay of up to a second
 * that the kernel puts between two such runs, dormant and testing states.
 */
import { type Frame, queue_work, staticData, system_wq, work_struct } from "../kernel/index.ts";
import { IFF_UP } from "../netlink/index.ts";
import { dev_hold, dev_put } from "./alloc.ts";
import { default_operstate } from "./link-state.ts";
import { rtnl_lock, rtnl_unlock } from "./rtnl.ts";
import { dev_activate } from "./sch_generic.ts";
import { netdev_state_change } from "./state-change.ts";
import type { net_device } from "./structs.ts";

const statics = staticData(() => ({
  lweventlist: [] as net_device[],
  linkwatch_work: new work_struct("linkwatch_event", linkwatch_event, "(linkwatch_work).work"),
}));

/** netif_carrier_on(): the driver sees a link. Does not wait; nothing happens if it saw one before. */
export function netif_carrier_on(current: Frame, dev: net_device): void {
  if (dev.carrier) return;
  current.writes(dev);
  dev.carrier = true;
  if (dev.reg_state === "NETREG_UNINITIALIZED") return;
  dev.carrier_up_count++;
  linkwatch_fire_event(current, dev);
}

/** netif_carrier_off(): the driver has lost the link. Does not wait. */
export function netif_carrier_off(current: Frame, dev: net_device): void {
  if (!dev.carrier) return;
  current.writes(dev);
  dev.carrier = false;
  if (dev.reg_state === "NETREG_UNINITIALIZED") return;
  dev.carrier_down_count++;
  linkwatch_fire_event(current, dev);
}

function linkwatch_fire_event(current: Frame, dev: net_device): void {
  if (dev.linkwatch_pending) return;
  dev.linkwatch_pending = true;
  dev_hold(current, dev);
  const { lweventlist, linkwatch_work } = statics(current.kernel);
  current.writes(lweventlist);
  lweventlist.push(dev);
  queue_work(current, system_wq(current.kernel), linkwatch_work);
}

async function linkwatch_event(caller: Frame): Promise<void> {
  const current = caller.enter("linkwatch_event");
  await rtnl_lock(current);
  const { lweventlist } = statics(current.kernel);
  const frame = current.enter("__linkwatch_run_queue");
  frame.writes(lweventlist);
  for (let dev = lweventlist.shift(); dev !== undefined; dev = lweventlist.shift()) await linkwatch_do_dev(frame, dev);
  await rtnl_unlock(current);
}

/** Caller holds rtnl_mutex. */
async function linkwatch_do_dev(caller: Frame, dev: net_device): Promise<void> {
  const current = caller.enter("linkwatch_do_dev");
  dev.linkwatch_pending = false;
  rfc2863_policy(current, dev);
  if ((dev.flags & IFF_UP) !== 0) {
    if (dev.carrier) dev_activate(current, dev);
    await netdev_state_change(current, dev);
  }
  dev_put(current, dev);
}

/** rfc2863_policy(): sets the operational state to what the carrier says. */
function rfc2863_policy(current: Frame, dev: net_device): void {
  current.writes(dev);
  dev.operstate = default_operstate(dev);
}

/** linkwatch_init_dev(): at registration, a device without carrier gets its state at once; others stay unknown. */
export function linkwatch_init_dev(current: Frame, dev: net_device): void {
  if (!dev.carrier) rfc2863_policy(current, dev);
}

/** linkwatch_forget_dev(): handles what is left for a device that is going. */
export async function linkwatch_forget_dev(current: Frame, dev: net_device): Promise<void> {
  const { lweventlist } = statics(current.kernel);
  const at = lweventlist.indexOf(dev);
  if (at < 0) return;
  current.writes(lweventlist);
  lweventlist.splice(at, 1);
  await linkwatch_do_dev(current, dev);
}
