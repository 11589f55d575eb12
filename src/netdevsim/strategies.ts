/** The points where netdevsim differs between kernels, as data and strategies. eras.ts bundles them; the module is loaded with one. */
import type { devlink, devlink_fmsg, devlink_info_req } from "../devlink/index.ts";
import type { Frame } from "../kernel/index.ts";
import type { EthtoolInit } from "./ethtool.ts";
import type { nsim_bus_dev, nsim_dev } from "./nsim.ts";

export interface NetdevsimStrategies {
  /** What is written to new_device: an id, a number of ports, and from v5.12 on a number of queues. */
  readonly new_device: { readonly fields: number; readonly usage: string };
  /** Runs a change of ports by a write to new_port or del_port so that no reload runs beside it. */
  changePorts(current: Frame, bus_dev: nsim_bus_dev, nsim: nsim_dev, change: (frame: Frame) => Promise<number>): Promise<number>;
  /** port_list has a lock of its own; later it is guarded by the instance's. */
  readonly port_list_lock: boolean;
  /** Runs a report of trapped packets with the ports held still; the ms until the next one. */
  withPortsForReport(
    current: Frame,
    nsim: nsim_dev,
    devlink: devlink<nsim_dev>,
    report: (frame: Frame) => Promise<number>,
  ): Promise<number>;
  /** What a write to sriov_numvfs does. 0 or a negative errno. */
  configureVfs(current: Frame, bus_dev: nsim_bus_dev, num_vfs: number): Promise<number>;
  /** The versions that `devlink dev info` shows. */
  putVersions(req: devlink_info_req): void;
  /** The driver can change its eswitch's mode, and has a knob for the number of virtual functions. */
  readonly eswitch: boolean;
  /** Bits of DEVLINK_SUPPORT_FLASH_UPDATE_*. */
  readonly supported_flash_update_params: number;
  /** There are nexthops beside routes and rules. */
  readonly nexthops: boolean;
  /**
   * How routes are counted: whether one that takes the place of another needs room for both meanwhile, and how the notifier
   * says an errno. Later kernels say that something was wrong, but not what, which is read as -EPERM.
   */
  readonly fib: { readonly countReplaced: boolean; readonly refusal: (err: number) => number };
  /** The last part of what the reporter "dummy" says: arrays. 0 or a negative errno. */
  putArrays(fmsg: devlink_fmsg): number;
  /** What ethtool can ask a port, and tell it. */
  readonly ethtool: EthtoolInit;
  /** Files in debugfs that only later kernels have. */
  readonly late_debugfs: boolean;
}
