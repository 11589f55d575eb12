/**
 * Models RTM_GETQDISC, RTM_NEWQDISC and RTM_DELQDISC (net/sched/sch_api.c, v6.1) for the disciplines that the kernel puts
 * on a device itself, for mq and mqprio, and for `ingress` and `clsact`. Run under rtnl_mutex. Left out, and refused: every
 * other discipline, classes and filters.
 */
import { EEXIST, EINVAL, ELOOP, ENODEV, ENOENT, EOPNOTSUPP, type Frame, request_module, staticData } from "../kernel/index.ts";
import {
  AF_UNSPEC,
  Attributes,
  AttributeWriter,
  type NetlinkMessage,
  NL_SET_ERR_MSG,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
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
import { noop_qdisc, type Qdisc, qdisc_create_leaf } from "./qdisc.ts";
import { __rtnl_unlock, rtnl_lock } from "./rtnl.ts";
import { dev_activate, qdiscRegistered } from "./sch_generic.ts";
import { hasQueues, mq_attach, mq_create, mq_graft, mq_validate } from "./sch_mq.ts";
import type { net_device } from "./structs.ts";

/** TC_H_MAKE(TC_H_INGRESS, 0) */
const INGRESS_HANDLE = 0xffff_0000;
/** The first handle that is given to who asks for none; the next ones follow in steps. */
const FIRST_AUTO_HANDLE = 0x8001_0000;
const HANDLE_STEP = 0x1_0000;
const MAJOR = 0xffff_0000;

const statics = staticData(() => ({ autohandle: FIRST_AUTO_HANDLE }));

/** The kinds that can be asked for, apart from ingress and clsact. */
const KINDS = ["mq", "mqprio", "pfifo_fast"];

function fillQdisc(dev: net_device, qdisc: Qdisc): Uint8Array {
  const header = new Uint8Array(TCMSG_LEN);
  const view = viewOf(header);
  view.setInt32(4, dev.ifindex, true);
  view.setUint32(8, qdisc.handle, true);
  view.setUint32(12, qdisc.parent, true);
  view.setUint32(16, qdisc.refcnt, true);
  const w = new AttributeWriter().header(header).string(TCA_KIND, qdisc.kind);
  if (qdisc.options !== null) w.bytes(TCA_OPTIONS, qdisc.options);
  return w.finish();
}

/** hash_32() of the table that a device keeps its disciplines in: those that come first in it are shown first. */
function bucketOf({ handle }: Qdisc): number {
  return Math.imul(handle, 0x61c8_8647) >>> 28;
}

/** tc_dump_qdisc_root(): the device's own, then those below it as their table has them. `noop` is not shown. */
function qdiscsOf(dev: net_device): Qdisc[] {
  const list: Qdisc[] = dev.qdisc.kind === "noop" ? [] : [dev.qdisc];
  list.push(...dev.qdisc_hash.toSorted((a, b) => bucketOf(a) - bucketOf(b)));
  const ingress = dev.ingress_qdisc;
  if (ingress !== null) list.push({ ...qdisc_create_leaf(ingress, INGRESS_HANDLE, TC_H_INGRESS) });
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
  readonly handle: number;
  readonly parent: number;
  readonly kind: string;
  readonly options: Uint8Array | null;
}

function parse(current: Frame, request: netlink_request, nlh: NetlinkMessage): QdiscRequest | number {
  const { payload } = nlh;
  const tb = payload.length < TCMSG_LEN ? null : Attributes.parse(payload, TCMSG_LEN);
  if (tb === null || payload[0] !== AF_UNSPEC) return -EINVAL;
  const view = viewOf(payload);
  const dev = __dev_get_by_index(current, net_of(request.net), view.getInt32(4, true));
  if (dev === null) return -ENODEV;
  const [handle, parent] = [view.getUint32(8, true), view.getUint32(12, true)];
  return { dev, handle, parent, kind: tb.string(TCA_KIND) ?? "", options: tb.bytes(TCA_OPTIONS) ?? null };
}

function refuse(extack: netlink_ext_ack, text: string, errno: number): number {
  NL_SET_ERR_MSG(extack, text);
  return -errno;
}

/** qdisc_lookup() */
function qdisc_lookup(dev: net_device, handle: number): Qdisc | undefined {
  return handle === 0 ? undefined : [dev.qdisc, ...dev.qdisc_hash].find((qdisc) => qdisc.handle === handle);
}

/** Where a discipline is to stand: at the root, or in the place of one queue. A negative errno if there is no such place. */
function placeOf(dev: net_device, parent: number, extack: netlink_ext_ack): Place | number {
  if (parent === TC_H_ROOT) return "root";
  if (parent === 0) return refuse(extack, "Only disciplines with a parent are modelled", EOPNOTSUPP);
  const over = qdisc_lookup(dev, (parent & MAJOR) >>> 0);
  if (over === undefined) return refuse(extack, "Failed to find specified qdisc", ENOENT);
  if (!hasQueues(over.kind)) return refuse(extack, "Parent Qdisc does not exists", EOPNOTSUPP);
  const queue = (parent & 0xffff) - 1;
  return queue >= 0 && queue < dev.num_tx_queues ? { queue } : refuse(extack, "Specified class not found", ENOENT);
}

/** tc_modify_qdisc(): a missing kind is asked for as module `sch_KIND`, without rtnl_mutex. */
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
  const place = parent === TC_H_INGRESS ? "ingress" : placeOf(dev, parent, extack);
  if (typeof place === "number") return place;
  if (place === "ingress") {
    if (dev.ingress_qdisc !== null) return refuse(extack, "Exclusivity flag on, cannot modify", EEXIST);
  } else {
    const existing = existingQdisc(found, place, nlh.flags, extack);
    current.writes(dev);
    if (typeof existing !== "number") return existing.graft();
    if (existing !== 0) return existing;
  }
  if ((nlh.flags & NLM_F_CREATE) === 0) return refuse(extack, "Qdisc not found. To create specify NLM_F_CREATE flag", ENOENT);
  if (!qdiscRegistered(current, kind)) {
    __rtnl_unlock(current);
    await request_module(current, `sch_${kind}`);
    await rtnl_lock(current);
    if (!qdiscRegistered(current, kind)) return refuse(extack, "Specified qdisc kind is unknown", ENOENT);
  }
  current.writes(dev);
  if (place !== "ingress") return qdisc_create(current, found, place, extack);
  dev.ingress_qdisc = kind;
  return 0;
}

