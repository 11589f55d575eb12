/** Models ethtool -l and -L (netlink/channels.c of ethtool 6.1). */
import * as uapi from "../../../netlink/index.ts";
import { change, number, question } from "./command.ts";
import { u32 } from "./parser.ts";

export const showChannels = question(uapi.ETHTOOL_MSG_CHANNELS_GET, (device, answer) => {
  const u32of = (attribute: number): string => number(answer, attribute);
  return `Channel parameters for ${device}:
Pre-set maximums:
RX:		${u32of(uapi.ETHTOOL_A_CHANNELS_RX_MAX)}
TX:		${u32of(uapi.ETHTOOL_A_CHANNELS_TX_MAX)}
Other:		${u32of(uapi.ETHTOOL_A_CHANNELS_OTHER_MAX)}
Combined:	${u32of(uapi.ETHTOOL_A_CHANNELS_COMBINED_MAX)}
Current hardware settings:
RX:		${u32of(uapi.ETHTOOL_A_CHANNELS_RX_COUNT)}
TX:		${u32of(uapi.ETHTOOL_A_CHANNELS_TX_COUNT)}
Other:		${u32of(uapi.ETHTOOL_A_CHANNELS_OTHER_COUNT)}
Combined:	${u32of(uapi.ETHTOOL_A_CHANNELS_COMBINED_COUNT)}
`;
});

export const setChannels = change(
  "-L",
  uapi.ETHTOOL_MSG_CHANNELS_SET,
  [
    u32("rx", uapi.ETHTOOL_A_CHANNELS_RX_COUNT),
    u32("tx", uapi.ETHTOOL_A_CHANNELS_TX_COUNT),
    u32("other", uapi.ETHTOOL_A_CHANNELS_OTHER_COUNT),
    u32("combined", uapi.ETHTOOL_A_CHANNELS_COMBINED_COUNT),
  ],
  1,
);
