/**
 * Models drivers/net/ethernet/mellanox/mlx5/core/dev.c up to v5.10: the list of interface drivers (Ethernet, IB), the list
 * of devices, and what each pair has made. Everything here runs under mlx5_intf_mutex, one lock for all mlx5 devices, which
 * is held across the interface drivers' own add, remove, attach and detach.
 * v5.11 put the auxiliary bus in its place; that is left out, later eras keep this list.
 */
import { type Frame, mutex, mutex_lock, mutex_unlock, staticData } from "../kernel/index.ts";
import type { mlx5_core_dev } from "./driver.ts";

export const MLX5_INTERFACE_PROTOCOL_IB = 0;
export const MLX5_INTERFACE_PROTOCOL_ETH = 1;

/** Bits of mlx5_device_context.state. */
const MLX5_INTERFACE_ADDED = 1 << 0;
const MLX5_INTERFACE_ATTACHED = 1 << 1;

/**
 * An interface driver. `C` is what it makes for one device. One that has attach and detach keeps that over a reload; one
 * that has not is removed and added again.
 */
export interface mlx5_interface<C = unknown> {
  readonly protocol: number;
  /** Null: it does not want this device, or failed; nobody learns why. */
  add(current: Frame, dev: mlx5_core_dev): Promise<C | null>;
  remove(current: Frame, dev: mlx5_core_dev, context: C): Promise<void>;
  attach?(current: Frame, dev: mlx5_core_dev, context: C): Promise<number>;
  detach?(current: Frame, dev: mlx5_core_dev, context: C): Promise<void>;
}

/** What one interface driver has made for one device. */
export interface mlx5_device_context {
  readonly intf: mlx5_interface;
  context: unknown;
  state: number;
}

const statics = staticData((kernel) => ({
  mlx5_intf_mutex: new mutex(kernel, "mlx5_intf_mutex"),
  intf_list: [] as mlx5_interface[],
  mlx5_dev_list: [] as mlx5_core_dev[],
}));

/** mlx5_register_interface(): adds the interface to every loaded device. Takes mlx5_intf_mutex. */
export async function mlx5_register_interface<C>(caller: Frame, intf: mlx5_interface<C>): Promise<number> {
  const current = caller.enter("mlx5_register_interface");
  const { mlx5_intf_mutex, intf_list, mlx5_dev_list } = statics(current.kernel);
  await mutex_lock(current, mlx5_intf_mutex);
  current.writes(intf_list);
  intf_list.push(intf as mlx5_interface);
  for (const dev of mlx5_dev_list) await mlx5_add_device(current, intf as mlx5_interface, dev);
  mutex_unlock(current, mlx5_intf_mutex);
  return 0;
}

/** mlx5_unregister_interface(): removes the interface from every device. Takes mlx5_intf_mutex. */
export async function mlx5_unregister_interface<C>(caller: Frame, intf: mlx5_interface<C>): Promise<void> {
  const current = caller.enter("mlx5_unregister_interface");
  const { mlx5_intf_mutex, intf_list, mlx5_dev_list } = statics(current.kernel);
  await mutex_lock(current, mlx5_intf_mutex);
  for (const dev of mlx5_dev_list) await mlx5_remove_device(current, intf as mlx5_interface, dev);
  current.writes(intf_list);
  intf_list.splice(intf_list.indexOf(intf as mlx5_interface), 1);
  mutex_unlock(current, mlx5_intf_mutex);
}

/** mlx5_register_device(): a device is loaded for the first time. Takes mlx5_intf_mutex; caller holds intf_state_mutex. */
export async function mlx5_register_device(caller: Frame, dev: mlx5_core_dev): Promise<number> {
  const current = caller.enter("mlx5_register_device");
  const { mlx5_intf_mutex, intf_list, mlx5_dev_list } = statics(current.kernel);
  await mutex_lock(current, mlx5_intf_mutex);
  current.writes(mlx5_dev_list);
  mlx5_dev_list.push(dev);
  for (const intf of intf_list) await mlx5_add_device(current, intf, dev);
  mutex_unlock(current, mlx5_intf_mutex);
  return 0;
}

/** mlx5_unregister_device(): the device goes for good; interfaces leave it in reverse order. Locks as above. */
export async function mlx5_unregister_device(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_unregister_device");
  const { mlx5_intf_mutex, intf_list, mlx5_dev_list } = statics(current.kernel);
  await mutex_lock(current, mlx5_intf_mutex);
  for (const intf of intf_list.toReversed()) await mlx5_remove_device(current, intf, dev);
  current.writes(mlx5_dev_list);
  mlx5_dev_list.splice(mlx5_dev_list.indexOf(dev), 1);
  mutex_unlock(current, mlx5_intf_mutex);
}