type Place = "root" | { readonly queue: number };

/** Whether a request that may name a kind means this one. */
function named(kind: string, qdisc: Qdisc): boolean {
  return kind === "" || kind === qdisc.kind;
}

/**
 * What tc_modify_qdisc() does with a discipline that is there: 0 if one is to be made, a negative errno, or its way into
 * another place. Who was not asked for counts as not there.
 */
function existingQdisc(asked: QdiscRequest, place: Place, flags: number, extack: netlink_ext_ack): number | { graft(): number } {
  const { dev, handle, kind, options } = asked;
  const there = place === "root" ? dev.qdisc : dev.tx_qdiscs[place.queue];
  const q = there === undefined || there.handle === 0 ? undefined : there;
  if (handle !== 0 && q?.handle !== handle) return otherQdisc(asked, place, q, flags, extack);
  if (q === undefined) return 0;
  const create = NLM_F_CREATE | NLM_F_REPLACE;
  if (handle === 0 && (flags & create) === create && ((flags & NLM_F_EXCL) !== 0 || !named(kind, q))) return 0;
  if ((flags & NLM_F_EXCL) !== 0) return refuse(extack, "Exclusivity flag on, cannot modify", EEXIST);
  if (!named(kind, q)) return refuse(extack, "Invalid qdisc name", EINVAL);
  if (options !== null) return refuse(extack, "Change operation not supported by specified qdisc", EINVAL);
  return { graft: () => 0 };
}

