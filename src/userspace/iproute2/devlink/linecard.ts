/** devlink lc: line cards. No driver of this emulator has one, so a listing never has an entry. */
import { DEVLINK_CMD_LINECARD_GET, DEVLINK_CMD_LINECARD_SET } from "../../../netlink/index.ts";
import { takeDevice, unknownCommand } from "./argv.ts";
import { change, list } from "./commands.ts";
import { type Devlink, help } from "./context.ts";
import { LC_HELP } from "./help.ts";

const show = list({ cmd: DEVLINK_CMD_LINECARD_GET, handle: takeDevice, optional: ["lc"] }, "lc", () => {});
const set = change({ cmd: DEVLINK_CMD_LINECARD_SET, handle: takeDevice, required: ["lc", "lcType"] });

/** devlink lc ... */
export async function cmdLinecard(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(LC_HELP)(dl);
  if (words.atEnd || words.take("show", "list")) return await show(dl);
  if (words.take("set")) return await set(dl);
  return await unknownCommand(dl);
}
