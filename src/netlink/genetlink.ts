/**
 * Models net/netlink/genetlink.c (v5.10): the table of families, cb_lock and genl_mutex around requests, dumps under
 * genl_mutex, registration under cb_lock for write.
 * Left out: genl_bind's module references, request_module for unknown families, attribute policies.
 */
import {
  down_read,
  down_write,
  EEXIST,
  EINVAL,
  ENOENT,
  EOPNOTSUPP,
  type Frame,
  type Kernel,
  mutex,
  mutex_lock,
  mutex_unlock,
  rw_semaphore,
  staticData,
  up_read,
  up_write,
} from "../kernel/index.ts";
import { netlink_kernel_create } from "./af_netlink.ts";
import { type netlink_callback, netlink_dump_start, type sk_buff } from "./dump.ts";
import type { netlink_ext_ack } from "./extack.ts";
import {
  genl_attrs_offset,
  genl_dumpit_data,
  genl_dumpit_info,
  genl_fam_idr,
  type genl_family,
  type genl_info,
  type genl_ops,
  type RegisteredFamily,
} from "./genl-types.ts";
import type { netlink_net, netlink_request } from "./netlink-sock.ts";
import { genl_ctrl, genl_ctrl_event } from "./nlctrl.ts";
import { netlink_rcv_skb } from "./rcv.ts";
import {
  CTRL_CMD_DELFAMILY,
  CTRL_CMD_DELMCAST_GRP,
  CTRL_CMD_NEWFAMILY,
  CTRL_CMD_NEWMCAST_GRP,
  GENL_HDRLEN,
  GENL_ID_CTRL,
  GENL_ID_PMCRAID,
  GENL_ID_VFS_DQUOT,
  GENL_START_ALLOC,
} from "./uapi/genetlink.ts";
import { Attributes, NETLINK_GENERIC, type NetlinkMessage, NLM_F_DUMP } from "./wire.ts";

/** Multicast groups that exist or are kept for families with fixed numbers (mc_group_start). */
const RESERVED_GROUPS: readonly number[] = [0, 1, GENL_ID_CTRL, GENL_ID_VFS_DQUOT, GENL_ID_PMCRAID];

/** Multicast groups that can be given out; the kernel grows its bitmap as needed. */
const MAX_GROUPS = 1024;

const statics = staticData((kernel) => ({
  cb_lock: new rw_semaphore(kernel, "cb_lock"),
  genl_mutex: new mutex(kernel, "genl_mutex"),
  mc_groups: new Set<number>(RESERVED_GROUPS),
  nextId: GENL_START_ALLOC,
  init_net: null as netlink_net | null,
}));

/** genl_init(): creates the kernel's sockets and the controller family. `init_net` is where other families than netnsok ones live. */
export async function genl_init(caller: Frame, init_net: netlink_net): Promise<void> {
  const current = caller.enter("genl_init");
  const { kernel } = current;
  statics(kernel).init_net = init_net;
  netlink_kernel_create(kernel, NETLINK_GENERIC, { input: genl_rcv, groups: MAX_GROUPS, bind: genl_bind });
  await genl_register_family(current, genl_ctrl);
}

async function genl_lock_all(current: Frame): Promise<void> {
  const { cb_lock, genl_mutex } = statics(current.kernel);
  await down_write(current, cb_lock);
  await mutex_lock(current, genl_mutex);
}

/**
 * genl_register_family(): takes cb_lock for write and genl_mutex. -EINVAL for commands that are there twice or do nothing,
 * -EEXIST if the name is taken.
 */
