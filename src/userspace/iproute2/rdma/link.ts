/** rdma link: show, add, delete. */
import {
  type Attributes,
  RDMA_NLDEV_ATTR_CAP_FLAGS,
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_LID,
  RDMA_NLDEV_ATTR_LINK_TYPE,
  RDMA_NLDEV_ATTR_LMC,
  RDMA_NLDEV_ATTR_NDEV_INDEX,
  RDMA_NLDEV_ATTR_NDEV_NAME,
  RDMA_NLDEV_ATTR_PORT_INDEX,
  RDMA_NLDEV_ATTR_PORT_PHYS_STATE,
  RDMA_NLDEV_ATTR_PORT_STATE,
  RDMA_NLDEV_ATTR_SM_LID,
  RDMA_NLDEV_ATTR_SUBNET_PREFIX,
  RDMA_NLDEV_CMD_DELLINK,
  RDMA_NLDEV_CMD_NEWLINK,
  RDMA_NLDEV_CMD_PORT_GET,
} from "../../../netlink/index.ts";
import type { JsonValue } from "../json-writer.ts";
import { ask, execute, fail, forDevice, forLinks, groupsOfFour, help, printCaps, type Rdma, type RdmaDevice } from "./context.ts";
import { LINK_HELP } from "./help.ts";

const STATES = ["NOP", "DOWN", "INIT", "ARMED", "ACTIVE", "ACTIVE_DEFER"];
const PHYSICAL_STATES = [
  "NOP",
  "SLEEP",
  "POLLING",
  "DISABLED",
  "ARMED",
  "LINK_UP",
  "LINK_ERROR_RECOVER",
  "PHY_TEST",
  "UNKNOWN",
  "OPA_OFFLINE",
  "UNKNOWN",
  "OPA_TEST",
];
const CAPS: Readonly<Record<number, string>> = {
  1: "SM",
  2: "NOTICE",
  3: "TRAP",
  4: "OPT_IPD",
  5: "AUTO_MIGR",
  6: "SL_MAP",
  7: "MKEY_NVRAM",
  8: "PKEY_NVRAM",
  9: "LED_INFO",
  10: "SM_DISABLED",
  11: "SYS_IMAGE_GUID",
  12: "PKEY_SW_EXT_PORT_TRAP",
  14: "EXTENDED_SPEEDS",
  15: "CAP_MASK2",
  16: "CM",
  17: "SNMP_TUNNEL",
  18: "REINIT",
  19: "DEVICE_MGMT",
  20: "VENDOR_CLASS",
  21: "DR_NOTICE",
  22: "CAP_MASK_NOTICE",
  23: "BOOT_MGMT",
  24: "LINK_LATENCY",
  25: "CLIENT_REG",
  26: "OTHER_LOCAL_CHANGES",
  27: "LINK_SPPED_WIDTH_TABLE",
  28: "VENDOR_SPECIFIC_MADS_TABLE",
  29: "MULTICAST_PKEY_TRAP_SUPPRESSION",
  30: "MULTICAST_FDB_TOP",
  31: "HIERARCHY_INFO",
};

/** rdma link ... */
export function cmdLink(rd: Rdma): Promise<number> {
  const table = [
    ["show", linkShow],
    ["list", linkShow],
    ["add", linkAdd],
    ["delete", linkDelete],
    ["help", help(LINK_HELP)],
  ] as const;
  return execute(rd, linkShow, table, "link command");
}

function linkShow(rd: Rdma): Promise<number> {
  return forLinks(rd, (device, port) => execute(rd, () => showPort(rd, device, port), [], "parameter"), true);
}

async function showPort(rd: Rdma, device: RdmaDevice, port: number): Promise<number> {
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_PORT_GET, 0, (writer) =>
    writer.u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index).u32(RDMA_NLDEV_ATTR_PORT_INDEX, port),
  );
  for (const attributes of answers ?? []) printPort(rd, attributes);
  return answers === null ? 1 : 0;
}

