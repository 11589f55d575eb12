/** What stands behind a rate object of netdevsim (struct nsim_rate_node and the configuration of a virtual function). */
import type { kernfs_node } from "../vfs/index.ts";

/** What stands behind a leaf or a node: its values in Mbit/s, and the name of its parent. */
export class NsimRate {
  tx_share = 0n;
  tx_max = 0n;
  parent_name: string | null = null;
  ddir: kernfs_node | null = null;
}
