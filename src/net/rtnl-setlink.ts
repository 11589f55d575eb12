/**
 * Models do_setlink() (net/core/rtnetlink.c, v5.10): changes of a link in the kernel's order, the namespace first. Runs
 * under rtnl_mutex. Left out: maps, broadcast, carrier, queues, alternative names, virtual functions, XDP.
 */
import { EINVAL, type Frame, pr_warn } from "../kernel/index.ts";
import {
  type Attributes,
  IFLA_ADDRESS,
  IFLA_GROUP,
  IFLA_IFALIAS,
  IFLA_IFNAME,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_NET_NS_FD,
  IFLA_NET_NS_PID,
  IFLA_TARGET_NETNSID,
  IFLA_TXQLEN,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import { dev_net } from "./alloc.ts";
import { dev_change_net_namespace } from "./change_net_namespace.ts";
import { dev_change_flags, dev_set_mac_address, dev_set_mtu } from "./dev-config.ts";
import { dev_change_name, dev_set_alias } from "./dev-name.ts";
import { dev_get_flags } from "./link-state.ts";
import { get_net_ns_by_fd, get_net_ns_by_pid } from "./net_namespace.ts";
import { get_net, put_net } from "./net-state.ts";
import { get_net_ns_by_id } from "./nsid.ts";
import type { ifinfomsg } from "./rtnl-getlink.ts";
import { netdev_state_change } from "./state-change.ts";
import type { net, net_device } from "./structs.ts";
import { do_set_master } from "./upper.ts";

/** True if the request names another namespace for the link. */
export function namesNamespace(tb: Attributes): boolean {
  return tb.has(IFLA_NET_NS_PID) || tb.has(IFLA_NET_NS_FD) || tb.has(IFLA_TARGET_NETNSID);
}

/** rtnl_link_get_net_capable(): the namespace a request names, `src_net` if none, with a reference. */
export function rtnl_link_get_net(current: Frame, src_net: net, tb: Attributes): net | number {
  const pid = tb.u32(IFLA_NET_NS_PID);
  if (pid !== undefined) return get_net_ns_by_pid(current, pid);
  const fd = tb.u32(IFLA_NET_NS_FD);
  if (fd !== undefined) return get_net_ns_by_fd(current, fd);
  const nsid = tb.s32(IFLA_TARGET_NETNSID);
  if (nsid !== undefined) return get_net_ns_by_id(current, src_net, nsid) ?? -EINVAL;
  return get_net(current, src_net);
}

/** rtnl_dev_get_flags(): the device's flags with those that the request changes. All of them if it does not say which. */
function rtnl_dev_combine_flags(dev: net_device, ifm: ifinfomsg): number {
  return ifm.change === 0 ? ifm.flags : (ifm.flags & ifm.change) | (dev_get_flags(dev) & ~ifm.change);
}

type Step = (current: Frame) => Promise<number>;

/** do_setlink(): stops at the first error; what was done before stays done. */
export async function do_setlink(caller: Frame, dev: net_device, ifm: ifinfomsg, tb: Attributes, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("do_setlink");
  let modified = false;
  let notify = false;
  for (const { step, quiet } of changes(dev, ifm, tb, extack)) {
    const err = await step(current);
    if (err < 0) {
      if (modified) {
        const text = "A link change request failed with some changes committed already. Interface";
        pr_warn(current.kernel, `${text} ${dev.name} may have been left with an inconsistent configuration, please check.`);
        if (notify) await netdev_state_change(current, dev);
      }
      return err;
    }
    modified = true;
    notify ||= !quiet;
  }
  if (notify) await netdev_state_change(current, dev);
  return 0;
}

/** The steps a request asks for. `quiet` ones send their own messages. */
function changes(dev: net_device, ifm: ifinfomsg, tb: Attributes, extack: netlink_ext_ack): { step: Step; quiet: boolean }[] {
  const steps: { step: Step; quiet: boolean }[] = [];
  const add = (quiet: boolean, step: Step): void => void steps.push({ step, quiet });
  const ifname = tb.string(IFLA_IFNAME) ?? "";
  const address = tb.bytes(IFLA_ADDRESS);
  const mtu = tb.u32(IFLA_MTU);
  const group = tb.u32(IFLA_GROUP);
  const alias = tb.string(IFLA_IFALIAS);
  const txqlen = tb.u32(IFLA_TXQLEN);
  const master = tb.u32(IFLA_MASTER);
  if (namesNamespace(tb)) add(true, (current) => move(current, dev, tb, ifname));
  if (address !== undefined) add(true, (current) => dev_set_mac_address(current, dev, address, extack));
  if (mtu !== undefined) add(true, (current) => dev_set_mtu(current, dev, mtu, extack));
  if (group !== undefined) add(false, async (current) => assignField(current, dev, () => (dev.group = group)));
  if (ifm.index > 0 && ifname !== "") add(true, (current) => dev_change_name(current, dev, ifname));
  if (alias !== undefined) add(false, async (current) => dev_set_alias(current, dev, alias));
  if (ifm.flags !== 0 || ifm.change !== 0) add(true, (current) => dev_change_flags(current, dev, rtnl_dev_combine_flags(dev, ifm), extack));
  if (master !== undefined) add(false, (current) => do_set_master(current, dev, master, extack));
  if (txqlen !== undefined) add(false, async (current) => assignField(current, dev, () => (dev.tx_queue_len = txqlen)));
  return steps;
}

function assignField(current: Frame, dev: net_device, assign: () => void): number {
  current.writes(dev);
  assign();
  return 0;
}

async function move(current: Frame, dev: net_device, tb: Attributes, ifname: string): Promise<number> {
  const net = rtnl_link_get_net(current, dev_net(dev), tb);
  if (typeof net === "number") return net;
  const err = await dev_change_net_namespace(current, dev, net, ifname === "" ? null : ifname);
  put_net(current, net);
  return err;
}
