/**
 * Models the resource commands of core/nldev.c: how many objects of each kind a device has, and the list of one kind. Only
 * objects of kernel users occur (see restrack.ts). Left out: one object by its number, raw dumps of the hardware.
 */
import { EINVAL } from "../../kernel/index.ts";
import {
  Attributes,
  type AttributeWriter,
  RDMA_NLDEV_ATTR_DEV_DIM,
  RDMA_NLDEV_ATTR_PORT_INDEX,
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
  RDMA_NLDEV_ATTR_RES_SUMMARY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR,
  RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME,
  RDMA_NLDEV_ATTR_RES_TYPE,
  RDMA_NLDEV_ATTR_RES_USECNT,
  RDMA_NLDEV_CMD_RES_CM_ID_GET,
  RDMA_NLDEV_CMD_RES_CQ_GET,
  RDMA_NLDEV_CMD_RES_CTX_GET,
  RDMA_NLDEV_CMD_RES_GET,
  RDMA_NLDEV_CMD_RES_MR_GET,
  RDMA_NLDEV_CMD_RES_PD_GET,
  RDMA_NLDEV_CMD_RES_QP_GET,
  RDMA_NLDEV_CMD_RES_SRQ_GET,
} from "../../netlink/index.ts";
import { type ib_device, ib_device_put } from "./device.ts";
import type { RdmaCommands } from "./netlink.ts";
import { dumpFrom, type Fill, fill_nldev_handle, getDoit, getDumpit, requestedDevice } from "./nldev-device.ts";
import { type RestrackKind, type rdma_restrack_entry, rdma_restrack_list } from "./restrack.ts";

/** struct nldev_fill_res_entry: the command that lists a kind, and the attributes of the list and of each entry. */
const LISTS: Readonly<Record<RestrackKind, { readonly cmd: number; readonly nldev_attr: number; readonly entry: number }>> = {
  qp: { cmd: RDMA_NLDEV_CMD_RES_QP_GET, nldev_attr: RDMA_NLDEV_ATTR_RES_QP, entry: RDMA_NLDEV_ATTR_RES_QP_ENTRY },
  cm_id: { cmd: RDMA_NLDEV_CMD_RES_CM_ID_GET, nldev_attr: RDMA_NLDEV_ATTR_RES_CM_ID, entry: RDMA_NLDEV_ATTR_RES_CM_ID_ENTRY },
  cq: { cmd: RDMA_NLDEV_CMD_RES_CQ_GET, nldev_attr: RDMA_NLDEV_ATTR_RES_CQ, entry: RDMA_NLDEV_ATTR_RES_CQ_ENTRY },
  mr: { cmd: RDMA_NLDEV_CMD_RES_MR_GET, nldev_attr: RDMA_NLDEV_ATTR_RES_MR, entry: RDMA_NLDEV_ATTR_RES_MR_ENTRY },
  pd: { cmd: RDMA_NLDEV_CMD_RES_PD_GET, nldev_attr: RDMA_NLDEV_ATTR_RES_PD, entry: RDMA_NLDEV_ATTR_RES_PD_ENTRY },
  ctx: { cmd: RDMA_NLDEV_CMD_RES_CTX_GET, nldev_attr: RDMA_NLDEV_ATTR_RES_CTX, entry: RDMA_NLDEV_ATTR_RES_CTX_ENTRY },
  srq: { cmd: RDMA_NLDEV_CMD_RES_SRQ_GET, nldev_attr: RDMA_NLDEV_ATTR_RES_SRQ, entry: RDMA_NLDEV_ATTR_RES_SRQ_ENTRY },
};

/** Kinds that every kernel with resources can list; contexts and shared receive queues came together. */
const ALWAYS_LISTED: readonly RestrackKind[] = ["qp", "cm_id", "cq", "mr", "pd"];

/** The commands of a kernel that counts these kinds. */
export function resourceCommands(kinds: readonly RestrackKind[]): RdmaCommands {
  const fill = fill_res_info(kinds);
  const listed = kinds.includes("srq") ? (Object.keys(LISTS) as RestrackKind[]) : ALWAYS_LISTED;
  return {
    [RDMA_NLDEV_CMD_RES_GET]: {
      doit: getDoit("nldev_res_get_doit", RDMA_NLDEV_CMD_RES_GET, fill),
      dump: getDumpit("nldev_res_get_dumpit", RDMA_NLDEV_CMD_RES_GET, fill),
    },
    ...Object.fromEntries(listed.map((kind) => [LISTS[kind].cmd, { dump: listDumpit(kind) }])),
  };
}

