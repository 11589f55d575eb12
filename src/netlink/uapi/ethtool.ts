/** Models include/uapi/linux/ethtool_netlink.h and ethtool.h as far as the net room and `ethtool` use them. */
export const ETHTOOL_GENL_NAME = "ethtool";

export const ETHTOOL_MSG_LINKINFO_GET = 2;
export const ETHTOOL_MSG_LINKMODES_GET = 4;
export const ETHTOOL_MSG_LINKSTATE_GET = 6;
export const ETHTOOL_MSG_LINKSTATE_GET_REPLY = 6;
export const ETHTOOL_MSG_DEBUG_GET = 7;
export const ETHTOOL_MSG_WOL_GET = 9;
export const ETHTOOL_MSG_RINGS_GET = 15;
export const ETHTOOL_MSG_CHANNELS_GET = 17;
export const ETHTOOL_MSG_COALESCE_GET = 19;
export const ETHTOOL_MSG_PAUSE_GET = 21;

/** Requests that no device here has an operation for. */
export const ETHTOOL_UNMODELLED_GETS = [
  ETHTOOL_MSG_LINKINFO_GET,
  ETHTOOL_MSG_LINKMODES_GET,
  ETHTOOL_MSG_DEBUG_GET,
  ETHTOOL_MSG_WOL_GET,
  ETHTOOL_MSG_RINGS_GET,
  ETHTOOL_MSG_CHANNELS_GET,
  ETHTOOL_MSG_COALESCE_GET,
  ETHTOOL_MSG_PAUSE_GET,
] as const;

/** The header has this number in every message. */
export const ETHTOOL_A_LINKSTATE_HEADER = 1;
export const ETHTOOL_A_LINKSTATE_LINK = 2;
export const ETHTOOL_A_HEADER_DEV_INDEX = 1;
export const ETHTOOL_A_HEADER_DEV_NAME = 2;

/** ioctl(2): struct ifreq with a pointer to what the command of ethtool needs. */
export const SIOCETHTOOL = 0x8946;
export const ETHTOOL_GDRVINFO = 3;
/** Size of struct ethtool_drvinfo, and of each of its strings. */
export const ETHTOOL_DRVINFO_LEN = 196;
export const ETHTOOL_STRING_LEN = 32;
