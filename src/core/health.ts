/**
 * Models the health reporters of the device (core/health.c, v5.10): "fw" tells of the firmware's errors, "fw_fatal" also takes
 * the function down and up again. The emulated firmware has no error, keeps no traces and gives no memory to dump.
 * Left out: the health poll, events of the firmware, the states that an error leaves.
 */
import { dev_err, dev_info, dev_warn } from "../base/index.ts";
import {
  devlink_fmsg_u8_pair_put,
  type devlink_health_reporter,
  devlink_health_reporter_create,
  devlink_health_reporter_destroy,
  type devlink_health_reporter_ops,
} from "../devlink/index.ts";
import { EIO, ENODEV, ENOMSG, EPERM, type Frame } from "../kernel/index.ts";
import { type mlx5_core_dev, mlx5_core_is_pf, priv_to_devlink } from "./driver.ts";
import { mlx5_load_one, mlx5_unload_one } from "./load.ts";

/** mlx5_fw_reporters_create(): at probe, before the function is loaded. Takes reporters_lock. */
export async function mlx5_fw_reporters_create(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_health_init").enter("mlx5_fw_reporters_create");
  const devlink = priv_to_devlink(dev);
  const { pf, vf } = dev.strategies.fw_reporter_grace_period;
  dev.health_reporters = [
    await devlink_health_reporter_create(current, devlink, mlx5_fw_reporter_ops(dev), 0),
    await devlink_health_reporter_create(current, devlink, mlx5_fw_fatal_reporter_ops(dev), mlx5_core_is_pf(dev) ? pf : vf),
  ];
}

export async function mlx5_fw_reporters_destroy(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_health_cleanup").enter("mlx5_fw_reporters_destroy");
  const reporters: readonly devlink_health_reporter[] = dev.health_reporters;
  for (const reporter of reporters.toReversed()) await devlink_health_reporter_destroy(current, reporter);
  dev.health_reporters = [];
}

function mlx5_fw_reporter_ops(dev: mlx5_core_dev): devlink_health_reporter_ops {
  return {
    name: "fw",
    async diagnose(caller, _reporter, fmsg) {
      caller.enter("mlx5_fw_reporter_diagnose");
      return devlink_fmsg_u8_pair_put(fmsg, "Syndrome", 0);
    },
    // Only the traces that the firmware has sent can be dumped: none.
    async dump(caller) {
      caller.enter("mlx5_fw_reporter_dump");
      return mlx5_core_is_pf(dev) ? -ENOMSG : -EPERM;
    },
  };
}

function mlx5_fw_fatal_reporter_ops(dev: mlx5_core_dev): devlink_health_reporter_ops {
  return {
    name: "fw_fatal",
    recover: (caller) => mlx5_health_try_recover(caller.enter("mlx5_fw_fatal_reporter_recover"), dev),
    async dump(caller) {
      caller.enter("mlx5_fw_fatal_reporter_dump").enter("mlx5_crdump_collect");
      return mlx5_core_is_pf(dev) ? -ENODEV : -EPERM;
    },
  };
}

/** Unloads and loads the function, in the namespace it is in. Takes intf_state_mutex twice. */
async function mlx5_health_try_recover(caller: Frame, dev: mlx5_core_dev): Promise<number> {
  const current = caller.enter("mlx5_health_try_recover");
  const { kernel } = current;
  dev_warn(kernel, dev.device, "handling bad device here");
  await mlx5_unload_one(current.enter("mlx5_handle_bad_state"), dev, false);
  dev_err(kernel, dev.device, "starting health recovery flow");
  const err = await mlx5_load_one(current.enter("mlx5_recover_device"), dev, false);
  if (err !== 0) {
    dev_err(kernel, dev.device, "health recovery failed");
    return -EIO;
  }
  dev_info(kernel, dev.device, "health recovery succeeded");
  return 0;
}
