/** RDMA: ib_core (devices, clients, namespaces, GID tables), the nldev netlink family, and the mlx5_ib driver. */

export { ib_client, ib_register_client, ib_set_client_data, ib_unregister_client } from "./core/client.ts";
export type { ib_device } from "./core/device.ts";
export { ib_register_event_handler, ib_unregister_event_handler } from "./core/event.ts";
export { ib_core_init, ibCoreModule } from "./core/init.ts";
export { rdmaDevices } from "./core/state.ts";
export { mlx5_ib_cleanup, mlx5_ib_init, mlx5IbModule } from "./mlx5/main.ts";
export type { NetdevNotifier } from "./mlx5/notifier.ts";
export { devNetNotifier } from "./mlx5/notifier-dev-net.ts";
export { globalNotifier } from "./mlx5/notifier-global.ts";
export { netNotifier } from "./mlx5/notifier-net.ts";
