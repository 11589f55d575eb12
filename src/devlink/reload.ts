/**
 * Models devlink_reload() and devlink_pernet_pre_exit() (net/core/devlink.c): takes a driver down and up again, in
 * another namespace if asked, and brings the instances of a dying namespace home to init_net.
 * Left out: changes of remote statistics.
 */
import { EOPNOTSUPP, type Frame, pr_warn, WARN_ON } from "../kernel/index.ts";
import { init_net, type net, net_eq } from "../net/index.ts";
import {
  DEVLINK_CMD_DEL,
  DEVLINK_CMD_NEW,
  DEVLINK_CMD_PARAM_DEL,
  DEVLINK_CMD_PARAM_NEW,
  DEVLINK_RELOAD_ACTION_DRIVER_REINIT,
  DEVLINK_RELOAD_LIMIT_UNSPEC,
  type netlink_ext_ack,
} from "../netlink/index.ts";
import { devlink_notify } from "./notify.ts";
import { devlink_param_notify } from "./param.ts";
import { countReload } from "./reload-stats.ts";
import { strategiesOf } from "./state.ts";
import type { ReloadProtocol } from "./strategies.ts";
import { type devlink, devlink_net, type devlink_ops, type ReloadPhase, type U32Ref } from "./types.ts";

/** devlink_reload_supported(): the driver has both halves. */
export function devlink_reload_supported(ops: devlink_ops): boolean {
  return ops.reload_down !== undefined && ops.reload_up !== undefined;
}

export interface ReloadRequest {
  /** Where to; null: where it is. */
  readonly dest_net: net | null;
  readonly action: number;
  readonly limit: number;
}

/**
 * devlink_reload(): the caller holds what a reload needs (devlink_mutex, or devlink->lock). The driver's error of either
 * half, or -EOPNOTSUPP if reloads are disabled. After an error of reload_down nothing has changed, but where the era tells
 * listeners first they have seen a deletion; after one of reload_up the namespace has changed and reload_failed is set.
 */
export async function devlink_reload(
  caller: Frame,
  devlink: devlink,
  request: ReloadRequest,
  actions_performed: U32Ref,
  extack: netlink_ext_ack | null,
): Promise<number> {
  const current = caller.enter("devlink_reload");
  const { lifecycle, reload: protocol } = strategiesOf(current.kernel);
  const { action, limit } = request;
  if (!lifecycle.mayReload(devlink)) return -EOPNOTSUPP;
  const dest_net = request.dest_net !== null && !net_eq(request.dest_net, devlink_net(devlink)) ? request.dest_net : null;

  await protocol.beforeDown(current, devlink, dest_net);
  const down = await reload_down(current, devlink, request, extack);
  if (down !== 0) return down;
  if (dest_net !== null) await protocol.changeNet(current, devlink, dest_net);
  const up = await reload_up(current, devlink, request, actions_performed, extack);
  await devlink_reload_failed_set(current, devlink, up !== 0);
  if (up !== 0) return up;
  await protocol.afterUp(current, devlink, dest_net);

  if (!protocol.actions) return 0;
  WARN_ON(
    current,
    (actions_performed.value & (1 << action)) === 0,
    `WARNING: ${devlink.handle} did not perform the reload action ${action} it was asked for`,
  );
  countReload(devlink.stats, limit, actions_performed.value);
  await devlink_notify(current, devlink, DEVLINK_CMD_NEW);
  return 0;
}

async function reload_down(current: Frame, devlink: devlink, request: ReloadRequest, extack: netlink_ext_ack | null): Promise<number> {
  enterPhase(current, devlink, "reload_down");
  const { dest_net, action, limit } = request;
  const err = (await devlink.ops.reload_down?.(current, devlink, dest_net !== null, action, limit, extack)) ?? -EOPNOTSUPP;
  if (err !== 0) leavePhases(current, devlink);
  return err;
}

async function reload_up(
  current: Frame,
  devlink: devlink,
  request: ReloadRequest,
  actions_performed: U32Ref,
  extack: netlink_ext_ack | null,
): Promise<number> {
  enterPhase(current, devlink, "reload_up");
  const err = (await devlink.ops.reload_up?.(current, devlink, request.action, request.limit, actions_performed, extack)) ?? -EOPNOTSUPP;
  leavePhases(current, devlink);
  return err;
}

