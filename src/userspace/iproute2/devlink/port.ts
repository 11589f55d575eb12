/** devlink port: show, set, split, functions, ports of one's own. */
import {
  type Attributes,
  DEVLINK_ATTR_PORT_CONTROLLER_NUMBER,
  DEVLINK_ATTR_PORT_EXTERNAL,
  DEVLINK_ATTR_PORT_FLAVOUR,
  DEVLINK_ATTR_PORT_FUNCTION,
  DEVLINK_ATTR_PORT_IBDEV_NAME,
  DEVLINK_ATTR_PORT_NETDEV_NAME,
  DEVLINK_ATTR_PORT_NUMBER,
  DEVLINK_ATTR_PORT_PCI_PF_NUMBER,
  DEVLINK_ATTR_PORT_PCI_VF_NUMBER,
  DEVLINK_ATTR_PORT_SPLITTABLE,
  DEVLINK_ATTR_PORT_TYPE,
  DEVLINK_CMD_PORT_DEL,
  DEVLINK_CMD_PORT_GET,
  DEVLINK_CMD_PORT_NEW,
  DEVLINK_CMD_PORT_SET,
  DEVLINK_CMD_PORT_SPLIT,
  DEVLINK_CMD_PORT_UNSPLIT,
  DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR,
} from "../../../netlink/index.ts";
import type { JsonValue } from "../json-writer.ts";
import type { Output } from "../output.ts";
import { takeAllOrOne, takeDeviceOrPort, takePort, unknownCommand } from "./argv.ts";
import { change } from "./commands.ts";
import { ask, type Devlink, handleOf, help, section } from "./context.ts";
import { cmdPortHealth } from "./health.ts";
import { FUNCTION_HELP, PORT_ADD_HELP, PORT_DEL_HELP, PORT_HELP } from "./help.ts";
import { portParam } from "./param.ts";
import { cmdRate } from "./rate.ts";

const TYPES = ["notset", "auto", "eth", "ib"];
const FLAVOURS = ["physical", "cpu", "dsa", "pcipf", "pcivf", "virtual", "unused", "pcisf"];

const set = change({ cmd: DEVLINK_CMD_PORT_SET, handle: takePort, required: ["portType"] });
const split = change({ cmd: DEVLINK_CMD_PORT_SPLIT, handle: takePort, required: ["count"] });
const unsplit = change({ cmd: DEVLINK_CMD_PORT_UNSPLIT, handle: takePort });
const functionSet = change({ cmd: DEVLINK_CMD_PORT_SET, handle: takePort, optional: ["hwAddr", "state"] });
const add = change({
  cmd: DEVLINK_CMD_PORT_NEW,
  handle: takeDeviceOrPort,
  required: ["flavour", "pfnum"],
  optional: ["sfnum", "controller"],
});
const del = change({ cmd: DEVLINK_CMD_PORT_DEL, handle: takePort });

/** devlink port ... */
export async function cmdPort(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(PORT_HELP)(dl);
  if (words.atEnd || words.take("show", "list")) return await portShow(dl);
  if (words.take("set")) return await set(dl);
  if (words.take("split")) return await split(dl);
  if (words.take("unsplit")) return await unsplit(dl);
  if (words.take("param")) return await portParam(dl);
  if (words.take("function")) return await portFunction(dl);
  if (words.take("health")) return await cmdPortHealth(dl);
  if (words.take("add")) return words.atEnd || words.take("help") ? await help(PORT_ADD_HELP)(dl) : await add(dl);
  if (words.take("del")) return words.atEnd || words.take("help") ? await help(PORT_DEL_HELP)(dl) : await del(dl);
  return await unknownCommand(dl);
}

/** devlink port function ... */
async function portFunction(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.atEnd || words.take("help")) return await help(FUNCTION_HELP)(dl);
  if (words.take("set")) return words.atEnd ? await help(FUNCTION_HELP)(dl) : await functionSet(dl);
  if (words.take("rate")) return await cmdRate(dl);
  return await unknownCommand(dl);
}

async function portShow(dl: Devlink): Promise<number> {
  const handle = await takeAllOrOne(dl, takePort);
  if (handle === undefined) return 1;
  return await section(dl, "port", async () => {
    const { ok, answers } = await ask(dl, DEVLINK_CMD_PORT_GET, handle);
    for (const attributes of answers) printPort(dl.output, attributes);
    return ok;
  });
}

/** One port, on one line. */
export function printPort(output: Output, attributes: Attributes): void {
  const handle = handleOf(attributes);
  if (handle === undefined) return;
  output.openObject(handle);
  output.text(`${handle}: `);
  portFields(attributes).forEach(([key, value], i) => {
    output.field(key, `${i > 0 ? " " : ""}${key} ${value}`, value);
  });
  printFunction(output, attributes);
  output.text("\n");
  output.closeObject();
}

/** The function behind the port, on lines of its own. */
function printFunction(output: Output, attributes: Attributes): void {
  const fn = attributes.nested(DEVLINK_ATTR_PORT_FUNCTION);
  if (fn === undefined) return;
  output.openObject("function");
  output.text("\n  function:");
  const address = fn.bytes(DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR);
  const text = [...(address ?? [])].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
  if (address !== undefined) output.field("hw_addr", `\n    hw_addr ${text}`, text);
  output.closeObject();
}

function portFields(attributes: Attributes): (readonly [string, JsonValue])[] {
  const type = attributes.u16(DEVLINK_ATTR_PORT_TYPE);
  const flavour = attributes.u16(DEVLINK_ATTR_PORT_FLAVOUR);
  const external = attributes.u8(DEVLINK_ATTR_PORT_EXTERNAL);
  const splittable = attributes.u8(DEVLINK_ATTR_PORT_SPLITTABLE);
  const fields: (readonly [string, JsonValue | undefined])[] = [
    ["type", type === undefined ? undefined : (TYPES[type] ?? "<unknown type>")],
    ["netdev", attributes.string(DEVLINK_ATTR_PORT_NETDEV_NAME)],
    ["ibdev", attributes.string(DEVLINK_ATTR_PORT_IBDEV_NAME)],
    ["flavour", flavour === undefined ? undefined : (FLAVOURS[flavour] ?? "<unknown flavour>")],
    ["port", attributes.u32(DEVLINK_ATTR_PORT_NUMBER)],
    ["controller", attributes.u32(DEVLINK_ATTR_PORT_CONTROLLER_NUMBER)],
    ["pfnum", attributes.u16(DEVLINK_ATTR_PORT_PCI_PF_NUMBER)],
    ["vfnum", attributes.u16(DEVLINK_ATTR_PORT_PCI_VF_NUMBER)],
    ["external", external === undefined ? undefined : external !== 0],
    ["splittable", splittable === undefined ? undefined : splittable !== 0],
  ];
  return fields.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}
