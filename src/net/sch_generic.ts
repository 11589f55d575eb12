/**
 * Models what queueing disciplines show of themselves (net/sched/sch_generic.c): the name that `ip link` prints. It is
 * given when a device is first opened and taken when the device leaves its namespace.
 */
import { type Frame, type LoadableModule, staticData } from "../kernel/index.ts";
import { IFF_NO_QUEUE } from "./netdevice.ts";
import type { net_device } from "./structs.ts";

/** dev_activate(): the default discipline, unless there is one already. */
export function dev_activate(current: Frame, dev: net_device): void {
  if (dev.qdisc !== "noop") return;
  current.writes(dev);
  if ((dev.priv_flags & IFF_NO_QUEUE) !== 0 || dev.tx_queue_len === 0) dev.qdisc = "noqueue";
  else dev.qdisc = dev.num_tx_queues > 1 ? "mq" : "pfifo_fast";
}

/** dev_shutdown(): nothing can be sent any more. */
export function dev_shutdown(current: Frame, dev: net_device): void {
  current.writes(dev);
  dev.qdisc = "noop";
  dev.ingress_qdisc = null;
}

const statics = staticData(() => ({ registered: new Set<string>() }));

/** qdisc_lookup_ops(): whether a module has registered the discipline. */
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
