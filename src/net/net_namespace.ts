/**
 * Models the life of a namespace (net/core/net_namespace.c, v5.10): setup_net(), copy_net_ns(), cleanup_net(), and how a
 * namespace is found by descriptor or process. Left out: user namespaces and their limits (ucounts), keys.
 */
import {
  down_read,
  down_read_killable,
  down_write,
  EBADF,
  EINVAL,
  EmulatorBug,
  ESRCH,
  type Frame,
  type Pid,
  rcu_barrier,
  synchronize_rcu,
  taskSlot,
  up_read,
  up_write,
  warn,
  work_struct,
} from "../kernel/index.ts";
import type { netlink_net } from "../netlink/index.ts";
import { fget, kobj_ns_type_register, ns_of_fd, proc_alloc_inum, proc_ns_entry, sysfs_exit_ns } from "../vfs/index.ts";
import { get_net, init_net, netState } from "./net-state.ts";
import { unhash_nsid } from "./nsid.ts";
import { ops_exit_list, ops_free_list, ops_init, ops_pre_exit_list } from "./pernet.ts";
import { net } from "./structs.ts";

export { for_each_net, get_net, init_net, liveNets, maybe_get_net, net_eq, net_rwsem, pernet_ops_rwsem, put_net } from "./net-state.ts";

/** The namespace of a task (nsproxy->net_ns), with a reference. Tasks without one, such as kernel threads, are in init_net. */
export const nsproxy_net = taskSlot<net>();

/** current->nsproxy->net_ns */
export function current_net(current: Frame): net {
  return nsproxy_net.get(current.task) ?? init_net(current.kernel);
}

/** The namespace behind the netlink room's view of it. */
export function net_of(opaque: netlink_net): net {
  if (opaque instanceof net) return opaque;
  throw new EmulatorBug("a netlink socket belongs to no namespace");
}

/** genl_info_net(): the namespace of the socket that a request came from. Works for netlink callbacks and requests too. */
export function genl_info_net(info: { readonly net: netlink_net }): net {
  return net_of(info.net);
}

/**
 * setup_net(): runs the init of every pernet operation, in order, and lists the namespace. If one fails, those before it
 * are undone in reverse order and its error is returned. Caller holds pernet_ops_rwsem.
 */
export async function setup_net(caller: Frame, net: net): Promise<number> {
  const current = caller.enter("setup_net");
  const { pernet_list, net_namespace_list, net_rwsem } = netState(current.kernel);
  current.reads(pernet_list);
  for (const [index, ops] of pernet_list.entries()) {
    const error = await ops_init(current, ops, net);
    if (error === 0) continue;
    const undo = pernet_list.slice(0, index).reverse();
    for (const done of undo) await ops_pre_exit_list(current, done, [net]);
    await synchronize_rcu(current);
    for (const done of undo) await ops_exit_list(current, done, [net]);
    for (const done of undo) ops_free_list(done, [net]);
    await rcu_barrier(current);
    return error;
  }
  await down_write(current, net_rwsem);
  current.writes(net_namespace_list);
  net_namespace_list.push(net);
  up_write(current, net_rwsem);
  emit(current, "net_setup", net);
  return 0;
}

function emit(current: Frame, name: string, net: net): void {
  const { events } = current.kernel;
  if (events.wants.subsystem) events.emit({ type: "subsystem", room: "net", name, frame: current, data: { net: net.inum } });
}

/**
 * copy_net_ns() with CLONE_NEWNET: a new namespace with one reference, the caller's. Takes pernet_ops_rwsem for read,
 * killable: -EINTR after a fatal signal; else what a pernet operation failed with.
 */
export async function copy_net_ns(caller: Frame): Promise<net | number> {
  const current = caller.enter("copy_net_ns");
  const { pernet_ops_rwsem, live } = netState(current.kernel);
  const fresh = new net(proc_alloc_inum(current.kernel), init_net(current.kernel).last);
  live.add(fresh);
  let error = await down_read_killable(current, pernet_ops_rwsem);
  if (error === 0) {
    error = await setup_net(current, fresh);
    up_read(current, pernet_ops_rwsem);
  }
  if (error === 0) return fresh;
  net_free(current, fresh);
  return error;
}

