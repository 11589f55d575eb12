/**
 * Models DEVLINK_CMD_RELOAD (net/core/devlink.c): namespace, action and limit of the request, every error they can give,
 * and the answer that says what was performed.
 */
import { EINVAL, EOPNOTSUPP, ERANGE, type Frame } from "../kernel/index.ts";
import { get_net_ns_by_fd, get_net_ns_by_id, get_net_ns_by_pid, type net, put_net } from "../net/index.ts";
import {
  DEVLINK_ATTR_NETNS_FD,
  DEVLINK_ATTR_NETNS_ID,
  DEVLINK_ATTR_NETNS_PID,
  DEVLINK_ATTR_RELOAD_ACTION,
  DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED,
  DEVLINK_ATTR_RELOAD_LIMITS,
  DEVLINK_CMD_RELOAD,
  DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
  DEVLINK_RELOAD_ACTION_MAX,
  DEVLINK_RELOAD_LIMIT_MAX,
  DEVLINK_RELOAD_LIMIT_UNSPEC,
  type genl_info,
  viewOf,
} from "../netlink/index.ts";
import { commandDevlink, NL_SET_ERR_MSG_MOD, replyWith } from "./command.ts";
import { devlink_nl_put_handle } from "./notify.ts";
import { devlink_reload, devlink_reload_supported } from "./reload.ts";
import {
  devlink_reload_action_is_supported,
  devlink_reload_combination_is_invalid,
  devlink_reload_limit_is_supported,
} from "./reload-stats.ts";
import { devlink_resources_validate } from "./resource.ts";
import { strategiesOf } from "./state.ts";
import { type devlink, devlink_net, type U32Ref } from "./types.ts";

/** Limits that a request may name at all: the policy's valid bits. */
const VALID_LIMITS = ((1 << (DEVLINK_RELOAD_LIMIT_MAX + 1)) - 1) & ~(1 << DEVLINK_RELOAD_LIMIT_UNSPEC);

/** devlink_nl_cmd_reload(): the family's pre_doit has found and locked the instance. */
export async function devlink_nl_cmd_reload(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_reload");
  const devlink = commandDevlink(info);
  const { reload } = strategiesOf(current.kernel);
  if (!devlink_reload_supported(devlink.ops)) return -EOPNOTSUPP;
  const invalid = devlink_resources_validate(current, devlink);
  if (invalid !== 0) {
    NL_SET_ERR_MSG_MOD(current, info.extack, "resources size validation failed");
    return invalid;
  }

  let dest_net: net | null = null;
  const lookUp = async (): Promise<number> => {
    const found = await devlink_netns_get(current, devlink, info);
    if (typeof found === "number") return found;
    dest_net = found;
    return 0;
  };
  // Where the namespace comes first, an error in what follows returns without put_net(), as that kernel did.
  let err = reload.netns_before_action ? await lookUp() : 0;
  if (err !== 0) return err;
  const wanted = reload.actions ? readActionAndLimit(current, devlink, info) : DEFAULTS;
  if (typeof wanted === "number") return wanted;
  if (!reload.netns_before_action) err = await lookUp();
  if (err !== 0) return err;

  const actions_performed: U32Ref = { value: 0 };
  err = await devlink_reload(current, devlink, { dest_net, ...wanted }, actions_performed, info.extack);
  if (dest_net !== null) put_net(current, dest_net);
  if (err !== 0) return err;
  // A tool that does not know the attributes gets no answer beside the acknowledgement.
  const asked = info.attrs.has(DEVLINK_ATTR_RELOAD_ACTION) || info.attrs.has(DEVLINK_ATTR_RELOAD_LIMITS);
  if (!reload.actions || !asked) return 0;
  return devlink_nl_reload_actions_performed_snd(current, devlink, actions_performed.value, info);
}

interface Wanted {
  readonly action: number;
  readonly limit: number;
}

const DEFAULTS: Wanted = { action: DEVLINK_RELOAD_ACTION_DRIVER_REINIT, limit: DEVLINK_RELOAD_LIMIT_UNSPEC };

