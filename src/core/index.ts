/** mlx5_core: PCI probe, load and unload, interfaces, devlink operations, the Ethernet interface. */

export { mlx5_cmd_exec } from "./cmd.ts";
export {
  MLX5_INTERFACE_PROTOCOL_IB,
  type mlx5_interface,
  mlx5_register_interface,
  mlx5_unregister_interface,
} from "./dev.ts";
export {
  mlx5_core_dev,
  mlx5_core_is_mp_master,
  mlx5_core_is_mp_slave,
  mlx5_core_mp_enabled,
  mlx5_core_native_port_num,
  mlx5_is_roce_enabled,
} from "./driver.ts";
export { recreateNetdev } from "./en_main.ts";
export { mlx5e_rep_priv } from "./en_rep.ts";
export { MLX5_ERAS } from "./eras.ts";
export { is_mdev_switchdev_mode } from "./eswitch.ts";
export {
  MLX5_VPORT_UPLINK,
  mlx5_eswitch_get_proto_dev,
  mlx5_eswitch_register_vport_reps,
  mlx5_eswitch_unregister_vport_reps,
  REP_ETH,
  REP_IB,
  type RepOps,
} from "./eswitch-reps.ts";
export {
  MLX5_DRIVER_EVENT_UPLINK_NETDEV,
  mlx5_blocking_notifier_register,
  mlx5_blocking_notifier_unregister,
  mlx5_core_uplink_netdev_event_replay,
  type mlx5_driver_notifier,
} from "./events.ts";
export { type FirmwareConfig, FW_PSID, FW_VERSION, MLX5_CAP_PORT_TYPE_ETH, mlx5Function } from "./firmware.ts";
export { mlx5_activate_lag, mlx5_deactivate_lag } from "./lag.ts";
export { mlx5_cleanup, mlx5_init, mlx5CoreModule } from "./main.ts";
export { mlx5_core_net } from "./net.ts";
export type { Mlx5Strategies } from "./strategies.ts";
export {
  mlx5_nic_vport_affiliate_multiport,
  mlx5_nic_vport_disable_roce,
  mlx5_nic_vport_enable_roce,
  mlx5_nic_vport_unaffiliate_multiport,
  mlx5_query_nic_vport_system_image_guid,
} from "./vport.ts";