/**
 * cleanup_net(): the work of the netns workqueue. Takes all namespaces that have died since, as one batch, out of the list
 * and runs pre_exit of every pernet operation, then exit and exit_batch, in reverse order of registration.
 */
async function cleanup_net(caller: Frame): Promise<void> {
  const current = caller.enter("cleanup_net");
  const { pernet_ops_rwsem, net_rwsem, net_namespace_list, pernet_list, cleanup_list } = netState(current.kernel);
  current.writes(cleanup_list);
  const net_kill_list = cleanup_list.splice(0);
  await down_read(current, pernet_ops_rwsem);
  await down_write(current, net_rwsem);
  current.writes(net_namespace_list);
  for (const net of net_kill_list) net_namespace_list.splice(net_namespace_list.indexOf(net), 1);
  up_write(current, net_rwsem);
  for (const net of net_kill_list) {
    emit(current, "net_dying", net);
    unhash_nsid(current, net);
  }
  const reverse = [...pernet_list].reverse();
  for (const ops of reverse) await ops_pre_exit_list(current, ops, net_kill_list);
  await synchronize_rcu(current);
  for (const ops of reverse) await ops_exit_list(current, ops, net_kill_list);
  for (const ops of reverse) ops_free_list(ops, net_kill_list);
  up_read(current, pernet_ops_rwsem);
  await rcu_barrier(current);
  for (const net of net_kill_list) net_free(current, net);
}

/**
 * net_free(): its memory is given back. The kernel does not look, and crashes later; here a notifier or device that is
 * left in it is reported at once.
 */
function net_free(caller: Frame, net: net): void {
  const current = caller.enter("net_free");
  for (const nb of net.netdev_chain.chain) {
    warn(current, "use-after-free", `netdev notifier ${nb.name} is still on the chain of ${net.name}, which is freed`);
  }
  for (const dev of net.dev_base_head) warn(current, "use-after-free", `netdev ${dev.name} is still in ${net.name}, which is freed`);
  sysfs_exit_ns(current.kernel, net);
  net.freed = true;
  netState(current.kernel).live.delete(net);
  emit(current, "net_free", net);
}

/** get_net_ns_by_fd(): with a reference. -EBADF for a closed descriptor, -EINVAL for one of something else. */
export function get_net_ns_by_fd(caller: Frame, fd: number): net | number {
  const current = caller.enter("get_net_ns_by_fd");
  if (fget(current, fd) === null) return -EBADF;
  const ns = ns_of_fd(current, fd);
  return ns instanceof net ? get_net(current, ns) : -EINVAL;
}

/** get_net_ns_by_pid(): with a reference. -ESRCH if there is no such process or it has left its namespaces. */
export function get_net_ns_by_pid(caller: Frame, pid: number): net | number {
  const current = caller.enter("get_net_ns_by_pid");
  const task = current.kernel.tasks.get(pid as Pid);
  if (task === undefined || !task.alive) return -ESRCH;
  return get_net(current, nsproxy_net.get(task) ?? init_net(current.kernel));
}

/** net_ns_init(): sets init_net up and makes the netns workqueue ready. The first thing of the network to boot. */
export async function net_ns_init(caller: Frame): Promise<void> {
  const current = caller.enter("net_ns_init");
  const { kernel } = current;
  const state = netState(kernel);
  kobj_ns_type_register(kernel, (task) => nsproxy_net.get(task) ?? state.init_net);
  proc_ns_entry(kernel, "net", (task) => (task.alive ? (nsproxy_net.get(task) ?? state.init_net) : null));
  state.live.add(state.init_net);
  state.net_cleanup_work = new work_struct("cleanup_net", cleanup_net, "net_cleanup_work");
  await down_write(current, state.pernet_ops_rwsem);
  await setup_net(current, state.init_net);
  up_write(current, state.pernet_ops_rwsem);
}
