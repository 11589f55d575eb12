/**
 * Numbers of the "devlink" generic netlink family (include/uapi/linux/devlink.h), verbatim uapi names. Only what a program
 * or the kernel here uses is listed.
 */
export const DEVLINK_GENL_NAME = "devlink";
export const DEVLINK_GENL_VERSION = 1;
export const DEVLINK_GENL_MCGRP_CONFIG_NAME = "config";

// enum devlink_command
export const DEVLINK_CMD_GET = 1;
export const DEVLINK_CMD_NEW = 3;
export const DEVLINK_CMD_DEL = 4;
export const DEVLINK_CMD_PORT_GET = 5;
export const DEVLINK_CMD_PORT_SET = 6;
export const DEVLINK_CMD_PORT_NEW = 7;
export const DEVLINK_CMD_PORT_DEL = 8;
export const DEVLINK_CMD_PORT_SPLIT = 9;
export const DEVLINK_CMD_PORT_UNSPLIT = 10;
export const DEVLINK_CMD_SB_GET = 11;
export const DEVLINK_CMD_SB_POOL_GET = 15;
export const DEVLINK_CMD_SB_POOL_SET = 16;
export const DEVLINK_CMD_SB_PORT_POOL_GET = 19;
export const DEVLINK_CMD_SB_PORT_POOL_SET = 20;
export const DEVLINK_CMD_SB_TC_POOL_BIND_GET = 23;
export const DEVLINK_CMD_SB_TC_POOL_BIND_SET = 24;
export const DEVLINK_CMD_SB_OCC_SNAPSHOT = 27;
export const DEVLINK_CMD_SB_OCC_MAX_CLEAR = 28;
export const DEVLINK_CMD_ESWITCH_GET = 29;
export const DEVLINK_CMD_ESWITCH_SET = 30;
export const DEVLINK_CMD_DPIPE_TABLE_GET = 31;
export const DEVLINK_CMD_DPIPE_ENTRIES_GET = 32;
export const DEVLINK_CMD_DPIPE_HEADERS_GET = 33;
export const DEVLINK_CMD_DPIPE_TABLE_COUNTERS_SET = 34;
export const DEVLINK_CMD_RESOURCE_SET = 35;
export const DEVLINK_CMD_RESOURCE_DUMP = 36;
export const DEVLINK_CMD_RELOAD = 37;
export const DEVLINK_CMD_PARAM_GET = 38;
export const DEVLINK_CMD_PARAM_SET = 39;
export const DEVLINK_CMD_PARAM_NEW = 40;
export const DEVLINK_CMD_PARAM_DEL = 41;
export const DEVLINK_CMD_REGION_GET = 42;
export const DEVLINK_CMD_REGION_NEW = 44;
export const DEVLINK_CMD_REGION_DEL = 45;
export const DEVLINK_CMD_REGION_READ = 46;
export const DEVLINK_CMD_PORT_PARAM_GET = 47;
export const DEVLINK_CMD_PORT_PARAM_SET = 48;
export const DEVLINK_CMD_INFO_GET = 51;
export const DEVLINK_CMD_HEALTH_REPORTER_GET = 52;
export const DEVLINK_CMD_HEALTH_REPORTER_SET = 53;
export const DEVLINK_CMD_HEALTH_REPORTER_RECOVER = 54;
export const DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE = 55;
export const DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET = 56;
export const DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR = 57;
export const DEVLINK_CMD_FLASH_UPDATE = 58;
export const DEVLINK_CMD_FLASH_UPDATE_END = 59;
export const DEVLINK_CMD_FLASH_UPDATE_STATUS = 60;
export const DEVLINK_CMD_TRAP_GET = 61;
export const DEVLINK_CMD_TRAP_SET = 62;
export const DEVLINK_CMD_TRAP_NEW = 63;
export const DEVLINK_CMD_TRAP_DEL = 64;
export const DEVLINK_CMD_TRAP_GROUP_GET = 65;
export const DEVLINK_CMD_TRAP_GROUP_SET = 66;
export const DEVLINK_CMD_TRAP_GROUP_NEW = 67;
export const DEVLINK_CMD_TRAP_GROUP_DEL = 68;
export const DEVLINK_CMD_TRAP_POLICER_GET = 69;
export const DEVLINK_CMD_TRAP_POLICER_SET = 70;
export const DEVLINK_CMD_TRAP_POLICER_NEW = 71;
export const DEVLINK_CMD_TRAP_POLICER_DEL = 72;
export const DEVLINK_CMD_HEALTH_REPORTER_TEST = 73;
export const DEVLINK_CMD_RATE_GET = 74;
export const DEVLINK_CMD_RATE_SET = 75;
export const DEVLINK_CMD_RATE_NEW = 76;
export const DEVLINK_CMD_RATE_DEL = 77;
export const DEVLINK_CMD_LINECARD_GET = 78;
export const DEVLINK_CMD_LINECARD_SET = 79;
export const DEVLINK_CMD_SELFTESTS_GET = 82;
export const DEVLINK_CMD_SELFTESTS_RUN = 83;

