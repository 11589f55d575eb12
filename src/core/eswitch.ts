/**
 * Models the embedded switch (core/eswitch.c, v5.10, and what v5.18 changed): legacy mode and offloads mode (devlink's
 * switchdev), entered and left under mode_lock. In offloads mode the switch has a representor for each of its ports, which
 * eswitch-reps.ts loads and unloads. Up to v5.17 the switch is in no mode at all while there are no virtual functions; later
 * it is always in one, and SR-IOV only adds and removes ports.
 * Left out: flow tables, rates, the embedded CPU's function, metadata.
 */
import { dev_info } from "../base/index.ts";
import { down_write, type Frame, type Kernel, rw_semaphore, up_write } from "../kernel/index.ts";
import { DEVLINK_ESWITCH_ENCAP_MODE_BASIC, DEVLINK_ESWITCH_ENCAP_MODE_NONE } from "../netlink/index.ts";
import { mlx5_cmd_exec } from "./cmd.ts";
import { mlx5_reload_interface } from "./dev.ts";
import type { mlx5_core_dev } from "./driver.ts";
import { esw_offloads_load_rep, esw_offloads_unload_rep, MLX5_VPORT_UPLINK, type RepOps, type RepType } from "./eswitch-reps.ts";

/** enum of mlx5_eswitch.mode */
export const MLX5_ESWITCH_NONE = 0;
export const MLX5_ESWITCH_LEGACY = 1;
export const MLX5_ESWITCH_OFFLOADS = 2;

export class mlx5_eswitch {
  readonly dev: mlx5_core_dev;
  /** Written by mode changes, and by whoever adds or removes ports. */
  readonly mode_lock: rw_semaphore;
  /** MLX5_ESWITCH_* */
  mode: number;
  /** The tables of legacy or offloads mode exist. */
  fdb_created = false;
  /** Virtual functions whose ports are enabled. */
  num_vfs = 0;
  readonly offloads: {
    /** DEVLINK_ESWITCH_ENCAP_MODE_* */
    encap: number;
    /** Who makes representors of a type. */
    readonly rep_ops: Map<RepType, RepOps>;
    /** What they made, by vport and type. */
    readonly rep_data: Map<number, Map<RepType, unknown>>;
  };

  constructor(kernel: Kernel, dev: mlx5_core_dev) {
    this.dev = dev;
    this.mode_lock = new rw_semaphore(kernel, "&esw->mode_lock");
    this.mode = dev.strategies.eswitch_mode_at_rest;
    const encap = this.mode === MLX5_ESWITCH_NONE ? DEVLINK_ESWITCH_ENCAP_MODE_NONE : DEVLINK_ESWITCH_ENCAP_MODE_BASIC;
    this.offloads = { encap, rep_ops: new Map(), rep_data: new Map() };
  }
}

/** MLX5_ESWITCH_MANAGER(): physical functions command the switch. */
export function MLX5_ESWITCH_MANAGER(dev: mlx5_core_dev): boolean {
  return dev.firmware.caps.eswitch_manager;
}

/** True while the function's own netdev is replaced by representors. */
export function is_mdev_switchdev_mode(dev: mlx5_core_dev): boolean {
  return MLX5_ESWITCH_MANAGER(dev) && dev.eswitch.mode === MLX5_ESWITCH_OFFLOADS;
}

const named = (mode: number): string => (mode === MLX5_ESWITCH_LEGACY ? "LEGACY" : "OFFLOADS");

/** mlx5_eswitch_enable(): virtual functions have come. Takes mode_lock for write. */
export async function mlx5_eswitch_enable(caller: Frame, esw: mlx5_eswitch, num_vfs: number): Promise<number> {
  const current = caller.enter("mlx5_eswitch_enable");
  await down_write(current, esw.mode_lock);
  let err = 0;
  if (esw.fdb_created) {
    current.writes(esw);
    await mlx5_eswitch_load_vf_vports(current, esw, num_vfs);
    esw.num_vfs = num_vfs;
  } else {
    const mode = esw.mode === MLX5_ESWITCH_NONE ? MLX5_ESWITCH_LEGACY : esw.mode;
    err = await mlx5_eswitch_enable_locked(current, esw, mode, num_vfs);
  }
  up_write(current, esw.mode_lock);
  return err;
}

/**
 * The virtual functions go, or the device is unloaded (`unload`). Up to v5.17 that leaves any mode
 * (mlx5_eswitch_disable()); later only an unload does. Takes mode_lock for write.
 */
