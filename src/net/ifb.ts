/**
 * Models drivers/net/ifb.c: links that hand packets to a queueing discipline. Loading the module makes `ifb0` and `ifb1`
 * in init_net. Left out: their queues and tasklets, which only packets need.
 */
import { down_write, type Frame, type LoadableModule, type module, up_write } from "../kernel/index.ts";
import { IFF_MULTICAST, IFF_NOARP } from "../netlink/index.ts";
import { alloc_netdev, eth_hw_addr_random, ether_setup } from "./alloc.ts";
import { register_netdevice, unregister_netdevice_queue } from "./dev.ts";
import { eth_mac_addr } from "./dev-config.ts";
import { validateAddress } from "./dummy.ts";
import { pernet_ops_rwsem } from "./net-state.ts";
import { IFF_LIVE_ADDR_CHANGE } from "./netdevice.ts";
import { rtnl_lock, rtnl_unlock } from "./rtnl.ts";
import { __rtnl_link_register, __rtnl_link_unregister, rtnl_link_unregister } from "./rtnl-link-ops.ts";
import type { net_device, rtnl_link_ops } from "./structs.ts";

const TX_Q_LIMIT = 32;

function ifb_setup(current: Frame, dev: net_device): void {
  ether_setup(current, dev);
  dev.netdev_ops = { ndo_set_mac_address: eth_mac_addr };
  dev.needs_free_netdev = true;
  dev.tx_queue_len = TX_Q_LIMIT;
  dev.flags = (dev.flags | IFF_NOARP) & ~IFF_MULTICAST;
  dev.priv_flags |= IFF_LIVE_ADDR_CHANGE;
  eth_hw_addr_random(current, dev);
  dev.min_mtu = 0;
  dev.max_mtu = 0;
}

const ifb_link_ops: rtnl_link_ops = {
  kind: "ifb",
  setup: ifb_setup,
  validate: validateAddress,
  dellink: unregister_netdevice_queue,
};

async function ifb_init_one(caller: Frame): Promise<number> {
  const current = caller.enter("ifb_init_one");
  const dev = alloc_netdev(current, "ifb%d", ifb_setup);
  dev.rtnl_link_ops = ifb_link_ops;
  return register_netdevice(current, dev);
}

/** Takes pernet_ops_rwsem for write, then rtnl_mutex. */
async function ifb_init_module(caller: Frame, self: module): Promise<number> {
  const current = caller.enter("ifb_init_module");
  const rwsem = pernet_ops_rwsem(current.kernel);
  await down_write(current, rwsem);
  await rtnl_lock(current);
  let err = __rtnl_link_register(current, ifb_link_ops);
  if (err === 0) {
    for (let i = 0; i < self.parameters.number("numifbs") && err === 0; i++) err = await ifb_init_one(current);
    if (err !== 0) await __rtnl_link_unregister(current, ifb_link_ops);
  }
  await rtnl_unlock(current);
  up_write(current, rwsem);
  return err;
}

async function ifb_cleanup_module(caller: Frame): Promise<void> {
  await rtnl_link_unregister(caller.enter("ifb_cleanup_module"), ifb_link_ops);
}

export const ifbModule: LoadableModule = {
  name: "ifb",
  aliases: ["rtnl-link-ifb"],
  parameters: [{ name: "numifbs", type: "int", value: 2 }],
  init: ifb_init_module,
  exit: ifb_cleanup_module,
};
