/**
 * Models core/nldev.c: the "nldev" client of NETLINK_RDMA behind the `rdma` program: devices, ports, sharing mode, names
 * and namespaces, counts of objects. Left out: the objects themselves, statistics, new and deleted links (software IB
 * drivers), character devices.
 */
import { down_read, EINVAL, type Frame, up_read } from "../../kernel/index.ts";
import { dev_net, dev_put, type net, net_eq, net_of } from "../../net/index.ts";
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
  RDMA_NLDEV_ATTR_CAP_FLAGS,
  RDMA_NLDEV_ATTR_DEV_DIM,
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_DEV_NODE_TYPE,
  RDMA_NLDEV_ATTR_DEV_PROTOCOL,
  RDMA_NLDEV_ATTR_FW_VERSION,
  RDMA_NLDEV_ATTR_LID,
  RDMA_NLDEV_ATTR_LMC,
  RDMA_NLDEV_ATTR_NDEV_INDEX,
  RDMA_NLDEV_ATTR_NDEV_NAME,
  RDMA_NLDEV_ATTR_NODE_GUID,
  RDMA_NLDEV_ATTR_PORT_INDEX,
  RDMA_NLDEV_ATTR_PORT_PHYS_STATE,
  RDMA_NLDEV_ATTR_PORT_STATE,
  RDMA_NLDEV_ATTR_RES_SUMMARY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME,
  RDMA_NLDEV_ATTR_SM_LID,
  RDMA_NLDEV_ATTR_SUBNET_PREFIX,
  RDMA_NLDEV_ATTR_SYS_IMAGE_GUID,
  RDMA_NLDEV_CMD_GET,
  RDMA_NLDEV_CMD_PORT_GET,
  RDMA_NLDEV_CMD_RES_GET,
  RDMA_NLDEV_CMD_SET,
  RDMA_NLDEV_CMD_SYS_GET,
  RDMA_NLDEV_CMD_SYS_SET,
  RDMA_NLDEV_NET_NS_FD,
  RDMA_NLDEV_SYS_ATTR_COPY_ON_FORK,
  RDMA_NLDEV_SYS_ATTR_NETNS_MODE,
  RDMA_NODE_IB_CA,
  type sk_buff,
} from "../../netlink/index.ts";
import { rdma_compatdev_set, rdma_dev_access_netns } from "./compat.ts";
import { type ib_device, ib_device_put, ib_device_try_get, statics } from "./device.ts";
import { ports } from "./gid-cache.ts";
import { ib_device_get_netdev } from "./netdev.ts";
import type { RdmaCommands } from "./netlink.ts";
import { ib_device_set_netns_put } from "./netns.ts";
import { ib_device_rename } from "./registration.ts";

/** Kinds of tracked objects in the order in which the kernel lists them. */
const RESTRACK_KINDS = ["pd", "cq", "qp", "cm_id", "mr", "ctx"] as const;

/** Writes the attributes of one device (or port) for a reader in `net`. */
type Fill = (current: Frame, msg: AttributeWriter, dev: ib_device, net: net) => void;

const fill_dev_info: Fill = (_current, msg, dev) => {
  fill_nldev_handle(msg, dev);
  msg.u32(RDMA_NLDEV_ATTR_PORT_INDEX, dev.phys_port_cnt).u64(RDMA_NLDEV_ATTR_CAP_FLAGS, dev.device_cap_flags);
  const fw = dev.ops.get_dev_fw_str?.(dev) ?? "";
  if (fw !== "") msg.string(RDMA_NLDEV_ATTR_FW_VERSION, fw);
  msg.u64(RDMA_NLDEV_ATTR_NODE_GUID, dev.node_guid).u64(RDMA_NLDEV_ATTR_SYS_IMAGE_GUID, dev.sys_image_guid);
  msg.u8(RDMA_NLDEV_ATTR_DEV_NODE_TYPE, RDMA_NODE_IB_CA).u8(RDMA_NLDEV_ATTR_DEV_DIM, dev.use_cq_dim ? 1 : 0);
  const protocol = dev.ops.port_protocol(dev, 1);
  if (protocol !== "raw_packet") msg.string(RDMA_NLDEV_ATTR_DEV_PROTOCOL, protocol);
};

