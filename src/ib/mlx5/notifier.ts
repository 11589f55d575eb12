/**
 * How an mlx5_ib port listens to netdev events: the one decision this project is about. Each way is a file of its own; the
 * machine puts one in at boot.
 */
import { EmulatorBug, type Frame, NOTIFY_DONE, warn } from "../../kernel/index.ts";
import type { netdev_notifier_block } from "../../net/index.ts";
import { type mlx5_ib_dev, type mlx5_roce, statics } from "./mlx5_ib.ts";
import { mlx5_netdev_event } from "./roce.ts";

export interface NetdevNotifier {
  readonly name: "global" | "net" | "dev_net";
  /** Begins to listen for the port with index `port_num`. 0 or a negative errno. Must not be called under rtnl_mutex. */
  add(caller: Frame, dev: mlx5_ib_dev, port_num: number): Promise<number>;
  /** Ends it; no-op if the port does not listen. */
  remove(caller: Frame, dev: mlx5_ib_dev, port_num: number): Promise<void>;
}

/** The strategy of this machine. */
export function notifierOf(current: Frame): NetdevNotifier {
  const { notifier } = statics(current.kernel);
  if (notifier === null) throw new EmulatorBug("mlx5_ib is used before mlx5_ib_init()");
  return notifier;
}

/** A notifier block that calls mlx5_netdev_event(), and reports if it is called after its port was freed. */
export function netdevEventBlock(roce: mlx5_roce): netdev_notifier_block {
  return {
    name: "mlx5_netdev_event",
    priority: 0,
    async notifier_call(current, _nb, event, info) {
      if (!roce.freed) return mlx5_netdev_event(current, roce, event, info);
      warn(current, "use-after-free", `BUG: KASAN: use-after-free in notifier_call_chain: the port of mlx5_netdev_event was freed`);
      return NOTIFY_DONE;
    },
  };
}
