/**
 * Models core/verbs.c and core/cq.c as far as `rdma resource` shows it: protection domains, completion queues and special
 * queue pairs that kernel users make. No data moves through them. Also ib_get_eth_speed(), which asks a RoCE port's netdev.
 */
import { type Frame, pr_warn } from "../../kernel/index.ts";
import { __ethtool_get_link_ksettings, dev_put, rtnl_lock, rtnl_unlock, SPEED_UNKNOWN } from "../../net/index.ts";
import {
  IB_DEVICE_LOCAL_DMA_LKEY,
  IB_SPEED_DDR,
  IB_SPEED_EDR,
  IB_SPEED_FDR10,
  IB_SPEED_SDR,
  type ib_device,
  type LinkRate,
} from "./device.ts";
import { ib_device_get_netdev } from "./netdev.ts";
import { IB_QPS_RTS, type ib_cq, type ib_pd, type ib_qp, rdma_restrack_add, rdma_restrack_del } from "./restrack.ts";

/** The key of memory that the device may reach without a region of its own; a stand-in for what drivers make up. */
const INTERNAL_MR_LKEY = 0x200;

/** ib_alloc_pd() */
export function ib_alloc_pd(caller: Frame, dev: ib_device, kern_name: string): ib_pd {
  const current = caller.enter("__ib_alloc_pd");
  const id = dev.restrack.next_id("pd");
  const local_dma_lkey = (dev.device_cap_flags & IB_DEVICE_LOCAL_DMA_LKEY) === 0n ? INTERNAL_MR_LKEY + (id << 8) : 0;
  return rdma_restrack_add(current, dev.restrack, { kind: "pd", id, kern_name, usecnt: 0, local_dma_lkey });
}

export function ib_dealloc_pd(caller: Frame, dev: ib_device, pd: ib_pd): void {
  rdma_restrack_del(caller.enter("ib_dealloc_pd_user"), dev.restrack, pd);
}

/** ib_alloc_cq(): drivers round the number of entries up to a power of two, of which one stays unused. */
export function ib_alloc_cq(caller: Frame, dev: ib_device, nr_cqe: number, poll_ctx: number, kern_name: string): ib_cq {
  const current = caller.enter("__ib_alloc_cq");
  const id = dev.restrack.next_id("cq");
  const cqe = 2 ** Math.ceil(Math.log2(nr_cqe + 1)) - 1;
  return rdma_restrack_add(current, dev.restrack, { kind: "cq", id, kern_name, usecnt: 0, cqe, poll_ctx, dim: dev.use_cq_dim });
}

export function ib_free_cq(caller: Frame, dev: ib_device, cq: ib_cq): void {
  rdma_restrack_del(caller.enter("ib_free_cq"), dev.restrack, cq);
}

export interface SpecialQp {
  readonly pd: ib_pd;
  readonly cq: ib_cq;
  /** IB_QPT_SMI or IB_QPT_GSI; their queue pairs have the numbers 0 and 1. */
  readonly qp_type: number;
  readonly port: number;
  readonly kern_name: string;
}

/** ib_create_qp() for a special queue pair, brought to the state in which it can send. */
export function ib_create_qp(caller: Frame, dev: ib_device, attr: SpecialQp): ib_qp {
  const current = caller.enter("ib_create_named_qp");
  const { pd, cq, qp_type, port, kern_name } = attr;
  pd.usecnt++;
  // Once for what it sends and once for what it receives.
  cq.usecnt += 2;
  const driver = dev.ops.create_qp?.(current, dev, qp_type) ?? [];
  const numbers = { id: (port << 24) | qp_type, qp_num: qp_type, port, sq_psn: 0, usecnt: 0 };
  return rdma_restrack_add(current, dev.restrack, { kind: "qp", ...numbers, kern_name, qp_type, state: IB_QPS_RTS, driver });
}

export function ib_destroy_qp(caller: Frame, dev: ib_device, qp: ib_qp, attr: Pick<SpecialQp, "pd" | "cq">): void {
  const current = caller.enter("ib_destroy_qp_user");
  for (const entry of [qp, ...qp.driver]) rdma_restrack_del(current, dev.restrack, entry);
  attr.pd.usecnt--;
  attr.cq.usecnt -= 2;
}

const SPEED_1000 = 1000;

/** What an Ethernet link of some megabits per second is called in the units of InfiniBand. */
const ETH_SPEEDS: readonly (readonly [number, LinkRate])[] = [
  [SPEED_1000, { active_width: 1, active_speed: IB_SPEED_SDR }],
  [10_000, { active_width: 1, active_speed: IB_SPEED_FDR10 }],
  [20_000, { active_width: 4, active_speed: IB_SPEED_DDR }],
  [25_000, { active_width: 1, active_speed: IB_SPEED_EDR }],
  [40_000, { active_width: 4, active_speed: IB_SPEED_FDR10 }],
];

/** ib_get_eth_speed(): how fast a RoCE port is, from its netdev; takes rtnl_mutex. Null if it has no netdev. */
export async function ib_get_eth_speed(caller: Frame, dev: ib_device, port: number): Promise<LinkRate | null> {
  const current = caller.enter("ib_get_eth_speed");
  const netdev = ib_device_get_netdev(current, dev, port);
  if (netdev === null) return null;
  await rtnl_lock(current);
  const lksettings = __ethtool_get_link_ksettings(current, netdev);
  await rtnl_unlock(current);
  dev_put(current, netdev);
  const known = typeof lksettings !== "number" && lksettings.speed !== SPEED_UNKNOWN ? lksettings.speed : null;
  if (known === null) pr_warn(current.kernel, `${netdev.name} speed is unknown, defaulting to ${SPEED_1000}`);
  const speed = known ?? SPEED_1000;
  return ETH_SPEEDS.find(([most]) => speed <= most)?.[1] ?? { active_width: 4, active_speed: IB_SPEED_EDR };
}
