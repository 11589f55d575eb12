/** Models ethtool -c and -C (netlink/coalesce.c of ethtool 6.1). Left out: parameters that later kernels have. */
import * as uapi from "../../../netlink/index.ts";
import { change, number, onOff, question } from "./command.ts";
import { u8bool, u32 } from "./parser.ts";

/** What is shown, in groups, each with an empty line behind it: its label, and its name on the command line if that is another. */
const GROUPS: readonly (readonly (readonly [number, string, string?])[])[] = [
  [
    [uapi.ETHTOOL_A_COALESCE_STATS_BLOCK_USECS, "stats-block-usecs"],
    [uapi.ETHTOOL_A_COALESCE_RATE_SAMPLE_INTERVAL, "sample-interval"],
    [uapi.ETHTOOL_A_COALESCE_PKT_RATE_LOW, "pkt-rate-low"],
    [uapi.ETHTOOL_A_COALESCE_PKT_RATE_HIGH, "pkt-rate-high"],
  ],
  [
    [uapi.ETHTOOL_A_COALESCE_RX_USECS, "rx-usecs"],
    [uapi.ETHTOOL_A_COALESCE_RX_MAX_FRAMES, "rx-frames"],
    [uapi.ETHTOOL_A_COALESCE_RX_USECS_IRQ, "rx-usecs-irq"],
    [uapi.ETHTOOL_A_COALESCE_RX_MAX_FRAMES_IRQ, "rx-frames-irq"],
  ],
  [
    [uapi.ETHTOOL_A_COALESCE_TX_USECS, "tx-usecs"],
    [uapi.ETHTOOL_A_COALESCE_TX_MAX_FRAMES, "tx-frames"],
    [uapi.ETHTOOL_A_COALESCE_TX_USECS_IRQ, "tx-usecs-irq"],
    [uapi.ETHTOOL_A_COALESCE_TX_MAX_FRAMES_IRQ, "tx-frames-irq"],
  ],
  [
    [uapi.ETHTOOL_A_COALESCE_RX_USECS_LOW, "rx-usecs-low"],
    [uapi.ETHTOOL_A_COALESCE_RX_MAX_FRAMES_LOW, "rx-frame-low", "rx-frames-low"],
    [uapi.ETHTOOL_A_COALESCE_TX_USECS_LOW, "tx-usecs-low"],
    [uapi.ETHTOOL_A_COALESCE_TX_MAX_FRAMES_LOW, "tx-frame-low", "tx-frames-low"],
  ],
  [
    [uapi.ETHTOOL_A_COALESCE_RX_USECS_HIGH, "rx-usecs-high"],
    [uapi.ETHTOOL_A_COALESCE_RX_MAX_FRAMES_HIGH, "rx-frame-high", "rx-frames-high"],
    [uapi.ETHTOOL_A_COALESCE_TX_USECS_HIGH, "tx-usecs-high"],
    [uapi.ETHTOOL_A_COALESCE_TX_MAX_FRAMES_HIGH, "tx-frame-high", "tx-frames-high"],
  ],
];

export const showCoalesce = question(uapi.ETHTOOL_MSG_COALESCE_GET, (device, answer) => {
  const bool = (attribute: number): string => onOff(answer, attribute);
  const groups = GROUPS.map((group) => group.map(([attribute, label]) => `${label}: ${number(answer, attribute)}\n`).join(""));
  return `Coalesce parameters for ${device}:
Adaptive RX: ${bool(uapi.ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX)}  TX: ${bool(uapi.ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX)}
${groups.join("\n")}
CQE mode RX: ${bool(uapi.ETHTOOL_A_COALESCE_USE_CQE_MODE_RX)}  TX: ${bool(uapi.ETHTOOL_A_COALESCE_USE_CQE_MODE_TX)}

`;
});

export const setCoalesce = change(
  "-C",
  uapi.ETHTOOL_MSG_COALESCE_SET,
  [
    u8bool("adaptive-rx", uapi.ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX),
    u8bool("adaptive-tx", uapi.ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX),
    ...GROUPS.flat().map(([attribute, label, name = label]) => u32(name, attribute)),
    u8bool("cqe-mode-rx", uapi.ETHTOOL_A_COALESCE_USE_CQE_MODE_RX),
    u8bool("cqe-mode-tx", uapi.ETHTOOL_A_COALESCE_USE_CQE_MODE_TX),
  ],
  1,
);
