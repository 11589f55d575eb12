/**
 * Models dev_change_net_namespace() (net/core/dev.c, v5.10): a device leaves one namespace and enters another. To notifiers
 * it is UNREGISTER in the old and REGISTER in the new one; the device itself stays registered throughout.
 */
import { device_rename, kobject_uevent } from "../base/index.ts";
import { EEXIST, EINVAL, type Frame, rcu_barrier } from "../kernel/index.ts";
import { RTM_DELLINK, RTM_NEWLINK } from "../netlink/index.ts";
import { dev_net, dev_net_set } from "./alloc.ts";
import { synchronize_net } from "./dev.ts";
import { dev_close } from "./dev-config.ts";
import { __dev_get_by_index, __dev_get_by_name, dev_new_index, list_netdevice, unlist_netdevice } from "./dev-lookup.ts";
import { dev_get_valid_name } from "./dev-name.ts";
import { call_netdevice_notifiers, move_netdevice_notifiers_dev_net } from "./dev-notifier.ts";
import { rtmsg_ifinfo, rtmsg_ifinfo_build_skb, rtmsg_ifinfo_send } from "./ifinfo.ts";
import { NETDEV_REGISTER, NETDEV_UNREGISTER, NETIF_F_NETNS_LOCAL } from "./netdevice.ts";
import { peernet2id_alloc } from "./nsid.ts";
import { ASSERT_RTNL } from "./rtnl.ts";
import { dev_shutdown } from "./sch_generic.ts";
import type { net, net_device } from "./structs.ts";

const ALL_FLAGS = 0xffff_ffff;

/**
 * dev_change_net_namespace(): caller holds rtnl_mutex. `pat` is a name or a pattern for the case that the name is taken.
 * -EINVAL for a device that must stay or is not registered, -EEXIST for a taken name. It is down afterwards.
 */
export async function dev_change_net_namespace(caller: Frame, dev: net_device, net: net, pat: string | null): Promise<number> {
  const current = caller.enter("dev_change_net_namespace");
  ASSERT_RTNL(current);
  if ((dev.features & NETIF_F_NETNS_LOCAL) !== 0 || dev.reg_state !== "NETREG_REGISTERED") return -EINVAL;
  if (dev_net(dev) === net) return 0;
  let { name } = dev;
  if (__dev_get_by_name(current, net, name) !== null) {
    if (pat === null) return -EEXIST;
    const other = dev_get_valid_name(current, net, dev, pat);
    if (typeof other === "number") return other;
    name = other;
  }
  await dev_close(current, dev);
  unlist_netdevice(current, dev);
  await synchronize_net(current);
  dev_shutdown(current, dev);
  await call_netdevice_notifiers(current, NETDEV_UNREGISTER, dev);
  await rcu_barrier(current);
  const new_ifindex = __dev_get_by_index(current, net, dev.ifindex) === null ? dev.ifindex : dev_new_index(current, net);
  announceDeparture(current, dev, net, new_ifindex);
  kobject_uevent(current, dev.dev, "remove");
  await move_netdevice_notifiers_dev_net(current, dev, net);
  dev_net_set(current, dev, net);
  dev.ifindex = new_ifindex;
  kobject_uevent(current, dev.dev, "add");
  dev.name = name;
  device_rename(current, dev.dev, name);
  list_netdevice(current, dev);
  await call_netdevice_notifiers(current, NETDEV_REGISTER, dev);
  rtmsg_ifinfo(current, RTM_NEWLINK, dev, ALL_FLAGS);
  await synchronize_net(current);
  return 0;
}

/** RTM_DELLINK to the old namespace, with the new one's id there. That id is given now if there was none. */
function announceDeparture(current: Frame, dev: net_device, net: net, new_ifindex: number): void {
  const new_nsid = peernet2id_alloc(current, dev_net(dev), net);
  const message = rtmsg_ifinfo_build_skb(current, RTM_DELLINK, dev, { change: ALL_FLAGS, new_nsid, new_ifindex });
  rtmsg_ifinfo_send(current, dev, message);
}
