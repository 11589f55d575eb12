/**
 * Models the commands about objects that no driver of this emulator has: shared buffers, entries of pipeline tables, line
 * cards, self-tests (net/core/devlink.c). A listing is empty; a request about one of them fails as it does on a real
 * device without it.
 */
import { EINVAL, ENODEV, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import {
  DEVLINK_CMD_DPIPE_ENTRIES_GET,
  DEVLINK_CMD_DPIPE_TABLE_COUNTERS_SET,
  DEVLINK_CMD_LINECARD_GET,
  DEVLINK_CMD_LINECARD_SET,
  DEVLINK_CMD_SB_GET,
  DEVLINK_CMD_SB_OCC_MAX_CLEAR,
  DEVLINK_CMD_SB_OCC_SNAPSHOT,
  DEVLINK_CMD_SB_POOL_GET,
  DEVLINK_CMD_SB_POOL_SET,
  DEVLINK_CMD_SB_PORT_POOL_GET,
  DEVLINK_CMD_SB_PORT_POOL_SET,
  DEVLINK_CMD_SB_TC_POOL_BIND_GET,
  DEVLINK_CMD_SB_TC_POOL_BIND_SET,
  DEVLINK_CMD_SELFTESTS_GET,
  DEVLINK_CMD_SELFTESTS_RUN,
  GENL_ADMIN_PERM,
  type genl_ops,
  type netlink_callback,
  type sk_buff,
} from "../netlink/index.ts";
import { dumpEach } from "./cmd-get.ts";
import { DEVLINK_NL_FLAG_NEED_PORT } from "./command.ts";

interface AbsentCommand {
  readonly cmd: number;
  readonly name: string;
  /** What a request about one object fails with. */
  readonly errno: number;
  /** Everything can be listed. */
  readonly dump?: boolean;
  /** About a port: it has to exist first. */
  readonly port?: boolean;
  readonly admin?: boolean;
}

function absent({ cmd, name, errno, dump = false, port = false, admin = false }: AbsentCommand): genl_ops {
  const dumpit = (caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> =>
    dumpEach(caller.enter(`${name}_dumpit`), skb, cb, cmd, true, () => []);
  return {
    cmd,
    doit: async (caller) => {
      caller.enter(`${name}_doit`);
      return -errno;
    },
    ...(dump ? { dumpit } : {}),
    ...(admin ? { flags: GENL_ADMIN_PERM } : {}),
    ...(port ? { internal_flags: DEVLINK_NL_FLAG_NEED_PORT } : {}),
  };
}

/** Of all kernels. */
export const absent_nl_ops: readonly genl_ops[] = [
  absent({ cmd: DEVLINK_CMD_SB_GET, name: "devlink_nl_cmd_sb_get", errno: ENODEV, dump: true }),
  absent({ cmd: DEVLINK_CMD_SB_POOL_GET, name: "devlink_nl_cmd_sb_pool_get", errno: ENODEV, dump: true }),
  absent({ cmd: DEVLINK_CMD_SB_POOL_SET, name: "devlink_nl_cmd_sb_pool_set", errno: ENODEV, admin: true }),
  absent({ cmd: DEVLINK_CMD_SB_PORT_POOL_GET, name: "devlink_nl_cmd_sb_port_pool_get", errno: ENODEV, dump: true, port: true }),
  absent({ cmd: DEVLINK_CMD_SB_PORT_POOL_SET, name: "devlink_nl_cmd_sb_port_pool_set", errno: ENODEV, port: true, admin: true }),
  absent({ cmd: DEVLINK_CMD_SB_TC_POOL_BIND_GET, name: "devlink_nl_cmd_sb_tc_pool_bind_get", errno: ENODEV, dump: true, port: true }),
  absent({ cmd: DEVLINK_CMD_SB_TC_POOL_BIND_SET, name: "devlink_nl_cmd_sb_tc_pool_bind_set", errno: ENODEV, port: true, admin: true }),
  absent({ cmd: DEVLINK_CMD_SB_OCC_SNAPSHOT, name: "devlink_nl_cmd_sb_occ_snapshot", errno: EOPNOTSUPP, admin: true }),
  absent({ cmd: DEVLINK_CMD_SB_OCC_MAX_CLEAR, name: "devlink_nl_cmd_sb_occ_max_clear", errno: EOPNOTSUPP, admin: true }),
  absent({ cmd: DEVLINK_CMD_DPIPE_ENTRIES_GET, name: "devlink_nl_cmd_dpipe_entries_get", errno: EINVAL }),
  absent({
    cmd: DEVLINK_CMD_DPIPE_TABLE_COUNTERS_SET,
    name: "devlink_nl_cmd_dpipe_table_counters_set",
    errno: EINVAL,
    admin: true,
  }),
];

/** Of kernels from v6.0 on. */
export const absent_late_nl_ops: readonly genl_ops[] = [
  absent({ cmd: DEVLINK_CMD_LINECARD_GET, name: "devlink_nl_cmd_linecard_get", errno: ENODEV, dump: true }),
  absent({ cmd: DEVLINK_CMD_LINECARD_SET, name: "devlink_nl_cmd_linecard_set", errno: ENODEV, admin: true }),
  absent({ cmd: DEVLINK_CMD_SELFTESTS_GET, name: "devlink_nl_cmd_selftests_get", errno: EOPNOTSUPP, dump: true }),
  absent({ cmd: DEVLINK_CMD_SELFTESTS_RUN, name: "devlink_nl_cmd_selftests_run", errno: EOPNOTSUPP, admin: true }),
];
