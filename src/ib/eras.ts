/** What ib_core was in the kernels that the machine can be: data only. */
import type { IbStrategies } from "./core/strategies.ts";

const counted = ["pd", "cq", "qp", "cm_id", "mr", "ctx"] as const;

const early: IbStrategies = { copy_on_fork: false, resources: counted };
const late: IbStrategies = { copy_on_fork: true, resources: [...counted, "srq"] };

export const IB_ERAS = {
  "v5.9": early,
  "v5.10": early,
  "v5.10.223": early,
  "v6.1": late,
  "v6.3": late,
} as const satisfies Readonly<Record<string, IbStrategies>>;
