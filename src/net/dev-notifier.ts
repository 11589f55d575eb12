/**
 * Models the netdev notifier chains (net/core/dev.c, v5.10): the global one, the one of each namespace, and notifiers that
 * follow a device; the replay of existing devices to a new notifier, its rollback, and the goodbye to one that leaves.
 *
 * What the three kinds lock is the heart of this project: the global kind takes pernet_ops_rwsem for write, the other two
 * take rtnl_mutex only.
 */
import {
  down_write,
  type Frame,
  NOTIFY_STOP_MASK,
  notifier_to_errno,
  raw_notifier_call_chain,
  raw_notifier_chain_register,
  raw_notifier_chain_unregister,
  raw_notifier_head,
  staticData,
  up_write,
} from "../kernel/index.ts";
import { IFF_UP, type netlink_ext_ack } from "../netlink/index.ts";
import { dev_net } from "./alloc.ts";
import { for_each_netdev } from "./dev-lookup.ts";
import { for_each_net, pernet_ops_rwsem } from "./net-state.ts";
import { NETDEV_DOWN, NETDEV_GOING_DOWN, NETDEV_REGISTER, NETDEV_UNREGISTER, NETDEV_UP, netdev_cmd_to_name } from "./netdevice.ts";
import { ASSERT_RTNL, rtnl_lock, rtnl_unlock } from "./rtnl.ts";
import type { net, net_device, netdev_net_notifier, netdev_notifier_block, netdev_notifier_info } from "./structs.ts";

const statics = staticData(() => ({ netdev_chain: new raw_notifier_head<netdev_notifier_info>() }));

export function netdev_notifier_info_to_dev(info: netdev_notifier_info): net_device {
  return info.dev;
}

/**
 * call_netdevice_notifiers(): an event for the chain of the device's namespace, then, unless a callback stopped it, for the
 * global one. Caller holds rtnl_mutex. Returns the last callback's answer, for notifier_to_errno().
 */
export async function call_netdevice_notifiers(
  caller: Frame,
  event: number,
  dev: net_device,
  extack: netlink_ext_ack | null = null,
): Promise<number> {
  const current = caller.enter("call_netdevice_notifiers_info");
  ASSERT_RTNL(current);
  const { events } = current.kernel;
  if (events.wants.subsystem) {
    const data = { event: netdev_cmd_to_name(event), dev: dev.name, ifindex: dev.ifindex, net: dev_net(dev).inum };
    events.emit({ type: "subsystem", room: "net", name: "netdev_event", frame: current, data });
  }
  const info: netdev_notifier_info = { dev, extack };
  const ret = await raw_notifier_call_chain(current, dev_net(dev).netdev_chain, event, info);
  if ((ret & NOTIFY_STOP_MASK) !== 0) return ret;
  return raw_notifier_call_chain(current, statics(current.kernel).netdev_chain, event, info);
}

/** One event for one notifier alone: not through its chain. */
function call_netdevice_notifier(current: Frame, nb: netdev_notifier_block, event: number, dev: net_device): Promise<number> {
  return nb.notifier_call(current, nb, event, { dev, extack: null });
}

/** Tells a new notifier of one device. Its answer to REGISTER counts, that to UP does not. */
async function call_netdevice_register_notifiers(current: Frame, nb: netdev_notifier_block, dev: net_device): Promise<number> {
  const err = notifier_to_errno(await call_netdevice_notifier(current, nb, NETDEV_REGISTER, dev));
  if (err !== 0) return err;
  if ((dev.flags & IFF_UP) !== 0) await call_netdevice_notifier(current, nb, NETDEV_UP, dev);
  return 0;
}

/** Tells a leaving notifier that one device is gone. */
async function call_netdevice_unregister_notifiers(current: Frame, nb: netdev_notifier_block, dev: net_device): Promise<void> {
  if ((dev.flags & IFF_UP) !== 0) {
    await call_netdevice_notifier(current, nb, NETDEV_GOING_DOWN, dev);
    await call_netdevice_notifier(current, nb, NETDEV_DOWN, dev);
  }
  await call_netdevice_notifier(current, nb, NETDEV_UNREGISTER, dev);
}

/** Tells a new notifier of all devices of `net`; if it refuses one, takes back those before it, the latest first. */
async function call_netdevice_register_net_notifiers(caller: Frame, nb: netdev_notifier_block, net: net): Promise<number> {
  const current = caller.enter("call_netdevice_register_net_notifiers");
  const devices = for_each_netdev(current, net);
  for (const [index, dev] of devices.entries()) {
    const err = await call_netdevice_register_notifiers(current, nb, dev);
    if (err === 0) continue;
    for (const done of devices.slice(0, index).reverse()) await call_netdevice_unregister_notifiers(current, nb, done);
    return err;
  }
  return 0;
}

/** Tells a leaving notifier that all devices of `net` are gone, in their order. */
async function call_netdevice_unregister_net_notifiers(caller: Frame, nb: netdev_notifier_block, net: net): Promise<void> {
  const current = caller.enter("call_netdevice_unregister_net_notifiers");
  for (const dev of for_each_netdev(current, net)) await call_netdevice_unregister_notifiers(current, nb, dev);
}

/**
 * register_netdevice_notifier(): for the events of all namespaces, after a replay of all their devices. Takes
 * pernet_ops_rwsem for write, then rtnl_mutex. An error of the replay takes everything back and is returned.
 */
