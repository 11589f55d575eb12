/**
 * The kernels that a machine can be. An era is data: a named bundle of the rooms' strategies at the points where kernels
 * differ in what this project shows. Nothing below this file knows an era's name. `--notifier` replaces one strategy and
 * leaves the others.
 */
import { type DetectorStyle, detectorsOf5_10, detectorsOf6_1 } from "./analysis/index.ts";
import { MLX5_ERAS, type Mlx5Strategies } from "./core/index.ts";
import { DEVLINK_ERAS, type DevlinkStrategies } from "./devlink/index.ts";
import { devNetNotifier, globalNotifier, IB_ERAS, type IbStrategies, type NetdevNotifier, netNotifier } from "./ib/index.ts";
import { NET_ERAS, type NetStrategies } from "./net/index.ts";
import { NETDEVSIM_ERAS, type NetdevsimStrategies } from "./netdevsim/index.ts";

export type EraName = "v5.9" | "v5.10" | "v5.10.223" | "v6.1" | "v6.3";

/** How an mlx5_ib port listens to netdev events; each is one implementation in ib/. */
export type NotifierKind = NetdevNotifier["name"];

export interface Era {
  readonly name: EraName;
  /** One sentence for `mlx5-emu eras`. */
  readonly summary: string;
  /** What `uname -r` says. */
  readonly release: string;
  /** The notifier that this kernel has. */
  readonly notifier: NotifierKind;
  /** What distinguishes it, for `mlx5-emu eras`. */
  readonly differences: readonly { readonly what: string; readonly value: string }[];
  readonly devlink: DevlinkStrategies;
  readonly mlx5: Mlx5Strategies;
  readonly netdevsim: NetdevsimStrategies;
  readonly ib: IbStrategies;
  readonly detectors: DetectorStyle;
  readonly net: NetStrategies;
}

const NOTIFIER_IMPLEMENTATIONS: Readonly<Record<NotifierKind, NetdevNotifier>> = {
  global: globalNotifier,
  net: netNotifier,
  dev_net: devNetNotifier,
};

export const NOTIFIERS: readonly NotifierKind[] = ["global", "net", "dev_net"];

/** What became of a design because its port loses the netdev. */
export const NETDEV_LOSS_NOTES: Readonly<Partial<Record<NotifierKind, string>>> = { net: "why reverted" };

export const DEFAULT_ERA: EraName = "v5.10";

const GLOBAL_LOCKS = "global devlink_mutex and genl_mutex: one stuck command stops all of devlink";

export const ERAS: readonly Era[] = [
  {
    name: "v5.9",
    summary: "before the fix: deleting the namespace deadlocks",
    release: "5.9.0",
    notifier: "global",
    differences: [
      { what: "devlink locking", value: GLOBAL_LOCKS },
      { what: "devlink reload", value: "no actions and limits; listeners hear of it between reload_down and reload_up" },
      { what: "mlx5 reload", value: "netdev detached and attached again; every device may be reloaded" },
    ],
    devlink: DEVLINK_ERAS["v5.9"],
    mlx5: MLX5_ERAS["v5.9"],
    netdevsim: NETDEVSIM_ERAS["v5.9"],
    ib: IB_ERAS["v5.9"],
    detectors: detectorsOf5_10,
    net: NET_ERAS["v5.9"],
  },
  {
    name: "v5.10",
    summary: "with the fix: no deadlock, but the RoCE port loses its netdev over a reload into another namespace",
    release: "5.10.0",
    notifier: "net",
    differences: [
      { what: "devlink locking", value: GLOBAL_LOCKS },
      {
        what: "devlink reload",
        value: "actions driver_reinit and fw_activate, limits, statistics; listeners hear of it between the halves",
      },
      { what: "mlx5 reload", value: "netdev detached and attached again; every device may be reloaded" },
    ],
    devlink: DEVLINK_ERAS["v5.10"],
    mlx5: MLX5_ERAS["v5.10"],
    netdevsim: NETDEVSIM_ERAS["v5.10"],
    ib: IB_ERAS["v5.10"],
    detectors: detectorsOf5_10,
    net: NET_ERAS["v5.10"],
  },
  {
    name: "v5.10.223",
    summary: "the fix reverted: the deadlock is back, the RoCE port keeps its netdev",
    release: "5.10.223",
    notifier: "global",
    differences: [
      { what: "devlink locking", value: GLOBAL_LOCKS },
      { what: "devlink reload", value: "as v5.10, but listeners hear DEL before reload_down and NEW after reload_up" },
      { what: "mlx5 reload", value: "refused while LAG is active, and for a multiport slave" },
    ],
    devlink: DEVLINK_ERAS["v5.10.223"],
    mlx5: MLX5_ERAS["v5.10.223"],
    netdevsim: NETDEVSIM_ERAS["v5.10.223"],
    ib: IB_ERAS["v5.10.223"],
    detectors: detectorsOf5_10,
    net: NET_ERAS["v5.10.223"],
  },
  {
    name: "v6.1",
    summary: "the deadlock with a lock for each instance: it takes less with it, and the netdev moves with the device",
    release: "6.1.176",
    notifier: "global",
    differences: [
      { what: "devlink locking", value: "&devlink->lock of each instance; requests run in parallel; unregistering waits for them" },
      { what: "devlink reload", value: "under the instance's lock; listeners hear DEL before reload_down and NEW after reload_up" },
      { what: "mlx5 reload", value: "a new netdev in the new namespace; refused while LAG is active, and for a multiport slave" },
    ],
    devlink: DEVLINK_ERAS["v6.1"],
    mlx5: MLX5_ERAS["v6.1"],
    ib: IB_ERAS["v6.1"],
    detectors: detectorsOf6_1,
    netdevsim: NETDEVSIM_ERAS["v6.1"],
    net: NET_ERAS["v6.1"],
  },
  {
    name: "v6.3",
    summary: "the final design: the notifier follows the netdev, no deadlock and nothing lost",
    release: "6.3.0",
    notifier: "dev_net",
    differences: [
      { what: "devlink locking", value: "&devlink->lock of each instance; requests run in parallel" },
      { what: "devlink reload", value: "under the instance's lock; listeners hear DEL before reload_down and NEW after reload_up" },
      { what: "mlx5 reload", value: "refused while LAG is active, and for a multiport slave; devlink is registered last" },
    ],
    devlink: DEVLINK_ERAS["v6.3"],
    mlx5: MLX5_ERAS["v6.3"],
    netdevsim: NETDEVSIM_ERAS["v6.3"],
    ib: IB_ERAS["v6.3"],
    detectors: detectorsOf6_1,
    net: NET_ERAS["v6.3"],
  },
];

export function findEra(name: string): Era | undefined {
  return ERAS.find((era) => era.name === name);
}

/** The implementation behind `--notifier`. */
export function notifierOf(kind: NotifierKind): NetdevNotifier {
  return NOTIFIER_IMPLEMENTATIONS[kind];
}
