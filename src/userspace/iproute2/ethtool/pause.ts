/** Models ethtool -a and -A (netlink/pause.c of ethtool 6.1). Left out: what was negotiated, which no device here does. */
import {
  type Attributes,
  ETHTOOL_A_PAUSE_AUTONEG,
  ETHTOOL_A_PAUSE_RX,
  ETHTOOL_A_PAUSE_STAT_RX_FRAMES,
  ETHTOOL_A_PAUSE_STAT_TX_FRAMES,
  ETHTOOL_A_PAUSE_STATS,
  ETHTOOL_A_PAUSE_TX,
  ETHTOOL_FLAG_STATS,
  ETHTOOL_MSG_PAUSE_GET,
  ETHTOOL_MSG_PAUSE_SET,
} from "../../../netlink/index.ts";
import { Output } from "../output.ts";
import { type Command, change, onOff, unexpected } from "./command.ts";
import { u8bool } from "./parser.ts";
import { ask, openFamily } from "./request.ts";

export const showPause: Command = async (invocation) => {
  if (await unexpected(invocation)) return 1;
  const { tool, device, json, statistics } = invocation;
  const output = new Output((text) => tool.out(text), { json, pretty: true });
  const family = await openFamily(tool);
  output.openArray();
  const flags = statistics ? ETHTOOL_FLAG_STATS : 0;
  const answer = family === null ? null : await ask(tool, family, ETHTOOL_MSG_PAUSE_GET, device, { flags });
  if (answer !== null) print(output, device, answer);
  output.closeArray();
  output.finish();
  return answer === null ? 1 : 0;
};

function print(output: Output, device: string, answer: Attributes): void {
  output.openObject();
  output.field("ifname", `Pause parameters for ${device}:\n`, device);
  const bool = (key: string, label: string, attribute: number): void => {
    output.text(`${label}${onOff(answer, attribute)}\n`);
    const value = answer.u8(attribute);
    if (value !== undefined) output.jsonField(key, value !== 0);
  };
  bool("autonegotiate", "Autonegotiate:\t", ETHTOOL_A_PAUSE_AUTONEG);
  bool("rx", "RX:\t\t", ETHTOOL_A_PAUSE_RX);
  bool("tx", "TX:\t\t", ETHTOOL_A_PAUSE_TX);
  const statistics = answer.nested(ETHTOOL_A_PAUSE_STATS);
  if (statistics !== undefined) printStatistics(output, statistics);
  output.text("\n");
  output.closeObject();
}

function printStatistics(output: Output, statistics: Attributes): void {
  output.openObject("statistics");
  let heading = "Statistics:\n";
  for (const [name, attribute] of [
    ["tx_pause_frames", ETHTOOL_A_PAUSE_STAT_TX_FRAMES],
    ["rx_pause_frames", ETHTOOL_A_PAUSE_STAT_RX_FRAMES],
  ] as const) {
    const value = statistics.u64(attribute);
    if (value === undefined) continue;
    output.text(heading);
    heading = "";
    output.field(name, `  ${name}: ${value}\n`, value);
  }
  output.closeObject();
}

export const setPause = change(
  "-A",
  ETHTOOL_MSG_PAUSE_SET,
  [u8bool("autoneg", ETHTOOL_A_PAUSE_AUTONEG), u8bool("rx", ETHTOOL_A_PAUSE_RX), u8bool("tx", ETHTOOL_A_PAUSE_TX)],
  76,
);
