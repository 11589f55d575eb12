/**
 * Models struct devlink_fmsg (net/core/devlink.c): a message that a driver puts together of objects, pairs, arrays and
 * values, and that goes to user space as a flat run of attributes, in as many netlink messages as it takes.
 * The nesting is not checked, as in the kernel: an end without a begin reaches user space.
 */
import { EINVAL, EMSGSIZE, type Frame } from "../kernel/index.ts";
import {
  AttributeWriter,
  DEVLINK_ATTR_FMSG,
  DEVLINK_ATTR_FMSG_ARR_NEST_START,
  DEVLINK_ATTR_FMSG_NEST_END,
  DEVLINK_ATTR_FMSG_OBJ_NAME,
  DEVLINK_ATTR_FMSG_OBJ_NEST_START,
  DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA,
  DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE,
  DEVLINK_ATTR_FMSG_PAIR_NEST_START,
  type genl_info,
  NLA_BINARY,
  NLA_FLAG,
  NLA_NUL_STRING,
  NLA_U8,
  NLA_U32,
  NLA_U64,
} from "../netlink/index.ts";
import { replyDone, replyPart } from "./command.ts";

/** GENLMSG_DEFAULT_SIZE: what a message of one page holds behind its headers. */
const GENLMSG_DEFAULT_SIZE = 3756;
/** DEVLINK_FMSG_MAX_SIZE: the longest name or value. */
const DEVLINK_FMSG_MAX_SIZE = GENLMSG_DEFAULT_SIZE - 8;
/** Bytes of the attributes of one message: what is left behind the header of the nest. */
export const FMSG_ROOM = GENLMSG_DEFAULT_SIZE - 4;

type Put = (writer: AttributeWriter) => void;

/** struct devlink_fmsg */
export class devlink_fmsg {
  /** @internal the attributes of each item, as bytes */
  readonly item_list: Uint8Array[] = [];
  /** Between the begin and end of a binary, where only binary values may stand. */
  putting_binary = false;

  /** @internal */
  add(put: Put): number {
    const writer = new AttributeWriter();
    put(writer);
    this.item_list.push(writer.finish());
    return 0;
  }
}

function nest(fmsg: devlink_fmsg, attrtype: number): number {
  if (fmsg.putting_binary) return -EINVAL;
  return fmsg.add((w) => w.flag(attrtype));
}

/** 0, or -EINVAL inside of a binary. The next five likewise. */
export function devlink_fmsg_obj_nest_start(fmsg: devlink_fmsg): number {
  return nest(fmsg, DEVLINK_ATTR_FMSG_OBJ_NEST_START);
}

export function devlink_fmsg_obj_nest_end(fmsg: devlink_fmsg): number {
  return nest(fmsg, DEVLINK_ATTR_FMSG_NEST_END);
}

export function devlink_fmsg_pair_nest_start(fmsg: devlink_fmsg, name: string): number {
  return nest(fmsg, DEVLINK_ATTR_FMSG_PAIR_NEST_START) || putName(fmsg, name);
}

export function devlink_fmsg_pair_nest_end(fmsg: devlink_fmsg): number {
  return nest(fmsg, DEVLINK_ATTR_FMSG_NEST_END);
}

export function devlink_fmsg_arr_pair_nest_start(fmsg: devlink_fmsg, name: string): number {
  return devlink_fmsg_pair_nest_start(fmsg, name) || nest(fmsg, DEVLINK_ATTR_FMSG_ARR_NEST_START);
}

export function devlink_fmsg_arr_pair_nest_end(fmsg: devlink_fmsg): number {
  return nest(fmsg, DEVLINK_ATTR_FMSG_NEST_END) || nest(fmsg, DEVLINK_ATTR_FMSG_NEST_END);
}

function putName(fmsg: devlink_fmsg, name: string): number {
  if (new TextEncoder().encode(name).length + 1 > DEVLINK_FMSG_MAX_SIZE) return -EMSGSIZE;
  return fmsg.add((w) => w.string(DEVLINK_ATTR_FMSG_OBJ_NAME, name));
}

function putValue(fmsg: devlink_fmsg, nla_type: number, put: Put): number {
  if (fmsg.putting_binary) return -EINVAL;
  return fmsg.add((w) => {
    w.u8(DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, nla_type);
    put(w);
  });
}

export function devlink_fmsg_bool_put(fmsg: devlink_fmsg, value: boolean): number {
  return putValue(fmsg, NLA_FLAG, (w) => w.u8(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, value ? 1 : 0));
}

