/**
 * Models the representors of the eswitch (core/eswitch_offloads.c): each port of the switch has one of each type, made by
 * whoever registered for the type: mlx5e a netdev, mlx5_ib a port of an IB device. The Ethernet one comes first and goes last.
 */
import type { Frame } from "../kernel/index.ts";
import type { mlx5_core_dev } from "./driver.ts";
import type { mlx5_eswitch } from "./eswitch.ts";

/** The port to the wire; virtual functions have 1, 2, ... */
export const MLX5_VPORT_UPLINK = 0xffff;

/** enum of struct mlx5_eswitch_rep types. */
export const REP_ETH = 0;
export const REP_IB = 1;
export type RepType = typeof REP_ETH | typeof REP_IB;

/** struct mlx5_eswitch_rep_ops. Called with mode_lock held for write, and not under rtnl_mutex. */
export interface RepOps {
  /** What it made, or null if it could not; nobody learns why. */
  load(current: Frame, dev: mlx5_core_dev, vport: number): Promise<unknown>;
  unload(current: Frame, dev: mlx5_core_dev, vport: number, data: unknown): Promise<void>;
}

/** mlx5_eswitch_register_vport_reps(): called from an interface driver's add, so under mlx5_intf_mutex. */
export function mlx5_eswitch_register_vport_reps(current: Frame, esw: mlx5_eswitch, ops: RepOps, type: RepType): void {
  current.enter("mlx5_eswitch_register_vport_reps").writes(esw);
  esw.offloads.rep_ops.set(type, ops);
}

/** mlx5_eswitch_unregister_vport_reps(): unloads what is left of the type. */
export async function mlx5_eswitch_unregister_vport_reps(caller: Frame, esw: mlx5_eswitch, type: RepType): Promise<void> {
  const current = caller.enter("mlx5_eswitch_unregister_vport_reps");
  for (const vport of [...esw.offloads.rep_data.keys()].reverse()) await unloadType(current, esw, vport, type);
  current.writes(esw);
  esw.offloads.rep_ops.delete(type);
}

/** esw_offloads_load_rep(): the representors of one port. Caller holds mode_lock for write. */
export async function esw_offloads_load_rep(caller: Frame, esw: mlx5_eswitch, vport: number): Promise<void> {
  const current = caller.enter("esw_offloads_load_rep");
  const { rep_ops, rep_data } = esw.offloads;
  for (const [type, ops] of [...rep_ops].sort(([a], [b]) => a - b)) {
    const data = await ops.load(current, esw.dev, vport);
    if (data === null) continue;
    current.writes(esw);
    const loaded = rep_data.get(vport) ?? new Map<RepType, unknown>();
    loaded.set(type, data);
    rep_data.set(vport, loaded);
  }
}

/** esw_offloads_unload_rep(): locks as above. */
export async function esw_offloads_unload_rep(caller: Frame, esw: mlx5_eswitch, vport: number): Promise<void> {
  const current = caller.enter("esw_offloads_unload_rep");
  for (const type of [REP_IB, REP_ETH] as const) await unloadType(current, esw, vport, type);
}

async function unloadType(current: Frame, esw: mlx5_eswitch, vport: number, type: RepType): Promise<void> {
  const { rep_ops, rep_data } = esw.offloads;
  const loaded = rep_data.get(vport);
  if (loaded?.has(type) !== true) return;
  const data = loaded.get(type);
  current.writes(esw);
  loaded.delete(type);
  if (loaded.size === 0) rep_data.delete(vport);
  await rep_ops.get(type)?.unload(current, esw.dev, vport, data);
}

/** mlx5_eswitch_get_proto_dev(): what represents a port, of one type; undefined if nothing does. */
export function mlx5_eswitch_get_proto_dev(esw: mlx5_eswitch, vport: number, type: RepType): unknown {
  return esw.offloads.rep_data.get(vport)?.get(type);
}
