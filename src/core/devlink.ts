/**
 * Models core/devlink.c: the devlink operations of mlx5: reload, information, questions about the eswitch. What a kernel
 * allows to be reloaded is in reload-rules.ts, parameters are in devlink-params.ts.
 * Left out: traps, ports of sub-functions, crdump and health reporters, flashing. Activating firmware is answered as by a
 * card on which nothing waits to be activated.
 */
import {
  type devlink,
  devlink_alloc,
  devlink_free,
  devlink_info_driver_name_put,
  devlink_info_serial_number_put,
  devlink_info_version_fixed_put,
  devlink_info_version_running_put,
  devlink_info_version_stored_put,
  type devlink_ops,
  type devlink_port,
  devlink_priv,
} from "../devlink/index.ts";
import { down_write, EINVAL, EOPNOTSUPP, type Frame, up_write } from "../kernel/index.ts";
import {
  DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
  DEVLINK_RELOAD_ACTION_FW_ACTIVATE,
  DEVLINK_RELOAD_LIMIT_NO_RESET,
  NL_SET_ERR_MSG,
} from "../netlink/index.ts";
import { mlx5_cmd_exec } from "./cmd.ts";
import { KBUILD_MODNAME, type mlx5_core_dev, priv_to_devlink } from "./driver.ts";
import {
  mlx5_devlink_eswitch_encap_mode_get,
  mlx5_devlink_eswitch_encap_mode_set,
  mlx5_devlink_eswitch_inline_mode_get,
  mlx5_devlink_eswitch_inline_mode_set,
  mlx5_devlink_eswitch_mode_get,
  mlx5_devlink_eswitch_mode_set,
} from "./eswitch-devlink.ts";
import { FW_PSID, FW_VERSION } from "./firmware.ts";
import { mlx5_load_one, mlx5_unload_one } from "./load.ts";

const mlx5_devlink_ops: devlink_ops<mlx5_core_dev> = {
  reload_actions: (1 << DEVLINK_RELOAD_ACTION_DRIVER_REINIT) | (1 << DEVLINK_RELOAD_ACTION_FW_ACTIVATE),
  reload_limits: 1 << DEVLINK_RELOAD_LIMIT_NO_RESET,

  async reload_down(caller, devlink, _netns_change, action, limit, extack) {
    const current = caller.enter("mlx5_devlink_reload_down");
    const dev = devlink_priv(devlink);
    const refused = dev.strategies.reload_rules.check(dev, extack);
    if (refused !== 0) return refused;
    if (action === DEVLINK_RELOAD_ACTION_FW_ACTIVATE) {
      const live = limit === DEVLINK_RELOAD_LIMIT_NO_RESET;
      const why = live ? "FW upgrade to the stored FW can't be done by FW live patching" : "FW activate requires reboot";
      NL_SET_ERR_MSG(extack, `${KBUILD_MODNAME}: ${why}`);
      return -EINVAL;
    }
    await mlx5_unload_one(current, dev, false);
    return 0;
  },

  async reload_up(caller, devlink, action, _limit, actions_performed) {
    const current = caller.enter("mlx5_devlink_reload_up");
    actions_performed.value = 1 << action;
    return mlx5_load_one(current, devlink_priv(devlink), false);
  },

  async info_get(caller, devlink, req) {
    caller.enter("mlx5_devlink_info_get");
    const dev = devlink_priv(devlink);
    devlink_info_driver_name_put(req, KBUILD_MODNAME);
    devlink_info_serial_number_put(req, dev.firmware.ids.serial);
    devlink_info_version_fixed_put(req, "fw.psid", FW_PSID);
    const version = `${FW_VERSION.major}.${FW_VERSION.minor}.${String(FW_VERSION.subminor).padStart(4, "0")}`;
    devlink_info_version_running_put(req, "fw.version", version);
    devlink_info_version_stored_put(req, "fw.version", version);
    return 0;
  },

  port_function_hw_addr_get: (_caller, devlink, port) => {
    const vport = vfVport(port);
    return vport === null ? -EOPNOTSUPP : devlink_priv(devlink).firmware.vf_mac(vport);
  },

  async port_function_hw_addr_set(caller, devlink, port, hw_addr, extack) {
    const current = caller.enter("mlx5_devlink_port_function_hw_addr_set");
    const dev = devlink_priv(devlink);
    const vport = vfVport(port);
    if (vport === null) {
      NL_SET_ERR_MSG(extack, `${KBUILD_MODNAME}: Port doesn't support set hw_addr`);
      return -EOPNOTSUPP;
    }
    await down_write(current, dev.eswitch.mode_lock);
    const err = await mlx5_cmd_exec(current.enter("mlx5_eswitch_set_vport_mac"), "MODIFY_NIC_VPORT_CONTEXT");
    current.writes(dev.firmware);
    dev.firmware.set_vf_mac(vport, hw_addr);
    up_write(current, dev.eswitch.mode_lock);
    return err;
  },

  eswitch_mode_get: (caller, devlink) => mlx5_devlink_eswitch_mode_get(caller, devlink_priv(devlink)),
  eswitch_mode_set: (caller, devlink, mode) => mlx5_devlink_eswitch_mode_set(caller, devlink_priv(devlink), mode),
  eswitch_inline_mode_set: (caller, devlink, mode, extack) =>
    mlx5_devlink_eswitch_inline_mode_set(caller, devlink_priv(devlink), mode, extack),
  eswitch_encap_mode_set: (caller, devlink, encap) => mlx5_devlink_eswitch_encap_mode_set(caller, devlink_priv(devlink), encap),
  eswitch_inline_mode_get: (caller, devlink) => mlx5_devlink_eswitch_inline_mode_get(caller, devlink_priv(devlink)),
  eswitch_encap_mode_get: (caller, devlink) => mlx5_devlink_eswitch_encap_mode_get(caller, devlink_priv(devlink)),
};

/** The vport of the virtual function that a port represents; null for other ports. */
function vfVport(port: devlink_port): number | null {
  return port.attrs?.flavour === "pci_vf" ? port.attrs.vf + 1 : null;
}

/** mlx5_devlink_alloc(): the instance of a new device, in init_net. */
export function mlx5_devlink_alloc(caller: Frame, dev: mlx5_core_dev): devlink<mlx5_core_dev> {
  return devlink_alloc(caller.enter("mlx5_devlink_alloc"), mlx5_devlink_ops, dev.device, dev);
}

export function mlx5_devlink_free(caller: Frame, dev: mlx5_core_dev): void {
  devlink_free(caller.enter("mlx5_devlink_free"), priv_to_devlink(dev));
}
