/**
 * Models drivers/net/netdevsim/dev.c of v5.10: a devlink instance whose reload destroys its ports and their netdevs and
 * makes new ones where the instance is then. It registers no netdev notifier, which makes it the control for those that do.
 * Left out: regions, resources, traps, health reporters, flash, SR-IOV, and the rest of its debugfs.
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
  devlink_net,
  devlink_net_set,
  type devlink_ops,
  type devlink_param,
  devlink_param_driverinit_value_get,
  devlink_param_driverinit_value_set,
  devlink_params_publish,
  devlink_params_register,
  devlink_params_unregister,
  devlink_port_attrs_set,
  devlink_port_init,
  devlink_port_register,
  devlink_port_type_clear,
  devlink_port_type_eth_set,
  devlink_port_unregister,
  devlink_priv,
  devlinkPlaces,
} from "../devlink/index.ts";
import { EINVAL, EmulatorBug, EOPNOTSUPP, type Frame, mutex_lock, mutex_unlock } from "../kernel/index.ts";
import {
  DEVLINK_PARAM_CMODE_DRIVERINIT,
  DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
  NL_SET_ERR_MSG,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import { nsim_dev_debugfs_exit, nsim_dev_debugfs_init } from "./debugfs.ts";
import { nsim_create, nsim_destroy } from "./netdev.ts";
import { DRV_NAME, type nsim_bus_dev, nsim_dev } from "./nsim.ts";

/** DEVLINK_PARAM_GENERIC_ID_MAX_MACS, and the first id that is a driver's own. */
const MAX_MACS = 1;
const TEST1 = 2;

const driverinit = { supported_cmodes: 1 << DEVLINK_PARAM_CMODE_DRIVERINIT } as const;

const nsim_devlink_params: readonly devlink_param[] = [
  { id: MAX_MACS, name: "max_macs", type: "u32", generic: true, ...driverinit },
  { id: TEST1, name: "test1", type: "bool", generic: false, ...driverinit },
];

const nsim_dev_devlink_ops: devlink_ops<nsim_dev> = {
  reload_actions: 1 << DEVLINK_RELOAD_ACTION_DRIVER_REINIT,

  async reload_down(caller, devlink, _netns_change, _action, _limit, extack) {
    const current = caller.enter("nsim_dev_reload_down");
    const nsim = devlink_priv(devlink);
    if (nsim.dont_allow_reload) return refuse(extack, "User forbid the reload for testing purposes", EOPNOTSUPP);
    await nsim_dev_reload_destroy(current, nsim, devlink);
    return 0;
  },

  async reload_up(caller, devlink, _action, _limit, actions_performed, extack) {
    const current = caller.enter("nsim_dev_reload_up");
    const nsim = devlink_priv(devlink);
    if (nsim.fail_reload) return refuse(extack, "User setup the reload to fail for testing purposes", EINVAL);
    actions_performed.value = 1 << DEVLINK_RELOAD_ACTION_DRIVER_REINIT;
    return nsim_dev_reload_create(current, nsim, devlink);
  },

  async info_get(_current, _devlink, req) {
    devlink_info_driver_name_put(req, DRV_NAME);
    return 0;
  },
};

/** NL_SET_ERR_MSG_MOD() */
function refuse(extack: netlink_ext_ack | null, text: string, errno: number): number {
  NL_SET_ERR_MSG(extack, `${DRV_NAME}: ${text}`);
  return -errno;
}

/** nsim_dev_probe(): called by the bus with the device lock held. */
export async function nsim_dev_probe(caller: Frame, bus_dev: nsim_bus_dev): Promise<number> {
  const current = caller.enter("nsim_dev_probe");
  const nsim = new nsim_dev(current.kernel, bus_dev);
  const devlink = devlink_alloc(current, nsim_dev_devlink_ops, bus_dev.dev, nsim);
  nsim.devlink = devlink;
  devlink_net_set(devlink, bus_dev.initial_net);
  dev_set_drvdata(bus_dev.dev, nsim);
  await devl_lock(current, devlink);
  await devlinkPlaces(current.kernel).probeBegins(current, devlink);
  await devlink_params_register(current, devlink, nsim_devlink_params);
  await devlink_param_driverinit_value_set(current, devlink, MAX_MACS, nsim.max_macs);
  await devlink_param_driverinit_value_set(current, devlink, TEST1, nsim.test1);
  nsim_dev_debugfs_init(current, nsim);
  const err = await nsim_dev_port_add_all(current, nsim, devlink);
  if (err === 0) await devlink_params_publish(current, devlink);
  devl_unlock(current, devlink);
  if (err === 0) await devlinkPlaces(current.kernel).probeDone(current, devlink);
  else await teardown(current, nsim, devlink);
  return err;
}