export function devlink_fmsg_u8_put(fmsg: devlink_fmsg, value: number): number {
  return putValue(fmsg, NLA_U8, (w) => w.u8(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, value));
}

export function devlink_fmsg_u32_put(fmsg: devlink_fmsg, value: number): number {
  return putValue(fmsg, NLA_U32, (w) => w.u32(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, value));
}

export function devlink_fmsg_u64_put(fmsg: devlink_fmsg, value: bigint): number {
  return putValue(fmsg, NLA_U64, (w) => w.u64(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, value));
}

/** -EMSGSIZE for a text that no message can hold. */
export function devlink_fmsg_string_put(fmsg: devlink_fmsg, value: string): number {
  if (new TextEncoder().encode(value).length + 1 > DEVLINK_FMSG_MAX_SIZE) return -EMSGSIZE;
  return putValue(fmsg, NLA_NUL_STRING, (w) => w.string(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, value));
}

function pair(fmsg: devlink_fmsg, name: string, put: (fmsg: devlink_fmsg) => number): number {
  return devlink_fmsg_pair_nest_start(fmsg, name) || put(fmsg) || devlink_fmsg_pair_nest_end(fmsg);
}

export function devlink_fmsg_bool_pair_put(fmsg: devlink_fmsg, name: string, value: boolean): number {
  return pair(fmsg, name, (at) => devlink_fmsg_bool_put(at, value));
}

export function devlink_fmsg_u8_pair_put(fmsg: devlink_fmsg, name: string, value: number): number {
  return pair(fmsg, name, (at) => devlink_fmsg_u8_put(at, value));
}

export function devlink_fmsg_u32_pair_put(fmsg: devlink_fmsg, name: string, value: number): number {
  return pair(fmsg, name, (at) => devlink_fmsg_u32_put(at, value));
}

export function devlink_fmsg_u64_pair_put(fmsg: devlink_fmsg, name: string, value: bigint): number {
  return pair(fmsg, name, (at) => devlink_fmsg_u64_put(at, value));
}

export function devlink_fmsg_string_pair_put(fmsg: devlink_fmsg, name: string, value: string): number {
  return pair(fmsg, name, (at) => devlink_fmsg_string_put(at, value));
}

/** devlink_fmsg_binary_pair_put(): an array of as many binary values as it takes. */
export function devlink_fmsg_binary_pair_put(fmsg: devlink_fmsg, name: string, value: Uint8Array): number {
  const begun = devlink_fmsg_arr_pair_nest_start(fmsg, name);
  if (begun !== 0) return begun;
  fmsg.putting_binary = true;
  for (let offset = 0; offset < value.length; offset += DEVLINK_FMSG_MAX_SIZE) {
    const chunk = value.slice(offset, offset + DEVLINK_FMSG_MAX_SIZE);
    fmsg.add((w) => w.u8(DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, NLA_BINARY).bytes(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, chunk));
  }
  fmsg.putting_binary = false;
  return devlink_fmsg_arr_pair_nest_end(fmsg);
}

/** devlink_fmsg_prepare_skb(): as many items from `index` on as one message holds; the index after the last of them. */
export function devlink_fmsg_prepare(fmsg: devlink_fmsg, index: number, room = FMSG_ROOM): { readonly put: Put; readonly next: number } {
  let next = index;
  for (let used = 0; next < fmsg.item_list.length; next++) {
    used += fmsg.item_list[next]?.length ?? 0;
    if (used > room) break;
  }
  const items = fmsg.item_list.slice(index, next);
  const put: Put = (w) => {
    w.nest(DEVLINK_ATTR_FMSG, (inner) => {
      for (const item of items) inner.header(item);
    });
  };
  return { put, next };
}

/** devlink_fmsg_snd(): answers a request. -EMSGSIZE at an item that no message holds, after those before it have been sent. */
export function devlink_fmsg_snd(caller: Frame, fmsg: devlink_fmsg, info: genl_info, cmd: number): number {
  const current = caller.enter("devlink_fmsg_snd");
  let index = 0;
  do {
    const { put, next } = devlink_fmsg_prepare(fmsg, index);
    if (next === index && index < fmsg.item_list.length) return -EMSGSIZE;
    const err = replyPart(current, info, cmd, put);
    if (err < 0) return err;
    index = next;
  } while (index < fmsg.item_list.length);
  return replyDone(current, info);
}
