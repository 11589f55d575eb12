/** Models devlink_info_*_put() of net/core/devlink.c: what a driver tells about its device, for `devlink dev info`. */
import {
  DEVLINK_ATTR_INFO_DRIVER_NAME,
  DEVLINK_ATTR_INFO_SERIAL_NUMBER,
  DEVLINK_ATTR_INFO_VERSION_FIXED,
  DEVLINK_ATTR_INFO_VERSION_NAME,
  DEVLINK_ATTR_INFO_VERSION_RUNNING,
  DEVLINK_ATTR_INFO_VERSION_STORED,
  DEVLINK_ATTR_INFO_VERSION_VALUE,
} from "../netlink/index.ts";
import type { devlink_info_req } from "./types.ts";

export function devlink_info_driver_name_put(req: devlink_info_req, name: string): void {
  req.msg.string(DEVLINK_ATTR_INFO_DRIVER_NAME, name);
}

export function devlink_info_serial_number_put(req: devlink_info_req, sn: string): void {
  req.msg.string(DEVLINK_ATTR_INFO_SERIAL_NUMBER, sn);
}

/** A version that belongs to the hardware and never changes, such as the board's id. */
export function devlink_info_version_fixed_put(req: devlink_info_req, name: string, value: string): void {
  putVersion(req, DEVLINK_ATTR_INFO_VERSION_FIXED, name, value);
}

/** A version that runs now. */
export function devlink_info_version_running_put(req: devlink_info_req, name: string, value: string): void {
  putVersion(req, DEVLINK_ATTR_INFO_VERSION_RUNNING, name, value);
}

/** A version that will run after the next activation. */
export function devlink_info_version_stored_put(req: devlink_info_req, name: string, value: string): void {
  putVersion(req, DEVLINK_ATTR_INFO_VERSION_STORED, name, value);
}

/** devlink_info_version_running_put_ext(): the version of a component that can be flashed by this name. */
export function devlink_info_version_running_put_ext(req: devlink_info_req, name: string, value: string): void {
  req.component?.(name);
  devlink_info_version_running_put(req, name, value);
}

/** devlink_info_version_stored_put_ext() */
export function devlink_info_version_stored_put_ext(req: devlink_info_req, name: string, value: string): void {
  req.component?.(name);
  devlink_info_version_stored_put(req, name, value);
}

function putVersion(req: devlink_info_req, attr: number, name: string, value: string): void {
  req.msg.nest(attr, (version) => {
    version.string(DEVLINK_ATTR_INFO_VERSION_NAME, name).string(DEVLINK_ATTR_INFO_VERSION_VALUE, value);
  });
}
