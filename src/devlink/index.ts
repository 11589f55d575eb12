/**
 * devlink (net/core/devlink.c, from v6.3 on net/devlink/): instances, reload between namespaces, ports, parameters,
 * resources, health reporters, flash, and the "devlink" generic netlink family. Drivers and upper rooms use what is exported here.
 */

export { DEVLINK_ERAS } from "./eras.ts";
export { devlink_init } from "./family.ts";
export {
  devlink_flash_update_begin_notify,
  devlink_flash_update_end_notify,
  devlink_flash_update_status_notify,
  devlink_flash_update_timeout_notify,
} from "./flash.ts";
export {
  type devlink_fmsg,
  devlink_fmsg_arr_pair_nest_end,
  devlink_fmsg_arr_pair_nest_start,
  devlink_fmsg_binary_pair_put,
  devlink_fmsg_bool_pair_put,
  devlink_fmsg_bool_put,
  devlink_fmsg_obj_nest_end,
  devlink_fmsg_obj_nest_start,
  devlink_fmsg_pair_nest_end,
  devlink_fmsg_pair_nest_start,
  devlink_fmsg_string_pair_put,
  devlink_fmsg_u8_pair_put,
  devlink_fmsg_u8_put,
  devlink_fmsg_u32_pair_put,
  devlink_fmsg_u32_put,
  devlink_fmsg_u64_pair_put,
  devlink_fmsg_u64_put,
} from "./fmsg.ts";
export {
  devlink_health_report,
  devlink_health_reporter_create,
  devlink_health_reporter_destroy,
  devlink_port_health_reporter_create,
} from "./health.ts";
export {
  devlink_info_driver_name_put,
  devlink_info_serial_number_put,
  devlink_info_version_fixed_put,
  devlink_info_version_running_put,
  devlink_info_version_running_put_ext,
  devlink_info_version_stored_put,
  devlink_info_version_stored_put_ext,
} from "./info.ts";
export {
  devl_lock,
  devl_trylock,
  devl_unlock,
  devlink_alloc,
  devlink_free,
  devlink_is_reload_failed,
  devlink_register,
  devlink_reload_disable,
  devlink_reload_enable,
  devlink_unregister,
  devlinkDriverFramesFlash,
  devlinkInstances,
  devlinkNetIsStable,
  devlinkPlaces,
} from "./instance.ts";
export {
  devlink_param_driverinit_value_get,
  devlink_param_driverinit_value_set,
  devlink_params_publish,
  devlink_params_register,
  devlink_params_unpublish,
  devlink_params_unregister,
} from "./param.ts";
export {
  devlink_port_attrs_set,
  devlink_port_init,
  devlink_port_phys_port_name,
  devlink_port_register,
  devlink_port_type_clear,
  devlink_port_type_eth_set,
  devlink_port_type_ib_set,
  devlink_port_unregister,
} from "./port.ts";
export { devl_rate_leaf_create, devl_rate_leaf_destroy, devl_rate_nodes_destroy } from "./rate.ts";
export type { devlink_rate, devlink_rate_node } from "./rate-types.ts";
export {
  devlink_region_create,
  devlink_region_destroy,
  devlink_region_snapshot_create,
  devlink_region_snapshot_id_get,
  devlink_region_snapshot_id_put,
} from "./region.ts";
export type { devlink_region, devlink_region_ops } from "./region-types.ts";
export {
  DEVLINK_RESOURCE_ID_PARENT_TOP,
  devlink_resource_occ_get_register,
  devlink_resource_occ_get_unregister,
  devlink_resource_register,
  devlink_resource_size_get,
  devlink_resources_unregister,
} from "./resource.ts";
export type { DevlinkStrategies } from "./strategies.ts";
export {
  devlink_trap_groups_register,
  devlink_trap_groups_unregister,
  devlink_trap_policers_register,
  devlink_trap_policers_unregister,
  devlink_trap_report,
  devlink_traps_register,
  devlink_traps_unregister,
} from "./trap.ts";
export type { devlink_trap, devlink_trap_group, devlink_trap_item, devlink_trap_policer } from "./trap-types.ts";
export {
  DEVLINK_SUPPORT_FLASH_UPDATE_COMPONENT,
  DEVLINK_SUPPORT_FLASH_UPDATE_OVERWRITE_MASK,
  type DevlinkParamValue,
  type DevlinkPortAttrs,
  type devlink,
  type devlink_flash_update_params,
  type devlink_health_reporter,
  type devlink_health_reporter_ops,
  type devlink_info_req,
  devlink_net,
  devlink_net_set,
  type devlink_ops,
  type devlink_param,
  type devlink_port,
  devlink_priv,
} from "./types.ts";
