/** The points where kernels differ in ib_core, as data that the machine puts in at boot. */
import type { RestrackKind } from "./restrack.ts";

export interface IbStrategies {
  /** `rdma system` tells that pinned memory is copied at fork (from v5.13 on). */
  readonly copy_on_fork: boolean;
  /** Kinds of objects that `rdma resource` counts, in the kernel's order. */
  readonly resources: readonly RestrackKind[];
}
