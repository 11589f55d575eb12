/**
 * devlink (net/core/devlink.c, from v6.3 on net/devlink/): instances, reload between namespaces, ports, parameters,
 * health reporters, and the "devlink" generic netlink family. Drivers and upper rooms use what is exported here.
 */

export { DEVLINK_ERAS } from "./eras.ts";
export { devlink_init } from "./family.ts";
export {
  devlink_health_report,
  devlink_health_reporter_create,
  devlink_health_reporter_destroy,
} from "./health.ts";
export {
  devlink_info_driver_name_put,
  devlink_info_serial_number_put,
  devlink_info_version_fixed_put,
  devlink_info_version_running_put,
  devlink_info_version_stored_put,
} from "./info.ts";
export {
  devl_lock,
  devl_unlock,
  devlink_alloc,
  devlink_free,
  devlink_is_reload_failed,
  devlink_register,
  devlink_reload_disable,
  devlink_reload_enable,
  devlink_unregister,
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
  devlink_port_register,
  devlink_port_type_clear,
  devlink_port_type_eth_set,
  devlink_port_type_ib_set,
  devlink_port_unregister,
} from "./port.ts";
export type { DevlinkStrategies } from "./strategies.ts";
export {
  type devlink,
  devlink_net,
  devlink_net_set,
  type devlink_ops,
  type devlink_param,
  type devlink_port,
  devlink_priv,
} from "./types.ts";