function printPort(rd: Rdma, attributes: Attributes): void {
  const { output } = rd;
  const [index, name, port] = [
    attributes.u32(RDMA_NLDEV_ATTR_DEV_INDEX),
    attributes.string(RDMA_NLDEV_ATTR_DEV_NAME),
    attributes.u32(RDMA_NLDEV_ATTR_PORT_INDEX),
  ];
  if (index === undefined || name === undefined || port === undefined) return;
  output.openObject();
  output.jsonField("ifindex", index);
  output.field("ifname", `link ${name}/`, name);
  output.field("port", `${port} `, port);
  for (const [key, value] of portFields(attributes)) if (value !== undefined) output.field(key, `${key} ${value} `, value);
  const [netdev, netdevIndex] = [attributes.string(RDMA_NLDEV_ATTR_NDEV_NAME), attributes.u32(RDMA_NLDEV_ATTR_NDEV_INDEX)];
  if (netdev !== undefined && netdevIndex !== undefined) {
    output.field("netdev", `netdev ${netdev} `, netdev);
    output.field("netdev_index", rd.details ? `netdev_index ${netdevIndex} ` : "", netdevIndex);
  }
  if (rd.details) printCaps(output, attributes.u64(RDMA_NLDEV_ATTR_CAP_FLAGS), CAPS);
  output.text("\n");
  output.closeObject();
}

function portFields(attributes: Attributes): (readonly [string, JsonValue | undefined])[] {
  const prefix = attributes.u64(RDMA_NLDEV_ATTR_SUBNET_PREFIX);
  const [state, physical] = [attributes.u8(RDMA_NLDEV_ATTR_PORT_STATE), attributes.u8(RDMA_NLDEV_ATTR_PORT_PHYS_STATE)];
  return [
    ["subnet_prefix", prefix === undefined ? undefined : groupsOfFour(prefix)],
    ["lid", attributes.u32(RDMA_NLDEV_ATTR_LID)],
    ["sm_lid", attributes.u32(RDMA_NLDEV_ATTR_SM_LID)],
    ["lmc", attributes.u8(RDMA_NLDEV_ATTR_LMC)],
    ["state", state === undefined ? undefined : (STATES[state] ?? "UNKNOWN")],
    ["physical_state", physical === undefined ? undefined : (PHYSICAL_STATES[physical] ?? "UNKNOWN")],
  ];
}

/** rdma link add NAME type TYPE netdev NETDEV */
async function linkAdd(rd: Rdma): Promise<number> {
  const name = rd.words.next();
  if (name === undefined) return await fail(rd, "Please provide a link name to add.\n");
  return await execute(rd, help(LINK_HELP), [["type", () => linkAddType(rd, name)]], "parameter");
}

async function linkAddType(rd: Rdma, name: string): Promise<number> {
  const type = rd.words.next();
  if (type === undefined) return await fail(rd, "Please provide a link type name.\n");
  return await execute(rd, help(LINK_HELP), [["netdev", () => linkAddNetdev(rd, name, type)]], "parameter");
}

async function linkAddNetdev(rd: Rdma, name: string, type: string): Promise<number> {
  const netdev = rd.words.next();
  if (netdev === undefined) return await fail(rd, "Please provide a net device name.\n");
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_NEWLINK, 0, (writer) =>
    writer.string(RDMA_NLDEV_ATTR_DEV_NAME, name).string(RDMA_NLDEV_ATTR_LINK_TYPE, type).string(RDMA_NLDEV_ATTR_NDEV_NAME, netdev),
  );
  return answers === null ? 1 : 0;
}

function linkDelete(rd: Rdma): Promise<number> {
  return forDevice(rd, async (device) => {
    if (!rd.words.atEnd) return await fail(rd, `Unknown parameter ${rd.words.word ?? ""}\n`);
    const answers = await ask(rd.tool, RDMA_NLDEV_CMD_DELLINK, 0, (writer) => writer.u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index));
    return answers === null ? 1 : 0;
  });
}