function fill_port_info(current: Frame, msg: AttributeWriter, dev: ib_device, port: number, net: net): void {
  fill_nldev_handle(msg, dev);
  msg.u32(RDMA_NLDEV_ATTR_PORT_INDEX, port);
  const attr = dev.ops.query_port(current.enter("ib_query_port"), dev, port);
  if (dev.ops.port_protocol(dev, port) === "ib") {
    msg.u64(RDMA_NLDEV_ATTR_CAP_FLAGS, BigInt(attr.port_cap_flags)).u64(RDMA_NLDEV_ATTR_SUBNET_PREFIX, attr.subnet_prefix);
    msg.u32(RDMA_NLDEV_ATTR_LID, attr.lid).u32(RDMA_NLDEV_ATTR_SM_LID, attr.sm_lid).u8(RDMA_NLDEV_ATTR_LMC, attr.lmc);
  }
  msg.u8(RDMA_NLDEV_ATTR_PORT_STATE, attr.state).u8(RDMA_NLDEV_ATTR_PORT_PHYS_STATE, attr.phys_state);
  const ndev = ib_device_get_netdev(current, dev, port);
  if (ndev === null) return;
  // A netdev of another namespace is not the reader's business.
  if (net_eq(dev_net(ndev), net)) msg.u32(RDMA_NLDEV_ATTR_NDEV_INDEX, ndev.ifindex).string(RDMA_NLDEV_ATTR_NDEV_NAME, ndev.name);
  dev_put(current, ndev);
}

const fill_res_info: Fill = (_current, msg, dev) => {
  fill_nldev_handle(msg, dev);
  const entries = (table: AttributeWriter): void => {
    for (const kind of RESTRACK_KINDS) {
      const entry = (e: AttributeWriter): void => {
        e.string(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME, kind);
        e.u64(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR, BigInt(dev.restrack.get(kind) ?? 0));
      };
      table.nest(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY, entry, true);
    }
  };
  msg.nest(RDMA_NLDEV_ATTR_RES_SUMMARY, entries, true);
};

function fill_nldev_handle(msg: AttributeWriter, dev: ib_device): void {
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
async function requestedDevice(current: Frame, request: netlink_request, tb: Attributes | null): Promise<ib_device | number> {
  const index = tb?.u32(RDMA_NLDEV_ATTR_DEV_INDEX);
  if (index === undefined) return -EINVAL;
  return (await ib_device_get_by_index(current, net_of(request.net), index)) ?? -EINVAL;
}

function reply(current: Frame, request: netlink_request, nlh: NetlinkMessage, cmd: number, msg: AttributeWriter): number {
  const type = RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, cmd);
  return nlmsg_unicast(
    current,
    request.sock,
    encodeMessage({ type, flags: 0, seq: nlh.seq, portid: request.portid, payload: msg.finish() }),
  );
}

/** A doit that answers with one device. */
function getDoit(name: string, cmd: number, fill: Fill): NonNullable<RdmaCommands[number]["doit"]> {
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
function getDumpit(name: string, cmd: number, fill: Fill): NonNullable<RdmaCommands[number]["dump"]> {
  return async (caller, skb, cb) => {
    const current = caller.enter(name).enter("ib_enum_all_devs");
    const { devices_rwsem, devices } = statics(current.kernel);
    const net = net_of(cb.net);
    await down_read(current, devices_rwsem);
    const seen = [...devices.values()].filter((dev) => dev.registered && rdma_dev_access_netns(current, dev, net));
    const more = dumpFrom(skb, cb, cmd, seen, (msg, dev) => fill(current, msg, dev, net));
    up_read(current, devices_rwsem);
    return more ? skb.len : 0;
  };
}

/** Appends one message for each item from where the dump stopped; true if some did not fit. */
function dumpFrom<T>(
  skb: sk_buff,
  cb: netlink_callback,
  cmd: number,
  items: readonly T[],
  fill: (msg: AttributeWriter, item: T) => void,
): boolean {
  const type = RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, cmd);
  for (const item of items.slice(cb.args[0])) {
    const msg = new AttributeWriter();
    fill(msg, item);
    if (!skb.nlmsg_put(type, msg.finish(), NLM_F_MULTI)) return true;
    cb.args[0]++;
  }
  return false;
}

