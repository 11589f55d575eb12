/**
 * Models the statistic commands of core/nldev.c: the hardware counters of a port, and how its counters are bound to queue
 * pairs: never, since no counter can be bound here. Left out: binding, counters of memory regions.
 */
import { EINVAL, type Frame } from "../../kernel/index.ts";
import {
  Attributes,
  AttributeWriter,
  type NetlinkMessage,
  type netlink_request,
  RDMA_NLDEV_ATTR_PORT_INDEX,
  RDMA_NLDEV_ATTR_RES_QP,
  RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY,
  RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_NAME,
  RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_VALUE,
  RDMA_NLDEV_ATTR_STAT_HWCOUNTERS,
  RDMA_NLDEV_ATTR_STAT_MODE,
  RDMA_NLDEV_ATTR_STAT_RES,
  RDMA_NLDEV_CMD_STAT_GET,
} from "../../netlink/index.ts";
import { type ib_device, ib_device_put } from "./device.ts";
import type { RdmaCommands } from "./netlink.ts";
import { fill_nldev_handle, reply, requestedDevice } from "./nldev-device.ts";

/** RDMA_COUNTER_MODE_NONE: no counter of the port is bound. */
const RDMA_COUNTER_MODE_NONE = 0;

async function nldev_stat_get_doit(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("nldev_stat_get_doit");
  const tb = Attributes.parse(nlh.payload);
  const port = tb?.u32(RDMA_NLDEV_ATTR_PORT_INDEX);
  if (tb === null || port === undefined) return -EINVAL;
  const res = tb.u32(RDMA_NLDEV_ATTR_STAT_RES);
  if (res !== undefined && (res !== RDMA_NLDEV_ATTR_RES_QP || !tb.has(RDMA_NLDEV_ATTR_STAT_MODE))) return -EINVAL;
  const dev = await requestedDevice(current, request, tb);
  if (typeof dev === "number") return dev;
  const msg = new AttributeWriter();
  const err = port < 1 || port > dev.phys_port_cnt ? -EINVAL : await fillPort(current, msg, dev, port, res !== undefined);
  ib_device_put(current, dev);
  return err === 0 ? reply(current, request, nlh, RDMA_NLDEV_CMD_STAT_GET, msg) : err;
}

/** stat_get_doit_qp() for the mode, stat_get_doit_default_counter() for the values. */
async function fillPort(current: Frame, msg: AttributeWriter, dev: ib_device, port: number, mode: boolean): Promise<number> {
  fill_nldev_handle(msg, dev);
  msg.u32(RDMA_NLDEV_ATTR_PORT_INDEX, port);
  if (mode) {
    msg.u32(RDMA_NLDEV_ATTR_STAT_MODE, RDMA_COUNTER_MODE_NONE);
    return 0;
  }
  const { hw_counters, get_hw_stats } = dev.ops;
  if (hw_counters === undefined || get_hw_stats === undefined) return -EINVAL;
  const values = await get_hw_stats(current.enter("stat_get_doit_default_counter"), dev, port);
  const table = (list: AttributeWriter): void => {
    hw_counters.forEach((name, i) => {
      const entry = (e: AttributeWriter): void => {
        e.string(RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_NAME, name);
        e.u64(RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_VALUE, values[i] ?? 0n);
      };
      list.nest(RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY, entry, true);
    });
  };
  msg.nest(RDMA_NLDEV_ATTR_STAT_HWCOUNTERS, table, true);
  return 0;
}

/** Counters that are bound to queue pairs: none. */
const nldev_stat_get_dumpit: NonNullable<RdmaCommands[number]["dump"]> = async (caller, _skb, cb) => {
  const current = caller.enter("nldev_stat_get_dumpit");
  const tb = Attributes.parse(cb.nlh.payload);
  if (tb?.u32(RDMA_NLDEV_ATTR_STAT_RES) !== RDMA_NLDEV_ATTR_RES_QP) return -EINVAL;
  const dev = await requestedDevice(current, cb.request, tb);
  if (typeof dev === "number") return dev;
  ib_device_put(current, dev);
  return 0;
};

/** The commands about counters. */
export const statisticCommands: RdmaCommands = {
  [RDMA_NLDEV_CMD_STAT_GET]: { doit: nldev_stat_get_doit, dump: nldev_stat_get_dumpit },
};
