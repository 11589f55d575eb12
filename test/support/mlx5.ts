/** A kernel with mlx5_core, ib_core and mlx5_ib on emulated cards, but without programs: for tests of those rooms. */
import { base_init } from "../../src/base/index.ts";
import { type FirmwareConfig, MLX5_ERAS, type Mlx5Strategies, mlx5_init, mlx5Function } from "../../src/core/index.ts";
import { DEVLINK_ERAS, devlink_init } from "../../src/devlink/index.ts";
import { devNetNotifier, globalNotifier, IB_ERAS, ib_core_init, mlx5_ib_init, netNotifier, rdmaDevices } from "../../src/ib/index.ts";
import {
  type Frame,
  Kernel,
  type KernelObserver,
  type SchedulingPolicy,
  spawnTask,
  stackNames,
  type Task,
} from "../../src/kernel/index.ts";
import {
  __dev_get_by_name,
  dev_change_flags,
  dev_change_net_namespace,
  init_net,
  liveNets,
  type net,
  net_init,
  nsproxy_net,
  rtnl_lock,
  rtnl_unlock,
} from "../../src/net/index.ts";
import { DEVLINK_ATTR_NETNS_PID, DEVLINK_CMD_RELOAD, genl_init, IFF_UP } from "../../src/netlink/index.ts";
import { parsePciAddress, pci_add_device, pci_bus_init } from "../../src/pci/index.ts";
import { vfs_init } from "../../src/vfs/index.ts";
import { devlinkClient, handle } from "./devlink.ts";
import type { GenlAnswer } from "./genl.ts";
import { type Body, runKernel } from "./kernel.ts";

export const NOTIFIERS = { global: globalNotifier, net: netNotifier, dev_net: devNetNotifier } as const;
export type NotifierName = keyof typeof NOTIFIERS;
export type Mlx5Era = keyof typeof DEVLINK_ERAS & keyof typeof MLX5_ERAS;

export interface Mlx5Options {
  readonly era?: Mlx5Era;
  readonly notifier?: NotifierName;
  /** In place of the era's own. */
  readonly strategies?: Partial<Mlx5Strategies>;
  /** Cards by address; one Ethernet card at 0000:00:08.0 if absent. */
  readonly devices?: Readonly<Record<string, FirmwareConfig>>;
  /** False: mlx5_ib is not loaded. */
  readonly ib?: boolean;
  /** eth0, eth1, ... are set up at the end of boot. */
  readonly up?: readonly string[];
  readonly observer?: KernelObserver;
}

export interface Mlx5Bench {
  readonly kernel: Kernel;
  /** Starts tasks and runs until nothing can run any more. */
  run(bodies: Readonly<Record<string, Body>>, policy?: SchedulingPolicy): Promise<readonly Task[]>;
}

export function address(text: string): NonNullable<ReturnType<typeof parsePciAddress>> {
  const parsed = parsePciAddress(text);
  if (parsed === null) throw new Error(`${text} is no PCI address`);
  return parsed;
}

/** The number of init_net on this kernel. */
const INIT_NET_INUM = 4_026_531_992;

/** Two functions of which the second lends its port to the first. */
export const MULTIPORT: Readonly<Record<string, FirmwareConfig>> = {
  "0000:00:08.0": { multiport: "master" },
  "0000:00:08.1": { multiport: { slaveOf: address("0000:00:08.0") } },
};

export async function mlx5Bench(options: Mlx5Options = {}): Promise<Mlx5Bench> {
  const kernel = new Kernel();
  if (options.observer !== undefined) kernel.events.attach(options.observer);
  const run: Mlx5Bench["run"] = async (bodies, policy) => {
    if (policy !== undefined) kernel.sched.setPolicy(policy);
    const tasks = Object.entries(bodies).map(([comm, body]) => spawnTask(kernel, { comm, parent: null, body }) as Task);
    await runKernel(kernel);
    return tasks;
  };
  await run({ boot: (current) => boot(current, options) });
  return { kernel, run };
}

