/** The netlink room: message bytes, netlink sockets, acknowledgements, dumps, multicast, generic netlink. */

export {
  netlink_bind,
  netlink_broadcast,
  netlink_create,
  netlink_has_listeners,
  netlink_kernel_create,
  netlink_kernel_release,
  netlink_poll,
  netlink_recvmsg,
  netlink_release,
  netlink_sendmsg,
  netlink_setsockopt,
  nlmsg_unicast,
} from "./af_netlink.ts";
export { type netlink_callback, type netlink_dump_control, netlink_dump_start, type sk_buff } from "./dump.ts";
export { NL_SET_ERR_MSG, NL_SET_ERR_MSG_ATTR, netlink_ext_ack } from "./extack.ts";
export { genl_init, genl_register_family, genl_unregister_family } from "./genetlink.ts";
export {
  genl_dumpit_info,
  type genl_family,
  genl_family_attrs,
  type genl_info,
  type genl_ops,
  genlmsg,
  genlmsg_dump_put,
  genlmsg_multicast_netns,
  genlmsg_reply,
} from "./genl-types.ts";
export { type netlink_net, type netlink_request, netlink_sock } from "./netlink-sock.ts";
export { netlink_rcv_skb } from "./rcv.ts";
export * from "./uapi/devlink.ts";
export * from "./uapi/ethtool.ts";
export * from "./uapi/genetlink.ts";
export * from "./uapi/netlink.ts";
export * from "./uapi/pkt_sched.ts";
export * from "./uapi/rdma.ts";
export * from "./uapi/rtnetlink.ts";
export * from "./wire.ts";
