/** Models the commands about health reporters, DEVLINK_CMD_HEALTH_REPORTER_* (net/core/devlink.c). */
import { EAGAIN, EINVAL, EOPNOTSUPP, type Frame, mutex_lock, mutex_unlock } from "../kernel/index.ts";
import { genl_info_net, net_eq, net_of } from "../net/index.ts";
import {
  type Attributes,
  AttributeWriter,
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP,
  DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER,
  DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD,
  DEVLINK_ATTR_HEALTH_REPORTER_NAME,
  DEVLINK_ATTR_PORT_INDEX,
  DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE,
  DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR,
  DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET,
  DEVLINK_CMD_HEALTH_REPORTER_GET,
  DEVLINK_CMD_HEALTH_REPORTER_RECOVER,
  DEVLINK_CMD_HEALTH_REPORTER_SET,
  DEVLINK_CMD_HEALTH_REPORTER_TEST,
  GENL_ADMIN_PERM,
  genl_dumpit_info,
  type genl_info,
  type genl_ops,
  genlmsg_dump_put,
  type netlink_callback,
  type sk_buff,
} from "../netlink/index.ts";
import {
  commandDevlink,
  DEVLINK_NL_FLAG_NEED_DEVLINK_OR_PORT,
  DEVLINK_NL_FLAG_NO_LOCK,
  NL_SET_ERR_MSG_MOD,
  replyFilled,
} from "./command.ts";
import { devlink_fmsg, devlink_fmsg_obj_nest_end, devlink_fmsg_obj_nest_start, devlink_fmsg_prepare, devlink_fmsg_snd } from "./fmsg.ts";
import { devlink_health_do_dump, devlink_health_reporter_recover, devlink_nl_health_reporter_fill, reportersOf } from "./health.ts";
import { portByIndex } from "./port.ts";
import { familyOf, statics, strategiesOf } from "./state.ts";
import { type devlink, type devlink_health_reporter, devlink_net, type devlink_port } from "./types.ts";

/** struct nlmsghdr, struct genlmsghdr and the header of the nest, in front of the items of a dump's message. */
const FMSG_DUMP_OVERHEAD = 24;

const about = { internal_flags: DEVLINK_NL_FLAG_NEED_DEVLINK_OR_PORT | DEVLINK_NL_FLAG_NO_LOCK } as const;
const admin = { ...about, flags: GENL_ADMIN_PERM } as const;

/** The commands of all kernels here; the one that makes a driver test itself is younger. */
export const health_nl_ops: readonly genl_ops[] = [
  {
    cmd: DEVLINK_CMD_HEALTH_REPORTER_GET,
    doit: devlink_nl_cmd_health_reporter_get_doit,
    dumpit: devlink_nl_cmd_health_reporter_get_dumpit,
    ...about,
  },
  { cmd: DEVLINK_CMD_HEALTH_REPORTER_SET, doit: devlink_nl_cmd_health_reporter_set_doit, ...admin },
  { cmd: DEVLINK_CMD_HEALTH_REPORTER_RECOVER, doit: devlink_nl_cmd_health_reporter_recover_doit, ...admin },
  { cmd: DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, doit: devlink_nl_cmd_health_reporter_diagnose_doit, ...admin },
  { cmd: DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, dumpit: devlink_nl_cmd_health_reporter_dump_get_dumpit, flags: GENL_ADMIN_PERM },
  { cmd: DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR, doit: devlink_nl_cmd_health_reporter_dump_clear_doit, ...admin },
];

/** From v5.11 on. */
export const health_test_nl_ops: readonly genl_ops[] = [
  { cmd: DEVLINK_CMD_HEALTH_REPORTER_TEST, doit: devlink_nl_cmd_health_reporter_test_doit, ...admin },
];

/**
 * devlink_health_reporter_get_from_attrs(): of the port that the request names, if there is such a port, else of the
 * device. Takes the list's reporters_lock. Null for a name that is missing or unknown.
 */
