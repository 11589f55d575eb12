/** Models the resources of a netdevsim device (drivers/net/netdevsim/dev.c): how many routes and rules it takes, without limit at first. */
import { DEVLINK_RESOURCE_ID_PARENT_TOP, type devlink, devlink_resource_register, devlink_resources_unregister } from "../devlink/index.ts";
import { type Frame, pr_err } from "../kernel/index.ts";
import type { nsim_dev } from "./nsim.ts";

/** enum nsim_resource_id */
export const NSIM_RESOURCE_IPV4 = 1n;
export const NSIM_RESOURCE_IPV4_FIB = 2n;
export const NSIM_RESOURCE_IPV4_FIB_RULES = 3n;
export const NSIM_RESOURCE_IPV6 = 4n;
export const NSIM_RESOURCE_IPV6_FIB = 5n;
export const NSIM_RESOURCE_IPV6_FIB_RULES = 6n;
export const NSIM_RESOURCE_NEXTHOPS = 7n;

const NO_LIMIT = 0xffff_ffff_ffff_ffffn;
const TOP = DEVLINK_RESOURCE_ID_PARENT_TOP;

/** Name, id, parent, and what a failure is called. */
const RESOURCES: readonly (readonly [name: string, id: bigint, parent: bigint, what: string])[] = [
  ["IPv4", NSIM_RESOURCE_IPV4, TOP, "IPv4 top"],
  ["fib", NSIM_RESOURCE_IPV4_FIB, NSIM_RESOURCE_IPV4, "IPv4 FIB"],
  ["fib-rules", NSIM_RESOURCE_IPV4_FIB_RULES, NSIM_RESOURCE_IPV4, "IPv4 FIB rules"],
  ["IPv6", NSIM_RESOURCE_IPV6, TOP, "IPv6 top"],
  ["fib", NSIM_RESOURCE_IPV6_FIB, NSIM_RESOURCE_IPV6, "IPv6 FIB"],
  ["fib-rules", NSIM_RESOURCE_IPV6_FIB_RULES, NSIM_RESOURCE_IPV6, "IPv6 FIB rules"],
];

const NEXTHOPS = ["nexthops", NSIM_RESOURCE_NEXTHOPS, TOP, "NEXTHOPS"] as const;

/** nsim_dev_resources_register(): 0 or a negative errno. */
export async function nsim_dev_resources_register(caller: Frame, nsim: nsim_dev, devlink: devlink): Promise<number> {
  const current = caller.enter("nsim_dev_resources_register");
  const params = { size_min: 0n, size_max: NO_LIMIT, size_granularity: 1n };
  for (const [name, id, parent, what] of nsim.strategies.nexthops ? [...RESOURCES, NEXTHOPS] : RESOURCES) {
    const err = await devlink_resource_register(current, devlink, name, NO_LIMIT, id, parent, params);
    if (err === 0) continue;
    pr_err(current.kernel, `Failed to register ${what} resource`);
    await devlink_resources_unregister(current, devlink);
    return err;
  }
  return 0;
}
