/**
 * Models pernet operations (net/core/net_namespace.c, v5.10): what subsystems and device drivers do when a namespace is
 * born and when it dies, and their registration while namespaces exist.
 */
import { down_write, EmulatorBug, type Frame, synchronize_rcu, up_write } from "../kernel/index.ts";
import { for_each_net, netState } from "./net-state.ts";
import type { net, pernet_id, pernet_operations } from "./structs.ts";

/** net_generic(): the data that operations with this id have in `net`. */
export function net_generic<T>(net: net, id: pernet_id<T>): T {
  if (!net.gen.has(id)) throw new EmulatorBug(`${net.name} has no data of ${id.name}`);
  return net.gen.get(id) as T;
}

function emit(current: Frame, name: string, ops: pernet_operations, nets: readonly net[]): void {
  const { events } = current.kernel;
  if (!events.wants.subsystem) return;
  for (const net of nets) events.emit({ type: "subsystem", room: "net", name, frame: current, data: { ops: ops.name, net: net.inum } });
}

/** ops_init(): the data of the operations and their init. Negative errno: nothing is left behind. */
export async function ops_init(caller: Frame, ops: pernet_operations, net: net): Promise<number> {
  const current = caller.enter("ops_init");
  if (ops.id !== undefined) net.gen.set(ops.id, ops.id.create());
  const err = (await ops.init?.(current, net)) ?? 0;
  if (err < 0 && ops.id !== undefined) net.gen.delete(ops.id);
  if (err >= 0) emit(current, "pernet_init", ops, [net]);
  return err < 0 ? err : 0;
}

/** Stands in the stacks of the original report and of debug kernels; some builds inline it into cleanup_net(). */
export async function ops_pre_exit_list(caller: Frame, ops: pernet_operations, nets: readonly net[]): Promise<void> {
  if (ops.pre_exit === undefined) return;
  const current = caller.enter("ops_pre_exit_list");
  for (const net of nets) {
    emit(current, "pernet_pre_exit", ops, [net]);
    await ops.pre_exit(current, net);
  }
}

export async function ops_exit_list(caller: Frame, ops: pernet_operations, nets: readonly net[]): Promise<void> {
  if (ops.exit === undefined && ops.exit_batch === undefined) return;
  const current = caller.enter("ops_exit_list");
  for (const net of nets) {
    if (ops.exit === undefined) break;
    emit(current, "pernet_exit", ops, [net]);
    await ops.exit(current, net);
  }
  if (ops.exit_batch === undefined) return;
  emit(current, "pernet_exit_batch", ops, nets);
  await ops.exit_batch(current, nets);
}

export function ops_free_list(ops: pernet_operations, nets: readonly net[]): void {
  if (ops.id === undefined) return;
  for (const net of nets) net.gen.delete(ops.id);
}

/** Undoes operations for namespaces in which they were initialised. */
async function undo(current: Frame, ops: pernet_operations, nets: readonly net[]): Promise<void> {
  await ops_pre_exit_list(current, ops, nets);
  await synchronize_rcu(current);
  await ops_exit_list(current, ops, nets);
  ops_free_list(ops, nets);
}

/** Caller holds pernet_ops_rwsem for write. An error in one namespace undoes those before it. */
async function register_pernet_operations(caller: Frame, ops: pernet_operations, at: number): Promise<number> {
  const current = caller.enter("register_pernet_operations");
  const { pernet_list } = netState(current.kernel);
  current.writes(pernet_list);
  pernet_list.splice(at, 0, ops);
  const ready: net[] = [];
  for (const net of for_each_net(current)) {
    const error = await ops_init(current, ops, net);
    if (error !== 0) {
      pernet_list.splice(pernet_list.indexOf(ops), 1);
      await undo(current, ops, ready);
      return error;
    }
    ready.push(net);
  }
  return 0;
}

/** register_pernet_subsys(): for what devices build on; exits after all devices have gone. Takes pernet_ops_rwsem for write. */
export async function register_pernet_subsys(caller: Frame, ops: pernet_operations): Promise<number> {
  const current = caller.enter("register_pernet_subsys");
  const state = netState(current.kernel);
  await down_write(current, state.pernet_ops_rwsem);
  const error = await register_pernet_operations(current, ops, state.first_device);
  if (error === 0) state.first_device++;
  up_write(current, state.pernet_ops_rwsem);
  return error;
}

/** register_pernet_device(): for devices; exits before every subsystem. Takes pernet_ops_rwsem for write. */
export async function register_pernet_device(caller: Frame, ops: pernet_operations): Promise<number> {
  const current = caller.enter("register_pernet_device");
  const state = netState(current.kernel);
  await down_write(current, state.pernet_ops_rwsem);
  const error = await register_pernet_operations(current, ops, state.pernet_list.length);
  up_write(current, state.pernet_ops_rwsem);
  return error;
}

async function unregister_pernet_operations(caller: Frame, ops: pernet_operations): Promise<void> {
  const current = caller.enter("unregister_pernet_operations");
  const state = netState(current.kernel);
  const at = state.pernet_list.indexOf(ops);
  if (at < 0) throw new EmulatorBug(`${ops.name} is not registered`);
  current.writes(state.pernet_list);
  state.pernet_list.splice(at, 1);
  if (at < state.first_device) state.first_device--;
  await undo(current, ops, for_each_net(current));
}

/** unregister_pernet_subsys(): undoes the operations in every namespace. Takes pernet_ops_rwsem for write. */
export async function unregister_pernet_subsys(caller: Frame, ops: pernet_operations): Promise<void> {
  const current = caller.enter("unregister_pernet_subsys");
  const { pernet_ops_rwsem } = netState(current.kernel);
  await down_write(current, pernet_ops_rwsem);
  await unregister_pernet_operations(current, ops);
  up_write(current, pernet_ops_rwsem);
}

/** unregister_pernet_device(): as unregister_pernet_subsys(). */
export async function unregister_pernet_device(caller: Frame, ops: pernet_operations): Promise<void> {
  const current = caller.enter("unregister_pernet_device");
  const { pernet_ops_rwsem } = netState(current.kernel);
  await down_write(current, pernet_ops_rwsem);
  await unregister_pernet_operations(current, ops);
  up_write(current, pernet_ops_rwsem);
}