async function devlink_health_reporter_get_from_attrs(
  caller: Frame,
  devlink: devlink,
  attrs: Attributes,
): Promise<devlink_health_reporter | null> {
  const name = attrs.string(DEVLINK_ATTR_HEALTH_REPORTER_NAME);
  if (name === undefined) return null;
  const current = caller.enter("devlink_health_reporter_get_from_attrs");
  const index = attrs.u32(DEVLINK_ATTR_PORT_INDEX);
  const { list, lock } = reportersOf(devlink, index === undefined ? null : portByIndex(devlink, index));
  await mutex_lock(current, lock);
  current.reads(list);
  const found = list.find(({ ops }) => ops.name === name) ?? null;
  mutex_unlock(current, lock);
  return found;
}

function reporterOf(current: Frame, info: genl_info): Promise<devlink_health_reporter | null> {
  return devlink_health_reporter_get_from_attrs(current, commandDevlink(info), info.attrs);
}

/** -EINVAL for a name that is missing or unknown; so do all that follow. */
async function devlink_nl_cmd_health_reporter_get_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_health_reporter_get_doit");
  const reporter = await reporterOf(current, info);
  if (reporter === null) return -EINVAL;
  return replyFilled(current, info, DEVLINK_CMD_HEALTH_REPORTER_GET, (msg) => devlink_nl_health_reporter_fill(msg, reporter));
}

/** First the reporters of all devices, then those of all ports. */
async function devlink_nl_cmd_health_reporter_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_health_reporter_get_dumpit");
  const [start] = cb.args;
  const { locking } = strategiesOf(current.kernel);
  const family = familyOf(current.kernel);
  let idx = 0;
  let full = false;
  const dumpList = async (frame: Frame, devlink: devlink, port: devlink_port | null): Promise<boolean> => {
    const { list, lock } = reportersOf(devlink, port);
    await mutex_lock(frame, lock);
    frame.reads(list);
    for (const reporter of list) {
      if (idx >= start) {
        const msg = new AttributeWriter();
        devlink_nl_health_reporter_fill(msg, reporter);
        full = !genlmsg_dump_put(frame, skb, family, DEVLINK_CMD_HEALTH_REPORTER_GET, (whole) => whole.header(msg.finish()));
        if (full) break;
      }
      idx++;
    }
    mutex_unlock(frame, lock);
    return !full;
  };
  await locking.forEachInDump(current, net_of(cb.net), false, (frame, devlink) => dumpList(frame, devlink, null));
  if (!full) {
    await locking.forEachInDump(current, net_of(cb.net), true, async (frame, devlink) => {
      for (const port of devlink.port_list) if (!(await dumpList(frame, devlink, port))) return false;
      return true;
    });
  }
  cb.args[0] = idx;
  return skb.len;
}

/** -EOPNOTSUPP for a setting that the driver's reporter has no use for. */
async function devlink_nl_cmd_health_reporter_set_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_health_reporter_set_doit");
  const reporter = await reporterOf(current, info);
  if (reporter === null) return -EINVAL;
  const period = info.attrs.u64(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD);
  const recover = info.attrs.u8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER);
  const dump = info.attrs.u8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP);
  if (reporter.ops.recover === undefined && (period !== undefined || recover !== undefined)) return -EOPNOTSUPP;
  if (reporter.ops.dump === undefined && dump !== undefined) return -EOPNOTSUPP;
  current.writes(reporter);
  if (period !== undefined) reporter.graceful_period = period;
  if (recover !== undefined) reporter.auto_recover = recover !== 0;
  if (dump !== undefined) reporter.auto_dump = dump !== 0;
  return 0;
}

async function devlink_nl_cmd_health_reporter_recover_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_health_reporter_recover_doit");
  const reporter = await reporterOf(current, info);
  return reporter === null ? -EINVAL : devlink_health_reporter_recover(current, reporter, null, info.extack);
}

async function devlink_nl_cmd_health_reporter_diagnose_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_health_reporter_diagnose_doit");
  const reporter = await reporterOf(current, info);
  if (reporter === null) return -EINVAL;
  const { diagnose } = reporter.ops;
  if (diagnose === undefined) return -EOPNOTSUPP;
  const fmsg = new devlink_fmsg();
  const err =
    devlink_fmsg_obj_nest_start(fmsg) || (await diagnose(current, reporter, fmsg, info.extack)) || devlink_fmsg_obj_nest_end(fmsg);
  return err !== 0 ? err : devlink_fmsg_snd(current, fmsg, info, DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE);
}

