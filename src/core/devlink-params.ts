/**
 * Models mlx5_devlink_register() and the parameters of core/devlink.c (v5.10).
 * Left out: fdb_large_groups, enable_remote_dev_reset. The emulated card steers flows in its firmware only.
 */
import {
  type devlink,
  type devlink_param,
  devlink_param_driverinit_value_set,
  devlink_params_publish,
  devlink_params_register,
  devlink_params_unpublish,
  devlink_params_unregister,
  devlinkPlaces,
} from "../devlink/index.ts";
import { EINVAL, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { DEVLINK_PARAM_CMODE_DRIVERINIT, DEVLINK_PARAM_CMODE_RUNTIME, NL_SET_ERR_MSG } from "../netlink/index.ts";
import {
  DEVLINK_PARAM_GENERIC_ID_ENABLE_ROCE,
  KBUILD_MODNAME,
  MLX5_DEVLINK_PARAM_ID_FLOW_STEERING_MODE,
  type mlx5_core_dev,
} from "./driver.ts";
import { MLX5_CAP_PORT_TYPE_ETH } from "./firmware.ts";

function mlx5_devlink_params(dev: mlx5_core_dev): readonly devlink_param[] {
  return [
    {
      id: MLX5_DEVLINK_PARAM_ID_FLOW_STEERING_MODE,
      name: "flow_steering_mode",
      type: "string",
      generic: false,
      supported_cmodes: 1 << DEVLINK_PARAM_CMODE_RUNTIME,
      get: async () => ({ value: "dmfs" }),
      set: async () => 0,
      validate: (_current, _devlink, value, extack) => {
        if (value === "dmfs") return 0;
        const known = value === "smfs";
        const why = known
          ? "Software managed steering is not supported by current device"
          : 'Bad parameter: supported values are ["dmfs", "smfs"]';
        NL_SET_ERR_MSG(extack, `${KBUILD_MODNAME}: ${why}`);
        return known ? -EOPNOTSUPP : -EINVAL;
      },
    },
    {
      id: DEVLINK_PARAM_GENERIC_ID_ENABLE_ROCE,
      name: "enable_roce",
      type: "bool",
      generic: true,
      supported_cmodes: 1 << DEVLINK_PARAM_CMODE_DRIVERINIT,
      validate: (_current, _devlink, value, extack) => {
        if (value !== true || supportsRoce(dev)) return 0;
        NL_SET_ERR_MSG(extack, `${KBUILD_MODNAME}: Device doesn't support RoCE`);
        return -EOPNOTSUPP;
      },
    },
  ];
}

/** mlx5_devlink_register(): the instance (where it comes first), then its parameters. Takes devlink_mutex where there is one. */
export async function mlx5_devlink_register(caller: Frame, devlink: devlink<mlx5_core_dev>): Promise<number> {
  const current = caller.enter("mlx5_devlink_register");
  await devlinkPlaces(current.kernel).probeBegins(current, devlink);
  devlink.priv.params = mlx5_devlink_params(devlink.priv);
  const err = await devlink_params_register(current, devlink, devlink.priv.params);
  if (err !== 0) {
    await devlinkPlaces(current.kernel).removeDone(current, devlink);
    return err;
  }
  await devlink_param_driverinit_value_set(current, devlink, DEVLINK_PARAM_GENERIC_ID_ENABLE_ROCE, supportsRoce(devlink.priv));
  await devlink_params_publish(current, devlink);
  return 0;
}

export async function mlx5_devlink_unregister(caller: Frame, devlink: devlink<mlx5_core_dev>): Promise<void> {
  const current = caller.enter("mlx5_devlink_unregister");
  await devlink_params_unpublish(current, devlink);
  await devlink_params_unregister(current, devlink, devlink.priv.params);
  await devlinkPlaces(current.kernel).removeDone(current, devlink);
}

/** MLX5_CAP_GEN(dev, roce) */
function supportsRoce(dev: mlx5_core_dev): boolean {
  return dev.firmware.caps.port_type === MLX5_CAP_PORT_TYPE_ETH;
}
