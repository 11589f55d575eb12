/** How often a device was reloaded, by action and limit, from here and by others. */
import {
  Attributes,
  DEVLINK_ATTR_RELOAD_ACTION,
  DEVLINK_ATTR_RELOAD_ACTION_INFO,
  DEVLINK_ATTR_RELOAD_ACTION_STATS,
  DEVLINK_ATTR_RELOAD_STATS,
  DEVLINK_ATTR_RELOAD_STATS_ENTRY,
  DEVLINK_ATTR_RELOAD_STATS_LIMIT,
  DEVLINK_ATTR_RELOAD_STATS_VALUE,
  DEVLINK_ATTR_REMOTE_RELOAD_STATS,
  DEVLINK_RELOAD_LIMIT_NO_RESET,
  DEVLINK_RELOAD_LIMIT_UNSPEC,
} from "../../../netlink/index.ts";
import type { Output } from "../output.ts";
import { nameIn, RELOAD_ACTIONS } from "./names.ts";

const LIMIT_NAMES: ReadonlyMap<string, number> = new Map([
  ["unspecified", DEVLINK_RELOAD_LIMIT_UNSPEC],
  ["no_reset", DEVLINK_RELOAD_LIMIT_NO_RESET],
]);

export function printReloadStats(output: Output, stats: Attributes): void {
  output.openObject("stats");
  output.text("  stats:\n");
  const tables = [
    ["reload", stats.nested(DEVLINK_ATTR_RELOAD_STATS)],
    ["remote_reload", stats.nested(DEVLINK_ATTR_REMOTE_RELOAD_STATS)],
  ] as const;
  for (const [name, table] of tables) {
    if (table === undefined) continue;
    output.openObject(name);
    output.text(`      ${name}:\n`);
    for (const info of table.all(DEVLINK_ATTR_RELOAD_ACTION_INFO)) printAction(output, Attributes.parse(info));
    output.closeObject();
  }
  output.closeObject();
}

function printAction(output: Output, info: Attributes | null): void {
  const action = nameIn(RELOAD_ACTIONS, info?.u8(DEVLINK_ATTR_RELOAD_ACTION) ?? -1) ?? "<unknown reload action>";
  output.openObject(action);
  output.text(`          ${action}:\n           `);
  for (const bytes of info?.nested(DEVLINK_ATTR_RELOAD_ACTION_STATS)?.all(DEVLINK_ATTR_RELOAD_STATS_ENTRY) ?? []) {
    const entry = Attributes.parse(bytes);
    const limit = nameIn(LIMIT_NAMES, entry?.u8(DEVLINK_ATTR_RELOAD_STATS_LIMIT) ?? -1) ?? "<unknown reload limit>";
    const value = entry?.u32(DEVLINK_ATTR_RELOAD_STATS_VALUE) ?? 0;
    output.field(limit, ` ${limit} ${value}`, value);
  }
  output.text("\n");
  output.closeObject();
}
