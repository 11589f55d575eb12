/** Finished runs made on bare kernels, for the tests of what is printed about them. */
import { blockedTasks, DeadlockDetector, locksLeftHeld } from "../../src/analysis/index.ts";
import {
  alloc_ordered_workqueue,
  completion,
  down_read,
  down_read_killable,
  down_write,
  type Frame,
  formatSchedule,
  Kernel,
  kthread_run,
  msleep,
  mutex,
  mutex_lock,
  queue_work,
  rw_semaphore,
  spawnTask,
  wait_for_completion,
  work_struct,
} from "../../src/kernel/index.ts";
import type { MachineState } from "../../src/machine.ts";
import type { RunOutcome } from "../../src/report/index.ts";
import { runKernel } from "../support/kernel.ts";

const IB: MachineState["rdma"] = [{ name: "mlx5_0", index: 0, ports: [{ port: 1, netdev: "eth0", gids: 2 }] }];

export const STATE: MachineState = {
  devlink: [{ handle: "pci/0000:00:08.0", netns: "init_net", reloadFailed: false }],
  rdma: IB,
  netns: [{ name: null, inum: 4026531840, state: "alive" }],
  netdevs: [{ name: "eth0", netns: "init_net", up: true, present: true }],
};

/** A run in which all went well. */
export const HEALTHY: RunOutcome = {
  era: "v5.10",
  notifier: "net",
  devices: ["0000:00:08.0"],
  status: 0,
  limit: null,
  deadlocks: [],
  blocked: [],
  bugs: [],
  lockdep: [],
  contracts: [],
  strict: false,
  leftHeld: [],
  state: STATE,
  facts: {
    commands: [{ command: "ip netns del foo", status: 0, afterDeadlock: false }],
    reloads: [{ handle: "pci/0000:00:08.0", rdma: [{ name: "mlx5_0", index: 1, ports: [{ port: 1, netdev: null, gids: 0 }] }] }],
    rdmaBefore: IB,
    ibRegistrations: 2,
    netnsNames: new Map([[4026532001, "foo"]]),
  },
  virtualTime: 1_234_567_890,
  schedule: "v1:",
};

export type Body = (current: Frame) => Promise<unknown>;

interface World {
  readonly kernel: Kernel;
  user(command: string, body: Body): void;
}

async function outcomeOf(build: (world: World) => void, rest: Partial<RunOutcome>): Promise<RunOutcome> {
  const kernel = new Kernel();
  kernel.reservePids(100);
  const detector = new DeadlockDetector(kernel);
  kernel.events.attach(detector);
  build({
    kernel,
    user: (command, body) => {
      const argv = command.split(" ");
      const task = spawnTask(kernel, { comm: argv[0] ?? "", parent: null, body: async (current) => void (await body(current)) });
      if (task !== null) task.argv = argv;
    },
  });
  await runKernel(kernel);
  return {
    ...HEALTHY,
    notifier: "global",
    deadlocks: detector.deadlocks,
    blocked: blockedTasks(kernel, detector.deadlocks),
    leftHeld: locksLeftHeld(kernel),
    virtualTime: kernel.clock.now,
    schedule: formatSchedule(kernel.sched.decisions),
    ...rest,
  };
}

/** Enters one function in another and goes on in the innermost. */
function within(current: Frame, ...names: string[]): Frame {
  return names.reduce((frame, name) => frame.enter(name), current);
}

