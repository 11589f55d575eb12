/**
 * Models netdevsim's packet traps (drivers/net/netdevsim/dev.c): its tables of traps, groups and policers, the knobs that make
 * their operations fail, and the work item that reports one made-up packet for each trap and port every 100 ms, as long as the
 * port's netdev is up. The packets themselves are not made, only counted.
 */
import {
  type devlink,
  type devlink_ops,
  devlink_priv,
  type devlink_trap,
  type devlink_trap_group,
  devlink_trap_groups_register,
  devlink_trap_groups_unregister,
  type devlink_trap_item,
  type devlink_trap_policer,
  devlink_trap_policers_register,
  devlink_trap_policers_unregister,
  devlink_trap_report,
  devlink_traps_register,
  devlink_traps_unregister,
} from "../devlink/index.ts";
import { cancel_delayed_work_sync, delayed_work, EINVAL, type Frame, schedule_delayed_work } from "../kernel/index.ts";
import { netif_running } from "../net/index.ts";
import {
  DEVLINK_ATTR_TRAP_METADATA_TYPE_FA_COOKIE,
  DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT,
  DEVLINK_TRAP_ACTION_DROP,
  DEVLINK_TRAP_ACTION_MIRROR,
  DEVLINK_TRAP_ACTION_TRAP,
  DEVLINK_TRAP_TYPE_CONTROL,
  DEVLINK_TRAP_TYPE_DROP,
  DEVLINK_TRAP_TYPE_EXCEPTION,
  NL_SET_ERR_MSG,
} from "../netlink/index.ts";
import { DRV_NAME, type nsim_dev } from "./nsim.ts";

/** How often a packet is reported, ms. */
const NSIM_TRAP_REPORT_INTERVAL_MS = 100;
const MS = 1_000_000;

/** Ethernet, IP and UDP headers, and 100 bytes (NSIM_TRAP_L4_DATA_LEN). */
const PACKET_LENGTH = 14 + 20 + 8 + 100;

const LIMITS = { min_rate: 1n, max_rate: 8000n, min_burst: 8n, max_burst: 65536n } as const;

const nsim_trap_policers_arr: readonly devlink_trap_policer[] = [
  { id: 1, init_rate: 1000n, init_burst: 128n, ...LIMITS },
  { id: 2, init_rate: 2000n, init_burst: 256n, ...LIMITS },
  { id: 3, init_rate: 3000n, init_burst: 512n, ...LIMITS },
];

/** Ids of groups (DEVLINK_TRAP_GROUP_GENERIC_ID_*); only that they differ matters. */
const L2_DROPS = 0;
const L3_DROPS = 1;
const L3_EXCEPTIONS = 2;
const BUFFER_DROPS = 3;
const ACL_DROPS = 4;
const MC_SNOOPING = 5;

const nsim_trap_groups_arr: readonly devlink_trap_group[] = [
  { id: L2_DROPS, name: "l2_drops", generic: true, init_policer_id: 0 },
  { id: L3_DROPS, name: "l3_drops", generic: true, init_policer_id: 1 },
  { id: L3_EXCEPTIONS, name: "l3_exceptions", generic: true, init_policer_id: 1 },
  { id: BUFFER_DROPS, name: "buffer_drops", generic: true, init_policer_id: 2 },
  { id: ACL_DROPS, name: "acl_drops", generic: true, init_policer_id: 3 },
  { id: MC_SNOOPING, name: "mc_snooping", generic: true, init_policer_id: 3 },
];

const IN_PORT = 1 << DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT;
const COOKIE = 1 << DEVLINK_ATTR_TRAP_METADATA_TYPE_FA_COOKIE;

type Row = readonly [name: string, kind: "drop" | "exception" | "trap" | "mirror", group: number, more?: { cookie?: true; own?: true }];

