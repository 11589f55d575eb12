/**
 * devlink dpipe: tables of a device's packet pipeline. No driver of this emulator describes its pipeline, so requests are made
 * as the real program makes them and the kernel refuses them.
 */
import {
  DEVLINK_CMD_DPIPE_ENTRIES_GET,
  DEVLINK_CMD_DPIPE_HEADERS_GET,
  DEVLINK_CMD_DPIPE_TABLE_COUNTERS_SET,
  DEVLINK_CMD_DPIPE_TABLE_GET,
} from "../../../netlink/index.ts";
import { takeDevice, unknownCommand } from "./argv.ts";
import { type CommandSpec, change, parseCommand } from "./commands.ts";
import { ask, type Devlink, type DevlinkCommand, fail, help } from "./context.ts";
import { DPIPE_HELP } from "./help.ts";
import { putOptions } from "./options.ts";

const dpipeHelp = help(DPIPE_HELP);
const tableSet = change({ cmd: DEVLINK_CMD_DPIPE_TABLE_COUNTERS_SET, handle: takeDevice, required: ["dpipeName", "counters"] });
const tableShow = query("table", [DEVLINK_CMD_DPIPE_TABLE_GET], { handle: takeDevice, optional: ["dpipeName"] });
const tableDump = query("table_entry", [DEVLINK_CMD_DPIPE_TABLE_GET, DEVLINK_CMD_DPIPE_ENTRIES_GET], {
  handle: takeDevice,
  required: ["dpipeName"],
});
const headerShow = query("header", [], { handle: takeDevice });

/** devlink dpipe ... */
export async function cmdDpipe(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.atEnd || words.take("help")) return await dpipeHelp(dl);
  if (words.take("table")) return await table(dl);
  if (words.take("header")) return await header(dl);
  return await unknownCommand(dl);
}

async function table(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.atEnd || words.take("help")) return await dpipeHelp(dl);
  if (words.take("show")) return await tableShow(dl);
  if (words.take("set")) return await tableSet(dl);
  if (words.take("dump")) return await tableDump(dl);
  return await unknownCommand(dl);
}

async function header(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.atEnd || words.take("help")) return await dpipeHelp(dl);
  return words.take("show") ? await headerShow(dl) : await unknownCommand(dl);
}

/** Asks for the headers that everything else is described in, then for the rest. */
function query(section: string, cmds: readonly number[], spec: Omit<CommandSpec, "cmd">): DevlinkCommand {
  return async (dl) => {
    const parsed = await parseCommand(dl, spec);
    if (parsed === null) return 1;
    const { handle, options } = parsed;
    const headers = await ask(dl, DEVLINK_CMD_DPIPE_HEADERS_GET, handle, (writer) => putOptions(writer, options));
    // The error number that is named was overwritten before.
    if (!headers.ok) return await fail(dl, "error get headers Success\n");
    dl.printer.section(section);
    let ok = true;
    for (const cmd of cmds) if (ok) ({ ok } = await ask(dl, cmd, handle, (writer) => putOptions(writer, options)));
    dl.printer.sectionEnd();
    return ok ? 0 : 1;
  };
}
