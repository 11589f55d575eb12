/**
 * Models mlx5_devlink_register() and the parameters of core/devlink.c (v5.10).
 * Left out: enable_eth, enable_rdma, enable_vnet, max_macs, hairpin queues. What only concerns traffic is kept and has no effect.
 */
import {
  type DevlinkParamValue,
  type devlink,
  type devlink_param,
  devlink_param_driverinit_value_set,
  devlink_params_publish,
  devlink_params_register,
  devlink_params_unpublish,
  devlink_params_unregister,
  devlinkPlaces,
} from "../devlink/index.ts";
import { EBUSY, EINVAL, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { DEVLINK_PARAM_CMODE_DRIVERINIT, DEVLINK_PARAM_CMODE_RUNTIME, NL_SET_ERR_MSG, type netlink_ext_ack } from "../netlink/index.ts";
import { DEVLINK_PARAM_GENERIC_ID_ENABLE_ROCE, KBUILD_MODNAME, type mlx5_core_dev, mlx5_core_is_mp_slave } from "./driver.ts";
import { is_mdev_switchdev_mode } from "./eswitch.ts";
import { MLX5_CAP_PORT_TYPE_ETH } from "./firmware.ts";
import { mlx5_lag_is_active } from "./lag.ts";
import type { Mlx5ParamName } from "./strategies.ts";

/** Ids of the driver's own parameters (core/devlink.h), and of the other generic ones (include/net/devlink.h). */
const MLX5_DEVLINK_PARAM_ID_FLOW_STEERING_MODE = 18;
const MLX5_DEVLINK_PARAM_ID_ESW_LARGE_GROUP_NUM = 19;
const MLX5_DEVLINK_PARAM_ID_ESW_PORT_METADATA = 20;
const DEVLINK_PARAM_GENERIC_ID_ENABLE_REMOTE_DEV_RESET = 10;
const DEVLINK_PARAM_GENERIC_ID_IO_EQ_SIZE = 15;
const DEVLINK_PARAM_GENERIC_ID_EVENT_EQ_SIZE = 16;

const RUNTIME = 1 << DEVLINK_PARAM_CMODE_RUNTIME;
const DRIVERINIT = 1 << DEVLINK_PARAM_CMODE_DRIVERINIT;

/** First values of those that take effect at the next load. */
const ESW_OFFLOADS_DEFAULT_NUM_GROUPS = 15;
const MLX5_COMP_EQ_SIZE = 1024;
const MLX5_NUM_ASYNC_EQE = 4096;

const MAX_LARGE_GROUPS = 1024;
const MIN_EQ_SIZE = 64;
const MAX_EQ_SIZE = 4096;

/** A parameter, and its first value if it is one for the next load. */
interface Mlx5Param {
  readonly param: devlink_param;
  readonly first?: DevlinkParamValue;
}

function refuse(extack: netlink_ext_ack | null, errno: number, why: string): number {
  NL_SET_ERR_MSG(extack, `${KBUILD_MODNAME}: ${why}`);
  return -errno;
}

/** A parameter that is a field of the device. */
function runtime<F extends "steering_mode" | "remote_dev_reset" | "esw_port_metadata">(
  dev: mlx5_core_dev,
  field: F,
  rest: Omit<devlink_param, "supported_cmodes" | "get" | "set">,
): Mlx5Param {
  const param: devlink_param = {
    ...rest,
    supported_cmodes: RUNTIME,
    get: async (current) => {
      current.reads(dev);
      return { value: dev[field] };
    },
    set: async (current, _devlink, _cmode, value) => {
      current.writes(dev);
      dev[field] = value as mlx5_core_dev[F];
      return 0;
    },
  };
  return { param };
}

function eqSize(id: number, name: string, first: number): Mlx5Param {
  const validate: devlink_param["validate"] = (_current, _devlink, value) =>
    Number(value) >= MIN_EQ_SIZE && Number(value) <= MAX_EQ_SIZE ? 0 : -EINVAL;
  return { param: { id, name, type: "u32", generic: true, supported_cmodes: DRIVERINIT, validate }, first };
}

function mlx5_devlink_fs_mode_validate(dev: mlx5_core_dev, value: DevlinkParamValue, extack: netlink_ext_ack | null): number {
  if (value === "dmfs") return 0;
  if (value !== "smfs") return refuse(extack, EINVAL, 'Bad parameter: supported values are ["dmfs", "smfs"]');
  if (!is_mdev_switchdev_mode(dev)) return 0;
  return refuse(extack, EOPNOTSUPP, "Software managed steering is not supported when eswitch offloads enabled.");
}

function mlx5_devlink_enable_roce_validate(dev: mlx5_core_dev, value: DevlinkParamValue, extack: netlink_ext_ack | null): number {
  if (value === true && !supportsRoce(dev)) return refuse(extack, EOPNOTSUPP, "Device doesn't support RoCE");
  if (!dev.strategies.roce_of_slaves_is_fixed || !(mlx5_core_is_mp_slave(dev) || mlx5_lag_is_active(dev))) return 0;
  return refuse(extack, EOPNOTSUPP, "Multi port slave/Lag device can't configure RoCE");
}

/** By name; what a kernel has of them, the era says. */
function mlx5_devlink_params(dev: mlx5_core_dev): Readonly<Record<Mlx5ParamName, Mlx5Param>> {
  return {
    flow_steering_mode: runtime(dev, "steering_mode", {
      id: MLX5_DEVLINK_PARAM_ID_FLOW_STEERING_MODE,
      name: "flow_steering_mode",
      type: "string",
      generic: false,
      validate: (_current, _devlink, value, extack) => mlx5_devlink_fs_mode_validate(dev, value, extack),
    }),
    enable_roce: {
      param: {
        id: DEVLINK_PARAM_GENERIC_ID_ENABLE_ROCE,
        name: "enable_roce",
        type: "bool",
        generic: true,
        supported_cmodes: DRIVERINIT,
        validate: (_current, _devlink, value, extack) => mlx5_devlink_enable_roce_validate(dev, value, extack),
      },
      first: supportsRoce(dev),
    },
    fdb_large_groups: {
      param: {
        id: MLX5_DEVLINK_PARAM_ID_ESW_LARGE_GROUP_NUM,
        name: "fdb_large_groups",
        type: "u32",
        generic: false,
        supported_cmodes: DRIVERINIT,
        validate: (_current, _devlink, value, extack) =>
          Number(value) >= 1 && Number(value) <= MAX_LARGE_GROUPS
            ? 0
            : refuse(extack, EOPNOTSUPP, `Unsupported group number, supported range is 1-${MAX_LARGE_GROUPS}`),
      },
      first: ESW_OFFLOADS_DEFAULT_NUM_GROUPS,
    },
    esw_port_metadata: runtime(dev, "esw_port_metadata", {
      id: MLX5_DEVLINK_PARAM_ID_ESW_PORT_METADATA,
      name: "esw_port_metadata",
      type: "bool",
      generic: false,
      validate: (_current, _devlink, _value, extack) =>
        is_mdev_switchdev_mode(dev) ? refuse(extack, EBUSY, "E-Switch must either disabled or non switchdev mode") : 0,
    }),
    enable_remote_dev_reset: runtime(dev, "remote_dev_reset", {
      id: DEVLINK_PARAM_GENERIC_ID_ENABLE_REMOTE_DEV_RESET,
      name: "enable_remote_dev_reset",
      type: "bool",
      generic: true,
    }),
    io_eq_size: eqSize(DEVLINK_PARAM_GENERIC_ID_IO_EQ_SIZE, "io_eq_size", MLX5_COMP_EQ_SIZE),
    event_eq_size: eqSize(DEVLINK_PARAM_GENERIC_ID_EVENT_EQ_SIZE, "event_eq_size", MLX5_NUM_ASYNC_EQE),
  };
}

/** mlx5_devlink_register(): the instance (where it comes first), then its parameters. Takes devlink_mutex where there is one. */
export async function mlx5_devlink_register(caller: Frame, devlink: devlink<mlx5_core_dev>): Promise<number> {
  const current = caller.enter("mlx5_devlink_register");
  await devlinkPlaces(current.kernel).probeBegins(current, devlink);
  const all = mlx5_devlink_params(devlink.priv);
  const params = devlink.priv.strategies.params.map((name) => all[name]);
  devlink.priv.params = params.map(({ param }) => param);
  const err = await devlink_params_register(current, devlink, devlink.priv.params);
  if (err !== 0) {
    await devlinkPlaces(current.kernel).removeDone(current, devlink);
    return err;
  }
  for (const { param, first } of params) {
    if (first !== undefined) await devlink_param_driverinit_value_set(current, devlink, param.id, first);
  }
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