/** Name, type (of control traps: their action) and group. */
const ROWS: readonly Row[] = [
  ["source_mac_is_multicast", "drop", L2_DROPS],
  ["vlan_tag_mismatch", "drop", L2_DROPS],
  ["ingress_vlan_filter", "drop", L2_DROPS],
  ["ingress_spanning_tree_filter", "drop", L2_DROPS],
  ["port_list_is_empty", "drop", L2_DROPS],
  ["port_loopback_filter", "drop", L2_DROPS],
  ["fid_miss", "exception", L2_DROPS, { own: true }],
  ["blackhole_route", "drop", L3_DROPS],
  ["ttl_value_is_too_small", "exception", L3_EXCEPTIONS],
  ["tail_drop", "drop", BUFFER_DROPS],
  ["ingress_flow_action_drop", "drop", ACL_DROPS, { cookie: true }],
  ["egress_flow_action_drop", "drop", ACL_DROPS, { cookie: true }],
  ["igmp_query", "mirror", MC_SNOOPING],
  ["igmp_v1_report", "trap", MC_SNOOPING],
];

const KINDS = {
  drop: { type: DEVLINK_TRAP_TYPE_DROP, init_action: DEVLINK_TRAP_ACTION_DROP },
  exception: { type: DEVLINK_TRAP_TYPE_EXCEPTION, init_action: DEVLINK_TRAP_ACTION_TRAP },
  trap: { type: DEVLINK_TRAP_TYPE_CONTROL, init_action: DEVLINK_TRAP_ACTION_TRAP },
  mirror: { type: DEVLINK_TRAP_TYPE_CONTROL, init_action: DEVLINK_TRAP_ACTION_MIRROR },
} as const;

const nsim_traps_arr: readonly devlink_trap[] = ROWS.map(([name, kind, init_group_id, more = {}], id) => ({
  id,
  name,
  ...KINDS[kind],
  generic: more.own !== true,
  init_group_id,
  metadata_cap: more.cookie === true ? IN_PORT | COOKIE : IN_PORT,
}));

/** struct nsim_trap_data */
export interface nsim_trap_data {
  readonly trap_report_dw: delayed_work;
  /** What the driver does with each trap, and the core's item that it reports to, by id. */
  readonly trap_items: Map<number, { action: number; trap_ctx: devlink_trap_item }>;
  /** How often each policer's counter was asked for: that is what it says. */
  readonly trap_policers_cnt: Map<number, bigint>;
  /** The same for all traps together. */
  trap_pkt_cnt: bigint;
}

function refuse(extack: Parameters<typeof NL_SET_ERR_MSG>[0]): number {
  NL_SET_ERR_MSG(extack, `${DRV_NAME}: User setup the operation to fail for testing purposes`);
  return -EINVAL;
}

/** The operations of nsim_dev_devlink_ops that are about traps. */
export const nsim_trap_ops = {
  trap_init(current, devlink, trap, trap_ctx) {
    const { trap_data } = devlink_priv(devlink);
    if (trap_data === null) return -EINVAL;
    current.writes(trap_data);
    trap_data.trap_items.set(trap.id, { action: trap.init_action, trap_ctx });
    return 0;
  },

  async trap_action_set(current, devlink, trap, action) {
    const { trap_data } = devlink_priv(devlink);
    const item = trap_data?.trap_items.get(trap.id);
    if (trap_data === null || item === undefined) return -EINVAL;
    current.writes(trap_data);
    item.action = action;
    return 0;
  },

  async trap_group_set(current, devlink) {
    const nsim = devlink_priv(devlink);
    current.reads(nsim);
    return nsim.fail_trap_group_set ? -EINVAL : 0;
  },

  async trap_policer_set(current, devlink, _policer, _rate, _burst, extack) {
    const nsim = devlink_priv(devlink);
    current.reads(nsim);
    return nsim.fail_trap_policer_set ? refuse(extack) : 0;
  },

  trap_policer_counter_get(current, devlink, policer) {
    const nsim = devlink_priv(devlink);
    current.reads(nsim);
    if (nsim.fail_trap_policer_counter_get || nsim.trap_data === null) return { errno: -EINVAL };
    const { trap_policers_cnt } = nsim.trap_data;
    current.writes(trap_policers_cnt);
    const count = trap_policers_cnt.get(policer.id) ?? 0n;
    trap_policers_cnt.set(policer.id, count + 1n);
    return count;
  },

  trap_drop_counter_get(current, devlink) {
    const nsim = devlink_priv(devlink);
    current.reads(nsim);
    if (nsim.fail_trap_drop_counter_get || nsim.trap_data === null) return { errno: -EINVAL };
    current.writes(nsim.trap_data);
    return nsim.trap_data.trap_pkt_cnt++;
  },
} as const satisfies Partial<devlink_ops<nsim_dev>>;

