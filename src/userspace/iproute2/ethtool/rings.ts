/** Models ethtool -g and -G (netlink/rings.c of ethtool 6.1). */
import * as uapi from "../../../netlink/index.ts";
import { change, number, onOff, question } from "./command.ts";
import { u8bool, u32 } from "./parser.ts";

/** enum ethtool_tcp_data_split */
const DATA_SPLIT = ["n/a", "off", "on"];

export const showRings = question(uapi.ETHTOOL_MSG_RINGS_GET, (device, answer) => {
  const u32of = (attribute: number): string => number(answer, attribute);
  return `Ring parameters for ${device}:
Pre-set maximums:
RX:		${u32of(uapi.ETHTOOL_A_RINGS_RX_MAX)}
RX Mini:	${u32of(uapi.ETHTOOL_A_RINGS_RX_MINI_MAX)}
RX Jumbo:	${u32of(uapi.ETHTOOL_A_RINGS_RX_JUMBO_MAX)}
TX:		${u32of(uapi.ETHTOOL_A_RINGS_TX_MAX)}
Current hardware settings:
RX:		${u32of(uapi.ETHTOOL_A_RINGS_RX)}
RX Mini:	${u32of(uapi.ETHTOOL_A_RINGS_RX_MINI)}
RX Jumbo:	${u32of(uapi.ETHTOOL_A_RINGS_RX_JUMBO)}
TX:		${u32of(uapi.ETHTOOL_A_RINGS_TX)}
RX Buf Len:		${u32of(uapi.ETHTOOL_A_RINGS_RX_BUF_LEN)}
CQE Size:		${u32of(uapi.ETHTOOL_A_RINGS_CQE_SIZE)}
TX Push:	${onOff(answer, uapi.ETHTOOL_A_RINGS_TX_PUSH)}
TCP data split:	${DATA_SPLIT[answer.u8(uapi.ETHTOOL_A_RINGS_TCP_DATA_SPLIT) ?? 0]}
`;
});

export const setRings = change(
  "-G",
  uapi.ETHTOOL_MSG_RINGS_SET,
  [
    u32("rx", uapi.ETHTOOL_A_RINGS_RX),
    u32("rx-mini", uapi.ETHTOOL_A_RINGS_RX_MINI),
    u32("rx-jumbo", uapi.ETHTOOL_A_RINGS_RX_JUMBO),
    u32("tx", uapi.ETHTOOL_A_RINGS_TX),
    u32("rx-buf-len", uapi.ETHTOOL_A_RINGS_RX_BUF_LEN),
    u32("cqe-size", uapi.ETHTOOL_A_RINGS_CQE_SIZE),
    u8bool("tx-push", uapi.ETHTOOL_A_RINGS_TX_PUSH),
  ],
  81,
);
