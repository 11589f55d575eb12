/** Models DEVLINK_CMD_REGION_GET, _NEW, _DEL and _READ (net/core/devlink.c). */
import { EEXIST, EINVAL, ENOSPC, EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { net_of } from "../net/index.ts";
import {
  type Attributes,
  type AttributeWriter,
  DEVLINK_ATTR_REGION_CHUNK,
  DEVLINK_ATTR_REGION_CHUNK_ADDR,
  DEVLINK_ATTR_REGION_CHUNK_DATA,
  DEVLINK_ATTR_REGION_CHUNK_LEN,
  DEVLINK_ATTR_REGION_CHUNKS,
  DEVLINK_ATTR_REGION_NAME,
  DEVLINK_ATTR_REGION_SNAPSHOT_ID,
  DEVLINK_CMD_REGION_DEL,
  DEVLINK_CMD_REGION_GET,
  DEVLINK_CMD_REGION_NEW,
  DEVLINK_CMD_REGION_READ,
  GENL_ADMIN_PERM,
  genl_dumpit_info,
  type genl_info,
  type genl_ops,
  genlmsg_dump_put,
  type netlink_callback,
  type sk_buff,
} from "../netlink/index.ts";
import { dumpEach } from "./cmd-get.ts";
import { commandDevlink, devlink_get_from_attrs, NL_SET_ERR_MSG_MOD, replyFilled } from "./command.ts";
import { devlink_nl_put_handle, type FillMessage } from "./notify.ts";
import {
  __devlink_region_snapshot_create,
  __devlink_region_snapshot_id_get,
  __devlink_snapshot_id_decrement,
  __devlink_snapshot_id_insert,
  devlink_nl_region_fill,
  devlink_nl_region_notify,
  devlink_nl_region_notify_build,
  devlink_region_get_by_name,
  devlink_region_snapshot_del,
  devlink_region_snapshot_get_by_id,
} from "./region.ts";
import type { devlink_region, devlink_snapshot } from "./region-types.ts";
import { familyOf, strategiesOf } from "./state.ts";
import type { devlink } from "./types.ts";

/** Bytes that one attribute of an answer carries. */
const DEVLINK_REGION_READ_CHUNK_SIZE = 256n;
/** Chunks that fit into one message: a reader's first buffer has NLMSG_GOODSIZE bytes (3776). */
const CHUNKS_PER_MESSAGE = 13n;
const U64_MAX = 0xffff_ffff_ffff_ffffn;

function regionIn(devlink: devlink, attrs: Attributes): devlink_region | null {
  const name = attrs.string(DEVLINK_ATTR_REGION_NAME);
  return name === undefined ? null : devlink_region_get_by_name(devlink, name);
}

async function devlink_nl_cmd_region_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_region_get_doit");
  const region = regionIn(commandDevlink(info), info.attrs);
  if (region === null) return -EINVAL;
  return replyFilled(current, info, DEVLINK_CMD_REGION_GET, (msg) => devlink_nl_region_fill(current, msg, region));
}

function devlink_nl_cmd_region_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_region_get_dumpit");
  return dumpEach(current, skb, cb, DEVLINK_CMD_REGION_GET, true, (devlink) =>
    devlink.region_list.map(
      (region): FillMessage =>
        (msg) =>
          devlink_nl_region_fill(current, msg, region),
    ),
  );
}

async function devlink_nl_cmd_region_del(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_region_del");
  const id = info.attrs.u32(DEVLINK_ATTR_REGION_SNAPSHOT_ID);
  const region = regionIn(commandDevlink(info), info.attrs);
  if (id === undefined || region === null) return -EINVAL;
  const { locking } = strategiesOf(current.kernel);
  await locking.lockSnapshots(current, region, true);
  const snapshot = devlink_region_snapshot_get_by_id(region, id);
  if (snapshot !== null) {
    await devlink_nl_region_notify(current, region, snapshot, DEVLINK_CMD_REGION_DEL);
    devlink_region_snapshot_del(current, region, snapshot);
  }
  locking.unlockSnapshots(current, region, true);
  return snapshot === null ? -EINVAL : 0;
}

/** devlink_nl_cmd_region_new(): takes a snapshot now. Without an id one is chosen, and told. */
async function devlink_nl_cmd_region_new(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_region_new");
  const refuse = (text: string, errno: number): number => {
    NL_SET_ERR_MSG_MOD(current, info.extack, text);
    return -errno;
  };
  if (!info.attrs.has(DEVLINK_ATTR_REGION_NAME)) return refuse("No region name provided", EINVAL);
  const region = regionIn(commandDevlink(info), info.attrs);
  if (region === null) return refuse("The requested region does not exist", EINVAL);
  if (region.ops.snapshot === undefined) return refuse("The requested region does not support taking an immediate snapshot", EOPNOTSUPP);
  const { locking } = strategiesOf(current.kernel);
  await locking.lockSnapshots(current, region, true);
  const err = await takeSnapshot(current, info, region, refuse);
  locking.unlockSnapshots(current, region, true);
  return err;
}

