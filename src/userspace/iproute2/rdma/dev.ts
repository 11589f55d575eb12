/** rdma dev: show, set. */

import { strerror } from "../../../kernel/index.ts";
import {
  type Attributes,
  RDMA_NLDEV_ATTR_CAP_FLAGS,
  RDMA_NLDEV_ATTR_DEV_DIM,
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_DEV_NODE_TYPE,
  RDMA_NLDEV_ATTR_FW_VERSION,
  RDMA_NLDEV_ATTR_NODE_GUID,
  RDMA_NLDEV_ATTR_SYS_IMAGE_GUID,
  RDMA_NLDEV_CMD_GET,
  RDMA_NLDEV_CMD_SET,
  RDMA_NLDEV_NET_NS_FD,
} from "../../../netlink/index.ts";
import { O_CLOEXEC, O_RDONLY } from "../../../syscall/index.ts";
import { NETNS_RUN_DIR } from "../netns.ts";

import { ask, execute, fail, forDevice, forDevices, groupsOfFour, help, printCaps, type Rdma, type RdmaDevice } from "./context.ts";
import { DEV_HELP } from "./help.ts";

const NODE_TYPES = ["unknown", "ca", "switch", "router", "rnic", "usnic", "usnic_udp", "unspecified"];
const CAPS: Readonly<Record<number, string>> = {
  0: "RESIZE_MAX_WR",
  1: "BAD_PKEY_CNTR",
  2: "BAD_QKEY_CNTR",
  3: "RAW_MULTI",
  4: "AUTO_PATH_MIG",
  5: "CHANGE_PHY_PORT",
  6: "UD_AV_PORT_ENFORCE_PORT_ENFORCE",
  7: "CURR_QP_STATE_MOD",
  8: "SHUTDOWN_PORT",
  9: "INIT_TYPE",
  10: "PORT_ACTIVE_EVENT",
  11: "SYS_IMAGE_GUID",
  12: "RC_RNR_NAK_GEN",
  13: "SRQ_RESIZE",
  14: "N_NOTIFY_CQ",
  15: "LOCAL_DMA_LKEY",
  17: "MEM_WINDOW",
  18: "UD_IP_CSUM",
  19: "UD_TSO",
  20: "XRC",
  21: "MEM_MGT_EXTENSIONS",
  22: "BLOCK_MULTICAST_LOOPBACK",
  23: "MEM_WINDOW_TYPE_2A",
  24: "MEM_WINDOW_TYPE_2B",
  25: "RC_IP_CSUM",
  26: "RAW_IP_CSUM",
  27: "CROSS_CHANNEL",
  29: "MANAGED_FLOW_STEERING",
  30: "SIGNATURE_HANDOVER",
  31: "ON_DEMAND_PAGING",
  32: "SG_GAPS_REG",
  33: "VIRTUAL_FUNCTION",
  34: "RAW_SCATTER_FCS",
  35: "RDMA_NETDEV_OPA_VNIC",
  36: "PCI_WRITE_END_PADDING",
};

/** rdma dev ... */
export function cmdDev(rd: Rdma): Promise<number> {
  const table = [
    ["show", devShow],
    ["list", devShow],
    ["set", devSet],
    ["help", help(DEV_HELP)],
  ] as const;
  return execute(rd, devShow, table, "dev command");
}

function devShow(rd: Rdma): Promise<number> {
  return forDevices(rd, (device) => execute(rd, () => showDevice(rd, device), [], "parameter"));
}

async function showDevice(rd: Rdma, device: RdmaDevice): Promise<number> {
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_GET, 0, (writer) => writer.u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index));
  for (const attributes of answers ?? []) printDevice(rd, attributes);
  return answers === null ? 1 : 0;
}

function printDevice(rd: Rdma, attributes: Attributes): void {
  const { output } = rd;
  const [index, name] = [attributes.u32(RDMA_NLDEV_ATTR_DEV_INDEX), attributes.string(RDMA_NLDEV_ATTR_DEV_NAME)];
  if (index === undefined || name === undefined) return;
  output.openObject();
  output.field("ifindex", `${index}: `, index);
  output.field("ifname", `${name}: `, name);
  const type = attributes.u8(RDMA_NLDEV_ATTR_DEV_NODE_TYPE);
  const guid = attributes.u64(RDMA_NLDEV_ATTR_NODE_GUID);
  const image = attributes.u64(RDMA_NLDEV_ATTR_SYS_IMAGE_GUID);
  const fields = [
    ["node_type", type === undefined ? undefined : (NODE_TYPES[type] ?? "unknown")],
    ["fw", attributes.string(RDMA_NLDEV_ATTR_FW_VERSION)],
    ["node_guid", guid === undefined ? undefined : groupsOfFour(guid)],
    ["sys_image_guid", image === undefined ? undefined : groupsOfFour(image)],
  ] as const;
  for (const [key, value] of fields) if (value !== undefined) output.field(key, `${key} ${value} `, value);
  if (rd.details) {
    const moderation = attributes.u8(RDMA_NLDEV_ATTR_DEV_DIM);
    if (moderation !== undefined)
      output.field("adaptive-moderation", `adaptive-moderation ${moderation === 0 ? "off" : "on"} `, moderation !== 0);
    printCaps(output, attributes.u64(RDMA_NLDEV_ATTR_CAP_FLAGS), CAPS);
  }
  output.text("\n");
  output.closeObject();
}

function devSet(rd: Rdma): Promise<number> {
  return forDevice(rd, (device) => {
    const table = [
      ["name", () => setName(rd, device)],
      ["netns", () => setNetns(rd, device)],
      ["adaptive-moderation", () => setModeration(rd, device)],
    ] as const;
    return execute(rd, help(DEV_HELP), table, "parameter");
  });
}

async function setName(rd: Rdma, device: RdmaDevice): Promise<number> {
  const name = rd.words.next();
  if (name === undefined) return await fail(rd, "Please provide device new name.\n");
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_SET, 0, (writer) =>
    writer.u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index).string(RDMA_NLDEV_ATTR_DEV_NAME, name),
  );
  return answers === null ? 1 : 0;
}

async function setNetns(rd: Rdma, device: RdmaDevice): Promise<number> {
  const name = rd.words.next();
  if (name === undefined) return await fail(rd, "Please provide device name.\n");
  const fd = await rd.tool.process.open(`${NETNS_RUN_DIR}/${name}`, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return await fail(rd, `Cannot open network namespace "${name}": ${strerror(fd)}\n`);
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_SET, 0, (writer) =>
    writer.u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index).u32(RDMA_NLDEV_NET_NS_FD, fd),
  );
  await rd.tool.process.close(fd);
  return answers === null ? 1 : 0;
}

function setModeration(rd: Rdma, device: RdmaDevice): Promise<number> {
  const set = (value: number) => async () => {
    const answers = await ask(rd.tool, RDMA_NLDEV_CMD_SET, 0, (writer) =>
      writer.u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index).u8(RDMA_NLDEV_ATTR_DEV_DIM, value),
    );
    return answers === null ? 1 : 0;
  };
  return execute(
    rd,
    help(DEV_HELP),
    [
      ["on", set(1)],
      ["off", set(0)],
    ],
    "parameter",
  );
}
