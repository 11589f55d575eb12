/** The file-scope variables of net/core/devlink.c, and the strategies that the machine put in at boot. */
import { EmulatorBug, type Kernel, mutex, staticData } from "../kernel/index.ts";
import type { genl_family } from "../netlink/index.ts";
import type { DevlinkStrategies } from "./strategies.ts";
import type { devlink } from "./types.ts";

interface DevlinkState {
  /** Guards devlink_list and serialises every command, up to v5.19. Later kernels have none; then nobody takes it. */
  readonly devlink_mutex: mutex;
  /** Registered instances, in order of registration. */
  readonly devlink_list: devlink[];
  strategies: DevlinkStrategies | null;
  family: genl_family | null;
}

export const statics = staticData(
  (kernel): DevlinkState => ({ devlink_mutex: new mutex(kernel, "devlink_mutex"), devlink_list: [], strategies: null, family: null }),
);

export function strategiesOf(kernel: Kernel): DevlinkStrategies {
  const { strategies } = statics(kernel);
  if (strategies === null) throw new EmulatorBug("devlink is used before devlink_init()");
  return strategies;
}

export function familyOf(kernel: Kernel): genl_family {
  const { family } = statics(kernel);
  if (family === null) throw new EmulatorBug("devlink is used before devlink_init()");
  return family;
}