// enum devlink_attr: the handle, ports
export const DEVLINK_ATTR_BUS_NAME = 1;
export const DEVLINK_ATTR_DEV_NAME = 2;
export const DEVLINK_ATTR_PORT_INDEX = 3;
export const DEVLINK_ATTR_PORT_TYPE = 4;
export const DEVLINK_ATTR_PORT_NETDEV_IFINDEX = 6;
export const DEVLINK_ATTR_PORT_NETDEV_NAME = 7;
export const DEVLINK_ATTR_PORT_IBDEV_NAME = 8;
export const DEVLINK_ATTR_PORT_SPLIT_COUNT = 9;
export const DEVLINK_ATTR_PORT_FLAVOUR = 77;
export const DEVLINK_ATTR_PORT_NUMBER = 78;
export const DEVLINK_ATTR_PORT_SPLITTABLE = 148;
export const DEVLINK_ATTR_PORT_PCI_PF_NUMBER = 127;
export const DEVLINK_ATTR_PORT_PCI_VF_NUMBER = 128;
export const DEVLINK_ATTR_PORT_EXTERNAL = 149;
export const DEVLINK_ATTR_PORT_CONTROLLER_NUMBER = 150;
export const DEVLINK_ATTR_PORT_FUNCTION = 145;
export const DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR = 1;
export const DEVLINK_PORT_FN_ATTR_STATE = 2;
export const DEVLINK_ATTR_PORT_PCI_SF_NUMBER = 164;

// shared buffers, dpipe tables
export const DEVLINK_ATTR_SB_INDEX = 11;
export const DEVLINK_ATTR_SB_POOL_INDEX = 17;
export const DEVLINK_ATTR_SB_POOL_TYPE = 18;
export const DEVLINK_ATTR_SB_POOL_SIZE = 19;
export const DEVLINK_ATTR_SB_POOL_THRESHOLD_TYPE = 20;
export const DEVLINK_ATTR_SB_THRESHOLD = 21;
export const DEVLINK_ATTR_SB_TC_INDEX = 22;
export const DEVLINK_ATTR_DPIPE_TABLE_NAME = 29;
export const DEVLINK_ATTR_DPIPE_TABLE_COUNTERS_ENABLED = 33;

// regions
export const DEVLINK_ATTR_REGION_NAME = 88;
export const DEVLINK_ATTR_REGION_SIZE = 89;
export const DEVLINK_ATTR_REGION_SNAPSHOTS = 90;
export const DEVLINK_ATTR_REGION_SNAPSHOT = 91;
export const DEVLINK_ATTR_REGION_SNAPSHOT_ID = 92;
export const DEVLINK_ATTR_REGION_CHUNKS = 93;
export const DEVLINK_ATTR_REGION_CHUNK = 94;
export const DEVLINK_ATTR_REGION_CHUNK_DATA = 95;
export const DEVLINK_ATTR_REGION_CHUNK_ADDR = 96;
export const DEVLINK_ATTR_REGION_CHUNK_LEN = 97;
export const DEVLINK_ATTR_REGION_MAX_SNAPSHOTS = 170;

