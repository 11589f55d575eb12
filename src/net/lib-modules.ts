/**
 * Models modules that others are built on (net/ipv4/udp_tunnel_nic.c, net/ipv6/ip6_udp_tunnel.c) and one that has nothing
 * to do with the network (crypto/crc32_generic.c): what loading them takes. Left out: what they offer to their users.
 */
import { type Frame, type LoadableModule, NOTIFY_DONE } from "../kernel/index.ts";
import { register_netdevice_notifier, unregister_netdevice_notifier } from "./dev-notifier.ts";
import type { netdev_notifier_block } from "./structs.ts";

const udp_tunnel_nic_notifier_block: netdev_notifier_block = {
  name: "udp_tunnel_nic_netdevice_event",
  priority: 0,
  notifier_call: async () => NOTIFY_DONE,
};

/** Takes pernet_ops_rwsem for write, for its notifier. */
const udpTunnelModule: LoadableModule = {
  name: "udp_tunnel",
  size: 20_480,
  init: (caller: Frame) => register_netdevice_notifier(caller.enter("udp_tunnel_nic_init_module"), udp_tunnel_nic_notifier_block),
  exit: async (caller: Frame) => {
    await unregister_netdevice_notifier(caller.enter("udp_tunnel_nic_cleanup_module"), udp_tunnel_nic_notifier_block);
  },
};

/** These register nothing that takes a lock of the network. */
const quiet = (name: string, aliases: readonly string[] = []): LoadableModule => ({
  name,
  aliases,
  init: async () => 0,
  exit: async () => {},
});

export const libraryModules: readonly LoadableModule[] = [
  udpTunnelModule,
  { name: "ip6_udp_tunnel" },
  quiet("crc32_generic", ["crypto-crc32", "crypto-crc32-generic"]),
  quiet("libcrc32c"),
  quiet("llc"),
  { name: "stp", depends: ["llc"] },
  { name: "garp", depends: ["stp", "llc"] },
  { name: "mrp" },
];