export async function genl_register_family(caller: Frame, family: genl_family): Promise<number> {
  const current = caller.enter("genl_register_family");
  const { cb_lock, genl_mutex } = statics(current.kernel);
  if (!genl_validate_ops(family)) return -EINVAL;
  await genl_lock_all(current);
  const families = genl_fam_idr(current.kernel);
  const taken = [...families.keys()].some((other) => other.name === family.name);
  if (!taken) {
    current.writes(families);
    families.set(family, { id: allocateId(current.kernel, family), mcgrp_offset: genl_allocate_reserve_groups(current.kernel, family) });
  }
  mutex_unlock(current, genl_mutex);
  up_write(current, cb_lock);
  if (taken) return -EEXIST;
  genl_ctrl_event(current, CTRL_CMD_NEWFAMILY, family);
  for (const index of family.mcgrps.keys()) genl_ctrl_event(current, CTRL_CMD_NEWMCAST_GRP, family, index);
  return 0;
}

/** genl_unregister_family(): takes cb_lock for write and genl_mutex. -ENOENT if it is not registered. */
export async function genl_unregister_family(caller: Frame, family: genl_family): Promise<number> {
  const current = caller.enter("genl_unregister_family");
  const { cb_lock, genl_mutex, mc_groups } = statics(current.kernel);
  await genl_lock_all(current);
  const families = genl_fam_idr(current.kernel);
  const registered = families.get(family);
  if (registered !== undefined) {
    current.writes(families);
    family.mcgrps.forEach((_, index) => {
      genl_ctrl_event(current, CTRL_CMD_DELMCAST_GRP, family, index);
      mc_groups.delete(registered.mcgrp_offset + index);
    });
    genl_ctrl_event(current, CTRL_CMD_DELFAMILY, family);
    families.delete(family);
  }
  up_write(current, cb_lock);
  mutex_unlock(current, genl_mutex);
  return registered === undefined ? -ENOENT : 0;
}

function genl_validate_ops(family: genl_family): boolean {
  const cmds = new Set(family.ops.map((op) => op.cmd));
  return cmds.size === family.ops.length && family.ops.every((op) => op.doit !== undefined || op.dumpit !== undefined);
}

function allocateId(kernel: Kernel, family: genl_family): number {
  return family === genl_ctrl ? GENL_ID_CTRL : statics(kernel).nextId++;
}

/** The first run of free group numbers that is long enough; the controller's group has a number of its own. */
function genl_allocate_reserve_groups(kernel: Kernel, family: genl_family): number {
  if (family === genl_ctrl) return GENL_ID_CTRL;
  const { mc_groups } = statics(kernel);
  const count = family.mcgrps.length;
  let first = 2;
  for (let i = 0; i < count; i++) {
    if (!mc_groups.has(first + i)) continue;
    first += i + 1;
    i = -1;
  }
  for (let i = 0; i < count; i++) mc_groups.add(first + i);
  return first;
}

/** genl_bind(): only groups that a family has can be joined. */
function genl_bind(caller: Frame, group: number): number {
  const current = caller.enter("genl_bind");
  const families = genl_fam_idr(current.kernel);
  current.reads(families);
  const owns = ([family, { mcgrp_offset }]: [genl_family, RegisteredFamily]): boolean =>
    group >= mcgrp_offset && group < mcgrp_offset + family.mcgrps.length;
  return [...families].some(owns) ? 0 : -ENOENT;
}

async function genl_rcv(caller: Frame, request: netlink_request): Promise<void> {
  const current = caller.enter("genl_rcv");
  const { cb_lock } = statics(current.kernel);
  await down_read(current, cb_lock);
  await netlink_rcv_skb(current, request, genl_rcv_msg);
  up_read(current, cb_lock);
}

async function genl_rcv_msg(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("genl_rcv_msg");
  const { genl_mutex } = statics(current.kernel);
  const families = genl_fam_idr(current.kernel);
  current.reads(families);
  const family = [...families].find(([, { id }]) => id === nlh.type)?.[0];
  if (family === undefined) return -ENOENT;
  if (family.parallel_ops) return genl_family_rcv_msg(current, family, request, nlh, extack);
  await mutex_lock(current, genl_mutex);
  const err = await genl_family_rcv_msg(current, family, request, nlh, extack);
  mutex_unlock(current, genl_mutex);
  return err;
}

