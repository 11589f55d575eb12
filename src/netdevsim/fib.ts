/**
 * Models drivers/net/netdevsim/fib.c: a device that mirrors the routes and rules of the namespace it is in, as many as its
 * resources allow. Left out: nexthop objects (nobody makes any), the work item in which later
 * kernels take up what they have counted.
 */
import {
  type devlink,
  devlink_net,
  devlink_resource_occ_get_register,
  devlink_resource_occ_get_unregister,
  devlink_resource_size_get,
} from "../devlink/index.ts";
import { ENOSPC, type Frame, NOTIFY_DONE, notifier_from_errno, pr_err, warn } from "../kernel/index.ts";
import {
  FIB_EVENT_ENTRY_DEL,
  FIB_EVENT_ENTRY_REPLACE,
  FIB_EVENT_RULE_ADD,
  FIB_EVENT_RULE_DEL,
  type fib_notifier_block,
  type fib_notifier_info,
  type fib_route,
  type net,
  register_fib_notifier,
  unregister_fib_notifier,
} from "../net/index.ts";
import { AF_INET, AF_INET6, NL_SET_ERR_MSG, type netlink_ext_ack } from "../netlink/index.ts";
import { DRV_NAME, type nsim_dev } from "./nsim.ts";
import {
  NSIM_RESOURCE_IPV4_FIB,
  NSIM_RESOURCE_IPV4_FIB_RULES,
  NSIM_RESOURCE_IPV6_FIB,
  NSIM_RESOURCE_IPV6_FIB_RULES,
  NSIM_RESOURCE_NEXTHOPS,
} from "./resource.ts";

const NO_LIMIT = 0xffff_ffff_ffff_ffffn;

/** struct nsim_fib_entry: how many there are, and may be. */
interface nsim_fib_entry {
  max: bigint;
  num: bigint;
}

/** struct nsim_fib_data */
export class nsim_fib_data {
  readonly entries = new Map<bigint, nsim_fib_entry>();
  /** The prefixes that the device has (struct nsim_fib_rt). */
  readonly fib_rt = new Set<string>();
  readonly net: net;
  readonly fib_nb: fib_notifier_block;

  constructor(nsim: nsim_dev, net: net) {
    this.net = net;
    this.fib_nb = {
      name: "nsim_fib_event_nb",
      priority: 0,
      notifier_call: async (caller, _nb, event, info) => nsim_fib_event(caller.enter("nsim_fib_event_nb"), nsim, this, event, info),
    };
  }
}

/** Whether one more, or one less, is possible. */
function nsim_fib_account(current: Frame, entry: nsim_fib_entry, add: boolean, extack: netlink_ext_ack | null, what: string): number {
  current.writes(entry);
  if (!add) {
    entry.num--;
    return 0;
  }
  if (entry.num < entry.max) {
    entry.num++;
    return 0;
  }
  NL_SET_ERR_MSG(extack, `${DRV_NAME}: Exceeded number of supported ${what} entries`);
  return -ENOSPC;
}

/** nsim_fib_event(): what other families say is passed over. */
function nsim_fib_event(current: Frame, nsim: nsim_dev, data: nsim_fib_data, event: number, info: fib_notifier_info): number {
  const { family, extack } = info;
  if (family !== AF_INET && family !== AF_INET6) return NOTIFY_DONE;
  const v4 = family === AF_INET;
  if (event === FIB_EVENT_RULE_ADD || event === FIB_EVENT_RULE_DEL) {
    const rules = data.entries.get(v4 ? NSIM_RESOURCE_IPV4_FIB_RULES : NSIM_RESOURCE_IPV6_FIB_RULES);
    if (rules === undefined) return NOTIFY_DONE;
    return notifier_from_errno(nsim_fib_account(current, rules, event === FIB_EVENT_RULE_ADD, extack, "fib rule"));
  }
  const fib = data.entries.get(v4 ? NSIM_RESOURCE_IPV4_FIB : NSIM_RESOURCE_IPV6_FIB);
  const { route } = info;
  if (fib === undefined || route === undefined) return NOTIFY_DONE;
  const key = `${family} ${route.table} ${route.dst.join(".")}/${route.dst_len}`;
  if (event === FIB_EVENT_ENTRY_DEL && data.fib_rt.delete(key)) nsim_fib_account(current, fib, false, extack, "fib");
  if (event !== FIB_EVENT_ENTRY_REPLACE) return NOTIFY_DONE;
  const there = data.fib_rt.has(key);
  const { countReplaced, refusal } = nsim.strategies.fib;
  if (there && !countReplaced) return takeUp(current, route);
  const err = nsim_fib_account(current, fib, true, extack, "fib");
  if (err !== 0) return refusal(err);
  if (there) nsim_fib_account(current, fib, false, extack, "fib");
  data.fib_rt.add(key);
  return takeUp(current, route);
}

/** nsim_fib4_rt_hw_flags_set(), nsim_fib6_rt_hw_flags_set(): the route stands in hardware, which sends its packets to the processor. */
function takeUp(current: Frame, route: fib_route): number {
  current.writes(route);
  route.trap = true;
  return NOTIFY_DONE;
}

function resourceIds(nsim: nsim_dev): readonly bigint[] {
  const all = [NSIM_RESOURCE_IPV4_FIB, NSIM_RESOURCE_IPV4_FIB_RULES, NSIM_RESOURCE_IPV6_FIB, NSIM_RESOURCE_IPV6_FIB_RULES];
  return nsim.strategies.nexthops ? [...all, NSIM_RESOURCE_NEXTHOPS] : all;
}

/**
 * nsim_fib_create(): takes the sizes that user space asked for and counts what the namespace has. The error of what exceeds
 * them; then nothing is left behind.
 */
export async function nsim_fib_create(
  caller: Frame,
  nsim: nsim_dev,
  devlink: devlink<nsim_dev>,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("nsim_fib_create");
  const data = new nsim_fib_data(nsim, devlink_net(devlink));
  for (const id of resourceIds(nsim)) {
    const max = (await devlink_resource_size_get(current, devlink, id)) ?? NO_LIMIT;
    data.entries.set(id, { max, num: 0n });
  }
  const err = await register_fib_notifier(current, data.net, data.fib_nb, extack);
  if (err !== 0) {
    pr_err(current.kernel, "Failed to register fib notifier");
    return err;
  }
  for (const [id, entry] of data.entries) await devlink_resource_occ_get_register(current, devlink, id, () => entry.num);
  nsim.fib_data = data;
  return 0;
}

/** nsim_fib_destroy() */
export async function nsim_fib_destroy(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<void> {
  const data = nsim.fib_data;
  if (data === null) return;
  const current = caller.enter("nsim_fib_destroy");
  for (const id of [...data.entries.keys()].toReversed()) await devlink_resource_occ_get_unregister(current, devlink, id);
  // The namespace is gone if a reload was refused while it died: the notifier's chain is memory that others use by now.
  if (data.net.freed) warn(current, "use-after-free", `${devlink.handle} leaves the fib chain of ${data.net.name}, which was freed`);
  else unregister_fib_notifier(current, data.net, data.fib_nb);
  nsim.fib_data = null;
}