function enterPhase(current: Frame, devlink: devlink, phase: Exclude<ReloadPhase, "idle">): void {
  current.writes(devlink);
  devlink.reload = { phase, frame: current };
  report(current, devlink, phase);
}

function leavePhases(current: Frame, devlink: devlink): void {
  devlink.reload = null;
  report(current, devlink, "idle");
}

function report(current: Frame, devlink: devlink, phase: ReloadPhase): void {
  const { events } = current.kernel;
  if (!events.wants.subsystem) return;
  const data = { handle: devlink.handle, phase, netns: devlink_net(devlink).inum };
  events.emit({ type: "subsystem", room: "devlink", name: "reload", frame: current, data });
}

/** devlink_reload_failed_set(): tells listeners if it changes. */
async function devlink_reload_failed_set(current: Frame, devlink: devlink, reload_failed: boolean): Promise<void> {
  if (devlink.reload_failed === reload_failed) return;
  current.writes(devlink);
  devlink.reload_failed = reload_failed;
  await devlink_notify(current, devlink, DEVLINK_CMD_NEW);
}

/**
 * devlink_pernet_pre_exit(): reloads every instance of a dying namespace into init_net, under pernet_ops_rwsem held for
 * read by cleanup_net(). A driver that refuses (-EOPNOTSUPP) is left behind with a namespace that is about to be freed.
 */
export async function devlink_pernet_pre_exit(caller: Frame, net: net): Promise<void> {
  const current = caller.enter("devlink_pernet_pre_exit");
  const { kernel } = current;
  const home = { dest_net: init_net(kernel), action: DEVLINK_RELOAD_ACTION_DRIVER_REINIT, limit: DEVLINK_RELOAD_LIMIT_UNSPEC };
  await strategiesOf(kernel).locking.forEachInDyingNet(current, net, async (frame, devlink) => {
    if (WARN_ON(frame, !devlink_reload_supported(devlink.ops), `WARNING: ${devlink.handle} is in a dying namespace and cannot be reloaded`))
      return;
    const err = await devlink_reload(frame, devlink, home, { value: 0 }, null);
    if (err !== 0 && err !== -EOPNOTSUPP) pr_warn(kernel, "Failed to reload devlink instance into init_net");
  });
}

function switchNet(current: Frame, devlink: devlink, dest_net: net): void {
  current.writes(devlink);
  devlink._net = dest_net;
}

/** Deletions to where the instance is now: the parameters, then the instance. */
async function notifyLeaving(current: Frame, devlink: devlink): Promise<void> {
  for (const item of devlink.param_list) await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_DEL);
  await devlink_notify(current, devlink, DEVLINK_CMD_DEL);
}

async function notifyArriving(current: Frame, devlink: devlink): Promise<void> {
  await devlink_notify(current, devlink, DEVLINK_CMD_NEW);
  for (const item of devlink.param_list) await devlink_param_notify(current, devlink, item, DEVLINK_CMD_PARAM_NEW);
}

/** v5.9 and v5.10.0: all messages between the two halves, where the namespace changes. */
export const notifyBetweenHalves: Pick<ReloadProtocol, "beforeDown" | "changeNet" | "afterUp"> = {
  async beforeDown() {},
  async changeNet(caller, devlink, dest_net) {
    const current = caller.enter("devlink_reload_netns_change");
    await notifyLeaving(current, devlink);
    switchNet(current, devlink, dest_net);
    await notifyArriving(current, devlink);
  },
  async afterUp() {},
};

/** Later (5.10.223 has it): deletions before reload_down, creations only after a reload_up that worked. */
export const notifyAroundReload: Pick<ReloadProtocol, "beforeDown" | "changeNet" | "afterUp"> = {
  async beforeDown(caller, devlink, dest_net) {
    if (dest_net !== null) await notifyLeaving(caller.enter("devlink_ns_change_notify"), devlink);
  },
  async changeNet(current, devlink, dest_net) {
    switchNet(current, devlink, dest_net);
  },
  async afterUp(caller, devlink, dest_net) {
    if (dest_net !== null) await notifyArriving(caller.enter("devlink_ns_change_notify"), devlink);
  },
};
