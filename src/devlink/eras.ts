/** What devlink was in the kernels that the machine can be: data only, each a bundle of strategies. */
import { registerFirst, registerLast } from "./lifecycle.ts";
import { globalLocking } from "./locking-global.ts";
import { instanceLocking } from "./locking-instance.ts";
import { notifyAroundReload, notifyBetweenHalves } from "./reload.ts";
import type { DevlinkStrategies } from "./strategies.ts";

const early = { locking: globalLocking, lifecycle: registerFirst, modname: "devlink" } as const;

export const DEVLINK_ERAS = {
  /** No reload actions, limits and statistics yet. */
  "v5.9": { ...early, reload: { ...notifyBetweenHalves, actions: false, netns_before_action: true } },
  "v5.10": { ...early, reload: { ...notifyBetweenHalves, actions: true, netns_before_action: true } },
  "v5.10.223": { ...early, reload: { ...notifyAroundReload, actions: true, netns_before_action: false } },
  "v6.3": {
    locking: instanceLocking,
    lifecycle: registerLast,
    reload: { ...notifyAroundReload, actions: true, netns_before_action: false },
    modname: "leftover",
  },
} as const satisfies Readonly<Record<string, DevlinkStrategies>>;