/** mlx5_attach_device(): the second half of a reload. An interface that fails is left out without a word. Locks as above. */
export async function mlx5_attach_device(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_attach_device");
  const { mlx5_intf_mutex, intf_list } = statics(current.kernel);
  await mutex_lock(current, mlx5_intf_mutex);
  for (const intf of intf_list) await mlx5_attach_interface(current, intf, dev);
  mutex_unlock(current, mlx5_intf_mutex);
}

/** mlx5_detach_device(): the first half of a reload; interfaces leave in the order in which they came. Locks as above. */
export async function mlx5_detach_device(caller: Frame, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_detach_device");
  const { mlx5_intf_mutex, intf_list } = statics(current.kernel);
  await mutex_lock(current, mlx5_intf_mutex);
  for (const intf of intf_list) await mlx5_detach_interface(current, intf, dev);
  mutex_unlock(current, mlx5_intf_mutex);
}

/** mlx5_reload_interface(): removes an interface from a device that has it, and adds it again. Takes mlx5_intf_mutex. */
export async function mlx5_reload_interface(caller: Frame, dev: mlx5_core_dev, protocol: number): Promise<void> {
  const current = caller.enter("mlx5_reload_interface");
  const { mlx5_intf_mutex, intf_list } = statics(current.kernel);
  await mutex_lock(current, mlx5_intf_mutex);
  const intf = intf_list.find((each) => each.protocol === protocol);
  const ctx = intf === undefined ? undefined : mlx5_get_device(intf, dev);
  if (intf !== undefined && ctx !== undefined && (ctx.state & MLX5_INTERFACE_ADDED) !== 0) {
    await mlx5_remove_device(current.enter("mlx5_remove_dev_by_protocol"), intf, dev);
    await mlx5_add_device(current.enter("mlx5_add_dev_by_protocol"), intf, dev);
  }
  mutex_unlock(current, mlx5_intf_mutex);
}

async function mlx5_add_device(caller: Frame, intf: mlx5_interface, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_add_device");
  const context = await intf.add(current, dev);
  if (context === null) return;
  const attached = intf.attach === undefined ? 0 : MLX5_INTERFACE_ATTACHED;
  dev.ctx_list.push({ intf, context, state: MLX5_INTERFACE_ADDED | attached });
}

async function mlx5_remove_device(caller: Frame, intf: mlx5_interface, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_remove_device");
  const ctx = mlx5_get_device(intf, dev);
  if (ctx === undefined) return;
  dev.ctx_list.splice(dev.ctx_list.indexOf(ctx), 1);
  if ((ctx.state & MLX5_INTERFACE_ADDED) !== 0) await intf.remove(current, dev, ctx.context);
}

async function mlx5_attach_interface(caller: Frame, intf: mlx5_interface, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_attach_interface");
  const ctx = mlx5_get_device(intf, dev);
  if (ctx === undefined) return;
  if (intf.attach !== undefined) {
    if ((ctx.state & MLX5_INTERFACE_ATTACHED) !== 0) return;
    if ((await intf.attach(current, dev, ctx.context)) !== 0) return;
    ctx.state |= MLX5_INTERFACE_ATTACHED;
  } else {
    if ((ctx.state & MLX5_INTERFACE_ADDED) !== 0) return;
    ctx.context = await intf.add(current, dev);
    if (ctx.context !== null) ctx.state |= MLX5_INTERFACE_ADDED;
  }
}

async function mlx5_detach_interface(caller: Frame, intf: mlx5_interface, dev: mlx5_core_dev): Promise<void> {
  const current = caller.enter("mlx5_detach_interface");
  const ctx = mlx5_get_device(intf, dev);
  if (ctx === undefined) return;
  if (intf.detach !== undefined) {
    if ((ctx.state & MLX5_INTERFACE_ATTACHED) === 0) return;
    await intf.detach(current, dev, ctx.context);
    ctx.state &= ~MLX5_INTERFACE_ATTACHED;
  } else {
    if ((ctx.state & MLX5_INTERFACE_ADDED) === 0) return;
    await intf.remove(current, dev, ctx.context);
    ctx.state &= ~MLX5_INTERFACE_ADDED;
  }
}

function mlx5_get_device(intf: mlx5_interface, dev: mlx5_core_dev): mlx5_device_context | undefined {
  return dev.ctx_list.find((ctx) => ctx.intf === intf);
}
