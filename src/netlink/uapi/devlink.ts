/**
 * Numbers of the "devlink" generic netlink family (include/uapi/linux/devlink.h), verbatim uapi names. Left out: shared
 * buffers, dpipe, resources, regions, traps, rates, line cards, flash and selftests.
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
export const DEVLINK_CMD_ESWITCH_GET = 29;
export const DEVLINK_CMD_ESWITCH_SET = 30;
export const DEVLINK_CMD_RELOAD = 37;
export const DEVLINK_CMD_PARAM_GET = 38;
export const DEVLINK_CMD_PARAM_SET = 39;
export const DEVLINK_CMD_PARAM_NEW = 40;
export const DEVLINK_CMD_PARAM_DEL = 41;
export const DEVLINK_CMD_INFO_GET = 51;
export const DEVLINK_CMD_HEALTH_REPORTER_GET = 52;

// enum devlink_attr: the handle, ports
export const DEVLINK_ATTR_BUS_NAME = 1;
export const DEVLINK_ATTR_DEV_NAME = 2;
export const DEVLINK_ATTR_PORT_INDEX = 3;
export const DEVLINK_ATTR_PORT_TYPE = 4;
export const DEVLINK_ATTR_PORT_NETDEV_IFINDEX = 6;
export const DEVLINK_ATTR_PORT_NETDEV_NAME = 7;
export const DEVLINK_ATTR_PORT_IBDEV_NAME = 8;
export const DEVLINK_ATTR_PORT_FLAVOUR = 77;
export const DEVLINK_ATTR_PORT_NUMBER = 78;
export const DEVLINK_ATTR_PORT_SPLITTABLE = 148;
export const DEVLINK_ATTR_PORT_PCI_PF_NUMBER = 127;
export const DEVLINK_ATTR_PORT_PCI_VF_NUMBER = 128;
export const DEVLINK_ATTR_PORT_EXTERNAL = 149;
export const DEVLINK_ATTR_PORT_CONTROLLER_NUMBER = 150;

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

// health reporters
export const DEVLINK_ATTR_HEALTH_REPORTER = 114;
export const DEVLINK_ATTR_HEALTH_REPORTER_NAME = 115;
export const DEVLINK_ATTR_HEALTH_REPORTER_STATE = 116;
export const DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT = 117;
export const DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT = 118;
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
export const DEVLINK_PORT_TYPE_ETH = 2;
export const DEVLINK_PORT_TYPE_IB = 3;

// enum devlink_port_flavour
export const DEVLINK_PORT_FLAVOUR_PHYSICAL = 0;
export const DEVLINK_PORT_FLAVOUR_PCI_PF = 3;
export const DEVLINK_PORT_FLAVOUR_PCI_VF = 4;

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
export const NLA_STRING = 5;
export const NLA_FLAG = 6;

// enum devlink_health_reporter_state
export const DEVLINK_HEALTH_REPORTER_STATE_HEALTHY = 0;
export const DEVLINK_HEALTH_REPORTER_STATE_ERROR = 1;
