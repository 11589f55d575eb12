/** rdma resource show: how many objects of each sort a device has. Left out, and refused: lists of single objects. */
import {
  Attributes,
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_RES_SUMMARY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME,
  RDMA_NLDEV_CMD_RES_GET,
} from "../../../netlink/index.ts";
import { ask, execute, forDevices, help, type Rdma, type RdmaDevice } from "./context.ts";
import { RESOURCE_HELP } from "./help.ts";

const OBJECTS = ["qp", "cm_id", "cq", "mr", "pd", "ctx", "srq"];

/** rdma resource ... */
export function cmdResource(rd: Rdma): Promise<number> {
  const table = [
    ["show", resourceShow],
    ["list", resourceShow],
    ["help", help(RESOURCE_HELP)],
  ] as const;
  return execute(rd, resourceShow, table, "resource command");
}

function resourceShow(rd: Rdma): Promise<number> {
  const object = rd.words.word;
  if (object !== undefined && OBJECTS.includes(object)) return rd.tool.notModelled(`command "resource show ${object}"`);
  return forDevices(rd, (device) => execute(rd, () => showDevice(rd, device), [], "parameter"));
}

async function showDevice(rd: Rdma, device: RdmaDevice): Promise<number> {
  const answers = await ask(rd.tool, RDMA_NLDEV_CMD_RES_GET, 0, (writer) => writer.u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index));
  for (const attributes of answers ?? []) printSummary(rd, attributes);
  return answers === null ? 1 : 0;
}

function printSummary(rd: Rdma, attributes: Attributes): void {
  const { output } = rd;
  const [index, name] = [attributes.u32(RDMA_NLDEV_ATTR_DEV_INDEX), attributes.string(RDMA_NLDEV_ATTR_DEV_NAME)];
  const summary = attributes.nested(RDMA_NLDEV_ATTR_RES_SUMMARY);
  if (index === undefined || name === undefined || summary === undefined) return;
  output.openObject();
  output.field("ifindex", `${index}: `, index);
  output.field("ifname", `${name}: `, name);
  for (const bytes of summary.all(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY)) {
    const entry = Attributes.parse(bytes);
    const object = entry?.string(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME);
    const count = entry?.u64(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR);
    if (object !== undefined && count !== undefined) output.field(object, `${object} ${count} `, count);
  }
  output.text("\n");
  output.closeObject();
}
