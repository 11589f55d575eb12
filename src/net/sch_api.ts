/**
 * Models RTM_GETQDISC, RTM_NEWQDISC and RTM_DELQDISC (net/sched/sch_api.c, v5.10) for the disciplines that the kernel puts
 * on a device itself, and for `ingress` and `clsact`. Run under rtnl_mutex. Left out, and refused: every other discipline,
 * classes and filters.
 */
import { EEXIST, EINVAL, ENODEV, ENOENT, EOPNOTSUPP, type Frame, request_module } from "../kernel/index.ts";
import {
  AF_UNSPEC,
  Attributes,
  AttributeWriter,
  type NetlinkMessage,
  NL_SET_ERR_MSG,
  NLM_F_CREATE,
  type netlink_callback,
  type netlink_ext_ack,
  type netlink_request,
  RTM_NEWQDISC,
  type sk_buff,
  TC_H_INGRESS,
  TC_H_ROOT,
  TCA_KIND,
  TCA_OPTIONS,
  TCMSG_LEN,
  viewOf,
} from "../netlink/index.ts";
import { __dev_get_by_index, for_each_netdev } from "./dev-lookup.ts";
import { genl_info_net, net_of } from "./net_namespace.ts";
import { __rtnl_unlock, rtnl_lock } from "./rtnl.ts";
import { qdiscRegistered } from "./sch_generic.ts";
import type { net_device } from "./structs.ts";

/** TC_H_MAKE(TC_H_INGRESS, 0) */
const INGRESS_HANDLE = 0xffff_0000;
/** A discipline's reference count, the device's own and the one of its queue. */
const DEFAULT_REFCNT = 2;

interface Qdisc {
  readonly kind: string;
  readonly handle: number;
  readonly parent: number;
  readonly refcnt: number;
}

/** struct tc_prio_qopt of pfifo_fast: bands s32, priomap u8[16] */
const PFIFO_FAST_OPTIONS = Uint8Array.of(3, 0, 0, 0, 1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);

function fillQdisc(dev: net_device, qdisc: Qdisc): Uint8Array {
  const header = new Uint8Array(TCMSG_LEN);
  const view = viewOf(header);
  view.setInt32(4, dev.ifindex, true);
  view.setUint32(8, qdisc.handle, true);
  view.setUint32(12, qdisc.parent, true);
  view.setUint32(16, qdisc.refcnt, true);
  const w = new AttributeWriter().header(header).string(TCA_KIND, qdisc.kind);
  if (qdisc.kind === "pfifo_fast") w.bytes(TCA_OPTIONS, PFIFO_FAST_OPTIONS);
  return w.finish();
}

/** tc_dump_qdisc_root(): `noop` is not shown; below `mq` there is one discipline for each queue, the last one first. */
function qdiscsOf(dev: net_device): Qdisc[] {
  const list: Qdisc[] = [];
  if (dev.qdisc === "mq") {
    list.push({ kind: "mq", handle: 0, parent: TC_H_ROOT, refcnt: 1 });
    for (let queue = dev.num_tx_queues; queue > 0; queue--) list.push({ kind: "pfifo_fast", handle: 0, parent: queue, refcnt: 1 });
  } else if (dev.qdisc !== "noop") list.push({ kind: dev.qdisc, handle: 0, parent: TC_H_ROOT, refcnt: DEFAULT_REFCNT });
  if (dev.ingress_qdisc !== null) list.push({ kind: dev.ingress_qdisc, handle: INGRESS_HANDLE, parent: TC_H_INGRESS, refcnt: 1 });
  return list;
}

/** tc_dump_qdisc() */
export async function tc_dump_qdisc(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("tc_dump_qdisc");
  const { payload } = cb.nlh;
  if (payload.length < TCMSG_LEN) return -EINVAL;
  const wanted = for_each_netdev(current, genl_info_net(cb)).flatMap((dev) => qdiscsOf(dev).map((qdisc) => fillQdisc(dev, qdisc)));
  for (const message of wanted.slice(cb.args[0])) {
    if (!skb.nlmsg_put(RTM_NEWQDISC, message)) break;
    cb.args[0]++;
  }
  return skb.len;
}

interface QdiscRequest {
  readonly dev: net_device;
  readonly parent: number;
  readonly kind: string;
}

function parse(current: Frame, request: netlink_request, nlh: NetlinkMessage): QdiscRequest | number {
  const { payload } = nlh;
  const tb = payload.length < TCMSG_LEN ? null : Attributes.parse(payload, TCMSG_LEN);
  if (tb === null || payload[0] !== AF_UNSPEC) return -EINVAL;
  const view = viewOf(payload);
  const dev = __dev_get_by_index(current, net_of(request.net), view.getInt32(4, true));
  if (dev === null) return -ENODEV;
  return { dev, parent: view.getUint32(12, true), kind: tb.string(TCA_KIND) ?? "" };
}

/** tc_modify_qdisc(): a missing discipline is asked for as module `sch_KIND`, without rtnl_mutex. */
export async function tc_modify_qdisc(
  caller: Frame,
  request: netlink_request,
  nlh: NetlinkMessage,
  extack: netlink_ext_ack,
): Promise<number> {
  const current = caller.enter("tc_modify_qdisc");
  const found = parse(current, request, nlh);
  if (typeof found === "number") return found;
  const { dev, parent, kind } = found;
  if (parent !== TC_H_INGRESS) {
    NL_SET_ERR_MSG(extack, "Only the queueing disciplines ingress and clsact are modelled");
    return -EOPNOTSUPP;
  }
  if (dev.ingress_qdisc !== null) {
    NL_SET_ERR_MSG(extack, "Exclusivity flag on, cannot modify");
    return -EEXIST;
  }
  if ((nlh.flags & NLM_F_CREATE) === 0) {
    NL_SET_ERR_MSG(extack, "Qdisc not found. To create specify NLM_F_CREATE flag");
    return -ENOENT;
  }
  if (!qdiscRegistered(current, kind)) {
    __rtnl_unlock(current);
    await request_module(current, `sch_${kind}`);
    await rtnl_lock(current);
    if (!qdiscRegistered(current, kind)) {
      NL_SET_ERR_MSG(extack, "Specified qdisc kind is unknown");
      return -ENOENT;
    }
  }
  current.writes(dev);
  dev.ingress_qdisc = kind;
  return 0;
}

/** The RTM_DELQDISC half of tc_get_qdisc() */
export async function tc_del_qdisc(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("tc_get_qdisc");
  const found = parse(current, request, nlh);
  if (typeof found === "number") return found;
  const { dev, parent, kind } = found;
  if (parent !== TC_H_INGRESS) {
    NL_SET_ERR_MSG(extack, "Cannot delete qdisc with handle of zero");
    return -ENOENT;
  }
  if (dev.ingress_qdisc === null) {
    NL_SET_ERR_MSG(extack, "Cannot find specified qdisc on specified device");
    return -ENOENT;
  }
  if (kind !== "" && kind !== dev.ingress_qdisc) {
    NL_SET_ERR_MSG(extack, "Invalid qdisc name");
    return -EINVAL;
  }
  current.writes(dev);
  dev.ingress_qdisc = null;
  return 0;
}
