/** Models nsim_dev_flash_update() (drivers/net/netdevsim/dev.c): half a megabyte, a thousand bytes every 10 ms. */
import {
  type devlink,
  devlink_flash_update_begin_notify,
  devlink_flash_update_end_notify,
  type devlink_flash_update_params,
  devlink_flash_update_status_notify,
  devlink_flash_update_timeout_notify,
  devlinkDriverFramesFlash,
} from "../devlink/index.ts";
import { EOPNOTSUPP, type Frame, msleep } from "../kernel/index.ts";
import type { nsim_dev } from "./nsim.ts";

const NSIM_DEV_FLASH_SIZE = 500_000;
const NSIM_DEV_FLASH_CHUNK_SIZE = 1000;
const NSIM_DEV_FLASH_CHUNK_TIME_MS = 10;
/** Seconds that the last step may take. */
const FLASH_SELECT_TIMEOUT = 81;

/** -EOPNOTSUPP for a section that the knob fw_update_overwrite_mask does not allow. Sleeps five seconds. */
export async function nsim_dev_flash_update(
  caller: Frame,
  nsim: nsim_dev,
  devlink: devlink<nsim_dev>,
  { component, overwrite_mask }: devlink_flash_update_params,
): Promise<number> {
  const current = caller.enter("nsim_dev_flash_update");
  current.reads(nsim);
  if ((overwrite_mask & ~nsim.fw_update_overwrite_mask) !== 0) return -EOPNOTSUPP;
  const frames = nsim.fw_update_status && devlinkDriverFramesFlash(current.kernel);
  const status = async (msg: string, done: number, total: number): Promise<void> => {
    if (nsim.fw_update_status) await devlink_flash_update_status_notify(current, devlink, msg, component, done, total);
  };
  if (frames) await devlink_flash_update_begin_notify(current, devlink);
  await status("Preparing to flash", 0, 0);
  for (let done = 0; done < NSIM_DEV_FLASH_SIZE; done += NSIM_DEV_FLASH_CHUNK_SIZE) {
    await status("Flashing", done, NSIM_DEV_FLASH_SIZE);
    await msleep(current, NSIM_DEV_FLASH_CHUNK_TIME_MS);
  }
  await status("Flashing", NSIM_DEV_FLASH_SIZE, NSIM_DEV_FLASH_SIZE);
  if (nsim.fw_update_status) await devlink_flash_update_timeout_notify(current, devlink, "Flash select", component, FLASH_SELECT_TIMEOUT);
  await status("Flashing done", 0, 0);
  if (frames) await devlink_flash_update_end_notify(current, devlink);
  return 0;
}
