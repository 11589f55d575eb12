/** Models netdevsim's region "dummy" (drivers/net/netdevsim/dev.c): random bytes, a snapshot of which the file take_snapshot takes. */
import {
  type devlink,
  devlink_priv,
  devlink_region_create,
  devlink_region_destroy,
  type devlink_region_ops,
  devlink_region_snapshot_create,
  devlink_region_snapshot_id_get,
  devlink_region_snapshot_id_put,
} from "../devlink/index.ts";
import { type Frame, get_random_bytes, pr_err } from "../kernel/index.ts";
import type { nsim_dev } from "./nsim.ts";

const NSIM_DEV_DUMMY_REGION_SIZE = 1024 * 32;
const NSIM_DEV_MAX_SNAPSHOTS = 16;

/** nsim_dev_take_snapshot() */
const dummy_region_ops: devlink_region_ops<nsim_dev> = {
  name: "dummy",
  async snapshot(caller) {
    return get_random_bytes(caller.enter("nsim_dev_take_snapshot"), NSIM_DEV_DUMMY_REGION_SIZE);
  },
};

export async function nsim_dev_dummy_region_init(caller: Frame, nsim: nsim_dev, devlink: devlink<nsim_dev>): Promise<number> {
  const current = caller.enter("nsim_dev_dummy_region_init");
  const region = await devlink_region_create(current, devlink, dummy_region_ops, NSIM_DEV_MAX_SNAPSHOTS, NSIM_DEV_DUMMY_REGION_SIZE);
  if (typeof region === "number") return region;
  current.writes(nsim);
  nsim.dummy_region = region;
  return 0;
}

export async function nsim_dev_dummy_region_exit(caller: Frame, nsim: nsim_dev): Promise<void> {
  const current = caller.enter("nsim_dev_dummy_region_exit");
  const { dummy_region } = nsim;
  if (dummy_region === null) return;
  current.writes(nsim);
  nsim.dummy_region = null;
  await devlink_region_destroy(current, dummy_region);
}

/** nsim_dev_take_snapshot_write(): any write takes one. The text's length, or -ENOSPC. */
export async function nsim_dev_take_snapshot_write(caller: Frame, devlink: devlink<nsim_dev>, text: string): Promise<number> {
  const current = caller.enter("nsim_dev_take_snapshot_write");
  const { dummy_region } = devlink_priv(devlink);
  if (dummy_region === null) return text.length;
  const data = get_random_bytes(current.enter("nsim_dev_take_snapshot"), NSIM_DEV_DUMMY_REGION_SIZE);
  const id = await devlink_region_snapshot_id_get(current, devlink);
  const err = await devlink_region_snapshot_create(current, dummy_region, data, id);
  await devlink_region_snapshot_id_put(current, devlink, id);
  if (err === 0) return text.length;
  pr_err(current.kernel, "Failed to create region snapshot");
  return err;
}
