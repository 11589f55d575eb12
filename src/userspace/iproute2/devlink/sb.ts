/**
 * devlink sb: shared buffers. No driver of this emulator has one, so a listing never has an entry; requests are made, and
 * refused by the kernel, as the real program makes them.
 */
import {
  DEVLINK_CMD_SB_GET,
  DEVLINK_CMD_SB_OCC_MAX_CLEAR,
  DEVLINK_CMD_SB_OCC_SNAPSHOT,
  DEVLINK_CMD_SB_POOL_GET,
  DEVLINK_CMD_SB_POOL_SET,
  DEVLINK_CMD_SB_PORT_POOL_GET,
  DEVLINK_CMD_SB_PORT_POOL_SET,
  DEVLINK_CMD_SB_TC_POOL_BIND_GET,
  DEVLINK_CMD_SB_TC_POOL_BIND_SET,
} from "../../../netlink/index.ts";
import { takeDevice, takeDeviceOrPort, takePort, unknownCommand } from "./argv.ts";
import { change, list, parseCommand } from "./commands.ts";
import { ask, type Devlink, type DevlinkCommand, help } from "./context.ts";
import { SB_HELP } from "./help.ts";
import { putOptions } from "./options.ts";

const sbHelp = help(SB_HELP);
const nothing = (): void => {};

const show = list({ cmd: DEVLINK_CMD_SB_GET, handle: takeDevice, optional: ["sb"] }, "sb", nothing);
const poolShow = list({ cmd: DEVLINK_CMD_SB_POOL_GET, handle: takeDevice, required: ["pool"], optional: ["sb"] }, "pool", nothing);
const poolSet = change({ cmd: DEVLINK_CMD_SB_POOL_SET, handle: takeDevice, required: ["pool", "sbSize", "thtype"], optional: ["sb"] });
const portPoolSet = change({ cmd: DEVLINK_CMD_SB_PORT_POOL_SET, handle: takePort, required: ["pool", "th"], optional: ["sb"] });
const bindShow = list(
  { cmd: DEVLINK_CMD_SB_TC_POOL_BIND_GET, handle: takePort, required: ["tc", "sbType"], optional: ["sb"] },
  "tc_bind",
  nothing,
);
const bindSet = change({
  cmd: DEVLINK_CMD_SB_TC_POOL_BIND_SET,
  handle: takePort,
  required: ["tc", "sbType", "pool", "th"],
  optional: ["sb"],
});
const snapshot = change({ cmd: DEVLINK_CMD_SB_OCC_SNAPSHOT, handle: takeDevice, optional: ["sb"] });
const clearmax = change({ cmd: DEVLINK_CMD_SB_OCC_MAX_CLEAR, handle: takeDevice, optional: ["sb"] });

/** devlink sb ... */
export async function cmdSb(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await sbHelp(dl);
  if (words.atEnd || words.take("show", "list")) return await show(dl);
  if (words.take("pool")) return await showOrSet(dl, poolShow, poolSet);
  if (words.take("port")) return await below(dl, "pool", (rest) => showOrSet(rest, portPoolShow, portPoolSet));
  if (words.take("tc")) return await below(dl, "bind", (rest) => showOrSet(rest, bindShow, bindSet));
  if (words.take("occupancy")) return await occupancy(dl);
  return await unknownCommand(dl);
}

async function showOrSet(dl: Devlink, showCommand: DevlinkCommand, setCommand: DevlinkCommand): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await sbHelp(dl);
  if (words.atEnd || words.take("show", "list")) return await showCommand(dl);
  if (words.take("set")) return await setCommand(dl);
  return await unknownCommand(dl);
}

/** An object that has one further object only. */
async function below(dl: Devlink, word: string, command: DevlinkCommand): Promise<number> {
  const { words } = dl;
  if (words.atEnd || words.take("help")) return await sbHelp(dl);
  return words.take(word) ? await command(dl) : await unknownCommand(dl);
}

/** The real program forgets the kernel's error here, but not an error of its own. */
async function portPoolShow(dl: Devlink): Promise<number> {
  const all = dl.words.atEnd;
  const parsed = all ? null : await parseCommand(dl, { handle: takePort, required: ["pool"], optional: ["sb"] });
  if (!all && parsed === null) return 1;
  dl.printer.section("port_pool");
  if (parsed === null) await ask(dl, DEVLINK_CMD_SB_PORT_POOL_GET, null);
  else await ask(dl, DEVLINK_CMD_SB_PORT_POOL_GET, parsed.handle, (writer) => putOptions(writer, parsed.options));
  dl.printer.sectionEnd();
  return 0;
}

async function occupancy(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.atEnd || words.take("help")) return await sbHelp(dl);
  if (words.take("show", "list")) return await occupancyShow(dl);
  if (words.take("snapshot")) return await snapshot(dl);
  if (words.take("clearmax")) return await clearmax(dl);
  return await unknownCommand(dl);
}

/** Gathers all pools, then all bindings, of all devices. */
async function occupancyShow(dl: Devlink): Promise<number> {
  if ((await parseCommand(dl, { handle: takeDeviceOrPort, optional: ["sb"] })) === null) return 1;
  if (!(await ask(dl, DEVLINK_CMD_SB_PORT_POOL_GET, null)).ok) return 1;
  if (!(await ask(dl, DEVLINK_CMD_SB_TC_POOL_BIND_GET, null)).ok) return 1;
  dl.printer.section("occupancy");
  dl.printer.sectionEnd();
  return 0;
}
