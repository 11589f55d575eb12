/**
 * The reference scenario of every comparison: cleanup_net, `devlink dev reload`, a notifier's registration, K times
 * `devlink dev show` and M times `ip netns add`, as the lock operations they make, on the kernel room's own primitives.
 */
import {
  down_read,
  down_write,
  type Frame,
  Kernel,
  mutex,
  mutex_lock,
  mutex_unlock,
  rw_semaphore,
  type SchedulingPolicy,
  spawnTask,
  up_read,
  up_write,
} from "../src/kernel/index.ts";

export interface Size {
  readonly shows: number;
  readonly adds: number;
  /** Without the registration and the shows the scenario has four tasks and thirty operations at one add. */
  readonly registers?: boolean;
}

interface Locks {
  readonly pernet_ops_rwsem: rw_semaphore;
  readonly rtnl_mutex: mutex;
  readonly devlink_mutex: mutex;
  readonly intf_state_mutex: mutex;
}

type Body = (current: Frame, locks: Locks) => Promise<void>;

async function notifier(current: Frame, { rtnl_mutex }: Locks): Promise<void> {
  await mutex_lock(current, rtnl_mutex);
  mutex_unlock(current, rtnl_mutex);
}

async function reload(current: Frame, locks: Locks): Promise<void> {
  for (let half = 0; half < 2; half++) {
    await mutex_lock(current, locks.intf_state_mutex);
    await notifier(current, locks);
    mutex_unlock(current, locks.intf_state_mutex);
  }
}

const cleanup_net: Body = async (current, locks) => {
  await down_read(current, locks.pernet_ops_rwsem);
  await mutex_lock(current, locks.devlink_mutex);
  await reload(current, locks);
  mutex_unlock(current, locks.devlink_mutex);
  up_read(current, locks.pernet_ops_rwsem);
};

const devlinkReload: Body = async (current, locks) => {
  await mutex_lock(current, locks.devlink_mutex);
  await reload(current, locks);
  mutex_unlock(current, locks.devlink_mutex);
};

const registerNotifier: Body = async (current, locks) => {
  await down_write(current, locks.pernet_ops_rwsem);
  await notifier(current, locks);
  up_write(current, locks.pernet_ops_rwsem);
};

const devlinkShow: Body = async (current, locks) => {
  await mutex_lock(current, locks.devlink_mutex);
  mutex_unlock(current, locks.devlink_mutex);
};

const netnsAdd: Body = async (current, locks) => {
  await down_read(current, locks.pernet_ops_rwsem);
  await notifier(current, locks);
  up_read(current, locks.pernet_ops_rwsem);
};

/** A kernel with the scenario's tasks, ready to run under `policy`. */
export function scenario({ shows, adds, registers = true }: Size, policy: SchedulingPolicy): Kernel {
  const kernel = new Kernel();
  kernel.sched.setPolicy(policy);
  const locks: Locks = {
    pernet_ops_rwsem: new rw_semaphore(kernel, "pernet_ops_rwsem"),
    rtnl_mutex: new mutex(kernel, "rtnl_mutex"),
    devlink_mutex: new mutex(kernel, "devlink_mutex"),
    intf_state_mutex: new mutex(kernel, "&dev->intf_state_mutex"),
  };
  const start = (comm: string, body: Body): unknown => spawnTask(kernel, { comm, parent: null, body: (current) => body(current, locks) });
  start("cleanup_net", cleanup_net);
  start("reload", devlinkReload);
  if (registers) start("register", registerNotifier);
  for (let i = 0; i < shows; i++) start("show", devlinkShow);
  for (let i = 0; i < adds; i++) start("add", netnsAdd);
  return kernel;
}