async function nldev_port_get_doit(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("nldev_port_get_doit");
  const tb = Attributes.parse(nlh.payload);
  const port = tb?.u32(RDMA_NLDEV_ATTR_PORT_INDEX);
  if (port === undefined) return -EINVAL;
  const dev = await requestedDevice(current, request, tb);
  if (typeof dev === "number") return dev;
  const valid = port >= 1 && port <= dev.phys_port_cnt;
  const msg = new AttributeWriter();
  if (valid) fill_port_info(current, msg, dev, port, net_of(request.net));
  ib_device_put(current, dev);
  return valid ? reply(current, request, nlh, RDMA_NLDEV_CMD_PORT_GET, msg) : -EINVAL;
}

async function nldev_port_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("nldev_port_get_dumpit");
  const dev = await requestedDevice(current, cb.request, Attributes.parse(cb.nlh.payload));
  if (typeof dev === "number") return dev;
  const net = net_of(cb.net);
  const more = dumpFrom(skb, cb, RDMA_NLDEV_CMD_PORT_GET, ports(dev), (msg, port) => fill_port_info(current, msg, dev, port, net));
  ib_device_put(current, dev);
  return more ? skb.len : 0;
}

async function nldev_set_doit(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("nldev_set_doit");
  const tb = Attributes.parse(nlh.payload);
  const dev = await requestedDevice(current, request, tb);
  if (typeof dev === "number" || tb === null) return typeof dev === "number" ? dev : -EINVAL;
  const fd = tb.u32(RDMA_NLDEV_NET_NS_FD);
  const name = tb.string(RDMA_NLDEV_ATTR_DEV_NAME);
  const dim = tb.u8(RDMA_NLDEV_ATTR_DEV_DIM);
  if (name === undefined && fd !== undefined) return ib_device_set_netns_put(current, dev, fd);
  let err = 0;
  if (name !== undefined) err = name === "" ? -EINVAL : await ib_device_rename(current, dev, name);
  else if (dim !== undefined) dev.use_cq_dim = dim !== 0;
  ib_device_put(current, dev);
  return err;
}

/** `copy_on_fork`: whether this kernel tells that it copies pinned pages at fork (from v5.13 on). */
function nldev_sys_get_doit(copy_on_fork: boolean): NonNullable<RdmaCommands[number]["doit"]> {
  return async (caller, request, nlh) => {
    const current = caller.enter("nldev_sys_get_doit");
    const s = statics(current.kernel);
    current.reads(s.rdma_nets_rwsem);
    const msg = new AttributeWriter().u8(RDMA_NLDEV_SYS_ATTR_NETNS_MODE, s.ib_devices_shared_netns ? 1 : 0);
    if (copy_on_fork) msg.u8(RDMA_NLDEV_SYS_ATTR_COPY_ON_FORK, 1);
    return reply(current, request, nlh, RDMA_NLDEV_CMD_SYS_GET, msg);
  };
}

async function nldev_set_sys_set_doit(caller: Frame, _request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("nldev_set_sys_set_doit");
  const enable = Attributes.parse(nlh.payload)?.u8(RDMA_NLDEV_SYS_ATTR_NETNS_MODE);
  if (enable === undefined || enable > 1) return -EINVAL;
  return rdma_compatdev_set(current, enable === 1);
}

/** The commands of the client. */
export function nldev_cb_table(copy_on_fork: boolean): RdmaCommands {
  return {
    [RDMA_NLDEV_CMD_GET]: {
      doit: getDoit("nldev_get_doit", RDMA_NLDEV_CMD_GET, fill_dev_info),
      dump: getDumpit("nldev_get_dumpit", RDMA_NLDEV_CMD_GET, fill_dev_info),
    },
    [RDMA_NLDEV_CMD_SET]: { doit: nldev_set_doit },
    [RDMA_NLDEV_CMD_PORT_GET]: { doit: nldev_port_get_doit, dump: nldev_port_get_dumpit },
    [RDMA_NLDEV_CMD_SYS_GET]: { doit: nldev_sys_get_doit(copy_on_fork) },
    [RDMA_NLDEV_CMD_SYS_SET]: { doit: nldev_set_sys_set_doit },
    [RDMA_NLDEV_CMD_RES_GET]: {
      doit: getDoit("nldev_res_get_doit", RDMA_NLDEV_CMD_RES_GET, fill_res_info),
      dump: getDumpit("nldev_res_get_dumpit", RDMA_NLDEV_CMD_RES_GET, fill_res_info),
    },
  };
}
