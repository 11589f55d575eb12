/**
 * Models drivers/net/netdevsim/dev.c: a devlink instance whose reload destroys its ports and their netdevs and makes new
 * ones where the instance is then. It registers no netdev notifier, which makes it the control for those that do.
 * Ports are in port.ts, the eswitch in eswitch.ts, flash in flash.ts, resources in resource.ts.
 */
import { dev_get_drvdata, dev_set_drvdata, type device } from "../base/index.ts";
import {
  devl_lock,
  devl_unlock,
  type devlink,
  devlink_alloc,
  devlink_free,
  devlink_info_driver_name_put,
  devlink_is_reload_failed,
  devlink_net_set,
  type devlink_ops,
  type devlink_param,
  devlink_param_driverinit_value_get,
  devlink_param_driverinit_value_set,
  devlink_params_publish,
  devlink_params_register,
  devlink_params_unregister,
  devlink_priv,
  devlink_resources_unregister,
  devlinkPlaces,
} from "../devlink/index.ts";
import { EINVAL, EmulatorBug, EOPNOTSUPP, type Frame, get_random_bytes } from "../kernel/index.ts";
import {
  DEVLINK_PARAM_CMODE_DRIVERINIT,
  DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
  NL_SET_ERR_MSG,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import {
  nsim_dev_debugfs_exit,
  nsim_dev_debugfs_init,
  nsim_late_debugfs_exit,
  nsim_late_debugfs_init,
  nsim_take_snapshot_exit,
  nsim_take_snapshot_init,
} from "./debugfs.ts";
import { nsim_devlink_eswitch_mode_set, nsim_vfs_gone } from "./eswitch.ts";
import { nsim_fib_create, nsim_fib_destroy } from "./fib.ts";
import { nsim_dev_flash_update } from "./flash.ts";
import { nsim_dev_health_exit, nsim_dev_health_init } from "./health.ts";
import { DRV_NAME, type nsim_bus_dev, nsim_dev, SWITCH_ID_LEN } from "./nsim.ts";
import { nsim_dev_port_add_all, nsim_dev_port_del_all } from "./port.ts";
import { nsim_rate_ops } from "./rate.ts";
import { nsim_dev_dummy_region_exit, nsim_dev_dummy_region_init } from "./region.ts";
import { nsim_dev_resources_register } from "./resource.ts";
import type { NetdevsimStrategies } from "./strategies.ts";
import { nsim_dev_traps_exit, nsim_dev_traps_init, nsim_trap_ops } from "./trap.ts";

/** DEVLINK_PARAM_GENERIC_ID_MAX_MACS, and the first id that is a driver's own. */
const MAX_MACS = 1;
const TEST1 = 2;

const driverinit = { supported_cmodes: 1 << DEVLINK_PARAM_CMODE_DRIVERINIT } as const;

const nsim_devlink_params: readonly devlink_param[] = [
  { id: MAX_MACS, name: "max_macs", type: "u32", generic: true, ...driverinit },
  { id: TEST1, name: "test1", type: "bool", generic: false, ...driverinit },
];

/** One part of what a reload takes down and brings up again. */
interface Part {
  /** 0 or a negative errno; then the parts before it are taken down again. */
  up(current: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>, extack: netlink_ext_ack | null): Promise<number>;
  down(current: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<void>;
}

const region: Part = { up: nsim_dev_dummy_region_init, down: nsim_dev_dummy_region_exit };

const traps: Part = { up: nsim_dev_traps_init, down: nsim_dev_traps_exit };

const fib: Part = { up: nsim_fib_create, down: nsim_fib_destroy };

const health: Part = {
  async up(current, nsim, devlink) {
    if (nsim.ddir !== null) await nsim_dev_health_init(current, nsim, devlink, nsim.ddir);
    return 0;
  },
  down: nsim_dev_health_exit,
};

const lateFiles: Part = {
  async up(current, nsim) {
    if (nsim.strategies.late_debugfs && nsim.ddir !== null) nsim_late_debugfs_init(current, nsim, nsim.ddir);
    return 0;
  },
  down: nsim_late_debugfs_exit,
};

const ports: Part = {
  up: nsim_dev_port_add_all,
  async down(current, nsim) {
    await nsim_vfs_gone(current, nsim);
    await nsim_dev_port_del_all(current, nsim);
  },
};

const snapshotFile: Part = {
  async up(current, nsim, devlink) {
    nsim_take_snapshot_init(current, nsim, devlink);
    return 0;
  },
  down: nsim_take_snapshot_exit,
};

/** In the order of nsim_dev_reload_create(); nsim_dev_reload_destroy() goes backwards. */
const PARTS: readonly Part[] = [region, traps, fib, health, lateFiles, ports, snapshotFile];

async function partsUp(current: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>, extack: netlink_ext_ack | null): Promise<number> {
  for (const [i, part] of PARTS.entries()) {
    const err = await part.up(current, nsim, devlink, extack);
    if (err === 0) continue;
    for (const done of PARTS.slice(0, i).toReversed()) await done.down(current, nsim, devlink);
    return err;
  }
  return 0;
}

/** NL_SET_ERR_MSG_MOD() */
function refuse(extack: netlink_ext_ack | null, text: string, errno: number): number {
  NL_SET_ERR_MSG(extack, `${DRV_NAME}: ${text}`);
  return -errno;
}

function nsim_dev_devlink_ops(strategies: NetdevsimStrategies): devlink_ops<nsim_dev> {
  const eswitch: Pick<devlink_ops<nsim_dev>, "eswitch_mode_get" | "eswitch_mode_set"> = {
    eswitch_mode_get: async (_current, devlink) => devlink_priv(devlink).esw_mode,
    eswitch_mode_set: nsim_devlink_eswitch_mode_set,
  };
  return {
    ...(strategies.eswitch ? { ...eswitch, ...nsim_rate_ops } : {}),
    ...nsim_trap_ops,
    reload_actions: 1 << DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
    supported_flash_update_params: strategies.supported_flash_update_params,

    async reload_down(caller, devlink, _netns_change, _action, _limit, extack) {
      const current = caller.enter("nsim_dev_reload_down");
      const nsim = devlink_priv(devlink);
      current.reads(nsim);
      if (nsim.dont_allow_reload) return refuse(extack, "User forbid the reload for testing purposes", EOPNOTSUPP);
      await nsim_dev_reload_destroy(current, nsim, devlink);
      return 0;
    },

    async reload_up(caller, devlink, _action, _limit, actions_performed, extack) {
      const current = caller.enter("nsim_dev_reload_up");
      const nsim = devlink_priv(devlink);
      current.reads(nsim);
      if (nsim.fail_reload) return refuse(extack, "User setup the reload to fail for testing purposes", EINVAL);
      actions_performed.value = 1 << DEVLINK_RELOAD_ACTION_DRIVER_REINIT;
      return nsim_dev_reload_create(current, nsim, devlink, extack);
    },

    async info_get(_current, _devlink, req) {
      devlink_info_driver_name_put(req, DRV_NAME);
      strategies.putVersions(req);
      return 0;
    },

    flash_update: (current, devlink, params) => nsim_dev_flash_update(current, devlink_priv(devlink), devlink, params),
  };
}

/** nsim_dev_probe(): called by the bus with the device lock held. */
export async function nsim_dev_probe(caller: Frame, bus_dev: nsim_bus_dev, strategies: NetdevsimStrategies): Promise<number> {
  const current = caller.enter("nsim_dev_probe");
  const nsim = new nsim_dev(current.kernel, bus_dev, strategies, get_random_bytes(current, SWITCH_ID_LEN));
  const devlink = devlink_alloc(current, nsim_dev_devlink_ops(strategies), bus_dev.dev, nsim);
  nsim.devlink = devlink;
  devlink_net_set(devlink, bus_dev.initial_net);
  dev_set_drvdata(bus_dev.dev, nsim);
  await devl_lock(current, devlink);
  await nsim_dev_resources_register(current, nsim, devlink);
  await devlinkPlaces(current.kernel).probeBegins(current, devlink);
  await devlink_params_register(current, devlink, nsim_devlink_params);
  await devlink_param_driverinit_value_set(current, devlink, MAX_MACS, nsim.max_macs);
  await devlink_param_driverinit_value_set(current, devlink, TEST1, nsim.test1);
  nsim_dev_debugfs_init(current, nsim);
  const err = await partsUp(current, nsim, devlink, null);
  if (err === 0) await devlink_params_publish(current, devlink);
  devl_unlock(current, devlink);
  if (err === 0) await devlinkPlaces(current.kernel).probeDone(current, devlink);
  else await dismantle(current, nsim, devlink);
  return err;
}

/** nsim_dev_remove(): called by the bus with the device lock held. */
export async function nsim_dev_remove(caller: Frame, bus_dev: nsim_bus_dev): Promise<void> {
  const current = caller.enter("nsim_dev_remove");
  const nsim = dev_get_nsim(bus_dev.dev);
  const { devlink } = nsim;
  if (devlink === null) return;
  await devlinkPlaces(current.kernel).removeBegins(current, devlink);
  await devl_lock(current, devlink);
  await nsim_dev_reload_destroy(current, nsim, devlink);
  devl_unlock(current, devlink);
  await dismantle(current, nsim, devlink);
}

/** What probe made before the parts. */
async function dismantle(current: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<void> {
  await devl_lock(current, devlink);
  await nsim_dev_debugfs_exit(current, nsim);
  await devlink_params_unregister(current, devlink, nsim_devlink_params);
  devl_unlock(current, devlink);
  await devlinkPlaces(current.kernel).removeDone(current, devlink);
  await devl_lock(current, devlink);
  await devlink_resources_unregister(current, devlink);
  devl_unlock(current, devlink);
  devlink_free(current, devlink);
  dev_set_drvdata(nsim.nsim_bus_dev.dev, null);
  nsim.devlink = null;
}

export function dev_get_nsim(dev: device): nsim_dev {
  const nsim = dev_get_drvdata(dev);
  if (!(nsim instanceof nsim_dev)) throw new EmulatorBug(`${dev.name} has no netdevsim driver data`);
  return nsim;
}

/** nsim_dev_reload_destroy(): nothing to do if the last reload_up has failed, for then there is nothing. */
async function nsim_dev_reload_destroy(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<void> {
  if (devlink_is_reload_failed(devlink)) return;
  const current = caller.enter("nsim_dev_reload_destroy");
  for (const part of PARTS.toReversed()) await part.down(current, nsim, devlink);
}

async function nsim_dev_reload_create(
  caller: Frame,
  nsim: nsim_dev,
  devlink: devlink<nsim_dev>,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("nsim_dev_reload_create");
  current.writes(nsim);
  // Ports that were added after a reload had failed are forgotten here, and stay for ever.
  nsim.port_list.splice(0);
  nsim.fw_update_status = true;
  nsim.fw_update_overwrite_mask = 0;
  nsim_devlink_param_load_driverinit_values(nsim, devlink);
  return partsUp(current, nsim, devlink, extack);
}

function nsim_devlink_param_load_driverinit_values(nsim: nsim_dev, devlink: devlink<nsim_dev>): void {
  const max_macs = devlink_param_driverinit_value_get(devlink, MAX_MACS);
  if ("value" in max_macs) nsim.max_macs = Number(max_macs.value);
  const test1 = devlink_param_driverinit_value_get(devlink, TEST1);
  if ("value" in test1) nsim.test1 = test1.value === true;
}