async function boot(current: Frame, options: Mlx5Options): Promise<void> {
  const { era = "v5.10", notifier = "net", devices = { "0000:00:08.0": {} }, ib = true, up = [] } = options;
  vfs_init(current);
  base_init(current);
  await net_init(current);
  await genl_init(current, init_net(current.kernel));
  pci_bus_init(current);
  await devlink_init(current, DEVLINK_ERAS[era]);
  for (const [bdf, firmware] of Object.entries(devices)) await pci_add_device(current, mlx5Function(address(bdf), firmware));
  await mlx5_init(current, { ...MLX5_ERAS[era], ...options.strategies });
  await ib_core_init(current, IB_ERAS[era]);
  if (ib) await mlx5_ib_init(current, { notifier: NOTIFIERS[notifier] });
  for (const name of up) await setUp(current, name);
}

/** ip link set NAME up, in init_net */
export async function setUp(current: Frame, name: string, net: net = init_net(current.kernel)): Promise<number> {
  await rtnl_lock(current);
  const dev = __dev_get_by_name(current, net, name);
  const err = dev === null ? -1 : await dev_change_flags(current, dev, dev.flags | IFF_UP, null);
  await rtnl_unlock(current);
  return err;
}

/** devlink dev reload DEVICE netns TARGET, from the namespace the device is in. */
export async function reload(
  current: Frame,
  target: net,
  from: net = init_net(current.kernel),
  device = "pci/0000:00:08.0",
): Promise<GenlAnswer> {
  nsproxy_net.set(current.task, target);
  const client = await devlinkClient(current, from);
  const answer = await client.request(current, DEVLINK_CMD_RELOAD, (w) => handle(device)(w).u32(DEVLINK_ATTR_NETNS_PID, current.task.pid));
  nsproxy_net.set(current.task, undefined);
  await client.close(current);
  return answer;
}

/** The IB devices with their ports, one line each: `0 mlx5_0/1 ACTIVE eth0@init_net gids=2`. */
export function rdma(kernel: Kernel): string[] {
  return rdmaDevices(kernel).flatMap((dev) =>
    dev.ports.map(({ port, state, netdev, gids }) => {
      const place = netdev === null ? "-" : `${netdev.name}@${netName(netdev.net)}`;
      return `${dev.index} ${dev.name}/${port} ${state} ${place} gids=${gids.length}`;
    }),
  );
}

/** `init_net` or `other`. */
function netName(net: net): string {
  return net.inum === INIT_NET_INUM ? "init_net" : "other";
}

/** Callbacks on a namespace's own chain of netdev notifiers. */
export function netChain(net: net): string[] {
  return net.netdev_chain.chain.map((nb) => nb.name);
}

/** ip link set NAME netns TO, from FROM */
export async function moveNetdev(current: Frame, name: string, from: net, to: net): Promise<number> {
  await rtnl_lock(current);
  const dev = __dev_get_by_name(current, from, name);
  const err = dev === null ? -1 : await dev_change_net_namespace(current, dev, to, null);
  await rtnl_unlock(current);
  return err;
}

/** True if nobody is blocked, nothing is held, no bug was reported and only init_net is left. */
export function healthy(kernel: Kernel): boolean {
  const tasks = [...kernel.tasks.values()];
  return (
    blocked(kernel).length === 0 &&
    tasks.every((task) => task.held.length === 0) &&
    kernel.bugs.length === 0 &&
    liveNets(kernel).length === 1
  );
}

/**
 * What every blocked task waits for, and its stack, outermost first; without ops_pre_exit_list(), which compilers inline in
 * some kernels.
 */
export function blocked(kernel: Kernel): { task: string; lock: string; mode: string; stack: string[]; held: string[] }[] {
  return [...kernel.tasks.values()]
    .filter((task) => task.state === "TASK_UNINTERRUPTIBLE" || task.state === "TASK_KILLABLE")
    .map((task) => ({
      task: task.displayName,
      lock: task.wait?.on.name ?? "",
      mode: task.wait?.mode ?? "",
      stack: stackNames(task.wait?.frame ?? null).filter((name) => name !== "ops_pre_exit_list"),
      held: task.held.map((hold) => `${hold.lock.name}:${hold.mode}`),
    }));
}