export async function register_netdevice_notifier(caller: Frame, nb: netdev_notifier_block): Promise<number> {
  const current = caller.enter("register_netdevice_notifier");
  const rwsem = pernet_ops_rwsem(current.kernel);
  await down_write(current, rwsem);
  await rtnl_lock(current);
  const { netdev_chain } = statics(current.kernel);
  raw_notifier_chain_register(current, netdev_chain, nb);
  const nets = for_each_net(current);
  let err = 0;
  for (const [index, net] of nets.entries()) {
    err = await call_netdevice_register_net_notifiers(current, nb, net);
    if (err === 0) continue;
    for (const done of nets.slice(0, index).reverse()) await call_netdevice_unregister_net_notifiers(current, nb, done);
    raw_notifier_chain_unregister(current, netdev_chain, nb);
    break;
  }
  await rtnl_unlock(current);
  up_write(current, rwsem);
  return err;
}

/**
 * unregister_netdevice_notifier(): takes pernet_ops_rwsem for write, then rtnl_mutex, and tells the notifier that every
 * device of every living namespace is gone. -ENOENT, and no word to it, if it was not registered.
 */
export async function unregister_netdevice_notifier(caller: Frame, nb: netdev_notifier_block): Promise<number> {
  const current = caller.enter("unregister_netdevice_notifier");
  const rwsem = pernet_ops_rwsem(current.kernel);
  await down_write(current, rwsem);
  await rtnl_lock(current);
  const err = raw_notifier_chain_unregister(current, statics(current.kernel).netdev_chain, nb);
  if (err === 0) {
    for (const net of for_each_net(current)) await call_netdevice_unregister_net_notifiers(current, nb, net);
  }
  await rtnl_unlock(current);
  up_write(current, rwsem);
  return err;
}

async function __register_netdevice_notifier_net(caller: Frame, net: net, nb: netdev_notifier_block, ignoreFail: boolean): Promise<number> {
  const current = caller.enter("__register_netdevice_notifier_net");
  raw_notifier_chain_register(current, net.netdev_chain, nb);
  const err = await call_netdevice_register_net_notifiers(current, nb, net);
  if (err === 0 || ignoreFail) return 0;
  raw_notifier_chain_unregister(current, net.netdev_chain, nb);
  return err;
}

async function __unregister_netdevice_notifier_net(caller: Frame, net: net, nb: netdev_notifier_block): Promise<number> {
  const current = caller.enter("__unregister_netdevice_notifier_net");
  const err = raw_notifier_chain_unregister(current, net.netdev_chain, nb);
  if (err === 0) await call_netdevice_unregister_net_notifiers(current, nb, net);
  return err;
}

/** register_netdevice_notifier_net(): for the events of one namespace, after a replay of its devices. Takes rtnl_mutex only. */
export async function register_netdevice_notifier_net(caller: Frame, net: net, nb: netdev_notifier_block): Promise<number> {
  const current = caller.enter("register_netdevice_notifier_net");
  await rtnl_lock(current);
  const err = await __register_netdevice_notifier_net(current, net, nb, false);
  await rtnl_unlock(current);
  return err;
}

/** unregister_netdevice_notifier_net(): takes rtnl_mutex only. -ENOENT if it is not on this namespace's chain. */
export async function unregister_netdevice_notifier_net(caller: Frame, net: net, nb: netdev_notifier_block): Promise<number> {
  const current = caller.enter("unregister_netdevice_notifier_net");
  await rtnl_lock(current);
  const err = await __unregister_netdevice_notifier_net(current, net, nb);
  await rtnl_unlock(current);
  return err;
}

/**
 * register_netdevice_notifier_dev_net(): as the _net kind for the namespace of `dev`, and goes with the device when that
 * moves. Takes rtnl_mutex only.
 */
export async function register_netdevice_notifier_dev_net(
  caller: Frame,
  dev: net_device,
  nb: netdev_notifier_block,
  nn: netdev_net_notifier,
): Promise<number> {
  const current = caller.enter("register_netdevice_notifier_dev_net");
  await rtnl_lock(current);
  const err = await __register_netdevice_notifier_net(current, dev_net(dev), nb, false);
  if (err === 0) {
    nn.nb = nb;
    current.writes(dev.net_notifier_list);
    dev.net_notifier_list.push(nn);
  }
  await rtnl_unlock(current);
  return err;
}

/** unregister_netdevice_notifier_dev_net(): takes rtnl_mutex only. */
export async function unregister_netdevice_notifier_dev_net(
  caller: Frame,
  dev: net_device,
  nb: netdev_notifier_block,
  nn: netdev_net_notifier,
): Promise<number> {
  const current = caller.enter("unregister_netdevice_notifier_dev_net");
  await rtnl_lock(current);
  current.writes(dev.net_notifier_list);
  const at = dev.net_notifier_list.indexOf(nn);
  if (at >= 0) dev.net_notifier_list.splice(at, 1);
  const err = await __unregister_netdevice_notifier_net(current, dev_net(dev), nb);
  await rtnl_unlock(current);
  return err;
}

/**
 * move_netdevice_notifiers_dev_net(): takes the notifiers that follow `dev` from its old namespace's chain to that of
 * `net`. The moving device is in neither list now, so it is no part of what they are told; errors are ignored.
 */
export async function move_netdevice_notifiers_dev_net(caller: Frame, dev: net_device, net: net): Promise<void> {
  const current = caller.enter("move_netdevice_notifiers_dev_net");
  for (const { nb } of [...dev.net_notifier_list]) {
    if (nb === null) continue;
    await __unregister_netdevice_notifier_net(current, dev_net(dev), nb);
    await __register_netdevice_notifier_net(current, net, nb, true);
  }
}
