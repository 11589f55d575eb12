/**
 * What the commands of nldev share (core/nldev.c): which device a request names, and answers and dumps made of one message
 * for each device.
 */
import { down_read, EINVAL, type Frame, up_read } from "../../kernel/index.ts";
import { type net, net_of } from "../../net/index.ts";
import {
  Attributes,
  AttributeWriter,
  encodeMessage,
  type NetlinkMessage,
  NLM_F_MULTI,
  type netlink_callback,
  type netlink_request,
  nlmsg_unicast,
  RDMA_NL_GET_TYPE,
  RDMA_NL_NLDEV,
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  type sk_buff,
} from "../../netlink/index.ts";
import { rdma_dev_access_netns } from "./compat.ts";
import { type ib_device, ib_device_put, ib_device_try_get, statics } from "./device.ts";
import type { RdmaCommands } from "./netlink.ts";

/** Writes the attributes of one device for a reader in `net`. */
export type Fill = (current: Frame, msg: AttributeWriter, dev: ib_device, net: net) => void;

export function fill_nldev_handle(msg: AttributeWriter, dev: ib_device): void {
  msg.u32(RDMA_NLDEV_ATTR_DEV_INDEX, dev.index).string(RDMA_NLDEV_ATTR_DEV_NAME, dev.name);
}

/** ib_device_get_by_index(): a device that the reader's namespace may see, with a reference. Takes devices_rwsem for read. */
async function ib_device_get_by_index(caller: Frame, net: net, index: number): Promise<ib_device | null> {
  const current = caller.enter("ib_device_get_by_index");
  const { devices_rwsem, devices } = statics(current.kernel);
  await down_read(current, devices_rwsem);
  const dev = devices.get(index);
  const usable = dev !== undefined && rdma_dev_access_netns(current, dev, net) && ib_device_try_get(current, dev);
  up_read(current, devices_rwsem);
  return usable ? dev : null;
}

/** The device that the request's DEV_INDEX names, with a reference; -EINVAL if there is none. */
export async function requestedDevice(current: Frame, request: netlink_request, tb: Attributes | null): Promise<ib_device | number> {
  const index = tb?.u32(RDMA_NLDEV_ATTR_DEV_INDEX);
  if (index === undefined) return -EINVAL;
  return (await ib_device_get_by_index(current, net_of(request.net), index)) ?? -EINVAL;
}

export function reply(current: Frame, request: netlink_request, nlh: NetlinkMessage, cmd: number, msg: AttributeWriter): number {
  const type = RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, cmd);
  return nlmsg_unicast(
    current,
    request.sock,
    encodeMessage({ type, flags: 0, seq: nlh.seq, portid: request.portid, payload: msg.finish() }),
  );
}

/** A doit that answers with one device. */
export function getDoit(name: string, cmd: number, fill: Fill): NonNullable<RdmaCommands[number]["doit"]> {
  return async (caller, request, nlh) => {
    const current = caller.enter(name);
    const dev = await requestedDevice(current, request, Attributes.parse(nlh.payload));
    if (typeof dev === "number") return dev;
    const msg = new AttributeWriter();
    fill(current, msg, dev, net_of(request.net));
    ib_device_put(current, dev);
    return reply(current, request, nlh, cmd, msg);
  };
}

/** A dump of all devices that the reader's namespace may see. Takes devices_rwsem for read. */
export function getDumpit(name: string, cmd: number, fill: Fill): NonNullable<RdmaCommands[number]["dump"]> {
  return async (caller, skb, cb) => {
    const current = caller.enter(name).enter("ib_enum_all_devs");
    const { devices_rwsem, devices } = statics(current.kernel);
    const net = net_of(cb.net);
    await down_read(current, devices_rwsem);
    const seen = [...devices.values()].filter((dev) => dev.registered && rdma_dev_access_netns(current, dev, net));
    const more = await dumpFrom(skb, cb, cmd, seen, (msg, dev) => fill(current, msg, dev, net));
    up_read(current, devices_rwsem);
    return more ? skb.len : 0;
  };
}

/** Appends one message for each item from where the dump stopped; true if some did not fit. */
export async function dumpFrom<T>(
  skb: sk_buff,
  cb: netlink_callback,
  cmd: number,
  items: readonly T[],
  fill: (msg: AttributeWriter, item: T) => void | Promise<void>,
): Promise<boolean> {
  const type = RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, cmd);
  for (const item of items.slice(cb.args[0])) {
    const msg = new AttributeWriter();
    await fill(msg, item);
    if (!skb.nlmsg_put(type, msg.finish(), NLM_F_MULTI)) return true;
    cb.args[0]++;
  }
  return false;
}
