/** The sorts of objects that `rdma resource show` lists: commands, attributes, filters and fields of each. */
import {
  type Attributes,
  RDMA_NLDEV_ATTR_DEV_DIM,
  RDMA_NLDEV_ATTR_RES_CM_ID,
  RDMA_NLDEV_ATTR_RES_CM_ID_ENTRY,
  RDMA_NLDEV_ATTR_RES_CQ,
  RDMA_NLDEV_ATTR_RES_CQ_ENTRY,
  RDMA_NLDEV_ATTR_RES_CQE,
  RDMA_NLDEV_ATTR_RES_CQN,
  RDMA_NLDEV_ATTR_RES_CTX,
  RDMA_NLDEV_ATTR_RES_CTX_ENTRY,
  RDMA_NLDEV_ATTR_RES_KERN_NAME,
  RDMA_NLDEV_ATTR_RES_LOCAL_DMA_LKEY,
  RDMA_NLDEV_ATTR_RES_LQPN,
  RDMA_NLDEV_ATTR_RES_MR,
  RDMA_NLDEV_ATTR_RES_MR_ENTRY,
  RDMA_NLDEV_ATTR_RES_PD,
  RDMA_NLDEV_ATTR_RES_PD_ENTRY,
  RDMA_NLDEV_ATTR_RES_PDN,
  RDMA_NLDEV_ATTR_RES_POLL_CTX,
  RDMA_NLDEV_ATTR_RES_QP,
  RDMA_NLDEV_ATTR_RES_QP_ENTRY,
  RDMA_NLDEV_ATTR_RES_SQ_PSN,
  RDMA_NLDEV_ATTR_RES_SRQ,
  RDMA_NLDEV_ATTR_RES_SRQ_ENTRY,
  RDMA_NLDEV_ATTR_RES_STATE,
  RDMA_NLDEV_ATTR_RES_TYPE,
  RDMA_NLDEV_ATTR_RES_USECNT,
  RDMA_NLDEV_CMD_RES_CM_ID_GET,
  RDMA_NLDEV_CMD_RES_CQ_GET,
  RDMA_NLDEV_CMD_RES_CQ_GET_RAW,
  RDMA_NLDEV_CMD_RES_CTX_GET,
  RDMA_NLDEV_CMD_RES_MR_GET,
  RDMA_NLDEV_CMD_RES_MR_GET_RAW,
  RDMA_NLDEV_CMD_RES_PD_GET,
  RDMA_NLDEV_CMD_RES_QP_GET,
  RDMA_NLDEV_CMD_RES_QP_GET_RAW,
  RDMA_NLDEV_CMD_RES_SRQ_GET,
} from "../../../netlink/index.ts";
import type { FilterNames } from "./filters.ts";

/** One field of an object's line. `text` is how the plain layout shows the value, where that differs from JSON. */
export interface Field {
  readonly key: string;
  readonly value: string | number | boolean;
  readonly text?: string;
}

export interface ResourceObject {
  readonly name: string;
  readonly command: number;
  /** What -r asks for in its place. */
  readonly rawCommand?: number;
  readonly list: number;
  readonly entry: number;
  /** Listed port by port, and chosen with `link`; the others with `dev`. */
  readonly perLink: boolean;
  readonly filters: FilterNames;
  fields(entry: Attributes): readonly Field[];
}

const QP_TYPES = ["SMI", "GSI", "RC", "UC", "UD", "RAW_IPV6", "RAW_ETHERTYPE", "UNKNOWN", "RAW_PACKET", "XRC_INI", "XRC_TGT"];
const QP_STATES = ["RESET", "INIT", "RTR", "RTS", "SQD", "SQE", "ERR"];
const POLL_CONTEXTS = ["DIRECT", "SOFTIRQ", "WORKQUEUE", "UNBOUND_WORKQUEUE"];

/** A field, unless the attribute is absent. */
function field(key: string, value: string | number | bigint | boolean | undefined, text?: string): readonly Field[] {
  if (value === undefined) return [];
  const plain = typeof value === "bigint" ? Number(value) : value;
  return [{ key, value: plain, ...(text === undefined ? {} : { text }) }];
}

function named(key: string, value: number | undefined, names: readonly string[]): readonly Field[] {
  return field(key, value === undefined ? undefined : (names[value] ?? "UNKNOWN"));
}

/** Who made it: a part of the kernel, in brackets. */
function comm(entry: Attributes): readonly Field[] {
  const name = entry.string(RDMA_NLDEV_ATTR_RES_KERN_NAME);
  return field("comm", name, `[${name ?? ""}]`);
}

function qpFields(entry: Attributes): readonly Field[] {
  return [
    ...field("lqpn", entry.u32(RDMA_NLDEV_ATTR_RES_LQPN)),
    ...named("type", entry.u8(RDMA_NLDEV_ATTR_RES_TYPE), QP_TYPES),
    ...named("state", entry.u8(RDMA_NLDEV_ATTR_RES_STATE), QP_STATES),
    ...field("sq-psn", entry.u32(RDMA_NLDEV_ATTR_RES_SQ_PSN)),
    ...comm(entry),
  ];
}

