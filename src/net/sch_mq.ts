/**
 * Models net/sched/sch_mq.c and sch_mqprio.c (v6.1): the disciplines that give each queue of a device one of its own. Those that
 * they make themselves are shown for the queues in use. Left out: classes and their statistics, offload, rates.
 */
import { EINVAL, EOPNOTSUPP } from "../kernel/index.ts";
import { NL_SET_ERR_MSG, type netlink_ext_ack, TC_H_ROOT, TC_MQPRIO_QOPT_LEN, TC_QOPT_MAX_QUEUE, viewOf } from "../netlink/index.ts";
import { noop_qdisc, type Qdisc, qdisc_create_leaf } from "./qdisc.ts";
import type { net_device } from "./structs.ts";

/** Whether a discipline of this kind is over one for each queue. */
export function hasQueues(kind: string): boolean {
  return kind === "mq" || kind === "mqprio";
}

/** mq_init(): with one pfifo_fast for each queue that the device has. */
export function mq_create(dev: net_device, kind: string, handle: number, options: Uint8Array | null): Qdisc {
  const children = Array.from({ length: dev.num_tx_queues }, (_, queue) => qdisc_create_leaf("pfifo_fast", 0, handle | (queue + 1)));
  return { kind, handle, parent: TC_H_ROOT, refcnt: 1, options, children };
}

/** What mq_init() and mqprio_init() refuse. 0, -EOPNOTSUPP, -EINVAL. */
export function mq_validate(dev: net_device, kind: string, parent: number, options: Uint8Array | null, extack: netlink_ext_ack): number {
  if (parent !== TC_H_ROOT || dev.num_tx_queues < 2) return -EOPNOTSUPP;
  return kind === "mqprio" ? mqprio_parse_opt(dev, options, extack) : 0;
}

/** struct tc_mqprio_qopt: num_tc u8, prio_tc_map u8[16], hw u8, count u16[16], offset u16[16] */
function mqprio_parse_opt(dev: net_device, options: Uint8Array | null, extack: netlink_ext_ack): number {
  if (options === null || options.length < TC_MQPRIO_QOPT_LEN) return -EINVAL;
  const view = viewOf(options);
  const num_tc = view.getUint8(0);
  if (num_tc > TC_QOPT_MAX_QUEUE) return -EINVAL;
  for (let priority = 0; priority < TC_QOPT_MAX_QUEUE; priority++) if (view.getUint8(1 + priority) >= num_tc) return -EINVAL;
  if (view.getUint8(17) !== 0) {
    NL_SET_ERR_MSG(extack, "Offload of mqprio is not modelled");
    return -EOPNOTSUPP;
  }
  let before = 0;
  for (let tc = 0; tc < num_tc; tc++) {
    const [count, offset] = [view.getUint16(18 + 2 * tc, true), view.getUint16(50 + 2 * tc, true)];
    if (count === 0 || offset < before || offset + count > dev.real_num_tx_queues) return -EINVAL;
    before = offset + count;
  }
  return 0;
}

/** mq_attach(): the disciplines of the queues take their places, and those of the queues in use are shown. */
export function mq_attach(dev: net_device, sch: Qdisc): void {
  dev.tx_qdiscs = [...(sch.children ?? [])];
  dev.qdisc_hash.splice(0);
  for (const qdisc of dev.tx_qdiscs.slice(0, dev.real_num_tx_queues)) dev.qdisc_hash.unshift(qdisc);
}

/** mq_change_real_num_tx(): those that nobody asked for come and go with their queues; the others are always shown. */
export function mq_change_real_num_tx(dev: net_device, new_real_tx: number): void {
  if (!hasQueues(dev.qdisc.kind)) return;
  const made = (qdisc: Qdisc): boolean => qdisc !== noop_qdisc && qdisc.handle === 0;
  for (const qdisc of dev.tx_qdiscs.slice(new_real_tx, dev.real_num_tx_queues).filter(made)) qdisc_hash_del(dev, qdisc);
  for (const qdisc of dev.tx_qdiscs.slice(dev.real_num_tx_queues, new_real_tx).filter(made)) dev.qdisc_hash.unshift(qdisc);
}

/** mq_graft(): the queue's new discipline; the old one goes when no queue has it any more. */
export function mq_graft(dev: net_device, queue: number, qdisc: Qdisc): void {
  const old = dev.tx_qdiscs[queue];
  dev.tx_qdiscs[queue] = qdisc;
  if (old === undefined || old === noop_qdisc) return;
  old.refcnt--;
  if (old.refcnt === 0) qdisc_hash_del(dev, old);
}

function qdisc_hash_del(dev: net_device, qdisc: Qdisc): void {
  const at = dev.qdisc_hash.indexOf(qdisc);
  if (at >= 0) dev.qdisc_hash.splice(at, 1);
}
