/** Models net/ethtool/pause.c (v6.1): whether a device stops its peer, or is stopped by it, with pause frames. */
import { EOPNOTSUPP } from "../../kernel/index.ts";
import {
  ETHTOOL_A_PAUSE_AUTONEG,
  ETHTOOL_A_PAUSE_RX,
  ETHTOOL_A_PAUSE_STAT_RX_FRAMES,
  ETHTOOL_A_PAUSE_STAT_TX_FRAMES,
  ETHTOOL_A_PAUSE_STATS,
  ETHTOOL_A_PAUSE_TX,
  ETHTOOL_FLAG_STATS,
  ETHTOOL_MSG_PAUSE_GET,
  ETHTOOL_MSG_PAUSE_GET_REPLY,
  ETHTOOL_MSG_PAUSE_SET,
} from "../../netlink/index.ts";
import { ethnl_ops_begin, type ethnl_request_ops, type ethnl_set_ops, Update } from "./request.ts";
import type { ethtool_pause_stats, ethtool_pauseparam } from "./structs.ts";

interface PauseData {
  readonly pauseparam: ethtool_pauseparam;
  readonly pausestat: ethtool_pause_stats;
}

export const ethnl_pause_request_ops: ethnl_request_ops<PauseData> = {
  request_cmd: ETHTOOL_MSG_PAUSE_GET,
  reply_cmd: ETHTOOL_MSG_PAUSE_GET_REPLY,
  prepare_data(caller, { dev, flags }) {
    const current = caller.enter("pause_prepare_data");
    const { get_pauseparam, get_pause_stats } = dev.ethtool_ops;
    if (get_pauseparam === undefined) return -EOPNOTSUPP;
    const err = ethnl_ops_begin(current, dev);
    if (err !== 0) return err;
    const pauseparam = get_pauseparam(current, dev);
    return { pauseparam, pausestat: (flags & ETHTOOL_FLAG_STATS) === 0 ? {} : (get_pause_stats?.(current, dev) ?? {}) };
  },
  fill_reply(w, { flags }, { pauseparam, pausestat }) {
    w.u8(ETHTOOL_A_PAUSE_AUTONEG, Number(pauseparam.autoneg));
    w.u8(ETHTOOL_A_PAUSE_RX, Number(pauseparam.rx_pause)).u8(ETHTOOL_A_PAUSE_TX, Number(pauseparam.tx_pause));
    if ((flags & ETHTOOL_FLAG_STATS) === 0) return;
    const { tx_pause_frames, rx_pause_frames } = pausestat;
    w.nest(
      ETHTOOL_A_PAUSE_STATS,
      (nest) => {
        if (tx_pause_frames !== undefined) nest.u64(ETHTOOL_A_PAUSE_STAT_TX_FRAMES, tx_pause_frames);
        if (rx_pause_frames !== undefined) nest.u64(ETHTOOL_A_PAUSE_STAT_RX_FRAMES, rx_pause_frames);
      },
      true,
    );
  },
};

export const ethnl_pause_set_ops: ethnl_set_ops = {
  request_cmd: ETHTOOL_MSG_PAUSE_SET,
  name: "ethnl_set_pause",
  validate: ({ get_pauseparam, set_pauseparam }) => (get_pauseparam === undefined || set_pauseparam === undefined ? -EOPNOTSUPP : 0),
  set(current, dev, { attrs }) {
    const { get_pauseparam, set_pauseparam } = dev.ethtool_ops;
    if (get_pauseparam === undefined || set_pauseparam === undefined) return -EOPNOTSUPP;
    const old = get_pauseparam(current, dev);
    const update = new Update(attrs);
    const params = {
      autoneg: update.bool(old.autoneg, ETHTOOL_A_PAUSE_AUTONEG),
      rx_pause: update.bool(old.rx_pause, ETHTOOL_A_PAUSE_RX),
      tx_pause: update.bool(old.tx_pause, ETHTOOL_A_PAUSE_TX),
    };
    return update.mod ? set_pauseparam(current, dev, params) : 0;
  },
};