/** Makes a dump if there is none. -EAGAIN if it was replaced between two datagrams. */
async function devlink_nl_cmd_health_reporter_dump_get_dumpit(caller: Frame, skb: sk_buff, cb: netlink_callback): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_health_reporter_dump_get_dumpit");
  const { attrs } = genl_dumpit_info(cb);
  const [index, stamp] = cb.args;
  let err = -EINVAL;
  await withReporterOfDump(current, attrs, cb, async (frame, reporter) => {
    if (reporter.ops.dump === undefined) {
      err = -EOPNOTSUPP;
      return;
    }
    await mutex_lock(frame, reporter.dump_lock);
    err = index === 0 ? await devlink_health_do_dump(frame, reporter, null, cb.extack) : 0;
    if (err === 0 && index === 0) cb.args[1] = reporter.dump_ts;
    if (err === 0 && (reporter.dump_fmsg === null || (index !== 0 && stamp !== reporter.dump_ts))) {
      NL_SET_ERR_MSG_MOD(frame, cb.extack, "Dump trampled, please retry");
      err = -EAGAIN;
    }
    if (err === 0 && reporter.dump_fmsg !== null) err = devlink_fmsg_dumpit(frame, reporter.dump_fmsg, skb, cb);
    mutex_unlock(frame, reporter.dump_lock);
  });
  return err;
}

/** devlink_fmsg_dumpit(): as many items as the datagram holds; 0 when there are no more. */
function devlink_fmsg_dumpit(current: Frame, fmsg: devlink_fmsg, skb: sk_buff, cb: netlink_callback): number {
  const { put, next } = devlink_fmsg_prepare(fmsg, cb.args[0], skb.tailroom - FMSG_DUMP_OVERHEAD);
  if (next === cb.args[0]) return 0;
  genlmsg_dump_put(current, skb, familyOf(current.kernel), DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, put);
  cb.args[0] = next;
  return skb.len;
}

/** devlink_health_reporter_get_from_cb(): a dump has no pre_doit, so the instance is looked up and locked here. */
async function withReporterOfDump(
  caller: Frame,
  attrs: Attributes,
  cb: netlink_callback,
  body: (frame: Frame, reporter: devlink_health_reporter) => Promise<void>,
): Promise<void> {
  const current = caller.enter("devlink_health_reporter_get_from_cb");
  const { locking } = strategiesOf(current.kernel);
  const [bus, name] = [attrs.string(DEVLINK_ATTR_BUS_NAME), attrs.string(DEVLINK_ATTR_DEV_NAME)];
  const find = (): devlink | number => {
    const { devlink_list } = statics(current.kernel);
    current.reads(devlink_list);
    const found = devlink_list.find(
      (one) => bus !== undefined && name !== undefined && one.handle === `${bus}/${name}` && net_eq(devlink_net(one), genl_info_net(cb)),
    );
    return found ?? -EINVAL;
  };
  const devlink = await locking.lockForCommand(current, find, false);
  if (typeof devlink === "number") return;
  const reporter = await devlink_health_reporter_get_from_attrs(current, devlink, attrs);
  if (!locking.parallel_ops) locking.unlockAfterCommand(current, devlink, false);
  if (reporter !== null) await body(caller, reporter);
  if (locking.parallel_ops) locking.unlockAfterCommand(current, devlink, false);
}

async function devlink_nl_cmd_health_reporter_dump_clear_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_health_reporter_dump_clear_doit");
  const reporter = await reporterOf(current, info);
  if (reporter === null) return -EINVAL;
  if (reporter.ops.dump === undefined) return -EOPNOTSUPP;
  await mutex_lock(current, reporter.dump_lock);
  current.writes(reporter);
  reporter.dump_fmsg = null;
  mutex_unlock(current, reporter.dump_lock);
  return 0;
}

async function devlink_nl_cmd_health_reporter_test_doit(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("devlink_nl_cmd_health_reporter_test_doit");
  const reporter = await reporterOf(current, info);
  if (reporter === null) return -EINVAL;
  return (await reporter.ops.test?.(current, reporter, info.extack)) ?? -EOPNOTSUPP;
}
