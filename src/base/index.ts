/** The driver core (drivers/base): devices, buses, drivers, binding, and their files in sysfs. */

export { bus_register, bus_unregister, driver_register, driver_unregister } from "./bus.ts";
export { bus_for_each_dev } from "./bus-state.ts";
export { base_init, device_add, device_del, device_register, device_rename, device_unregister } from "./core.ts";
export { driver_attach } from "./dd.ts";
export {
  type bus_type,
  dev_driver_string,
  dev_get_drvdata,
  dev_name,
  dev_set_drvdata,
  device,
  type device_attribute,
  type device_class,
  type device_driver,
  device_lock,
  device_unlock,
} from "./device.ts";
export { type firmware, request_firmware } from "./firmware.ts";
export { dev_err, dev_info, dev_warn } from "./log.ts";
export { kobject_uevent } from "./uevent.ts";
