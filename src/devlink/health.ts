/**
 * Models devlink health reporters (net/core/devlink.c) for their driver: creating them, reporting an error, what follows
 * from a report (a dump, a recovery), and how one is told to user space.
 * Left out: the trace points.
 */
import { ECANCELED, EOPNOTSUPP, type Frame, mutex, mutex_lock, mutex_unlock } from "../kernel/index.ts";
import {
  type AttributeWriter,
  DEVLINK_ATTR_HEALTH_REPORTER,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER,
  DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS,
  DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS,
  DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD,
  DEVLINK_ATTR_HEALTH_REPORTER_NAME,
  DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_STATE,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_CMD_HEALTH_REPORTER_RECOVER,
  DEVLINK_HEALTH_REPORTER_STATE_ERROR,
  DEVLINK_HEALTH_REPORTER_STATE_HEALTHY,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import { devlink_fmsg, devlink_fmsg_obj_nest_end, devlink_fmsg_obj_nest_start } from "./fmsg.ts";
import { devlink_nl_put_handle, devlinkNotifyMessage } from "./notify.ts";
import { strategiesOf } from "./state.ts";
import type { devlink, devlink_health_reporter, devlink_health_reporter_ops, devlink_port } from "./types.ts";

/** Where reporters of the device, or of one of its ports, are kept, and the lock that guards the list. */
export interface ReporterList {
  readonly list: devlink_health_reporter[];
  readonly lock: mutex;
}

export function reportersOf(devlink: devlink, port: devlink_port | null): ReporterList {
  const lock = port?.registered?.reporters_lock ?? devlink.reporters_lock;
  return { list: port?.reporter_list ?? devlink.reporter_list, lock };
}

/** devlink_health_reporter_create(): takes reporters_lock. `graceful_period` in ms. */
export function devlink_health_reporter_create(
  caller: Frame,
  devlink: devlink,
  ops: devlink_health_reporter_ops,
  graceful_period: number,
): Promise<devlink_health_reporter> {
  return create(caller.enter("devlink_health_reporter_create"), devlink, null, ops, graceful_period);
}

/** devlink_port_health_reporter_create(): of a registered port; takes the port's reporters_lock. */
export function devlink_port_health_reporter_create(
  caller: Frame,
  devlink: devlink,
  port: devlink_port,
  ops: devlink_health_reporter_ops,
  graceful_period: number,
): Promise<devlink_health_reporter> {
  return create(caller.enter("devlink_port_health_reporter_create"), devlink, port, ops, graceful_period);
}

async function create(
  current: Frame,
  devlink: devlink,
  devlink_port: devlink_port | null,
  ops: devlink_health_reporter_ops,
  graceful_period: number,
): Promise<devlink_health_reporter> {
  const { list, lock } = reportersOf(devlink, devlink_port);
  await mutex_lock(current, lock);
  const reporter: devlink_health_reporter = {
    ops,
    devlink,
    devlink_port,
    dump_lock: new mutex(current.kernel, "&reporter->dump_lock"),
    dump_fmsg: null,
    dump_ts: 0,
    dump_real_ts: 0n,
    graceful_period: BigInt(graceful_period),
    auto_recover: ops.recover !== undefined,
    auto_dump: ops.dump !== undefined,
    health_state: DEVLINK_HEALTH_REPORTER_STATE_HEALTHY,
    error_count: 0,
    recovery_count: 0,
    last_recovery_ts: 0,
  };
  current.writes(list);
  list.push(reporter);
  mutex_unlock(current, lock);
  return reporter;
}

/** devlink_health_reporter_destroy(), of the device or of a port: takes the list's reporters_lock. */
export async function devlink_health_reporter_destroy(caller: Frame, reporter: devlink_health_reporter): Promise<void> {
  const current = caller.enter("devlink_health_reporter_destroy");
  const { list, lock } = reportersOf(reporter.devlink, reporter.devlink_port);
  await mutex_lock(current, lock);
  current.writes(list);
  const at = list.indexOf(reporter);
  if (at >= 0) list.splice(at, 1);
  mutex_unlock(current, lock);
}

/**
 * devlink_health_report(): the driver found an error and tells `priv_ctx` of it. It is counted, dumped and recovered from
 * as the reporter is set. -ECANCELED if it is still in error, or was recovered less than its grace period ago.
 */
export async function devlink_health_report(caller: Frame, reporter: devlink_health_reporter, priv_ctx: unknown = null): Promise<number> {
  const current = caller.enter("devlink_health_report");
  const { locking } = strategiesOf(current.kernel);
  current.writes(reporter);
  reporter.error_count++;
  const prev_health_state = reporter.health_state;
  reporter.health_state = DEVLINK_HEALTH_REPORTER_STATE_ERROR;
  await devlink_recover_notify(current, reporter);
  const inGrace =
    reporter.recovery_count > 0 && reporter.last_recovery_ts + Number(reporter.graceful_period) * 1e6 > current.kernel.clock.now;
  if (reporter.auto_recover && (prev_health_state !== DEVLINK_HEALTH_REPORTER_STATE_HEALTHY || inGrace)) return -ECANCELED;
  if (reporter.auto_dump) {
    await mutex_lock(current, reporter.dump_lock);
    await devlink_health_do_dump(current, reporter, priv_ctx, null);
    mutex_unlock(current, reporter.dump_lock);
  }
  if (!reporter.auto_recover) return 0;
  await locking.devl_lock(current, reporter.devlink);
  const ret = await devlink_health_reporter_recover(current, reporter, priv_ctx, null);
  locking.devl_unlock(current, reporter.devlink);
  return ret;
}

/** devlink_health_reporter_recover(): nothing to do in a healthy state. -EOPNOTSUPP, or the driver's error. */
export async function devlink_health_reporter_recover(
  caller: Frame,
  reporter: devlink_health_reporter,
  priv_ctx: unknown,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("devlink_health_reporter_recover");
  if (reporter.health_state === DEVLINK_HEALTH_REPORTER_STATE_HEALTHY) return 0;
  if (reporter.ops.recover === undefined) return -EOPNOTSUPP;
  const err = await reporter.ops.recover(current, reporter, priv_ctx, extack);
  if (err !== 0) return err;
  current.writes(reporter);
  reporter.recovery_count++;
  reporter.last_recovery_ts = current.kernel.clock.now;
  reporter.health_state = DEVLINK_HEALTH_REPORTER_STATE_HEALTHY;
  await devlink_recover_notify(current, reporter);
  return 0;
}

/** devlink_health_do_dump(): nothing to do if there is a dump already. The caller holds dump_lock. */
export async function devlink_health_do_dump(
  caller: Frame,
  reporter: devlink_health_reporter,
  priv_ctx: unknown,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("devlink_health_do_dump");
  const { ops } = reporter;
  if (ops.dump === undefined || reporter.dump_fmsg !== null) return 0;
  const fmsg = new devlink_fmsg();
  current.writes(reporter);
  reporter.dump_fmsg = fmsg;
  const err =
    devlink_fmsg_obj_nest_start(fmsg) || (await ops.dump(current, reporter, fmsg, priv_ctx, extack)) || devlink_fmsg_obj_nest_end(fmsg);
  if (err !== 0) {
    reporter.dump_fmsg = null;
    return err;
  }
  const { bootEpochNs, now } = current.kernel.clock;
  reporter.dump_ts = Math.floor(now / 1e6);
  reporter.dump_real_ts = BigInt(bootEpochNs) + BigInt(Math.floor(now));
  return 0;
}

async function devlink_recover_notify(caller: Frame, reporter: devlink_health_reporter): Promise<void> {
  if (!reporter.devlink.registered) return;
  const current = caller.enter("devlink_recover_notify");
  await devlinkNotifyMessage(current, reporter.devlink, DEVLINK_CMD_HEALTH_REPORTER_RECOVER, (msg) =>
    devlink_nl_health_reporter_fill(msg, reporter),
  );
}

/** devlink_nl_health_reporter_fill() */
export function devlink_nl_health_reporter_fill(msg: AttributeWriter, reporter: devlink_health_reporter): number {
  const { ops, devlink_port } = reporter;
  devlink_nl_put_handle(msg, reporter.devlink);
  if (devlink_port !== null) msg.u32(DEVLINK_ATTR_PORT_INDEX, devlink_port.registered?.index ?? 0);
  const fill = (nest: AttributeWriter): void => {
    nest.string(DEVLINK_ATTR_HEALTH_REPORTER_NAME, ops.name).u8(DEVLINK_ATTR_HEALTH_REPORTER_STATE, reporter.health_state);
    nest.u64(DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, BigInt(reporter.error_count));
    nest.u64(DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT, BigInt(reporter.recovery_count));
    if (ops.recover !== undefined) {
      nest.u64(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, reporter.graceful_period);
      nest.u8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, reporter.auto_recover ? 1 : 0);
    }
    if (reporter.dump_fmsg !== null) {
      nest.u64(DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS, BigInt(reporter.dump_ts));
      nest.u64(DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS, reporter.dump_real_ts);
    }
    if (ops.dump !== undefined) nest.u8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, reporter.auto_dump ? 1 : 0);
  };
  msg.nest(DEVLINK_ATTR_HEALTH_REPORTER, fill);
  return 0;
}