export async function mlx5_eswitch_disable(caller: Frame, esw: mlx5_eswitch, unload: boolean): Promise<void> {
  if (!MLX5_ESWITCH_MANAGER(esw.dev)) return;
  const atRest = esw.dev.strategies.eswitch_mode_at_rest;
  const keepsMode = atRest !== MLX5_ESWITCH_NONE && !unload && esw.mode === MLX5_ESWITCH_OFFLOADS;
  const current = caller.enter(atRest === MLX5_ESWITCH_NONE || unload ? "mlx5_eswitch_disable" : "mlx5_eswitch_disable_sriov");
  await down_write(current, esw.mode_lock);
  current.writes(esw);
  if (keepsMode) await mlx5_eswitch_unload_vf_vports(current, esw);
  else await mlx5_eswitch_disable_locked(current, esw);
  esw.num_vfs = 0;
  up_write(current, esw.mode_lock);
}

/** mlx5_eswitch_enable_locked(): enters a mode. Caller holds mode_lock for write; takes mlx5_intf_mutex for offloads. */
export async function mlx5_eswitch_enable_locked(caller: Frame, esw: mlx5_eswitch, mode: number, num_vfs: number): Promise<number> {
  const current = caller.enter("mlx5_eswitch_enable_locked");
  current.writes(esw);
  esw.mode = mode;
  esw.num_vfs = num_vfs;
  await mlx5_cmd_exec(current.enter(mode === MLX5_ESWITCH_LEGACY ? "esw_legacy_enable" : "esw_offloads_enable"), "CREATE_FLOW_TABLE");
  esw.fdb_created = true;
  if (mode === MLX5_ESWITCH_OFFLOADS) {
    await reloadInterfaces(current, esw.dev);
    esw.offloads.encap = DEVLINK_ESWITCH_ENCAP_MODE_BASIC;
    await esw_offloads_load_rep(current.enter("esw_offloads_enable"), esw, MLX5_VPORT_UPLINK);
  }
  await mlx5_eswitch_load_vf_vports(current, esw, num_vfs);
  dev_info(current.kernel, esw.dev.device, `E-Switch: Enable: mode(${named(mode)}), nvfs(${num_vfs}), active vports(${num_vfs + 1})`);
  return 0;
}

/** mlx5_eswitch_disable_locked(): leaves the mode. Locks as above. */
export async function mlx5_eswitch_disable_locked(caller: Frame, esw: mlx5_eswitch): Promise<void> {
  if (!esw.fdb_created) return;
  const current = caller.enter("mlx5_eswitch_disable_locked");
  const { mode, num_vfs, dev } = esw;
  dev_info(current.kernel, dev.device, `E-Switch: Disable: mode(${named(mode)}), nvfs(${num_vfs}), active vports(${num_vfs + 1})`);
  await mlx5_eswitch_unload_vf_vports(current, esw);
  if (mode === MLX5_ESWITCH_OFFLOADS) await esw_offloads_unload_rep(current.enter("esw_offloads_disable"), esw, MLX5_VPORT_UPLINK);
  await mlx5_cmd_exec(current, "DESTROY_FLOW_TABLE");
  current.writes(esw);
  esw.fdb_created = false;
  esw.mode = dev.strategies.eswitch_mode_at_rest;
  if (mode !== MLX5_ESWITCH_OFFLOADS) return;
  if (esw.mode === MLX5_ESWITCH_NONE) esw.offloads.encap = DEVLINK_ESWITCH_ENCAP_MODE_NONE;
  await reloadInterfaces(current, dev);
}

/** The interface drivers look at the mode when they add a device: they are removed and added again. Takes mlx5_intf_mutex. */
async function reloadInterfaces(current: Frame, dev: mlx5_core_dev): Promise<void> {
  for (const protocol of dev.strategies.reloaded_by_eswitch) await mlx5_reload_interface(current, dev, protocol);
}

/** mlx5_eswitch_load_vf_vports(): enables the ports of the first virtual functions; vport 1 is that of number 0. */
async function mlx5_eswitch_load_vf_vports(caller: Frame, esw: mlx5_eswitch, num_vfs: number): Promise<void> {
  const current = caller.enter("mlx5_eswitch_load_vf_vports");
  for (let vport = 1; vport <= num_vfs; vport++) {
    await mlx5_cmd_exec(current.enter("esw_enable_vport"), "MODIFY_VPORT_STATE");
    if (esw.mode === MLX5_ESWITCH_OFFLOADS) await esw_offloads_load_rep(current, esw, vport);
  }
}

/** mlx5_eswitch_unload_vf_vports(): the last one first. */
async function mlx5_eswitch_unload_vf_vports(caller: Frame, esw: mlx5_eswitch): Promise<void> {
  const current = caller.enter("mlx5_eswitch_unload_vf_vports");
  for (let vport = esw.num_vfs; vport >= 1; vport--) {
    if (esw.mode === MLX5_ESWITCH_OFFLOADS) await esw_offloads_unload_rep(current, esw, vport);
    await mlx5_cmd_exec(current.enter("esw_disable_vport"), "MODIFY_VPORT_STATE");
  }
}