function fill_res_info(kinds: readonly RestrackKind[]): Fill {
  return (current, msg, dev) => {
    fill_nldev_handle(msg, dev);
    const entries = (table: AttributeWriter): void => {
      for (const kind of kinds) {
        const entry = (e: AttributeWriter): void => {
          e.string(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_NAME, kind);
          e.u64(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY_CURR, BigInt(rdma_restrack_list(current, dev.restrack, kind).length));
        };
        table.nest(RDMA_NLDEV_ATTR_RES_SUMMARY_ENTRY, entry, true);
      }
    };
    msg.nest(RDMA_NLDEV_ATTR_RES_SUMMARY, entries, true);
  };
}

/** res_get_common_dumpit(): one message with every object of the kind, or none. A port asks for its own queue pairs only. */
function listDumpit(kind: RestrackKind): NonNullable<RdmaCommands[number]["dump"]> {
  return async (caller, skb, cb) => {
    const current = caller.enter(`nldev_res_get_${kind}_dumpit`).enter("res_get_common_dumpit");
    const tb = Attributes.parse(cb.nlh.payload);
    const dev = await requestedDevice(current, cb.request, tb);
    if (typeof dev === "number") return dev;
    const port = tb?.u32(RDMA_NLDEV_ATTR_PORT_INDEX) ?? 0;
    if (tb?.has(RDMA_NLDEV_ATTR_PORT_INDEX) === true && (port < 1 || port > dev.phys_port_cnt)) {
      ib_device_put(current, dev);
      return -EINVAL;
    }
    const entries = rdma_restrack_list(current, dev.restrack, kind).filter(
      (entry) => !(port > 0 && entry.kind === "qp" && entry.port !== port),
    );
    const messages = entries.length === 0 ? [] : [entries];
    const more = await dumpFrom(skb, cb, LISTS[kind].cmd, messages, (msg, list) => fillList(msg, dev, kind, list));
    ib_device_put(current, dev);
    return more ? skb.len : 0;
  };
}

function fillList(msg: AttributeWriter, dev: ib_device, kind: RestrackKind, entries: readonly rdma_restrack_entry[]): void {
  const { nldev_attr, entry } = LISTS[kind];
  fill_nldev_handle(msg, dev);
  const table = (list: AttributeWriter): void => {
    for (const each of entries) list.nest(entry, (e) => fillEntry(e, each), true);
  };
  msg.nest(nldev_attr, table, true);
}

function fillEntry(e: AttributeWriter, entry: rdma_restrack_entry): void {
  switch (entry.kind) {
    case "qp":
      e.u32(RDMA_NLDEV_ATTR_PORT_INDEX, entry.port).u32(RDMA_NLDEV_ATTR_RES_LQPN, entry.qp_num);
      e.string(RDMA_NLDEV_ATTR_RES_KERN_NAME, entry.kern_name).u32(RDMA_NLDEV_ATTR_RES_SQ_PSN, entry.sq_psn);
      e.u8(RDMA_NLDEV_ATTR_RES_TYPE, entry.qp_type).u8(RDMA_NLDEV_ATTR_RES_STATE, entry.state);
      return;
    case "cq":
      e.u32(RDMA_NLDEV_ATTR_RES_CQE, entry.cqe).u64(RDMA_NLDEV_ATTR_RES_USECNT, BigInt(entry.usecnt));
      e.u8(RDMA_NLDEV_ATTR_RES_POLL_CTX, entry.poll_ctx).u8(RDMA_NLDEV_ATTR_DEV_DIM, entry.dim ? 1 : 0);
      e.u32(RDMA_NLDEV_ATTR_RES_CQN, entry.id).string(RDMA_NLDEV_ATTR_RES_KERN_NAME, entry.kern_name);
      return;
    case "pd":
      e.u32(RDMA_NLDEV_ATTR_RES_LOCAL_DMA_LKEY, entry.local_dma_lkey).u64(RDMA_NLDEV_ATTR_RES_USECNT, BigInt(entry.usecnt));
      e.u32(RDMA_NLDEV_ATTR_RES_PDN, entry.id).string(RDMA_NLDEV_ATTR_RES_KERN_NAME, entry.kern_name);
      return;
  }
}
