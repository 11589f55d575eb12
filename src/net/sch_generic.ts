/**
 * Models what queueing disciplines show of themselves (net/sched/sch_generic.c): which one a device has, and each of its
 * queues. They are given when a device is first opened and taken when it leaves its namespace.
 */
import { type Frame, type LoadableModule, staticData } from "../kernel/index.ts";
import { TC_H_ROOT } from "../netlink/index.ts";
import { IFF_NO_QUEUE } from "./netdevice.ts";
import { noop_qdisc, qdisc_create_leaf } from "./qdisc.ts";
import { mq_attach, mq_create } from "./sch_mq.ts";
import type { net_device } from "./structs.ts";

/** dev_activate(): the default discipline, unless there is one already. */
export function dev_activate(current: Frame, dev: net_device): void {
  if (dev.qdisc.kind !== "noop") return;
  current.writes(dev);
  attach_default_qdiscs(dev);
}

function attach_default_qdiscs(dev: net_device): void {
  const withoutQueue = (dev.priv_flags & IFF_NO_QUEUE) !== 0 || dev.tx_queue_len === 0;
  if (!withoutQueue && dev.num_tx_queues > 1) {
    dev.qdisc = mq_create(dev, "mq", 0, null);
    mq_attach(dev, dev.qdisc);
    return;
  }
  const kind = withoutQueue ? "noqueue" : "pfifo_fast";
  dev.tx_qdiscs = Array.from({ length: dev.num_tx_queues }, () => qdisc_create_leaf(kind, 0, TC_H_ROOT));
  const [first] = dev.tx_qdiscs;
  if (first === undefined) return;
  first.refcnt++;
  dev.qdisc = first;
}

/** dev_shutdown(): nothing can be sent any more. */
export function dev_shutdown(current: Frame, dev: net_device): void {
  current.writes(dev);
  dev.qdisc = noop_qdisc;
  dev.tx_qdiscs = [];
  dev.qdisc_hash.splice(0);
  dev.ingress_qdisc = null;
}

/** Kinds that are part of the kernel itself. */
const BUILT_IN = ["mq", "pfifo_fast"];

const statics = staticData(() => ({ registered: new Set<string>(BUILT_IN) }));

/** qdisc_lookup_ops(): whether the kernel or a module has registered the discipline. */
export function qdiscRegistered(current: Frame, kind: string): boolean {
  const { registered } = statics(current.kernel);
  current.reads(registered);
  return registered.has(kind);
}

/** register_qdisc() and unregister_qdisc() */
function setRegistered(current: Frame, kinds: readonly string[], on: boolean): void {
  const { registered } = statics(current.kernel);
  current.writes(registered);
  for (const kind of kinds)
    if (on) registered.add(kind);
    else registered.delete(kind);
}

/** Models the module of net/sched/sch_ingress.c. */
export const schIngressModule: LoadableModule = {
  name: "sch_ingress",
  aliases: ["sch_clsact"],
  init: async (caller) => {
    setRegistered(caller.enter("ingress_module_init"), ["ingress", "clsact"], true);
    return 0;
  },
  exit: async (caller) => setRegistered(caller.enter("ingress_module_exit"), ["ingress", "clsact"], false),
};

/** Models the module of net/sched/sch_mqprio.c. */
export const schMqprioModule: LoadableModule = {
  name: "sch_mqprio",
  init: async (caller) => {
    setRegistered(caller.enter("mqprio_module_init"), ["mqprio"], true);
    return 0;
  },
  exit: async (caller) => setRegistered(caller.enter("mqprio_module_exit"), ["mqprio"], false),
};
