/**
 * The net room: struct net and its life, pernet operations, net devices, the two netdev notifier chains, rtnetlink, and
 * the drivers loopback, dummy and veth.
 */

export {
  alloc_etherdev,
  alloc_netdev,
  dev_hold,
  dev_net,
  dev_net_set,
  dev_put,
  eth_hw_addr_random,
  ether_setup,
  free_netdev,
} from "./alloc.ts";
export { netif_device_attach, netif_device_detach } from "./attach.ts";
export { dev_change_net_namespace } from "./change_net_namespace.ts";
export {
  register_netdev,
  register_netdevice,
  unregister_netdev,
  unregister_netdevice,
} from "./dev.ts";
export { dev_change_flags, dev_open, dev_set_mac_address } from "./dev-config.ts";
export { __dev_get_by_name, dev_get_by_name, for_each_netdev } from "./dev-lookup.ts";
export { dev_change_name } from "./dev-name.ts";
export {
  call_netdevice_notifiers,
  netdev_notifier_info_to_dev,
  register_netdevice_notifier,
  register_netdevice_notifier_dev_net,
  register_netdevice_notifier_net,
  unregister_netdevice_notifier,
  unregister_netdevice_notifier_dev_net,
  unregister_netdevice_notifier_net,
} from "./dev-notifier.ts";
export { in_dev_addresses, register_inetaddr_notifier, unregister_inetaddr_notifier } from "./devinet.ts";
export { NET_ERAS, type NetStrategies } from "./eras.ts";
export { __ethtool_get_link_ksettings, ethtool_get_drvinfo, SPEED_UNKNOWN } from "./ethtool/ioctl.ts";
export { ethnl_init } from "./ethtool/netlink.ts";
export * from "./ethtool/structs.ts";
export { net_dev_init, net_init } from "./init.ts";
export type { fib_route } from "./ip/fib.ts";
export {
  FIB_EVENT_ENTRY_DEL,
  FIB_EVENT_ENTRY_REPLACE,
  FIB_EVENT_RULE_ADD,
  FIB_EVENT_RULE_DEL,
  type fib_notifier_block,
  type fib_notifier_info,
  register_fib_notifier,
  unregister_fib_notifier,
} from "./ip/fib-notifier.ts";
export { netif_carrier_off, netif_carrier_on } from "./link_watch.ts";
export { netif_carrier_ok, netif_device_present, netif_running } from "./link-state.ts";
export { netModules } from "./modules.ts";
export {
  copy_net_ns,
  current_net,
  for_each_net,
  genl_info_net,
  get_net,
  get_net_ns_by_fd,
  get_net_ns_by_pid,
  init_net,
  liveNets,
  maybe_get_net,
  net_eq,
  net_ns_init,
  net_of,
  net_rwsem,
  nsproxy_net,
  pernet_ops_rwsem,
  put_net,
} from "./net_namespace.ts";
export * from "./netdevice.ts";
export { get_net_ns_by_id, peernet2id, peernet2id_alloc } from "./nsid.ts";
export {
  net_generic,
  register_pernet_device,
  register_pernet_subsys,
  unregister_pernet_device,
  unregister_pernet_subsys,
} from "./pernet.ts";
export { netif_set_real_num_queues } from "./queues.ts";
export { rtnl_lock, rtnl_unlock } from "./rtnl.ts";
export { rtnl_link_register, rtnl_link_unregister } from "./rtnl-link-ops.ts";
export {
  type ethtool_ops,
  type in_ifaddr,
  net,
  net_device,
  type net_device_ops,
  type netdev_net_notifier,
  type netdev_notifier_block,
  type netdev_notifier_info,
  pernet_id,
  type pernet_operations,
  type rtnl_link_ops,
} from "./structs.ts";