function cqFields(entry: Attributes): readonly Field[] {
  const dim = entry.u8(RDMA_NLDEV_ATTR_DEV_DIM);
  return [
    ...field("cqn", entry.u32(RDMA_NLDEV_ATTR_RES_CQN)),
    ...field("cqe", entry.u32(RDMA_NLDEV_ATTR_RES_CQE)),
    ...field("users", entry.u64(RDMA_NLDEV_ATTR_RES_USECNT)),
    ...named("poll-ctx", entry.u8(RDMA_NLDEV_ATTR_RES_POLL_CTX), POLL_CONTEXTS),
    ...field("adaptive-moderation", dim === undefined ? undefined : dim !== 0, dim === 0 ? "off" : "on"),
    ...comm(entry),
  ];
}

function pdFields(entry: Attributes): readonly Field[] {
  const lkey = entry.u32(RDMA_NLDEV_ATTR_RES_LOCAL_DMA_LKEY)?.toString(16);
  return [
    ...field("pdn", entry.u32(RDMA_NLDEV_ATTR_RES_PDN)),
    ...field("local_dma_lkey", lkey, `0x${lkey ?? ""}`),
    ...field("users", entry.u64(RDMA_NLDEV_ATTR_RES_USECNT)),
    ...comm(entry),
  ];
}

/** Sorts of which no object can exist here: their lists are empty. */
const none = (): readonly Field[] => [];

const QP_FILTERS: FilterNames = {
  link: "word",
  lqpn: "number",
  rqpn: "number",
  pid: "number",
  "sq-psn": "number",
  "rq-psn": "number",
  type: "word",
  "path-mig-state": "word",
  state: "word",
  pdn: "number",
};

const CM_ID_FILTERS: FilterNames = {
  link: "word",
  lqpn: "number",
  "qp-type": "word",
  state: "word",
  ps: "word",
  "dev-type": "word",
  "transport-type": "word",
  pid: "number",
  "src-addr": "word",
  "src-port": "number",
  "dst-addr": "word",
  "dst-port": "number",
  "cm-idn": "number",
};

const CQ_FILTERS: FilterNames = { dev: "word", users: "number", "poll-ctx": "word", pid: "number", cqn: "number", ctxn: "number" };
const MR_FILTERS: FilterNames = {
  dev: "word",
  rkey: "number",
  lkey: "number",
  mrlen: "number",
  pid: "number",
  mrn: "number",
  pdn: "number",
};
const PD_FILTERS: FilterNames = { dev: "word", users: "number", pid: "number", ctxn: "number", pdn: "number" };
const CTX_FILTERS: FilterNames = { dev: "word", ctxn: "number", pid: "number" };
const SRQ_FILTERS: FilterNames = { dev: "word", pid: "number", srqn: "number", type: "word", pdn: "number", cqn: "number", lqpn: "number" };

/** In the order in which the program tries them. */
export const OBJECTS: readonly ResourceObject[] = [
  {
    name: "qp",
    command: RDMA_NLDEV_CMD_RES_QP_GET,
    rawCommand: RDMA_NLDEV_CMD_RES_QP_GET_RAW,
    list: RDMA_NLDEV_ATTR_RES_QP,
    entry: RDMA_NLDEV_ATTR_RES_QP_ENTRY,
    perLink: true,
    filters: QP_FILTERS,
    fields: qpFields,
  },
  {
    name: "cm_id",
    command: RDMA_NLDEV_CMD_RES_CM_ID_GET,
    list: RDMA_NLDEV_ATTR_RES_CM_ID,
    entry: RDMA_NLDEV_ATTR_RES_CM_ID_ENTRY,
    perLink: true,
    filters: CM_ID_FILTERS,
    fields: none,
  },
  {
    name: "cq",
    command: RDMA_NLDEV_CMD_RES_CQ_GET,
    rawCommand: RDMA_NLDEV_CMD_RES_CQ_GET_RAW,
    list: RDMA_NLDEV_ATTR_RES_CQ,
    entry: RDMA_NLDEV_ATTR_RES_CQ_ENTRY,
    perLink: false,
    filters: CQ_FILTERS,
    fields: cqFields,
  },
  {
    name: "mr",
    command: RDMA_NLDEV_CMD_RES_MR_GET,
    rawCommand: RDMA_NLDEV_CMD_RES_MR_GET_RAW,
    list: RDMA_NLDEV_ATTR_RES_MR,
    entry: RDMA_NLDEV_ATTR_RES_MR_ENTRY,
    perLink: false,
    filters: MR_FILTERS,
    fields: none,
  },
  {
    name: "pd",
    command: RDMA_NLDEV_CMD_RES_PD_GET,
    list: RDMA_NLDEV_ATTR_RES_PD,
    entry: RDMA_NLDEV_ATTR_RES_PD_ENTRY,
    perLink: false,
    filters: PD_FILTERS,
    fields: pdFields,
  },
  {
    name: "ctx",
    command: RDMA_NLDEV_CMD_RES_CTX_GET,
    list: RDMA_NLDEV_ATTR_RES_CTX,
    entry: RDMA_NLDEV_ATTR_RES_CTX_ENTRY,
    perLink: false,
    filters: CTX_FILTERS,
    fields: none,
  },
  {
    name: "srq",
    command: RDMA_NLDEV_CMD_RES_SRQ_GET,
    list: RDMA_NLDEV_ATTR_RES_SRQ,
    entry: RDMA_NLDEV_ATTR_RES_SRQ_ENTRY,
    perLink: false,
    filters: SRQ_FILTERS,
    fields: none,
  },
];