/** nsim_dev_remove(): called by the bus with the device lock held. */
export async function nsim_dev_remove(caller: Frame, bus_dev: nsim_bus_dev): Promise<void> {
  const current = caller.enter("nsim_dev_remove");
  const nsim = dev_get_nsim(bus_dev.dev);
  const { devlink } = nsim;
  if (devlink === null) return;
  await devlinkPlaces(current.kernel).removeBegins(current, devlink);
  await teardown(current, nsim, devlink);
}

async function teardown(current: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<void> {
  await devl_lock(current, devlink);
  await nsim_dev_reload_destroy(current, nsim, devlink);
  await nsim_dev_debugfs_exit(current, nsim);
  await devlink_params_unregister(current, devlink, nsim_devlink_params);
  devl_unlock(current, devlink);
  await devlinkPlaces(current.kernel).removeDone(current, devlink);
  devlink_free(current, devlink);
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
  await nsim_dev_port_del_all(caller.enter("nsim_dev_reload_destroy"), nsim);
}

async function nsim_dev_reload_create(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<number> {
  const current = caller.enter("nsim_dev_reload_create");
  nsim_devlink_param_load_driverinit_values(nsim, devlink);
  return nsim_dev_port_add_all(current, nsim, devlink);
}

function nsim_devlink_param_load_driverinit_values(nsim: nsim_dev, devlink: devlink<nsim_dev>): void {
  const max_macs = devlink_param_driverinit_value_get(devlink, MAX_MACS);
  if ("value" in max_macs) nsim.max_macs = Number(max_macs.value);
  const test1 = devlink_param_driverinit_value_get(devlink, TEST1);
  if ("value" in test1) nsim.test1 = test1.value === true;
}

/** nsim_dev_port_add_all(): all ports or none. */
async function nsim_dev_port_add_all(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<number> {
  const current = caller.enter("nsim_dev_port_add_all");
  for (let index = 0; index < nsim.nsim_bus_dev.port_count; index++) {
    await mutex_lock(current, nsim.port_list_lock);
    const err = await __nsim_dev_port_add(current, nsim, devlink, index);
    mutex_unlock(current, nsim.port_list_lock);
    if (err === 0) continue;
    await nsim_dev_port_del_all(current, nsim);
    return err;
  }
  return 0;
}

async function __nsim_dev_port_add(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>, index: number): Promise<number> {
  const current = caller.enter("__nsim_dev_port_add");
  const port = devlink_port_init();
  devlink_port_attrs_set(current, port, { flavour: "physical", port_number: index + 1 });
  const err = await devlink_port_register(current, devlink, port, index);
  if (err !== 0) return err;
  const netdev = await nsim_create(current, nsim.nsim_bus_dev, devlink_net(devlink));
  if (typeof netdev === "number") {
    await devlink_port_unregister(current, port);
    return netdev;
  }
  await devlink_port_type_eth_set(current, port, netdev);
  nsim.port_list.push({ devlink_port: port, netdev });
  return 0;
}

async function nsim_dev_port_del_all(caller: Frame, nsim: nsim_dev): Promise<void> {
  const current = caller.enter("nsim_dev_port_del_all");
  await mutex_lock(current, nsim.port_list_lock);
  for (let port = nsim.port_list.shift(); port !== undefined; port = nsim.port_list.shift()) {
    const frame = current.enter("__nsim_dev_port_del");
    await devlink_port_type_clear(frame, port.devlink_port);
    await nsim_destroy(frame, port.netdev);
    await devlink_port_unregister(frame, port.devlink_port);
  }
  mutex_unlock(current, nsim.port_list_lock);
}