/** The deadlock of the namespace's exit methods, with commands behind it. */
export function seedOutcome(): Promise<RunOutcome> {
  const facts = {
    ...HEALTHY.facts,
    reloads: [{ handle: "pci/0000:00:08.0", rdma: IB }],
    commands: [
      ...HEALTHY.facts.commands,
      { command: "devlink dev show", status: null, afterDeadlock: true },
      { command: "ip link show", status: 0, afterDeadlock: true },
      { command: "rdma dev show", status: 0, afterDeadlock: true },
    ],
  };
  const dying = { ...STATE, devlink: [{ handle: "pci/0000:00:08.0", netns: "net:[4026532001] (dying)", reloadFailed: false }], rdma: [] };
  return outcomeOf(
    ({ kernel, user }) => {
      const pernet = new rw_semaphore(kernel, "pernet_ops_rwsem");
      const devlink = new mutex(kernel, "devlink_mutex");
      const genl = new mutex(kernel, "genl_mutex");
      const state = new mutex(kernel, "&dev->intf_state_mutex");
      const intf = new mutex(kernel, "mlx5_intf_mutex");
      const work = new work_struct("cleanup_net", async (worker) => {
        const cleanup = worker.enter("cleanup_net");
        await down_read(cleanup, pernet);
        const exit = within(cleanup, "ops_pre_exit_list", "devlink_pernet_pre_exit");
        await mutex_lock(exit, devlink);
        const unload = within(exit, "devlink_reload", "mlx5_devlink_reload_down", "mlx5_unload_one");
        await mutex_lock(unload, state);
        const detach = unload.enter("mlx5_detach_device");
        await mutex_lock(detach, intf);
        await down_write(within(detach, "mlx5_ib_remove", "mlx5_remove_netdev_notifier", "unregister_netdevice_notifier"), pernet);
      });
      user("bash netns-delete.sh", async (current) => void queue_work(current, alloc_ordered_workqueue("netns"), work));
      user("devlink dev show", async (current) => {
        await msleep(current, 1);
        const dump = within(current, "netlink_dump", "genl_lock_dumpit");
        await mutex_lock(dump, genl);
        await mutex_lock(dump.enter("devlink_nl_cmd_get_dumpit"), devlink);
      });
      for (const ms of [2, 3]) {
        user("devlink port show", async (current) => {
          await msleep(current, ms);
          await mutex_lock(within(current, "genl_rcv", "genl_rcv_msg"), genl);
        });
      }
      user("ip netns add bar", async (current) => {
        await msleep(current, 4);
        await down_read_killable(within(current, "ksys_unshare", "copy_net_ns"), pernet);
      });
    },
    { facts, state: dying },
  );
}

/** A reload against the deletion of another namespace: two tasks, two locks. */
export function abbaOutcome(): Promise<RunOutcome> {
  return outcomeOf(({ kernel, user }) => {
    const pernet = new rw_semaphore(kernel, "pernet_ops_rwsem");
    const devlink = new mutex(kernel, "devlink_mutex");
    user("devlink dev reload pci/0000:00:08.0", async (current) => {
      const doit = within(current, "genl_rcv", "genl_rcv_msg", "genl_family_rcv_msg_doit");
      await mutex_lock(doit.enter("devlink_nl_pre_doit"), devlink);
      await msleep(current, 1);
      await down_write(within(doit, "devlink_nl_cmd_reload", "devlink_reload", "unregister_netdevice_notifier"), pernet);
    });
    kthread_run(kernel, "kworker/u4:0", async (current) => {
      const cleanup = within(current, "ret_from_fork", "kthread", "worker_thread", "process_one_work", "cleanup_net");
      await down_read(cleanup, pernet);
      await mutex_lock(within(cleanup, "ops_pre_exit_list", "devlink_pernet_pre_exit"), devlink);
    });
  }, {});
}

/** A reader that comes again behind a writer. */
export function queuedWriterOutcome(): Promise<RunOutcome> {
  return outcomeOf(({ kernel, user }) => {
    const sem = new rw_semaphore(kernel, "clients_rwsem");
    user("reader", async (current) => {
      const outer = current.enter("enable_device_and_get");
      await down_read(outer, sem);
      await msleep(current, 2);
      await down_read(outer.enter("add_client_context"), sem);
    });
    user("writer", async (current) => {
      await msleep(current, 1);
      await down_write(current.enter("ib_register_client"), sem);
    });
  }, {});
}

/** A mutex taken twice, far down a deep stack. */
export function deepOutcome(): Promise<RunOutcome> {
  return outcomeOf(({ kernel, user }) => {
    const lock = new mutex(kernel, "rtnl_mutex");
    user("ip link set eth0 up", async (current) => {
      const outer = current.enter("rtnetlink_rcv_msg");
      await mutex_lock(outer.enter("rtnl_lock"), lock);
      const deep = within(outer, ...Array.from({ length: 24 }, (_, i) => `step_${i}`));
      await mutex_lock(within(deep, "netdev_event", "rtnl_lock"), lock);
    });
  }, {});
}

/** Nobody holds anything, but somebody waits for ever. */
export function hungOutcome(): Promise<RunOutcome> {
  return outcomeOf(({ user }) => {
    user("modprobe fakemlx5", (current) =>
      wait_for_completion(within(current, "do_init_module", "wait_for_probe"), new completion("probe_done")),
    );
  }, {});
}
