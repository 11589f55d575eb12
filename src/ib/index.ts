/** RDMA: ib_core (devices, clients, namespaces, GID tables), the nldev netlink family, and the mlx5_ib driver. */

export { ib_client, ib_register_client, ib_set_client_data, ib_unregister_client } from "./core/client.ts";
export {
  IB_DEVICE_ALLOW_USER_UNREG,
  IB_PORT_ACTIVE,
  IB_PORT_DOWN,
  IB_PORT_PHYS_STATE_DISABLED,
  IB_PORT_PHYS_STATE_LINK_UP,
  IB_PORT_PHYS_STATE_POLLING,
  type ib_device,
  type ib_device_ops,
  ib_device_put,
  type ib_port_attr,
  RDMA_DRIVER_RXE,
} from "./core/device.ts";
export {
  IB_EVENT_PORT_ACTIVE,
  IB_EVENT_PORT_ERR,
  ib_dispatch_event,
  ib_register_event_handler,
  ib_unregister_event_handler,
} from "./core/event.ts";
export { IB_GID_TYPE_ROCE_UDP_ENCAP } from "./core/gid-table.ts";
export { ib_core_init, ibCoreModule } from "./core/init.ts";
export { ib_device_get_by_netdev, ib_device_set_netdev } from "./core/netdev.ts";
export { type rdma_link_ops, rdma_link_register, rdma_link_unregister } from "./core/newlink.ts";
export {
  ib_alloc_device,
  ib_dealloc_device,
  ib_register_device,
  ib_unregister_device_queued,
  ib_unregister_driver,
} from "./core/registration.ts";
export { rdmaDevices } from "./core/state.ts";
export type { IbStrategies } from "./core/strategies.ts";
export { ib_get_eth_speed } from "./core/verbs.ts";
export { IB_ERAS } from "./eras.ts";
export { mlx5_ib_cleanup, mlx5_ib_init, mlx5IbModule } from "./mlx5/main.ts";
export type { NetdevNotifier } from "./mlx5/notifier.ts";
export { devNetNotifier } from "./mlx5/notifier-dev-net.ts";
export { globalNotifier } from "./mlx5/notifier-global.ts";
export { netNotifier } from "./mlx5/notifier-net.ts";
export { ibUverbsModule } from "./uverbs.ts";
