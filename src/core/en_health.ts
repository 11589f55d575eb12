/**
 * Models the health reporters of an Ethernet port (core/en/health.c, reporter_tx.c, reporter_rx.c, v5.10): "tx" and "rx" show
 * the queues of an open netdev, one for each processor, and can open the netdev anew.
 * Left out: what finds errors, dumps of queues (they need the hardware's own), the IC queues of rx.
 */
import {
  type devlink_fmsg,
  devlink_fmsg_arr_pair_nest_end,
  devlink_fmsg_arr_pair_nest_start,
  devlink_fmsg_bool_pair_put,
  devlink_fmsg_obj_nest_end,
  devlink_fmsg_obj_nest_start,
  devlink_fmsg_pair_nest_end,
  devlink_fmsg_pair_nest_start,
  devlink_fmsg_u8_pair_put,
  devlink_fmsg_u32_pair_put,
  devlink_fmsg_u64_pair_put,
  type devlink_health_reporter,
  devlink_health_reporter_destroy,
  type devlink_health_reporter_ops,
  type devlink_port,
  devlink_port_health_reporter_create,
} from "../devlink/index.ts";
import { EOPNOTSUPP, type Frame } from "../kernel/index.ts";
import { type net_device, netif_device_present, netif_running, rtnl_lock, rtnl_unlock } from "../net/index.ts";
import { type mlx5_core_dev, priv_to_devlink } from "./driver.ts";

/** Milliseconds between two recoveries of either kind. */
const GRACEFUL_PERIOD = 500;

/** Channels: one for each of the machine's processors. */
const CHANNELS = 2;

/** Entries of a queue and bytes of an entry, as the driver chooses them. */
const SQ = { stride: 64n, size: 1024 };
const RQ = { stride: 2048n, size: 8 };
const CQ = { stride: 64n, size: 1024 };
const EQ_SIZE = 2048;

/** Numbers of the first send, receive and completion queue of an open netdev. */
const FIRST_SQN = 10;
const FIRST_RQN = 20;
const FIRST_CQN = 30;
/** The first event queue for completions; those before it are for other events. */
const FIRST_EQN = 7;

/** mlx5e_health_create_reporters(): of a registered port. Takes the port's reporters_lock. */
export async function mlx5e_health_create_reporters(
  caller: Frame,
  mdev: mlx5_core_dev,
  dl_port: devlink_port,
  netdev: net_device,
): Promise<readonly devlink_health_reporter[]> {
  const current = caller.enter("mlx5e_health_create_reporters");
  const devlink = priv_to_devlink(mdev);
  const made: devlink_health_reporter[] = [];
  for (const kind of ["tx", "rx"] as const)
    made.push(await devlink_port_health_reporter_create(current, devlink, dl_port, reporterOps(kind, netdev), GRACEFUL_PERIOD));
  return made;
}

export async function mlx5e_health_destroy_reporters(caller: Frame, reporters: readonly devlink_health_reporter[]): Promise<void> {
  const current = caller.enter("mlx5e_health_destroy_reporters");
  for (const reporter of reporters.toReversed()) await devlink_health_reporter_destroy(current, reporter);
}

function reporterOps(kind: "tx" | "rx", netdev: net_device): devlink_health_reporter_ops {
  return {
    name: kind,
    recover: (caller) => mlx5e_health_recover_channels(caller.enter(`mlx5e_${kind}_reporter_recover`), netdev),
    async diagnose(caller, _reporter, fmsg) {
      const current = caller.enter(`mlx5e_${kind}_reporter_diagnose`);
      current.reads(netdev);
      if (!netif_running(netdev) || !netif_device_present(netdev)) return 0;
      if (kind === "tx") diagnoseTx(fmsg);
      else diagnoseRx(fmsg);
      return 0;
    },
    async dump(caller) {
      caller.enter(`mlx5e_${kind}_reporter_dump`);
      return netif_running(netdev) ? -EOPNOTSUPP : 0;
    },
  };
}

/** mlx5e_safe_reopen_channels(): takes rtnl_mutex. */
async function mlx5e_health_recover_channels(caller: Frame, netdev: net_device): Promise<number> {
  const current = caller.enter("mlx5e_health_recover_channels");
  await rtnl_lock(current);
  let err = 0;
  if (netif_running(netdev) && netif_device_present(netdev)) {
    const frame = current.enter("mlx5e_safe_reopen_channels");
    await netdev.netdev_ops.ndo_stop?.(frame, netdev);
    err = (await netdev.netdev_ops.ndo_open?.(frame, netdev)) ?? 0;
  }
  await rtnl_unlock(current);
  return err;
}

