/** Models net/ethtool/coalesce.c (v6.1): when a device interrupts. Left out: aggregation of what is sent (v6.3). */
import { EINVAL, EOPNOTSUPP } from "../../kernel/index.ts";
import * as uapi from "../../netlink/index.ts";
import { ethnl_ops_begin, type ethnl_request_ops, type ethnl_set_ops, Update } from "./request.ts";
import type { ethtool_coalesce, kernel_ethtool_coalesce } from "./structs.ts";

interface CoalesceData {
  readonly supported_params: number;
  readonly coalesce: ethtool_coalesce;
  readonly kernel_coalesce: kernel_ethtool_coalesce;
}

type Kind = "u32" | "bool";

/** The attribute of each member, in the order of their numbers. */
const ATTRIBUTES: readonly (readonly [number, keyof ethtool_coalesce, Kind])[] = [
  [uapi.ETHTOOL_A_COALESCE_RX_USECS, "rx_coalesce_usecs", "u32"],
  [uapi.ETHTOOL_A_COALESCE_RX_MAX_FRAMES, "rx_max_coalesced_frames", "u32"],
  [uapi.ETHTOOL_A_COALESCE_RX_USECS_IRQ, "rx_coalesce_usecs_irq", "u32"],
  [uapi.ETHTOOL_A_COALESCE_RX_MAX_FRAMES_IRQ, "rx_max_coalesced_frames_irq", "u32"],
  [uapi.ETHTOOL_A_COALESCE_TX_USECS, "tx_coalesce_usecs", "u32"],
  [uapi.ETHTOOL_A_COALESCE_TX_MAX_FRAMES, "tx_max_coalesced_frames", "u32"],
  [uapi.ETHTOOL_A_COALESCE_TX_USECS_IRQ, "tx_coalesce_usecs_irq", "u32"],
  [uapi.ETHTOOL_A_COALESCE_TX_MAX_FRAMES_IRQ, "tx_max_coalesced_frames_irq", "u32"],
  [uapi.ETHTOOL_A_COALESCE_STATS_BLOCK_USECS, "stats_block_coalesce_usecs", "u32"],
  [uapi.ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX, "use_adaptive_rx_coalesce", "bool"],
  [uapi.ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX, "use_adaptive_tx_coalesce", "bool"],
  [uapi.ETHTOOL_A_COALESCE_PKT_RATE_LOW, "pkt_rate_low", "u32"],
  [uapi.ETHTOOL_A_COALESCE_RX_USECS_LOW, "rx_coalesce_usecs_low", "u32"],
  [uapi.ETHTOOL_A_COALESCE_RX_MAX_FRAMES_LOW, "rx_max_coalesced_frames_low", "u32"],
  [uapi.ETHTOOL_A_COALESCE_TX_USECS_LOW, "tx_coalesce_usecs_low", "u32"],
  [uapi.ETHTOOL_A_COALESCE_TX_MAX_FRAMES_LOW, "tx_max_coalesced_frames_low", "u32"],
  [uapi.ETHTOOL_A_COALESCE_PKT_RATE_HIGH, "pkt_rate_high", "u32"],
  [uapi.ETHTOOL_A_COALESCE_RX_USECS_HIGH, "rx_coalesce_usecs_high", "u32"],
  [uapi.ETHTOOL_A_COALESCE_RX_MAX_FRAMES_HIGH, "rx_max_coalesced_frames_high", "u32"],
  [uapi.ETHTOOL_A_COALESCE_TX_USECS_HIGH, "tx_coalesce_usecs_high", "u32"],
  [uapi.ETHTOOL_A_COALESCE_TX_MAX_FRAMES_HIGH, "tx_max_coalesced_frames_high", "u32"],
  [uapi.ETHTOOL_A_COALESCE_RATE_SAMPLE_INTERVAL, "rate_sample_interval", "u32"],
];

const KERNEL_ATTRIBUTES: readonly (readonly [number, keyof kernel_ethtool_coalesce])[] = [
  [uapi.ETHTOOL_A_COALESCE_USE_CQE_MODE_TX, "use_cqe_mode_tx"],
  [uapi.ETHTOOL_A_COALESCE_USE_CQE_MODE_RX, "use_cqe_mode_rx"],
];

/** attr_to_mask(): the attribute's bit in ethtool_ops.supported_coalesce_params. */
function attr_to_mask(attribute: number): number {
  return 1 << (attribute - uapi.ETHTOOL_A_COALESCE_RX_USECS);
}

export const ethnl_coalesce_request_ops: ethnl_request_ops<CoalesceData> = {
  request_cmd: uapi.ETHTOOL_MSG_COALESCE_GET,
  reply_cmd: uapi.ETHTOOL_MSG_COALESCE_GET_REPLY,
  prepare_data(caller, { dev }) {
    const current = caller.enter("coalesce_prepare_data");
    const { get_coalesce, supported_coalesce_params } = dev.ethtool_ops;
    if (get_coalesce === undefined) return -EOPNOTSUPP;
    const err = ethnl_ops_begin(current, dev);
    return err !== 0 ? err : { supported_params: supported_coalesce_params ?? 0, ...get_coalesce(current, dev) };
  },
  /** What is zero and cannot be set is not told. */
  fill_reply(w, _req, { supported_params, coalesce, kernel_coalesce }) {
    const told = (attribute: number, value: number): boolean => value !== 0 || (supported_params & attr_to_mask(attribute)) !== 0;
    for (const [attribute, member, kind] of ATTRIBUTES) {
      const value = coalesce[member];
      if (!told(attribute, value)) continue;
      if (kind === "u32") w.u32(attribute, value);
      else w.u8(attribute, value === 0 ? 0 : 1);
    }
    for (const [attribute, member] of KERNEL_ATTRIBUTES) {
      const value = kernel_coalesce[member];
      if (told(attribute, value)) w.u8(attribute, value === 0 ? 0 : 1);
    }
  },
};

export const ethnl_coalesce_set_ops: ethnl_set_ops = {
  request_cmd: uapi.ETHTOOL_MSG_COALESCE_SET,
  name: "ethnl_set_coalesce",
  validate(ops, { attrs, nlhdr, extack }) {
    if (ops.get_coalesce === undefined || ops.set_coalesce === undefined) return -EOPNOTSUPP;
    const supported = ops.supported_coalesce_params ?? 0;
    const refused = [...ATTRIBUTES, ...KERNEL_ATTRIBUTES].find(([type]) => attrs.has(type) && (supported & attr_to_mask(type)) === 0);
    if (refused === undefined) return 0;
    uapi.NL_SET_ERR_MSG_ATTR(extack, nlhdr, attrs.bytes(refused[0]), "cannot modify an unsupported parameter");
    return -EINVAL;
  },
  set(current, dev, { attrs }) {
    const { get_coalesce, set_coalesce } = dev.ethtool_ops;
    if (get_coalesce === undefined || set_coalesce === undefined) return -EOPNOTSUPP;
    const { coalesce, kernel_coalesce } = get_coalesce(current, dev);
    const update = new Update(attrs);
    for (const [attribute, member, kind] of ATTRIBUTES) {
      const old = coalesce[member];
      coalesce[member] = kind === "u32" ? update.u32(old, attribute) : Number(update.bool(old !== 0, attribute));
    }
    for (const [attribute, member] of KERNEL_ATTRIBUTES) kernel_coalesce[member] = update.u8(kernel_coalesce[member], attribute);
    return update.mod ? set_coalesce(current, dev, coalesce, kernel_coalesce) : 0;
  },
};
