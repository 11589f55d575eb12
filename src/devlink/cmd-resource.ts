/**
 * Models DEVLINK_CMD_RESOURCE_SET and _DUMP, and the two requests about match-action tables (dpipe) that user space sends
 * with them (net/core/devlink.c). No driver here registers such a table or header, so the list of tables is empty.
 */
import { EINVAL, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import {
  DEVLINK_ATTR_DPIPE_TABLES,
  DEVLINK_ATTR_RESOURCE_ID,
  DEVLINK_ATTR_RESOURCE_LIST,
  DEVLINK_ATTR_RESOURCE_SIZE,
  DEVLINK_CMD_DPIPE_HEADERS_GET,
  DEVLINK_CMD_DPIPE_TABLE_GET,
  DEVLINK_CMD_RESOURCE_DUMP,
  DEVLINK_CMD_RESOURCE_SET,
  GENL_ADMIN_PERM,
  type genl_info,
  type genl_ops,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import { commandDevlink, NL_SET_ERR_MSG_MOD, replyDone, replyPart } from "./command.ts";
import { devlink_nl_put_handle } from "./notify.ts";
import { devlink_resource_find, devlink_resource_put, devlink_resource_validate_children } from "./resource.ts";
import type { devlink_resource } from "./types.ts";

export const resource_nl_ops: readonly genl_ops[] = [
  { cmd: DEVLINK_CMD_RESOURCE_SET, doit: devlink_nl_cmd_resource_set, flags: GENL_ADMIN_PERM },
  { cmd: DEVLINK_CMD_RESOURCE_DUMP, doit: devlink_nl_cmd_resource_dump },
  { cmd: DEVLINK_CMD_DPIPE_TABLE_GET, doit: devlink_nl_cmd_dpipe_table_get },
  { cmd: DEVLINK_CMD_DPIPE_HEADERS_GET, doit: devlink_nl_cmd_dpipe_headers_get },
];

/** The size takes effect when the driver asks for it. -EINVAL for what is missing, unknown or outside of the limits. */
async function devlink_nl_cmd_resource_set(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_resource_set");
  const devlink = commandDevlink(info);
  const id = info.attrs.u64(DEVLINK_ATTR_RESOURCE_ID);
  const size = info.attrs.u64(DEVLINK_ATTR_RESOURCE_SIZE);
  const resource = id === undefined || size === undefined ? null : devlink_resource_find(devlink.resource_list, id);
  if (resource === null || size === undefined) return -EINVAL;
  const err = devlink_resource_validate_size(current, resource, size, info.extack);
  if (err !== 0) return err;
  current.writes(devlink.resource_list);
  resource.size_new = size;
  devlink_resource_validate_children(resource);
  if (resource.parent !== null) devlink_resource_validate_children(resource.parent);
  return 0;
}

/** Of several faults the last one is told. */
function devlink_resource_validate_size(current: Frame, resource: devlink_resource, size: bigint, extack: netlink_ext_ack | null): number {
  const { size_min, size_max, size_granularity } = resource.size_params;
  let err = 0;
  const refuse = (text: string): void => {
    NL_SET_ERR_MSG_MOD(current, extack, text);
    err = -EINVAL;
  };
  if (size > size_max) refuse("Size larger than maximum");
  if (size < size_min) refuse("Size smaller than minimum");
  if (size % size_granularity !== 0n) refuse("Wrong granularity");
  return err;
}

/** -EOPNOTSUPP if the device has no resources. */
async function devlink_nl_cmd_resource_dump(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_resource_dump");
  const devlink = commandDevlink(info);
  if (devlink.resource_list.length === 0) return -EOPNOTSUPP;
  current.reads(devlink.resource_list);
  const err = replyPart(current, info, DEVLINK_CMD_RESOURCE_DUMP, (msg) => {
    devlink_nl_put_handle(msg, devlink);
    msg.nest(DEVLINK_ATTR_RESOURCE_LIST, (list) => {
      for (const resource of devlink.resource_list) devlink_resource_put(list, resource);
    });
  });
  return err < 0 ? err : replyDone(current, info);
}

async function devlink_nl_cmd_dpipe_table_get(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_dpipe_table_get");
  const err = replyPart(current, info, DEVLINK_CMD_DPIPE_TABLE_GET, (msg) => {
    devlink_nl_put_handle(msg, commandDevlink(info));
    msg.nest(DEVLINK_ATTR_DPIPE_TABLES, () => {});
  });
  return err < 0 ? err : replyDone(current, info);
}

/** -EOPNOTSUPP for a device that describes no headers, which is every one here. */
async function devlink_nl_cmd_dpipe_headers_get(): Promise<number> {
  return -EOPNOTSUPP;
}
