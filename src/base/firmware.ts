/**
 * Models request_firmware() (drivers/base/firmware_loader): a driver's firmware file, looked for in the directories of the
 * running machine. The content is not kept, only how much there is: no device here reads it.
 * Left out: the user-mode helper, compressed and built-in firmware, a firmware cache, firmware_class.path.
 */
import { EINVAL, type Frame } from "../kernel/index.ts";
import { path_lookup, S_IFREG } from "../vfs/index.ts";
import type { device } from "./device.ts";
import { dev_warn } from "./log.ts";

/** struct firmware */
export interface firmware {
  readonly size: number;
}

/**
 * request_firmware(): -EINVAL for an empty name or a file that is not regular or is empty, else the errno of the look-up in
 * the last directory, which the log tells of.
 */
export function request_firmware(caller: Frame, name: string, device: device): firmware | number {
  const current = caller.enter("request_firmware").enter("_request_firmware");
  if (name === "") return -EINVAL;
  const { kernel } = current;
  let err = -EINVAL;
  for (const dir of [`updates/${kernel.release}`, "updates", kernel.release, ""]) {
    const path = `/lib/firmware/${dir === "" ? "" : `${dir}/`}${name}`;
    const found = path_lookup(current, path);
    if (typeof found === "number") {
      err = found;
      continue;
    }
    const { type, i_size } = found.dentry.d_inode;
    if (type === S_IFREG && i_size > 0) return { size: i_size };
    err = -EINVAL;
    dev_warn(kernel, device, `loading ${path} failed with error ${err}`);
  }
  dev_warn(kernel, device, `Direct firmware load for ${name} failed with error ${err}`);
  return err;
}