/** The handle is not that of `q`, which stands in the place: another one is put there, if there is such. As existingQdisc(). */
function otherQdisc(
  { dev, handle, kind }: QdiscRequest,
  place: Place,
  q: Qdisc | undefined,
  flags: number,
  extack: netlink_ext_ack,
): number | { graft(): number } {
  if (q !== undefined && (flags & NLM_F_REPLACE) === 0) return refuse(extack, "NLM_F_REPLACE needed to override", EEXIST);
  if ((handle & 0xffff) !== 0) return refuse(extack, "Invalid minor handle", EINVAL);
  const other = qdisc_lookup(dev, handle);
  if (other === undefined) return 0;
  if ((flags & NLM_F_EXCL) !== 0) return refuse(extack, "Exclusivity flag on, cannot override", EEXIST);
  if (!named(kind, other)) return refuse(extack, "Invalid qdisc name", EINVAL);
  if (other === dev.qdisc) return refuse(extack, "Qdisc parent/child loop detected", ELOOP);
  if (place === "root") return refuse(extack, "Moving the discipline of a queue to the root is not modelled", EOPNOTSUPP);
  return {
    graft() {
      other.refcnt++;
      mq_graft(dev, place.queue, other);
      return 0;
    },
  };
}

/** qdisc_create() and qdisc_graft(). A new root takes the places of all queues. */
function qdisc_create(current: Frame, asked: QdiscRequest, place: Place, extack: netlink_ext_ack): number {
  const { dev, parent, kind, options } = asked;
  if (!KINDS.includes(kind)) return refuse(extack, `Queueing discipline ${kind} is not modelled`, EOPNOTSUPP);
  if (hasQueues(kind)) {
    const err = mq_validate(dev, kind, parent, options, extack);
    if (err !== 0) return err;
  }
  const handle = asked.handle === 0 ? qdisc_alloc_handle(current) : asked.handle;
  if (place !== "root") {
    const qdisc = qdisc_create_leaf(kind, handle, parent);
    mq_graft(dev, place.queue, qdisc);
    dev.qdisc_hash.unshift(qdisc);
    return 0;
  }
  if (hasQueues(kind)) {
    dev.qdisc = mq_create(dev, kind, handle, options);
    mq_attach(dev, dev.qdisc);
    return 0;
  }
  const qdisc = qdisc_create_leaf(kind, handle, parent);
  qdisc.refcnt += dev.num_tx_queues;
  dev.qdisc = qdisc;
  dev.tx_qdiscs = Array.from({ length: dev.num_tx_queues }, () => qdisc);
  dev.qdisc_hash.splice(0);
  return 0;
}

function qdisc_alloc_handle(current: Frame): number {
  const state = statics(current.kernel);
  current.writes(state);
  const handle = state.autohandle;
  state.autohandle += HANDLE_STEP;
  return handle;
}

/** The RTM_DELQDISC half of tc_get_qdisc(): a device that is up gets the default one again. */
export async function tc_del_qdisc(caller: Frame, request: netlink_request, nlh: NetlinkMessage, extack: netlink_ext_ack): Promise<number> {
  const current = caller.enter("tc_get_qdisc");
  const found = parse(current, request, nlh);
  if (typeof found === "number") return found;
  const { dev, handle, parent, kind } = found;
  if (parent === TC_H_INGRESS) return delIngress(current, dev, kind, extack);
  const place = placeOf(dev, parent, extack);
  if (typeof place === "number") return place;
  const q = place === "root" ? dev.qdisc : dev.tx_qdiscs[place.queue];
  if (q === undefined) return refuse(extack, "Cannot find specified qdisc on specified device", ENOENT);
  if (handle !== 0 && q.handle !== handle) return refuse(extack, "Invalid handle", EINVAL);
  if (kind !== "" && kind !== q.kind) return refuse(extack, "Invalid qdisc name", EINVAL);
  if (q.handle === 0) return refuse(extack, "Cannot delete qdisc with handle of zero", ENOENT);
  current.writes(dev);
  if (place !== "root") {
    mq_graft(dev, place.queue, noop_qdisc);
    return 0;
  }
  dev.qdisc = noop_qdisc;
  dev.tx_qdiscs = [];
  dev.qdisc_hash.splice(0);
  if (dev.running) dev_activate(current, dev);
  return 0;
}

function delIngress(current: Frame, dev: net_device, kind: string, extack: netlink_ext_ack): number {
  if (dev.ingress_qdisc === null) return refuse(extack, "Cannot find specified qdisc on specified device", ENOENT);
  if (kind !== "" && kind !== dev.ingress_qdisc) return refuse(extack, "Invalid qdisc name", EINVAL);
  current.writes(dev);
  dev.ingress_qdisc = null;
  return 0;
}
