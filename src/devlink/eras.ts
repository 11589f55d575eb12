/** What devlink was in the kernels that the machine can be: data only, each a bundle of strategies. */
import { absent_late_nl_ops } from "./cmd-absent.ts";
import { health_test_nl_ops } from "./cmd-health.ts";
import { port_new_nl_ops } from "./cmd-port.ts";
import { rate_nl_ops } from "./cmd-rate.ts";
import { coreLoadsFlash, driverLoadsFlash } from "./flash.ts";
import { registerFirst, registerLast, registerLastCounted } from "./lifecycle.ts";
import { globalLocking } from "./locking-global.ts";
import { countedInstanceLocking, instanceLocking } from "./locking-instance.ts";
import { notifyAroundReload, notifyBetweenHalves } from "./reload.ts";
import type { CommandSet, DevlinkStrategies } from "./strategies.ts";

const earlyCommands: CommandSet = {
  more: [],
  port_function_state: false,
  region_max_snapshots: false,
  trap_drop_counters: false,
  split_asks_driver_first: false,
};

const lateCommands: CommandSet = {
  more: [...health_test_nl_ops, ...port_new_nl_ops, ...rate_nl_ops, ...absent_late_nl_ops],
  port_function_state: true,
  region_max_snapshots: true,
  trap_drop_counters: true,
  split_asks_driver_first: true,
};

const early = {
  locking: globalLocking,
  lifecycle: registerFirst,
  flash: driverLoadsFlash,
  commands: earlyCommands,
  modname: "devlink",
} as const;

export const DEVLINK_ERAS = {
  /** No reload actions, limits and statistics yet. */
  "v5.9": { ...early, reload: { ...notifyBetweenHalves, actions: false, netns_before_action: true } },
  "v5.10": { ...early, reload: { ...notifyBetweenHalves, actions: true, netns_before_action: true } },
  "v5.10.223": { ...early, reload: { ...notifyAroundReload, actions: true, netns_before_action: false } },
  "v6.1": {
    locking: countedInstanceLocking,
    lifecycle: registerLastCounted,
    reload: { ...notifyAroundReload, actions: true, netns_before_action: false },
    flash: coreLoadsFlash,
    commands: lateCommands,
    modname: "leftover",
  },
  "v6.3": {
    locking: instanceLocking,
    lifecycle: registerLast,
    reload: { ...notifyAroundReload, actions: true, netns_before_action: false },
    flash: coreLoadsFlash,
    commands: lateCommands,
    modname: "leftover",
  },
} as const satisfies Readonly<Record<string, DevlinkStrategies>>;