// traps
export const DEVLINK_ATTR_STATS = 129;
export const DEVLINK_ATTR_TRAP_NAME = 130;
export const DEVLINK_ATTR_TRAP_ACTION = 131;
export const DEVLINK_ATTR_TRAP_TYPE = 132;
export const DEVLINK_ATTR_TRAP_GENERIC = 133;
export const DEVLINK_ATTR_TRAP_METADATA = 134;
export const DEVLINK_ATTR_TRAP_GROUP_NAME = 135;
export const DEVLINK_ATTR_TRAP_POLICER_ID = 142;
export const DEVLINK_ATTR_TRAP_POLICER_RATE = 143;
export const DEVLINK_ATTR_TRAP_POLICER_BURST = 144;
export const DEVLINK_ATTR_STATS_RX_PACKETS = 0;
export const DEVLINK_ATTR_STATS_RX_BYTES = 1;
export const DEVLINK_ATTR_STATS_RX_DROPPED = 2;
export const DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT = 0;
export const DEVLINK_ATTR_TRAP_METADATA_TYPE_FA_COOKIE = 1;

// rates, line cards, selftests
export const DEVLINK_ATTR_RATE_TYPE = 165;
export const DEVLINK_ATTR_RATE_TX_SHARE = 166;
export const DEVLINK_ATTR_RATE_TX_MAX = 167;
export const DEVLINK_ATTR_RATE_NODE_NAME = 168;
export const DEVLINK_ATTR_RATE_PARENT_NODE_NAME = 169;
export const DEVLINK_ATTR_LINECARD_INDEX = 171;
export const DEVLINK_ATTR_LINECARD_TYPE = 173;
export const DEVLINK_ATTR_SELFTESTS = 176;
export const DEVLINK_ATTR_SELFTEST_ID_FLASH = 1;

// eswitch
export const DEVLINK_ATTR_ESWITCH_MODE = 25;
export const DEVLINK_ATTR_ESWITCH_INLINE_MODE = 26;
export const DEVLINK_ATTR_ESWITCH_ENCAP_MODE = 62;

// parameters
export const DEVLINK_ATTR_PARAM = 80;
export const DEVLINK_ATTR_PARAM_NAME = 81;
export const DEVLINK_ATTR_PARAM_GENERIC = 82;
export const DEVLINK_ATTR_PARAM_TYPE = 83;
export const DEVLINK_ATTR_PARAM_VALUES_LIST = 84;
export const DEVLINK_ATTR_PARAM_VALUE = 85;
export const DEVLINK_ATTR_PARAM_VALUE_DATA = 86;
export const DEVLINK_ATTR_PARAM_VALUE_CMODE = 87;

// information
export const DEVLINK_ATTR_INFO_DRIVER_NAME = 98;
export const DEVLINK_ATTR_INFO_SERIAL_NUMBER = 99;
export const DEVLINK_ATTR_INFO_VERSION_FIXED = 100;
export const DEVLINK_ATTR_INFO_VERSION_RUNNING = 101;
export const DEVLINK_ATTR_INFO_VERSION_STORED = 102;
export const DEVLINK_ATTR_INFO_VERSION_NAME = 103;
export const DEVLINK_ATTR_INFO_VERSION_VALUE = 104;
export const DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER = 146;

// resources, flash
export const DEVLINK_ATTR_RESOURCE_SIZE = 67;
export const DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME = 122;
export const DEVLINK_ATTR_FLASH_UPDATE_COMPONENT = 123;
export const DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK = 152;

