/** Models net/ethtool/fec.c (v6.1): how a link corrects errors. Left out: statistics. */
import { EINVAL, EOPNOTSUPP } from "../../kernel/index.ts";
import {
  ETHTOOL_A_FEC_ACTIVE,
  ETHTOOL_A_FEC_AUTO,
  ETHTOOL_A_FEC_MODES,
  ETHTOOL_FLAG_COMPACT_BITSETS,
  ETHTOOL_LINK_MODE_FEC_BASER_BIT,
  ETHTOOL_LINK_MODE_FEC_LLRS_BIT,
  ETHTOOL_LINK_MODE_FEC_NONE_BIT,
  ETHTOOL_LINK_MODE_FEC_RS_BIT,
  ETHTOOL_MSG_FEC_GET,
  ETHTOOL_MSG_FEC_GET_REPLY,
  ETHTOOL_MSG_FEC_SET,
  NL_SET_ERR_MSG_ATTR,
} from "../../netlink/index.ts";
import { ethnl_put_bitset, ethnl_update_bitset } from "./bitset.ts";
import { link_mode_names } from "./link-modes.ts";
import { ethnl_ops_begin, type ethnl_request_ops, type ethnl_set_ops, Update } from "./request.ts";
import { ETHTOOL_FEC_AUTO, ETHTOOL_FEC_BASER, ETHTOOL_FEC_LLRS, ETHTOOL_FEC_OFF, ETHTOOL_FEC_RS } from "./structs.ts";

interface FecData {
  readonly fec_link_modes: ReadonlySet<number>;
  readonly fec_auto: boolean;
  /** A link mode's bit, or 0. */
  readonly active_fec: number;
}

/** What the driver calls it, and the link mode that stands for it. `None` of the link modes is `off`. */
const LINK_MODES = [
  [ETHTOOL_FEC_OFF, ETHTOOL_LINK_MODE_FEC_NONE_BIT],
  [ETHTOOL_FEC_RS, ETHTOOL_LINK_MODE_FEC_RS_BIT],
  [ETHTOOL_FEC_BASER, ETHTOOL_LINK_MODE_FEC_BASER_BIT],
  [ETHTOOL_FEC_LLRS, ETHTOOL_LINK_MODE_FEC_LLRS_BIT],
] as const;

/** ethtool_fec_to_link_modes() */
function ethtool_fec_to_link_modes(fec: number): Set<number> {
  return new Set(LINK_MODES.filter(([flag]) => (fec & flag) !== 0).map(([, bit]) => bit));
}

/** ethtool_link_modes_to_fecparam(): bits of ETHTOOL_FEC_*, or -EINVAL for a link mode of another kind. */
function ethtool_link_modes_to_fecparam(modes: ReadonlySet<number>, fec_auto: boolean): number {
  let fec = fec_auto ? ETHTOOL_FEC_AUTO : 0;
  let known = 0;
  for (const [flag, bit] of LINK_MODES) {
    if (!modes.has(bit)) continue;
    fec |= flag;
    known++;
  }
  return known === modes.size ? fec : -EINVAL;
}

export const ethnl_fec_request_ops: ethnl_request_ops<FecData> = {
  request_cmd: ETHTOOL_MSG_FEC_GET,
  reply_cmd: ETHTOOL_MSG_FEC_GET_REPLY,
  prepare_data(caller, { dev }) {
    const current = caller.enter("fec_prepare_data");
    const { get_fecparam } = dev.ethtool_ops;
    if (get_fecparam === undefined) return -EOPNOTSUPP;
    const err = ethnl_ops_begin(current, dev);
    if (err !== 0) return err;
    const fec = get_fecparam(current, dev);
    if (typeof fec === "number") return fec;
    const [active_fec = 0] = [...ethtool_fec_to_link_modes(fec.active_fec)].sort((a, b) => a - b);
    return { fec_link_modes: ethtool_fec_to_link_modes(fec.fec), fec_auto: (fec.fec & ETHTOOL_FEC_AUTO) !== 0, active_fec };
  },
  fill_reply(w, { flags }, { fec_link_modes, fec_auto, active_fec }) {
    ethnl_put_bitset(w, ETHTOOL_A_FEC_MODES, fec_link_modes, link_mode_names, (flags & ETHTOOL_FLAG_COMPACT_BITSETS) !== 0);
    w.u8(ETHTOOL_A_FEC_AUTO, Number(fec_auto));
    if (active_fec !== 0) w.u32(ETHTOOL_A_FEC_ACTIVE, active_fec);
  },
};

export const ethnl_fec_set_ops: ethnl_set_ops = {
  request_cmd: ETHTOOL_MSG_FEC_SET,
  name: "ethnl_set_fec",
  validate: ({ get_fecparam, set_fecparam }) => (get_fecparam === undefined || set_fecparam === undefined ? -EOPNOTSUPP : 0),
  set(current, dev, info) {
    const { get_fecparam, set_fecparam } = dev.ethtool_ops;
    if (get_fecparam === undefined || set_fecparam === undefined) return -EOPNOTSUPP;
    const old = get_fecparam(current, dev);
    if (typeof old === "number") return old;
    const { attrs, nlhdr, extack } = info;
    const modes = ethtool_fec_to_link_modes(old.fec);
    const changed = ethnl_update_bitset(modes, ETHTOOL_A_FEC_MODES, link_mode_names, info);
    if (changed < 0) return changed;
    const update = new Update(attrs);
    const fec_auto = update.bool((old.fec & ETHTOOL_FEC_AUTO) !== 0, ETHTOOL_A_FEC_AUTO);
    if (changed === 0 && !update.mod) return 0;
    const fec = ethtool_link_modes_to_fecparam(modes, fec_auto);
    if (fec > 0) return set_fecparam(current, dev, { fec, active_fec: 0 });
    NL_SET_ERR_MSG_ATTR(extack, nlhdr, attrs.bytes(ETHTOOL_A_FEC_MODES), fec < 0 ? "invalid FEC modes requested" : "no FEC modes set");
    return -EINVAL;
  },
};
