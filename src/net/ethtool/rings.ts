/** Models net/ethtool/rings.c (v6.1): the sizes of a device's rings. What no driver here can be told besides is refused. */
import { EINVAL, EOPNOTSUPP } from "../../kernel/index.ts";
import {
  ETHTOOL_A_RINGS_CQE_SIZE,
  ETHTOOL_A_RINGS_RX,
  ETHTOOL_A_RINGS_RX_BUF_LEN,
  ETHTOOL_A_RINGS_RX_JUMBO,
  ETHTOOL_A_RINGS_RX_JUMBO_MAX,
  ETHTOOL_A_RINGS_RX_MAX,
  ETHTOOL_A_RINGS_RX_MINI,
  ETHTOOL_A_RINGS_RX_MINI_MAX,
  ETHTOOL_A_RINGS_TX,
  ETHTOOL_A_RINGS_TX_MAX,
  ETHTOOL_A_RINGS_TX_PUSH,
  ETHTOOL_MSG_RINGS_GET,
  ETHTOOL_MSG_RINGS_GET_REPLY,
  ETHTOOL_MSG_RINGS_SET,
  NL_SET_ERR_MSG_ATTR,
} from "../../netlink/index.ts";
import { ethnl_ops_begin, type ethnl_request_ops, type ethnl_set_ops, Update } from "./request.ts";
import type { ethtool_ringparam } from "./structs.ts";

interface Ring {
  readonly max: keyof ethtool_ringparam;
  readonly size: keyof ethtool_ringparam;
  readonly maxAttribute: number;
  readonly sizeAttribute: number;
}

/** In the order in which the kernel writes and checks them. */
const RINGS: readonly Ring[] = [
  { max: "rx_max_pending", size: "rx_pending", maxAttribute: ETHTOOL_A_RINGS_RX_MAX, sizeAttribute: ETHTOOL_A_RINGS_RX },
  {
    max: "rx_mini_max_pending",
    size: "rx_mini_pending",
    maxAttribute: ETHTOOL_A_RINGS_RX_MINI_MAX,
    sizeAttribute: ETHTOOL_A_RINGS_RX_MINI,
  },
  {
    max: "rx_jumbo_max_pending",
    size: "rx_jumbo_pending",
    maxAttribute: ETHTOOL_A_RINGS_RX_JUMBO_MAX,
    sizeAttribute: ETHTOOL_A_RINGS_RX_JUMBO,
  },
  { max: "tx_max_pending", size: "tx_pending", maxAttribute: ETHTOOL_A_RINGS_TX_MAX, sizeAttribute: ETHTOOL_A_RINGS_TX },
];

/** What needs a bit in ethtool_ops.supported_ring_params, which no driver here has. */
const UNSUPPORTED = [
  [ETHTOOL_A_RINGS_RX_BUF_LEN, "setting rx buf len not supported"],
  [ETHTOOL_A_RINGS_CQE_SIZE, "setting cqe size not supported"],
  [ETHTOOL_A_RINGS_TX_PUSH, "setting tx push not supported"],
] as const;

export const ethnl_rings_request_ops: ethnl_request_ops<ethtool_ringparam> = {
  request_cmd: ETHTOOL_MSG_RINGS_GET,
  reply_cmd: ETHTOOL_MSG_RINGS_GET_REPLY,
  prepare_data(caller, { dev }) {
    const current = caller.enter("rings_prepare_data");
    const { get_ringparam } = dev.ethtool_ops;
    if (get_ringparam === undefined) return -EOPNOTSUPP;
    const err = ethnl_ops_begin(current, dev);
    return err !== 0 ? err : get_ringparam(current, dev);
  },
  fill_reply(w, _req, ringparam) {
    for (const { max, size, maxAttribute, sizeAttribute } of RINGS) {
      if (ringparam[max] !== 0) w.u32(maxAttribute, ringparam[max]).u32(sizeAttribute, ringparam[size]);
    }
    w.u8(ETHTOOL_A_RINGS_TX_PUSH, 0);
  },
};

export const ethnl_rings_set_ops: ethnl_set_ops = {
  request_cmd: ETHTOOL_MSG_RINGS_SET,
  name: "ethnl_set_rings",
  validate(ops, { attrs, nlhdr, extack }) {
    if (ops.get_ringparam === undefined || ops.set_ringparam === undefined) return -EOPNOTSUPP;
    const refused = UNSUPPORTED.find(([attribute]) => attrs.has(attribute));
    if (refused === undefined) return 0;
    NL_SET_ERR_MSG_ATTR(extack, nlhdr, attrs.bytes(refused[0]), refused[1]);
    return -EOPNOTSUPP;
  },
  set(current, dev, { attrs, nlhdr, extack }) {
    const { get_ringparam, set_ringparam } = dev.ethtool_ops;
    if (get_ringparam === undefined || set_ringparam === undefined) return -EOPNOTSUPP;
    const ringparam = get_ringparam(current, dev);
    const update = new Update(attrs);
    for (const { size, sizeAttribute } of RINGS) ringparam[size] = update.u32(ringparam[size], sizeAttribute);
    if (!update.mod) return 0;
    // A ring that the request does not name may be too long as well, since the maxima can change: then nobody is blamed.
    const tooLong = RINGS.find(({ max, size }) => ringparam[size] > ringparam[max]);
    const blamed = tooLong === undefined ? undefined : attrs.bytes(tooLong.sizeAttribute);
    if (blamed === undefined) return set_ringparam(current, dev, ringparam);
    NL_SET_ERR_MSG_ATTR(extack, nlhdr, blamed, "requested ring size exceeds maximum");
    return -EINVAL;
  },
};
