/**
 * Models devlink's messages to user space (net/core/devlink.c): the handle, the instance itself, and the notifications
 * to the multicast group "config" of the instance's namespace.
 */
import { type Frame, warn } from "../kernel/index.ts";
import {
  AttributeWriter,
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_RELOAD_FAILED,
  genlmsg,
  genlmsg_multicast_netns,
} from "../netlink/index.ts";
import { devlink_dev_stats_put } from "./reload-stats.ts";
import { familyOf, strategiesOf } from "./state.ts";
import { type devlink, devlink_net } from "./types.ts";

/** Index of the group "config" in the family's list. */
const DEVLINK_MCGRP_CONFIG = 0;

/** Fills a message's attributes. A negative errno says that there is nothing to send. */
export type FillMessage = (msg: AttributeWriter) => number | Promise<number>;

export function devlink_nl_put_handle(msg: AttributeWriter, devlink: devlink): void {
  msg.string(DEVLINK_ATTR_BUS_NAME, devlink.dev.bus?.name ?? "").string(DEVLINK_ATTR_DEV_NAME, devlink.dev.name);
}

/** devlink_nl_fill(): the instance, whether its last reload failed, and its reload statistics where the era has them. */
export function devlink_nl_fill(current: Frame, msg: AttributeWriter, devlink: devlink): number {
  current.reads(devlink);
  devlink_nl_put_handle(msg, devlink);
  msg.u8(DEVLINK_ATTR_RELOAD_FAILED, devlink.reload_failed ? 1 : 0);
  if (strategiesOf(current.kernel).reload.actions) devlink_dev_stats_put(msg, devlink);
  return 0;
}

/** Sends one message to the listeners in the instance's namespace. */
export async function devlinkNotifyMessage(current: Frame, devlink: devlink, cmd: number, fill: FillMessage): Promise<void> {
  const { kernel } = current;
  const msg = new AttributeWriter();
  const err = await fill(msg);
  if (err < 0) return;
  const net = devlink_net(devlink);
  if (net.freed) {
    warn(current, "use-after-free", `devlink ${devlink.handle} sends a notification into ${net.name}, which was freed`);
    return;
  }
  if (kernel.events.wants.subsystem) {
    kernel.events.emit({
      type: "subsystem",
      room: "devlink",
      name: "notify",
      frame: current,
      data: { cmd, handle: devlink.handle, netns: net.inum },
    });
  }
  const family = familyOf(kernel);
  const message = genlmsg(current, family, { portid: 0, seq: 0, flags: 0 }, cmd, (whole) => whole.header(msg.finish()));
  genlmsg_multicast_netns(current, family, net, message, 0, DEVLINK_MCGRP_CONFIG);
}

/** devlink_notify(): DEVLINK_CMD_NEW or _DEL for the instance itself; nothing while it is not registered. */
export async function devlink_notify(caller: Frame, devlink: devlink, cmd: number): Promise<void> {
  if (!devlink.registered) return;
  const current = caller.enter("devlink_notify");
  await devlinkNotifyMessage(current, devlink, cmd, (msg) => devlink_nl_fill(current, msg, devlink));
}
