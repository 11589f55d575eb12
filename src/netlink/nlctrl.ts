/**
 * Models the controller family "nlctrl" (net/netlink/genetlink.c, v5.10): CTRL_CMD_GETFAMILY by id or name and as a dump,
 * and the notifications about families. It is not parallel_ops: even a lookup takes genl_mutex.
 * Left out: CTRL_CMD_GETPOLICY.
 */
import { EINVAL, ENOENT, type Frame } from "../kernel/index.ts";
import type { netlink_callback, sk_buff } from "./dump.ts";
import {
  genl_fam_idr,
  type genl_family,
  genl_family_attrs,
  type genl_info,
  type genl_ops,
  genlmsg,
  genlmsg_dump_put,
  genlmsg_multicast_netns,
  genlmsg_reply,
} from "./genl-types.ts";
import {
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  CTRL_ATTR_HDRSIZE,
  CTRL_ATTR_MAXATTR,
  CTRL_ATTR_MCAST_GROUPS,
  CTRL_ATTR_MCAST_GRP_ID,
  CTRL_ATTR_MCAST_GRP_NAME,
  CTRL_ATTR_OP_FLAGS,
  CTRL_ATTR_OP_ID,
  CTRL_ATTR_OPS,
  CTRL_ATTR_VERSION,
  CTRL_CMD_DELFAMILY,
  CTRL_CMD_GETFAMILY,
  CTRL_CMD_NEWFAMILY,
  GENL_CMD_CAP_DO,
  GENL_CMD_CAP_DUMP,
} from "./uapi/genetlink.ts";
import type { AttributeWriter } from "./wire.ts";

/** The controller's own family. */
export const genl_ctrl: genl_family = {
  name: "nlctrl",
  version: 2,
  hdrsize: 0,
  maxattr: 10,
  mcgrps: [{ name: "notify" }],
  netnsok: true,
  parallel_ops: false,
  ops: [{ cmd: CTRL_CMD_GETFAMILY, doit: ctrl_getfamily, dumpit: ctrl_dumpfamily }],
};

function opFlags(op: genl_ops): number {
  return (op.flags ?? 0) | (op.doit === undefined ? 0 : GENL_CMD_CAP_DO) | (op.dumpit === undefined ? 0 : GENL_CMD_CAP_DUMP);
}

/** ctrl_fill_info(): everything about a family. */
function ctrl_fill_info(current: Frame, family: genl_family): (w: AttributeWriter) => void {
  const { id, mcgrp_offset } = genl_family_attrs(current.kernel, family);
  return (w) => {
    w.string(CTRL_ATTR_FAMILY_NAME, family.name).u16(CTRL_ATTR_FAMILY_ID, id).u32(CTRL_ATTR_VERSION, family.version);
    w.u32(CTRL_ATTR_HDRSIZE, family.hdrsize).u32(CTRL_ATTR_MAXATTR, family.maxattr);
    if (family.ops.length > 0) {
      w.nest(CTRL_ATTR_OPS, (ops) => {
        for (const [i, op] of family.ops.entries())
          ops.nest(i + 1, (o) => o.u32(CTRL_ATTR_OP_ID, op.cmd).u32(CTRL_ATTR_OP_FLAGS, opFlags(op)));
      });
    }
    if (family.mcgrps.length > 0) {
      w.nest(CTRL_ATTR_MCAST_GROUPS, (groups) => {
        family.mcgrps.forEach((group, i) => {
          groups.nest(i + 1, (g) => g.u32(CTRL_ATTR_MCAST_GRP_ID, mcgrp_offset + i).string(CTRL_ATTR_MCAST_GRP_NAME, group.name));
        });
      });
    }
  };
}

/** ctrl_fill_mcgrp_info(): one multicast group of a family. */
function ctrl_fill_mcgrp_info(current: Frame, family: genl_family, index: number): (w: AttributeWriter) => void {
  const { id, mcgrp_offset } = genl_family_attrs(current.kernel, family);
  return (w) => {
    w.string(CTRL_ATTR_FAMILY_NAME, family.name).u16(CTRL_ATTR_FAMILY_ID, id);
    w.nest(CTRL_ATTR_MCAST_GROUPS, (groups) => {
      const name = family.mcgrps[index]?.name ?? "";
      groups.nest(1, (g) => g.u32(CTRL_ATTR_MCAST_GRP_ID, mcgrp_offset + index).string(CTRL_ATTR_MCAST_GRP_NAME, name));
    });
  };
}

async function ctrl_getfamily(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("ctrl_getfamily");
  const families = [...genl_fam_idr(current.kernel)];
  const id = info.attrs.u16(CTRL_ATTR_FAMILY_ID);
  const name = info.attrs.string(CTRL_ATTR_FAMILY_NAME);
  if (id === undefined && name === undefined) return -EINVAL;
  const byName = name === undefined ? undefined : families.find(([family]) => family.name === name);
  const found = name === undefined ? families.find(([, registered]) => registered.id === id) : byName;
  if (found === undefined) return -ENOENT;
  const header = { portid: info.snd_portid, seq: info.snd_seq, flags: 0 };
  return genlmsg_reply(current, genlmsg(current, genl_ctrl, header, CTRL_CMD_NEWFAMILY, ctrl_fill_info(current, found[0])), info);
}

async function ctrl_dumpfamily(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("ctrl_dumpfamily");
  const families = [...genl_fam_idr(current.kernel)];
  for (const [family] of families.slice(cb.args[0])) {
    if (!genlmsg_dump_put(current, skb, genl_ctrl, CTRL_CMD_NEWFAMILY, ctrl_fill_info(current, family))) break;
    cb.args[0]++;
  }
  return skb.len;
}

/** genl_ctrl_event(): tells the listeners of "notify" in all namespaces that a family or one of its groups came or goes. */
export function genl_ctrl_event(caller: Frame, event: number, family: genl_family, group?: number): void {
  const current = caller.enter("genl_ctrl_event");
  const whole = event === CTRL_CMD_NEWFAMILY || event === CTRL_CMD_DELFAMILY;
  const fill = whole || group === undefined ? ctrl_fill_info(current, family) : ctrl_fill_mcgrp_info(current, family, group);
  const message = genlmsg(current, genl_ctrl, { portid: 0, seq: 0, flags: 0 }, event, fill);
  genlmsg_multicast_netns(current, genl_ctrl, null, message, 0, 0);
}
