/** Models include/uapi/linux/ethtool_netlink.h and ethtool.h (v6.1) as far as the net room and `ethtool` use them. */
export const ETHTOOL_GENL_NAME = "ethtool";

/** Requests. */
export const ETHTOOL_MSG_STRSET_GET = 1;
export const ETHTOOL_MSG_LINKINFO_GET = 2;
export const ETHTOOL_MSG_LINKMODES_GET = 4;
export const ETHTOOL_MSG_LINKSTATE_GET = 6;
export const ETHTOOL_MSG_DEBUG_GET = 7;
export const ETHTOOL_MSG_WOL_GET = 9;
export const ETHTOOL_MSG_RINGS_GET = 15;
export const ETHTOOL_MSG_RINGS_SET = 16;
export const ETHTOOL_MSG_CHANNELS_GET = 17;
export const ETHTOOL_MSG_CHANNELS_SET = 18;
export const ETHTOOL_MSG_COALESCE_GET = 19;
export const ETHTOOL_MSG_COALESCE_SET = 20;
export const ETHTOOL_MSG_PAUSE_GET = 21;
export const ETHTOOL_MSG_PAUSE_SET = 22;
export const ETHTOOL_MSG_FEC_GET = 29;
export const ETHTOOL_MSG_FEC_SET = 30;

/** Answers: they are counted apart from the requests. */
export const ETHTOOL_MSG_STRSET_GET_REPLY = 1;
export const ETHTOOL_MSG_LINKSTATE_GET_REPLY = 6;
export const ETHTOOL_MSG_RINGS_GET_REPLY = 16;
export const ETHTOOL_MSG_CHANNELS_GET_REPLY = 18;
export const ETHTOOL_MSG_COALESCE_GET_REPLY = 20;
export const ETHTOOL_MSG_PAUSE_GET_REPLY = 22;
export const ETHTOOL_MSG_FEC_GET_REPLY = 30;

/** Requests that no device here has an operation for. */
export const ETHTOOL_UNMODELLED_GETS = [
  ETHTOOL_MSG_LINKINFO_GET,
  ETHTOOL_MSG_LINKMODES_GET,
  ETHTOOL_MSG_DEBUG_GET,
  ETHTOOL_MSG_WOL_GET,
] as const;

/** The nest that says which device is meant: ETHTOOL_A_*_HEADER has this number in every message. */
export const ETHTOOL_A_HEADER = 1;
export const ETHTOOL_A_HEADER_DEV_INDEX = 1;
export const ETHTOOL_A_HEADER_DEV_NAME = 2;
export const ETHTOOL_A_HEADER_FLAGS = 3;
export const ETHTOOL_FLAG_COMPACT_BITSETS = 1 << 0;
export const ETHTOOL_FLAG_STATS = 1 << 2;
/** Size of a name, with its NUL, that a request may give: alternative names are longer than others. */
export const ALTIFNAMSIZ = 128;

export const ETHTOOL_A_LINKSTATE_LINK = 2;

export const ETHTOOL_A_BITSET_NOMASK = 1;
export const ETHTOOL_A_BITSET_SIZE = 2;
export const ETHTOOL_A_BITSET_BITS = 3;
export const ETHTOOL_A_BITSET_VALUE = 4;
export const ETHTOOL_A_BITSET_MASK = 5;
export const ETHTOOL_A_BITSET_BITS_BIT = 1;
export const ETHTOOL_A_BITSET_BIT_INDEX = 1;
export const ETHTOOL_A_BITSET_BIT_NAME = 2;
export const ETHTOOL_A_BITSET_BIT_VALUE = 3;

export const ETHTOOL_A_STRSET_STRINGSETS = 2;
export const ETHTOOL_A_STRSET_COUNTS_ONLY = 3;
export const ETHTOOL_A_STRINGSETS_STRINGSET = 1;
export const ETHTOOL_A_STRINGSET_ID = 1;
export const ETHTOOL_A_STRINGSET_COUNT = 2;
export const ETHTOOL_A_STRINGSET_STRINGS = 3;
export const ETHTOOL_A_STRINGS_STRING = 1;
export const ETHTOOL_A_STRING_INDEX = 1;
export const ETHTOOL_A_STRING_VALUE = 2;
export const ETH_SS_LINK_MODES = 9;
/** Size of a name in a set of strings, with its NUL. */
export const ETH_GSTRING_LEN = 32;