/** Inlined into genl_rcv_msg() by the compiler, so it has no frame of its own. */
async function genl_family_rcv_msg(
  current: Frame,
  family: genl_family,
  request: netlink_request,
  nlh: NetlinkMessage,
  extack: netlink_ext_ack,
): Promise<number> {
  if (!family.netnsok && request.net !== statics(current.kernel).init_net) return -ENOENT;
  if (nlh.payload.length < GENL_HDRLEN + family.hdrsize) return -EINVAL;
  const cmd = nlh.payload[0] ?? 0;
  const op = family.ops.find((candidate) => candidate.cmd === cmd);
  if (op === undefined) return -EOPNOTSUPP;
  const attrs = Attributes.parse(nlh.payload, genl_attrs_offset(family));
  if (attrs === null) return -EINVAL;
  if ((nlh.flags & NLM_F_DUMP) === NLM_F_DUMP) return genl_family_rcv_msg_dumpit(current, family, op, request, nlh, attrs);
  const info: genl_info = {
    snd_seq: nlh.seq,
    snd_portid: request.portid,
    sock: request.sock,
    nlhdr: nlh,
    genlhdr: { cmd, version: nlh.payload[1] ?? 0 },
    attrs,
    net: request.net,
    family,
    extack,
    user_ptr: [null, null],
  };
  return genl_family_rcv_msg_doit(current, op, info);
}

async function genl_family_rcv_msg_doit(caller: Frame, op: genl_ops, info: genl_info): Promise<number> {
  if (op.doit === undefined) return -EOPNOTSUPP;
  const current = caller.enter("genl_family_rcv_msg_doit");
  const { family } = info;
  const refused = (await family.pre_doit?.(current, op, info)) ?? 0;
  if (refused !== 0) return refused;
  const err = await op.doit(current, info);
  await family.post_doit?.(current, op, info);
  return err;
}

/** Lets go of genl_mutex while the dump starts: the dumper takes it again for each datagram. */
async function genl_family_rcv_msg_dumpit(
  caller: Frame,
  family: genl_family,
  op: genl_ops,
  request: netlink_request,
  nlh: NetlinkMessage,
  attrs: Attributes,
): Promise<number> {
  const { dumpit } = op;
  if (dumpit === undefined) return -EOPNOTSUPP;
  const current = caller.enter("genl_family_rcv_msg_dumpit");
  const data = new genl_dumpit_data(family, op, attrs);
  if (family.parallel_ops) {
    const { start, done } = op;
    return netlink_dump_start(current, request, nlh, { data, dump: dumpit, ...(start && { start }), ...(done && { done }) });
  }
  const { genl_mutex } = statics(current.kernel);
  mutex_unlock(current, genl_mutex);
  const control = { data, start: genl_start, dump: genl_lock_dumpit, ...(op.done && { done: genl_lock_done }) };
  const err = await netlink_dump_start(current, request, nlh, control);
  await mutex_lock(current, genl_mutex);
  return err;
}

async function genl_start(caller: Frame, cb: netlink_callback): Promise<number> {
  const { op } = genl_dumpit_info(cb);
  if (op.start === undefined) return 0;
  const current = caller.enter("genl_start");
  const { genl_mutex } = statics(current.kernel);
  await mutex_lock(current, genl_mutex);
  const err = await op.start(current, cb);
  mutex_unlock(current, genl_mutex);
  return err;
}

async function genl_lock_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const { dumpit } = genl_dumpit_info(cb).op;
  if (dumpit === undefined) return 0;
  const current = caller.enter("genl_lock_dumpit");
  const { genl_mutex } = statics(current.kernel);
  await mutex_lock(current, genl_mutex);
  const err = await dumpit(current, skb, cb);
  mutex_unlock(current, genl_mutex);
  return err;
}

async function genl_lock_done(caller: Frame, cb: netlink_callback): Promise<void> {
  const { done } = genl_dumpit_info(cb).op;
  if (done === undefined) return;
  const current = caller.enter("genl_lock_done");
  const { genl_mutex } = statics(current.kernel);
  await mutex_lock(current, genl_mutex);
  await done(current, cb);
  mutex_unlock(current, genl_mutex);
}
