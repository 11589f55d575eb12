/**
 * Models include/uapi/rdma/rdma_netlink.h: message types and attribute numbers of the RDMA netlink family "nldev".
 * Left out: the CM, IWPM and LS clients, raw objects of drivers, attributes of objects that user contexts make.
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
export const RDMA_NLDEV_CMD_RES_QP_GET = 10;
export const RDMA_NLDEV_CMD_RES_CM_ID_GET = 11;
export const RDMA_NLDEV_CMD_RES_CQ_GET = 12;
export const RDMA_NLDEV_CMD_RES_MR_GET = 13;
export const RDMA_NLDEV_CMD_RES_PD_GET = 14;
export const RDMA_NLDEV_CMD_STAT_GET = 17;
export const RDMA_NLDEV_CMD_RES_QP_GET_RAW = 19;
export const RDMA_NLDEV_CMD_RES_CQ_GET_RAW = 20;
export const RDMA_NLDEV_CMD_RES_MR_GET_RAW = 21;
export const RDMA_NLDEV_CMD_RES_CTX_GET = 22;
export const RDMA_NLDEV_CMD_RES_SRQ_GET = 23;

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
export const RDMA_NLDEV_ATTR_RES_QP = 19; // nested
export const RDMA_NLDEV_ATTR_RES_QP_ENTRY = 20; // nested
export const RDMA_NLDEV_ATTR_RES_LQPN = 21; // u32
export const RDMA_NLDEV_ATTR_RES_SQ_PSN = 24; // u32
export const RDMA_NLDEV_ATTR_RES_TYPE = 26; // u8
export const RDMA_NLDEV_ATTR_RES_STATE = 27; // u8
export const RDMA_NLDEV_ATTR_RES_KERN_NAME = 29; // string
export const RDMA_NLDEV_ATTR_RES_CM_ID = 30; // nested
export const RDMA_NLDEV_ATTR_RES_CM_ID_ENTRY = 31; // nested
export const RDMA_NLDEV_ATTR_RES_CQ = 35; // nested
export const RDMA_NLDEV_ATTR_RES_CQ_ENTRY = 36; // nested
export const RDMA_NLDEV_ATTR_RES_CQE = 37; // u32
export const RDMA_NLDEV_ATTR_RES_USECNT = 38; // u64
export const RDMA_NLDEV_ATTR_RES_POLL_CTX = 39; // u8
export const RDMA_NLDEV_ATTR_RES_MR = 40; // nested
export const RDMA_NLDEV_ATTR_RES_MR_ENTRY = 41; // nested
export const RDMA_NLDEV_ATTR_RES_PD = 46; // nested
export const RDMA_NLDEV_ATTR_RES_PD_ENTRY = 47; // nested
export const RDMA_NLDEV_ATTR_RES_LOCAL_DMA_LKEY = 48; // u32
export const RDMA_NLDEV_ATTR_NDEV_INDEX = 50; // u32
export const RDMA_NLDEV_ATTR_NDEV_NAME = 51; // string
export const RDMA_NLDEV_ATTR_RES_PDN = 60; // u32
export const RDMA_NLDEV_ATTR_RES_CQN = 61; // u32
export const RDMA_NLDEV_ATTR_LINK_TYPE = 65; // string
export const RDMA_NLDEV_SYS_ATTR_NETNS_MODE = 66; // u8: 1 shared, 0 exclusive
export const RDMA_NLDEV_NET_NS_FD = 68; // u32
export const RDMA_NLDEV_ATTR_DEV_PROTOCOL = 67; // string
export const RDMA_NLDEV_ATTR_STAT_MODE = 74; // u32
export const RDMA_NLDEV_ATTR_STAT_RES = 75; // u32: RDMA_NLDEV_ATTR_RES_QP, _RES_MR
export const RDMA_NLDEV_ATTR_STAT_HWCOUNTERS = 80; // nested
export const RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY = 81; // nested
export const RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_NAME = 82; // string
export const RDMA_NLDEV_ATTR_STAT_HWCOUNTER_ENTRY_VALUE = 83; // u64
export const RDMA_NLDEV_ATTR_DEV_DIM = 84; // u8
export const RDMA_NLDEV_ATTR_RES_CTX = 86; // nested
export const RDMA_NLDEV_ATTR_RES_CTX_ENTRY = 87; // nested
export const RDMA_NLDEV_ATTR_RES_SRQ = 88; // nested
export const RDMA_NLDEV_ATTR_RES_SRQ_ENTRY = 89; // nested
export const RDMA_NLDEV_SYS_ATTR_COPY_ON_FORK = 93; // u8

/** RDMA_NLDEV_ATTR_DEV_NODE_TYPE: a channel adapter. */
export const RDMA_NODE_IB_CA = 1;