/** nsim_dev_traps_init(): policers, groups, traps, and the first report in 100 ms. */
export async function nsim_dev_traps_init(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<number> {
  const current = caller.enter("nsim_dev_traps_init");
  const trap_data: nsim_trap_data = {
    trap_report_dw: new delayed_work("nsim_dev_trap_report_work", (frame) => nsim_dev_trap_report_work(frame, nsim, devlink)),
    trap_items: new Map(),
    trap_policers_cnt: new Map(),
    trap_pkt_cnt: 0n,
  };
  current.writes(nsim);
  nsim.trap_data = trap_data;
  let err = await devlink_trap_policers_register(current, devlink, nsim_trap_policers_arr);
  if (err !== 0) return err;
  err = await devlink_trap_groups_register(current, devlink, nsim_trap_groups_arr);
  if (err === 0) {
    err = await devlink_traps_register(current, devlink, nsim_traps_arr);
    if (err === 0) {
      schedule_delayed_work(current, trap_data.trap_report_dw, NSIM_TRAP_REPORT_INTERVAL_MS * MS);
      return 0;
    }
    await devlink_trap_groups_unregister(current, devlink, nsim_trap_groups_arr);
  }
  await devlink_trap_policers_unregister(current, devlink, nsim_trap_policers_arr);
  return err;
}

/** nsim_dev_traps_exit() */
export async function nsim_dev_traps_exit(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<void> {
  const current = caller.enter("nsim_dev_traps_exit");
  if (nsim.trap_data === null) return;
  await cancel_delayed_work_sync(current, nsim.trap_data.trap_report_dw);
  await devlink_traps_unregister(current, devlink, nsim_traps_arr);
  await devlink_trap_groups_unregister(current, devlink, nsim_trap_groups_arr);
  await devlink_trap_policers_unregister(current, devlink, nsim_trap_policers_arr);
  current.writes(nsim);
  nsim.trap_data = null;
}

/** nsim_dev_trap_report_work(): each port whose netdev is up; then again in a while. */
async function nsim_dev_trap_report_work(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<void> {
  const current = caller.enter("nsim_dev_trap_report_work");
  const { trap_data } = nsim;
  if (trap_data === null) return;
  const delay = await nsim.strategies.withPortsForReport(current, nsim, devlink, async () => {
    current.reads(nsim.port_list);
    for (const { netdev } of nsim.port_list) if (netif_running(netdev)) nsim_dev_trap_report(current, trap_data);
    return NSIM_TRAP_REPORT_INTERVAL_MS;
  });
  schedule_delayed_work(current, trap_data.trap_report_dw, delay * MS);
}

/** nsim_dev_trap_report(): a packet for each trap that does not just drop. */
function nsim_dev_trap_report(caller: Frame, { trap_items }: nsim_trap_data): void {
  const current = caller.enter("nsim_dev_trap_report");
  for (const { action, trap_ctx } of trap_items.values())
    if (action !== DEVLINK_TRAP_ACTION_DROP) devlink_trap_report(current, trap_ctx, PACKET_LENGTH);
}
