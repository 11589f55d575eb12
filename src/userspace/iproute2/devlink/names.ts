/** Words of devlink's command line and output for numbers of the kernel; a word counts only if it is written in full. */
import {
  DEVLINK_ESWITCH_ENCAP_MODE_BASIC,
  DEVLINK_ESWITCH_ENCAP_MODE_NONE,
  DEVLINK_ESWITCH_INLINE_MODE_LINK,
  DEVLINK_ESWITCH_INLINE_MODE_NETWORK,
  DEVLINK_ESWITCH_INLINE_MODE_NONE,
  DEVLINK_ESWITCH_INLINE_MODE_TRANSPORT,
  DEVLINK_ESWITCH_MODE_LEGACY,
  DEVLINK_ESWITCH_MODE_SWITCHDEV,
  DEVLINK_FLASH_OVERWRITE_IDENTIFIERS,
  DEVLINK_FLASH_OVERWRITE_SETTINGS,
  DEVLINK_PARAM_CMODE_DRIVERINIT,
  DEVLINK_PARAM_CMODE_PERMANENT,
  DEVLINK_PARAM_CMODE_RUNTIME,
  DEVLINK_PORT_FLAVOUR_CPU,
  DEVLINK_PORT_FLAVOUR_DSA,
  DEVLINK_PORT_FLAVOUR_PCI_PF,
  DEVLINK_PORT_FLAVOUR_PCI_SF,
  DEVLINK_PORT_FLAVOUR_PCI_VF,
  DEVLINK_PORT_FLAVOUR_PHYSICAL,
  DEVLINK_PORT_FLAVOUR_VIRTUAL,
  DEVLINK_PORT_FN_STATE_ACTIVE,
  DEVLINK_PORT_FN_STATE_INACTIVE,
  DEVLINK_PORT_TYPE_AUTO,
  DEVLINK_PORT_TYPE_ETH,
  DEVLINK_PORT_TYPE_IB,
  DEVLINK_RATE_TYPE_LEAF,
  DEVLINK_RATE_TYPE_NODE,
  DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
  DEVLINK_RELOAD_ACTION_FW_ACTIVATE,
  DEVLINK_RELOAD_LIMIT_NO_RESET,
  DEVLINK_SB_POOL_TYPE_EGRESS,
  DEVLINK_SB_POOL_TYPE_INGRESS,
  DEVLINK_SB_THRESHOLD_TYPE_DYNAMIC,
  DEVLINK_SB_THRESHOLD_TYPE_STATIC,
  DEVLINK_TRAP_ACTION_DROP,
  DEVLINK_TRAP_ACTION_MIRROR,
  DEVLINK_TRAP_ACTION_TRAP,
  DEVLINK_TRAP_TYPE_CONTROL,
  DEVLINK_TRAP_TYPE_DROP,
  DEVLINK_TRAP_TYPE_EXCEPTION,
} from "../../../netlink/index.ts";

export type Names = ReadonlyMap<string, number>;

export const PORT_TYPES: ReadonlyMap<string, number> = new Map([
  ["auto", DEVLINK_PORT_TYPE_AUTO],
  ["eth", DEVLINK_PORT_TYPE_ETH],
  ["ib", DEVLINK_PORT_TYPE_IB],
]);
export const POOL_TYPES: ReadonlyMap<string, number> = new Map([
  ["ingress", DEVLINK_SB_POOL_TYPE_INGRESS],
  ["egress", DEVLINK_SB_POOL_TYPE_EGRESS],
]);
export const THRESHOLD_TYPES: ReadonlyMap<string, number> = new Map([
  ["static", DEVLINK_SB_THRESHOLD_TYPE_STATIC],
  ["dynamic", DEVLINK_SB_THRESHOLD_TYPE_DYNAMIC],
]);
export const ESWITCH_MODES: ReadonlyMap<string, number> = new Map([
  ["legacy", DEVLINK_ESWITCH_MODE_LEGACY],
  ["switchdev", DEVLINK_ESWITCH_MODE_SWITCHDEV],
]);
export const INLINE_MODES: ReadonlyMap<string, number> = new Map([
  ["none", DEVLINK_ESWITCH_INLINE_MODE_NONE],
  ["link", DEVLINK_ESWITCH_INLINE_MODE_LINK],
  ["network", DEVLINK_ESWITCH_INLINE_MODE_NETWORK],
  ["transport", DEVLINK_ESWITCH_INLINE_MODE_TRANSPORT],
]);
export const ENCAP_MODES: ReadonlyMap<string, number> = new Map([
  ["none", DEVLINK_ESWITCH_ENCAP_MODE_NONE],
  ["basic", DEVLINK_ESWITCH_ENCAP_MODE_BASIC],
]);
export const RELOAD_ACTIONS: ReadonlyMap<string, number> = new Map([
  ["driver_reinit", DEVLINK_RELOAD_ACTION_DRIVER_REINIT],
  ["fw_activate", DEVLINK_RELOAD_ACTION_FW_ACTIVATE],
]);
export const RELOAD_LIMITS: ReadonlyMap<string, number> = new Map([["no_reset", DEVLINK_RELOAD_LIMIT_NO_RESET]]);
export const CMODES: ReadonlyMap<string, number> = new Map([
  ["runtime", DEVLINK_PARAM_CMODE_RUNTIME],
  ["driverinit", DEVLINK_PARAM_CMODE_DRIVERINIT],
  ["permanent", DEVLINK_PARAM_CMODE_PERMANENT],
]);
export const OVERWRITE_SECTIONS: ReadonlyMap<string, number> = new Map([
  ["settings", DEVLINK_FLASH_OVERWRITE_SETTINGS],
  ["identifiers", DEVLINK_FLASH_OVERWRITE_IDENTIFIERS],
]);
export const TRAP_ACTIONS: ReadonlyMap<string, number> = new Map([
  ["drop", DEVLINK_TRAP_ACTION_DROP],
  ["trap", DEVLINK_TRAP_ACTION_TRAP],
  ["mirror", DEVLINK_TRAP_ACTION_MIRROR],
]);
export const TRAP_TYPES: ReadonlyMap<string, number> = new Map([
  ["drop", DEVLINK_TRAP_TYPE_DROP],
  ["exception", DEVLINK_TRAP_TYPE_EXCEPTION],
  ["control", DEVLINK_TRAP_TYPE_CONTROL],
]);
export const RATE_TYPES: ReadonlyMap<string, number> = new Map([
  ["leaf", DEVLINK_RATE_TYPE_LEAF],
  ["node", DEVLINK_RATE_TYPE_NODE],
]);
export const FUNCTION_STATES: ReadonlyMap<string, number> = new Map([
  ["inactive", DEVLINK_PORT_FN_STATE_INACTIVE],
  ["active", DEVLINK_PORT_FN_STATE_ACTIVE],
]);
export const FLAVOURS: ReadonlyMap<string, number> = new Map([
  ["physical", DEVLINK_PORT_FLAVOUR_PHYSICAL],
  ["cpu", DEVLINK_PORT_FLAVOUR_CPU],
  ["dsa", DEVLINK_PORT_FLAVOUR_DSA],
  ["pcipf", DEVLINK_PORT_FLAVOUR_PCI_PF],
  ["pcivf", DEVLINK_PORT_FLAVOUR_PCI_VF],
  ["pcisf", DEVLINK_PORT_FLAVOUR_PCI_SF],
  ["virtual", DEVLINK_PORT_FLAVOUR_VIRTUAL],
]);

export function nameIn(names: Names, value: number): string | undefined {
  return [...names].find(([, number]) => number === value)?.[0];
}
