/** Models netdev_state_change() (net/core/dev.c): tells everybody that something about a running device has changed. */
import type { Frame } from "../kernel/index.ts";
import { IFF_UP, RTM_NEWLINK } from "../netlink/index.ts";
import { call_netdevice_notifiers } from "./dev-notifier.ts";
import { rtmsg_ifinfo } from "./ifinfo.ts";
import { NETDEV_CHANGE } from "./netdevice.ts";
import type { net_device } from "./structs.ts";

/** Caller holds rtnl_mutex. */
export async function netdev_state_change(caller: Frame, dev: net_device): Promise<void> {
  if ((dev.flags & IFF_UP) === 0) return;
  const current = caller.enter("netdev_state_change");
  await call_netdevice_notifiers(current, NETDEV_CHANGE, dev);
  rtmsg_ifinfo(current, RTM_NEWLINK, dev, 0);
}
