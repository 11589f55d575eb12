/**
 * Models the generic netlink family "devlink" and the start of devlink (net/core/devlink.c): which command needs what,
 * how pre_doit finds and locks an instance, and the hook into the death of namespaces.
 * Left out: every command not in the table below; the generic netlink layer answers those with -EOPNOTSUPP.
 */
import type { Frame } from "../kernel/index.ts";
import { register_pernet_subsys } from "../net/index.ts";
import {
  DEVLINK_CMD_ESWITCH_GET,
  DEVLINK_CMD_ESWITCH_SET,
  DEVLINK_CMD_GET,
  DEVLINK_CMD_INFO_GET,
  DEVLINK_CMD_PARAM_GET,
  DEVLINK_CMD_PARAM_SET,
  DEVLINK_CMD_PORT_GET,
  DEVLINK_CMD_RELOAD,
  DEVLINK_GENL_MCGRP_CONFIG_NAME,
  DEVLINK_GENL_NAME,
  DEVLINK_GENL_VERSION,
  GENL_ADMIN_PERM,
  type genl_family,
  type genl_info,
  type genl_ops,
  genl_register_family,
} from "../netlink/index.ts";
import { absent_nl_ops } from "./cmd-absent.ts";
import {
  devlink_nl_cmd_eswitch_get_doit,
  devlink_nl_cmd_get_doit,
  devlink_nl_cmd_get_dumpit,
  devlink_nl_cmd_info_get_doit,
  devlink_nl_cmd_info_get_dumpit,
  devlink_nl_cmd_param_get_doit,
  devlink_nl_cmd_param_get_dumpit,
  devlink_nl_cmd_port_get_doit,
  devlink_nl_cmd_port_get_dumpit,
} from "./cmd-get.ts";
import { health_nl_ops } from "./cmd-health.ts";
import { port_nl_ops } from "./cmd-port.ts";
import { region_nl_ops } from "./cmd-region.ts";
import { devlink_nl_cmd_reload } from "./cmd-reload.ts";
import { resource_nl_ops } from "./cmd-resource.ts";
import { devlink_nl_cmd_eswitch_set_doit, devlink_nl_cmd_param_set_doit } from "./cmd-set.ts";
import { trap_nl_ops } from "./cmd-trap.ts";
import {
  commandDevlink,
  DEVLINK_NL_FLAG_NEED_DEVLINK_OR_PORT,
  DEVLINK_NL_FLAG_NEED_PORT,
  DEVLINK_NL_FLAG_NO_LOCK,
  devlink_get_from_info,
  devlink_port_get_from_info,
} from "./command.ts";
import { flash_nl_ops } from "./flash.ts";
import { devlink_pernet_pre_exit } from "./reload.ts";
import { statics, strategiesOf } from "./state.ts";
import type { DevlinkStrategies } from "./strategies.ts";

const devlink_nl_ops: readonly genl_ops[] = [
  { cmd: DEVLINK_CMD_GET, doit: devlink_nl_cmd_get_doit, dumpit: devlink_nl_cmd_get_dumpit },
  {
    cmd: DEVLINK_CMD_PORT_GET,
    doit: devlink_nl_cmd_port_get_doit,
    dumpit: devlink_nl_cmd_port_get_dumpit,
    internal_flags: DEVLINK_NL_FLAG_NEED_PORT,
  },
  { cmd: DEVLINK_CMD_ESWITCH_GET, doit: devlink_nl_cmd_eswitch_get_doit, flags: GENL_ADMIN_PERM, internal_flags: DEVLINK_NL_FLAG_NO_LOCK },
  { cmd: DEVLINK_CMD_ESWITCH_SET, doit: devlink_nl_cmd_eswitch_set_doit, flags: GENL_ADMIN_PERM, internal_flags: DEVLINK_NL_FLAG_NO_LOCK },
  { cmd: DEVLINK_CMD_RELOAD, doit: devlink_nl_cmd_reload, flags: GENL_ADMIN_PERM, internal_flags: DEVLINK_NL_FLAG_NO_LOCK },
  { cmd: DEVLINK_CMD_PARAM_GET, doit: devlink_nl_cmd_param_get_doit, dumpit: devlink_nl_cmd_param_get_dumpit },
  { cmd: DEVLINK_CMD_PARAM_SET, doit: devlink_nl_cmd_param_set_doit, flags: GENL_ADMIN_PERM },
  { cmd: DEVLINK_CMD_INFO_GET, doit: devlink_nl_cmd_info_get_doit, dumpit: devlink_nl_cmd_info_get_dumpit },
  ...port_nl_ops,
  ...resource_nl_ops,
  ...health_nl_ops,
  ...flash_nl_ops,
  ...region_nl_ops,
  ...trap_nl_ops,
  ...absent_nl_ops,
];

/** devlink_init(): once at boot, after the generic netlink layer and before any driver. Takes cb_lock, pernet_ops_rwsem. 0 or an errno. */
export async function devlink_init(caller: Frame, strategies: DevlinkStrategies): Promise<number> {
  const current = caller.enter("devlink_init");
  const state = statics(current.kernel);
  state.strategies = strategies;
  const family = devlink_nl_family(strategies);
  state.family = family;
  const err = await genl_register_family(current, family);
  if (err !== 0) return err;
  return register_pernet_subsys(current, { name: "devlink_pernet_ops", pre_exit: devlink_pernet_pre_exit });
}

function devlink_nl_family(strategies: DevlinkStrategies): genl_family {
  return {
    name: DEVLINK_GENL_NAME,
    version: DEVLINK_GENL_VERSION,
    hdrsize: 0,
    maxattr: 0,
    mcgrps: [{ name: DEVLINK_GENL_MCGRP_CONFIG_NAME }],
    netnsok: true,
    parallel_ops: strategies.locking.parallel_ops,
    pre_doit: devlink_nl_pre_doit,
    post_doit: devlink_nl_post_doit,
    ops: [...devlink_nl_ops, ...strategies.commands.more],
  };
}

/** devlink_nl_pre_doit(): finds the instance (and port), and locks it as the era does, until post_doit. */
async function devlink_nl_pre_doit(caller: Frame, ops: genl_ops, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_pre_doit");
  const { locking } = strategiesOf(current.kernel);
  const found = await locking.lockForCommand(current, () => devlink_get_from_info(current, info), wantsOwnLock(ops));
  if (typeof found === "number") return found;
  info.user_ptr[0] = found;
  const flags = ops.internal_flags ?? 0;
  if ((flags & (DEVLINK_NL_FLAG_NEED_PORT | DEVLINK_NL_FLAG_NEED_DEVLINK_OR_PORT)) === 0) return 0;
  const port = devlink_port_get_from_info(found, info);
  if (typeof port === "number" && (flags & DEVLINK_NL_FLAG_NEED_PORT) === 0) return 0;
  if (typeof port === "number") {
    locking.unlockAfterCommand(current, found, wantsOwnLock(ops));
    return port;
  }
  info.user_ptr[1] = port;
  return 0;
}

async function devlink_nl_post_doit(caller: Frame, ops: genl_ops, info: genl_info): Promise<void> {
  const current = caller.enter("devlink_nl_post_doit");
  strategiesOf(current.kernel).locking.unlockAfterCommand(current, commandDevlink(info), wantsOwnLock(ops));
}

function wantsOwnLock(ops: genl_ops): boolean {
  return ((ops.internal_flags ?? 0) & DEVLINK_NL_FLAG_NO_LOCK) === 0;
}
