/**
 * Models devlink health reporters (net/core/devlink.c) as far as listing them and counting reports goes.
 * Left out: recovery, dumps and diagnosis on request, reporters of ports, the events of the trace point.
 */
import type { Frame } from "../kernel/index.ts";
import { mutex_lock, mutex_unlock } from "../kernel/index.ts";
import {
  type AttributeWriter,
  DEVLINK_ATTR_HEALTH_REPORTER,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER,
  DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD,
  DEVLINK_ATTR_HEALTH_REPORTER_NAME,
  DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT,
  DEVLINK_ATTR_HEALTH_REPORTER_STATE,
  DEVLINK_HEALTH_REPORTER_STATE_ERROR,
  DEVLINK_HEALTH_REPORTER_STATE_HEALTHY,
} from "../netlink/index.ts";
import { devlink_nl_put_handle } from "./notify.ts";
import type { devlink, devlink_health_reporter, devlink_health_reporter_ops } from "./types.ts";

/** devlink_health_reporter_create(): takes reporters_lock. */
export async function devlink_health_reporter_create(
  caller: Frame,
  devlink: devlink,
  ops: devlink_health_reporter_ops,
  graceful_period: number,
): Promise<devlink_health_reporter> {
  const current = caller.enter("devlink_health_reporter_create");
  const health_state = DEVLINK_HEALTH_REPORTER_STATE_HEALTHY;
  const reporter: devlink_health_reporter = { ops, devlink, graceful_period, health_state, error_count: 0, recovery_count: 0 };
  await mutex_lock(current, devlink.reporters_lock);
  devlink.reporter_list.push(reporter);
  mutex_unlock(current, devlink.reporters_lock);
  return reporter;
}

/** devlink_health_reporter_destroy(): takes reporters_lock. */
export async function devlink_health_reporter_destroy(caller: Frame, reporter: devlink_health_reporter): Promise<void> {
  const current = caller.enter("devlink_health_reporter_destroy");
  const { reporter_list, reporters_lock } = reporter.devlink;
  await mutex_lock(current, reporters_lock);
  const at = reporter_list.indexOf(reporter);
  if (at >= 0) reporter_list.splice(at, 1);
  mutex_unlock(current, reporters_lock);
}

/** devlink_health_report(): the driver found an error. It is counted, and the reporter is in error from now on. */
export function devlink_health_report(current: Frame, reporter: devlink_health_reporter): void {
  current.writes(reporter);
  reporter.error_count++;
  reporter.health_state = DEVLINK_HEALTH_REPORTER_STATE_ERROR;
}

/** devlink_nl_health_reporter_fill() */
export function devlink_nl_health_reporter_fill(msg: AttributeWriter, reporter: devlink_health_reporter): number {
  const { ops } = reporter;
  devlink_nl_put_handle(msg, reporter.devlink);
  const fill = (nest: AttributeWriter): void => {
    nest.string(DEVLINK_ATTR_HEALTH_REPORTER_NAME, ops.name).u8(DEVLINK_ATTR_HEALTH_REPORTER_STATE, reporter.health_state);
    nest.u64(DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, BigInt(reporter.error_count));
    nest.u64(DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT, BigInt(reporter.recovery_count));
    if (ops.recover === true) {
      nest.u64(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, BigInt(reporter.graceful_period));
      nest.u8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, 1);
    }
    if (ops.dump === true) nest.u8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, 1);
  };
  msg.nest(DEVLINK_ATTR_HEALTH_REPORTER, fill);
  return 0;
}
