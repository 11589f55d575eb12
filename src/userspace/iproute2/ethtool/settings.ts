/** Models ethtool's answer without an option (netlink/settings.c): what is told of a device's link. Left out: what no device here tells. */
import {
  ETHTOOL_A_LINKSTATE_LINK,
  ETHTOOL_MSG_DEBUG_GET,
  ETHTOOL_MSG_LINKINFO_GET,
  ETHTOOL_MSG_LINKMODES_GET,
  ETHTOOL_MSG_LINKSTATE_GET,
  ETHTOOL_MSG_WOL_GET,
} from "../../../netlink/index.ts";
import type { Command } from "./command.ts";
import { ask, openFamily } from "./request.ts";

/** Status if no answer had any data. */
const EXIT_NO_DATA = 75;

export const showSettings: Command = async ({ tool, device }) => {
  const family = await openFamily(tool);
  if (family === null) return 1;
  for (const cmd of [ETHTOOL_MSG_LINKMODES_GET, ETHTOOL_MSG_LINKINFO_GET, ETHTOOL_MSG_WOL_GET, ETHTOOL_MSG_DEBUG_GET]) {
    await ask(tool, family, cmd, device, { quiet: true });
  }
  const answer = await ask(tool, family, ETHTOOL_MSG_LINKSTATE_GET, device, { quiet: true });
  const link = answer?.u8(ETHTOOL_A_LINKSTATE_LINK);
  if (link !== undefined) {
    tool.out(`Settings for ${device}:\n\tLink detected: ${link === 0 ? "no" : "yes"}\n`);
    return 0;
  }
  tool.out("No data available\n");
  return EXIT_NO_DATA;
};
