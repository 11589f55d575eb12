/**
 * Models include/uapi/rdma/rdma_netlink.h: message types and attribute numbers of the RDMA netlink family "nldev".
 * Left out: the CM, IWPM and LS clients, and the per-object resource and counter attributes.
 */
/** Clients of NETLINK_RDMA; the high bits of a message type. */
export const RDMA_NL_NLDEV = 5;
export const RDMA_NL_NUM_CLIENTS = 6;

/** RDMA_NL_GET_TYPE(): the message type of a client's command. */
export function RDMA_NL_GET_TYPE(client: number, op: number): number {
  return (client << 10) + op;
}

/** RDMA_NL_GET_CLIENT(): which client a message type belongs to. */
export function RDMA_NL_GET_CLIENT(type: number): number {
  return (type >> 10) & 0x3f;
}

/** RDMA_NL_GET_OP(): the command in a message type. */
export function RDMA_NL_GET_OP(type: number): number {
  return type & 0x3ff;
}

// enum rdma_nldev_command
export const RDMA_NLDEV_CMD_GET = 1;
export const RDMA_NLDEV_CMD_SET = 2;
export const RDMA_NLDEV_CMD_NEWLINK = 3;
export const RDMA_NLDEV_CMD_DELLINK = 4;
export const RDMA_NLDEV_CMD_PORT_GET = 5;
export const RDMA_NLDEV_CMD_SYS_GET = 6;
export const RDMA_NLDEV_CMD_SYS_SET = 7;
export const RDMA_NLDEV_CMD_RES_GET = 9;

// enum rdma_nldev_attr; the comment is the type of the value
export const RDMA_NLDEV_ATTR_DEV_INDEX = 1; // u32
export const RDMA_NLDEV_ATTR_DEV_NAME = 2; // string
export const RDMA_NLDEV_ATTR_PORT_INDEX = 3; // u32
export const RDMA_NLDEV_ATTR_CAP_FLAGS = 4; // u64
export const RDMA_NLDEV_ATTR_FW_VERSION = 5; // string
export const RDMA_NLDEV_ATTR_NODE_GUID = 6; // u64, host byte order
export const RDMA_NLDEV_ATTR_SYS_IMAGE_GUID = 7; // u64, host byte order
export const RDMA_NLDEV_ATTR_SUBNET_PREFIX = 8; // u64
export const RDMA_NLDEV_ATTR_LID = 9; // u32
export const RDMA_NLDEV_ATTR_SM_LID = 10; // u32
export const RDMA_NLDEV_ATTR_LMC = 11; // u8
export const RDMA_NLDEV_ATTR_PORT_STATE = 12; // u8
export const RDMA_NLDEV_ATTR_PORT_PHYS_STATE = 13; // u8
export const RDMA_NLDEV_ATTR_DEV_NODE_TYPE = 14; // u8
export const RDMA_NLDEV_ATTR_RES_SUMMARY = 15; // nested
export const RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY = 16; // nested
export const RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME = 17; // string
export const RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR = 18; // u64
export const RDMA_NLDEV_ATTR_NDEV_INDEX = 50; // u32
export const RDMA_NLDEV_ATTR_NDEV_NAME = 51; // string
export const RDMA_NLDEV_ATTR_LINK_TYPE = 65; // string
export const RDMA_NLDEV_SYS_ATTR_NETNS_MODE = 66; // u8: 1 shared, 0 exclusive
export const RDMA_NLDEV_NET_NS_FD = 68; // u32
export const RDMA_NLDEV_ATTR_DEV_DIM = 84; // u8
export const RDMA_NLDEV_ATTR_DEV_PROTOCOL = 67; // string
export const RDMA_NLDEV_SYS_ATTR_COPY_ON_FORK = 93; // u8

/** RDMA_NLDEV_ATTR_DEV_NODE_TYPE: a channel adapter. */
export const RDMA_NODE_IB_CA = 1;
