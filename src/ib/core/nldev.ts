/**
 * Models core/nldev.c: the "nldev" client of NETLINK_RDMA behind the `rdma` program: devices, ports, sharing mode, names
 * and namespaces. Objects are in nldev-res.ts, counters in nldev-stat.ts, new and deleted links in newlink.ts.
 * Left out: character devices, counters bound to queue pairs.
 */
import { EINVAL, type Frame } from "../../kernel/index.ts";
import { dev_net, dev_put, type net, net_eq, net_of } from "../../net/index.ts";
import {
  Attributes,
  AttributeWriter,
  type NetlinkMessage,
  type netlink_callback,
  type netlink_request,
  RDMA_NLDEV_ATTR_CAP_FLAGS,
  RDMA_NLDEV_ATTR_DEV_DIM,
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
  RDMA_NLDEV_ATTR_SM_LID,
  RDMA_NLDEV_ATTR_SUBNET_PREFIX,
  RDMA_NLDEV_ATTR_SYS_IMAGE_GUID,
  RDMA_NLDEV_CMD_DELLINK,
  RDMA_NLDEV_CMD_GET,
  RDMA_NLDEV_CMD_NEWLINK,
  RDMA_NLDEV_CMD_PORT_GET,
  RDMA_NLDEV_CMD_SET,
  RDMA_NLDEV_CMD_SYS_GET,
  RDMA_NLDEV_CMD_SYS_SET,
  RDMA_NLDEV_NET_NS_FD,
  RDMA_NLDEV_SYS_ATTR_COPY_ON_FORK,
  RDMA_NLDEV_SYS_ATTR_NETNS_MODE,
  RDMA_NODE_IB_CA,
  type sk_buff,
} from "../../netlink/index.ts";
import { rdma_compatdev_set } from "./compat.ts";
import { type ib_device, ib_device_put, statics } from "./device.ts";
import { ports } from "./gid-cache.ts";
import { ib_device_get_netdev } from "./netdev.ts";
import type { RdmaCommands } from "./netlink.ts";
import { ib_device_set_netns_put } from "./netns.ts";
import { nldev_dellink, nldev_newlink } from "./newlink.ts";
import { dumpFrom, type Fill, fill_nldev_handle, getDoit, getDumpit, reply, requestedDevice } from "./nldev-device.ts";
import { resourceCommands } from "./nldev-res.ts";
import { statisticCommands } from "./nldev-stat.ts";
import { ib_device_rename } from "./registration.ts";
import type { IbStrategies } from "./strategies.ts";

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

async function fill_port_info(current: Frame, msg: AttributeWriter, dev: ib_device, port: number, net: net): Promise<void> {
  fill_nldev_handle(msg, dev);
  msg.u32(RDMA_NLDEV_ATTR_PORT_INDEX, port);
  const attr = await dev.ops.query_port(current.enter("ib_query_port"), dev, port);
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

async function nldev_port_get_doit(caller: Frame, request: netlink_request, nlh: NetlinkMessage): Promise<number> {
  const current = caller.enter("nldev_port_get_doit");
  const tb = Attributes.parse(nlh.payload);
  const port = tb?.u32(RDMA_NLDEV_ATTR_PORT_INDEX);
  if (port === undefined) return -EINVAL;
  const dev = await requestedDevice(current, request, tb);
  if (typeof dev === "number") return dev;
  const valid = port >= 1 && port <= dev.phys_port_cnt;
  const msg = new AttributeWriter();
  if (valid) await fill_port_info(current, msg, dev, port, net_of(request.net));
  ib_device_put(current, dev);
  return valid ? reply(current, request, nlh, RDMA_NLDEV_CMD_PORT_GET, msg) : -EINVAL;
}

async function nldev_port_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("nldev_port_get_dumpit");
  const dev = await requestedDevice(current, cb.request, Attributes.parse(cb.nlh.payload));
  if (typeof dev === "number") return dev;
  const net = net_of(cb.net);
  const fill = (msg: AttributeWriter, port: number): Promise<void> => fill_port_info(current, msg, dev, port, net);
  const more = await dumpFrom(skb, cb, RDMA_NLDEV_CMD_PORT_GET, ports(dev), fill);
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
export function nldev_cb_table(strategies: IbStrategies): RdmaCommands {
  return {
    ...resourceCommands(strategies.resources),
    ...statisticCommands,
    [RDMA_NLDEV_CMD_GET]: {
      doit: getDoit("nldev_get_doit", RDMA_NLDEV_CMD_GET, fill_dev_info),
      dump: getDumpit("nldev_get_dumpit", RDMA_NLDEV_CMD_GET, fill_dev_info),
    },
    [RDMA_NLDEV_CMD_SET]: { doit: nldev_set_doit },
    [RDMA_NLDEV_CMD_PORT_GET]: { doit: nldev_port_get_doit, dump: nldev_port_get_dumpit },
    [RDMA_NLDEV_CMD_SYS_GET]: { doit: nldev_sys_get_doit(strategies.copy_on_fork) },
    [RDMA_NLDEV_CMD_SYS_SET]: { doit: nldev_set_sys_set_doit },
    [RDMA_NLDEV_CMD_NEWLINK]: { doit: nldev_newlink },
    [RDMA_NLDEV_CMD_DELLINK]: { doit: nldev_dellink },
  };
}