// resources, match-action tables
export const DEVLINK_ATTR_DPIPE_TABLES = 27;
export const DEVLINK_ATTR_RESOURCE_LIST = 63;
export const DEVLINK_ATTR_RESOURCE = 64;
export const DEVLINK_ATTR_RESOURCE_NAME = 65;
export const DEVLINK_ATTR_RESOURCE_ID = 66;
export const DEVLINK_ATTR_RESOURCE_SIZE_NEW = 68;
export const DEVLINK_ATTR_RESOURCE_SIZE_VALID = 69;
export const DEVLINK_ATTR_RESOURCE_SIZE_MIN = 70;
export const DEVLINK_ATTR_RESOURCE_SIZE_MAX = 71;
export const DEVLINK_ATTR_RESOURCE_SIZE_GRAN = 72;
export const DEVLINK_ATTR_RESOURCE_UNIT = 73;
export const DEVLINK_ATTR_RESOURCE_OCC = 74;
export const DEVLINK_RESOURCE_UNIT_ENTRY = 0;

// formatted messages
export const DEVLINK_ATTR_FMSG = 106;
export const DEVLINK_ATTR_FMSG_OBJ_NEST_START = 107;
export const DEVLINK_ATTR_FMSG_PAIR_NEST_START = 108;
export const DEVLINK_ATTR_FMSG_ARR_NEST_START = 109;
export const DEVLINK_ATTR_FMSG_NEST_END = 110;
export const DEVLINK_ATTR_FMSG_OBJ_NAME = 111;
export const DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE = 112;
export const DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA = 113;

// firmware in flash
export const DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG = 124;
export const DEVLINK_ATTR_FLASH_UPDATE_STATUS_DONE = 125;
export const DEVLINK_ATTR_FLASH_UPDATE_STATUS_TOTAL = 126;
export const DEVLINK_ATTR_FLASH_UPDATE_STATUS_TIMEOUT = 151;

// health reporters
export const DEVLINK_ATTR_HEALTH_REPORTER = 114;
export const DEVLINK_ATTR_HEALTH_REPORTER_NAME = 115;
export const DEVLINK_ATTR_HEALTH_REPORTER_STATE = 116;
export const DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT = 117;
export const DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT = 118;
export const DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS = 119;
export const DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS = 137;
export const DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD = 120;
export const DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER = 121;
export const DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP = 141;

// reload and namespaces
export const DEVLINK_ATTR_RELOAD_FAILED = 136;
export const DEVLINK_ATTR_NETNS_FD = 138;
export const DEVLINK_ATTR_NETNS_PID = 139;
export const DEVLINK_ATTR_NETNS_ID = 140;
export const DEVLINK_ATTR_RELOAD_ACTION = 153;
export const DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED = 154;
export const DEVLINK_ATTR_RELOAD_LIMITS = 155;
export const DEVLINK_ATTR_DEV_STATS = 156;
export const DEVLINK_ATTR_RELOAD_STATS = 157;
export const DEVLINK_ATTR_RELOAD_STATS_ENTRY = 158;
export const DEVLINK_ATTR_RELOAD_STATS_LIMIT = 159;
export const DEVLINK_ATTR_RELOAD_STATS_VALUE = 160;
export const DEVLINK_ATTR_REMOTE_RELOAD_STATS = 161;
export const DEVLINK_ATTR_RELOAD_ACTION_INFO = 162;
export const DEVLINK_ATTR_RELOAD_ACTION_STATS = 163;

// enum devlink_port_type
export const DEVLINK_PORT_TYPE_NOTSET = 0;
export const DEVLINK_PORT_TYPE_AUTO = 1;
export const DEVLINK_PORT_TYPE_ETH = 2;
export const DEVLINK_PORT_TYPE_IB = 3;

// enum devlink_port_flavour
export const DEVLINK_PORT_FLAVOUR_PHYSICAL = 0;
export const DEVLINK_PORT_FLAVOUR_CPU = 1;
export const DEVLINK_PORT_FLAVOUR_DSA = 2;
export const DEVLINK_PORT_FLAVOUR_PCI_PF = 3;
export const DEVLINK_PORT_FLAVOUR_PCI_VF = 4;
export const DEVLINK_PORT_FLAVOUR_VIRTUAL = 5;
export const DEVLINK_PORT_FLAVOUR_PCI_SF = 7;