function named(fmsg: devlink_fmsg, name: string, fill: () => void): void {
  devlink_fmsg_pair_nest_start(fmsg, name);
  devlink_fmsg_obj_nest_start(fmsg);
  fill();
  devlink_fmsg_obj_nest_end(fmsg);
  devlink_fmsg_pair_nest_end(fmsg);
}

function sizes(fmsg: devlink_fmsg, name: string, queue: { readonly stride: bigint; readonly size: number }): void {
  named(fmsg, name, () => {
    devlink_fmsg_u64_pair_put(fmsg, "stride size", queue.stride);
    devlink_fmsg_u32_pair_put(fmsg, "size", queue.size);
  });
}

/** The completion queue of a queue, and the event queue of its channel. */
function completions(fmsg: devlink_fmsg, cqn: number, channel: number): void {
  named(fmsg, "CQ", () => {
    devlink_fmsg_u32_pair_put(fmsg, "cqn", cqn);
    devlink_fmsg_u8_pair_put(fmsg, "HW status", 0);
    devlink_fmsg_u32_pair_put(fmsg, "ci", 0);
    devlink_fmsg_u32_pair_put(fmsg, "size", CQ.size);
  });
  named(fmsg, "EQ", () => {
    devlink_fmsg_u8_pair_put(fmsg, "eqn", FIRST_EQN + channel);
    devlink_fmsg_u32_pair_put(fmsg, "irqn", 0);
    devlink_fmsg_u32_pair_put(fmsg, "vecidx", channel);
    devlink_fmsg_u32_pair_put(fmsg, "ci", 0);
    devlink_fmsg_u32_pair_put(fmsg, "size", EQ_SIZE);
  });
}

function eachChannel(fmsg: devlink_fmsg, name: string, fill: (channel: number) => void): void {
  devlink_fmsg_arr_pair_nest_start(fmsg, name);
  for (let channel = 0; channel < CHANNELS; channel++) {
    devlink_fmsg_obj_nest_start(fmsg);
    devlink_fmsg_u32_pair_put(fmsg, "channel ix", channel);
    fill(channel);
    devlink_fmsg_obj_nest_end(fmsg);
  }
  devlink_fmsg_arr_pair_nest_end(fmsg);
}

function diagnoseTx(fmsg: devlink_fmsg): void {
  named(fmsg, "Common Config", () => {
    sizes(fmsg, "SQ", SQ);
    sizes(fmsg, "CQ", CQ);
  });
  eachChannel(fmsg, "SQs", (channel) => {
    devlink_fmsg_u32_pair_put(fmsg, "tc", 0);
    devlink_fmsg_u32_pair_put(fmsg, "txq ix", channel);
    devlink_fmsg_u32_pair_put(fmsg, "sqn", FIRST_SQN + channel);
    devlink_fmsg_u8_pair_put(fmsg, "HW state", 1);
    devlink_fmsg_bool_pair_put(fmsg, "stopped", false);
    devlink_fmsg_u32_pair_put(fmsg, "cc", 0);
    devlink_fmsg_u32_pair_put(fmsg, "pc", 0);
    completions(fmsg, FIRST_CQN + channel, channel);
  });
}

function diagnoseRx(fmsg: devlink_fmsg): void {
  named(fmsg, "Common config", () => {
    named(fmsg, "RQ", () => {
      devlink_fmsg_u8_pair_put(fmsg, "type", 2);
      devlink_fmsg_u64_pair_put(fmsg, "stride size", RQ.stride);
      devlink_fmsg_u32_pair_put(fmsg, "size", RQ.size);
    });
    sizes(fmsg, "CQ", CQ);
  });
  eachChannel(fmsg, "RQs", (channel) => {
    devlink_fmsg_u32_pair_put(fmsg, "rqn", FIRST_RQN + channel);
    devlink_fmsg_u8_pair_put(fmsg, "HW state", 1);
    devlink_fmsg_u8_pair_put(fmsg, "SW state", 1);
    devlink_fmsg_u32_pair_put(fmsg, "WQE counter", 0);
    devlink_fmsg_u32_pair_put(fmsg, "posted WQEs", 0);
    devlink_fmsg_u32_pair_put(fmsg, "cc", 0);
    completions(fmsg, FIRST_CQN + CHANNELS + channel, channel);
  });
}