/** Action and limit of the request, or a negative errno. */
function readActionAndLimit(current: Frame, devlink: devlink, info: genl_info): Wanted | number {
  const action = info.attrs.u8(DEVLINK_ATTR_RELOAD_ACTION) ?? DEFAULTS.action;
  if (action < DEVLINK_RELOAD_ACTION_DRIVER_REINIT || action > DEVLINK_RELOAD_ACTION_MAX) {
    info.extack.msg = "integer out of range";
    return -ERANGE;
  }
  if (!devlink_reload_action_is_supported(devlink.ops, action)) {
    NL_SET_ERR_MSG_MOD(current, info.extack, "Requested reload action is not supported by the driver");
    return -EOPNOTSUPP;
  }
  const limits = info.attrs.bytes(DEVLINK_ATTR_RELOAD_LIMITS);
  if (limits === undefined) return { action, limit: DEFAULTS.limit };
  const limit = readLimit(current, devlink, info, limits, action);
  return limit < 0 ? limit : { action, limit };
}

/** The one limit that a struct nla_bitfield32 selects, or a negative errno. */
function readLimit(current: Frame, devlink: devlink, info: genl_info, bitfield: Uint8Array, action: number): number {
  const refuse = (text: string, errno: number): number => {
    NL_SET_ERR_MSG_MOD(current, info.extack, text);
    return -errno;
  };
  if (bitfield.length !== 8) return -EINVAL;
  const value = viewOf(bitfield).getUint32(0, true);
  const selector = viewOf(bitfield).getUint32(4, true);
  if (((value | selector) & ~VALID_LIMITS) !== 0 || (value & ~selector) !== 0) return -EINVAL;
  const selected = value & selector;
  if (selected === 0) return refuse("Invalid limit selected", EINVAL);
  const limit = Math.log2(selected & -selected);
  if (selected !== 1 << limit) return refuse("Multiselection of limit is not supported", EOPNOTSUPP);
  if (!devlink_reload_limit_is_supported(devlink.ops, limit)) return refuse("Requested limit is not supported by the driver", EOPNOTSUPP);
  if (devlink_reload_combination_is_invalid(action, limit)) return refuse("Requested limit is invalid for this action", EINVAL);
  return limit;
}

/**
 * devlink_netns_get(): the namespace that the request names by process id, file descriptor or namespace id, with a
 * reference taken; null if it names none; or -EINVAL.
 */
async function devlink_netns_get(caller: Frame, devlink: devlink, info: genl_info): Promise<net | null | number> {
  const current = caller.enter("devlink_netns_get");
  const { attrs, extack } = info;
  const pid = attrs.u32(DEVLINK_ATTR_NETNS_PID);
  const fd = attrs.u32(DEVLINK_ATTR_NETNS_FD);
  const id = attrs.u32(DEVLINK_ATTR_NETNS_ID);
  const named = [pid, fd, id].filter((value) => value !== undefined).length;
  if (named === 0) return null;
  if (named > 1) {
    NL_SET_ERR_MSG_MOD(current, extack, "multiple netns identifying attributes specified");
    return -EINVAL;
  }
  let found: net | number | null = null;
  if (pid !== undefined) found = get_net_ns_by_pid(current, pid);
  else if (fd !== undefined) found = get_net_ns_by_fd(current, fd);
  else if (id !== undefined) found = get_net_ns_by_id(current, devlink_net(devlink), id);
  if (found === null || typeof found === "number") {
    NL_SET_ERR_MSG_MOD(current, extack, "Unknown network namespace");
    return -EINVAL;
  }
  return found;
}

function devlink_nl_reload_actions_performed_snd(caller: Frame, devlink: devlink, actions_performed: number, info: genl_info): number {
  const current = caller.enter("devlink_nl_reload_actions_performed_snd");
  return replyWith(current, info, DEVLINK_CMD_RELOAD, (msg) => {
    devlink_nl_put_handle(msg, devlink);
    const bitfield = new Uint8Array(8);
    viewOf(bitfield).setUint32(0, actions_performed, true);
    viewOf(bitfield).setUint32(4, actions_performed, true);
    msg.bytes(DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED, bitfield);
  });
}
