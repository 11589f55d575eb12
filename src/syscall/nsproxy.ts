/**
 * Models kernel/nsproxy.c and unshare(2) of kernel/fork.c: a task's net, mount and uts namespaces. Each task holds its own
 * references here, where the kernel shares one struct nsproxy among tasks: the namespaces live equally long.
 * Left out: ipc, pid, user, cgroup and time namespaces: -EINVAL, as on a kernel built without them.
 */
import { andThen, EBADF, EINVAL, type Frame, type Soon, type Task } from "../kernel/index.ts";
import { copy_net_ns, get_net, init_net, net, nsproxy_net, put_net } from "../net/index.ts";
import {
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWUTS,
  copy_fs_struct,
  copy_mnt_ns,
  current_fs,
  current_mnt_ns,
  exit_fs,
  fget,
  type fs_struct,
  type mnt_namespace,
  mntns_install,
  type ns_common,
  ns_of_fd,
  task_fs,
  task_mnt_ns,
} from "../vfs/index.ts";
import { copy_utsname, task_uts_ns, uts_namespace } from "./uts.ts";

const SUPPORTED = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS;

const TYPE_FLAGS: Readonly<Record<string, number>> = { net: CLONE_NEWNET, mnt: CLONE_NEWNS, uts: CLONE_NEWUTS };

/** Namespaces that a task is about to enter; absent ones stay as they are. */
interface NewNamespaces {
  mnt?: { readonly ns: mnt_namespace; readonly fs: fs_struct };
  uts?: uts_namespace;
  net?: net;
}

/** ksys_unshare(): 0, -EINVAL, or -EINTR if the task was killed while it waited for pernet_ops_rwsem. */
export async function ksys_unshare(caller: Frame, flags: number): Promise<number> {
  const current = caller.enter("ksys_unshare");
  if ((flags & ~SUPPORTED) !== 0) return -EINVAL;
  if (flags === 0) return 0;
  const fresh = await unshare_nsproxy_namespaces(current, flags);
  if (typeof fresh === "number") return fresh;
  await switch_task_namespaces(current, fresh);
  return 0;
}

async function unshare_nsproxy_namespaces(caller: Frame, flags: number): Promise<NewNamespaces | number> {
  return await create_new_namespaces(caller.enter("unshare_nsproxy_namespaces"), flags);
}

/** create_new_namespaces(): mount, uts, net, in this order; a failure undoes those before it. */
async function create_new_namespaces(caller: Frame, flags: number): Promise<NewNamespaces | number> {
  const current = caller.enter("create_new_namespaces");
  const fresh: NewNamespaces = {};
  if ((flags & CLONE_NEWNS) !== 0) {
    const fs = copy_fs_struct(current_fs(current));
    fresh.mnt = { fs, ns: await copy_mnt_ns(current, fs) };
  }
  if ((flags & CLONE_NEWUTS) !== 0) fresh.uts = copy_utsname(current);
  if ((flags & CLONE_NEWNET) === 0) return fresh;
  const made = await copy_net_ns(current);
  if (made instanceof net) return { ...fresh, net: made };
  if (fresh.uts !== undefined) fresh.uts.put(current);
  if (fresh.mnt !== undefined) {
    await release_fs(current, fresh.mnt.fs);
    await fresh.mnt.ns.put(current);
  }
  return made;
}

/** switch_task_namespaces(): enters the new ones, then lets go of the old ones. */
async function switch_task_namespaces(caller: Frame, fresh: NewNamespaces): Promise<void> {
  const current = caller.enter("switch_task_namespaces");
  const { task } = current;
  const old: (ns_common | undefined)[] = [];
  if (fresh.mnt !== undefined) {
    old.push(task_mnt_ns.get(task));
    await exit_fs(current);
    task_fs.set(task, fresh.mnt.fs);
    task_mnt_ns.set(task, fresh.mnt.ns);
  }
  if (fresh.uts !== undefined) {
    old.push(task_uts_ns.get(task));
    task_uts_ns.set(task, fresh.uts);
  }
  if (fresh.net !== undefined) {
    old.push(nsproxy_net.get(task));
    nsproxy_net.set(task, fresh.net);
  }
  for (const ns of old) await ns?.put(current);
}

/** A root and working directory that no task has yet or has any more. */
async function release_fs(current: Frame, fs: fs_struct): Promise<void> {
  const own = task_fs.get(current.task);
  task_fs.set(current.task, fs);
  await exit_fs(current);
  task_fs.set(current.task, own);
}

/** setns(2): -EBADF, -EINVAL if the descriptor is no namespace or not of the type asked for (0: any). */
export async function __do_sys_setns(caller: Frame, fd: number, nstype: number): Promise<number> {
  const current = caller.enter("__do_sys_setns");
  if (fget(current, fd) === null) return -EBADF;
  const ns = ns_of_fd(current, fd);
  if (ns === null || (nstype !== 0 && TYPE_FLAGS[ns.type] !== nstype)) return -EINVAL;
  if (ns instanceof net) await switch_task_namespaces(current, { net: get_net(current, ns) });
  else if (ns instanceof uts_namespace) {
    ns.get(current);
    await switch_task_namespaces(current, { uts: ns });
  } else if (ns.type === "mnt") await mntns_install(current, ns as mnt_namespace);
  else return -EINVAL;
  return 0;
}

/** copy_namespaces() without flags: the child is in its parent's. Also for the first task, whose parent is boot. */
export function copy_namespaces(current: Frame, child: Task): void {
  const { task } = current;
  nsproxy_net.set(child, get_net(current, nsproxy_net.get(task) ?? init_net(current.kernel)));
  const mnt = current_mnt_ns(current);
  mnt.get(current);
  task_mnt_ns.set(child, mnt);
  const uts = task_uts_ns.get(task);
  uts?.get(current);
  task_uts_ns.set(child, uts);
}

/** exit_task_namespaces(): the current task leaves its namespaces; the last one out starts a namespace's end. */
export function exit_task_namespaces(caller: Frame): Soon<void> {
  const { task } = caller;
  const held = nsproxy_net.get(task);
  const mnt = task_mnt_ns.get(task);
  const uts = task_uts_ns.get(task);
  if (held === undefined && mnt === undefined) return;
  const current = caller.enter("exit_task_namespaces").enter("switch_task_namespaces").enter("free_nsproxy");
  nsproxy_net.set(task, undefined);
  task_mnt_ns.set(task, undefined);
  task_uts_ns.set(task, undefined);
  return andThen(mnt?.put(current), () => {
    uts?.put(current);
    if (held !== undefined) put_net(current, held);
  });
}
