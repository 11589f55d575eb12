/**
 * The file-scope variables of net/core/net_namespace.c (v5.10): init_net, the list of namespaces, the list of pernet
 * operations, their two rwsems, the queue of dead namespaces; and __put_net(), which feeds that queue.
 */
import {
  alloc_ordered_workqueue,
  EmulatorBug,
  type Frame,
  type Kernel,
  queue_work,
  rw_semaphore,
  staticData,
  type work_struct,
} from "../kernel/index.ts";
import { net, type pernet_operations } from "./structs.ts";

/** PROC_NET_INIT_INO as v5.10 gives it: the first number that proc_alloc_inum() hands out for init_net. */
const INIT_NET_INUM = 4_026_531_992;

export const netState = staticData((kernel) => ({
  init_net: new net(INIT_NET_INUM, __put_net),
  /** Namespaces that are set up and not dying. Written under net_rwsem. */
  net_namespace_list: [] as net[],
  /** Every namespace that has not been freed, the dying ones too. For inspection only. */
  live: new Set<net>(),
  /** Guards net_namespace_list; nests inside rtnl_mutex. */
  net_rwsem: new rw_semaphore(kernel, "net_rwsem"),
  /** Guards pernet_list: held for read while a namespace is set up or cleaned up, for write to register operations. */
  pernet_ops_rwsem: new rw_semaphore(kernel, "pernet_ops_rwsem"),
  /** Subsystems first, then (from first_device on) devices. */
  pernet_list: [] as pernet_operations[],
  first_device: 0,
  /** Dead namespaces, the latest first, until cleanup_net() takes them. */
  cleanup_list: [] as net[],
  netns_wq: alloc_ordered_workqueue("netns"),
  net_cleanup_work: null as work_struct | null,
}));

/** init_net: where the machine boots. */
export function init_net(kernel: Kernel): net {
  return netState(kernel).init_net;
}

/** All namespaces that have not been freed, dying ones included, in order of creation: for reports, not for modelled code. */
export function liveNets(kernel: Kernel): readonly net[] {
  return [...netState(kernel).live];
}

export function pernet_ops_rwsem(kernel: Kernel): rw_semaphore {
  return netState(kernel).pernet_ops_rwsem;
}

export function net_rwsem(kernel: Kernel): rw_semaphore {
  return netState(kernel).net_rwsem;
}

/**
 * for_each_net(): the namespaces in order of creation. The caller holds net_rwsem, rtnl_mutex or pernet_ops_rwsem.
 * Namespaces that are being cleaned up are not among them.
 */
export function for_each_net(current: Frame): readonly net[] {
  const { net_namespace_list } = netState(current.kernel);
  current.reads(net_namespace_list);
  return [...net_namespace_list];
}

/** __put_net(): the last reference is gone. Cleans the namespace up in the netns workqueue. */
function __put_net(caller: Frame, net: net): void {
  const current = caller.enter("__put_net");
  const { cleanup_list, netns_wq, net_cleanup_work } = netState(current.kernel);
  if (net_cleanup_work === null) throw new EmulatorBug("a namespace died before net_ns_init()");
  current.writes(cleanup_list);
  cleanup_list.unshift(net);
  if (cleanup_list.length === 1) queue_work(current, netns_wq, net_cleanup_work);
}

/** get_net(): another reference; the caller has one. */
export function get_net(current: Frame, net: net): net {
  net.get(current);
  return net;
}

/** maybe_get_net(): null if the namespace is dying. */
export function maybe_get_net(current: Frame, net: net): net | null {
  return net.count.inc_not_zero(current) ? net : null;
}

/** put_net(): the last one has the namespace cleaned up, later and elsewhere. */
export function put_net(current: Frame, net: net): void {
  net.put(current);
}

export function net_eq(a: net, b: net): boolean {
  return a === b;
}
