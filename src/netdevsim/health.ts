/**
 * Models drivers/net/netdevsim/health.c: the reporter "empty", which has nothing to say, and "dummy", which is broken by a
 * write to debugfs and shows one value of every kind.
 */
import {
  type devlink,
  type devlink_fmsg,
  devlink_fmsg_binary_pair_put,
  devlink_fmsg_bool_pair_put,
  devlink_fmsg_obj_nest_end,
  devlink_fmsg_obj_nest_start,
  devlink_fmsg_pair_nest_end,
  devlink_fmsg_pair_nest_start,
  devlink_fmsg_string_pair_put,
  devlink_fmsg_u8_pair_put,
  devlink_fmsg_u32_pair_put,
  devlink_fmsg_u64_pair_put,
  devlink_health_report,
  devlink_health_reporter_create,
  devlink_health_reporter_destroy,
  type devlink_health_reporter_ops,
} from "../devlink/index.ts";
import { EINVAL, ENOMEM, type Frame, get_random_bytes } from "../kernel/index.ts";
import { NL_SET_ERR_MSG } from "../netlink/index.ts";
import {
  debugfs_create_bool,
  debugfs_create_dir,
  debugfs_create_file,
  debugfs_create_u32,
  debugfs_remove,
  type kernfs_node,
} from "../vfs/index.ts";
import { DRV_NAME, type HealthKnobs, type nsim_dev } from "./nsim.ts";
import type { NetdevsimStrategies } from "./strategies.ts";

/** The largest piece of memory that kmalloc() gives. */
const KMALLOC_MAX_SIZE = 4 << 20;

/** struct nsim_dev_dummy_reporter_ctx: what a write to break_health tells the reporter. */
class DummyContext {
  readonly break_msg: string;

  constructor(break_msg: string) {
    this.break_msg = break_msg;
  }
}

const nsim_dev_empty_reporter_ops: devlink_health_reporter_ops = {
  name: "empty",
  async dump() {
    return 0;
  },
  async diagnose() {
    return 0;
  },
};

function nsim_dev_dummy_reporter_ops(knobs: HealthKnobs, strategies: NetdevsimStrategies): devlink_health_reporter_ops {
  return {
    name: "dummy",
    async recover(current, _reporter, priv_ctx, extack) {
      current.reads(knobs);
      if (knobs.fail_recover) {
        NL_SET_ERR_MSG(extack, `${DRV_NAME}: User setup the recover to fail for testing purposes`);
        return -EINVAL;
      }
      if (priv_ctx instanceof DummyContext) knobs.recovered_break_msg = priv_ctx.break_msg;
      return 0;
    },
    async dump(current, _reporter, fmsg, priv_ctx) {
      const message = priv_ctx instanceof DummyContext ? priv_ctx.break_msg : null;
      const err = message === null ? 0 : devlink_fmsg_string_pair_put(fmsg, "break_message", message);
      return err !== 0 ? err : nsim_dev_dummy_fmsg_put(current, fmsg, knobs.binary_len, strategies);
    },
    async diagnose(current, _reporter, fmsg) {
      const message = knobs.recovered_break_msg;
      const err = message === null ? 0 : devlink_fmsg_string_pair_put(fmsg, "recovered_break_message", message);
      return err !== 0 ? err : nsim_dev_dummy_fmsg_put(current, fmsg, knobs.binary_len, strategies);
    },
  };
}

/** -ENOMEM for a binary that is too large to be made. */
function nsim_dev_dummy_fmsg_put(current: Frame, fmsg: devlink_fmsg, binary_len: number, strategies: NetdevsimStrategies): number {
  const begun =
    devlink_fmsg_bool_pair_put(fmsg, "test_bool", true) ||
    devlink_fmsg_u8_pair_put(fmsg, "test_u8", 1) ||
    devlink_fmsg_u32_pair_put(fmsg, "test_u32", 3) ||
    devlink_fmsg_u64_pair_put(fmsg, "test_u64", 4n) ||
    devlink_fmsg_string_pair_put(fmsg, "test_string", "somestring");
  if (begun !== 0) return begun;
  if (binary_len > KMALLOC_MAX_SIZE) return -ENOMEM;
  return (
    devlink_fmsg_binary_pair_put(fmsg, "test_binary", get_random_bytes(current, binary_len)) ||
    devlink_fmsg_pair_nest_start(fmsg, "test_nest") ||
    devlink_fmsg_obj_nest_start(fmsg) ||
    devlink_fmsg_bool_pair_put(fmsg, "nested_test_bool", false) ||
    devlink_fmsg_u8_pair_put(fmsg, "nested_test_u8", 0) ||
    devlink_fmsg_obj_nest_end(fmsg) ||
    devlink_fmsg_pair_nest_end(fmsg) ||
    strategies.putArrays(fmsg)
  );
}

/** nsim_dev_health_init(): both reporters and their directory in debugfs. */
export async function nsim_dev_health_init(caller: Frame, nsim: nsim_dev, devlink: devlink, dir: kernfs_node): Promise<void> {
  const current = caller.enter("nsim_dev_health_init");
  const knobs: HealthKnobs = { binary_len: 16, fail_recover: false, recovered_break_msg: null };
  const empty_reporter = await devlink_health_reporter_create(current, devlink, nsim_dev_empty_reporter_ops, 0);
  const dummy_reporter = await devlink_health_reporter_create(current, devlink, nsim_dev_dummy_reporter_ops(knobs, nsim.strategies), 0);
  const ddir = debugfs_create_dir(current, "health", dir);
  debugfs_create_file(current, "break_health", 0o200, ddir, {
    store: async (writer, text) => {
      const frame = writer.enter("nsim_dev_health_break_write");
      const break_msg = text.endsWith("\n") ? text.slice(0, -1) : text;
      const err = await devlink_health_report(frame, dummy_reporter, new DummyContext(break_msg));
      return err !== 0 ? err : text.length;
    },
  });
  debugfs_create_u32(current, "binary_len", 0o600, ddir, knobs, "binary_len");
  debugfs_create_bool(current, "fail_recover", 0o600, ddir, knobs, "fail_recover");
  nsim.health = { empty_reporter, dummy_reporter, ddir, knobs };
}

/** nsim_dev_health_exit(): waits for a running write to break_health. */
export async function nsim_dev_health_exit(caller: Frame, nsim: nsim_dev): Promise<void> {
  const { health } = nsim;
  if (health === null) return;
  const current = caller.enter("nsim_dev_health_exit");
  await debugfs_remove(current, health.ddir);
  await devlink_health_reporter_destroy(current, health.dummy_reporter);
  await devlink_health_reporter_destroy(current, health.empty_reporter);
  nsim.health = null;
}
