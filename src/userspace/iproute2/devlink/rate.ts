/** devlink port function rate: limits of what a function may send, of one port (a leaf) or of several (a node). */
import {
  type Attributes,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_ATTR_RATE_NODE_NAME,
  DEVLINK_ATTR_RATE_PARENT_NODE_NAME,
  DEVLINK_ATTR_RATE_TX_MAX,
  DEVLINK_ATTR_RATE_TX_SHARE,
  DEVLINK_ATTR_RATE_TYPE,
  DEVLINK_CMD_RATE_DEL,
  DEVLINK_CMD_RATE_GET,
  DEVLINK_CMD_RATE_NEW,
  DEVLINK_CMD_RATE_SET,
} from "../../../netlink/index.ts";
import { takeNode, takeNodeOrPort, unknownCommand } from "./argv.ts";
import { change, list, parseCommand } from "./commands.ts";
import { ask, type Devlink, fail, handleOf, help } from "./context.ts";
import { RATE_HELP } from "./help.ts";
import { nameIn, RATE_TYPES } from "./names.ts";
import { putOptions } from "./options.ts";
import { formatRate } from "./rate-value.ts";

const SHARE_TOO_LARGE = "Invalid. Expected tx_share <= tx_max or tx_share == 0.\n";

const show = list({ cmd: DEVLINK_CMD_RATE_GET, handle: takeNodeOrPort }, "rate", printRate);
const del = change({ cmd: DEVLINK_CMD_RATE_DEL, handle: takeNode });

/** devlink port function rate ... */
export async function cmdRate(dl: Devlink): Promise<number> {
  const { words } = dl;
  if (words.take("help")) return await help(RATE_HELP)(dl);
  if (words.atEnd || words.take("show", "list")) return await show(dl);
  if (words.take("add")) return await add(dl);
  if (words.take("del")) return await del(dl);
  if (words.take("set")) return await set(dl);
  return await unknownCommand(dl);
}

const VALUES = ["txShare", "txMax", "parent"] as const;

/** A share that is larger than the maximum; either may be absent, which is no limit. */
function isShareTooLarge(share = 0n, max = 0n): boolean {
  return max !== 0n && share > max;
}

async function add(dl: Devlink): Promise<number> {
  const parsed = await parseCommand(dl, { handle: takeNode, optional: VALUES });
  if (parsed === null) return 1;
  const { handle, options } = parsed;
  if (isShareTooLarge(options.txShare, options.txMax)) return await fail(dl, SHARE_TOO_LARGE);
  const { ok } = await ask(dl, DEVLINK_CMD_RATE_NEW, handle, (writer) => putOptions(writer, options));
  return ok ? 0 : 1;
}

/** Where only one of the two limits is given, the other one is asked for first. */
async function set(dl: Devlink): Promise<number> {
  const parsed = await parseCommand(dl, { handle: takeNodeOrPort, optional: VALUES });
  if (parsed === null) return 1;
  const { handle, options } = parsed;
  if (options.txShare !== undefined || options.txMax !== undefined) {
    const now = await ask(dl, DEVLINK_CMD_RATE_GET, handle, () => {});
    if (!now.ok) return 1;
    const [answer] = now.answers;
    const share = options.txShare ?? answer?.u64(DEVLINK_ATTR_RATE_TX_SHARE);
    const max = options.txMax ?? answer?.u64(DEVLINK_ATTR_RATE_TX_MAX);
    if (isShareTooLarge(share, max)) return await fail(dl, SHARE_TOO_LARGE);
  }
  const { ok } = await ask(dl, DEVLINK_CMD_RATE_SET, handle, (writer) => putOptions(writer, options));
  return ok ? 0 : 1;
}

function printRate({ printer, iec }: Devlink, attributes: Attributes): void {
  const device = handleOf(attributes);
  if (device === undefined) return;
  const node = attributes.string(DEVLINK_ATTR_RATE_NODE_NAME);
  printer.handle(attributes.has(DEVLINK_ATTR_PORT_INDEX) || node === undefined ? device : `${device}/${node}`);
  printer.field("type", nameIn(RATE_TYPES, attributes.u16(DEVLINK_ATTR_RATE_TYPE) ?? -1) ?? "<unknown type>");
  for (const [name, attr] of [
    ["tx_share", DEVLINK_ATTR_RATE_TX_SHARE],
    ["tx_max", DEVLINK_ATTR_RATE_TX_MAX],
  ] as const) {
    const value = attributes.u64(attr);
    if (value !== undefined && value !== 0n) printer.shownField(name, formatRate(value, iec), value);
  }
  const parent = attributes.string(DEVLINK_ATTR_RATE_PARENT_NODE_NAME);
  if (parent !== undefined) printer.field("parent", parent);
  printer.handleEnd();
}
