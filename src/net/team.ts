/**
 * Models the module of drivers/net/team/team.c: what loading it registers, and the link kind. Left out: ports, modes and
 * options of a team, and its generic netlink family.
 */
import type { Frame, LoadableModule } from "../kernel/index.ts";
import { NOTIFY_DONE } from "../kernel/index.ts";
import { eth_hw_addr_random, ether_setup } from "./alloc.ts";
import { unregister_netdevice_queue } from "./dev.ts";
import { eth_mac_addr } from "./dev-config.ts";
import { register_netdevice_notifier, unregister_netdevice_notifier } from "./dev-notifier.ts";
import { validateAddress } from "./dummy.ts";
import { IFF_NO_QUEUE } from "./netdevice.ts";
import { rtnl_link_register, rtnl_link_unregister } from "./rtnl-link-ops.ts";
import type { net_device, netdev_notifier_block, rtnl_link_ops } from "./structs.ts";

/** Without ports there is nothing that it would do. */
const team_notifier_block: netdev_notifier_block = { name: "team_device_event", priority: 0, notifier_call: async () => NOTIFY_DONE };

function team_setup(current: Frame, dev: net_device): void {
  ether_setup(current, dev);
  dev.netdev_ops = { ndo_set_mac_address: eth_mac_addr };
  dev.needs_free_netdev = true;
  dev.priv_flags |= IFF_NO_QUEUE;
  eth_hw_addr_random(current, dev);
}

const team_link_ops: rtnl_link_ops = {
  kind: "team",
  setup: team_setup,
  validate: validateAddress,
  dellink: unregister_netdevice_queue,
};

/** Takes pernet_ops_rwsem for write, for its notifier. */
async function team_module_init(caller: Frame): Promise<number> {
  const current = caller.enter("team_module_init");
  await register_netdevice_notifier(current, team_notifier_block);
  const err = await rtnl_link_register(current, team_link_ops);
  if (err !== 0) await unregister_netdevice_notifier(current, team_notifier_block);
  return err;
}

async function team_module_exit(caller: Frame): Promise<void> {
  const current = caller.enter("team_module_exit");
  await rtnl_link_unregister(current, team_link_ops);
  await unregister_netdevice_notifier(current, team_notifier_block);
}

export const teamModule: LoadableModule = {
  name: "team",
  aliases: ["rtnl-link-team"],
  size: 32_768,
  init: team_module_init,
  exit: team_module_exit,
};
