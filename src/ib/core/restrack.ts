/**
 * Models core/restrack.c: the objects of a device that `rdma resource` counts and lists. Only what kernel users make can
 * occur here; objects of user contexts (which have a pid), memory regions and connection ids never do.
 */
import type { Frame } from "../../kernel/index.ts";

/** Kinds of tracked objects (enum rdma_restrack_type) under the names that user space sees. */
export type RestrackKind = "pd" | "cq" | "qp" | "cm_id" | "mr" | "ctx" | "srq";

/** enum ib_poll_context, ib_qp_type and ib_qp_state: the values that occur here. */
export const IB_POLL_SOFTIRQ = 1;
export const IB_POLL_UNBOUND_WORKQUEUE = 3;
export const IB_QPT_SMI = 0;
export const IB_QPT_GSI = 1;
export const IB_QPS_RTS = 3;

interface Entry {
  /** What `rdma resource` shows as pdn or cqn; for a queue pair the key under which it is kept. */
  readonly id: number;
  /** KBUILD_MODNAME of who made it. */
  readonly kern_name: string;
  /** How many other objects use it. */
  usecnt: number;
}

export interface ib_pd extends Entry {
  readonly kind: "pd";
  readonly local_dma_lkey: number;
}

export interface ib_cq extends Entry {
  readonly kind: "cq";
  readonly cqe: number;
  readonly poll_ctx: number;
  /** It moderates its interrupts by what it sees. */
  readonly dim: boolean;
}

export interface ib_qp extends Entry {
  readonly kind: "qp";
  readonly qp_num: number;
  readonly port: number;
  readonly qp_type: number;
  readonly state: number;
  readonly sq_psn: number;
  /** What the driver made along with it. */
  readonly driver: readonly rdma_restrack_entry[];
}

export type rdma_restrack_entry = ib_pd | ib_cq | ib_qp;

/** struct rdma_restrack_root: what a device has, by kind, in the order of ids. */
export class rdma_restrack_root {
  readonly entries: rdma_restrack_entry[] = [];
  private readonly next = new Map<RestrackKind, number>();

  /** xa_alloc_cyclic(): ids are not used again before all others were. */
  next_id(kind: RestrackKind): number {
    const id = this.next.get(kind) ?? 0;
    this.next.set(kind, id + 1);
    return id;
  }
}

/** rdma_restrack_add() */
export function rdma_restrack_add<E extends rdma_restrack_entry>(current: Frame, root: rdma_restrack_root, entry: E): E {
  current.writes(root);
  root.entries.push(entry);
  return entry;
}

/** rdma_restrack_del() */
export function rdma_restrack_del(current: Frame, root: rdma_restrack_root, entry: rdma_restrack_entry): void {
  current.writes(root);
  const at = root.entries.indexOf(entry);
  if (at >= 0) root.entries.splice(at, 1);
}

/** The entries of one kind, in the order in which a dump shows them. */
export function rdma_restrack_list(current: Frame, root: rdma_restrack_root, kind: RestrackKind): readonly rdma_restrack_entry[] {
  current.reads(root);
  return root.entries.filter((entry) => entry.kind === kind).sort((a, b) => a.id - b.id);
}
