/**
 * Models hw/mlx5/ib_rep.c (v5.10): in offloads mode one IB device has a port for each port of the eswitch, and speaks raw
 * packets only. The uplink's representor makes the device, each other one takes a port of it.
 */
import {
  MLX5_VPORT_UPLINK,
  type mlx5_core_dev,
  mlx5_eswitch_get_proto_dev,
  mlx5_eswitch_register_vport_reps,
  mlx5_eswitch_unregister_vport_reps,
  mlx5e_rep_priv,
  REP_ETH,
  REP_IB,
  type RepOps,
} from "../../core/index.ts";
import type { Frame } from "../../kernel/index.ts";
import type { net_device } from "../../net/index.ts";
import { pci_sriov_get_totalvfs } from "../../pci/index.ts";
import { mlx5_ib_dev, portAt } from "./mlx5_ib.ts";

/** How an IB device is made and unmade: main.ts, which needs this file. */
export interface DeviceMaker {
  make(current: Frame, mdev: mlx5_core_dev, num_ports: number): Promise<mlx5_ib_dev | null>;
  unmake(current: Frame, dev: mlx5_ib_dev): Promise<void>;
}

/** mlx5_ib_register_vport_reps(): from now on mode changes make IB devices. */
export function mlx5_ib_register_vport_reps(caller: Frame, mdev: mlx5_core_dev, maker: DeviceMaker): void {
  const current = caller.enter("mlx5_ib_register_vport_reps");
  const ops: RepOps = {
    load: (frame, dev, vport) => mlx5_ib_vport_rep_load(frame, dev, vport, maker),
    async unload(frame, dev, vport, data) {
      const inner = frame.enter("mlx5_ib_vport_rep_unload");
      const ibdev = data as mlx5_ib_dev;
      if (vport === MLX5_VPORT_UPLINK) await maker.unmake(inner, ibdev);
      else setNetdev(inner, ibdev, portIndex(dev, vport), null);
    },
  };
  mlx5_eswitch_register_vport_reps(current, mdev.eswitch, ops, REP_IB);
}

export async function mlx5_ib_unregister_vport_reps(caller: Frame, mdev: mlx5_core_dev): Promise<void> {
  await mlx5_eswitch_unregister_vport_reps(caller.enter("mlx5_ib_unregister_vport_reps"), mdev.eswitch, REP_IB);
}

async function mlx5_ib_vport_rep_load(caller: Frame, mdev: mlx5_core_dev, vport: number, maker: DeviceMaker): Promise<mlx5_ib_dev | null> {
  const current = caller.enter("mlx5_ib_vport_rep_load");
  const uplink = vport === MLX5_VPORT_UPLINK;
  const made = uplink ? await maker.make(current, mdev, mlx5_eswitch_get_total_vports(mdev)) : ofUplink(mdev);
  if (made === null) return null;
  setNetdev(current, made, portIndex(mdev, vport), mlx5_ib_get_rep_netdev(mdev, vport));
  return made;
}

function ofUplink(mdev: mlx5_core_dev): mlx5_ib_dev | null {
  const data = mlx5_eswitch_get_proto_dev(mdev.eswitch, MLX5_VPORT_UPLINK, REP_IB);
  return data instanceof mlx5_ib_dev ? data : null;
}

/** mlx5_ib_get_rep_netdev(): what represents the port as a netdev. */
function mlx5_ib_get_rep_netdev(mdev: mlx5_core_dev, vport: number): net_device | null {
  const data = mlx5_eswitch_get_proto_dev(mdev.eswitch, vport, REP_ETH);
  return data instanceof mlx5e_rep_priv ? data.netdev : null;
}

function setNetdev(current: Frame, dev: mlx5_ib_dev, index: number, netdev: net_device | null): void {
  const { roce } = portAt(dev, index);
  current.writes(roce);
  roce.netdev = netdev;
}

/** The physical function, every virtual one that there can be, and the uplink, which is the last. */
function mlx5_eswitch_get_total_vports(mdev: mlx5_core_dev): number {
  return pci_sriov_get_totalvfs(mdev.pdev) + 2;
}

/** mlx5_eswitch_vport_num_to_index() */
function portIndex(mdev: mlx5_core_dev, vport: number): number {
  return vport === MLX5_VPORT_UPLINK ? mlx5_eswitch_get_total_vports(mdev) - 1 : vport;
}