export const ETHTOOL_A_RINGS_RX_MAX = 2;
export const ETHTOOL_A_RINGS_RX_MINI_MAX = 3;
export const ETHTOOL_A_RINGS_RX_JUMBO_MAX = 4;
export const ETHTOOL_A_RINGS_TX_MAX = 5;
export const ETHTOOL_A_RINGS_RX = 6;
export const ETHTOOL_A_RINGS_RX_MINI = 7;
export const ETHTOOL_A_RINGS_RX_JUMBO = 8;
export const ETHTOOL_A_RINGS_TX = 9;
export const ETHTOOL_A_RINGS_RX_BUF_LEN = 10;
export const ETHTOOL_A_RINGS_TCP_DATA_SPLIT = 11;
export const ETHTOOL_A_RINGS_CQE_SIZE = 12;
export const ETHTOOL_A_RINGS_TX_PUSH = 13;

export const ETHTOOL_A_CHANNELS_RX_MAX = 2;
export const ETHTOOL_A_CHANNELS_TX_MAX = 3;
export const ETHTOOL_A_CHANNELS_OTHER_MAX = 4;
export const ETHTOOL_A_CHANNELS_COMBINED_MAX = 5;
export const ETHTOOL_A_CHANNELS_RX_COUNT = 6;
export const ETHTOOL_A_CHANNELS_TX_COUNT = 7;
export const ETHTOOL_A_CHANNELS_OTHER_COUNT = 8;
export const ETHTOOL_A_CHANNELS_COMBINED_COUNT = 9;

export const ETHTOOL_A_COALESCE_RX_USECS = 2;
export const ETHTOOL_A_COALESCE_RX_MAX_FRAMES = 3;
export const ETHTOOL_A_COALESCE_RX_USECS_IRQ = 4;
export const ETHTOOL_A_COALESCE_RX_MAX_FRAMES_IRQ = 5;
export const ETHTOOL_A_COALESCE_TX_USECS = 6;
export const ETHTOOL_A_COALESCE_TX_MAX_FRAMES = 7;
export const ETHTOOL_A_COALESCE_TX_USECS_IRQ = 8;
export const ETHTOOL_A_COALESCE_TX_MAX_FRAMES_IRQ = 9;
export const ETHTOOL_A_COALESCE_STATS_BLOCK_USECS = 10;
export const ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX = 11;
export const ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX = 12;
export const ETHTOOL_A_COALESCE_PKT_RATE_LOW = 13;
export const ETHTOOL_A_COALESCE_RX_USECS_LOW = 14;
export const ETHTOOL_A_COALESCE_RX_MAX_FRAMES_LOW = 15;
export const ETHTOOL_A_COALESCE_TX_USECS_LOW = 16;
export const ETHTOOL_A_COALESCE_TX_MAX_FRAMES_LOW = 17;
export const ETHTOOL_A_COALESCE_PKT_RATE_HIGH = 18;
export const ETHTOOL_A_COALESCE_RX_USECS_HIGH = 19;
export const ETHTOOL_A_COALESCE_RX_MAX_FRAMES_HIGH = 20;
export const ETHTOOL_A_COALESCE_TX_USECS_HIGH = 21;
export const ETHTOOL_A_COALESCE_TX_MAX_FRAMES_HIGH = 22;
export const ETHTOOL_A_COALESCE_RATE_SAMPLE_INTERVAL = 23;
export const ETHTOOL_A_COALESCE_USE_CQE_MODE_TX = 24;
export const ETHTOOL_A_COALESCE_USE_CQE_MODE_RX = 25;

export const ETHTOOL_A_PAUSE_AUTONEG = 2;
export const ETHTOOL_A_PAUSE_RX = 3;
export const ETHTOOL_A_PAUSE_TX = 4;
export const ETHTOOL_A_PAUSE_STATS = 5;
export const ETHTOOL_A_PAUSE_STAT_TX_FRAMES = 2;
export const ETHTOOL_A_PAUSE_STAT_RX_FRAMES = 3;

export const ETHTOOL_A_FEC_MODES = 2;
export const ETHTOOL_A_FEC_AUTO = 3;
export const ETHTOOL_A_FEC_ACTIVE = 4;

/** Bits of a set of link modes that are about forward error correction. */
export const ETHTOOL_LINK_MODE_FEC_NONE_BIT = 49;
export const ETHTOOL_LINK_MODE_FEC_RS_BIT = 50;
export const ETHTOOL_LINK_MODE_FEC_BASER_BIT = 51;
export const ETHTOOL_LINK_MODE_FEC_LLRS_BIT = 74;

/** ioctl(2): struct ifreq with a pointer to what the command of ethtool needs. */
export const SIOCETHTOOL = 0x8946;
export const ETHTOOL_GDRVINFO = 3;
/** Size of struct ethtool_drvinfo, and of each of its strings. */
export const ETHTOOL_DRVINFO_LEN = 196;
export const ETHTOOL_STRING_LEN = 32;
