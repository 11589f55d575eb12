/** Models drivers/net/dummy.c: a link that goes nowhere. Loading the module makes `dummy0` in init_net. */
import { down_write, EADDRNOTAVAIL, EINVAL, type Frame, type LoadableModule, type module, up_write } from "../kernel/index.ts";
import { type Attributes, IFF_MULTICAST, IFF_NOARP, IFLA_ADDRESS } from "../netlink/index.ts";
import { alloc_netdev, eth_hw_addr_random, ether_setup } from "./alloc.ts";
import { register_netdevice, unregister_netdevice_queue } from "./dev.ts";
import { eth_mac_addr, is_valid_ether_addr } from "./dev-config.ts";
import { pernet_ops_rwsem } from "./net-state.ts";
import { ETH_ALEN, IFF_LIVE_ADDR_CHANGE, IFF_NO_QUEUE } from "./netdevice.ts";
import { rtnl_lock, rtnl_unlock } from "./rtnl.ts";
import { __rtnl_link_register, __rtnl_link_unregister, rtnl_link_unregister } from "./rtnl-link-ops.ts";
import type { net_device, rtnl_link_ops } from "./structs.ts";

function dummy_setup(current: Frame, dev: net_device): void {
  ether_setup(current, dev);
  dev.netdev_ops = { ndo_set_mac_address: eth_mac_addr };
  dev.ethtool_ops = { get_drvinfo: () => ({ driver: "dummy" }) };
  dev.needs_free_netdev = true;
  dev.flags = (dev.flags | IFF_NOARP) & ~IFF_MULTICAST;
  dev.priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_NO_QUEUE;
  eth_hw_addr_random(current, dev);
  dev.min_mtu = 0;
  dev.max_mtu = 0;
}

/** Checks the address of a request for any simple Ethernet link. */
export function validateAddress(tb: Attributes): number {
  const address = tb.bytes(IFLA_ADDRESS);
  if (address === undefined) return 0;
  if (address.length !== ETH_ALEN) return -EINVAL;
  return is_valid_ether_addr(address) ? 0 : -EADDRNOTAVAIL;
}

export const dummy_link_ops: rtnl_link_ops = {
  kind: "dummy",
  setup: dummy_setup,
  validate: validateAddress,
  // The kernel leaves dellink out of the struct; __rtnl_link_register() fills in this.
  dellink: unregister_netdevice_queue,
};

async function dummy_init_one(caller: Frame): Promise<number> {
  const current = caller.enter("dummy_init_one");
  const dev = alloc_netdev(current, "dummy%d", dummy_setup);
  dev.rtnl_link_ops = dummy_link_ops;
  return register_netdevice(current, dev);
}

/** Takes pernet_ops_rwsem for write, then rtnl_mutex. */
async function dummy_init_module(caller: Frame, self: module): Promise<number> {
  const current = caller.enter("dummy_init_module");
  const rwsem = pernet_ops_rwsem(current.kernel);
  await down_write(current, rwsem);
  await rtnl_lock(current);
  let err = __rtnl_link_register(current, dummy_link_ops);
  if (err === 0) {
    for (let i = 0; i < self.parameters.number("numdummies") && err === 0; i++) err = await dummy_init_one(current);
    if (err !== 0) await __rtnl_link_unregister(current, dummy_link_ops);
  }
  await rtnl_unlock(current);
  up_write(current, rwsem);
  return err;
}

async function dummy_cleanup_module(caller: Frame): Promise<void> {
  await rtnl_link_unregister(caller.enter("dummy_cleanup_module"), dummy_link_ops);
}

export const dummyModule: LoadableModule = {
  name: "dummy",
  aliases: ["rtnl-link-dummy"],
  parameters: [{ name: "numdummies", type: "int", value: 1 }],
  init: dummy_init_module,
  exit: dummy_cleanup_module,
};