async function takeSnapshot(
  current: Frame,
  info: genl_info,
  region: devlink_region,
  refuse: (text: string, errno: number) => number,
): Promise<number> {
  const { devlink } = region;
  if (region.snapshot_list.length >= region.max_snapshots)
    return refuse("The region has reached the maximum number of stored snapshots", ENOSPC);
  const given = info.attrs.u32(DEVLINK_ATTR_REGION_SNAPSHOT_ID);
  if (given !== undefined && devlink_region_snapshot_get_by_id(region, given) !== null)
    return refuse("The requested snapshot id is already in use", EEXIST);
  const inserted = given === undefined ? 0 : __devlink_snapshot_id_insert(current, devlink, given);
  if (inserted !== 0) return inserted;
  const id = given ?? __devlink_region_snapshot_id_get(current, devlink);
  const data = (await region.ops.snapshot?.(current, devlink, info.extack)) ?? -EOPNOTSUPP;
  const err = typeof data === "number" ? data : await __devlink_region_snapshot_create(current, region, data, id);
  if (err !== 0 || given === undefined) __devlink_snapshot_id_decrement(current, devlink, id);
  if (err !== 0 || given !== undefined) return err;
  const snapshot = devlink_region_snapshot_get_by_id(region, id);
  return replyFilled(current, info, DEVLINK_CMD_REGION_NEW, (msg) => devlink_nl_region_notify_build(msg, region, snapshot));
}

/** devlink_nl_cmd_region_read_dumpit(): the bytes of a snapshot, or a part of them, in chunks; cb.args[0] is the next address. */
async function devlink_nl_cmd_region_read_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_region_read_dumpit");
  const { attrs } = genl_dumpit_info(cb);
  const { locking } = strategiesOf(current.kernel);
  const found = await locking.lockForCommand(current, () => devlink_get_from_attrs(current, attrs, net_of(cb.net)), true);
  if (typeof found === "number") return found;
  const region = regionIn(found, attrs);
  const err = region === null ? -EINVAL : await readRegion(current, skb, cb, attrs, region);
  locking.unlockAfterCommand(current, found, true);
  return err;
}

async function readRegion(current: Frame, skb: sk_buff, cb: netlink_callback, attrs: Attributes, region: devlink_region): Promise<number> {
  const id = attrs.u32(DEVLINK_ATTR_REGION_SNAPSHOT_ID);
  if (id === undefined) return -EINVAL;
  const address = attrs.u64(DEVLINK_ATTR_REGION_CHUNK_ADDR);
  const length = attrs.u64(DEVLINK_ATTR_REGION_CHUNK_LEN);
  let start = BigInt(cb.args[0]);
  let end = U64_MAX;
  if (address !== undefined && length !== undefined) {
    if (start === 0n) start = address;
    end = BigInt.asUintN(64, address + length);
  }
  if (end > BigInt(region.size)) end = BigInt(region.size);
  // Everything has been read.
  if (start === end) return 0;
  const { locking } = strategiesOf(current.kernel);
  await locking.lockSnapshots(current, region, true);
  const snapshot = devlink_region_snapshot_get_by_id(region, id);
  current.reads(region);
  locking.unlockSnapshots(current, region, true);
  if (snapshot === null || start > end) return -EINVAL;
  const part = start + DEVLINK_REGION_READ_CHUNK_SIZE * CHUNKS_PER_MESSAGE;
  const upTo = part < end ? part : end;
  const whole = (msg: AttributeWriter): void => putChunks(msg, region, snapshot, start, upTo);
  if (!genlmsg_dump_put(current, skb, familyOf(current.kernel), DEVLINK_CMD_REGION_READ, whole)) return -EINVAL;
  cb.args[0] = Number(upTo);
  return skb.len;
}

function putChunks(msg: AttributeWriter, region: devlink_region, snapshot: devlink_snapshot, start: bigint, end: bigint): void {
  devlink_nl_put_handle(msg, region.devlink);
  msg.string(DEVLINK_ATTR_REGION_NAME, region.ops.name);
  msg.nest(DEVLINK_ATTR_REGION_CHUNKS, (chunks) => {
    for (let at = start; at < end; at += DEVLINK_REGION_READ_CHUNK_SIZE) {
      const next = at + DEVLINK_REGION_READ_CHUNK_SIZE;
      const data = snapshot.data.subarray(Number(at), Number(next < end ? next : end));
      chunks.nest(DEVLINK_ATTR_REGION_CHUNK, (chunk) => {
        chunk.bytes(DEVLINK_ATTR_REGION_CHUNK_DATA, data).u64(DEVLINK_ATTR_REGION_CHUNK_ADDR, at);
      });
    }
  });
}

export const region_nl_ops: readonly genl_ops[] = [
  {
    cmd: DEVLINK_CMD_REGION_GET,
    doit: devlink_nl_cmd_region_get_doit,
    dumpit: devlink_nl_cmd_region_get_dumpit,
    flags: GENL_ADMIN_PERM,
  },
  { cmd: DEVLINK_CMD_REGION_NEW, doit: devlink_nl_cmd_region_new, flags: GENL_ADMIN_PERM },
  { cmd: DEVLINK_CMD_REGION_DEL, doit: devlink_nl_cmd_region_del, flags: GENL_ADMIN_PERM },
  { cmd: DEVLINK_CMD_REGION_READ, dumpit: devlink_nl_cmd_region_read_dumpit, flags: GENL_ADMIN_PERM },
];
