/** devlink trap: what a device does with packets that it cannot forward; traps, their groups, and the policers of groups. */
import {
  type Attributes,
  DEVLINK_ATTR_STATS,
  DEVLINK_ATTR_STATS_RX_BYTES,
  DEVLINK_ATTR_STATS_RX_DROPPED,
  DEVLINK_ATTR_STATS_RX_PACKETS,
  DEVLINK_ATTR_TRAP_ACTION,
  DEVLINK_ATTR_TRAP_GENERIC,
  DEVLINK_ATTR_TRAP_GROUP_NAME,
  DEVLINK_ATTR_TRAP_METADATA,
  DEVLINK_ATTR_TRAP_METADATA_TYPE_FA_COOKIE,
  DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT,
  DEVLINK_ATTR_TRAP_NAME,
  DEVLINK_ATTR_TRAP_POLICER_BURST,
  DEVLINK_ATTR_TRAP_POLICER_ID,
  DEVLINK_ATTR_TRAP_POLICER_RATE,
  DEVLINK_ATTR_TRAP_TYPE,
  DEVLINK_CMD_TRAP_GET,
  DEVLINK_CMD_TRAP_GROUP_GET,
  DEVLINK_CMD_TRAP_GROUP_SET,
  DEVLINK_CMD_TRAP_POLICER_GET,
  DEVLINK_CMD_TRAP_POLICER_SET,
  DEVLINK_CMD_TRAP_SET,
} from "../../../netlink/index.ts";
import { takeDevice, unknownCommand } from "./argv.ts";
import { change, list } from "./commands.ts";
import { type Devlink, type DevlinkCommand, handleOf, help } from "./context.ts";
import { TRAP_HELP } from "./help.ts";
import { nameIn, TRAP_ACTIONS, TRAP_TYPES } from "./names.ts";

/** Prints one object under its handle: in a listing, or alone as an event. */
type Print = (dl: Devlink, attributes: Attributes) => void;

/** How an event is printed. */
export const printTrap: Print = alone(trapFields);
export const printTrapGroup: Print = alone(groupFields);
export const printTrapPolicer: Print = alone(policerFields);

interface Commands {
  readonly show: DevlinkCommand;
  readonly set: DevlinkCommand;
}

const TRAP: Commands = {
  show: list({ cmd: DEVLINK_CMD_TRAP_GET, handle: takeDevice, required: ["trap"] }, "trap", grouped(trapFields)),
  set: change({ cmd: DEVLINK_CMD_TRAP_SET, handle: takeDevice, required: ["trap"], optional: ["trapAction"] }),
};
const GROUP: Commands = {
  show: list({ cmd: DEVLINK_CMD_TRAP_GROUP_GET, handle: takeDevice, required: ["group"] }, "trap_group", grouped(groupFields)),
  set: change({ cmd: DEVLINK_CMD_TRAP_GROUP_SET, handle: takeDevice, required: ["group"], optional: ["trapAction", "policer"] }),
};
const POLICER: Commands = {
  show: list({ cmd: DEVLINK_CMD_TRAP_POLICER_GET, handle: takeDevice, required: ["policer"] }, "trap_policer", grouped(policerFields)),
  set: change({ cmd: DEVLINK_CMD_TRAP_POLICER_SET, handle: takeDevice, required: ["policer"], optional: ["rate", "burst"] }),
};

/** devlink trap ... */
export async function cmdTrap(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(TRAP_HELP)(dl);
  if (words.atEnd || words.take("show", "list")) return await TRAP.show(dl);
  if (words.take("set")) return await TRAP.set(dl);
  if (words.take("group")) return await choose(dl, GROUP);
  if (words.take("policer")) return await choose(dl, POLICER);
  return await unknownCommand(dl);
}

async function choose(dl: Devlink, commands: Commands): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(TRAP_HELP)(dl);
  if (words.atEnd || words.take("show", "list")) return await commands.show(dl);
  if (words.take("set")) return await commands.set(dl);
  return await unknownCommand(dl);
}

function grouped(fields: Print): Print {
  return (dl, attributes) => {
    const handle = handleOf(attributes);
    if (handle === undefined) return;
    dl.printer.entry(handle);
    fields(dl, attributes);
    dl.printer.handleEnd();
  };
}

function alone(fields: Print): Print {
  return (dl, attributes) => {
    const handle = handleOf(attributes);
    if (handle === undefined) return;
    dl.printer.handle(handle);
    fields(dl, attributes);
    dl.printer.handleEnd();
  };
}

function trapFields(dl: Devlink, attributes: Attributes): void {
  const { printer } = dl;
  printer.field("name", attributes.string(DEVLINK_ATTR_TRAP_NAME) ?? "");
  printer.field("type", nameIn(TRAP_TYPES, attributes.u8(DEVLINK_ATTR_TRAP_TYPE) ?? -1) ?? "<unknown type>");
  printer.field("generic", attributes.has(DEVLINK_ATTR_TRAP_GENERIC));
  printer.field("action", nameIn(TRAP_ACTIONS, attributes.u8(DEVLINK_ATTR_TRAP_ACTION) ?? -1) ?? "<unknown action>");
  printer.field("group", attributes.string(DEVLINK_ATTR_TRAP_GROUP_NAME) ?? "");
  if (dl.verbose) printMetadata(dl, attributes);
  printStats(dl, attributes);
}

function printMetadata({ printer }: Devlink, attributes: Attributes): void {
  const metadata = attributes.nested(DEVLINK_ATTR_TRAP_METADATA);
  const known = [
    [DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT, "input_port"],
    [DEVLINK_ATTR_TRAP_METADATA_TYPE_FA_COOKIE, "flow_action_cookie"],
  ] as const;
  printer.words(
    "metadata",
    known.flatMap(([type, name]) => (metadata?.has(type) === true ? [name] : [])),
  );
}

function groupFields(dl: Devlink, attributes: Attributes): void {
  const { printer } = dl;
  printer.field("name", attributes.string(DEVLINK_ATTR_TRAP_GROUP_NAME) ?? "");
  printer.field("generic", attributes.has(DEVLINK_ATTR_TRAP_GENERIC));
  const policer = attributes.u32(DEVLINK_ATTR_TRAP_POLICER_ID);
  if (policer !== undefined) printer.field("policer", policer);
  printStats(dl, attributes);
}

function policerFields(dl: Devlink, attributes: Attributes): void {
  const { printer } = dl;
  printer.field("policer", attributes.u32(DEVLINK_ATTR_TRAP_POLICER_ID) ?? 0);
  printer.field("rate", attributes.u64(DEVLINK_ATTR_TRAP_POLICER_RATE) ?? 0);
  printer.field("burst", attributes.u64(DEVLINK_ATTR_TRAP_POLICER_BURST) ?? 0);
  printStats(dl, attributes);
}

function printStats({ printer, stats: wanted }: Devlink, attributes: Attributes): void {
  const stats = attributes.nested(DEVLINK_ATTR_STATS);
  if (!wanted || stats === undefined) return;
  printer.object("stats");
  printer.object("rx");
  for (const [name, attr] of [
    ["bytes", DEVLINK_ATTR_STATS_RX_BYTES],
    ["packets", DEVLINK_ATTR_STATS_RX_PACKETS],
    ["dropped", DEVLINK_ATTR_STATS_RX_DROPPED],
  ] as const) {
    const value = stats.u64(attr);
    if (value !== undefined) printer.field(name, value);
  }
  printer.objectEnd();
  printer.objectEnd();
}
