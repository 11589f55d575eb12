/**
 * The points where kernels differ in devlink, as strategies. eras.ts bundles them; the machine hands one bundle to
 * devlink_init() and no call site asks for an era.
 */
import type { Frame } from "../kernel/index.ts";
import type { net } from "../net/index.ts";
import type { genl_ops, netlink_ext_ack } from "../netlink/index.ts";
import type { devlink_region } from "./region-types.ts";
import type { devlink, devlink_flash_update_params } from "./types.ts";

/** Who may touch an instance when: the global devlink_mutex up to v5.19, a lock per instance from v6.0 on. */
export interface DevlinkLocking {
  readonly name: "devlink_mutex" | "instance";
  /** genl_family.parallel_ops: commands do not serialise on genl_mutex. */
  readonly parallel_ops: boolean;
  /** A new instance's lock says its class to lockdep: one for all instances, or one for each. */
  initLock(devlink: devlink): void;
  /** Filling a port's netdev name takes rtnl_mutex; later kernels keep a copy in the port. */
  readonly port_fill_takes_rtnl: boolean;
  /** devlink_unregister() waits until no command has a reference on the instance. */
  readonly unregister_waits: boolean;
  /**
   * Looks an instance up for a command and locks it. `find` answers with the instance or a negative errno, which is
   * passed on with nothing held. `own_lock`: this command wants devlink->lock too, where that is a matter of choice.
   */
  lockForCommand(current: Frame, find: () => devlink | number, own_lock: boolean): Promise<devlink | number>;
  unlockAfterCommand(current: Frame, devlink: devlink, own_lock: boolean): void;
  /** A dump's walk: calls `visit` for each instance of `net`, in order, until it answers false. `own_lock` as above. */
  forEachInDump(current: Frame, net: net, own_lock: boolean, visit: (current: Frame, devlink: devlink) => Promise<boolean>): Promise<void>;
  /** Around a driver's change of ports, parameters or reporters: takes devlink->lock, or checks that the driver holds it. */
  lockObjects(current: Frame, devlink: devlink): Promise<void>;
  unlockObjects(current: Frame, devlink: devlink): void;
  /** Around a change of a region's snapshots; `in_command`: the caller holds what a command about the instance holds. */
  lockSnapshots(current: Frame, region: devlink_region, in_command: boolean): Promise<void>;
  unlockSnapshots(current: Frame, region: devlink_region, in_command: boolean): void;
  /** Around a driver's change of the ids that snapshots use; later kernels need only the lock of the array they are in. */
  lockSnapshotIds(current: Frame, devlink: devlink): Promise<void>;
  unlockSnapshotIds(current: Frame, devlink: devlink): void;
  /** devl_lock(): around a driver's probe and remove. Kernels before v5.18 have no such thing and do nothing. */
  devl_lock(current: Frame, devlink: devlink): Promise<void>;
  devl_unlock(current: Frame, devlink: devlink): void;
  /** The running task holds the lock that reloads need. */
  excludesReload(current: Frame, devlink: devlink): boolean;
  /** devlink_pernet_pre_exit(): calls `reload` for each instance of a dying namespace, locked as a reload needs it. */
  forEachInDyingNet(current: Frame, net: net, reload: (current: Frame, devlink: devlink) => Promise<void>): Promise<void>;
}

/**
 * When an instance is visible and when it can be reloaded. Up to v5.15 a driver registers it first and allows reloads when
 * it is done; later it registers last and unregisters first, and can be reloaded as long as it is registered.
 */
export interface DevlinkLifecycle {
  register(caller: Frame, devlink: devlink): Promise<void>;
  unregister(caller: Frame, devlink: devlink): Promise<void>;
  /** devlink_reload_enable() and _disable(); later kernels say so once, with devlink_set_features(). */
  setReloadEnabled(current: Frame, devlink: devlink, enabled: boolean): Promise<void>;
  /** Whether devlink_reload() may go on. */
  mayReload(devlink: devlink): boolean;
  /** What a driver calls as soon as it has its instance, when it is done, when it begins to go, and at its end. */
  readonly places: DriverPlaces;
}

export interface DriverPlaces {
  probeBegins(current: Frame, devlink: devlink): Promise<void>;
  /** `reloadable` false: this device cannot be reloaded at all. */
  probeDone(current: Frame, devlink: devlink, reloadable?: boolean): Promise<void>;
  removeBegins(current: Frame, devlink: devlink): Promise<void>;
  removeDone(current: Frame, devlink: devlink): Promise<void>;
}

/** What a reload tells whom, and which attributes the command knows. */
export interface ReloadProtocol {
  /** DEVLINK_ATTR_RELOAD_ACTION, _LIMITS and the statistics exist (from v5.10 on). */
  readonly actions: boolean;
  /** The namespace is looked up before action and limit are checked, and errors in those leak the reference (v5.10 - v5.15). */
  readonly netns_before_action: boolean;
  /** Before reload_down. `dest_net` is null unless the instance really changes its namespace. */
  beforeDown(current: Frame, devlink: devlink, dest_net: net | null): Promise<void>;
  /** Between reload_down and reload_up: switches devlink->_net. */
  changeNet(current: Frame, devlink: devlink, dest_net: net): Promise<void>;
  /** After a reload_up that worked. */
  afterUp(current: Frame, devlink: devlink, dest_net: net | null): Promise<void>;
}

/** Who does what when new firmware is written (DEVLINK_CMD_FLASH_UPDATE). */
export interface FlashProtocol {
  /** The driver tells listeners of begin and end itself. */
  readonly driver_frames: boolean;
  /** 0 if the device has such a component, or a negative errno with words. */
  checkComponent(current: Frame, devlink: devlink, component: string, extack: netlink_ext_ack): Promise<number>;
  /** Hands the checked request to the driver. */
  update(current: Frame, devlink: devlink, params: devlink_flash_update_params, extack: netlink_ext_ack): Promise<number>;
}

/** Which commands the family has beside those of all kernels, and where the same ones differ. */
export interface CommandSet {
  readonly more: readonly genl_ops[];
  /** A region says how many snapshots it can have. */
  readonly region_max_snapshots: boolean;
  /** A trap says how many packets the device itself dropped. */
  readonly trap_drop_counters: boolean;
  /** A port's function has a state that user space may set. */
  readonly port_function_state: boolean;
  /** A driver that cannot split ports is found out before the request is looked at. */
  readonly split_asks_driver_first: boolean;
}

export interface DevlinkStrategies {
  readonly locking: DevlinkLocking;
  readonly lifecycle: DevlinkLifecycle;
  readonly reload: ReloadProtocol;
  readonly flash: FlashProtocol;
  readonly commands: CommandSet;
  /** KBUILD_MODNAME of the file, which NL_SET_ERR_MSG_MOD() puts in front of a message: `devlink: `. */
  readonly modname: string;
}
