/**
 * rdma resource show: how many objects of each sort a device has, and the list of one sort. Left out of the lists: what only
 * objects of user programs have (a pid, a context), and the driver's details (-dd).
 */
import {
  Attributes,
  NLM_F_DUMP,
  RDMA_NLDEV_ATTR_DEV_INDEX,
  RDMA_NLDEV_ATTR_DEV_NAME,
  RDMA_NLDEV_ATTR_PORT_INDEX,
  RDMA_NLDEV_ATTR_RES_SUMMARY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME,
  RDMA_NLDEV_CMD_RES_GET,
} from "../../../netlink/index.ts";
import { ask, execute, fail, forDevices, forLinks, help, type Rdma, type RdmaDevice } from "./context.ts";
import { Filters } from "./filters.ts";
import { RESOURCE_HELP } from "./help.ts";
import { type Field, OBJECTS, type ResourceObject } from "./resource-objects.ts";

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
  const { rest } = rd.words;
  const all = (): Promise<number> => forDevices(rd, (device) => showSummary(rd, device));
  if (rest.length === 1 && rd.devices.some(({ name }) => name === rest[0])) return all();
  const objects = OBJECTS.map((object) => [object.name, () => showObjects(rd, object)] as const);
  return execute(rd, all, objects, "parameter");
}

async function showSummary(rd: Rdma, device: RdmaDevice): Promise<number> {
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

/** The list of one sort: of all devices, or of what stands behind `dev` or `link`. */
async function showObjects(rd: Rdma, object: ResourceObject): Promise<number> {
  const filters = Filters.parse(rd.words, object.filters);
  if (typeof filters === "string") return await fail(rd, filters);
  while (!rd.words.atEnd && !rd.words.take("dev", "link")) rd.words.next();
  if (object.perLink) return await forLinks(rd, (device, port) => showList(rd, object, filters, device, port), false);
  return await forDevices(rd, (device) => showList(rd, object, filters, device, 0));
}

async function showList(rd: Rdma, object: ResourceObject, filters: Filters, device: RdmaDevice, port: number): Promise<number> {
  const command = rd.raw ? (object.rawCommand ?? object.command) : object.command;
  const answers = await ask(rd.tool, command, NLM_F_DUMP, (writer) => {
    writer.u32(RDMA_NLDEV_ATTR_DEV_INDEX, device.index);
    if (port !== 0) writer.u32(RDMA_NLDEV_ATTR_PORT_INDEX, port);
  });
  for (const attributes of answers ?? []) {
    for (const bytes of attributes.nested(object.list)?.all(object.entry) ?? []) {
      const entry = Attributes.parse(bytes);
      // Without a port the real program asks for all objects, and shows those of no port.
      if (entry === null || (object.perLink && (entry.u32(RDMA_NLDEV_ATTR_PORT_INDEX) ?? 0) !== port)) continue;
      const fields = object.fields(entry);
      const values = new Map(fields.flatMap(({ key, value }) => (typeof value === "boolean" ? [] : [[key, value] as const])));
      if (filters.accept(values, object.filters)) printEntry(rd, object, device, port, fields);
    }
  }
  return answers === null ? 1 : 0;
}

function printEntry(rd: Rdma, object: ResourceObject, device: RdmaDevice, port: number, fields: readonly Field[]): void {
  const { output } = rd;
  output.openObject();
  output.jsonField("ifindex", device.index);
  output.field("ifname", object.perLink ? `link ${device.name}/` : `dev ${device.name} `, device.name);
  if (object.perLink) output.field("port", `${port} `, port);
  for (const { key, value, text } of fields) output.field(key, `${key} ${text ?? value} `, value);
  output.text("\n");
  output.closeObject();
}