// enum devlink_port_fn_state
export const DEVLINK_PORT_FN_STATE_INACTIVE = 0;
export const DEVLINK_PORT_FN_STATE_ACTIVE = 1;

// enum devlink_sb_pool_type, devlink_sb_threshold_type
export const DEVLINK_SB_POOL_TYPE_INGRESS = 0;
export const DEVLINK_SB_POOL_TYPE_EGRESS = 1;
export const DEVLINK_SB_THRESHOLD_TYPE_STATIC = 0;
export const DEVLINK_SB_THRESHOLD_TYPE_DYNAMIC = 1;

// enum devlink_trap_action, devlink_trap_type
export const DEVLINK_TRAP_ACTION_DROP = 0;
export const DEVLINK_TRAP_ACTION_TRAP = 1;
export const DEVLINK_TRAP_ACTION_MIRROR = 2;
export const DEVLINK_TRAP_TYPE_DROP = 0;
export const DEVLINK_TRAP_TYPE_EXCEPTION = 1;
export const DEVLINK_TRAP_TYPE_CONTROL = 2;

// enum devlink_rate_type
export const DEVLINK_RATE_TYPE_LEAF = 0;
export const DEVLINK_RATE_TYPE_NODE = 1;

// enum devlink_flash_overwrite, as bits
export const DEVLINK_FLASH_OVERWRITE_SETTINGS = 1;
export const DEVLINK_FLASH_OVERWRITE_IDENTIFIERS = 2;

// enum devlink_eswitch_mode, _inline_mode, _encap_mode
export const DEVLINK_ESWITCH_MODE_LEGACY = 0;
export const DEVLINK_ESWITCH_MODE_SWITCHDEV = 1;
export const DEVLINK_ESWITCH_INLINE_MODE_NONE = 0;
export const DEVLINK_ESWITCH_INLINE_MODE_LINK = 1;
export const DEVLINK_ESWITCH_INLINE_MODE_NETWORK = 2;
export const DEVLINK_ESWITCH_INLINE_MODE_TRANSPORT = 3;
export const DEVLINK_ESWITCH_ENCAP_MODE_NONE = 0;
export const DEVLINK_ESWITCH_ENCAP_MODE_BASIC = 1;

// enum devlink_param_cmode
export const DEVLINK_PARAM_CMODE_RUNTIME = 0;
export const DEVLINK_PARAM_CMODE_DRIVERINIT = 1;
export const DEVLINK_PARAM_CMODE_PERMANENT = 2;

// enum devlink_reload_action, devlink_reload_limit
export const DEVLINK_RELOAD_ACTION_UNSPEC = 0;
export const DEVLINK_RELOAD_ACTION_DRIVER_REINIT = 1;
export const DEVLINK_RELOAD_ACTION_FW_ACTIVATE = 2;
export const DEVLINK_RELOAD_ACTION_MAX = 2;
export const DEVLINK_RELOAD_LIMIT_UNSPEC = 0;
export const DEVLINK_RELOAD_LIMIT_NO_RESET = 1;
export const DEVLINK_RELOAD_LIMIT_MAX = 1;

// Types of a parameter's value on the wire: the kernel sends its netlink type numbers (enum in include/net/netlink.h).
export const NLA_U8 = 1;
export const NLA_U16 = 2;
export const NLA_U32 = 3;
export const NLA_U64 = 4;
export const NLA_STRING = 5;
export const NLA_FLAG = 6;
export const NLA_NUL_STRING = 10;
export const NLA_BINARY = 11;

// enum devlink_health_reporter_state
export const DEVLINK_HEALTH_REPORTER_STATE_HEALTHY = 0;
export const DEVLINK_HEALTH_REPORTER_STATE_ERROR = 1;
