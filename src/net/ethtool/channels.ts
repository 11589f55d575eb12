/**
 * Models net/ethtool/channels.c (v6.1): how many channels a device has. Left out: the table that spreads what is received
 * over them, and sockets of AF_XDP that are bound to one.
 */
import { EINVAL, EOPNOTSUPP } from "../../kernel/index.ts";
import {
  ETHTOOL_A_CHANNELS_COMBINED_COUNT,
  ETHTOOL_A_CHANNELS_COMBINED_MAX,
  ETHTOOL_A_CHANNELS_OTHER_COUNT,
  ETHTOOL_A_CHANNELS_OTHER_MAX,
  ETHTOOL_A_CHANNELS_RX_COUNT,
  ETHTOOL_A_CHANNELS_RX_MAX,
  ETHTOOL_A_CHANNELS_TX_COUNT,
  ETHTOOL_A_CHANNELS_TX_MAX,
  ETHTOOL_MSG_CHANNELS_GET,
  ETHTOOL_MSG_CHANNELS_GET_REPLY,
  ETHTOOL_MSG_CHANNELS_SET,
  NL_SET_ERR_MSG_ATTR,
} from "../../netlink/index.ts";
import { ethnl_ops_begin, type ethnl_request_ops, type ethnl_set_ops, Update } from "./request.ts";
import type { ethtool_channels } from "./structs.ts";

/** In the order in which the kernel writes and checks them. */
const KINDS = [
  { max: "max_rx", count: "rx_count", maxAttribute: ETHTOOL_A_CHANNELS_RX_MAX, countAttribute: ETHTOOL_A_CHANNELS_RX_COUNT },
  { max: "max_tx", count: "tx_count", maxAttribute: ETHTOOL_A_CHANNELS_TX_MAX, countAttribute: ETHTOOL_A_CHANNELS_TX_COUNT },
  { max: "max_other", count: "other_count", maxAttribute: ETHTOOL_A_CHANNELS_OTHER_MAX, countAttribute: ETHTOOL_A_CHANNELS_OTHER_COUNT },
  {
    max: "max_combined",
    count: "combined_count",
    maxAttribute: ETHTOOL_A_CHANNELS_COMBINED_MAX,
    countAttribute: ETHTOOL_A_CHANNELS_COMBINED_COUNT,
  },
] as const;

export const ethnl_channels_request_ops: ethnl_request_ops<ethtool_channels> = {
  request_cmd: ETHTOOL_MSG_CHANNELS_GET,
  reply_cmd: ETHTOOL_MSG_CHANNELS_GET_REPLY,
  prepare_data(caller, { dev }) {
    const current = caller.enter("channels_prepare_data");
    const { get_channels } = dev.ethtool_ops;
    if (get_channels === undefined) return -EOPNOTSUPP;
    const err = ethnl_ops_begin(current, dev);
    return err !== 0 ? err : get_channels(current, dev);
  },
  fill_reply(w, _req, channels) {
    for (const { max, count, maxAttribute, countAttribute } of KINDS) {
      if (channels[max] !== 0) w.u32(maxAttribute, channels[max]).u32(countAttribute, channels[count]);
    }
  },
};

export const ethnl_channels_set_ops: ethnl_set_ops = {
  request_cmd: ETHTOOL_MSG_CHANNELS_SET,
  name: "ethnl_set_channels",
  validate: ({ get_channels, set_channels }) => (get_channels === undefined || set_channels === undefined ? -EOPNOTSUPP : 0),
  set(current, dev, { attrs, nlhdr, extack }) {
    const { get_channels, set_channels } = dev.ethtool_ops;
    if (get_channels === undefined || set_channels === undefined) return -EOPNOTSUPP;
    const channels = get_channels(current, dev);
    const update = new Update(attrs);
    const before = channels.combined_count;
    for (const { count, countAttribute } of KINDS) channels[count] = update.u32(channels[count], countAttribute);
    if (!update.mod) return 0;
    const refuse = (attribute: number, text: string): number => {
      NL_SET_ERR_MSG_ATTR(extack, nlhdr, attrs.bytes(attribute), text);
      return -EINVAL;
    };
    const tooMany = KINDS.find(({ max, count }) => channels[count] > channels[max]);
    if (tooMany !== undefined && attrs.has(tooMany.countAttribute))
      return refuse(tooMany.countAttribute, "requested channel count exceeds maximum");
    if (channels.combined_count === 0 && (channels.rx_count === 0 || channels.tx_count === 0)) {
      const alone = channels.rx_count === 0 ? ETHTOOL_A_CHANNELS_RX_COUNT : ETHTOOL_A_CHANNELS_TX_COUNT;
      const blamed = before === channels.combined_count ? alone : ETHTOOL_A_CHANNELS_COMBINED_COUNT;
      return refuse(blamed, "requested channel counts would result in no RX or TX channel being configured");
    }
    return set_channels(current, dev, channels);
  },
};
